"""A record may hold anything in its ids: no spreadsheet runs it, no page shows it as markup."""

import csv
from pathlib import Path
from uuid import UUID

import html5lib
import pyarrow.parquet as pq
import pytest

from audit.command import audit
from audit.records import bookings, provides_of, write
from evenhand.record.store import Record

FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
]
AWKWARD = [
    '"quoted"',
    "comma,comma",
    "two\nlines",
    "two\r\nlines",
    "<script>alert(1)</script>",
    "</bdi><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}",
    "\u202eright to left",
    "bell\x07",
    "'",
    "&amp;",
    "Ünïcödé 監獄",
    "x" * 5000,
]
MARKUP = [text for text in AWKWARD if len(text) < 100][:10]
LATE = "0h person.booked | 2h screening.opened"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """One late screening for each text, which stands in the subject, the facility and the officer."""
    texts = FORMULAS + AWKWARD
    rows, example = bookings([LATE] * len(texts))
    for row in rows:
        text = texts[int(row["subject"].removeprefix("B-"))]
        row |= {"subject": text, "facility": text, "actor": text, "source_file": text}
    rows[-1]["agency"] = rows[-2]["agency"] = "=1+1000"
    around = [
        {**row, "agency": agency, "id": UUID(int=row["id"].int + n)}
        for row in example.around
        for n, agency in ((0, row["agency"]), (1 << 90, "=1+1000"))
    ]
    folder = tmp_path_factory.mktemp("hostile") / "record"
    return write(folder, [*rows, *around], provides=provides_of(example))


@pytest.fixture(scope="module")
def out(record: Record) -> Path:
    folder = record.folder.with_name("out")
    assert (
        audit(record.folder, folder, "--rule", "UNI-01", "--rule", "SCO-03", "--fail-on", "notice").exit_code
        == 1
    )
    return folder


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "findings.csv").open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle, strict=True))


def test_parquet_holds_the_ids_as_they_are(out: Path) -> None:
    table = pq.read_table(out / "findings.parquet")
    for column in ("subject", "facility", "officer", "source_file"):
        assert set(table[column].to_pylist()) == set(FORMULAS + AWKWARD)


def test_no_cell_of_the_csv_begins_like_a_formula(out: Path) -> None:
    cells = [cell for row in rows_of(out) for cell in row.values()]
    assert not [c for c in cells if c[:1] in tuple("=+-@\t\r\n＝＋－＠")]
    assert {"'" + text for text in FORMULAS} <= set(cells)
    assert "'=1+1000" in cells


def test_other_ids_stand_in_the_csv_as_they_are(out: Path) -> None:
    found = {row["subject"] for row in rows_of(out)}
    assert found == {"'" + text for text in FORMULAS} | set(AWKWARD)


def test_csv_and_parquet_have_the_same_rows(out: Path) -> None:
    table = pq.read_table(out / "findings.parquet")
    assert len(rows_of(out)) == len(table) == len(FORMULAS + AWKWARD)


def test_the_page_shows_ids_as_text(tmp_path: Path) -> None:
    rows, example = bookings([LATE] * len(MARKUP))
    for row in rows:
        row["subject"] = row["facility"] = MARKUP[int(row["subject"].removeprefix("B-"))]
    record = write(tmp_path / "record", [*rows, *example.around], provides=provides_of(example))
    audit(record.folder, tmp_path / "out", "--rule", "UNI-01")
    page = (tmp_path / "out" / "report.html").read_bytes()
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    names = {str(element.tag).rsplit("}")[-1] for element in tree.iter()}
    assert not names & {"script", "img", "iframe", "object", "link", "a:b"}
    assert not [a for e in tree.iter() for a in e.attrib if str(a).startswith("on")]
    shown = ["".join(e.itertext()) for e in tree.iter("bdi")]
    for text in MARKUP:
        assert shown.count(text.replace("\x07", "\ufffd").replace("\r\n", "\n")) >= 2, text


def test_the_terminal_takes_ids_for_text(record: Record, tmp_path: Path) -> None:
    result = audit(record.folder, tmp_path / "[bold]out", "--rule", "UNI-01")
    assert "[bold]out/report.html" in result.stdout
