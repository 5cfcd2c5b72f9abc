"""Observations as CSV, the largest file by far: what rows have in common is turned into text once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evenhand.registry.arrow import numbers_of, of_numbers, text, values_of

_HEAD, _ROW, _MIDDLE = ("sheet",), "row", ("published", "kind")
"""The first columns of the table. All after them depend on the distinct row and the kind of sheet alone."""
_AT_ONCE = 1 << 12

Numbers = NDArray[np.int64]


def write_observations(table: pa.Table, path: Path) -> None:
    """Write the table of observations as `pyarrow.csv.write_csv` would, byte for byte."""
    names = table.column_names
    if names[: len(_HEAD) + 1 + len(_MIDDLE)] != [*_HEAD, _ROW, *_MIDDLE]:
        raise ValueError(f"the first columns of the observations are not as expected: {names[:4]}")
    sheet, kind = _codes(table["sheet"]), _codes(table["kind"])
    row = numbers_of(table[_ROW])
    parts = (
        _texts(table.select(_HEAD), sheet, ","),
        (_objects([str(n).encode() for n in range(int(row.max(initial=0)) + 1)]), row),
        _texts(table.select(_MIDDLE), sheet, ",", before=","),
        _texts(table.select(names[4:]), numbers_of(table["content"]) * 2 + kind, "\n"),
    )
    with path.open("wb", buffering=0) as out:
        out.write((",".join(f'"{name}"' for name in names) + "\n").encode())
        for start in range(0, table.num_rows, _AT_ONCE):
            at = slice(start, start + _AT_ONCE)
            cells = np.stack([texts[which[at]] for texts, which in parts], axis=1)
            out.write(b"".join(cells.ravel().tolist()))


def _codes(column: pa.ChunkedArray) -> NDArray[Any]:
    """A number for each value of a column of dictionaries or texts."""
    array = column.combine_chunks()
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    return numbers_of(encoded.indices)


def _texts(
    table: pa.Table, group: NDArray[Any], after: str, before: str = ""
) -> tuple[NDArray[np.object_], Numbers]:
    """The CSV text of the first row of each group, as bytes, and which text is each row's."""
    _, first, of_row = np.unique(group, return_index=True, return_inverse=True)
    joined = pc.binary_join_element_wise(*_cells(table.take(of_numbers(first))), text(","))
    return _objects([f"{before}{row}{after}".encode() for row in values_of(joined)]), of_row


def _objects(values: list[bytes]) -> NDArray[np.object_]:
    found = np.empty(len(values), object)
    found[:] = values
    return found


def _cells(table: pa.Table) -> Sequence[pa.Array]:
    """Each column's cells as CSV: texts in quotes, nothing for what is missing."""
    found, quote = [], text('"')
    for column in table.columns:
        array = column.combine_chunks()
        if pa.types.is_dictionary(array.type):
            array = array.cast(array.type.value_type)
        cells = array.cast(pa.string())
        if pa.types.is_string(array.type):
            quoted = pc.replace_substring(cells, '"', '""')
            cells = pc.binary_join_element_wise(quote, quoted, quote, text(""))
        found.append(cells.fill_null(text("")))
    return found
