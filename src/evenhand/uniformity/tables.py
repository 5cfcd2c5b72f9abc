"""The tables of a run: each as CSV, Parquet and JSON with the same rows and columns."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq

from evenhand.uniformity.results import (
    Change,
    Comparison,
    CurvePoint,
    GroupShare,
    GroupTime,
    Missing,
    Officer,
    Overall,
)

TABLES: dict[str, type] = {
    "shares": GroupShare,
    "times": GroupTime,
    "comparisons": Comparison,
    "overall": Overall,
    "curves": CurvePoint,
    "missing": Missing,
    "changes": Change,
    "officers": Officer,
}
FORMS = ("csv", "parquet", "json")
FILES = tuple(f"{name}.{form}" for name in TABLES for form in FORMS)
_ARROW = {str: pa.string(), int: pa.int64(), float: pa.float64()}


def schema(row: type) -> pa.Schema:
    """The columns of a row type: text, whole numbers and numbers."""
    hints = get_type_hints(row)
    return pa.schema([pa.field(f.name, _arrow(hints[f.name])) for f in fields(row)])


def _arrow(hint: Any) -> pa.DataType:
    options = [a for a in get_args(hint) if a is not type(None)] or [hint]
    base = next(kind for kind in _ARROW if issubclass(options[0], kind))
    return _ARROW[base]


def write(folder: Path, name: str, rows: Sequence[Any]) -> None:
    """Write one table in all forms."""
    table = pa.Table.from_pylist([_plain(row) for row in rows], schema=schema(TABLES[name]))
    pq.write_table(table, folder / f"{name}.parquet")
    pv.write_csv(table, folder / f"{name}.csv", pv.WriteOptions(quoting_style="needed"))
    text = json.dumps(table.to_pylist(), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _plain(row: Any) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, str) else v for k, v in asdict(row).items()}
