"""What stood at the moment of each act: one search on a line of (timeline, moment)."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa

from evenhand.record.events.arrow import INSTANT
from evenhand.rules.algebra import AgreementStanding, FacilityStanding, OfficerStanding
from evenhand.rules.array.columns import Array, Values, micros, values_of
from evenhand.rules.standing import (
    AGREEMENT_FIELDS,
    FACILITY_FIELDS,
    OFFICER_FIELDS,
    Standings,
    Timeline,
)

_TYPES = {
    "facilities": pa.list_(pa.string()),
    "template": pa.int32(),
    "posters_attested_at": INSTANT,
    "model": pa.string(),
    "detention_agreement": pa.string(),
    "assigned_facility": pa.string(),
}
"""Arrow types of the fields of standings; all others are truths."""


class AsOf:
    """The timelines of all officers, agreements or facilities: a row for each standing, in order."""

    def __init__(self, timelines: dict[Any, Timeline], names: Iterable[str]) -> None:
        self.owners = {key: n for n, key in enumerate(timelines)}
        each = [(n, s) for n, timeline in enumerate(timelines.values()) for s in timeline.standings]
        self._owner = np.array([n for n, _ in each], np.int64)
        since = np.array([micros(s.since) for _, s in each], np.int64)
        self._moments = np.unique(since)
        self._line = self._on_line(self._owner, since)
        self.events: list[UUID] = [s.event for _, s in each]
        self.values: dict[str, Values] = {
            name: values_of(_array([s.fields[name] for _, s in each], _TYPES.get(name, pa.bool_())))
            for name in names
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


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
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
        moments: Array,
    ) -> Array:
        """The row of the standing for each act, -1 for none; `values` gives a column of the acts."""
        table = self.of(ref)
        match ref:
            case OfficerStanding():
                owner = _owner(table, values("actor"), len(moments))
            case AgreementStanding():
                owner = _owner(table, values("agency"), len(moments))
            case FacilityStanding():
                owner = _place(table, values("agency"), values("facility"), len(moments))
        return table.find(owner, moments)


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
