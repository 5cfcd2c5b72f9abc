"""What the values of the algebra are at many acts at once. It follows `rules/case.py`, node by node."""

from collections.abc import Callable
from datetime import datetime
from functools import reduce
from typing import Any

import numpy as np

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
    This,
    Value,
)
from evenhand.rules.array.clock import deadlines
from evenhand.rules.array.columns import NO, NOTHING, YES, Array, Mask, Values, either, micros
from evenhand.rules.array.finding import count, find
from evenhand.rules.array.part import Acts, Selection
from evenhand.rules.array.plan import Plan
from evenhand.rules.standing import AGREEMENT_FIELDS, FACILITY_FIELDS, OFFICER_FIELDS

_STANDINGS = OfficerStanding | AgreementStanding | FacilityStanding


class ActValues:
    """Occurrences and values as seen from some acts. What one rule asks for is kept for the others.

    Acts may be some of `wider` ones, in these places: what is known of those is taken from there.
    """

    def __init__(self, acts: Acts, plan: Plan, wider: "tuple[ActValues, Array] | None" = None) -> None:
        self.acts, self.plan, self.provides = acts, plan, plan.provides
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
        """Where the occurrence is: a place among the selected events, or a row of standings; -1 for none."""
        places: Array = self.keep(ref, lambda: self._find(ref))
        return places

    def _find(self, ref: Ref) -> Array:
        match ref:
            case OfficerStanding() | AgreementStanding() | FacilityStanding():
                moments = self.acts.part.moment[self.acts.rows]
                return self.plan.tables.find(ref, self.acts.values, moments)
            case Prev() | Next() | First() | Last():
                return find(ref, self.acts.part.selected(ref.sel), self.acts)
        raise TypeError(ref)

    def found(self, ref: Ref) -> Any:
        """Where the occurrence is found."""
        if isinstance(ref, This):
            return YES
        return self.keep(("found", self.plan.number(ref)), lambda: self.places(ref) >= 0)

    def types(self, ref: Ref) -> list[str]:
        """The event types that the occurrence can be of in this part."""
        return self._chosen(ref).types

    def kinds(self, ref: Ref) -> Any:
        """Which of its `types` the occurrence is of at each act; of no meaning where it is not found."""
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
        """The value at each act."""
        match node:
            case Lit(value=datetime() as moment):
                return Values(np.int64(micros(moment)), YES)
            case Lit(value=constant):
                return Values(constant, YES)
            case ObservedUntil():
                return Values(np.int64(micros(self.plan.context.observed_until)), YES)
        values: Values = self.keep(node, lambda: self._value(node))
        return values

    def _value(self, node: Value) -> Values:
        match node:
            case Count():
                return self._count(node)
            case Later(start=start):
                return self.later(self.value(start), node)
            case Earliest(values=values):
                return reduce(lambda a, b: either(np.minimum, a, b), map(self.value, values))
            case Latest(values=values):
                return reduce(lambda a, b: either(np.maximum, a, b), map(self.value, values))
            case Field(of=OfficerStanding() | AgreementStanding() | FacilityStanding() as of, name=name):
                return self._standing(of, name)
            case Field(of=This(), name=name):
                return self.acts.values(name).where(self.able(This(), name))
            case Field(of=Prev() | Next() | First() | Last() as of, name=name):
                chosen = self._chosen(of)
                return chosen.take(name, self.places(of), self.found(of)).where(self.able(of, name))
        raise TypeError(node)

    def _count(self, node: Count) -> Values:
        if self.lacking(node.sel, *((node.since.sel,) if node.since else ())):
            return NOTHING
        part = self.acts.part
        since = (part.selected(node.since.sel), self.places(node.since)) if node.since else None
        return count(node, part.selected(node.sel), self.acts, since)

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
        """Where the occurrence is of a type of which the record tells the field; asked where it is found."""
        return self.keep(("able", self.plan.number(of), name), lambda: self._able(of, name))

    def _able(self, of: Ref, name: str) -> Any:
        able = np.array([self.provides.field(t, name) for t in self.types(of)], bool)
        if able.all():
            return YES
        return able[self.kinds(of)] if able.any() else NO

    def _standing(self, of: _STANDINGS, name: str) -> Values:
        if not self.standing_told(of, name):
            return NOTHING
        values = self.plan.tables.of(of).values[name].take(self.places(of), self.found(of))
        return values.where(self.keyed(of))

    def standing_told(self, of: _STANDINGS, name: str) -> bool:
        """Whether the record tells the field of such standings at all."""
        match of:
            case OfficerStanding():
                return self.provides.type(OFFICER_FIELDS[name])
            case AgreementStanding():
                return self.provides.type(AGREEMENT_FIELDS[name])
            case FacilityStanding():
                return name in FACILITY_FIELDS and not self.provides.lacking_of_facilities()

    def keyed(self, of: _STANDINGS) -> Any:
        """Where the act names the officer or the facility whose standing it is."""
        match of:
            case OfficerStanding():
                return self.value(Field(This(), "actor")).known
            case FacilityStanding():
                return self.value(Field(This(), "facility")).known
        return YES

    def lacking(self, *selections: Sel) -> tuple[str, ...]:
        """What the record lacks for the selections to be known."""
        return tuple(name for chosen in selections for name in self.plan.lacking(chosen))

    # --- what an occurrence that is not provided might change ----------------------------------------------

    def unseen(self, node: Value) -> tuple[str, ...]:
        """What the record lacks for the occurrence found to be the one that the value is of."""
        match node:
            case Field(of=Prev() | Next() | First() | Last() as of):
                return self.lacking(of.sel)
            case Later(start=start):
                return self.unseen(start)
        return ()

    def range(self, node: Value) -> tuple[Values, Values]:
        """The least and the greatest value, known where there is a bound."""
        if not self.unseen(node):
            return self.value(node), self.value(node)
        match node:
            case Later(start=start):
                low, high = self.range(start)
                return self.later(low, node), self.later(high, node)
            case Field(of=of, name="occurred_at"):
                found = self.value(node)
                here = Values(self.acts.part.moment[self.acts.rows], found.known)
                match of:
                    case First():
                        return NOTHING, found
                    case Next():
                        return here, found
                    case Prev():
                        return found, here
                    case Last():
                        return found, NOTHING
        return NOTHING, NOTHING


def _at(known: Any, places: Array) -> Any:
    """What is known of acts, of those in some places: an array, values, several of these, or one for all."""
    if isinstance(known, Values):
        return known.take(places)
    if isinstance(known, tuple):
        return tuple(_at(each, places) for each in known)
    return known[places] if np.ndim(known) else known


def mask_of(truth: Any, size: int) -> Mask:
    """A truth that may be one for all, as one for each act."""
    return truth if np.ndim(truth) else np.full(size, truth)
