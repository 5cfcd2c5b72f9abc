"""What stood at the moment of each act: one search on a line of (timeline, moment)."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa

from evenhand.record.events.arrow import INSTANT
from evenhand.rules.algebra import AgreementStanding, FacilityStanding, OfficerStanding
from evenhand.rules.array.columns import Array, Values, distinct, micros, values_of
from evenhand.rules.standing import (
    AGREEMENT_FIELDS,
    FACILITY_FIELDS,
    MOMENTS,
    OFFICER_FIELDS,
    Standing,
    Standings,
    Timeline,
)

_TYPES = {
    "facilities": pa.list_(pa.string()),
    "functions": pa.list_(pa.string()),
    "interpreter_languages": pa.list_(pa.string()),
    "template": pa.int32(),
    "form": pa.string(),
    "model": pa.string(),
    "detention_agreement": pa.string(),
    "assigned_facility": pa.string(),
    **{moment: INSTANT for name in MOMENTS for moment in (name, f"{name}_by")},
}
"""Arrow types of the fields of standings; all others are truths."""


class AsOf:
    """The timelines of all officers, agreements or facilities: a row for each standing, in order.

    Behind them come rows for what stood over a while in which it changed (`Timeline.within`); each is made
    when it is first asked for.
    """

    def __init__(self, timelines: dict[Any, Timeline], names: Iterable[str]) -> None:
        self.owners = {key: n for n, key in enumerate(timelines)}
        self._timelines = list(timelines.values())
        each = [(n, s) for n, timeline in enumerate(self._timelines) for s in timeline.standings]
        self._owner = np.array([n for n, _ in each], np.int64)
        since = np.array([micros(s.since) for _, s in each], np.int64)
        self._moments = distinct(since)
        self._line = self._on_line(self._owner, since)
        self._first = np.searchsorted(self._owner, np.arange(len(self._timelines)))
        names = list(names)
        self._names = [*names, *(f"{name}_by" for name in names if name in MOMENTS)]
        self._arrays = {name: _column(name, [s for _, s in each]) for name in self._names}
        self._over: dict[tuple[int, int], int] = {}
        self._set([s for _, s in each])

    def _set(self, standings: list[Standing]) -> None:
        self.standings = standings
        self.events: list[UUID] = [s.event for s in standings]
        self.sure = np.array([s.sure for s in standings], bool)
        self.all_sure = bool(self.sure.all())
        self.values = {name: values_of(array) for name, array in self._arrays.items()}
        self.exact = {
            name: bool(self._arrays[name].equals(self._arrays[f"{name}_by"]))
            for name in self._names
            if name in MOMENTS
        }

    def _on_line(self, owner: Array, moment: Array) -> Array:
        return owner * (len(self._moments) + 1) + np.searchsorted(self._moments, moment, side="right")

    def find(self, owner: Array, moment: Array) -> Array:
        """The row of what stood for each owner (-1: none) at the moment; -1 where nothing did."""
        if not len(self._line):
            return np.full(len(owner), -1)
        place = np.searchsorted(self._line, self._on_line(owner, moment), side="right") - 1
        found = (place >= 0) & (owner >= 0) & (self._owner[place] == owner)
        return np.where(found, place, -1)

    def within(self, owner: Array, earliest: Array, latest: Array) -> Array:
        """The row of what stood for each owner from one moment to another; -1 where nothing did."""
        last = self.find(owner, latest)
        if not len(self._line):
            return last
        first = self.find(owner, earliest)
        changed = np.flatnonzero(first != last)
        if not len(changed):
            return last
        pairs, which = np.unique(np.stack([first[changed], last[changed]], 1), axis=0, return_inverse=True)
        rows = self._rows_over([(int(a), int(b)) for a, b in pairs])
        last[changed] = np.array(rows)[which.reshape(-1)]
        return last

    def _rows_over(self, pairs: list[tuple[int, int]]) -> list[int]:
        new = [pair for pair in pairs if pair not in self._over]
        if new:
            found = [self._standing_over(first, last) for first, last in new]
            for number, pair in enumerate(new):
                self._over[pair] = len(self.standings) + number
            self._arrays = {
                name: pa.concat_arrays([array, _column(name, found)]) for name, array in self._arrays.items()
            }
            self._set(self.standings + found)
        return [self._over[pair] for pair in pairs]

    def _standing_over(self, first: int, last: int) -> Standing:
        owner = int(self._owner[last])
        begin = max(first - int(self._first[owner]), -1) if first >= 0 else -1
        found = self._timelines[owner].spanning(begin, last - int(self._first[owner]))
        assert found is not None
        return found


def _column(name: str, standings: list[Standing]) -> pa.Array:
    kind = _TYPES.get(name, pa.bool_())
    values = [s.fields[name] for s in standings]
    if pa.types.is_timestamp(kind):
        return pa.array([None if v is None else micros(v) for v in values], pa.int64()).view(kind)
    return pa.array(values, kind)


class StandingTables:
    """The standings of a record, and how the standing of an act is found from the act's own columns."""

    def __init__(self, standings: Standings) -> None:
        self.officers = AsOf(standings.officers, OFFICER_FIELDS)
        self.agreements = AsOf(standings.agreements, AGREEMENT_FIELDS)
        self.facilities = AsOf(standings.facilities, FACILITY_FIELDS)

    def of(self, ref: OfficerStanding | AgreementStanding | FacilityStanding) -> AsOf:
        match ref:
            case OfficerStanding():
                return self.officers
            case AgreementStanding():
                return self.agreements
            case FacilityStanding():
                return self.facilities

    def find(
        self,
        ref: OfficerStanding | AgreementStanding | FacilityStanding,
        values: Callable[[str], Values],
        earliest: Array,
        latest: Array,
    ) -> Array:
        """The row of the standing for each act, -1 for none; `values` gives a column of the acts."""
        table = self.of(ref)
        match ref:
            case OfficerStanding():
                owner = _owner(table, values("actor"), len(earliest))
            case AgreementStanding():
                owner = _owner(table, values("agency"), len(earliest))
            case FacilityStanding():
                owner = _place(table, values("agency"), values("facility"), len(earliest))
        return table.find(owner, latest) if earliest is latest else table.within(owner, earliest, latest)


def _owner(table: AsOf, keys: Values, size: int) -> Array:
    if keys.words is None:
        return np.full(size, -1)
    owners = keys.words.lookup(lambda w: table.owners.get(w, -1), np.int64, -1)
    return np.broadcast_to(np.where(keys.known, owners[keys.data], -1), size)


def _place(table: AsOf, agency: Values, facility: Values, size: int) -> Array:
    """A facility is named by its agency and its own id; an act without one is that of the facility ''."""
    if agency.words is None:
        return np.full(size, -1)
    places = [*(facility.words.words if facility.words else ()), ""]
    owners = np.array([[table.owners.get((a, p), -1) for p in places] for a in agency.words.words], np.int64)
    here = np.where(facility.known, facility.data, len(places) - 1)
    return np.broadcast_to(owners[agency.data, here], size)
