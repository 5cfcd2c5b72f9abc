"""The guard: the catalog's rules, asked before an act instead of after it.

A rule that blocks keeps an act out of the record, a rule that warns is shown to the person who acts. Both
speak up where the rule would be broken with the act that was not broken without it, at the act itself or at
an earlier one, or where it could not be answered for want of a field of the act. A mere fact, or a
correction, is refused only for what is wrong with itself. The rules and the engine are those of the audit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from uuid import UUID

from evenhand.desk.record import history
from evenhand.desk.record.catalog import CATALOG
from evenhand.desk.record.history import Entry
from evenhand.record.events import EVENT_TYPES, Event
from evenhand.record.store import all_fields
from evenhand.rules.algebra import selection
from evenhand.rules.answer import Answer, Breach, Provides, Verdict
from evenhand.rules.case import judge
from evenhand.rules.context import Context
from evenhand.rules.explain import Explanation, explain
from evenhand.rules.rule import Rule, Severity, Use
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
    severity: Severity = Severity.VIOLATION
    explanation: Explanation | None = None
    """Why the rule answers so, where the engine gives the answer."""

    @property
    def blocks(self) -> bool:
        """Whether the rule keeps the act out of the record, or only warns of it."""
        return self.rule.use is Use.BLOCKS

    @property
    def may_be_overridden(self) -> bool:
        """Whether a second person may let the act pass: never past a violation, never for a missing field."""
        return self.severity is not Severity.VIOLATION and not self.missing


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
            # The rule may be judged at another event than the act, whose missing field leaves it open.
            judged_at = None if refusal.missing else refusal.evidence[0]
            why = explain(rule, alone if rule.alone else after, context, judged_at)
            found.append((culprit, replace(refusal, explanation=why)))
    return found + _outdated_reviews(acts, past)


def _outdated_reviews(acts: Sequence[Event], past: Sequence[Entry]) -> list[tuple[Event, Refusal]]:
    """Reviews of a determination that a later one has replaced: ICE reviews the latest."""
    made = [e for e in history.effective(past) if e.type == "determination.made"]
    return [
        (act, Refusal(CATALOG["SUP-03"], (act.id, made[-1].id)))
        for act in acts
        if act.type == "determination.reviewed" and not act.corrects and made
        if made[0].occurred_at <= act.occurred_at < made[-1].occurred_at
    ]


def _follows(breach: Breach) -> bool:
    """Whether the breach is a duty after the act that was not done in time."""
    return breach.deadline is not None and breach.deadline >= breach.when


def _refusal(rule: Rule, acts: Sequence[Event], before: Answer, after: Answer) -> Refusal | None:
    known = {breach.activation for breach in before.breaches}
    # A duty that follows the act is not fulfilled by refusing the act.
    new = [b for b in after.breaches if b.activation not in known and not _follows(b)]
    if rule.group != "REC" and all(act.type in FACTS or act.corrects for act in acts):
        new = [breach for breach in new if breach.activation in {act.id for act in acts}]
    if new:
        gravest = min((breach.severity for breach in new), key=list(Severity).index)
        evidence = tuple(dict.fromkeys(e for breach in new for e in breach.evidence))
        return Refusal(rule, evidence, severity=gravest)
    own = tuple(f"{act.type}." for act in acts)
    # A moment that is known only roughly is no field that was left out.
    lacking = sorted(
        m for m in after.missing - before.missing if m.startswith(own) and not m.endswith(".occurred_at")
    )
    if after.verdict is Verdict.CANNOT_TELL and lacking:
        without = tuple(act.id for act in acts if any(m.startswith(f"{act.type}.") for m in lacking))
        return Refusal(rule, without, tuple(lacking), rule.severity)
    return None
