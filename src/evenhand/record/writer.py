"""Writing a record: batches of events in, sorted Parquet parts and a manifest out, in one step."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.record.columns import QUARANTINE, TRUTH, input_schema
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind, types_of
from evenhand.record.folder import Kind, staged_folder
from evenhand.record.manifest import (
    FILE_NAME,
    QUARANTINE_FILE,
    TRUTH_FILE,
    Counts,
    Manifest,
    MappingUsed,
    RowEnds,
    Source,
    Tells,
    listing_all,
)
from evenhand.record.order import order_keys
from evenhand.record.parts import Parts

_BATCH = 131_072
_ORDER = tuple(pa.field(name, pa.int64()) for name in ("_span", "_place", "_given"))
"""Columns of a spool: the keys of `order_keys` after the first, and the order in which events were given."""


def conform(kind: SubjectKind, table: pa.Table) -> pa.Table:
    """The table with exactly the columns of `input_schema(kind)`: missing ones null, types cast.

    A text column may stay dictionary-encoded: Parquet takes it as it is, in less time and memory.
    Raises `RecordError` for a column that the kind does not have or a value that does not fit.
    """
    schema = input_schema(kind)
    unknown = set(table.column_names) - set(schema.names)
    if unknown:
        raise RecordError(f"{kind} events have no column {', '.join(sorted(unknown))}")
    columns = []
    for field in schema:
        if field.name in table.column_names:
            column = table[field.name]
            if column.type != field.type and not _is_encoded(column.type, field.type):
                column = column.cast(field.type)
        elif field.name == "version":
            column = pa.chunked_array([pa.repeat(pa.scalar(1, field.type), len(table))])
        else:
            column = pa.chunked_array([pa.nulls(len(table), field.type)])
        if not field.nullable and column.null_count:
            raise RecordError(f"{kind} events: {field.name} is missing in {column.null_count} rows")
        columns.append(column)
    return pa.table(columns, names=schema.names)


def _is_encoded(given: pa.DataType, wanted: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(given) and given.value_type == wanted == pa.string())


class RecordWriter:
    """Builds a record in a folder beside `out` and puts it in place on `commit`.

    `add` takes events in the order of their source, of any histories, and sorts them at the end on disk;
    `add_sorted` takes whole histories in order and must then be the only way used for that kind.
    `record/episode/order` states the order. Nothing appears at `out` before `commit`. A record that is
    there is replaced; a sealed one only with `replace_sealed`.
    """

    def __init__(self, out: Path, *, memory_limit: str = "2GB", replace_sealed: bool = False) -> None:
        self.out = out
        self._replace_sealed = replace_sealed
        self._memory_limit = memory_limit
        self._events: Counter[str] = Counter()
        self._policies: Counter[str] = Counter()
        self._spools: dict[SubjectKind, pq.ParquetWriter] = {}
        self._parts: dict[SubjectKind, Parts] = {}
        self._quarantine: pq.ParquetWriter | None = None
        self._truth: list[pa.Table] = []
        self._zones: set[str] = set()
        self._agencies: set[str] = set()
        self._times: list[pa.Scalar] = []
        self._given = 0

    def __enter__(self) -> Self:
        self._staging = staged_folder(self.out, Kind.RECORD, replace_sealed=self._replace_sealed)
        self.folder = self._staging.__enter__()
        self._committed = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for spool in self._spools.values():
            spool.close()
        if self._quarantine is not None:
            self._quarantine.close()
        if error is None and not self._committed:
            error = RecordError("the record was not committed")
            kind = RecordError
        self._staging.__exit__(kind, error, trace)

    @property
    def events(self) -> dict[str, int]:
        """How many events of each type were taken so far."""
        return dict(self._events)

    def _take(self, kind: SubjectKind, table: pa.Table) -> pa.Table:
        table = conform(kind, table)
        for entry in pc.value_counts(table["type"]).to_pylist():
            if entry["values"] not in types_of(kind):
                raise RecordError(f"unknown event type {entry['values']} in {kind} events")
            self._events[entry["values"]] += entry["counts"]
        self._zones.update(pc.unique(table["zone"]).to_pylist())
        self._agencies.update(pc.unique(table["agency"]).to_pylist())
        if len(table):
            latest = [pc.max(table["occurred_by"])] if table["occurred_by"].null_count < len(table) else []
            ends = pc.min_max(table["occurred_at"])
            self._times += [ends["min"], ends["max"], *latest]
            self._times = [min(self._times, key=_micros), max(self._times, key=_micros)]
        return table

    def add(self, kind: SubjectKind, table: pa.Table) -> None:
        """Take events of one kind in the order of their source; a later call gives later ones.

        Shape: `input_schema(kind)`, missing columns allowed.
        """
        table = self._take(kind, table).cast(input_schema(kind))
        if kind not in self._spools:
            path = self.folder / f".spool-{kind}.parquet"
            schema = pa.schema([*input_schema(kind), *_ORDER])
            self._spools[kind] = pq.ParquetWriter(path, schema, compression="lz4")
        _, span, place = order_keys(table)
        given = np.arange(self._given, self._given + len(table))
        self._given += len(table)
        for field, values in zip(_ORDER, (span, place, given), strict=True):
            table = table.append_column(field, pa.array(values))
        self._spools[kind].write_table(table)

    def add_sorted(self, kind: SubjectKind, table: pa.Table) -> None:
        """Take whole histories of one kind, each in the order that `record/episode/order` states."""
        self._parts.setdefault(kind, Parts(self.folder, kind)).add(self._take(kind, table))

    def quarantine(self, table: pa.Table) -> None:
        """Take quarantine entries, shape `QUARANTINE`; a row may have several."""
        if self._quarantine is None:
            path = self.folder / QUARANTINE_FILE
            path.parent.mkdir(exist_ok=True)
            self._quarantine = pq.ParquetWriter(path, QUARANTINE)
        self._quarantine.write_table(table.select(QUARANTINE.names).cast(QUARANTINE))

    def count(self, policy: str, number: int = 1) -> None:
        """Count what a stated policy did."""
        if number:
            self._policies[policy] += number

    def truth(self, table: pa.Table) -> None:
        """Take known breaches of a simulated record: columns `rule`, `subject`."""
        self._truth.append(table.select(TRUTH.names).cast(TRUTH))

    def commit(
        self,
        *,
        kind: Literal["import", "simulation", "desk"],
        provides: dict[str, list[str]],
        sources: list[Source] | None = None,
        tells: list[Tells] | None = None,
        mapping: MappingUsed | None = None,
        observed_from: pa.Scalar | None = None,
        observed_until: pa.Scalar | None = None,
        left_out: dict[str, int] | None = None,
        without_event: dict[str, int] | None = None,
    ) -> Manifest:
        """Sort what was spooled, check that each source's rows add up, write the manifest.

        `left_out` and `without_event` have the rows of these ends by reason. Raises `RecordError` if the ends
        of a source's rows, or the reasons, do not add up.
        `tells` is by default every type that is provided, in every history. The record takes its place when
        the `with` block ends.
        """
        for subject_kind in list(self._spools):
            self._sort(subject_kind)
        if self._quarantine is not None:
            self._quarantine.close()
        parts = {k: p.close() for k, p in sorted(self._parts.items())}
        if self._truth:
            truth = pa.concat_tables(self._truth).sort_by([("rule", "ascending"), ("subject", "ascending")])
            pq.write_table(truth, self.folder / TRUTH_FILE, compression="zstd")
        rows = _checked_rows(sources or [], left_out or {}, without_event or {})
        first = observed_from or (self._times[0] if self._times else None)
        latest = observed_until or (self._times[1] if self._times else None)
        manifest = Manifest(
            evenhand=version("evenhand"),
            kind=kind,
            sources=sources or [],
            mapping=mapping,
            provides={k: sorted(v) for k, v in sorted(provides.items())},
            tells=[Tells(types=sorted(provides))] if tells is None else tells,
            observed_from=first.as_py() if first is not None else None,
            observed_until=latest.as_py() if latest is not None else None,
            zones=sorted(self._zones),
            agencies=sorted(self._agencies),
            counts=Counts(
                rows_in=rows.total(),
                rows=rows,
                left_out=dict(sorted((left_out or {}).items())),
                without_event=dict(sorted((without_event or {}).items())),
                events=dict(sorted(self._events.items())),
                cases={k: p.cases for k, p in sorted(self._parts.items())},
                policies=dict(sorted(self._policies.items())),
            ),
            parts=parts,
        )
        manifest = listing_all(manifest, self.folder, sealed=False)
        (self.folder / FILE_NAME).write_text(manifest.dump(), encoding="utf-8")
        self._committed = True
        return manifest

    def _sort(self, kind: SubjectKind) -> None:
        self._spools.pop(kind).close()
        spool, done = self.folder / f".spool-{kind}.parquet", self.folder / f".sorted-{kind}.parquet"
        with _duckdb(self.folder / ".sort", self._memory_limit) as connection:
            connection.execute(
                "COPY (SELECT * EXCLUDE (_span, _place, _given) FROM read_parquet(?) "
                "ORDER BY subject, occurred_at, _span, _place, _given) "
                f"TO '{done}' (FORMAT parquet, COMPRESSION lz4_raw)",
                [str(spool)],
            )
        spool.unlink()
        parts = self._parts.setdefault(kind, Parts(self.folder, kind))
        with pq.ParquetFile(done) as sorted_file:
            for batch in sorted_file.iter_batches(batch_size=_BATCH):
                table = pa.Table.from_batches([batch])
                parts.add(table.cast(input_schema(kind)))
        done.unlink()


def _checked_rows(sources: list[Source], left_out: dict[str, int], without_event: dict[str, int]) -> RowEnds:
    """Sum how the rows of all sources ended. Raises `RecordError` if they do not add up."""
    for source in sources:
        if source.rows != source.ends.total():
            raise RecordError(
                f"{source.file}: rows do not add up: {source.rows} in, {source.ends.sentence()}. "
                "This is a fault of evenhand; nothing was written. Report it."
            )
    rows = sum((source.ends for source in sources), RowEnds())
    for name, total, reasons in (
        ("left out", rows.left_out, left_out),
        ("without an event", rows.without_event, without_event),
    ):
        if total != sum(reasons.values()):
            raise RecordError(
                f"rows {name} do not add up: {total} rows, {sum(reasons.values())} by reason. "
                "This is a fault of evenhand; nothing was written. Report it."
            )
    return rows


def _micros(moment: pa.Scalar) -> int:
    return int(moment.value)


@contextmanager
def _duckdb(scratch: Path, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    scratch.mkdir()
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(scratch),
    }
    connection = duckdb.connect(config=config)
    try:
        yield connection
    finally:
        connection.close()
        for left in scratch.iterdir():
            left.unlink()
        scratch.rmdir()
