"""Parquet, its values as text."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.readers.batch import Batch
from evenhand.intake.readers.delimited import hash_rows

ROWS = 65536
_DAMAGED = (pa.ArrowException, OSError, UnicodeDecodeError)


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of any type as text: whole numbers without a fraction, instants in ISO, lists as JSON.

    Bytes that are no UTF-8 become U+FFFD, also where the file calls them text.
    """
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            return _decoded(column.cast(pa.large_binary()))
        return column.cast(pa.string())
    if pa.types.is_floating(kind):
        whole = pc.all(pc.or_kleene(pc.equal(column, pc.trunc(column)), pc.is_null(column))).as_py()
        biggest = pc.max(pc.abs(column)).as_py()
        if whole is not False and (biggest is None or biggest < 2**53):
            column = column.cast(pa.int64())
        return column.cast(pa.string())
    if pa.types.is_nested(kind):
        texts = [None if v is None else json.dumps(v, default=str) for v in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return _decoded(column)
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        column = column.cast(pa.timestamp("us", "UTC"))
    if isinstance(kind, pa.BaseExtensionType):
        return pa.chunked_array([pa.array([None if v is None else str(v) for v in column.to_pylist()])])
    return column.cast(pa.string())


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = [None if v is None else v.decode(errors="replace") for v in column.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


class ParquetReader:
    """Reads a Parquet file. Fields of a struct are named by dotted paths."""

    def __init__(self, file: str, path: Path, duck: Duck) -> None:
        self.file, self._duck = file, duck
        self.header: list[str] | None = None
        self.grows = False
        self.unread: dict[str, int] = {}
        try:
            self._parquet = pq.ParquetFile(path)
            self.columns = _flat(self._parquet.schema_arrow.empty_table()).column_names
        except _DAMAGED as error:
            raise self._damaged(error) from None
        self.facts = {"rows": f"{self._parquet.metadata.num_rows:,}"}

    def _damaged(self, error: Exception) -> IntakeError:
        return IntakeError(
            f"{self.file}: the Parquet file is cut off or damaged ({str(error).splitlines()[0][:200]}). "
            "None of it was taken in. Copy it again from its owner."
        )

    def batches(self, needed: list[str]) -> Iterator[Batch]:
        row = 2
        batches = self._parquet.iter_batches(batch_size=ROWS)
        while True:
            try:
                batch = next(batches, None)
                if batch is None:
                    return
                table = _flat(pa.Table.from_batches([batch]))
                table = pa.table([as_text(c) for c in table.columns], names=table.column_names)
            except _DAMAGED as error:
                raise self._damaged(error) from None
            rows = np.arange(row, row + len(table), dtype=np.int64)
            row += len(table)
            yield Batch(table, rows, hash_rows(table, self._duck))


def _flat(table: pa.Table) -> pa.Table:
    while any(pa.types.is_struct(c.type) for c in table.columns):
        table = table.flatten()
    return table
