"""Layouts of exports: titles, totals, several sheets, merged cells, printed reports, nested JSON, lists in cells."""

import datetime as dt
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intake.shapes import write_ods
from intake.taking import Taken, take

EXPORTS = Path(__file__).parent / "exports"

ROSTER = """
name = "roster"
agency = "NC0600000"
zone = "America/New_York"
subject = "Booking No"
dates = ["%m/%d/%Y %H:%M", "iso"]
optional = ["Release Date", "Charges"]

[[event]]
type = "person.booked"
at = "Book Date"
once = "first"

[[event]]
type = "charge.recorded"
at = "Book Date"
when = [{ column = "Charges", given = true }]
split = { columns = ["Charges"], by = ";" }
[event.fields]
charge_no = { count = true }
statute = "Charges"

[[event]]
type = "custody.released"
at = "Release Date"
"""

JSON = """
name = "json"
agency = "NC0600000"
zone = "America/New_York"
subject = "booking"

[[event]]
type = "person.booked"
at = "bookDate"
"""

HEAD = ["Booking No", "Book Date", "Release Date", "Charges"]
A1 = ["A1", "06/01/2022 10:00", "06/02/2022 09:00", "DUI"]
A2 = ["A2", "06/01/2022 11:00", "", "THEFT"]
A3 = ["A3", "06/03/2022 10:00", "06/04/2022 09:00", "DUI"]


def _rows(taken: Taken) -> dict[str, list[int]]:
    """The row of each booking's first event, by its key."""
    return {key: sorted({e["source_row"] for e in events}) for key, events in taken.histories().items()}


def _charges(taken: Taken) -> dict[str, list[str]]:
    return {
        key: [e["statute"] for e in events if e["type"] == "charge.recorded"]
        for key, events in taken.histories().items()
    }


def _said(taken: Taken) -> str:
    """What was printed, in one line: a table breaks its cells over several."""
    return " ".join(taken.said.replace("│", " ").split())


def _csv(path: Path, rows: list[list[str]], by: str = ",") -> Path:
    path.write_text("".join(by.join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _xlsx(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    book.save(path)
    return path


# --- titles, repeated headers, totals and footers


def test_the_header_is_found_below_title_rows(tmp_path: Path) -> None:
    taken = take(tmp_path, EXPORTS / "14-title-rows" / "roster.csv", mapping=ROSTER)
    assert _rows(taken) == {"A1": [6], "A2": [7], "A3": [9]}
    assert "header row 5 (found)" in _said(taken)
    assert [(e["row"], e["reason"]) for e in taken.quarantine()] == [(10, "person.booked has no time")]
    assert taken.counts.rows.left_out == 1


def test_a_total_is_left_out_by_a_condition_of_the_mapping(tmp_path: Path) -> None:
    skip = '\n[file]\nskip = [{ column = "Booking No", matches = "^Total" }]\n'
    taken = take(tmp_path, EXPORTS / "14-title-rows" / "roster.csv", mapping=ROSTER + skip)
    assert set(taken.histories()) == {"A1", "A2", "A3"}
    assert taken.quarantine() == []
    assert taken.counts.rows.left_out == 2


TITLES: dict[str, Callable[[Path], Path]] = {
    "titles of one cell": lambda f: _csv(f / "a.csv", [["Elk County"], ["Roster"], HEAD, A1, A2]),
    "a blank line and a date": lambda f: _csv(f / "a.csv", [["Run 06/30/2022", "", "", ""], [], HEAD, A1, A2]),
    "a title as wide as the table": lambda f: _csv(f / "a.csv", [["Elk", "County", "Jail", "Log"], [], HEAD, A1, A2]),
    "tabs": lambda f: _csv(f / "a.csv", [["Elk, County"], ["Roster, all, of, it"], HEAD, A1, A2], "\t"),
    "a workbook": lambda f: _xlsx(f / "a.xlsx", S=[["Elk County"], [], HEAD, A1, A2]),
    "an ODS workbook": lambda f: write_ods(f / "a.ods", S=[["Elk County"], ["Roster"], HEAD, A1, A2]),
}  # fmt: skip


@pytest.mark.parametrize("form", TITLES)
def test_titles_above_the_header_are_passed_over(tmp_path: Path, form: str) -> None:
    taken = take(tmp_path, TITLES[form](tmp_path), mapping=ROSTER)
    assert _rows(taken) == {"A1": [4], "A2": [5]}, taken.said
    assert "header row 3 (found)" in _said(taken)
    assert taken.quarantine() == []


def test_a_stated_header_row_is_used(tmp_path: Path) -> None:
    other = ["Booking No", "Book Date", "Release Date", "Notes"]
    source = _csv(tmp_path / "a.csv", [HEAD, other, A1])
    taken = take(tmp_path, source, mapping=ROSTER + "\n[file]\nheader = 2\n")
    assert _charges(taken) == {"A1": []}
    assert "header row" not in _said(taken)


@pytest.mark.parametrize("make", [_csv, lambda p, rows: _xlsx(p.with_suffix(".xlsx"), S=rows)])
def test_only_a_row_that_is_the_header_in_every_cell_is_left_out(
    tmp_path: Path, make: Callable[[Path, list[list[str]]], Path]
) -> None:
    nearly = ["Booking No", "06/05/2022 10:00", "Release Date", "Charges"]
    taken = take(tmp_path, make(tmp_path / "a.csv", [HEAD, A1, HEAD, A2, HEAD, nearly]), mapping=ROSTER)
    assert taken.counts.rows.left_out == 2
    assert [(e["row"], e["column"]) for e in taken.quarantine()] == [(6, "Release Date")]


def test_a_header_of_two_lines_is_known_when_it_repeats(tmp_path: Path) -> None:
    head = '"Booking  No","Book\nDate",Release Date,Charges\n'
    (tmp_path / "a.csv").write_text(f"{head}{','.join(A1)}\n{head}{','.join(A2)}\n")
    taken = take(tmp_path, tmp_path / "a.csv", mapping=ROSTER)
    assert _rows(taken) == {"A1": [2], "A2": [4]}
    assert taken.quarantine() == []


def test_footers_of_one_cell_are_skipped_by_a_condition_and_else_told(tmp_path: Path) -> None:
    source = _csv(tmp_path / "a.csv", [HEAD, A1, ["Page 1 of 2"], A2, ["Page 2 of 2"], ["Printed on 6/30"]])
    told = take(tmp_path, source, mapping=ROSTER)
    assert [e["row"] for e in told.quarantine()] == [3, 5, 6]
    skip = '\n[file]\nskip = [{ column = "Booking No", matches = "^Page \\\\d" }]\n'
    skipped = take(tmp_path, source, mapping=ROSTER + skip)
    assert [e["row"] for e in skipped.quarantine()] == [6]
    assert skipped.counts.rows.left_out == 2
    assert set(skipped.histories()) == {"A1", "A2"}


def test_a_missing_column_is_told_with_the_columns_of_the_likeliest_header(tmp_path: Path) -> None:
    source = _csv(tmp_path / "a.csv", [["Elk County"], ["Booking No", "Booked", "Charges"], ["A1", "x", "y"]])
    taken = take(tmp_path, source, mapping=ROSTER)
    assert taken.status == 2
    assert "'Book Date'" in taken.said
    assert "The file has: 'Booking No', 'Booked', 'Charges'" in taken.said


# --- sheets


def test_a_sheet_a_month_is_read_whole(tmp_path: Path) -> None:
    taken = take(tmp_path, EXPORTS / "20-multi-sheet" / "months.xlsx", mapping=ROSTER)
    assert _rows(taken) == {f"{m}-{d}": [d + 1] for m in (1, 2, 3) for d in (1, 2)}
    files = {e["source_file"] for events in taken.histories().values() for e in events}
    assert files == {f"months.xlsx#{m} 2022" for m in ("Jan", "Feb", "Mar")}
    ids = [e["id"] for events in taken.histories().values() for e in events]
    assert len(set(ids)) == len(ids) == 12


def _sheets(folder: Path) -> Path:
    return _xlsx(
        folder / "a.xlsx", Jan=[HEAD, A1], Legend=[["Code", "Meaning"], ["DUI", "x"]], Feb=[HEAD, A2, A3]
    )


def test_sheets_with_another_header_are_not_read(tmp_path: Path) -> None:
    taken = take(tmp_path, _sheets(tmp_path), mapping=ROSTER)
    assert set(taken.histories()) == {"A1", "A2", "A3"}
    assert {s.file for s in taken.record.manifest.sources} == {"a.xlsx#Jan", "a.xlsx#Feb"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("chosen", "keys"),
    [('sheet = "Feb"', {"A2", "A3"}), ('sheets = ["Jan"]', {"A1"}), ('sheets = ["Feb", "Jan"]', {"A1", "A2", "A3"})],
)  # fmt: skip
def test_sheets_can_be_chosen(tmp_path: Path, chosen: str, keys: set[str]) -> None:
    taken = take(tmp_path, _sheets(tmp_path), mapping=f"{ROSTER}\n[file]\n{chosen}\n")
    assert set(taken.histories()) == keys


def test_all_sheets_means_that_each_must_fit(tmp_path: Path) -> None:
    taken = take(tmp_path, _sheets(tmp_path), mapping=f'{ROSTER}\n[file]\nsheets = "all"\n')
    assert taken.status == 2
    assert "a.xlsx#Legend: the mapping names columns that the file does not have" in taken.said


def test_a_cover_sheet_is_passed_over_and_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    path = _xlsx(tmp_path / "a.xlsx", Cover=[["Elk County"], ["Roster"]], Data=[HEAD, A1], Old=[HEAD, A2])
    book = openpyxl.load_workbook(path)
    book["Old"].sheet_state = "hidden"
    book.save(path)
    taken = take(tmp_path, path, mapping=ROSTER)
    assert set(taken.histories()) == {"A1"}
    named = take(tmp_path, path, mapping=f'{ROSTER}\n[file]\nsheet = "Old"\n')
    assert set(named.histories()) == {"A2"}


def test_the_same_row_on_two_sheets_is_one_booking(tmp_path: Path) -> None:
    taken = take(tmp_path, _xlsx(tmp_path / "a.xlsx", All=[HEAD, A1, A2], Jan=[HEAD, A1]), mapping=ROSTER)
    assert taken.counts.events["person.booked"] == 2
    assert taken.counts.policies["duplicate_rows"] == 1


def test_a_bad_value_is_told_with_its_sheet_and_the_sheet_s_row(tmp_path: Path) -> None:
    bad = ["A9", "yesterday", "", ""]
    taken = take(tmp_path, _xlsx(tmp_path / "a.xlsx", Jan=[HEAD, A1], Feb=[HEAD, A2, bad]), mapping=ROSTER)
    assert [(e["file"], e["row"], e["value"]) for e in taken.quarantine()] == [("a.xlsx#Feb", 3, "yesterday")]


def test_sheets_of_an_ods_workbook(tmp_path: Path) -> None:
    taken = take(
        tmp_path,
        write_ods(tmp_path / "a.ods", Jan=[HEAD, A1], Feb=[HEAD, A2], Mar=[HEAD, A3]),
        mapping=ROSTER,
    )
    assert _rows(taken) == {"A1": [2], "A2": [2], "A3": [2]}


# --- cells of workbooks


def test_a_merged_cell_counts_for_each_of_its_rows(tmp_path: Path) -> None:
    mapping = ROSTER.replace("Charges", "Charge")
    taken = take(tmp_path, EXPORTS / "19-mergedcells" / "merged.xlsx", mapping=mapping)
    assert _charges(taken) == {"A1": ["DUI", "DWLS", "FTA"], "A2": ["THEFT"]}
    assert "merged cells 2, each read for all its rows" in _said(taken)


@pytest.mark.parametrize(
    ("ranges", "charges"),
    [
        (["A2:A3", "B2:B3", "A4:A5", "B4:B5"], {"A1": ["DUI", "FTA"], "A2": ["THEFT", "ARSON"]}),
        (["A2:A3", "B2:B3", "C2:C3"], {"A1": ["DUI", "FTA"], "A2": ["THEFT"]}),
        (["A2:A3", "B2:B3", "D2:D3"], {"A1": ["DUI", "DUI"]}),
    ],
)
def test_merged_cells_of_other_shapes(
    tmp_path: Path, ranges: list[str], charges: dict[str, list[str]]
) -> None:
    rows = [HEAD, A1, ["", "", "", "FTA"], A2, ["", "", "", "ARSON"]]
    path = _xlsx(tmp_path / "a.xlsx", S=rows)
    book = openpyxl.load_workbook(path)
    for cells in ranges:
        book["S"].merge_cells(cells)
    book.save(path)
    got = _charges(take(tmp_path, path, mapping=ROSTER))
    assert {k: v for k, v in got.items() if k in charges} == charges


@pytest.mark.parametrize("file", ["a.ods", "a.xlsb"])
def test_a_workbook_is_known_by_its_content_not_its_name(tmp_path: Path, file: str) -> None:
    taken = take(tmp_path, EXPORTS / "32-formats" / file, mapping=ROSTER)
    assert _rows(taken) == {"A1": [2], "A2": [3]}


def test_dates_times_numbers_and_the_epoch_of_1904(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    sheet.append(["Booking No", "Day", "Time"])
    sheet.append([1001, dt.date(2022, 6, 1), dt.time(10, 30)])
    sheet.append(["1002.50", dt.datetime(2022, 6, 2), dt.time(9, 5, 7)])
    book.save(tmp_path / "a.xlsx")
    mapping = ROSTER[: ROSTER.index("[[event]]")] + (
        '[[event]]\ntype = "person.booked"\n'
        'at = { date = "Day", time = "Time", formats = ["%Y-%m-%d %H:%M:%S"] }\n'
    )
    taken = take(tmp_path, tmp_path / "a.xlsx", mapping=mapping.replace("optional", "#"))
    assert {k: [e["occurred_at"].isoformat() for e in v] for k, v in taken.histories().items()} == {
        "1001": ["2022-06-01T14:30:00+00:00"],
        "1002.50": ["2022-06-02T13:05:07+00:00"],
    }


# --- printed reports

REPORT = """
name = "report"
agency = "TX2270000"
zone = "America/Chicago"
subject = "Booking No"
dates = ["iso"]

[[row]]
kind = "booking"
when = [{ column = "Age", matches = '^\\d{1,3}$' }]
carry_down = ["Booking No", "Booking Date"]

[[row]]
kind = "charge"
columns = ["", "Charge", "Charge Literal", "Level", "Sentence", "", "Disposition Date", "Disposition Type"]
when = [{ column = "Charge", matches = '^\\d{4}$' }]

[[event]]
type = "person.booked"
row = "booking"
at = "Booking Date"
[event.fields]
name = "Booking Name"

[[event]]
type = "charge.recorded"
row = "charge"
at = "Booking Date"
[event.fields]
charge_no = { count = true }
statute = "Charge Literal"

[[event]]
type = "custody.departed"
row = "charge"
at = "Disposition Date"
when = [{ column = "Disposition Type", is = "RELEASED TO ICE" }]
[event.fields]
destination = { value = "ice" }
"""


def _report_lines() -> list[str]:
    return (EXPORTS / "40-report-layout-and-days" / "1-report-layout.csv").read_text().splitlines()


def test_a_printed_report_gives_each_charge_to_its_booking(tmp_path: Path) -> None:
    source = EXPORTS / "40-report-layout-and-days" / "1-report-layout.csv"
    taken = take(tmp_path, source, mapping=REPORT)
    assert _charges(taken) == {k: ["PUBLIC INTOXICATION", "ICE DETAINER"] for k in ("1000001", "1000002")}
    assert _rows(taken) == {"1000001": [2, 4, 5], "1000002": [7, 9, 10]}
    assert taken.counts.events == {"charge.recorded": 4, "custody.departed": 2, "person.booked": 2}
    assert "duplicate_rows" not in taken.counts.policies
    assert taken.quarantine() == []


def test_a_report_as_a_workbook(tmp_path: Path) -> None:
    rows = [line.replace('"', "").split(",") for line in _report_lines()]
    taken = take(
        tmp_path, _xlsx(tmp_path / "a.xlsx", S=[r + [""] * (10 - len(r)) for r in rows]), mapping=REPORT
    )
    assert _rows(taken) == {"1000001": [2, 4, 5], "1000002": [7, 9, 10]}


def test_a_booking_that_cannot_be_read_gives_its_charges_to_nobody(tmp_path: Path) -> None:
    lines = _report_lines()
    lines[6] = lines[6].replace(",31,", ",unknown,")
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    taken = take(tmp_path, tmp_path / "a.csv", mapping=REPORT)
    assert set(taken.histories()) == {"1000001"}
    assert _charges(taken) == {"1000001": ["PUBLIC INTOXICATION", "ICE DETAINER"]}
    told = {e["row"]: e["reason"] for e in taken.quarantine()}
    assert set(told) == {7, 9, 10}
    assert told[7] == "the row meets the conditions of no [[row]] in the mapping"


def test_what_is_carried_down_goes_on_from_one_batch_to_the_next(tmp_path: Path) -> None:
    lines = _report_lines()
    many = [line.replace("2300", f"{n:04}") for n in range(9000) for line in [lines[3]]]
    (tmp_path / "a.csv").write_text("\n".join([*lines[:3], *many, *lines[5:]]) + "\n")
    taken = take(tmp_path, tmp_path / "a.csv", mapping=REPORT, options=("--max-row-bytes", "20000"))
    assert len(_charges(taken)["1000001"]) == 9000
    assert _charges(taken)["1000002"] == ["PUBLIC INTOXICATION", "ICE DETAINER"]


def test_kinds_of_rows_of_different_width_without_a_header(tmp_path: Path) -> None:
    mapping = """
name = "r"
agency = "TX2270000"
zone = "America/Chicago"
subject = "No"
dates = ["iso"]
[file]
skip = [{ column = "column 1", matches = "^Page" }]
[[row]]
kind = "person"
columns = ["Kind", "No", "Booked"]
when = [{ column = "Kind", is = "P" }]
carry_down = ["No", "Booked"]
[[row]]
kind = "charge"
columns = ["Kind", "Statute", "", "", "Class"]
when = [{ column = "Kind", is = "C" }]
[[event]]
type = "person.booked"
row = "person"
at = "Booked"
[[event]]
type = "charge.recorded"
row = "charge"
at = "Booked"
[event.fields]
charge_no = { count = true }
statute = "Statute"
"""
    (tmp_path / "a.csv").write_text(
        "Page 1\nP,B1,2022-06-01\nC,DUI,,,F\nC,DUI,,,M\n\nPage 2\nC,THEFT,,,F\nP,B2,2022-06-02\nX,1\n"
    )
    taken = take(tmp_path, tmp_path / "a.csv", mapping=mapping)
    assert _charges(taken) == {"B1": ["DUI", "DUI", "THEFT"], "B2": []}
    assert _rows(taken) == {"B1": [2, 3, 4, 7], "B2": [8]}
    assert [(e["row"], e["value"]) for e in taken.quarantine()] == [(9, "X | 1")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('row = "charge"', 'row = "charges"'), ("event[2].row", "'charges'", "nearest: 'charge'")),
        (('kind = "charge"', 'kind = "booking"'), ("'booking' is already a kind",)),
        (('column = "Charge", m', 'column = "Change", m'), ("'Change' is not among its columns", "nearest: 'Charge'")),
        (('"Sentence"', '"Level"'), ("has 'Level' twice",)),
        (('carry_down = ["Booking No"', 'carry_down = ["Bookin No"'), ("'Bookin No'", "nearest: 'Booking No'")),
    ],
)  # fmt: skip
def test_mistakes_in_kinds_of_rows_are_told(
    tmp_path: Path, change: tuple[str, str], words: tuple[str, ...]
) -> None:
    source = EXPORTS / "40-report-layout-and-days" / "1-report-layout.csv"
    taken = take(tmp_path, source, mapping=REPORT.replace(*change))
    assert taken.status == 2
    for word in words:
        assert word in taken.said


# --- JSON and Parquet


@pytest.mark.parametrize("file", ["one-line.json", "pretty.json"])
def test_an_object_around_one_array_of_objects(tmp_path: Path, file: str) -> None:
    taken = take(tmp_path, EXPORTS / "18-json-nested" / file, mapping=JSON)
    assert _rows(taken) == {"A1": [1], "A2": [2]}
    assert "records 'inmates' (found)" in _said(taken)


_ITEMS = [{"booking": f"A{n}", "bookDate": f"2022-06-{n:02}T10:00:00"} for n in (1, 2, 3)]
OBJECTS: dict[str, str] = {
    "an array": json.dumps(_ITEMS),
    "an indented array": json.dumps(_ITEMS, indent=2),
    "an array below two keys": json.dumps({"meta": {"n": 3}, "data": {"inmates": _ITEMS}}),
    "an array of texts beside it": json.dumps({"fields": ["booking", "bookDate"], "rows": _ITEMS}, indent=1),
    "lines": "\n".join(map(json.dumps, _ITEMS)),
    "lines with a byte order mark": "\ufeff" + "\n".join(map(json.dumps, _ITEMS)),
    "keys with letters of another script": json.dumps({"año": 2022, "presos": _ITEMS}, ensure_ascii=False),
}


@pytest.mark.parametrize("form", OBJECTS)
def test_other_shapes_of_json(tmp_path: Path, form: str) -> None:
    (tmp_path / "a.json").write_text(OBJECTS[form], encoding="utf-8")
    taken = take(tmp_path, tmp_path / "a.json", mapping=JSON)
    assert _rows(taken) == {"A1": [1], "A2": [2], "A3": [3]}, taken.said


def test_several_arrays_are_a_question_that_records_answers(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"in": _ITEMS[:2], "out": _ITEMS[2:]}))
    asked = take(tmp_path, tmp_path / "a.json", mapping=JSON)
    assert asked.status == 2
    assert "'in' (2 objects), 'out' (1 objects)" in asked.said
    assert "[file] records" in asked.said
    told = take(tmp_path, tmp_path / "a.json", mapping=JSON + '\n[file]\nrecords = "out"\n')
    assert set(told.histories()) == {"A3"}
    wrong = take(tmp_path, tmp_path / "a.json", mapping=JSON + '\n[file]\nrecords = "nix"\n')
    assert wrong.status == 2
    assert "no array of objects at 'nix'" in wrong.said


def test_one_row_with_a_list_of_charges_is_a_row(tmp_path: Path) -> None:
    row = {"booking": "A1", "bookDate": "2022-06-01T10:00:00", "charges": [{"t": "DUI"}, {"t": "A &amp; B"}]}
    mapping = JSON + (
        '[[event]]\ntype = "charge.recorded"\nat = "bookDate"\neach = "charges"\n'
        '[event.fields]\ncharge_no = { count = true }\nstatute = "charges.t"\n'
    )
    for name, text in (("a.jsonl", json.dumps(row)), ("b.json", json.dumps({"data": [row]}, indent=1))):
        (tmp_path / name).write_text(text)
        taken = take(tmp_path, tmp_path / name, mapping=mapping)
        assert _charges(taken) == {"A1": ["DUI", "A & B"]}


@pytest.mark.parametrize("array", [False, True])
def test_a_key_that_comes_late_is_read(tmp_path: Path, array: bool) -> None:
    mapping = (EXPORTS / "37-late-json" / "m.toml").read_text()
    items: list[dict[str, str]] = [
        {"booking": f"A{n}", "bookDate": "2022-06-01T10:00:00"} for n in range(2500)
    ]
    items.append({"booking": "Z", "bookDate": "2022-06-01T10:00:00", "releaseDate": "2022-06-02T10:00:00"})
    text = json.dumps(items) if array else "\n".join(map(json.dumps, items))
    (tmp_path / "a.json").write_text(text)
    taken = take(tmp_path, tmp_path / "a.json", mapping=mapping)
    assert taken.counts.events == {"custody.released": 1, "person.booked": 2501}
    never = take(tmp_path, tmp_path / "a.json", mapping=mapping.replace("releaseDate", "release_date"))
    assert never.status == 2
    assert "nearest: 'releaseDate'" in never.said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (json.dumps(_ITEMS)[:-30], "cut off or damaged"),
        (json.dumps({"a": _ITEMS})[:-9], "cut off or damaged"),
        ("[]", "no rows"),
        ('{"a": []}', "no column"),
        (json.dumps(_ITEMS) + "]]", "cut off or damaged"),
        ("[1, 2, 3]", "no line of it is a JSON object"),
        ("[[1, 2], [3, 4]]", "no line of it is a JSON object"),
    ],
)
def test_json_that_is_cut_off_or_holds_no_rows_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "a.json").write_text(text)
    taken = take(tmp_path, tmp_path / "a.json", mapping=JSON)
    assert taken.status == 2, taken.said
    assert words.replace("no column", "columns that the file does not have") in taken.said


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"booking": 2022.10, "bookDate": "2022-06-01T10:00:00"}, '
                                     '{"booking": 20220000000000000001, "bookDate": "2022-06-02"}]')  # fmt: skip
    taken = take(tmp_path, tmp_path / "a.json", mapping=JSON)
    assert set(taken.histories()) == {"2022.10", "20220000000000000001"}


def test_items_that_are_no_objects_are_quarantined(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([_ITEMS[0], 7, None, _ITEMS[1]]))
    taken = take(tmp_path, tmp_path / "a.json", mapping=JSON)
    assert _rows(taken) == {"A1": [1], "A2": [4]}
    assert [e["row"] for e in taken.quarantine()] == [2, 3]


NESTED = """
name = "nested"
agency = "NC0600000"
zone = "America/Chicago"
subject = "booking.no"

[[event]]
type = "person.booked"
at = "booking.in"

[[event]]
type = "charge.recorded"
at = "booking.in"
each = "charges"
[event.fields]
charge_no = { count = true }
statute = "charges.desc"
level = { column = "charges.lvl", values = { M = "misdemeanor" } }

[[event]]
type = "custody.released"
at = "rel"
"""


def test_nested_parquet(tmp_path: Path) -> None:
    taken = take(tmp_path, EXPORTS / "32-formats" / "n.parquet", mapping=NESTED)
    assert _charges(taken) == {"1001": ["DUI", "FTA"], "1002": []}
    released = [e for e in taken.histories()["1001"] if e["type"] == "custody.released"]
    assert [e["occurred_at"].isoformat() for e in released] == ["2022-06-03T14:00:00+00:00"]


def test_deeper_structs_maps_and_lists_of_texts_in_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": ["B1", "B2"],
            "stay": [
                {"in": {"at": dt.datetime(2022, 6, 1, 10)}},
                {"in": {"at": dt.datetime(2022, 6, 2, 10)}},
            ],
            "charges": pa.array([["DUI", "FTA; 2ND"], []], pa.list_(pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    mapping = (
        NESTED[: NESTED.rindex("[[event]]")].replace("booking.no", "id").replace("booking.in", "stay.in.at")
    )
    mapping = mapping.replace("charges.desc", "charges").replace(mapping[mapping.index("level =") :], "")
    taken = take(tmp_path, tmp_path / "a.parquet", mapping=mapping)
    assert _charges(taken) == {"B1": ["DUI", "FTA; 2ND"], "B2": []}


# --- lists and entities in cells


def test_entities_are_characters_before_a_cell_is_split(tmp_path: Path) -> None:
    taken = take(tmp_path, EXPORTS / "15-html-entities" / "roster.csv", mapping=ROSTER)
    assert _charges(taken) == {"A1": ["BURGLARY & THEFT"], "A2": ["DRIVER'S LICENSE"], "A3": ["DUI"]}
    assert taken.counts.policies["html_entities"] == 2


@pytest.mark.parametrize(
    ("cell", "charges"),
    [
        ("A &amp; B; C", ["A & B", "C"]),
        ("A &amp;amp; B", ["A & B"]),
        ("S&#38;W; &quot;X&quot;;Y", ["S&W", '"X"', "Y"]),
        ("AT&T; SEARCH&SEIZURE; X", ["AT&T", "SEARCH&SEIZURE", "X"]),
        ("DRIVER&#x27;S; &#0;", ["DRIVER'S", "\ufffd"]),
        ("CAF&eacute;&nbsp;1;B", ["CAFé\xa01", "B"]),
    ],
)
def test_entities_of_other_kinds(tmp_path: Path, cell: str, charges: list[str]) -> None:
    source = _csv(tmp_path / "a.csv", [HEAD, [*A1[:3], cell]])
    assert _charges(take(tmp_path, source, mapping=ROSTER)) == {"A1": charges}


# --- OpenDocument as office programs write it

_ODS_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="S">'
)
_ODS_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"
_NOTHING = '<table:table-cell table:number-columns-repeated="16380"/>'


def _ods_xml(path: Path, rows: list[str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", _ODS_HEAD + "".join(rows) + _ODS_TAIL)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def _ods_row(cells: list[str], extra: str = "") -> str:
    made = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' if c else
        "<table:table-cell/>" for c in cells
    )  # fmt: skip
    return f"<table:table-row {extra}>{made}{_NOTHING}</table:table-row>"


def test_repeated_empty_rows_of_ods_count_and_cost_nothing(tmp_path: Path) -> None:
    gap = f'<table:table-row table:number-rows-repeated="3">{_NOTHING}</table:table-row>'
    rest = f'<table:table-row table:number-rows-repeated="1048560">{_NOTHING}</table:table-row>'
    path = _ods_xml(tmp_path / "a.ods", [_ods_row(HEAD), _ods_row(A1), gap, _ods_row(A2), rest])
    taken = take(tmp_path, path, mapping=ROSTER)
    assert _rows(taken) == {"A1": [2], "A2": [6]}


def test_an_error_in_a_cell_of_ods_is_told(tmp_path: Path) -> None:
    error = (
        '<table:table-cell table:formula="of:=#REF!" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell>'
    )
    gap = f'<table:table-row table:number-rows-repeated="2">{_NOTHING}</table:table-row>'
    bad = f"<table:table-row>{_ods_row(A2[:2])[18:-18].replace(_NOTHING, '')}{error}</table:table-row>"
    path = _ods_xml(tmp_path / "a.ods", [_ods_row(HEAD), _ods_row(A1), gap, bad])
    taken = take(tmp_path, path, mapping=ROSTER)
    assert [(e["row"], e["column"], e["reason"]) for e in taken.quarantine()] == [
        (5, "Release Date", "the cell holds the error #REF!")
    ]


def test_one_cell_of_ods_that_stands_for_a_billion_is_refused(tmp_path: Path) -> None:
    many = _ods_row(["x"], 'table:number-rows-repeated="1048576"').replace(
        "<table:table-cell office", '<table:table-cell table:number-columns-repeated="1000" office'
    )
    taken = take(tmp_path, _ods_xml(tmp_path / "a.ods", [_ods_row(HEAD), many]), mapping=ROSTER)
    assert taken.status == 2
    assert "more than 40,000,000 cells. Save the sheet as CSV" in taken.said


# --- XLSB, made of its records (MS-XLSB)


def _record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, more = len(content), b""
    while size >= 0x80:
        more, size = more + bytes([size & 0x7F | 0x80]), size >> 7
    return head + more + bytes([size]) + content


def _wide(text: str) -> bytes:
    return len(text).to_bytes(4, "little") + text.encode("utf-16-le")


def _xlsb(path: Path, rows: dict[int, list[str | int]], left: int = 0) -> Path:
    """A workbook of one sheet `S`; a number in `rows` is the code of an error."""
    cells = b""
    for row, values in rows.items():
        cells += _record(0, row.to_bytes(4, "little") + bytes(13))
        for column, value in enumerate(values, left):
            place = column.to_bytes(4, "little") + bytes(4)
            cells += (
                _record(3, place + bytes([value]))
                if isinstance(value, int)
                else _record(6, place + _wide(value))
            )
    area = b"".join(n.to_bytes(4, "little") for n in (0, max(rows), left, left + 3))
    sheet = _record(129) + _record(148, area) + _record(145) + cells + _record(146) + _record(130)
    book = (
        _record(131)
        + _record(143)
        + _record(156, bytes(8) + _wide("rId1") + _wide("S"))
        + _record(144)
        + _record(132)
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.bin", book)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships><Relationship Id="rId1" Type="{relation}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path  # fmt: skip


def test_xlsb_is_read_with_its_errors(tmp_path: Path) -> None:
    rows: dict[int, list[str | int]] = {0: list(HEAD), 1: list(A1), 4: [*A2[:2], 0x17, "THEFT"]}
    taken = take(tmp_path, _xlsb(tmp_path / "a.xlsb", rows, left=1), mapping=ROSTER)
    assert _rows(taken) == {"A1": [2], "A2": [5]}
    assert [(e["row"], e["column"], e["reason"]) for e in taken.quarantine()] == [
        (5, "Release Date", "the cell holds the error #REF!")
    ]


def test_a_far_cell_of_xlsb_is_refused(tmp_path: Path) -> None:
    path = _xlsb(tmp_path / "a.xlsb", {0: list(HEAD), 1_048_575: list(A1)}, left=16_000)
    taken = take(tmp_path, path, mapping=ROSTER)
    assert taken.status == 2
    assert "1,048,576 rows" in taken.said
