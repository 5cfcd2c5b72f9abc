"""Booking events as one CSV file, in the shape of a jail-management system's export.

One row an event; the columns are those of `input_schema(booking)` by name and in order. Instants are ISO
8601 with the offset of UTC, lists are joined by `|`, truth values are `true` and `false`, a field left out
is empty.
"""

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from evenhand.record.columns import input_schema
from evenhand.record.events import SubjectKind
from evenhand.record.writer import conform

SCHEMA = input_schema(SubjectKind.BOOKING)
_TEXT = pa.schema([pa.field(name, pa.string()) for name in SCHEMA.names])


class CsvExport:
    """Writes beside `path` and takes its place when the `with` block ends without an error."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        os.close(handle)
        self._partial = Path(name)
        self._writer = pv.CSVWriter(
            str(self._partial), _TEXT, write_options=pv.WriteOptions(quoting_style="needed")
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        if error is None:
            os.replace(self._partial, self.path)
        else:
            self._partial.unlink(missing_ok=True)

    def add(self, table: pa.Table) -> None:
        """Add events in the shape of `input_schema(booking)`; what is missing stays empty."""
        columns = [_text(conformed) for conformed in conform(SubjectKind.BOOKING, table).columns]
        self._writer.write_table(pa.table(columns, schema=_TEXT))


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind):
        # Only the end of an interval has a fraction of a second.
        seconds = column.cast(pa.timestamp("s", tz="UTC"), safe=False)
        whole = pc.all(pc.equal(seconds.cast(kind), column)).as_py() is not False
        return pc.strftime(seconds if whole else column, format="%Y-%m-%dT%H:%M:%S+00:00")
    if pa.types.is_list(kind):
        return pc.binary_join(column, "|")
    if kind == pa.uuid():
        return pa.chunked_array([_uuid_text(chunk.storage) for chunk in column.chunks], pa.string())
    return column.cast(pa.string())


def _uuid_text(storage: pa.Array) -> pa.Array:
    digits = pa.array([None if v is None else v.hex() for v in storage.to_pylist()], pa.string())
    parts = [
        pc.utf8_slice_codeunits(digits, a, b) for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
    ]
    return pc.binary_join_element_wise(*parts, "-")
