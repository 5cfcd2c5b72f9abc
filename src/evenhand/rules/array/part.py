"""A part of a record as arrays: whole histories, in which the number of a row is the order of its event."""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from evenhand.record.episode.columns import Stays
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.record.time import ORDERED_UP_TO
from evenhand.rules.algebra import Sel
from evenhand.rules.array.columns import (
    ID,
    NOTHING,
    YES,
    Array,
    Mask,
    Values,
    among,
    distinct,
    merged,
    values_of,
)

PLACE = ("case", "pos", "occurred_at", "occurred_by")


class Events(Protocol):
    """Events by type, as `record.part.EventPart` reads them."""

    @property
    def kind(self) -> SubjectKind: ...
    @property
    def first_case(self) -> int: ...
    @property
    def cases(self) -> int: ...
    @property
    def events(self) -> int: ...
    @property
    def files(self) -> Mapping[str, str]: ...
    @property
    def correcting(self) -> Collection[str]: ...
    def read(self, event_type: str, columns: Collection[str]) -> pa.Table: ...


class Table:
    """The events of one type in a part, in order. `rows` are their rows in the part."""

    def __init__(self, events: Events, event_type: str, columns: Collection[str]) -> None:
        self._events, self.type = events, event_type
        self._columns: dict[str, pa.ChunkedArray | pa.Array | None] = {}
        self._values: dict[str, Values] = {}
        self.read([*PLACE, *columns])
        self.rows: Array = np.zeros(0, np.int32)

    def read(self, names: Collection[str]) -> None:
        """Read these columns, those that are not there yet, at once."""
        wanted = [name for name in names if name not in self._columns]
        if not wanted:
            return
        table = self._events.read(self.type, wanted)
        for name in wanted:
            self._columns[name] = table[name] if name in table.column_names else None

    def _column(self, name: str) -> pa.ChunkedArray | pa.Array | None:
        self.read([name])
        return self._columns[name]

    def numbers(self, name: str) -> Array:
        """A column that is never null, as numbers."""
        numbers: Array = self.values(name).data
        return numbers

    def values(self, name: str) -> Values:
        """A column; known nowhere if events of this type do not have it."""
        if name not in self._values:
            column = self._column(name)
            self._values[name] = NOTHING if column is None else values_of(column)
        return self._values[name]

    def texts(self, name: str, places: Array) -> pa.Array:
        """The texts of a column in some places, as they are written."""
        column = self._column(name)
        if column is None:
            return pa.nulls(len(places), pa.string())
        if isinstance(column, pa.ChunkedArray):
            column = self._columns[name] = column.combine_chunks()
        return column.take(pa.array(places)).cast(pa.string())


class Selection:
    """Events of a part that a `Sel` selects, in order.

    `rows` are their rows in the part. `pieces` are the tables they come from, each with the places in it
    (None: all of the table).
    """

    def __init__(self, part: "Part", rows: Array, pieces: list[tuple[Table, Array | None]]) -> None:
        self.part, self.rows, self.pieces = part, rows, pieces

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def types(self) -> list[str]:
        """The types of which the part has events that are selected."""
        return [table.type for table, _ in self.pieces]

    @cached_property
    def case(self) -> Array:
        """The number, in the part, of each event's history."""
        return self.part.case[self.rows]

    @cached_property
    def by_case(self) -> Array | None:
        """Which of the selected is each history's, -1 for none; None if a history has several."""
        if (self.case[1:] == self.case[:-1]).any():
            return None
        found = np.full(self.part.cases, -1, np.int32)
        found[self.case] = np.arange(len(self.rows), dtype=np.int32)
        return found

    @cached_property
    def line(self) -> Array:
        """The rows of the selected events, and one beyond all rows."""
        return np.append(self.rows, np.int32(np.iinfo(np.int32).max))

    @cached_property
    def bounds(self) -> Array:
        """Where each history's events begin among the selected; one more for the end."""
        if len(self.rows) == len(self.part.case):
            return self.part.case_begin
        return np.searchsorted(self.rows, self.part.case_begin).astype(np.int32)

    def take(self, name: str, places: Array | None, found: Any = YES) -> Values:
        """A column of the events in these places (None: of all); unknown where not `found`."""
        if not len(self.rows):
            return NOTHING
        if name == "occurred_at":
            rows = self.rows if places is None else self.rows[places]
            return Values(self.part.moment[rows], YES & found)
        if len(self.pieces) == 1:
            ((table, chosen),) = self.pieces
            return _taken(table.values(name), _within(chosen, places)).where(found)
        pieces = [
            (here, table.values(name).take(there))
            for table, here, there in self._located(places)
            if not table.values(name).nowhere
        ]
        return merged(pieces, len(self.rows) if places is None else len(places)).where(found)

    def kinds(self, places: Array | None) -> Array:
        """The number in `types` of the type of the event in each place; of no meaning where that is -1."""
        kinds = np.zeros(len(self.rows) if places is None else len(places), np.int8)
        for number, (_, here, _) in enumerate(self._located(places)):
            kinds[here] = number
        return kinds

    def _located(self, places: Array | None) -> Iterator[tuple[Table, Array, Array]]:
        """For each table which of the places are of its events, and where these are in the table."""
        if not len(self.rows):
            return
        rows = self.rows if places is None else self.rows[places]
        for table, _ in self.pieces:
            there = np.searchsorted(table.rows, rows)
            # A row beyond the last is none of the table's.
            there[there == len(table.rows)] = 0
            here = np.flatnonzero(table.rows[there] == rows)
            yield table, here, there[here]


def _taken(values: Values, places: Array | None) -> Values:
    return values if places is None or values.nowhere else values.take(places)


def _within(chosen: Array | None, places: Array | None) -> Array | None:
    """The places in a table of some of the events that are chosen from it."""
    if chosen is None or places is None:
        return chosen if places is None else places
    return chosen[places] if len(chosen) else places


class Acts:
    """Selected events at which a rule is judged: all of a selection, or those in some places of it."""

    def __init__(self, chosen: Selection, places: Array | None = None) -> None:
        self.chosen, self.places = chosen, places
        self.part = chosen.part
        self.rows: Array = chosen.rows if places is None else chosen.rows[places]

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, places: Array) -> "Acts":
        """Those of the acts in these places."""
        return Acts(self.chosen, places if self.places is None else self.places[places])

    def values(self, name: str) -> Values:
        """A column of the acts."""
        return self.chosen.take(name, self.places)

    def read(self, names: Collection[str]) -> None:
        """Read the columns from which more is going to be asked, at once."""
        for table, _ in self.chosen.pieces:
            table.read(names)

    def texts(self, name: str) -> pa.Array:
        """A column of text as it is written, for acts of one event type."""
        ((table, places),) = self.chosen.pieces
        here = _within(places, self.places)
        return table.texts(name, np.arange(len(self)) if here is None else here)

    @cached_property
    def case(self) -> Array:
        return self.chosen.case if self.places is None else self.chosen.case[self.places]

    @cached_property
    def tie_begin(self) -> Array:
        """The first row of the act's history and moment."""
        return self.part.tie_begin(self.rows)

    @cached_property
    def tie_end(self) -> Array:
        """The first row after those of the act's history and moment."""
        return self.part.tie_end(self.rows)


class Part:
    """Events of whole histories. Rows are in order of history, then moment, then place in the record.

    `case`, `moment` and `latest` give each row's history (numbered from 0) and the earliest and the latest
    moment of its event (microseconds); `inexact` says where the two differ, and is None if they nowhere do.
    `case_begin` gives each history's first row, and one more for the end. Only the event types in `columns`
    are read, each with these columns, and those that correct others. Raises `RecordError` when the events are
    not those of whole histories in order.
    """

    def __init__(self, events: Events, columns: Mapping[str, Collection[str]]) -> None:
        self.cases = events.cases
        self._correcting = [name for name in events.files if name in events.correcting]
        read = [name for name in events.files if name in columns or name in self._correcting]
        self.tables = {name: Table(events, name, columns.get(name, ())) for name in read}
        self._selected: dict[Sel, Selection] = {}
        self.lines: dict[Any, Any] = {}
        self._blurred: dict[str, Mask | None] = {}
        self.stays: Stays | None = None
        self._place(events)
        self._check_order(events)

    def _place(self, events: Events) -> None:
        """Give each event its row."""
        places = {name: table.numbers("pos") for name, table in self.tables.items()}
        size = sum(map(len, places.values()))
        if len(places) == len(events.files) and size != events.events:
            named = next(iter(self.tables), "")
            raise _damaged(events, named, f"and its fellows hold {size} events, not {events.events}")
        ranks = None if size in (events.events, 0) else _ranks(places)
        first = min((int(pos[0]) for pos in places.values() if len(pos)), default=0)
        self.case = np.full(size, -1, np.int32)
        self.moment = np.zeros(size, np.int64)
        ranges: list[tuple[Array, Array]] = []
        for name, table in self.tables.items():
            rows, case = places[name] - first, table.numbers("case") - events.first_case
            if not (rows[1:] > rows[:-1]).all():
                raise _damaged(events, name, "holds events that are not in order")
            if len(rows) and not (rows[-1] < events.events and case.min() >= 0 and case.max() < self.cases):
                raise _damaged(events, name, "holds events of another part")
            table.rows = (rows if ranks is None else ranks[rows]).astype(np.int32)
            self.case[table.rows] = case
            self.moment[table.rows] = table.numbers("occurred_at")
            by = table.values("occurred_by")
            if not by.nowhere:
                data, known = by.spread(len(table.rows))
                ranges.append((table.rows[known], data[known]))
        if size and self.case.min() < 0:
            raise _damaged(events, next(iter(self.tables)), "holds events with the place of others")
        self._place_latest(events, ranges)

    def _place_latest(self, events: Events, ranges: list[tuple[Array, Array]]) -> None:
        """Give each row its latest moment; `ranges` are the rows for which the record states one."""
        self.latest, self.inexact = self.moment, None
        if not ranges:
            return
        latest = self.moment.copy()
        for rows, moments in ranges:
            latest[rows] = moments
        if (latest < self.moment).any():
            name = self._type_of(int(np.argmax(latest < self.moment)))
            raise _damaged(events, name, "holds an event that ends before it begins")
        inexact = latest > self.moment
        if inexact.any():
            self.latest, self.inexact = latest, inexact

    def _check_order(self, events: Events) -> None:
        case, moment = self.case, self.moment
        same_case, later = case[1:] == case[:-1], moment[1:] >= moment[:-1]
        if self.inexact is not None:
            later &= (moment[1:] > moment[:-1]) | (self.latest[1:] >= self.latest[:-1])
        good = np.where(same_case, later, case[1:] > case[:-1])
        if not good.all():
            name = self._type_of(1 + int(np.argmin(good)))
            raise _damaged(events, name, "holds events that are not in order")
        new = np.append(True, ~same_case)[: len(case)]
        begins = np.flatnonzero(new)
        if len(begins) == self.cases:
            self.case_begin = np.append(begins, len(case)).astype(np.int32)
        elif len(case) == events.events:
            raise _damaged(events, next(iter(self.tables)), "is cut: the part lacks whole histories")
        else:
            self.case_begin = np.searchsorted(case, np.arange(self.cases + 1)).astype(np.int32)
        self._new_case = new
        self._tied = bool((same_case & (moment[1:] == moment[:-1])).any())

    def _type_of(self, row: int) -> str:
        return next(name for name, table in self.tables.items() if row in table.rows)

    # --- events of one moment ------------------------------------------------------------------------------

    @cached_property
    def _ties(self) -> tuple[Array, Array]:
        """The number of each row's moment in its history, and the first row of each; one more for the end."""
        new = self._new_case.copy()
        new[1:] |= self.moment[1:] != self.moment[:-1]
        begin = np.append(np.flatnonzero(new), len(new)).astype(np.int32)
        return np.cumsum(new, dtype=np.int32) - np.int32(1), begin

    def tie_begin(self, rows: Array) -> Array:
        """The first row of the same history and moment."""
        if not self._tied:
            return rows
        number, begin = self._ties
        return begin[number[rows]]

    def tie_end(self, rows: Array) -> Array:
        """The first row after those of the same history and moment."""
        if not self._tied:
            return rows + np.int32(1)
        number, begin = self._ties
        found: Array = begin[number[rows] + 1]
        return found

    # --- events whose moments are known roughly ------------------------------------------------------------

    @cached_property
    def inexact_cases(self) -> Mask:
        """Which histories have an event whose moment is not known exactly."""
        found = np.zeros(self.cases, bool)
        if self.inexact is not None:
            found[self.case[self.inexact]] = True
        return found

    @cached_property
    def in_short(self) -> Mask:
        """Which rows are ordered among those of the same earliest moment (`record.time.in_given_order`)."""
        length = self.latest - self.moment
        return (length > 0) & (length < ORDERED_UP_TO // timedelta(microseconds=1))

    @cached_property
    def any_short(self) -> bool:
        return bool(self.in_short.any())

    @cached_property
    def _fellows(self) -> tuple[Array, Array]:
        new = self._new_case.copy()
        new[1:] |= (self.moment[1:] != self.moment[:-1]) | (self.in_short[1:] != self.in_short[:-1])
        begin = np.append(np.flatnonzero(new), len(new)).astype(np.int32)
        return np.cumsum(new, dtype=np.int32) - np.int32(1), begin

    def fellows_begin(self, rows: Array) -> Array:
        """For rows `in_short`, the first row of those in whose order they happened."""
        number, begin = self._fellows
        found: Array = begin[number[rows]]
        return found

    def fellows_end(self, rows: Array) -> Array:
        """For rows `in_short`, the first row after those in whose order they happened."""
        number, begin = self._fellows
        found: Array = begin[number[rows] + 1]
        return found

    @cached_property
    def ticks(self) -> Array:
        """The moments at which an event of `inexact_cases` may begin or end, in order."""
        return distinct(np.concatenate([self.moment[self._rough_rows], self.latest[self._rough_rows]]))

    @cached_property
    def low_tick(self) -> Array:
        """The place of each row's earliest moment among `ticks`; 0 outside `inexact_cases`."""
        return self._tick_of(self.moment)

    @cached_property
    def high_tick(self) -> Array:
        """The place of each row's latest moment among `ticks`; 0 outside `inexact_cases`."""
        return self._tick_of(self.latest)

    @cached_property
    def _rough_rows(self) -> Array:
        return np.flatnonzero(self.inexact_cases[self.case])

    def _tick_of(self, moments: Array) -> Array:
        found = np.zeros(len(moments), np.int64)
        found[self._rough_rows] = np.searchsorted(self.ticks, moments[self._rough_rows])
        return found

    def blurred(self, event_type: str) -> Mask | None:
        """Which histories have an event of the type whose moment is not known exactly; None if none."""
        if event_type not in self._blurred:
            self._blurred[event_type] = self._find_blurred(event_type)
        return self._blurred[event_type]

    def _find_blurred(self, event_type: str) -> Mask | None:
        if self.inexact is None or event_type not in self.tables:
            return None
        rows = self.selected(Sel((event_type,))).rows
        rows = rows[self.inexact[rows]]
        if not len(rows):
            return None
        found = np.zeros(self.cases, bool)
        found[self.case[rows]] = True
        return found

    # --- what is corrected ---------------------------------------------------------------------------------

    @cached_property
    def _corrected(self) -> dict[str, Mask]:
        """By type, which events another of the same history corrects; types without any are left out."""
        named = [
            _keys(t.numbers("case")[where], t.values("corrects").data[where])
            for t in map(self.tables.__getitem__, self._correcting)
            if len(where := np.flatnonzero(t.values("corrects").spread(len(t.rows))[1]))
        ]
        if not named:
            return {}
        keys = np.concatenate(named)
        correcting = np.unique(keys["case"])
        found = {}
        for name, table in self.tables.items():
            here = np.flatnonzero(np.isin(table.numbers("case"), correcting))
            gone = np.isin(_keys(table.numbers("case")[here], table.values("id").data[here]), keys)
            if gone.any():
                found[name] = np.zeros(len(table.rows), bool)
                found[name][here[gone]] = True
        return found

    # --- selections ----------------------------------------------------------------------------------------

    def selected(self, chosen: Sel) -> Selection:
        """The events that are selected and that none corrects."""
        if chosen not in self._selected:
            self._selected[chosen] = self._select(chosen)
        return self._selected[chosen]

    def _select(self, chosen: Sel) -> Selection:
        pieces = [
            (self.tables[name], self._places(self.tables[name], chosen))
            for name in dict.fromkeys(chosen.types)
            if name in self.tables
        ]
        rows = [table.rows if places is None else table.rows[places] for table, places in pieces]
        if len(pieces) == 1:
            return Selection(self, rows[0], pieces)
        mask = np.zeros(len(self.case), bool)
        for some in rows:
            mask[some] = True
        return Selection(self, np.flatnonzero(mask).astype(np.int32), pieces)

    def _places(self, table: Table, chosen: Sel) -> Array | None:
        """Where in the table the selected events are; None if all are selected."""
        corrected = self._corrected.get(table.type)
        places = None if corrected is None else np.flatnonzero(~corrected)
        for name in chosen.reads:
            values = _taken(table.values(name), places)
            size = len(table.rows) if places is None else len(places)
            kept = np.flatnonzero(np.full(size, YES) & values.known & _passes(chosen, name, values))
            places = kept if places is None else places[kept]
        return places


def _passes(chosen: Sel, name: str, values: Values) -> Any:
    """Where a known field meets the conditions of a selection on it."""
    passed: Any = YES
    for field, codes in chosen.where:
        if field == name:
            passed = passed & among(values, codes)
    for field, bound in chosen.below:
        if field == name:
            passed = passed & (values.data < bound)
    return passed


def _ranks(places: Mapping[str, Array]) -> Array:
    """For each place from the first on, how many events that are read stand before it."""
    first = min(int(pos.min()) for pos in places.values() if len(pos))
    last = max(int(pos.max()) for pos in places.values() if len(pos))
    taken = np.zeros(last - first + 1, bool)
    for pos in places.values():
        taken[pos - first] = True
    ranks = np.cumsum(taken, dtype=np.int32)
    ranks -= 1
    return ranks


def _keys(case: Array, ids: Array) -> Array:
    """Histories with ids as records that can be compared."""
    found = np.zeros(len(case), [("case", np.int64), *((name, ID[name]) for name in ID.names or ())])
    found["case"] = case
    for name in ID.names or ():
        found[name] = ids[name]
    return found


def _damaged(events: Events, event_type: str, what: str) -> RecordError:
    return RecordError(
        f"{events.files.get(event_type, 'the part')} {what}: restore it or run the intake again."
    )
