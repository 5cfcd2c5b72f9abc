"""Arrow arrays from Python values and back by their buffers.

Arrow's own conversions import pandas where it is installed, which takes longer than adding a sheet.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_EPOCH = date(1970, 1, 1)
_EPOCH_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


def array(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    """An array of texts, whole numbers, shares, days or moments (in seconds); `None` is missing.

    Raises `TypeError` for any other type.
    """
    present = None if None not in values else np.fromiter((v is not None for v in values), bool, len(values))
    if pa.types.is_string(type_):
        return _texts(values, present)
    if pa.types.is_date32(type_):
        numbers = [0 if v is None else v.toordinal() - _EPOCH.toordinal() for v in values]
    elif pa.types.is_timestamp(type_):
        numbers = [0 if v is None else int((v - _EPOCH_MOMENT).total_seconds()) for v in values]
    elif pa.types.is_integer(type_) or pa.types.is_floating(type_):
        numbers = [0 if v is None else v for v in values]
    else:
        raise TypeError(f"no array of {type_} is made here")
    data = np.array(numbers, f"{'f' if pa.types.is_floating(type_) else 'i'}{type_.bit_width // 8}")
    return pa.Array.from_buffers(type_, len(data), [_validity(present), pa.py_buffer(data)])


def text(value: str) -> pa.Scalar:
    """A text as a scalar."""
    return array([value], pa.string())[0]


def _texts(values: Sequence[Any], present: NDArray[np.bool_] | None) -> pa.Array:
    encoded = [b"" if v is None else v.encode() for v in values]
    ends = np.zeros(len(encoded) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, encoded), np.int32, len(encoded)), out=ends[1:])
    data = pa.py_buffer(b"".join(encoded))
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(ends), data, _validity(present))


def _validity(present: NDArray[np.bool_] | None) -> pa.Buffer | None:
    return None if present is None else pa.py_buffer(np.packbits(present, bitorder="little"))


def of_numbers(numbers: NDArray[Any]) -> pa.Array:
    """A numpy array of whole numbers as Arrow's, sharing its memory."""
    return pa.Array.from_buffers(
        {4: pa.int32(), 8: pa.int64()}[numbers.itemsize],
        len(numbers),
        [None, pa.py_buffer(np.ascontiguousarray(numbers))],
    )


def numbers_of(column: pa.Array | pa.ChunkedArray) -> NDArray[Any]:
    """Whole numbers, of which none is missing, as numpy's, sharing their memory."""
    flat = _flat(column)
    kind = np.dtype(f"i{flat.type.bit_width // 8}")
    if flat.null_count:
        raise ValueError("a number is missing")
    return np.frombuffer(flat.buffers()[1] or b"", kind, len(flat), flat.offset * kind.itemsize)


def values_of(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    """The Python values of an array of the types that `array` makes."""
    flat = _flat(column)
    if pa.types.is_dictionary(flat.type):
        labels = [*values_of(flat.dictionary), None]
        return [labels[-1 if n is None else n] for n in values_of(flat.indices)]
    found = _present_values(flat)
    if not flat.null_count:
        return found
    marks = np.frombuffer(flat.buffers()[0], np.uint8)
    present = np.unpackbits(marks, bitorder="little")[flat.offset : flat.offset + len(flat)].tolist()
    return [value if here else None for value, here in zip(found, present, strict=True)]


def _present_values(flat: pa.Array) -> list[Any]:
    """Each value, with anything in the place of one that is missing."""
    if pa.types.is_string(flat.type):
        _, ends, data = flat.buffers()
        at = np.frombuffer(ends, np.int32, len(flat) + 1, flat.offset * 4).tolist() if len(flat) else [0]
        read = data.to_pybytes() if data else b""
        if read.isascii():
            text = read.decode()
            return [text[a:b] for a, b in pairwise(at)]
        return [read[a:b].decode() for a, b in pairwise(at)]
    kind = np.dtype(f"{'f' if pa.types.is_floating(flat.type) else 'i'}{flat.type.bit_width // 8}")
    places = np.frombuffer(flat.buffers()[1] or b"", kind, len(flat), flat.offset * kind.itemsize)
    numbers: list[Any] = places.tolist()
    if pa.types.is_date32(flat.type):
        return [_EPOCH + timedelta(n) for n in numbers]
    if pa.types.is_timestamp(flat.type):
        a_second = {"s": 1, "ms": 1000, "us": 1_000_000}[flat.type.unit]
        return [_EPOCH_MOMENT + timedelta(seconds=n / a_second) for n in numbers]
    return numbers


def _flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def table(rows: Sequence[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """A table from rows by column name; a name that a row lacks is missing there."""
    columns = [
        array([row.get(name) for row in rows], type_)
        for name, type_ in zip(schema.names, schema.types, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def rows_of(table_: pa.Table) -> list[dict[str, Any]]:
    """A table's rows by column name."""
    columns = [values_of(column) for column in table_.columns]
    return [dict(zip(table_.column_names, cells, strict=True)) for cells in zip(*columns, strict=True)]
