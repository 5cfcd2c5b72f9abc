"""Arrow tables as plain Python rows."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa

Row = dict[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rows_of(table: pa.Table) -> list[Row]:
    """Return each row as a mapping of column to Python value; columns that are null are left out."""
    names = table.column_names
    columns = [_values(table[name]) for name in names]
    return [
        {name: value for name, value in zip(names, values, strict=True) if value is not None}
        for values in zip(*columns, strict=True)
    ]


def _values(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        # Arrow imports pandas to make a datetime, which takes longer than reading a small record.
        counts = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_pylist()
        return [None if n is None else _EPOCH + timedelta(microseconds=n) for n in counts]
    if isinstance(column.type, pa.UuidType):
        stored = [value for chunk in column.chunks for value in chunk.storage.to_pylist()]
        return [None if value is None else UUID(bytes=value) for value in stored]
    values: list[Any] = column.to_pylist()
    return values
