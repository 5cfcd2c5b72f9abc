"""Derive the stays of many histories at once, as arrays. `stays_of` defines the result.

Most histories are plain: at most one booking, one exit after it, one moment when release is due, one transfer
in place, and no other authority's hold. They have one stay, which is read off the arrays; the others are
asked of `stays_of`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from evenhand.record.episode.stays import (
    BOOKED,
    DEPARTED,
    DUE,
    HELD,
    IN_PLACE,
    RELEASED,
    STAY_TYPES,
    TEMPORARY,
    Found,
    Stay,
    stays_of,
)
from evenhand.record.time import ORDERED_UP_TO

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

MOMENTS = ("began", "due", "free", "ended", "left", "to_ice")
"""The moments of a stay (`Stay`)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_SHORT = ORDERED_UP_TO // _TICK
_CODE = {name: code for code, name in enumerate(STAY_TYPES)}


@dataclass(frozen=True)
class StayEvents:
    """The effective events of one type: rows, histories, moments in microseconds, and stated fields.

    `texts` gives the field that matters for stays, in each place: the destination of a departure, the basis
    of a hold; None where it is not stated, or for all where there is no such field.
    """

    rows: Array
    case: Array
    low: Array
    high: Array
    texts: Array | None = None


@dataclass
class Moments:
    """One moment of each stay: whether the histories show it, its range, the row of its event (-1: no single
    one) and the code of its type in `STAY_TYPES` (-1: no single one). Where `open`, it has no latest
    bound."""

    found: Mask
    low: Array
    high: Array
    open: Mask
    row: Array
    type: Array

    @classmethod
    def none(cls, size: int) -> "Moments":
        return cls(
            np.zeros(size, bool),
            np.zeros(size, np.int64),
            np.zeros(size, np.int64),
            np.zeros(size, bool),
            np.full(size, -1, np.int32),
            np.full(size, -1, np.int8),
        )

    def put(self, place: int, found: Found | None) -> None:
        """Write what `stays_of` found."""
        if found is None:
            return
        assert found.moment.earliest is not None
        self.found[place] = True
        self.low[place] = _micros(found.moment.earliest)
        if found.moment.latest is None:
            self.open[place] = True
        else:
            self.high[place] = _micros(found.moment.latest)
        self.row[place] = -1 if found.event is None else found.event
        self.type[place] = -1 if found.type is None else _CODE[found.type]


@dataclass
class Stays:
    """The stays of all histories of a part, in order.

    `case` is the number of each stay's history in the part, `begins` the first row of each stay.

    `moments` are by name (`MOMENTS`); `unsure` gives, by name, the stays for whose certainty that moment
    would have to be known better; `held_on_unsure` those of which it depends on that moment whether another
    hold outlasts them.
    """

    case: Array
    begins: Array
    moments: dict[str, Moments]
    held: Mask
    held_on: Mask
    unsure: dict[str, Mask] = field(default_factory=dict)
    held_on_unsure: dict[str, Mask] = field(default_factory=dict)

    def number(self, rows: Array) -> Array:
        """The number of the stay that each row belongs to."""
        found: Array = np.searchsorted(self.begins, rows, side="right") - 1
        return found

    @cached_property
    def any_unsure(self) -> Any:
        """Which stays are not certain; False if all are."""
        return _any(self.unsure)

    @cached_property
    def maybe_held_on(self) -> Any:
        """Of which stays it is not certain whether another hold outlasts them; False if of none."""
        return _any(self.held_on_unsure)


def _any(masks: Mapping[str, Mask]) -> Any:
    found: Any = np.False_
    for mask in masks.values():
        found = found | mask
    return found


def stay_columns(events: Mapping[str, StayEvents], case_begin: Array) -> Stays:
    """The stays of histories whose first rows are given, with one more for the end.

    `events` gives the events of each type that occurs, in order of their rows.
    """
    facts = _Facts(events, len(case_begin) - 1)
    awkward = np.flatnonzero(~facts.plain)
    rows = _histories(events, awkward)
    histories = [stays_of(each) for each in rows]
    number = np.ones(len(case_begin) - 1, np.int64)
    number[awkward] = [len(stays) for _, stays in histories]
    offset = np.append(0, np.cumsum(number))
    size = int(offset[-1])
    stays = Stays(
        np.repeat(np.arange(len(number)), number),
        np.repeat(case_begin[:-1], number),
        {name: Moments.none(size) for name in MOMENTS},
        np.zeros(size, bool),
        np.zeros(size, bool),
    )
    facts.write(stays, offset[:-1])
    for each, case, (numbers, found) in zip(rows, awkward, histories, strict=True):
        _write(stays, int(offset[case]), each, numbers, found)
    return stays


def _write(
    stays: Stays, offset: int, rows: list[dict[str, Any]], numbers: list[int], found: list[Stay]
) -> None:
    for place in range(1, len(rows)):
        if numbers[place] > numbers[place - 1]:
            stays.begins[offset + numbers[place]] = rows[place]["id"]
    for number, stay in enumerate(found):
        for name, moments in stays.moments.items():
            moments.put(offset + number, getattr(stay, name))
        stays.held[offset + number], stays.held_on[offset + number] = stay.held, stay.held_on
        for names, masks in ((stay.unsure, stays.unsure), (stay.held_on_unsure, stays.held_on_unsure)):
            for name in names:
                masks.setdefault(name, np.zeros(len(stays.held), bool))[offset + number] = True


class _Facts:
    """What plain histories show: by history, at most one event of each sort."""

    def __init__(self, events: Mapping[str, StayEvents], cases: int) -> None:
        def one(name: str, *wanted: Any, without: bool = False) -> _One:
            found = events.get(name)
            return _one(name, _narrowed(found, wanted, without=without), cases)

        self.booked, self.due, self.in_place = one(BOOKED), one(DUE), one(IN_PLACE)
        self.released, self.departed = one(RELEASED), one(DEPARTED, *TEMPORARY, without=True)
        self.to_ice = one(DEPARTED, "ice")
        self.held = one(HELD).there
        kinds = (self.booked, self.due, self.in_place, self.released, self.departed)
        awkward = np.logical_or.reduce([kind.several for kind in kinds])
        awkward |= self.released.there & self.departed.there
        awkward |= one(HELD, None, "detainer", without=True).there
        for left in (self.released, self.departed):
            awkward |= self.booked.there & left.there & (self.booked.row > left.row)
        self.plain = ~awkward

    def write(self, stays: Stays, place: Array) -> None:
        """Write the one stay of each plain history in its place."""
        left = self.released.or_else(self.departed)
        for name, one in (
            ("began", self.booked),
            ("due", self.due),
            ("free", self.due),
            ("left", left),
            ("ended", left.or_earlier(self.in_place)),
            ("to_ice", self.to_ice.or_earlier(self.in_place)),
        ):
            here = np.flatnonzero(self.plain & one.there)
            moments, there = stays.moments[name], place[here]
            moments.found[there] = True
            moments.low[there], moments.high[there] = one.low[here], one.high[here]
            moments.row[there], moments.type[there] = one.row[here], one.type[here]
        stays.held[place[self.plain & self.held]] = True


@dataclass
class _One:
    """For each history the event of a sort; row and type are -1 where it may be either of two."""

    there: Mask
    several: Mask
    row: Array
    low: Array
    high: Array
    type: Array

    def or_else(self, other: "_One") -> "_One":
        """This event, or the other where there is none of this sort."""
        mine = self.there
        return _One(
            mine | other.there,
            self.several | other.several,
            np.where(mine, self.row, other.row),
            np.where(mine, self.low, other.low),
            np.where(mine, self.high, other.high),
            np.where(mine, self.type, other.type),
        )

    def or_earlier(self, other: "_One") -> "_One":
        """The first of the two, as far as it is certain which one that is."""
        found = self.or_else(other)
        both = np.flatnonzero(self.there & other.there)
        if not len(both):
            return found
        mine = self.row[both] < other.row[both]

        def pick(name: str) -> tuple[Array, Array]:
            one, two = getattr(self, name)[both], getattr(other, name)[both]
            return np.where(mine, one, two), np.where(mine, two, one)

        (low, next_low), (high, next_high) = pick("low"), pick("high")
        ordered = (low == next_low) & _is_short(low, high) & _is_short(next_low, next_high)
        certain = (high <= next_low) | ordered
        found.low[both], found.high[both] = np.minimum(low, next_low), np.minimum(high, next_high)
        found.row[both] = np.where(certain, pick("row")[0], -1)
        found.type[both] = np.where(certain, pick("type")[0], -1)
        return found


def _is_short(low: Array, high: Array) -> Mask:
    return (low < high) & (high - low < _SHORT)


def _one(name: str, events: StayEvents | None, cases: int) -> _One:
    row, kind = np.full(cases, -1, np.int32), np.full(cases, -1, np.int8)
    low, high = np.zeros(cases, np.int64), np.zeros(cases, np.int64)
    if events is None:
        none = np.zeros(cases, bool)
        return _One(none, none, row, low, high, kind)
    row[events.case], low[events.case], high[events.case] = events.rows, events.low, events.high
    kind[events.case] = _CODE[name]
    number = np.bincount(events.case, minlength=cases)
    return _One(number > 0, number > 1, row, low, high, kind)


def _narrowed(events: StayEvents | None, texts: tuple[Any, ...], *, without: bool) -> StayEvents | None:
    """The events that state one of the texts, or none of them; all if no texts are named."""
    if events is None or not texts:
        return events
    assert events.texts is not None
    stated = np.zeros(len(events.rows), bool)
    for text in texts:
        stated |= np.equal(events.texts, text).astype(bool)
    here = np.flatnonzero(~stated if without else stated)
    return StayEvents(
        events.rows[here], events.case[here], events.low[here], events.high[here], events.texts[here]
    )


def _histories(events: Mapping[str, StayEvents], cases: Array) -> list[list[dict[str, Any]]]:
    """The events of some histories as `stays_of` reads them, in order; their ids are their rows."""
    if not len(cases):
        return []
    found: dict[int, list[dict[str, Any]]] = {int(case): [] for case in cases}
    wanted = np.zeros(int(cases[-1]) + 1, bool)
    wanted[cases] = True
    for name, each in events.items():
        here = np.flatnonzero(each.case <= cases[-1])
        for place in here[wanted[each.case[here]]].tolist():
            row = {
                "id": int(each.rows[place]),
                "type": name,
                "occurred_at": _EPOCH + int(each.low[place]) * _TICK,
                "occurred_by": _EPOCH + int(each.high[place]) * _TICK,
            }
            if each.texts is not None and (text := each.texts[place]) is not None:
                row["destination" if name == DEPARTED else "basis"] = text
            found[int(each.case[place])].append(row)
    return [sorted(rows, key=lambda row: int(row["id"])) for rows in found.values()]


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _TICK
