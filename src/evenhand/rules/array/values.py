"""What the values of the algebra are at many acts at once. It follows `rules/case.py`, node by node."""

from collections.abc import Callable
from datetime import datetime
from functools import reduce
from typing import Any

import numpy as np

from evenhand.record.episode import STAY_TYPES
from evenhand.record.episode.columns import Moments, Stays
from evenhand.rules.algebra import (
    AgreementStanding,
    Clock,
    Count,
    Earliest,
    FacilityStanding,
    Field,
    First,
    Last,
    Later,
    Latest,
    Lit,
    Next,
    ObservedUntil,
    OfficerStanding,
    Prev,
    Ref,
    Sel,
    StayStanding,
    This,
    Value,
    selection,
)
from evenhand.rules.array.clock import deadlines
from evenhand.rules.array.columns import NO, NOTHING, YES, Array, Mask, Values, Words, either, micros
from evenhand.rules.array.finding import count, find
from evenhand.rules.array.part import Acts, Selection
from evenhand.rules.array.plan import Plan
from evenhand.rules.array.rough import Spot, count_roughly, find_roughly
from evenhand.rules.array.stays import stays_in
from evenhand.rules.context import CUT, HistoryContext
from evenhand.rules.standing import AGREEMENT_FIELDS, FACILITY_FIELDS, MOMENTS, OFFICER_FIELDS, STAY_FIELDS

_STANDINGS = OfficerStanding | AgreementStanding | FacilityStanding
Range = tuple[Values, Values]
"""The least and the greatest that a value can be, each known where there is a bound; for what is no number or
moment both are the value. If the two are one object, the value is known exactly or not at all."""
_TYPE_WORDS = Words(list(STAY_TYPES))
AT_THE_BEGIN = frozenset({"began", "due", "free"})
"""Moments of a stay that a cut on the left may hide."""
AT_THE_END = frozenset({"ended", "left", "to_ice"})
"""Moments of a stay that are the first of several types: one that is not told of may have come earlier."""


class ActValues:
    """Occurrences and values as seen from some acts. What one rule asks for is kept for the others.

    All acts are in histories of which the same is known (`about`). If these are `rough`, some moments in them
    are known only as intervals. Acts may be some of `wider` ones, in these places: what is known of those is
    taken from there.
    """

    def __init__(
        self,
        acts: Acts,
        plan: Plan,
        about: HistoryContext,
        rough: bool,
        wider: "tuple[ActValues, Array] | None" = None,
    ) -> None:
        self.acts, self.plan, self.about, self.rough = acts, plan, about, rough
        self.provides = about.provides
        self._wider = wider
        self._kept: dict[Any, Any] = {}

    def keep(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once for each key."""
        key = self.plan.number(key)
        if not self._has(key):
            self._kept[key] = make()
        return self._kept[key]

    def _has(self, key: Any) -> bool:
        if key not in self._kept and self._wider:
            wider, places = self._wider
            if wider._has(key):
                self._kept[key] = _at(wider._kept[key], places)
        return key in self._kept

    # --- occurrences ---------------------------------------------------------------------------------------

    def places(self, ref: Ref) -> Array:
        """Where the occurrence is: a place among the selected events, or a row of standings.

        -1 where there is none, and where it is not certain which one it is.
        """
        if self.rough and isinstance(ref, Prev | Next | First | Last):
            return self.spot(ref).places
        places: Array = self.keep(ref, lambda: self._find(ref))
        return places

    def _find(self, ref: Ref) -> Array:
        match ref:
            case OfficerStanding() | AgreementStanding() | FacilityStanding():
                part, rows = self.acts.part, self.acts.rows
                earliest = part.moment[rows]
                latest = part.latest[rows] if self.rough else earliest
                return self.plan.tables.find(ref, self.acts.values, earliest, latest)
            case Prev() | Next() | First() | Last():
                return find(ref, self.acts.part.selected(ref.sel), self.acts)
        raise TypeError(ref)

    def spot(self, ref: Prev | Next | First | Last) -> Spot:
        """The occurrence, where moments are known roughly."""
        spot: Spot = self.keep(
            ("spot", self.plan.number(ref)),
            lambda: find_roughly(ref, self.acts.part.selected(ref.sel), self.acts),
        )
        return spot

    def found(self, ref: Ref) -> Any:
        """Where the occurrence surely happened."""
        if isinstance(ref, This):
            return YES
        if self.rough and isinstance(ref, Prev | Next | First | Last):
            return self.spot(ref).yes
        return self.certain(ref)

    def maybe(self, ref: Ref) -> Any:
        """Where it depends on moments known too roughly whether the occurrence happened."""
        return self.spot(ref).maybe if self.rough and isinstance(ref, Prev | Next | First | Last) else NO

    def certain(self, ref: Ref) -> Any:
        """Where it is certain which event the occurrence is."""
        if isinstance(ref, This):
            return YES
        return self.keep(("found", self.plan.number(ref)), lambda: self.places(ref) >= 0)

    def types(self, ref: Ref) -> list[str]:
        """The event types that the occurrence can be of in this part."""
        return self._chosen(ref).types

    def kinds(self, ref: Ref) -> Any:
        """Which of its `types` the occurrence is of at each act; of no meaning where it is not certain."""
        if len(self.types(ref)) < 2:
            return 0
        places = self.acts.places if isinstance(ref, This) else self.places(ref)
        return self.keep(("kinds", self.plan.number(ref)), lambda: self._chosen(ref).kinds(places))

    def _chosen(self, ref: Ref) -> Selection:
        if isinstance(ref, This):
            return self.acts.chosen
        assert isinstance(ref, Prev | Next | First | Last)
        return self.acts.part.selected(ref.sel)

    # --- values --------------------------------------------------------------------------------------------

    def value(self, node: Value) -> Values:
        """The value at each act, where there is only one that it can be."""
        low, high = self.range(node)
        if low is high:
            return low
        if low.nowhere or high.nowhere:
            return NOTHING
        return Values(low.data, low.known & high.known & (low.data == high.data))

    def range(self, node: Value) -> Range:
        """The least and the greatest that the value can be at each act."""
        match node:
            case Lit(value=datetime() as moment):
                return _one(Values(np.int64(micros(moment)), YES))
            case Lit(value=constant):
                return _one(Values(constant, YES))
            case ObservedUntil():
                return _one(Values(np.int64(micros(self.plan.context.observed_until)), YES))
        found: Range = self.keep(node, lambda: self._range(node))
        return found

    def _range(self, node: Value) -> Range:
        match node:
            case Count():
                return self._count(node)
            case Later(start=start):
                return self._each(lambda values: self.later(values, node), *self.range(start))
            case Earliest(values=values):
                return self._extreme(np.minimum, values)
            case Latest(values=values):
                return self._extreme(np.maximum, values)
            case Field(of=OfficerStanding() | AgreementStanding() | FacilityStanding() as of, name=name):
                return self._standing(of, name)
            case Field(of=StayStanding(), name=name):
                return self._stay(name)
            case Field(of=This(), name="occurred_at") if self.rough:
                part, rows = self.acts.part, self.acts.rows
                return Values(part.moment[rows], YES), Values(part.latest[rows], YES)
            case Field(of=This(), name=name):
                return _one(self.acts.values(name).where(self.able(This(), name)))
            case Field(of=Prev() | Next() | First() | Last() as of, name="occurred_at"):
                return self._moment(of)
            case Field(of=Prev() | Next() | First() | Last() as of, name=name):
                if self.unseen(of):
                    return _one(NOTHING)
                found = self._chosen(of).take(name, self.places(of), self.certain(of))
                return _one(found.where(self.able(of, name)))
        raise TypeError(node)

    @staticmethod
    def _each(change: Callable[[Values], Values], low: Values, high: Values) -> Range:
        return _one(change(low)) if low is high else (change(low), change(high))

    def _extreme(self, pick: Any, values: tuple[Value, ...]) -> Range:
        """The least or the greatest of those values that have both bounds."""
        ranges = [self.range(value) for value in values]
        if all(low is high for low, high in ranges):
            return _one(reduce(lambda a, b: either(pick, a, b), (low for low, _ in ranges)))
        bounded = [(low.where(high.known), high.where(low.known)) for low, high in ranges]
        return (
            reduce(lambda a, b: either(pick, a, b), (low for low, _ in bounded)),
            reduce(lambda a, b: either(pick, a, b), (high for _, high in bounded)),
        )

    def _moment(self, of: Prev | Next | First | Last) -> Range:
        """The moment of an occurrence, as far as one that the record does not show cannot change it."""
        if self.rough:
            spot = self.spot(of)
            low, high = spot.low, spot.high
        else:
            low = high = self._chosen(of).take("occurred_at", self.places(of), self.found(of))
        if not self.unseen(of):
            return low, high
        part, rows = self.acts.part, self.acts.rows
        match of:
            case First():
                return NOTHING, high
            case Next():
                return Values(part.moment[rows], high.known), high
            case Prev():
                return low, Values(part.latest[rows], low.known)
            case Last():
                return low, NOTHING

    def _count(self, node: Count) -> Range:
        since = node.since
        if self.lacking(node.sel, *((since.sel,) if since else ())):
            return _one(NOTHING)
        chosen = self.acts.part.selected(node.sel)
        if since is not None and self.rough:
            low, high = count_roughly(node, chosen, self.acts, self.spot(since))
        else:
            of = (self.acts.part.selected(since.sel), self.places(since)) if since else None
            low = high = count(node, chosen, self.acts, of)
        if self.about.cut:
            high = NOTHING if since is None else high.where(self.found(since))
        return low, high

    def later(self, start: Values, node: Later) -> Values:
        """The moment a span after a start, where that is known."""
        if start.nowhere:
            return NOTHING
        if node.span.clock is Clock.REAL:
            return Values(start.data + node.span.seconds * 1_000_000, start.known)
        data, known = start.spread(len(self.acts))
        zone = self.acts.values("zone")
        here = np.flatnonzero(known)
        due = np.zeros(len(data), np.int64)
        assert zone.words is not None
        due[here] = deadlines(data[here], node.span, zone.data[here], zone.words.words)
        return Values(due, known)

    def able(self, of: Ref, name: str) -> Any:
        """Where the occurrence, if it is certain, is of a type of which the record tells the field."""
        return self.keep(("able", self.plan.number(of), name), lambda: self._able(of, name))

    def _able(self, of: Ref, name: str) -> Any:
        able = np.array([self.provides.field(t, name) for t in self.types(of)], bool)
        if able.all():
            return YES
        return able[self.kinds(of)] if able.any() else NO

    def _standing(self, of: _STANDINGS, name: str) -> Range:
        if not self.provides.type(needed(of)[name]):
            return _one(NOTHING)
        table, places = self.plan.tables.of(of), self.places(of)
        found = self.found(of) & self.keyed(of)
        low = table.values[name].take(places, found)
        if name not in MOMENTS or table.exact[name]:
            return _one(low)
        return low, table.values[f"{name}_by"].take(places, found)

    def sure(self, of: _STANDINGS) -> Any:
        """Where it is certain that there was any such standing at all; asked where one is found."""
        table = self.plan.tables.of(of)
        return YES if table.all_sure else table.sure[self.places(of)]

    def keyed(self, of: Ref) -> Any:
        """Where the act names the officer or the facility whose standing it is."""
        match of:
            case OfficerStanding():
                return self.value(Field(This(), "actor")).known
            case FacilityStanding():
                return self.value(Field(This(), "facility")).known
        return YES

    # --- stays ---------------------------------------------------------------------------------------------

    @property
    def stays(self) -> Stays:
        return stays_in(self.acts.part)

    def stay_number(self) -> Array:
        """The number of each act's stay."""
        number: Array = self.keep("stay", lambda: self.stays.number(self.acts.rows))
        return number

    def of_stays(self, mask: Any) -> Any:
        """What is so of stays, for each act's stay."""
        return mask[self.stay_number()] if np.ndim(mask) else mask

    def stay_moment(self, name: str) -> Moments:
        """The moment of a stay that a field is of."""
        return self.stays.moments["left" if name == "left_by" else name]

    def stay_lacking(self, name: str) -> tuple[str, ...]:
        """The types of which the record would have to tell for a moment of the stay to be known."""
        return tuple(need for need in STAY_FIELDS[name] if not self.provides.tells(need))

    def stay_unknown(self) -> Any:
        """Where it is not certain what belongs to the act's stay."""
        return self.of_stays(self.stays.any_unsure)

    def _stay(self, name: str) -> Range:
        sure, lacking = ~self.stay_unknown(), self.stay_lacking(name)
        if name == "held":
            held = self.of_stays(self.stays.held)
            return _one(Values(held, sure & (held | (NO if lacking or self.about.cut else YES))))
        moments, number = self.stay_moment(name), self.stay_number()
        known = moments.found[number] & sure
        if name == "left_by":
            kinds = moments.type[number]
            return _one(Values(kinds, known & (NO if lacking else kinds >= 0), _TYPE_WORDS))
        low, high = Values(moments.low[number], known), Values(moments.high[number], known)
        if name == "free":
            low, high = (v.where(~self.of_stays(self.stays.maybe_held_on)) for v in (low, high))
            if self.provides.tells("custody.hold_ended"):
                low, high = (v.where(~self.stays.held_on[number]) for v in (low, high))
            high = high.where(~moments.open[number])
        if name in AT_THE_END and lacking:
            return NOTHING, high
        return low, high

    # --- what the record does not show ---------------------------------------------------------------------

    def lacking(self, *selections: Sel) -> tuple[str, ...]:
        """What the record lacks for the selections to be known."""
        return tuple(name for chosen in selections for name in self.provides.lacking(chosen))

    def unseen(self, of: Ref) -> tuple[str, ...]:
        """What the record lacks for the occurrence found to be the one that is meant."""
        if isinstance(of, This):
            return ()
        lacking = self.lacking(selection(of))
        return (*lacking, CUT) if isinstance(of, First) and self.about.cut else lacking

    def unseen_if_absent(self, of: Prev | Next | First | Last) -> tuple[str, ...]:
        """What the record lacks for it to be known that there was no such event."""
        lacking = self.lacking(of.sel)
        return (*lacking, CUT) if not isinstance(of, Next) and self.about.cut else lacking

    # --- the event that a moment is of ---------------------------------------------------------------------

    def row_of(self, node: Value) -> Array | None:
        """The row of the one event whose moment the value is, -1 where there is none; None if nowhere."""
        match node:
            case Field(of=StayStanding(), name=name) if name not in ("left_by", "held"):
                return self._row_of_stay(name)
            case Field(of=This(), name="occurred_at"):
                return self.acts.rows
            case Field(of=Prev() | Next() | First() | Last() as of, name="occurred_at"):
                if self.unseen(of) or not len(self._chosen(of).rows):
                    return None
                places = self.places(of)
                return np.where(places >= 0, self._chosen(of).rows[places], -1)
        return None

    def _row_of_stay(self, name: str) -> Array | None:
        if name in AT_THE_END and self.stay_lacking(name):
            return None
        size, part = len(self.acts), self.acts.part
        row = self.stay_moment(name).row[self.stay_number()]
        low, high = self.range(Field(StayStanding(), name))
        known = mask_of(low.known & high.known, size) & (row >= 0)
        known &= (part.moment[row] == low.data) & (part.latest[row] == high.data)
        return np.where(known, row, -1)


def needed(of: _STANDINGS) -> dict[str, str]:
    """The event type that a record must provide for each field of such standings."""
    match of:
        case OfficerStanding():
            return OFFICER_FIELDS
        case AgreementStanding():
            return AGREEMENT_FIELDS
        case FacilityStanding():
            return FACILITY_FIELDS


def _one(values: Values) -> Range:
    return values, values


def _at(known: Any, places: Array) -> Any:
    """What is known of acts, of those in some places: an array, values, several of these, or one for all."""
    if isinstance(known, Values):
        return known.take(places)
    if isinstance(known, Spot):
        return Spot(*(_at(each, places) for each in known))
    if isinstance(known, tuple):
        if len(known) == 2 and known[0] is known[1]:
            return (_at(known[0], places),) * 2
        return tuple(_at(each, places) for each in known)
    return known[places] if np.ndim(known) else known


def mask_of(truth: Any, size: int) -> Mask:
    """A truth that may be one for all, as one for each act."""
    return truth if np.ndim(truth) else np.full(size, truth)
