"""The `case` engine: one rule on one history, in plain Python. It is the meaning of the algebra."""

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from evenhand.record.episode import Found, Stay, stays_of
from evenhand.record.time import Moment, in_given_order, moment_of
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
    StayStanding,
    This,
    Unknown,
    Value,
    selection,
)
from evenhand.rules.answer import Answer, Breach, Due, Verdict, unanswerable
from evenhand.rules.clock import deadline
from evenhand.rules.context import CUT, Context
from evenhand.rules.rule import Rule, Term
from evenhand.rules.standing import (
    AGREEMENT_FIELDS,
    FACILITY_FIELDS,
    MOMENTS,
    OFFICER_FIELDS,
    PAPERS,
    STAY_FIELDS,
    Row,
    Timeline,
    effective_events,
    event_type_of,
)
from evenhand.rules.standing import Standing as Stood

Missing = frozenset[str]
Truth = tuple[bool | None, Missing]
NOTHING: Missing = frozenset()
_OPS: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LE: operator.le,
    Op.LT: operator.lt,
    Op.GE: operator.ge,
    Op.GT: operator.gt,
}


def judge(rule: Rule, history: Sequence[Row], context: Context) -> Answer:
    """The rule's answer on one history: its events in order, each a mapping of column to value."""
    lacking = unanswerable(rule, context.provides)
    if lacking:
        return Answer(Verdict.CANNOT_TELL, (), frozenset(lacking))
    whole = History(history, context)
    worst, breaches, missing = Verdict.NOT_APPLICABLE, [], NOTHING
    for view in whole.acts(rule):
        verdict, lacks = view.judge(rule)
        worst = min(worst, verdict)
        if verdict is Verdict.BROKEN:
            breaches.append(_breach(rule, view))
        elif verdict is Verdict.CANNOT_TELL:
            missing |= lacks
    return Answer(worst, tuple(breaches), missing if worst is Verdict.CANNOT_TELL else NOTHING)


def dues(rule: Rule, history: Sequence[Row], context: Context) -> tuple[Due, ...]:
    """The deadlines that the rule sets in one history; of a range, the earliest: whoever meets it is in time.

    A term that may not apply, for want of what the record does not tell, counts as one that does.
    """
    found = []
    for view in History(history, context).acts(rule, everywhere=True):
        for term in rule.terms:
            if term.deadline is None or view.truth(applies(rule, term))[0] is False:
                continue
            by = view.value(term.deadline).earliest
            done = view.value(term.done).earliest if term.done else None
            if by is not None:
                met = view.truth(term.holds)[0]
                found.append(Due(view.this["id"], view.this["occurred_at"], by, done, met))
    return tuple(found)


def applies(rule: Rule, term: Term) -> Condition:
    """That the act falls under the rule and under this term of it."""
    return And((rule.when, term.applies)) if rule.when else term.applies


def broken_term(rule: Rule, view: "View") -> Term:
    """The first term that is broken at the act."""
    return next(
        t for t in rule.terms if view.truth(applies(rule, t))[0] is True and view.truth(t.holds)[0] is False
    )


def _breach(rule: Rule, view: "View") -> Breach:
    evidence = [view.this["id"]]
    evidence += [event["id"] for ref in rule.refs if (event := view.find(ref).event) is not None]
    for reads, stood in (
        (rule.reads_officer, view.officer),
        (rule.reads_agreement, view.agreement),
        (rule.reads_facility, view.facility),
    ):
        if reads and stood is not None:
            evidence.append(stood.event)
    term = broken_term(rule, view)
    due = view.value(term.deadline).latest if term.deadline else None
    done = view.value(term.done).earliest if term.done else None
    late = None if due is None else (done or view.context.observed_until) - due
    first_due = view.value(term.first_deadline).latest if term.first_deadline else None
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
        stated_reason=view.value(term.stated_reason).known if term.stated_reason else None,
        severity=rule.severity_of(term),
    )


def selects(chosen: Sel, event: Row) -> bool:
    """Whether an event is of the types and has the codes that a selection asks for."""
    return (
        event["type"] in chosen.types
        and all(event.get(field) in codes for field, codes in chosen.where)
        and all(event.get(field) is not None for field in chosen.having)
        and all(event.get(field) is not None and event[field] < bound for field, bound in chosen.below)
    )


@dataclass(frozen=True)
class Worth:
    """What a value can be: a range for numbers and moments, one thing for all else; None where not known.

    `lacks` names what would have to be known, `blurred` the moments that would have to be known better.
    """

    earliest: Any = None
    latest: Any = None
    lacks: Missing = NOTHING
    blurred: Missing = NOTHING

    @property
    def known(self) -> Any:
        """The value, if there is only one."""
        return self.earliest if self.earliest == self.latest else None

    @property
    def missing(self) -> Missing:
        return self.lacks | self.blurred


def _one(value: Any) -> Worth:
    return Worth(value, value)


@dataclass(frozen=True)
class Occurrence:
    """What a search among the recorded events of a history found.

    `happened`: True, False, or None where it depends on moments that are known too roughly. `event` is the
    one if it is certain which. `earliest` and `latest`: the range of its moment, if it happened.
    """

    happened: bool | None
    event: Row | None = None
    earliest: datetime | None = None
    latest: datetime | None = None


class History:
    """The effective events of one subject, in order, with what is derived from them."""

    def __init__(self, history: Sequence[Row], context: Context) -> None:
        self.events = effective_events(history)
        self.moments = [moment_of(event) for event in self.events]
        self.context = context.of_history(self.events)

    @cached_property
    def stays(self) -> tuple[list[int], list[Stay]]:
        return stays_of(self.events)

    def acts(self, rule: Rule, *, everywhere: bool = False) -> Iterable["View"]:
        """The history as seen from each act at which the rule is judged."""
        record = self.context.record
        askable = record.provides.askable(rule.on)
        for place, event in enumerate(self.events):
            judged = everywhere or record.judges(event["occurred_at"])
            if judged and event["type"] in askable and selects(rule.on, event):
                yield View(self, place)


class View:
    """A history seen from one activation."""

    def __init__(self, history: History, place: int) -> None:
        self.history, self.place, self.context = history, place, history.context
        self.events, self.moments = history.events, history.moments
        self.this = self.events[place]
        self.here = self.moments[place]
        assert self.here.earliest is not None
        assert self.here.latest is not None
        self.begin, self.end = self.here.earliest, self.here.latest
        self._found: dict[int, tuple[Ref, Occurrence]] = {}

    def judge(self, rule: Rule) -> tuple[Verdict, Missing]:
        """The rule's answer at this act, and what is missing if it cannot be told."""
        verdict, missing = Verdict.NOT_APPLICABLE, NOTHING
        for term in rule.terms:
            under, lacks = self.truth(applies(rule, term))
            if under is False:
                continue
            holds, holds_lacks = self.truth(term.holds)
            if holds is True:
                verdict = min(verdict, Verdict.HOLDS)
            elif holds is False and under is True:
                verdict = min(verdict, Verdict.BROKEN)
            else:
                verdict = min(verdict, Verdict.CANNOT_TELL)
                missing |= (lacks if under is None else NOTHING) | (holds_lacks if holds is None else NOTHING)
        return verdict, missing

    # --- what stood ----------------------------------------------------------------------------------------

    @cached_property
    def officer(self) -> Stood | None:
        return self._stood(self.context.standings.officers.get(self.this.get("actor", "")))

    @cached_property
    def agreement(self) -> Stood | None:
        return self._stood(self.context.standings.agreements.get(self.this["agency"]))

    @cached_property
    def facility(self) -> Stood | None:
        place = self.this["agency"], self.this.get("facility") or ""
        return self._stood(self.context.standings.facilities.get(place))

    def _stood(self, timeline: Timeline | None) -> Stood | None:
        return timeline.within(self.begin, self.end) if timeline else None

    @cached_property
    def stay(self) -> Stay:
        numbers, stays = self.history.stays
        return stays[numbers[self.place]]

    # --- occurrences ---------------------------------------------------------------------------------------

    def find(self, ref: Ref) -> Occurrence:
        """The occurrence among the events that the record shows."""
        # By identity: a rule's references are long-lived, and hashing one takes longer than most searches.
        known = self._found.get(id(ref))
        if known is None:
            known = self._found[id(ref)] = ref, self._search(ref)
        return known[1]

    def _search(self, ref: Ref) -> Occurrence:
        match ref:
            case This():
                return Occurrence(True, self.this, self.begin, self.end)
            case First(sel=chosen):
                return self._first(self._selected(chosen), self._selected(chosen))
            case Last(sel=chosen, on=keys):
                found = self._others(chosen, keys) if keys else self._selected(chosen)
                return self._last(found, found)
            case Prev(sel=chosen, on=keys):
                others = self._others(chosen, keys)
                last = self._last(
                    [n for n in others if self._surely_by(n, self.place)],
                    [n for n in others if self._maybe_by(n, self.place)],
                )
                return self._clipped(last, latest=self.end)
            case Next(sel=chosen, on=keys, strictly=strictly):
                others = self._others(chosen, keys)
                first = self._first(
                    [n for n in others if self._surely_by(self.place, n, strictly=strictly)],
                    [n for n in others if self._maybe_by(self.place, n, strictly=strictly)],
                )
                return self._clipped(first, earliest=self.begin)
        raise TypeError(ref)

    def _selected(self, chosen: Sel) -> list[int]:
        return [n for n, e in enumerate(self.events) if selects(chosen, e)]

    def _others(self, chosen: Sel, keys: tuple[str, ...]) -> list[int]:
        return [
            n
            for n in self._selected(chosen)
            if n != self.place
            and all(self.events[n].get(k) is not None and self.events[n][k] == self.this.get(k) for k in keys)
        ]

    def _surely_by(self, first: int, second: int, *, strictly: bool = False) -> bool:
        """Whether the first event surely happened at or before the second; `strictly`: before it."""
        a, b = self._range(first), self._range(second)
        if strictly:
            return a[1] < b[0]
        return a[1] <= b[0] or (first < second and in_given_order(self.moments[first], self.moments[second]))

    def _maybe_by(self, first: int, second: int, *, strictly: bool = False) -> bool:
        """Whether the first event can have happened at or before the second; `strictly`: before it."""
        a, b = self._range(first), self._range(second)
        if not strictly:
            return a[0] <= b[1]
        return a[0] < b[1] and not (
            second < first and in_given_order(self.moments[first], self.moments[second])
        )

    def _range(self, place: int) -> tuple[datetime, datetime]:
        moment = self.moments[place]
        assert moment.earliest is not None
        assert moment.latest is not None
        return moment.earliest, moment.latest

    def _last(self, sure: list[int], possible: list[int]) -> Occurrence:
        """The last of some events, of which some surely count and all possibly do."""
        if not sure:
            return Occurrence(None if possible else False)
        last = sure[-1]
        certain = all(
            self._surely_by(n, last) and not (n > last and self._tied(n, last)) for n in possible if n != last
        )
        return Occurrence(
            True,
            self.events[last] if certain else None,
            max(self._range(n)[0] for n in sure),
            max(self._range(n)[1] for n in possible),
        )

    def _first(self, sure: list[int], possible: list[int]) -> Occurrence:
        """The first of some events, of which some surely count and all possibly do."""
        if not sure:
            return Occurrence(None if possible else False)
        first = sure[0]
        certain = all(
            self._surely_by(first, n) and not (n < first and self._tied(n, first))
            for n in possible
            if n != first
        )
        return Occurrence(
            True,
            self.events[first] if certain else None,
            min(self._range(n)[0] for n in possible),
            min(self._range(n)[1] for n in sure),
        )

    def _tied(self, one: int, other: int) -> bool:
        return one != other and self.moments[one] == self.moments[other] and self.moments[one].exact

    @staticmethod
    def _clipped(
        found: Occurrence, *, earliest: datetime | None = None, latest: datetime | None = None
    ) -> Occurrence:
        """The occurrence, whose moment lies on one side of the act's own."""
        if found.earliest is None or found.latest is None:
            return found
        return Occurrence(
            found.happened,
            found.event,
            max(found.earliest, earliest) if earliest and not found.event else found.earliest,
            min(found.latest, latest) if latest and not found.event else found.latest,
        )

    # --- what is lacking -----------------------------------------------------------------------------------

    def _lacking(self, *selections: Sel) -> Missing:
        return frozenset(name for chosen in selections for name in self.context.provides.lacking(chosen))

    def _unseen(self, ref: Ref) -> Missing:
        """What is lacking for a found occurrence to be the one that is meant."""
        lacking = self._lacking(selection(ref))
        return lacking | {CUT} if isinstance(ref, First) and self.context.cut else lacking

    def _unseen_if_absent(self, ref: Ref) -> Missing:
        """What is lacking for it to be known that there was no such event."""
        lacking = self._lacking(selection(ref))
        return lacking | {CUT} if isinstance(ref, Prev | First | Last) and self.context.cut else lacking

    def _blurred(self, *types: str) -> Missing:
        """The moments of these event types that are not known exactly, by name; the act's own included."""
        return frozenset(
            f"{e['type']}.occurred_at"
            for n, e in enumerate(self.events)
            if (e["type"] in types or n == self.place) and not self.moments[n].exact
        )

    def _key_missing(self, key: str) -> bool:
        return self.this.get(key) is None or not self.context.provides.field(self.this["type"], key)

    # --- values --------------------------------------------------------------------------------------------

    def value(self, node: Value) -> Worth:
        """What a value can be."""
        match node:
            case Lit(value=value):
                return _one(value)
            case ObservedUntil():
                return _one(self.context.observed_until)
            case Count():
                return self._count(node)
            case Later(start=start, span=span):
                begin, zone = self.value(start), self.this["zone"]
                earliest, latest = (
                    end and deadline(end, span, zone) for end in (begin.earliest, begin.latest)
                )
                return Worth(earliest, latest, begin.lacks, begin.blurred)
            case Earliest(values=values):
                return self._extreme(min, values)
            case Latest(values=values):
                return self._extreme(max, values)
            case Field(of=OfficerStanding(), name=name):
                return self._field_of_standing(self.officer, name, OFFICER_FIELDS, "actor")
            case Field(of=AgreementStanding(), name=name):
                return self._field_of_standing(self.agreement, name, AGREEMENT_FIELDS, None)
            case Field(of=FacilityStanding(), name=name):
                return self._field_of_standing(self.facility, name, FACILITY_FIELDS, "facility")
            case Field(of=StayStanding(), name=name):
                return self._field_of_stay(name)
            case Field():
                return self._field(node)
        raise TypeError(node)

    def _extreme(self, pick: Callable[[Iterable[Any]], Any], values: tuple[Value, ...]) -> Worth:
        """The least or the greatest of those values that are known."""
        found = [self.value(v) for v in values]
        known = [v for v in found if v.earliest is not None and v.latest is not None]
        if not known:
            return Worth(lacks=frozenset().union(*(v.missing for v in found)))
        return Worth(
            pick(v.earliest for v in known),
            pick(v.latest for v in known),
            blurred=frozenset().union(*(v.blurred for v in known)),
        )

    def _count(self, node: Count) -> Worth:
        since = node.since
        lacking = self._lacking(node.sel, *((since.sel,) if since else ()))
        if lacking:
            return Worth(lacks=lacking)
        places = self._selected(node.sel)
        if since is None:
            return Worth(len(places), None if self.context.cut else len(places), self._cut_name())
        begin = self.find(since)
        sure = possible = 0
        for n in places:
            by_now = (
                n == self.place or self._surely_by(n, self.place),
                n == self.place or self._maybe_by(n, self.place),
            )
            after = self._after_begin(n, begin)
            sure += by_now[0] and after[0]
            possible += by_now[1] and after[1]
        unbounded = self.context.cut and begin.happened is not True
        return Worth(
            sure,
            None if unbounded else possible,
            self._cut_name() if unbounded else NOTHING,
            self._blurred(*node.sel.types, *since.sel.types) if sure != possible else NOTHING,
        )

    def _after_begin(self, place: int, begin: Occurrence) -> tuple[bool, bool]:
        """Whether an event surely, and whether it possibly, is at or after the occurrence counted from."""
        if begin.earliest is None or begin.latest is None:
            return begin.happened is False, True
        low, high = self._range(place)
        sure, possible = begin.latest <= low, begin.earliest <= high
        if begin.event is not None:
            first = next(n for n, e in enumerate(self.events) if e is begin.event)
            sure = sure or place == first or self._surely_by(first, place)
        return sure, possible

    def _cut_name(self) -> Missing:
        return frozenset({CUT}) if self.context.cut else NOTHING

    def _field(self, node: Field) -> Worth:
        found = self.find(node.of)
        if found.happened is False:
            return Worth(lacks=frozenset(selection(node.of).types))
        unseen = NOTHING if isinstance(node.of, This) else self._unseen(node.of)
        if node.name == "occurred_at":
            exact = found.happened and found.earliest == found.latest
            blurred = NOTHING if exact else self._blurred(*self._types(node.of))
            return self._bounded(node.of, found, unseen, blurred)
        if unseen:
            return Worth(lacks=unseen)
        if found.event is None:
            return Worth(blurred=self._blurred(*self._types(node.of)))
        return self._field_of_event(found.event, node.name)

    def _types(self, ref: Ref) -> tuple[str, ...]:
        return () if isinstance(ref, This) else selection(ref).types

    def _bounded(self, ref: Ref, found: Occurrence, unseen: Missing, blurred: Missing) -> Worth:
        """The moment of an occurrence, as far as one that the record does not show cannot change it."""
        earliest, latest = found.earliest, found.latest
        if unseen and found.happened:
            match ref:
                case First():
                    earliest = None
                case Next():
                    earliest = self.begin
                case Prev():
                    latest = self.end
                case Last():
                    latest = None
        return Worth(earliest, latest, unseen, blurred)

    def _field_of_event(self, event: Row, name: str) -> Worth:
        value = event.get(name) if self.context.provides.field(event["type"], name) else None
        return Worth(lacks=frozenset({f"{event['type']}.{name}"})) if value is None else _one(value)

    def _field_of_standing(
        self, stood: Stood | None, name: str, needs: dict[str, str], key: str | None
    ) -> Worth:
        if key and self._key_missing(key):
            return Worth(lacks=frozenset({f"{self.this['type']}.{key}"}))
        if not self.context.provides.type(needs[name]):
            return Worth(lacks=frozenset({needs[name]}))
        value = stood.fields[name] if stood is not None else None
        if stood is None or value is None:
            told = self.context.provides.tells(event_type_of(needs[name]))
            return Worth(lacks=frozenset({f"{needs[name]}.{name}" if told else needs[name]}))
        if name in MOMENTS:
            latest = stood.fields[f"{name}_by"]
            blurred = NOTHING if value == latest else frozenset({f"{needs[name]}.occurred_at"})
            return Worth(value, latest, blurred=blurred)
        return _one(value)

    def _field_of_stay(self, name: str) -> Worth:
        stay, needs = self.stay, STAY_FIELDS[name]
        if stay.unsure:
            return Worth(blurred=stay.unsure)
        lacking = frozenset(n for n in needs if not self.context.provides.tells(n))
        if name == "held":
            unknown = lacking | self._cut_name()
            return _one(True) if stay.held else (Worth(lacks=unknown) if unknown else _one(False))
        found: Found | None = getattr(stay, "left" if name == "left_by" else name)
        if found is None:
            return Worth(
                lacks=lacking | (self._cut_name() if name in _AT_THE_BEGIN else NOTHING) or frozenset(needs)
            )
        if name == "free" and stay.held_on_unsure:
            return Worth(blurred=stay.held_on_unsure)
        blurred = self._blurred_stay(name, found.moment)
        if name == "left_by":
            return Worth(lacks=lacking, blurred=blurred) if lacking or not found.type else _one(found.type)
        earliest, latest = found.moment.earliest, found.moment.latest
        if name == "free" and stay.held_on and self.context.provides.tells("custody.hold_ended"):
            return Worth(lacks=frozenset({"custody.hold_ended"}))
        if name == "free" and latest is None:
            return Worth(earliest, None, frozenset({"custody.hold_ended"}), blurred)
        if name in _AT_THE_END and lacking:
            return Worth(None, latest, lacking, blurred)
        return Worth(earliest, latest, blurred=blurred)

    def _blurred_stay(self, name: str, moment: Moment) -> Missing:
        """The moments that would have to be known better for a moment of the stay to be."""
        if moment.exact:
            return NOTHING
        needs = STAY_FIELDS[name]
        named = frozenset(
            f"{e['type']}.occurred_at"
            for n, e in enumerate(self.events)
            if e["type"] in needs and not self.moments[n].exact
        )
        # Several exact moments of one type: which of them counts is what is not known.
        return named or frozenset(f"{need}.occurred_at" for need in needs)

    # --- conditions ----------------------------------------------------------------------------------------

    def truth(self, node: Condition) -> Truth:
        """True, False or None if unknown; and what is missing."""
        match node:
            case And(parts=parts):
                return self._all(map(self.truth, parts), False)
            case Or(parts=parts):
                return self._all(map(self.truth, parts), True)
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
                return self._known(lambda v: v in codes, self.value(value))
            case Contains(items=items, value=value):
                return self._known(lambda i, v: v in i, self.value(items), self.value(value))
            case Given(field=field):
                return self._given(field)
        raise TypeError(node)

    @staticmethod
    def _all(parts: Iterable[Truth], decisive: bool) -> Truth:
        """What the parts give together; the first decisive one settles it, and no further one is asked."""
        unknown = False
        missing = NOTHING
        for truth, lacks in parts:
            if truth is decisive:
                return decisive, NOTHING
            if truth is None:
                unknown = True
                missing |= lacks
        return (None if unknown else not decisive), missing

    @staticmethod
    def _known(test: Callable[..., bool], *values: Worth) -> Truth:
        unknown = [v for v in values if v.known is None]
        if unknown:
            return None, frozenset().union(*(v.missing for v in unknown))
        return test(*(v.known for v in values)), NOTHING

    def _compare(self, left: Value, op: Op, right: Value) -> Truth:
        ordered = self._in_given_order(left, op, right)
        if ordered is not None:
            return ordered, NOTHING
        a, b = self.value(left), self.value(right)
        if a.known is not None and b.known is not None:
            return _OPS[op](a.known, b.known), NOTHING
        # That it always holds, and that it never does: of pairs that may have no bound.
        always, never = {
            Op.LE: (((a.latest, Op.LE, b.earliest),), ((a.earliest, Op.GT, b.latest),)),
            Op.LT: (((a.latest, Op.LT, b.earliest),), ((a.earliest, Op.GE, b.latest),)),
            Op.GE: (((a.earliest, Op.GE, b.latest),), ((a.latest, Op.LT, b.earliest),)),
            Op.GT: (((a.earliest, Op.GT, b.latest),), ((a.latest, Op.LE, b.earliest),)),
            Op.EQ: ((), ((a.latest, Op.LT, b.earliest), (a.earliest, Op.GT, b.latest))),
            Op.NE: (((a.latest, Op.LT, b.earliest), (a.earliest, Op.GT, b.latest)), ()),
        }[op]
        for truth, tests in ((True, always), (False, never)):
            if any(x is not None and y is not None and _OPS[test](x, y) for x, test, y in tests):
                return truth, NOTHING
        return None, a.missing | b.missing

    def _in_given_order(self, left: Value, op: Op, right: Value) -> bool | None:
        """The comparison of two events' moments that the order in the record decides."""
        a, b = self._event_of(left), self._event_of(right)
        if a is None or b is None:
            return None
        if a == b:
            return op in (Op.LE, Op.GE, Op.EQ)
        if not in_given_order(self.moments[a], self.moments[b]):
            return None
        decided = {Op.LE: True, Op.GT: False} if a < b else {Op.GE: True, Op.LT: False}
        return decided.get(op)

    def _event_of(self, node: Value) -> int | None:
        """The place of the one event whose moment the value is."""
        match node:
            case Field(of=StayStanding(), name=name) if name != "left_by" and name != "held":
                worth, found = self.value(node), getattr(self.stay, name)
                if found is None or found.event is None or worth.lacks:
                    return None
                place = next(n for n, e in enumerate(self.events) if e["id"] == found.event)
                return place if Moment(worth.earliest, worth.latest) == self.moments[place] else None
            case Field(of=This() | Prev() | Next() | First() | Last() as of, name="occurred_at"):
                event = self.find(of).event
                if event is None or (not isinstance(of, This) and self._unseen(of)):
                    return None
                return next(n for n, e in enumerate(self.events) if e is event)
        return None

    def _exists(self, of: Ref) -> Truth:
        match of:
            case This():
                return True, NOTHING
            case OfficerStanding():
                if self._key_missing("actor"):
                    return None, frozenset({f"{self.this['type']}.actor"})
                untold = frozenset(n for n in PAPERS if not self.context.provides.tells(n))
                if self.officer is None and untold:
                    return None, untold
                return self._stands(self.officer, "officer.certified")
            case AgreementStanding():
                if self.agreement is None and not self.context.provides.tells("agreement.took_effect"):
                    return None, frozenset({"agreement.took_effect"})
                return self._stands(self.agreement, "agreement.took_effect")
            case FacilityStanding():
                if self._key_missing("facility"):
                    return None, frozenset({f"{self.this['type']}.facility"})
                if self.facility is None and not self.context.provides.tells("poster.attested"):
                    return None, frozenset({"poster.attested"})
                return self._stands(self.facility, "poster.attested")
        found = self.find(of)
        if found.happened:
            return True, NOTHING
        unseen = self._unseen_if_absent(of)
        if found.happened is None:
            return None, unseen | self._blurred(*selection(of).types)
        return (None, unseen) if unseen else (False, NOTHING)

    @staticmethod
    def _stands(stood: Stood | None, event_type: str) -> Truth:
        if stood is not None and not stood.sure:
            return None, frozenset({f"{event_type}.occurred_at"})
        return stood is not None, NOTHING

    def _given(self, field: Field) -> Truth:
        if isinstance(field.of, StayStanding):
            return self._given_of_stay(field.name)
        value = self.value(field)
        if value.known is not None:
            return value.known != [] and value.known != "", NOTHING
        if value.earliest is not None and value.latest is not None:
            # A moment that is known roughly is given.
            return True, NOTHING
        if isinstance(field.of, This | Prev | Next | First | Last):
            event = self.find(field.of).event
            seen = isinstance(field.of, This) or not self._unseen(field.of)
            if event is not None and seen and self.context.provides.field(event["type"], field.name):
                return False, NOTHING
        return None, value.missing

    def _given_of_stay(self, name: str) -> Truth:
        """Whether the moment of the stay came."""
        stay = self.stay
        if stay.unsure:
            return None, stay.unsure
        if name == "held":
            return True, NOTHING
        found = getattr(stay, "left" if name == "left_by" else name)
        if found is not None:
            if name == "free" and stay.held_on_unsure:
                return None, stay.held_on_unsure
            if name == "free" and stay.held_on:
                told = self.context.provides.tells("custody.hold_ended")
                return (False, NOTHING) if told else (None, frozenset({"custody.hold_ended"}))
            return True, NOTHING
        lacking = frozenset(n for n in STAY_FIELDS[name] if not self.context.provides.tells(n))
        lacking |= self._cut_name() if name in _AT_THE_BEGIN else NOTHING
        return (None, lacking) if lacking else (False, NOTHING)


_AT_THE_BEGIN = frozenset({"began", "due", "free"})
"""Moments of a stay that a cut on the left may hide."""
_AT_THE_END = frozenset({"ended", "left", "to_ice"})
"""Moments of a stay that are the first of several types: one that is not told of may have come earlier."""
