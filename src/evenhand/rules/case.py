"""The `case` engine: one rule on one history, in plain Python. It is the meaning of the algebra."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from evenhand.rules.algebra import (
    AgreementStanding,
    And,
    Compare,
    Condition,
    Contains,
    Count,
    Earliest,
    Exists,
    FacilityStanding,
    Field,
    First,
    Given,
    In,
    Last,
    Later,
    Latest,
    Lit,
    Next,
    Not,
    ObservedUntil,
    OfficerStanding,
    Op,
    Or,
    Prev,
    Ref,
    Sel,
    This,
    Unknown,
    Value,
    selection,
)
from evenhand.rules.answer import Answer, Breach, Due, Provides, Verdict, unanswerable
from evenhand.rules.clock import deadline
from evenhand.rules.rule import Rule, Term
from evenhand.rules.standing import (
    AGREEMENT_FIELDS,
    FACILITY_FIELDS,
    OFFICER_FIELDS,
    Row,
    Standings,
    effective_events,
)

Missing = frozenset[str]
NOTHING: Missing = frozenset()
_OPS: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LE: operator.le,
    Op.LT: operator.lt,
    Op.GE: operator.ge,
    Op.GT: operator.gt,
}


@dataclass(frozen=True)
class Context:
    """What is known beside the history: what the record provides, up to when, and all standings.

    Only acts within `window` (first moment, first moment after; None is open) are judged; the events outside
    it are still seen.
    """

    provides: Provides
    observed_until: datetime
    standings: Standings
    window: tuple[datetime | None, datetime | None] = (None, None)

    def judges(self, moment: datetime) -> bool:
        """Whether an act at that moment is judged."""
        since, until = self.window
        return (since is None or since <= moment) and (until is None or moment < until)


def judge(rule: Rule, history: Sequence[Row], context: Context) -> Answer:
    """The rule's answer on one history: its events in order, each a mapping of column to value."""
    lacking = unanswerable(rule, context.provides)
    if lacking:
        return Answer(Verdict.CANNOT_TELL, (), frozenset(lacking))
    events = effective_events(history)
    askable = context.provides.askable(rule.on)
    worst, breaches, missing = Verdict.NOT_APPLICABLE, [], NOTHING
    for place, event in enumerate(events):
        if event["type"] not in askable or not _selects(rule.on, event):
            continue
        if not context.judges(event["occurred_at"]):
            continue
        view = _View(events, place, context)
        verdict, lacks = _judge_activation(rule, view)
        worst = min(worst, verdict)
        if verdict is Verdict.BROKEN:
            breaches.append(_breach(rule, view))
        elif verdict is Verdict.CANNOT_TELL:
            missing |= lacks
    return Answer(worst, tuple(breaches), missing if worst is Verdict.CANNOT_TELL else NOTHING)


def dues(rule: Rule, history: Sequence[Row], context: Context) -> tuple[Due, ...]:
    """The deadlines that the rule sets in one history, as `judge` would state them in a finding.

    A term that may not apply, for want of what the record does not tell, counts as one that does.
    """
    events = effective_events(history)
    found = []
    for place, event in enumerate(events):
        if not _selects(rule.on, event):
            continue
        view = _View(events, place, context)
        for term in rule.terms:
            if term.deadline is None or view.truth(_applies(rule, term))[0] is False:
                continue
            by, done = view.value(term.deadline)[0], view.value(term.done)[0] if term.done else None
            if by is not None:
                met = view.truth(term.holds)[0]
                found.append(Due(event["id"], event["occurred_at"], by, done, met))
    return tuple(found)


def _judge_activation(rule: Rule, view: "_View") -> tuple[Verdict, Missing]:
    verdict, missing = Verdict.NOT_APPLICABLE, NOTHING
    for term in rule.terms:
        applies, lacks = view.truth(_applies(rule, term))
        if applies is False:
            continue
        holds, holds_lacks = view.truth(term.holds)
        if holds is True:
            verdict = min(verdict, Verdict.HOLDS)
        elif holds is False and applies is True:
            verdict = min(verdict, Verdict.BROKEN)
        else:
            verdict = min(verdict, Verdict.CANNOT_TELL)
            missing |= (lacks if applies is None else NOTHING) | (holds_lacks if holds is None else NOTHING)
    return verdict, missing


def _applies(rule: Rule, term: Term) -> Condition:
    return And((rule.when, term.applies)) if rule.when else term.applies


def _breach(rule: Rule, view: "_View") -> Breach:
    evidence = [view.this["id"]]
    evidence += [found["id"] for ref in rule.refs if (found := view.find(ref)) is not None]
    if rule.reads_officer and view.officer is not None:
        evidence.append(view.officer.event)
    if rule.reads_agreement and view.agreement is not None:
        evidence.append(view.agreement.event)
    if rule.reads_facility and view.facility is not None:
        evidence.append(view.facility.event)
    term = next(
        t for t in rule.terms if view.truth(_applies(rule, t))[0] is True and view.truth(t.holds)[0] is False
    )
    due = view.value(term.deadline)[0] if term.deadline else None
    done = view.value(term.done)[0] if term.done else None
    late = None if due is None else (done or view.context.observed_until) - due
    first_due = view.value(term.first_deadline)[0] if term.first_deadline else None
    return Breach(
        activation=view.this["id"],
        when=view.this["occurred_at"],
        facility=view.this.get("facility"),
        officer=view.this.get("actor"),
        evidence=tuple(dict.fromkeys(evidence)),
        deadline=due,
        missed_by=late,
        still_open=due is not None and done is None,
        first_deadline=None if first_due == due else first_due,
        stated_reason=view.value(term.stated_reason)[0] if term.stated_reason else None,
    )


def _selects(selection: Sel, event: Row) -> bool:
    return (
        event["type"] in selection.types
        and all(event.get(field) in codes for field, codes in selection.where)
        and all(event.get(field) is not None for field in selection.having)
        and all(event.get(field) is not None and event[field] < bound for field, bound in selection.below)
    )


class _View:
    """A history seen from one activation."""

    def __init__(self, events: Sequence[Row], place: int, context: Context) -> None:
        self.events = events
        self.place = place
        self.this = events[place]
        self.context = context
        self._found: dict[Ref, Row | None] = {}

    @cached_property
    def officer(self) -> Any:
        timeline = self.context.standings.officers.get(self.this.get("actor", ""))
        return timeline.at(self.this["occurred_at"]) if timeline else None

    @cached_property
    def agreement(self) -> Any:
        timeline = self.context.standings.agreements.get(self.this["agency"])
        return timeline.at(self.this["occurred_at"]) if timeline else None

    @cached_property
    def facility(self) -> Any:
        place = self.this["agency"], self.this.get("facility") or ""
        timeline = self.context.standings.facilities.get(place)
        return timeline.at(self.this["occurred_at"]) if timeline else None

    def find(self, ref: Ref) -> Row | None:
        if ref not in self._found:
            self._found[ref] = self._search(ref)
        return self._found[ref]

    def _search(self, ref: Ref) -> Row | None:
        match ref:
            case This():
                return self.this
            case First(sel=chosen):
                return next((e for e in self.events if _selects(chosen, e)), None)
            case Last(sel=chosen, on=keys):
                found = self._others(chosen, keys) if keys else self.events
                return next((e for e in reversed(found) if _selects(chosen, e)), None)
            case Prev(sel=chosen, on=keys):
                before = [e for e in self._others(chosen, keys) if self._moment(e) <= self._moment(self.this)]
                return before[-1] if before else None
            case Next(sel=chosen, on=keys, strictly=strictly):
                here = self._moment(self.this)
                after = (e for e in self._others(chosen, keys) if self._moment(e) >= here)
                return next((e for e in after if not strictly or self._moment(e) > here), None)
        raise TypeError(ref)

    def _others(self, selection: Sel, keys: tuple[str, ...]) -> list[Row]:
        return [
            e
            for place, e in enumerate(self.events)
            if place != self.place
            and _selects(selection, e)
            and all(e.get(k) is not None and e.get(k) == self.this.get(k) for k in keys)
        ]

    @staticmethod
    def _moment(event: Row) -> datetime:
        moment: datetime = event["occurred_at"]
        return moment

    # --- values: (value or None if unknown, what is missing) -------------------------------------------

    def value(self, node: Value) -> tuple[Any, Missing]:
        match node:
            case Lit(value=value):
                return value, NOTHING
            case ObservedUntil():
                return self.context.observed_until, NOTHING
            case Count(sel=chosen, since=since):
                lacking = self._lacking(chosen, *((since.sel,) if since else ()))
                if lacking:
                    return None, lacking
                return sum(_selects(chosen, e) for e in self._since(since)), NOTHING
            case Later(start=start, span=span):
                moment, missing = self.value(start)
                return (None if moment is None else deadline(moment, span, self.this["zone"])), missing
            case Earliest(values=values) | Latest(values=values):
                found = [self.value(v) for v in values]
                known = [v for v, _ in found if v is not None]
                if not known:
                    return None, frozenset().union(*(m for _, m in found))
                return (min if isinstance(node, Earliest) else max)(known), NOTHING
            case Field():
                return self._field(node)
        raise TypeError(node)

    def _lacking(self, *selections: Sel) -> Missing:
        return frozenset(name for chosen in selections for name in self.context.provides.lacking(chosen))

    def _since(self, since: Prev | None) -> list[Row]:
        """The events from an occurrence to the activation; all of the history for none."""
        if since is None:
            return list(self.events)
        begin, here = self.find(since), self._moment(self.this)
        return [
            e
            for e in self.events
            if (begin is None or self._moment(begin) <= self._moment(e)) and self._moment(e) <= here
        ]

    def _field(self, node: Field) -> tuple[Any, Missing]:
        match node.of:
            case OfficerStanding():
                return self._standing(self.officer, node.name, OFFICER_FIELDS, "actor")
            case AgreementStanding():
                return self._standing(self.agreement, node.name, AGREEMENT_FIELDS, None)
            case FacilityStanding():
                if lack := self.context.provides.lacking_of_facilities():
                    return None, frozenset({lack})
                return self._standing(self.facility, node.name, FACILITY_FIELDS, "facility")
        event = self.find(node.of)
        if event is None:
            return None, frozenset(selection(node.of).types)
        value = event.get(node.name) if self.context.provides.field(event["type"], node.name) else None
        if value is None:
            return None, frozenset({f"{event['type']}.{node.name}"})
        return value, NOTHING

    def _standing(
        self, standing: Any, name: str, needs: dict[str, str], key: str | None
    ) -> tuple[Any, Missing]:
        if key and self._key_missing(key):
            return None, frozenset({f"{self.this['type']}.{key}"})
        if not self.context.provides.type(needs[name]):
            return None, frozenset({needs[name]})
        value = standing.fields[name] if standing is not None else None
        return value, (NOTHING if value is not None else frozenset({f"{needs[name]}.{name}"}))

    def _key_missing(self, key: str) -> bool:
        return self.this.get(key) is None or not self.context.provides.field(self.this["type"], key)

    # --- what an occurrence that is not provided might change ------------------------------------------

    def _unseen(self, node: Value) -> Missing:
        """What is lacking for the occurrence found to be the one that the value is of."""
        match node:
            case Field(of=Prev() | Next() | First() | Last() as of) if self.find(of) is not None:
                return self._lacking(of.sel)
            case Later(start=start):
                return self._unseen(start)
        return NOTHING

    def _certain(self, node: Value) -> tuple[Any, Missing]:
        """The value, or None if another occurrence might have another."""
        unseen = self._unseen(node)
        return (None, unseen) if unseen else self.value(node)

    def _range(self, node: Value) -> tuple[Any, Any, Missing]:
        """The least and the greatest value, None where there is no bound, and what is missing."""
        unseen = self._unseen(node)
        if not unseen:
            value, missing = self.value(node)
            return value, value, missing
        match node:
            case Later(start=start, span=span):
                low, high, _ = self._range(start)
                low, high = (end and deadline(end, span, self.this["zone"]) for end in (low, high))
                return low, high, unseen
            case Field(of=of, name="occurred_at"):
                found, _ = self.value(node)
                here = found and self._moment(self.this)
                match of:
                    case First():
                        return None, found, unseen
                    case Next():
                        return here, found, unseen
                    case Prev():
                        return found, here, unseen
                    case Last():
                        return found, None, unseen
        return None, None, unseen

    def _compare(self, left: Value, op: Op, right: Value) -> tuple[bool | None, Missing]:
        if not self._unseen(left) and not self._unseen(right):
            return self._known(lambda a, b: _OPS[op](a, b), self.value(left), self.value(right))
        low, high, lacks = self._range(left)
        other_low, other_high, other_lacks = self._range(right)
        # That it always holds, and that it never does: of pairs that may have no bound.
        always, never = {
            Op.LE: ((high, other_low, Op.LE), (low, other_high, Op.GT)),
            Op.LT: ((high, other_low, Op.LT), (low, other_high, Op.GE)),
            Op.GE: ((low, other_high, Op.GE), (high, other_low, Op.LT)),
            Op.GT: ((low, other_high, Op.GT), (high, other_low, Op.LE)),
        }.get(op, ((None, None, op), (None, None, op)))
        for truth, (a, b, test) in ((True, always), (False, never)):
            if a is not None and b is not None and _OPS[test](a, b):
                return truth, NOTHING
        return None, lacks | other_lacks

    # --- conditions: (True, False or None if unknown, what is missing) ---------------------------------

    def truth(self, node: Condition) -> tuple[bool | None, Missing]:
        match node:
            case And(parts=parts):
                return self._all([self.truth(p) for p in parts], False)
            case Or(parts=parts):
                return self._all([self.truth(p) for p in parts], True)
            case Not(part=part):
                truth, missing = self.truth(part)
                return (None if truth is None else not truth), missing
            case Unknown(what=what):
                return None, frozenset({what})
            case Exists(of=of):
                return self._exists(of)
            case Compare(left=left, op=op, right=right):
                return self._compare(left, op, right)
            case In(value=value, codes=codes):
                return self._known(lambda v: v in codes, self._certain(value))
            case Contains(items=items, value=value):
                return self._known(lambda i, v: v in i, self._certain(items), self._certain(value))
            case Given(field=field):
                return self._given(field)
        raise TypeError(node)

    @staticmethod
    def _all(parts: list[tuple[bool | None, Missing]], decisive: bool) -> tuple[bool | None, Missing]:
        if any(truth is decisive for truth, _ in parts):
            return decisive, NOTHING
        if any(truth is None for truth, _ in parts):
            return None, frozenset().union(*(m for truth, m in parts if truth is None))
        return not decisive, NOTHING

    @staticmethod
    def _known(test: Callable[..., bool], *values: tuple[Any, Missing]) -> tuple[bool | None, Missing]:
        if any(v is None for v, _ in values):
            return None, frozenset().union(*(m for v, m in values if v is None))
        return test(*(v for v, _ in values)), NOTHING

    def _exists(self, of: Ref) -> tuple[bool | None, Missing]:
        match of:
            case This():
                return True, NOTHING
            case OfficerStanding():
                if self._key_missing("actor"):
                    return None, frozenset({f"{self.this['type']}.actor"})
                if not self.context.provides.officers():
                    return None, frozenset({"officer.certified"})
                return self.officer is not None, NOTHING
            case AgreementStanding():
                if not self.context.provides.type("agreement.took_effect"):
                    return None, frozenset({"agreement.took_effect"})
                return self.agreement is not None, NOTHING
            case FacilityStanding():
                if lack := self.context.provides.lacking_of_facilities():
                    return None, frozenset({lack})
                if self._key_missing("facility"):
                    return None, frozenset({f"{self.this['type']}.facility"})
                return self.facility is not None, NOTHING
        if self.find(of) is not None:
            return True, NOTHING
        lacking = self.context.provides.lacking(selection(of))
        return (None, frozenset(lacking)) if lacking else (False, NOTHING)

    def _given(self, field: Field) -> tuple[bool | None, Missing]:
        value, missing = self._certain(field)
        if value is not None:
            return value != [] and value != "", NOTHING
        if self._unseen(field):
            return None, missing
        event = self.find(field.of)
        if event is not None and self.context.provides.field(event["type"], field.name):
            return False, NOTHING
        return None, missing
