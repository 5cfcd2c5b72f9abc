"""Jail exports of several shapes, made up, in the forms that jails give."""

import gzip
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

SIMPLE = """\
name = "simple"
agency = "WA0270000"
zone = "America/Los_Angeles"
subject = "id"
dates = ["%Y-%m-%d %H:%M", "%m/%d/%y %H:%M"]

[[event]]
type = "person.booked"
at = "booked"
once = "first"
[event.fields]
sex = "sex"
person_key = "person"

[[event]]
type = "charge.recorded"
at = "booked"
when = [{ column = "charge", given = true }]
[event.fields]
charge_no = { count = true }
statute = "charge"
level = { column = "level", values = { F = "felony", M = "misdemeanor" } }

[[event]]
type = "custody.released"
at = "released"
once = "first"
[event.fields]
cause = { column = "cause", values = { BOND = "bond", TIME = "served" } }
"""
"""A small mapping; its export has the columns of `HEADER`."""

HEADER = ["id", "person", "booked", "released", "charge", "level", "sex", "cause"]
ROWS = [
    ["B1", "P1", "2020-01-05 10:00", "2020-01-06 11:30", "THEFT 3", "M", "F", "BOND"],
    ["B2", "P2", "2020-01-05 12:00", "2020-01-09 08:00", "ASSAULT, 2ND", "F", "M", "TIME"],
    ["B2", "P2", "2020-01-05 12:00", "2020-01-09 08:00", "DWLS 3", "M", "M", "TIME"],
    ["B3", "P1", "2020-02-01 23:59", "", "", "", "F", ""],
]


def csv_text(rows: list[list[str]] = ROWS, header: list[str] = HEADER) -> str:
    """Rows as CSV, each cell quoted where it needs it."""
    quote = lambda c: f'"{c}"' if "," in c or "\n" in c else c  # noqa: E731
    return "".join(",".join(map(quote, r)) + "\n" for r in [header, *rows])


def write_csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    data = text.encode(encoding)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_parquet(path: Path, rows: list[list[str]] = ROWS) -> Path:
    pq.write_table(pa.table([list(c) for c in zip(*rows, strict=True)], names=HEADER), path)
    return path


def write_xlsx(path: Path, rows: list[list[object]] = ROWS, header: list[str] = HEADER) -> Path:  # type: ignore[assignment]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [header, *rows]:
        sheet.append([None if c == "" else c for c in row])
    book.save(path)
    return path


def write_jsonl(path: Path, rows: list[list[str]] = ROWS) -> Path:
    lines = (json.dumps(dict(zip(HEADER, r, strict=True))) for r in rows)
    path.write_text("".join(line + "\n" for line in lines))
    return path


def write_ods(path: Path, **sheets: list[list[str]]) -> Path:
    book = OpenDocumentSpreadsheet()
    for name, rows in sheets.items():
        table = Table(name=name)
        for row in rows:
            line = TableRow()
            for cell in row:
                place = TableCell(valuetype="string")
                place.addElement(P(text=cell))
                line.addElement(place)
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.save(str(path))
    return path
