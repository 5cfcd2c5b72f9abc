"""Writing the parts of a record: a stream of whole histories in, one Parquet file for each event type out."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.record.columns import personal_schema, type_schema
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.record.manifest import EventFile, ListedFile, Part
from evenhand.record.part import SUBJECT, beside, dictionary_path

PART_EVENTS = 1_000_000
ROW_GROUP = 131_072
DICTIONARY_BYTES = 16 << 20
"""More than the texts of a row group need, so that its text columns stay dictionaries."""


class Parts:
    """Cuts a stream of events, whole histories in order, into parts; numbers cases and events.

    A part ends with the history that brings it to `PART_EVENTS`. `after` are the parts that are there
    already, whose numbers are continued.
    """

    def __init__(self, folder: Path, kind: SubjectKind, after: Sequence[Part] = ()) -> None:
        self.kind = kind
        self.folder = folder
        self.parts = list(after)
        self.cases = sum(part.cases for part in after)
        self._pos = sum(part.events for part in after)
        self._last_subject: str | None = None
        self._held: dict[str, list[pa.Table]] = {}
        self._first_case, self._first_pos = self.cases, self._pos

    def add(self, table: pa.Table) -> None:
        """Take rows in `input_schema`, sorted so that each subject's rows lie together."""
        if not len(table):
            return
        table = table.combine_chunks()
        new = self._begins(table[SUBJECT].chunk(0))
        case = self.cases - 1 + np.cumsum(new)
        pos = self._pos + np.arange(len(table))
        table = table.add_column(0, "pos", pa.array(pos)).add_column(0, "case", pa.array(case))
        first = 0
        starts = np.flatnonzero(new)
        while len(full := starts[np.searchsorted(pos[starts], self._first_pos + PART_EVENTS) :]):
            end = int(full[0])
            self._hold(table.slice(first, end - first))
            self._write(int(case[end]), int(pos[end]))
            first = end
        self._hold(table.slice(first))
        self.cases, self._pos = int(case[-1]) + 1, int(pos[-1]) + 1

    def close(self) -> list[Part]:
        """Write what is left; return all parts."""
        if self._held:
            self._write(self.cases, self._pos)
        return self.parts

    def _begins(self, subjects: pa.Array) -> npt.NDArray[np.bool_]:
        """Say of each row whether a history begins with it."""
        new = np.empty(len(subjects), dtype=bool)
        new[0] = subjects[0].as_py() != self._last_subject
        new[1:] = pc.not_equal(subjects[1:], subjects[:-1]).to_numpy(zero_copy_only=False)
        self._last_subject = subjects[-1].as_py()
        return new

    def _hold(self, table: pa.Table) -> None:
        """Keep the rows of each event type, with only the columns that the type has."""
        if not len(table):
            return
        given = {name: len(table) - table[name].null_count for name in table.column_names}
        for event_type, rows in _by_type(table["type"]):
            own = _columns(event_type)
            taken = table.select(own).take(rows)
            self._held.setdefault(event_type, []).append(taken)
            for name in own:
                given[name] -= len(taken) - taken[name].null_count
        foreign = [name for name, number in given.items() if number]
        if foreign:
            raise RecordError(f"{self.kind} events: {_first_foreign(table, foreign[0])}")

    def _write(self, end_case: int, end_pos: int) -> None:
        """Write the held rows as a part that ends before this history and event."""
        name = f"part-{len(self.parts):05}.parquet"
        files = []
        for event_type, tables in sorted(self._held.items()):
            path = self.folder / "events" / self.kind / event_type / name
            table = _plain(tables, type_schema(event_type))
            write_file(path, table)
            _write_personal(beside(path, "personal"), _plain(tables, personal_schema(event_type)))
            listed = ListedFile.of(self.folder, path.relative_to(self.folder).as_posix())
            files.append(
                EventFile(
                    **dict(listed),
                    type=event_type,
                    events=len(table),
                    corrections=len(table) - table["corrects"].null_count,
                )
            )
        self.parts.append(
            Part(
                first_case=self._first_case,
                cases=end_case - self._first_case,
                events=end_pos - self._first_pos,
                files=files,
            )
        )
        self._held, self._first_case, self._first_pos = {}, end_case, end_pos


def write_file(path: Path, table: pa.Table) -> None:
    """Write events or personal parts of one type; a row group ends where a history ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encodings = {SUBJECT: "DELTA_BYTE_ARRAY"} if SUBJECT in table.column_names else {}
    encodings |= {field.name: "DELTA_BINARY_PACKED" for field in table.schema if _is_number(field.type)}
    with pq.ParquetWriter(
        path,
        table.schema,
        compression="zstd",
        use_dictionary=[text for field in table.schema if (text := dictionary_path(field))],
        dictionary_pagesize_limit=DICTIONARY_BYTES,
        column_encoding=encodings,
        store_schema=False,
    ) as writer:
        for first, end in _row_groups(table["case"].to_numpy()):
            writer.write_table(table.slice(first, end - first), row_group_size=end - first)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_timestamp(kind))


def _row_groups(case: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(case):
        end = min(first + ROW_GROUP, len(case))
        if end < len(case):
            end = int(np.searchsorted(case, case[end]))
        if end <= first:
            end = int(np.searchsorted(case, case[first], side="right"))
        yield first, end
        first = end


def _by_type(column: pa.ChunkedArray) -> Iterator[tuple[str, pa.Array]]:
    """Yield each event type with its rows, in order."""
    coded = column.combine_chunks()
    if not pa.types.is_dictionary(coded.type):
        coded = coded.dictionary_encode()
    words, codes = coded.dictionary.to_pylist(), coded.indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(words) + 1))
    for word, first, end in zip(words, bounds, bounds[1:], strict=False):
        if end > first:
            yield word, pa.array(order[first:end])


def _columns(event_type: str) -> list[str]:
    names = type_schema(event_type).names
    return [*names, *(name for name in personal_schema(event_type).names if name not in names)]


def _first_foreign(table: pa.Table, name: str) -> str:
    """Say which event has a value in a field that its type does not have."""
    given = table.filter(table[name].is_valid()).select(["type", "id", name])
    for row in given.to_pylist():
        if name not in _columns(row["type"]):
            return f"{row['type']} has no field {name}, but event {row['id']} gives {row[name]!r}."
    raise AssertionError(name)


def _plain(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    """Join tables; dictionaries, which may differ from table to table, become text."""
    return pa.concat_tables(table.select(schema.names).cast(schema) for table in tables)


def _write_personal(path: Path, table: pa.Table) -> None:
    given = np.zeros(len(table), dtype=bool)
    for column in table.columns[2:]:
        given |= column.is_valid().to_numpy()
    if given.any():
        write_file(path, table.filter(given))
