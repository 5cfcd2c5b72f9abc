"""A grid read out as a table of events, in the order of the record."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from evenhand.record.columns import input_schema
from evenhand.record.events import FIELDS, SubjectKind
from evenhand.record.events.arrow import INSTANT
from evenhand.simulate.calendar import HOUR, MICROS, MINUTE, Ints, whole_days
from evenhand.simulate.chance import Dice
from evenhand.simulate.grid import NEVER, Grid
from evenhand.simulate.irregular.kinds import Precision
from evenhand.simulate.natural import RANKS
from evenhand.simulate.people import GROUPS, People
from evenhand.simulate.slots import CODES, KIND, PLACE, ROLES, SLOTS

Codes = npt.NDArray[np.signedinteger[Any]]
SLOT_BITS = 7
"""Room for a booking's events in its ids."""
LATER = frozenset({"ice_notified_at"})
INSTANTS = frozenset({"arrested_at", "coordinated_at"})


@dataclass(frozen=True)
class Names:
    """The texts behind a grid's numbers: of each county, facility and actor."""

    agencies: list[str]
    zones: list[str]
    facilities: list[str]
    actors: list[str]


def booking_names(numbers: Ints) -> pa.Array:
    """The subjects of bookings by their numbers."""
    return _numbered(b"B-", numbers, None)


class Emitter:
    """Reads out grids; one for a whole record."""

    def __init__(self, names: Names, seed: int) -> None:
        self.names = names
        # A dictionary names each text once.
        self.zones = sorted(set(names.zones))
        self.zone = np.array([self.zones.index(zone) for zone in names.zones], dtype=np.int64)
        self.low = np.uint64((0b10 << 62) | ((seed & 0x3FFF) << 48))

    def table(self, kind: SubjectKind, grid: Grid, people: People, dice: Dice) -> pa.Table:
        """A grid's events of one kind in the shape of `input_schema(kind)`."""
        return _Reading(self, kind, grid, people, dice).table()


class _Reading:
    def __init__(self, emitter: Emitter, kind: SubjectKind, grid: Grid, people: People, dice: Dice) -> None:
        self.emitter, self.kind, self.grid, self.people = emitter, kind, grid, people
        self.bookings = {s: np.flatnonzero(m != NEVER) for s, m in grid.moments.items() if KIND[s] is kind}
        self.slots = sorted(self.bookings, key=PLACE.__getitem__)
        booking = np.concatenate([self.bookings[s] for s in self.slots])
        when = np.concatenate([grid.moments[s][self.bookings[s]] for s in self.slots])
        slot = np.repeat([PLACE[s] for s in self.slots], [len(self.bookings[s]) for s in self.slots])
        start = int(when.min()) if len(when) else 0
        # Events stand by slot here, so equal keys keep the slots' order.
        order = np.argsort((booking << 36) | (when - start), kind="stable")
        self.booking, self.exact, self.slot = booking[order], when[order], slot[order]
        self.n = len(order)
        self.when: Ints = self.exact
        self.by: Ints | None = None
        if grid.precision is not None and grid.precision.any():
            order = order[self._state_roughly(grid.precision)]
        rank = np.empty(self.n, dtype=np.int64)
        rank[order] = np.arange(self.n)
        ends = np.cumsum([len(self.bookings[s]) for s in self.slots])
        self.rows = dict(zip(self.slots, np.split(rank, ends[:-1]), strict=True))
        self.recorded = self._recorded(dice)

    def _recorded(self, dice: Dice) -> Ints:
        """When each event was recorded: mostly within minutes; not before an earlier event of its moment."""
        lag = dice.early(0, 4 * HOUR, self.n) // MINUTE * MINUTE // 4 + dice.between(5, 90, self.n)
        for slot, lags in self.grid.lags.items():
            if slot not in self.rows:
                continue
            chosen = lags[self.bookings[slot]]
            lag[self.rows[slot]] = np.where(chosen >= 0, chosen, lag[self.rows[slot]])
        recorded: Ints = self.exact + lag
        if self.n:
            tied = (
                np.flatnonzero((self.booking[1:] == self.booking[:-1]) & (self.exact[1:] == self.exact[:-1]))
                + 1
            )
            for row in tied:
                recorded[row] = max(recorded[row], recorded[row - 1])
        return recorded

    def _state_roughly(self, precision: Ints) -> Ints:
        """Replace moments by the minutes or days in which they fall, where the source states no more.

        Gives the new order of the rows: those of one day in the natural order of a stay.
        """
        stated = precision[self.booking]
        minutes, days = np.flatnonzero(stated == Precision.MINUTE), np.flatnonzero(stated == Precision.DAY)
        low, by = self.exact.copy(), self.exact.copy()
        low[minutes] = self.exact[minutes] // MINUTE * MINUTE
        by[minutes] = low[minutes] + MINUTE
        zone = self.emitter.zone[self.grid.county[self.booking[days]]]
        for number, name in enumerate(self.emitter.zones):
            at = days[zone == number]
            low[at], length = whole_days(self.exact[at], name)
            by[at] = low[at] + length
        order = np.arange(self.n)
        keys = days, RANKS[self.slot[days]], low[days], self.booking[days]
        order[days] = days[np.lexsort(keys)]
        self.slot, self.exact = self.slot[order], self.exact[order]
        self.when, self.by = low[order], by[order]
        return order

    def table(self) -> pa.Table:
        made = {**self._envelope(), **self._payload(), **self._personal()}
        schema = input_schema(self.kind)
        return pa.table({name: made[name] for name in schema.names if name in made})

    # --- the envelope ------------------------------------------------------------------------------------

    def _envelope(self) -> dict[str, pa.Array]:
        names, grid = self.emitter.names, self.grid
        ids = self._ids()
        types = tuple(dict.fromkeys(s.type for s in SLOTS.values()))
        type_of = np.array([types.index(s.type) for s in SLOTS.values()])
        county = grid.county[self.booking]
        place = grid.facility[self.booking]
        actor, role = np.empty(self.n, dtype=np.int32), np.empty(self.n, dtype=np.int32)
        for slot, rows in self.rows.items():
            bookings = self.bookings[slot]
            actor[rows] = grid.actors[slot][bookings]
            role[rows] = grid.roles[slot][bookings]
            if slot in grid.places:
                place[rows] = grid.places[slot][bookings]
        zero = np.zeros(self.n, dtype=np.int64)
        return {
            "subject": booking_names(self.grid.first + self.booking),
            "id": _uuids(ids, None),
            "type": _coded(type_of[self.slot], types),
            "agency": _coded(county, names.agencies),
            "facility": _coded(place, names.facilities),
            "occurred_at": _instants(self.when),
            "occurred_by": self._occurred_by(),
            "zone": _coded(self.emitter.zone[county], self.emitter.zones),
            "recorded_at": _instants(self.recorded),
            "actor": _coded(actor, names.actors),
            "actor_role": _coded(role, ROLES),
            "source_kind": _coded(zero, ("simulation",)),
            "corrects": self._corrects(ids),
        }

    def _occurred_by(self) -> pa.Array:
        """The last microsecond of the minutes and days that stand for a moment."""
        if self.by is None:
            return pa.nulls(self.n, INSTANT)
        rough = self.by > self.when
        return pa.array(self.by * MICROS - 1, mask=~rough).cast(pa.timestamp("us")).cast(INSTANT)

    def _ids(self) -> npt.NDArray[np.uint64]:
        """Ids like UUIDv7: the millisecond, then the seed's tag, the booking's and the event's number."""
        first = np.searchsorted(self.booking, self.booking)
        number = ((self.grid.first + self.booking) << SLOT_BITS) + np.arange(self.n) - first
        ids = np.empty((self.n, 2), dtype=np.uint64)
        ids[:, 0] = (self.when.astype(np.uint64) * np.uint64(1000) << np.uint64(16)) | np.uint64(7 << 12)
        tag = np.uint64(list(SubjectKind).index(self.kind) + 1 << 44)
        ids[:, 1] = self.emitter.low | tag | number.astype(np.uint64)
        return ids

    def _corrects(self, ids: npt.NDArray[np.uint64]) -> pa.Array:
        fixes = self.rows.get("charge1_fix", np.array([], dtype=np.int64))
        if not len(fixes):
            return pa.nulls(self.n, pa.uuid())
        charge = np.full(len(self.grid), -1, dtype=np.int64)
        charge[self.bookings["charge1"]] = self.rows["charge1"]
        corrected = np.zeros_like(ids)
        valid = np.zeros(self.n, dtype=bool)
        corrected[fixes] = ids[charge[self.bookings["charge1_fix"]]]
        valid[fixes] = True
        return _uuids(corrected, valid)

    # --- payload and personal part -----------------------------------------------------------------------

    def _payload(self) -> dict[str, pa.Array]:
        names = {name: None for slot in self.slots for name in SLOTS[slot].fixed}
        names |= {name: None for slot, name in self.grid.fields if slot in self.rows}
        return {
            name: self._later(name) if name in LATER else self._values(name, self._codes(name))
            for name in names
        }

    def _values(self, name: str, codes: Codes) -> pa.Array:
        names = self.emitter.names
        if name == "to_facility":
            return _coded(codes, names.facilities)
        return _coded(codes, names.actors) if name == "transporter" else _values(name, codes)

    def _later(self, name: str) -> pa.Array:
        """A moment that a grid holds as seconds after its event."""
        lags = self._codes(name)
        return _instants(self.exact + lags, lags >= 0)

    def _codes(self, name: str) -> Codes:
        codes: Codes = np.full(self.n, -1, dtype=np.int64 if name in INSTANTS or name in LATER else np.int32)
        for slot, rows in self.rows.items():
            column = self.grid.fields.get((slot, name))
            if column is not None:
                codes[rows] = column[self.bookings[slot]]
            elif name in SLOTS[slot].fixed:
                value = SLOTS[slot].fixed[name]
                codes[rows] = CODES[name].index(value) if isinstance(value, str) else int(value)
        return codes

    def _personal(self) -> dict[str, pa.Array]:
        none = np.array([], dtype=np.int64)
        stays = [slot for slot in self.slots if SLOTS[slot].type == "person.booked"]
        rows = np.concatenate([none, *(self.rows[slot] for slot in stays)])
        bookings = np.concatenate([none, *(self.bookings[slot] for slot in stays)])
        person = np.full(self.n, -1, dtype=np.int64)
        person[rows] = self.people.person[bookings]
        made = {"person_key": _numbered(b"P-", person, person >= 0)}
        for name, shares in GROUPS.items():
            codes = np.full(self.n, -1, dtype=np.int64)
            codes[rows] = self.people.groups[name][bookings]
            made[name] = _coded(codes, tuple(value for value, _ in shares))
        return made


# --- columns ---------------------------------------------------------------------------------------------


def _values(name: str, codes: Codes) -> pa.Array:
    """A payload field's codes as its column."""
    if name in ("receipt", "property_receipt"):
        return _numbered(name[0].upper().encode() + b"-", codes, codes >= 0)
    if name in ("receiving_officer", "detention_agreement"):
        return _numbered(b"U-" if name == "receiving_officer" else b"D-", codes, codes >= 0)
    if name in ("grounds", "documents"):
        lists = pa.array([text.split("|") if text else [] for text in CODES[name]], pa.list_(pa.string()))
        return lists.take(pa.array(codes, mask=codes < 0))
    if name in CODES:
        return _coded(codes, CODES[name])
    if name in INSTANTS:
        return _instants(codes, codes >= 0)
    kind = _BOOLS_AND_NUMBERS[name]
    return _small(codes).cast(kind)


_BOOLS_AND_NUMBERS: dict[str, pa.DataType] = {
    spec.name: spec.arrow
    for slot in SLOTS.values()
    for spec in FIELDS[slot.type].values()
    if pa.types.is_boolean(spec.arrow) or pa.types.is_integer(spec.arrow)
}


def _coded(codes: Codes, values: tuple[str, ...] | list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(_small(codes), pa.array(values, pa.string()), safe=False)


def _small(codes: Codes) -> pa.Array:
    """Codes as 32-bit numbers, null where left out, without a copy where they are small already."""
    small = np.ascontiguousarray(codes, dtype=np.int32)
    valid = np.packbits(small >= 0, bitorder="little")
    return pa.Array.from_buffers(pa.int32(), len(small), [pa.py_buffer(valid), pa.py_buffer(small)])


def _instants(seconds: Codes, valid: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    return (
        pa.array(seconds * MICROS, mask=None if valid is None else ~valid)
        .cast(pa.timestamp("us"))
        .cast(INSTANT)
    )


def _uuids(ids: npt.NDArray[np.uint64], valid: npt.NDArray[np.bool_] | None) -> pa.Array:
    data = pa.py_buffer(ids.astype(">u8").tobytes())
    mask = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little").tobytes())
    storage = pa.Array.from_buffers(pa.binary(16), len(ids), [mask, data])
    return pa.ExtensionArray.from_storage(pa.uuid(), storage)


_DIGITS = 10
_HALF = 10 ** (_DIGITS // 2)
_HALVES = np.array([list(f"{number:05}".encode()) for number in range(_HALF)], dtype=np.uint8)
"""The digits of every number below 100,000."""


def _numbered(prefix: bytes, numbers: Codes, valid: npt.NDArray[np.bool_] | None) -> pa.Array:
    """Texts of a prefix and ten digits, where valid."""
    kept = numbers if valid is None else numbers[valid]
    width = len(prefix) + _DIGITS
    text = np.empty((len(kept), width), dtype=np.uint8)
    text[:, : len(prefix)] = np.frombuffer(prefix, dtype=np.uint8)
    high, low = np.divmod(kept, _HALF)
    text[:, len(prefix) : -5], text[:, -5:] = _HALVES[high], _HALVES[low]
    if valid is None:
        offsets, mask = np.arange(len(numbers) + 1, dtype=np.int32) * width, None
    else:
        offsets = np.concatenate([[0], np.cumsum(valid * width)]).astype(np.int32)
        mask = pa.py_buffer(np.packbits(valid, bitorder="little").tobytes())
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(text), mask)
