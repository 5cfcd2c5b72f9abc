"""Bad input gives a clear error that names the place and the remedy, or quarantine; never a lost row."""

import gzip
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from intake.shapes import HEADER, ROWS, SIMPLE, csv_text, write_csv, write_parquet, write_xlsx
from intake.taking import run, take


@dataclass
class Refused:
    """A source that is refused whole: exit status 2, these words said, nothing written."""

    name: str
    make: Callable[[Path], Path]
    words: tuple[str, ...]
    mapping: str = SIMPLE
    options: tuple[str, ...] = ()


@dataclass
class Quarantined:
    """A source with bad places: exit status 0, these entries (row, column, words of the reason)."""

    name: str
    make: Callable[[Path], Path]
    entries: list[tuple[int, str | None, str]]
    rows: int
    lost: int
    mapping: str = SIMPLE
    options: tuple[str, ...] = ()


def _text(name: str, text: str, encoding: str = "utf-8") -> Callable[[Path], Path]:
    return lambda folder: write_csv(folder / name, text, encoding)


def _bytes(name: str, data: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


def _changed(row: int, column: str, value: str) -> str:
    rows = [list(r) for r in ROWS]
    rows[row][HEADER.index(column)] = value
    return csv_text(rows)


def _cut(make: Callable[[Path], Path], share: float) -> Callable[[Path], Path]:
    def cut(folder: Path) -> Path:
        path = make(folder)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        return path

    return cut


def _zip(names: list[str], text: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(name, text)
        return folder / "a.zip"

    return make


def _gzip_bomb(folder: Path) -> Path:
    with gzip.open(folder / "a.csv.gz", "wb", compresslevel=9) as out:
        out.write((",".join(HEADER) + "\n").encode())
        for _ in range(300):
            out.write(b"x" * (1 << 20))
    return folder / "a.csv.gz"


def _without_sheets(folder: Path) -> Path:
    """A workbook whose list of sheets lost a letter."""
    whole = write_xlsx(folder / "whole.xlsx")
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(folder / "a.xlsx", "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(
                name, content.replace(b"<sheet ", b"<shee ") if name == "xl/workbook.xml" else content
            )
    whole.unlink()
    return folder / "a.xlsx"


def _xlsx_bomb(folder: Path) -> Path:
    path = write_xlsx(folder / "a.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"<a/>" * 75_000_000)
    return path


def _far_cell(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    sheet["XFD1048576"] = "far"
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def _second_sheet(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.create_sheet("Bookings")
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def _formulas(folder: Path) -> Path:
    rows: list[list[object]] = [list(r) for r in ROWS[:3]]
    rows[0][HEADER.index("sex")] = '=IF(1=1,"F","M")'
    rows[1][HEADER.index("booked")] = "=NOW()"
    rows[2][HEADER.index("person")] = "#REF!"
    return write_xlsx(folder / "a.xlsx", rows)


def _parquet_of(**columns: list[object]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        pq.write_table(pa.table(columns), folder / "a.parquet")
        return folder / "a.parquet"

    return make


def _damaged_parquet(folder: Path) -> Path:
    path = write_parquet(folder / "a.parquet")
    data = bytearray(path.read_bytes())
    data[10:60] = b"\xff" * 50
    path.write_bytes(data)
    return path


def _damaged_gzip(folder: Path) -> Path:
    path = write_csv(folder / "a.csv.gz", csv_text(ROWS * 500))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    return path


def _trailing(folder: Path) -> Path:
    path = write_csv(folder / "a.csv.gz", csv_text())
    path.write_bytes(path.read_bytes() + b"not gzip")
    return path


_HEAD = ",".join(HEADER) + "\n"
_GOOD = ",".join(ROWS[0]) + "\n"
_JSON = SIMPLE.replace(
    'dates = ["%Y', 'optional = ["charge", "level", "sex", "cause", "person"]\ndates = ["%Y'
)

REFUSED = [
    Refused("no such file", lambda f: f / "none.csv", ("none.csv", "file not found")),
    Refused("empty file", _bytes("a.csv", b""), ("a.csv", "empty", "Export it again")),
    Refused("only blank lines", _bytes("a.csv", b"\r\n\r\n"), ("a.csv", "empty")),
    Refused("only a byte order mark", _bytes("a.csv", b"\xef\xbb\xbf"), ("a.csv", "empty")),
    Refused("header only", _text("a.csv", _HEAD), ("a.csv", "header and no rows")),
    Refused("header only in a workbook", lambda f: write_xlsx(f / "a.xlsx", []), ("a.xlsx", "no rows")),
    Refused("empty sheet", _second_sheet, ("'Bookings'", "empty"), SIMPLE + '\n[file]\nsheet = "Bookings"\n'),
    Refused(
        "missing column",
        _text("a.csv", csv_text().replace("released", "release_dt", 1)),
        ("'released'", "nearest: 'release_dt'", "custody.released", "The file has: 'id'", "optional"),
    ),
    Refused(
        "column named twice",
        _text("a.csv", "id,person,booked,booked,released,charge,level,sex,cause\n1,2,3,4,5,6,7,8,9\n"),
        ("'booked'", "stands 2 times", "'booked (1)'"),
    ),
    Refused("truncated gzip", _cut(_text("a.csv.gz", csv_text(ROWS * 500)), 0.6), ("a.csv.gz", "ends too early", "Copy it again")),
    Refused("damaged gzip", _damaged_gzip, ("a.csv.gz", "None of it was taken in", "Copy it again")),
    Refused("garbage after gzip", _trailing, ("a.csv.gz", "damaged")),
    Refused("gzip bomb", _gzip_bomb, ("a.csv.gz", "--max-ratio")),
    Refused("zip with two files", _zip(["a.csv", "b.csv"], csv_text()), ("2 files", "Unpack")),
    Refused("truncated zip", _cut(_zip(["a.csv"], csv_text(ROWS * 500)), 0.5), ("a.zip", "damaged")),
    Refused("truncated parquet", _cut(lambda f: write_parquet(f / "a.parquet"), 0.7), ("a.parquet", "cut off or damaged")),
    Refused("damaged parquet", _damaged_parquet, ("a.parquet", "cut off or damaged")),
    Refused("parquet by name only", _text("a.parquet", csv_text()), ("a.parquet", "cut off or damaged")),
    Refused("truncated workbook", _cut(lambda f: write_xlsx(f / "a.xlsx"), 0.6), ("a.xlsx", "damaged")),
    Refused("workbook without sheets", _without_sheets, ("a.xlsx", "names no sheet", "CSV")),
    Refused("workbook by name only", _text("a.xlsx", csv_text()), ("a.xlsx", "no workbook")),
    Refused("workbook bomb", _xlsx_bomb, ("a.xlsx", "--max-ratio")),
    Refused("workbook of a huge area", _far_cell, ("a.xlsx", "1,048,576 rows", "CSV")),
    Refused("no such sheet", lambda f: write_xlsx(f / "a.xlsx"), ("'Sheat'", "nearest: 'Sheet'"), SIMPLE + '\n[file]\nsheet = "Sheat"\n'),
    Refused("no such encoding", _text("a.csv", csv_text()), ("'utf-9'", "not an encoding"), SIMPLE + '\n[file]\nencoding = "utf-9"\n'),
    Refused("header row beyond the file", _text("a.csv", csv_text()), ("row 99",), SIMPLE + "\n[file]\nheader = 99\n"),
    Refused("blank header row", _text("a.csv", ",,,\n" + csv_text()), ("header row is empty", "[file] header"), SIMPLE + "\n[file]\nheader = 1\n"),
    Refused("a JSON array that is cut off", _text("a.json", '[{"id": 1}, {"id"'), ("a.json", "cut off or damaged", "Export it again")),
    Refused("no JSON at all", _text("a.jsonl", "hello\nworld\n"), ("no line of it is a JSON object",)),
    Refused("one subject for all", _text("a.csv", csv_text([ROWS[0]] * 70_001)), ("more than 200,000 events", "Correct `subject`"), SIMPLE.replace('subject = "id"', 'subject = "sex"')),
]  # fmt: skip

QUARANTINE = [
    Quarantined("impossible day", _text("a.csv", _changed(0, "booked", "2020-02-30 10:00")), [(2, "booked", "not a valid date")], 4, 1),
    Quarantined("year 0206", _text("a.csv", _changed(0, "booked", "0206-01-05 10:00")), [(2, "booked", "not a valid date")], 4, 1),
    Quarantined("month 13", _text("a.csv", _changed(0, "released", "2020-13-05 10:00")), [(2, "released", "not a valid date")], 4, 1),
    Quarantined("no booking time", _text("a.csv", _changed(0, "booked", "")), [(2, "booked", "has no time")], 4, 1),
    Quarantined("no key", _text("a.csv", _changed(0, "id", " ")), [(2, "id", "key is empty")], 4, 1),
    Quarantined("unknown code in an optional field", _text("a.csv", _changed(0, "level", "Z9")), [(2, "level", "does not know this code")], 4, 0),
    Quarantined("unknown code in a required field", _text("a.csv", _changed(0, "cause", "mars")), [(2, "cause", "does not know this code")], 4, 1,
                SIMPLE.replace('"custody.released"', '"custody.departed"').replace("cause = {", "destination = {").replace('"bond"', '"ice"').replace('"served"', '"prison"')),
    Quarantined("a code that the field does not have", _text("a.csv", csv_text()), [(2, "level", "no known code"), (4, "level", "no known code")], 4, 0,
                SIMPLE.replace('M = "misdemeanor"', 'M = "misdemeaner"')),
    Quarantined("required field empty", _text("a.csv", _changed(0, "cause", "")), [(2, "cause", "needs destination, which is empty")], 4, 1,
                SIMPLE.replace('"custody.released"', '"custody.departed"').replace("cause = {", "destination = {").replace('"bond"', '"ice"').replace('"served"', '"prison"')),
    Quarantined("text for a number", _text("a.csv", _changed(0, "charge", "one")), [(2, "charge", "no whole number"), (3, "charge", "no whole number"), (4, "charge", "no whole number")], 4, 3,
                SIMPLE.replace("charge_no = { count = true }", 'charge_no = "charge"')),
    Quarantined("row too short", _text("a.csv", csv_text() + "B9,P9\n"), [(6, None, "2 cells")], 5, 1),
    Quarantined("row too long", _text("a.csv", csv_text() + _GOOD.strip() + ",more\n"), [(6, None, "9 cells")], 5, 1),
    Quarantined("delimiter in a bare cell", _text("a.csv", csv_text() + _GOOD.replace("THEFT 3", "THEFT 3, RETAIL")), [(6, None, "9 cells")], 5, 1),
    Quarantined("quote never closed", _text("a.csv", csv_text() + _GOOD.replace("THEFT 3", '"THEFT 3') + "B9" + _GOOD[2:]), [(6, None, "never closed")], 6, 1),
    Quarantined("NUL bytes", _text("a.csv", csv_text() + _GOOD.replace("THEFT", "TH\0FT")), [(6, None, "NUL")], 5, 1),
    Quarantined("not the stated encoding", _bytes("a.csv", csv_text().encode() + _GOOD.replace("THEFT", "ROBÓ").encode("cp1252")), [(6, None, "no utf-8 text")], 5, 1, SIMPLE + '\n[file]\nencoding = "utf-8"\n'),
    Quarantined("UTF-8 with a stray byte", _bytes("a.csv", csv_text().encode() + _GOOD.replace("THEFT", "ROBÓ").encode() + _GOOD.replace("B1", "B8").encode().replace(b"THEFT", b"TH\xffFT")), [(7, None, "no utf-8 text")], 6, 1),
    Quarantined("a very long row", _text("a.csv", csv_text() + _GOOD.replace("THEFT", "T" * 70_000)), [(6, None, "longer than 65,536 bytes")], 5, 1, options=("--max-row-bytes", "65536")),
    Quarantined("release before booking", _text("a.csv", _changed(0, "released", "2020-01-04 10:00")), [(2, "released", "released before booked")], 4, 1),
    Quarantined("release before booking on one of two rows", _text("a.csv", _changed(1, "released", "2020-01-04 10:00")), [(3, "released", "released before booked"), (4, "released", "released before booked")], 4, 2),
    Quarantined("formulas without a value", _formulas, [(2, "sex", "formula without a stored value"), (3, "booked", "formula without a stored value"), (4, "person", "error #REF!"), (3, "booked", "has no time")], 3, 1),
    Quarantined("broken JSON", _text("a.jsonl", '{"id": "1", "booked": "2020-01-05 10:00", "released": null}\n{"id": \n[1]\n'), [(2, None, "no valid JSON"), (3, None, "no JSON object")], 3, 2, _JSON),
    Quarantined("mixed types in JSON", _text("a.jsonl", '{"id": 1, "booked": "2020-01-05 10:00", "released": null}\n{"id": true, "booked": 7, "released": {"a": 1}}\n'), [(2, "booked", "not a valid date"), (2, "released", "not a valid date")], 2, 1, _JSON),
    Quarantined("numbers for dates in Parquet", _parquet_of(id=[1, 2], person=[1.0, None], booked=[5, 6], released=[None, None], charge=["a", "b"], level=["F", "F"], sex=["M", "F"], cause=["BOND", "TIME"]), [(2, "booked", "not a valid date"), (3, "booked", "not a valid date")], 2, 2),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c.name)
def test_a_bad_source_is_refused_with_place_and_remedy(tmp_path: Path, case: Refused) -> None:
    taken = take(tmp_path, case.make(tmp_path), mapping=case.mapping, options=case.options)
    assert taken.status == 2, taken.said
    for word in case.words:
        assert word in taken.said
    assert "Traceback" not in taken.said
    assert not (tmp_path / "record").exists()
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".record")]


@pytest.mark.parametrize("case", QUARANTINE, ids=lambda c: c.name)
def test_a_bad_place_is_quarantined_and_good_rows_go_on(tmp_path: Path, case: Quarantined) -> None:
    source = case.make(tmp_path)
    taken = take(tmp_path, source, mapping=case.mapping, options=case.options)
    assert taken.status == 0, taken.said
    entries = taken.quarantine()
    assert [(e["row"], e["column"]) for e in entries] == [(r, c) for r, c, _ in case.entries], entries
    for entry, (_, _, words) in zip(entries, case.entries, strict=True):
        assert words in entry["reason"]
        assert entry["file"] == source.name
        assert entry["remedy"]
    counts = taken.counts
    assert (counts.rows_in, counts.rows.quarantined) == (case.rows, case.lost)
    assert counts.rows.total() == case.rows
    assert f"{case.rows:,} rows: {counts.rows.sentence()}." in " ".join(taken.said.split())
    check, _ = run(source, "--mapping", tmp_path / "mapping.toml", "--check", *case.options)
    assert check == 1


def test_a_refused_source_leaves_the_old_record(tmp_path: Path) -> None:
    good = take(tmp_path, write_csv(tmp_path / "a.csv", csv_text()))
    before = good.histories()
    bad = take(tmp_path, _cut(_text("b.csv.gz", csv_text(ROWS * 500)), 0.5)(tmp_path))
    assert bad.status == 2
    assert dict(Record(tmp_path / "record").histories(SubjectKind.BOOKING)) == before


def test_trailing_empty_cells_are_no_error(tmp_path: Path) -> None:
    text = csv_text() + _GOOD.replace("B1", "B9").strip() + ",,\n"
    taken = take(tmp_path, write_csv(tmp_path / "a.csv", text))
    assert taken.counts.rows.quarantined == 0
    assert "B9" in taken.histories()


def test_a_cell_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    text = csv_text() + _GOOD.replace("B1", "B9").replace("THEFT 3", "=HYPERLINK(1)")
    taken = take(tmp_path, write_csv(tmp_path / "a.csv", text))
    statutes = [e.get("statute") for e in taken.histories()["B9"]]
    assert "=HYPERLINK(1)" in statutes


def test_no_out_and_no_check_is_bad_usage(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", csv_text())
    status, said = run(tmp_path / "a.csv", "--mapping", "pierce")
    assert status == 2
    assert "--out" in said


def test_check_writes_nothing_and_passes_a_clean_file(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", csv_text())
    (tmp_path / "m.toml").write_text(SIMPLE)
    before = sorted(tmp_path.iterdir())
    status, said = run(tmp_path / "a.csv", "--mapping", tmp_path / "m.toml", "--check")
    assert status == 0, said
    assert sorted(tmp_path.iterdir()) == before


def test_a_record_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "record").write_text("mine")
    taken = take(tmp_path, write_csv(tmp_path / "a.csv", csv_text()))
    assert taken.status == 2
    assert (tmp_path / "record").read_text() == "mine"


def test_enough_cases() -> None:
    assert len(REFUSED) + len(QUARANTINE) >= 40


@pytest.mark.parametrize(
    ("kind", "raw"), [(pa.string(), pa.binary()), (pa.large_string(), pa.large_binary())]
)
def test_bytes_that_are_no_text_in_parquet_are_their_row_s_matter(
    tmp_path: Path, kind: pa.DataType, raw: pa.DataType
) -> None:
    columns = {}
    for name, cells in zip(HEADER, zip(*ROWS, strict=True), strict=True):
        values = [cell.encode() for cell in cells]
        array = pa.array([values[0] + b"\xff", *values[1:]], raw)
        columns[name] = pa.Array.from_buffers(kind, len(array), array.buffers())
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    taken = take(tmp_path, tmp_path / "a.parquet")
    assert taken.status == 0, taken.said
    assert "\ufffd" in taken.said or taken.quarantine()
    (tmp_path / "good").mkdir()
    assert set(taken.histories()) < set(
        take(tmp_path / "good", write_parquet(tmp_path / "good/b.parquet")).histories()
    )
