"""The stays of a part of a record as an Arrow table, one row a stay, for SQL over many histories.

All readers join this table; none derives stays of its own. One part at a time, so that memory is bounded by a
part.
"""

from collections.abc import Collection, Iterator, Mapping

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.record.episode.columns import MOMENTS, Array, Moments, StayEvents, Stays, stay_columns
from evenhand.record.episode.stays import DEPARTED, HELD, HOLD_ENDED, STAY_TYPES
from evenhand.record.events.arrow import INSTANT
from evenhand.record.part import EventPart

_TEXTS = {DEPARTED: "destination", HELD: "basis", HOLD_ENDED: "basis"}
_TYPE = pa.dictionary(pa.int8(), pa.string())
_END = np.iinfo(np.int64).max

SCHEMA = pa.schema(
    [
        pa.field("case", pa.int64(), nullable=False),
        pa.field("number", pa.int32(), nullable=False),
        pa.field("first_pos", pa.int64(), nullable=False),
        pa.field("end_pos", pa.int64(), nullable=False),
        *(pa.field(f"{name}_{end}", INSTANT) for name in MOMENTS for end in ("at", "by")),
        pa.field("exit_type", _TYPE),
        pa.field("held", pa.bool_(), nullable=False),
        pa.field("held_on", pa.bool_(), nullable=False),
        pa.field("unsure", pa.bool_(), nullable=False),
        pa.field("closed", pa.bool_(), nullable=False),
    ]
)
"""`case` is the history's number, as in the files of events; `number` counts a history's stays from 1.

The events of a stay are those of its history with `first_pos <= pos < end_pos`. A moment has its earliest
(`began_at`) and its latest (`began_by`) instant. Both are null if the history does not show it; the latest
alone is null if there is no bound. `exit_type` is the event type of `left`; null if that is not certain.
`held`: a hold was started; `held_on`: another hold than a detainer outlasts the stay. `unsure`: some moments
would have to be known better to tell this stay from the next or the one before, or whether it is held on.
`closed`: the last stay of the history ended with an exit.
"""


def stay_table(part: EventPart, cases: Collection[int] | None = None) -> pa.Table:
    """Return the stays of a part's bookings, in order; with `cases`, only those of these histories are right.

    Raises `RecordError` when a file cannot be read.
    """
    events = _Events(part, cases)
    # Where histories begin need not be known: `_table` bounds their first and last stays by themselves.
    return _table(stay_columns(events, np.zeros(part.cases + 1, np.int64)), part.first_case, events.first)


def create_stays(
    connection: duckdb.DuckDBPyConnection, name: str, part: EventPart, cases: Collection[int] | None = None
) -> None:
    """Create or replace the table `name` of a connection: what `stay_table` gives of one part."""
    connection.register(name, stay_table(part, cases))


class _Events(Mapping[str, StayEvents]):
    """The effective events of each type of a part, read when they are asked for.

    Only the histories that are not plain need the events of all types.
    """

    def __init__(self, part: EventPart, cases: Collection[int] | None) -> None:
        self._part = part
        self._wanted: Array | None = None
        if cases is not None:
            self._wanted = np.zeros(part.cases, bool)
            own = np.fromiter(cases, np.int64) - part.first_case
            self._wanted[own[(own >= 0) & (own < part.cases)]] = True
        self._corrected = _storage(part.corrections()["corrects"]).combine_chunks()
        self._read: dict[str, StayEvents] = {}
        self.first = self._least_pos()

    def _least_pos(self) -> int:
        """A place before all of the part: rows are counted from here to be small."""
        for name in self._part.files:
            if name in STAY_TYPES and len(pos := self._part.read(name, ["pos"])["pos"]):
                return int(pos[0].as_py()) - self._part.events
        return 0

    def __getitem__(self, event_type: str) -> StayEvents:
        if event_type not in self._part.files:
            raise KeyError(event_type)
        if event_type not in self._read:
            self._read[event_type] = self._events(event_type)
        return self._read[event_type]

    def __iter__(self) -> Iterator[str]:
        return iter(self._part.files)

    def __len__(self) -> int:
        return len(self._part.files)

    def _events(self, event_type: str) -> StayEvents:
        columns = ["case", "pos", "occurred_at", "occurred_by"]
        text = _TEXTS.get(event_type)
        columns += [text] if text else []
        columns += ["id"] if len(self._corrected) else []
        table = self._part.read(event_type, columns)
        if len(self._corrected):
            own = pc.is_in(_storage(table["id"]), value_set=self._corrected)
            table = table.filter(pc.invert(own))
        if self._wanted is not None:
            table = table.filter(pa.array(self._wanted[table["case"].to_numpy() - self._part.first_case]))
        low = _instants(table["occurred_at"])
        by = table["occurred_by"]
        high = low if by.null_count == len(by) else _instants(pc.coalesce(by, table["occurred_at"]))
        rows = table["pos"].to_numpy() - self.first
        texts = _texts(table[text]) if text else None
        return StayEvents(rows, table["case"].to_numpy() - self._part.first_case, low, high, texts)


def _storage(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Ids as bytes."""
    return pa.chunked_array([chunk.storage for chunk in column.chunks], pa.binary(16))


def _instants(column: pa.ChunkedArray) -> Array:
    numbers: Array = column.cast(pa.int64()).to_numpy()
    return numbers


def _texts(column: pa.ChunkedArray) -> Array:
    """Texts as Python objects; None where there is none."""
    found = np.full(len(column), None, object)
    found[:] = column.to_pylist()
    return found


def _table(stays: Stays, first_case: int, first_pos: int) -> pa.Table:
    case = stays.case
    number = np.arange(len(case)) - np.searchsorted(case, case) + 1
    first_of, last_of = np.append(True, number[1:] == 1), np.append(number[1:] == 1, True)
    begins = stays.begins + first_pos
    left = stays.moments["left"]
    unsure = np.broadcast_to(stays.any_unsure | stays.maybe_held_on, len(number))
    closed = np.repeat(left.found[last_of], np.diff(np.append(np.flatnonzero(first_of), len(number))))
    columns: list[pa.Array] = [
        pa.array(case + first_case),
        pa.array(number.astype(np.int32)),
        # What belongs to the history and is not read here lies in its first or its last stay.
        pa.array(np.where(first_of, 0, begins)),
        pa.array(np.where(last_of, _END, np.append(begins[1:], _END))),
    ]
    for name in MOMENTS:
        columns += _instant_columns(stays.moments[name])
    types = pa.DictionaryArray.from_arrays(pa.array(left.type, mask=left.type < 0), pa.array(STAY_TYPES))
    columns += [types, *(pa.array(mask) for mask in (stays.held, stays.held_on, unsure, closed))]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _instant_columns(moments: Moments) -> tuple[pa.Array, pa.Array]:
    def column(values: Array, known: Array) -> pa.Array:
        return pa.array(values, mask=~known).cast(INSTANT)

    return column(moments.low, moments.found), column(moments.high, moments.found & ~moments.open)
