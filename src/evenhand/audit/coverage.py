"""What a record can answer: acts judged, acts not judged, and what would answer most of those."""

from collections import Counter
from dataclasses import dataclass

from evenhand.audit.run import Audit
from evenhand.record.labels import event_label, field_label
from evenhand.rules.context import CUT
from evenhand.rules.patterns import END_OF_RECORD

MOMENT = ".occurred_at"
"""The suffix of missing names that ask for a more exact time."""


@dataclass(frozen=True)
class Remedy:
    """One thing that the record lacks. `what` says what to add.

    `alone` counts the acts that it would answer by itself, `acts` all acts that lack it.
    """

    name: str
    what: str
    alone: int
    acts: int
    rules: int


def remedies(audit: Audit) -> list[Remedy]:
    """List what the record lacks, by the number of acts that it would answer."""
    alone, together, rules = Counter[str](), Counter[str](), Counter[str]()
    for result in audit.results:
        alone.update(result.lacks_alone)
        together.update(result.lacks)
        rules.update(result.lacks.keys())
    found = [
        Remedy(name, what_to_add(name, audit), alone[name], acts, rules[name])
        for name, acts in together.items()
        # A record that ends before a deadline lacks nothing by that.
        if name != END_OF_RECORD
    ]
    return sorted(found, key=lambda r: (-r.alone, -r.acts, r.name))


def better_moments(audit: Audit) -> int:
    """Count the acts that a more exact time would decide by itself."""
    return sum(acts for r in audit.results for name, acts in r.lacks_alone.items() if name.endswith(MOMENT))


def what_to_add(name: str, audit: Audit) -> str:
    """The remedy for a missing name in words."""
    if name == CUT:
        return "the events from before the record begins"
    if name.endswith(MOMENT):
        return f"a more exact time of “{event_label(name.removesuffix(MOMENT))}”"
    kind, _, field = name.rpartition(".")
    provides = audit.record.manifest.provides
    if "." in kind:
        return f"the field “{field_label(field)}” of “{event_label(kind)}”"
    if name in provides:
        return f"`tells` for “{event_label(name)}” in the mapping, if the source shows every one"
    return f"the events “{event_label(name)}”" if "." in name else name


def acts_line(audit: Audit) -> str:
    """`4,069 acts judged; cannot tell for 120.`"""
    if not audit.acts and not audit.acts_unclear:
        return "No acts judged."
    judged = f"{_acts(audit.acts)} judged"
    if not audit.acts_unclear:
        return f"{judged}. Every act has an answer."
    return f"{judged}; cannot tell for {audit.acts_unclear:,}."


def remedy_line(audit: Audit) -> str:
    """Name the one field, event type or declaration that would answer the most acts; empty if none."""
    found = remedies(audit)
    if not found:
        return ""
    best = found[0]
    if best.alone:
        return f"To answer the most of these, add {best.what} ({_acts(best.alone)})."
    return f"They most often lack {best.what} ({_acts(best.acts)}), along with other information."


def _acts(number: int) -> str:
    return f"{number:,} act{'' if number == 1 else 's'}"


def moments_line(audit: Audit) -> str:
    """Say how many answers more exact times would decide; empty if none."""
    number = better_moments(audit)
    return f"More exact times would decide {number:,} of these." if number else ""
