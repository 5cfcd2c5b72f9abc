"""The same rows give the same events, in whatever form, encoding and dialect they come."""

import bz2
import datetime as dt
import gzip
import json
import lzma
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from evenhand.intake.readers.encoding import guess
from evenhand.intake.readers.header import find_header
from intake.shapes import (
    HEADER,
    ROWS,
    SIMPLE,
    csv_text,
    write_csv,
    write_jsonl,
    write_ods,
    write_parquet,
    write_xlsx,
)
from intake.taking import Taken, take

_PLACE = {"id", "source_file", "source_row"}


def _events(taken: Taken) -> dict[str, list[dict[str, Any]]]:
    """The histories without what names the file."""
    return {
        subject: [{k: v for k, v in e.items() if k not in _PLACE} for e in events]
        for subject, events in taken.histories().items()
    }


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("plain")
    return _events(take(folder, write_csv(folder / "a.csv", csv_text())))


def _packed(suffix: str, pack: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / f"a.csv{suffix}"
        path.write_bytes(pack(csv_text().encode()))
        return path

    return make


def _zipped(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", csv_text())
    return folder / "a.zip"


def _with(text: str, encoding: str = "utf-8") -> Callable[[Path], Path]:
    return lambda folder: write_csv(folder / "a.csv", text, encoding)


def _delimited(by: str) -> str:
    return "".join(by.join(row) + "\n" for row in [HEADER, *ROWS])


FORMS: dict[str, Callable[[Path], Path]] = {
    "gzip": _packed(".gz", gzip.compress),
    "bzip2": _packed(".bz2", bz2.compress),
    "xz": _packed(".xz", lzma.compress),
    "zip": _zipped,
    "gzip without its suffix": _packed("", gzip.compress),
    "two gzip members": _packed(".gz", lambda d: gzip.compress(d[:50]) + gzip.compress(d[50:])),
    "parquet": lambda f: write_parquet(f / "a.parquet"),
    "workbook": lambda f: write_xlsx(f / "a.xlsx"),
    "JSON lines": lambda f: write_jsonl(f / "a.jsonl"),
    "tabs": _with(_delimited("\t")),
    "semicolons": _with(_delimited(";")),
    "bars": _with(_delimited("|")),
    "UTF-8 with a mark": _with(csv_text(), "utf-8-sig"),
    "UTF-16": _with(csv_text(), "utf-16"),
    "UTF-16 without a mark": _with(csv_text(), "utf-16-le"),
    "UTF-32": _with(csv_text(), "utf-32"),
    "CR LF": _with(csv_text().replace("\n", "\r\n")),
    "CR": _with(csv_text().replace("\n", "\r")),
    "mixed line ends": _with(csv_text().replace("\n", "\r\n", 2)),
    "no last line end": _with(csv_text().rstrip("\n")),
    "blank line at the end": _with(csv_text() + "\n"),
    "all cells quoted": _with("".join(",".join(f'"{c}"' for c in r) + "\n" for r in [HEADER, *ROWS])),
    "spaces around cells": _with(csv_text().replace(",2020", ", 2020").replace("BOND", "BOND ")),
    "columns in another order": _with("".join(";".join(r[::-1]) + "\n" for r in [HEADER, *ROWS])),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_events(
    tmp_path: Path, form: str, expected: dict[str, list[dict[str, Any]]]
) -> None:
    taken = take(tmp_path, FORMS[form](tmp_path))
    assert _events(taken) == expected
    assert taken.counts.rows.quarantined == 0


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "latin-1"])
def test_letters_beyond_ascii_survive(tmp_path: Path, encoding: str) -> None:
    text = csv_text().replace("THEFT 3", "Robó señal, café ñandú".replace(",", ""))
    taken = take(tmp_path, write_csv(tmp_path / "a.csv", text, encoding))
    assert "Robó señal café ñandú" in {e.get("statute") for e in taken.histories()["B1"]}


def test_an_encoding_that_shows_late_is_still_found(tmp_path: Path) -> None:
    rows = [[f"C{i}", *ROWS[0][1:]] for i in range(60_000)]
    data = (
        csv_text(rows).encode()
        + csv_text([["Z", *ROWS[0][1:]]]).replace("THEFT", "ROBÓ").split("\n")[1].encode("cp1252")
        + b"\n"
    )
    (tmp_path / "a.csv").write_bytes(data)
    taken = take(tmp_path, tmp_path / "a.csv")
    assert taken.counts.rows.quarantined == 0
    assert "ROBÓ 3" in {e.get("statute") for e in taken.histories()["Z"]}


def test_a_stated_encoding_is_used(tmp_path: Path) -> None:
    text = csv_text().replace("THEFT 3", "ROBÓ")
    source = write_csv(tmp_path / "a.csv", text, "cp850")
    taken = take(tmp_path, source, mapping=SIMPLE + '\n[file]\nencoding = "cp850"\n')
    assert "ROBÓ" in {e.get("statute") for e in taken.histories()["B1"]}


def test_guesses_of_encodings() -> None:
    assert guess(b"plain") == "ascii"
    assert guess("Muñoz".encode()) == "utf-8"
    assert guess("abc,def\n".encode("utf-16-be")) == "utf-16-be"


def test_quoted_line_ends_stray_quotes_and_row_numbers(tmp_path: Path) -> None:
    extra = [
        ["C1", "P", "2020-01-05 10:00", "", '"two\nlines"', "F", "M", ""],
        ["C2", "P", "2020-01-05 10:00", "", "5'10\" tall", "F", "M", ""],
        ["C3", "P", "2020-01-05 10:00", "", '"say ""hi"", now"', "F", "M", ""],
        ["C4", "P", "never", "", "DUI", "F", "M", ""],
    ]
    text = csv_text() + "".join(",".join(r) + "\n" for r in extra)
    taken = take(tmp_path, write_csv(tmp_path / "a.csv", text))
    histories = taken.histories()
    statutes = [
        next(e["statute"] for e in histories[k] if e["type"] == "charge.recorded") for k in ("C1", "C2", "C3")
    ]
    assert statutes == ["two\nlines", "5'10\" tall", 'say "hi", now']
    # A spreadsheet shows the row of two lines as one.
    assert [e["row"] for e in taken.quarantine()] == [9]
    assert {e["source_row"] for e in histories["C3"]} == {8}


def test_a_header_further_down_and_typed_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["County jail, bookings"])
    sheet.append([])
    sheet.append(HEADER)
    sheet.append([1001, 7, dt.datetime(2020, 1, 5, 10), 43837.4375, "DUI", "F", "M", "BOND"])
    book.save(tmp_path / "a.xlsx")
    mapping = SIMPLE.replace("dates = [", 'dates = ["iso", "excel", ') + "\n[file]\nheader = 3\n"
    taken = take(tmp_path, tmp_path / "a.xlsx", mapping=mapping)
    events = taken.histories()["1001"]
    assert [e["occurred_at"].isoformat() for e in events if e["type"] != "charge.recorded"] == [
        "2020-01-05T18:00:00+00:00",
        "2020-01-07T18:30:00+00:00",
    ]
    assert {e["source_row"] for e in events} == {4}


@pytest.mark.parametrize(
    ("date", "time", "formats", "pad"),
    [
        ("01/05/2020", "9:05 PM", '["%m/%d/%Y %I:%M %p"]', ""),
        ("2020-01-05", "21:05", '["iso"]', ""),
        ("1/5/2020", "2105", '["%m/%d/%Y %H%M"]', ", pad = 4"),
        ("05-JAN-20", "21:05:00", '["%d-%b-%y %H:%M:%S"]', ""),
    ],
)
def test_dates_and_times_in_columns_of_their_own(
    tmp_path: Path, date: str, time: str, formats: str, pad: str
) -> None:
    (tmp_path / "a.csv").write_text(f"id,day,clock\nB1,{date},{time}\n")
    mapping = f"""
name = "x"
agency = "WA0270000"
zone = "America/Los_Angeles"
subject = "id"
[[event]]
type = "person.booked"
at = {{ date = "day", time = "clock", formats = {formats}{pad} }}
"""
    (event,) = take(tmp_path, tmp_path / "a.csv", mapping=mapping).histories()["B1"]
    assert event["occurred_at"].isoformat() == "2020-01-06T05:05:00+00:00"


def test_split_cells_and_arrays_give_an_event_an_item(tmp_path: Path) -> None:
    mapping = """
name = "x"
agency = "WA0270000"
zone = "UTC"
subject = "id"
[[event]]
type = "person.booked"
at = "at"
[[event]]
type = "charge.recorded"
at = "at"
WAY
[event.fields]
charge_no = { count = true }
statute = "STATUTE"
level = { column = "LEVEL", values = { F = "felony", M = "misdemeanor" } }
"""
    (tmp_path / "a.csv").write_text(
        "id,at,charges,levels\nB1,2020-01-05,A; B;;C,F;M;;F\nB2,2020-01-05,,\nB3,2020-01-05,A;B,F\n"
    )
    (tmp_path / "a.jsonl").write_text(
        '{"id": "B1", "at": "2020-01-05", "charges": [{"d": {"t": "A"}, "l": "F"}, {"d": {"t": "B"}, "l": "M"}, '
        '{"d": {"t": "C"}, "l": "F"}]}\n{"id": "B2", "at": "2020-01-05", "charges": []}\n'
    )
    csv_mapping = mapping.replace("WAY", 'split = { columns = ["charges", "levels"], by = ";" }')
    csv_taken = take(
        tmp_path,
        tmp_path / "a.csv",
        mapping=csv_mapping.replace("STATUTE", "charges").replace("LEVEL", "levels"),
    )
    csv_events, refused = csv_taken.histories(), csv_taken.quarantine()
    json_mapping = mapping.replace("WAY", 'each = "charges"')
    json_taken = take(
        tmp_path,
        tmp_path / "a.jsonl",
        mapping=json_mapping.replace("STATUTE", "charges.d.t").replace("LEVEL", "charges.l"),
    )
    json_events = json_taken.histories()
    assert [(e["row"], e["reason"][:11]) for e in refused] == [(4, "the columns")]
    for events in (csv_events, json_events):
        charges = [
            (e["charge_no"], e["statute"], e["level"]) for e in events["B1"] if e["type"] == "charge.recorded"
        ]
        assert charges == [(1, "A", "felony"), (2, "B", "misdemeanor"), (3, "C", "felony")]
        assert [e["type"] for e in events["B2"]] == ["person.booked"]


ODD = Path(__file__).parent / "exports" / "22-bom-and-delims"
ODD_MAPPING = """
name = "odd"
agency = "NC0600000"
zone = "America/New_York"
subject = "Booking No"
dates = ["%m/%d/%Y %H:%M"]

[[event]]
type = "person.booked"
at = "Book Date"

[[event]]
type = "charge.recorded"
at = "Book Date"
[event.fields]
charge_no = { count = true }
statute = "Charges"
"""
_LIST = "DUI;\nDWLS; X\nFTA; Y"


@pytest.mark.parametrize(
    ("file", "charges"),
    [
        ("bom-quoted.csv", ["DUI", "THEFT"]),
        ("concat.csv", ["DUI", "THEFT", "DUI"]),
        ("crlf-in-cr.csv", ["DUI", "DUI"]),
        ("ctrlz.csv", ["DUI", "THEFT"]),
        ("double-bom.csv", ["DUI", "THEFT"]),
        ("nul-tail.csv", ["DUI", "THEFT"]),
        ("quoted-nl.csv", [_LIST] * 8),
        ("semi.csv", ["DUI, FIRST, OFFENSE"] * 7),
        ("sep-line.csv", ["DUI"]),
        ("u2028.csv", ["DUI\u2028DWLS", "X\x0bY", "Z\x1cW"]),
        ("utf16-nobom.csv", ["DUI", "THEFT", "DUI"]),
    ],
)
def test_odd_delimited_files(tmp_path: Path, file: str, charges: list[str]) -> None:
    taken = take(tmp_path, ODD / file, mapping=ODD_MAPPING)
    histories = taken.histories()
    assert list(histories) == [f"A{n}" for n in range(1, len(charges) + 1)]
    assert [e["statute"] for h in histories.values() for e in h if e["type"] == "charge.recorded"] == charges
    assert taken.quarantine() == []


ODD_TEXTS: dict[str, bytes] = {
    "blank lines above and within": b"\n\nBooking No,Book Date,Charges\n\nA1,06/01/2022 10:00,X\n\n\nA2,never,X\n",
    "a separator line in quotes": b'"sep=|"\r\n\r\nBooking No|Book Date|Charges\r\n\r\nA1|06/01/2022 10:00|X\r\n\r\n\r\nA2|never|X',
    "title, NUL tail and Ctrl-Z": b"Jail log\n\nBooking No,Book Date,Charges\n\nA1,06/01/2022 10:00,X\n\n\nA2,never,X\n\x1a\0\0\0\n",
    "three byte order marks": b"\xef\xbb\xbf" * 3 + b"\n\nBooking No;Book Date;Charges\n\nA1;06/01/2022 10:00;X\n\n\nA2;never;X\n",
    "UTF-16 with blank lines": "\ufeff\n\nBooking No\tBook Date\tCharges\n\nA1\t06/01/2022 10:00\tX\n\n\nA2\tnever\tX\n".encode("utf-16-be"),
}  # fmt: skip


@pytest.mark.parametrize("form", ODD_TEXTS)
def test_row_numbers_are_the_file_s_own(tmp_path: Path, form: str) -> None:
    (tmp_path / "a.csv").write_bytes(ODD_TEXTS[form])
    taken = take(tmp_path, tmp_path / "a.csv", mapping=ODD_MAPPING)
    assert {e["source_row"] for e in taken.histories()["A1"]} == {5}, taken.said
    assert {e["row"] for e in taken.quarantine()} == {8}
    assert {e["value"] for e in taken.quarantine()} == {"never"}


def test_what_stands_after_the_last_row_is_said(tmp_path: Path) -> None:
    taken = take(tmp_path, ODD / "nul-tail.csv", mapping=ODD_MAPPING)
    assert "after the last row 300 bytes of NUL or Ctrl-Z, left out" in " ".join(
        taken.said.replace("│", " ").split()
    )


def test_nul_bytes_between_rows_are_no_tail(tmp_path: Path) -> None:
    rows = b"Booking No,Book Date,Charges\nA1,06/01/2022 10:00,X\n\0\0\nA2,06/01/2022 10:00,X\n"
    (tmp_path / "a.csv").write_bytes(rows)
    taken = take(tmp_path, tmp_path / "a.csv", mapping=ODD_MAPPING)
    assert set(taken.histories()) == {"A1", "A2"}
    assert [(e["row"], e["reason"]) for e in taken.quarantine()] == [(3, "the row has NUL bytes")]


@pytest.mark.parametrize(
    "name", ["a.csv", "a.xlsx", "a.xls", "a.xlsb", "a.ods", "a.json", "a.parquet", "a.zip"]
)
def test_random_bytes_give_an_error_or_quarantine(tmp_path: Path, name: str) -> None:
    for seed in range(12):
        noise = random.Random(f"{name}{seed}")
        head = noise.choice(
            [
                b"",
                b"PK\x03\x04",
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
                b"[",
                b'{"a":[{',
                b"PAR1",
                b"id,booked\n",
            ]
        )
        (tmp_path / name).write_bytes(head + noise.randbytes(noise.choice([1, 40, 3000])))
        taken = take(tmp_path, tmp_path / name)
        assert taken.status == 2
        assert name in taken.said


@pytest.mark.parametrize("form", ["xlsx", "ods", "json"])
def test_a_file_cut_off_or_changed_anywhere_gives_an_error_or_all_its_rows(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form}"
    if form == "json":
        path.write_text(json.dumps([dict(zip(HEADER, row, strict=True)) for row in ROWS], indent=1))
    elif form == "ods":
        write_ods(path, Sheet=[HEADER, *ROWS])
    else:
        write_xlsx(path)
    whole = path.read_bytes()
    expected = set(take(tmp_path, path).histories())
    noise = random.Random(form)
    for turn in range(30):
        data = bytearray(whole)
        at = noise.randrange(len(data))
        if turn % 2:
            del data[at:]
        else:
            data[at : at + 4] = noise.randbytes(4)
        path.write_bytes(data)
        taken = take(tmp_path, path)
        assert taken.status in (0, 2)
        if taken.status == 0 and turn % 2:
            assert set(taken.histories()) == expected


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["id", "Address 1"], ["7", "x"], ["a", "b"]], 0),
        ([["Roster", ""], ["", ""], ["id", "day"], ["7", "6/1/2022 9:05 AM"]], 2),
        (
            [
                ["Run on", "6/30/2022", ""],
                ["id", "day", "why"],
                ["7", "2022-06-01T10:00", "x"],
                ["8", "", "y"],
            ],
            1,
        ),
        ([["id", "", "day"], ["7", "x", "6/1/2022"], ["8", "y", "6/2/2022"]], 0),
        ([["7", "6/1/2022"], ["8", "6/2/2022"]], 0),
        ([[], [""], ["id"], ["7"]], 2),
    ],
)
def test_the_header_is_found_without_a_mapping(rows: list[list[str]], header: int) -> None:
    assert find_header(rows, ()) == header


@pytest.mark.parametrize("change", ["offset", "name"])
def test_a_workbook_with_a_damaged_list_of_parts_is_refused(tmp_path: Path, change: str) -> None:
    path = write_xlsx(tmp_path / "a.xlsx")
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    if change == "offset":
        data[entry + 42 : entry + 46] = b"\xff\xff\xff\x7f"
    else:
        data[entry + 9] |= 0x08
        data[entry + 46] = 0xC8
    path.write_bytes(data)
    taken = take(tmp_path, path)
    assert taken.status == 2
    assert "a.xlsx" in taken.said
    assert "damaged" in taken.said
