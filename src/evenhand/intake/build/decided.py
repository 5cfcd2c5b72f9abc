"""The values by which the blocks of a mapping take a row or pass it over, in words for the report.

Only public columns are shown by value. A column that fills a personal field, or that a condition only asks
whether it is empty, is shown as given or empty.
"""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.view import View
from evenhand.intake.mapping.model import EventBlock, Mapping
from evenhand.intake.personal.headers import personal_by_name
from evenhand.record.events import FIELDS

_SHOWN = 60
"""Characters of a value that the report shows."""


def deciding(blocks: Iterable[EventBlock]) -> dict[str, bool]:
    """The columns that the conditions of blocks test; True where by value, not only for being given."""
    columns: dict[str, bool] = {}
    for block in blocks:
        for condition in block.when:
            by_value = bool(condition.model_fields_set - {"column", "given"})
            columns[condition.column] = columns.get(condition.column, False) or by_value
    return columns


def personal_columns(mapping: Mapping) -> set[str]:
    """The columns that fill personal fields, or that hold personal data by their header."""
    filled = {
        column
        for block in mapping.event
        for name, cell in block.fields.items()
        if any(name in FIELDS[t] and FIELDS[t][name].personal for t in block.types())
        for column in cell.needs()
    }
    return filled | {column for column in mapping.needed() if personal_by_name(column) is not None}


def decided(view: View, index: pa.Array, columns: dict[str, bool], personal: set[str]) -> pa.Array | None:
    """What decided on the rows at `index`, such as `How Released = HOSPITAL`; None without conditions."""
    by_value = {c for c, tested in columns.items() if tested and c not in personal}
    shown = [c for c in columns if c in by_value] or list(columns)
    if not shown:
        return None
    words = [_words(column, view.text(column).take(index), column in by_value) for column in shown]
    return words[0] if len(words) == 1 else pc.binary_join_element_wise(*words, ", ")


def _words(column: str, text: pa.Array, by_value: bool) -> pa.Array:
    if not by_value:
        return pc.if_else(pc.is_valid(text), f"{column} is given", f"{column} is empty")
    cut = pc.utf8_slice_codeunits(text, 0, _SHOWN)
    cut = pc.if_else(pc.greater(pc.utf8_length(text), _SHOWN), pc.binary_join_element_wise(cut, "…", ""), cut)
    named = pc.binary_join_element_wise(pa.scalar(f"{column} = "), cut, "")
    return pc.fill_null(named, f"{column} is empty")
