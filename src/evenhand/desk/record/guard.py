"""The guard: the catalog's rules, asked before an act instead of after it.

An act is refused where a rule would be broken with it that was not broken without it, at the act itself or at
an earlier one, or where a rule could not be answered for want of a field of the act. A mere fact, or
a correction, is refused only for what is wrong with itself. The rules and the engine are those of the audit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from evenhand.desk.record import history
from evenhand.desk.record.history import Entry
from evenhand.record.events import EVENT_TYPES, Event
from evenhand.record.store import all_fields
from evenhand.rules.algebra import selection
from evenhand.rules.answer import Answer, Provides, Verdict
from evenhand.rules.case import Context, judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.rule import Rule, Severity
from evenhand.rules.standing import Standings

FACTS = frozenset(
    {
        "person.booked",
        "charge.recorded",
        "charge.disposed",
        "citizenship.claimed",
        "citizenship.reported",
        "detainer.cancelled",
        "detainer.lapsed",
        "custody.release_due",
        "custody.hold_ended",
        "custody.released",
        "officer.suspended",
        "officer.revoked",
        "officer.left",
        "agreement.ended",
        "complaint.received",
    }
)
"""What happens whether or not it should, or undoes a wrong. Such an event is never kept out of the record
because it shows that an earlier act was wrong: the audit finds that."""


@dataclass(frozen=True)
class Refusal:
    """One rule that stands against an act. `missing`: fields of the act without which it cannot be told."""

    rule: Rule
    evidence: tuple[UUID, ...]
    missing: tuple[str, ...] = ()

    @property
    def may_be_overridden(self) -> bool:
        """Whether a second person may let the act pass: never past a violation, never for a missing field."""
        return self.rule.severity is not Severity.VIOLATION and not self.missing


@cache
def provides() -> Provides:
    """The desk records every type and field."""
    return Provides.of(all_fields())


@cache
def rules_about(event_type: str) -> tuple[Rule, ...]:
    """The guard rules on whose answer an act of that type can bear."""
    kind = EVENT_TYPES[event_type].subject_kind
    return tuple(
        rule
        for rule in CATALOG.values()
        if rule.guard and rule.subject is kind and event_type in _types_read(rule)
    )


@cache
def needs_history(event_type: str) -> bool:
    """Whether any guard rule about an act of that type looks at anything but the act and standings."""
    return not all(rule.alone for rule in rules_about(event_type))


@cache
def needs_standings(event_type: str) -> bool:
    """Whether any guard rule about an act of that type looks at an officer's or an agreement's standing."""
    return any(rule.reads_officer or rule.reads_agreement for rule in rules_about(event_type))


def _types_read(rule: Rule) -> frozenset[str]:
    selections = [rule.on, *map(selection, rule.refs), *(count.sel for count in rule.counts)]
    return frozenset(name for chosen in selections for name in chosen.types)


def refusals(
    acts: Sequence[Event], past: Sequence[Entry], standings: Standings, now: datetime
) -> list[tuple[Event, Refusal]]:
    """The rules that stand against acts on one subject, in the order of the catalog, each with its act.

    `past` is the subject's history, `standings` those of the acts' officers and agency.
    """
    context = Context(provides(), now, standings)
    new = [Entry(-1, act) for act in acts]
    before, after, alone = history.rows(past), history.rows([*past, *new]), history.rows(new)
    about: dict[str, Rule] = {rule.id: rule for act in acts for rule in rules_about(act.type)}
    found = []
    for rule in about.values():
        answer = judge(rule, alone if rule.alone else after, context)
        if not answer.breaches and not answer.missing:
            continue
        refusal = _refusal(rule, acts, judge(rule, [] if rule.alone else before, context), answer)
        if refusal is not None:
            culprit = next((act for act in acts if act.id in refusal.evidence), acts[-1])
            found.append((culprit, refusal))
    return found


def _refusal(rule: Rule, acts: Sequence[Event], before: Answer, after: Answer) -> Refusal | None:
    known = {breach.activation for breach in before.breaches}
    new = [breach for breach in after.breaches if breach.activation not in known]
    if rule.group != "REC" and all(act.type in FACTS or act.corrects for act in acts):
        new = [breach for breach in new if breach.activation in {act.id for act in acts}]
    if new:
        return Refusal(rule, tuple(dict.fromkeys(e for breach in new for e in breach.evidence)))
    own = tuple(f"{act.type}." for act in acts)
    lacking = sorted(m for m in after.missing - before.missing if m.startswith(own))
    if after.verdict is Verdict.CANNOT_TELL and lacking:
        return Refusal(rule, tuple(act.id for act in acts), tuple(lacking))
    return None
