"""The commands as a user meets them: files, exit statuses, messages, and the page."""

import csv
import json
import re
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pyarrow.parquet as pq
import pytest

from audit.command import run
from evenhand.record.folder import MARKER
from evenhand.record.store import Record
from figures.made import at, encounter, record, row, without

NAMES = ("tables", "figures.json", "report.html", "publication.json")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Record:
    rows = [row("agreement.took_effect", "moa", at(-30), model="JEM")]
    for n in range(40):
        rows += encounter(
            f"a{n:02}", n, conviction="13" if n % 2 else None, pending="35", reviewed_after=n + 1
        )
    for n in range(7):
        rows += encounter(f"s{n}", n, conviction="09", agency="TX0010000")
        rows.append(row("complaint.received", f"c{n}", at(n), about="process"))
    return record(tmp_path_factory.mktemp("made") / "record", rows)


@pytest.fixture(scope="module")
def out(made: Record, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "figures"
    result = run("figures", made.folder, "--year", "FY2019", "--out", folder)
    assert result.exit_code == 0, result.output
    return folder


def test_the_same_numbers_in_every_form(out: Path) -> None:
    assert {entry.name for entry in out.iterdir()} == {*NAMES, MARKER}
    content = json.loads((out / "figures.json").read_text())
    tables = {t["id"]: t for f in content["figures"] for t in f["tables"]}
    assert "encounters_by_offense" in tables
    for name, table in tables.items():
        parquet = pq.read_table(out / "tables" / f"{name}.parquet").to_pylist()
        with (out / "tables" / f"{name}.csv").open(encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        assert len(parquet) == len(lines) == len(table["rows"])
        unit = list(parquet[0])[-2]
        for stored, line, shown in zip(parquet, lines, table["rows"], strict=True):
            assert stored[unit] == shown["value"]
            assert line[unit] == ("" if shown["value"] is None else str(shown["value"]))
            assert stored["withheld"] is shown["withheld"] is (shown["value"] is None)
            assert [stored[level] for level in table["levels"]] == shown["levels"]


def test_no_small_number_of_people_is_anywhere(out: Path) -> None:
    content = json.loads((out / "figures.json").read_text())
    values = [
        r["value"]
        for f in content["figures"]
        if f["disclosure_control"]
        for t in f["tables"]
        for r in t["rows"]
    ]
    assert None in values
    assert not [v for v in values if v is not None and 0 < v < 11]


def page(folder: Path) -> tuple[str, Element]:
    text = (folder / "report.html").read_text(encoding="utf-8")
    return text, html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def check_page(text: str, tree: Element) -> None:
    """Valid, self-contained, and readable without seeing the charts."""
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)""", text)
    assert "url(" not in text
    assert "<script" not in text
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for svg in tree.iter("{http://www.w3.org/2000/svg}svg"):
        named = svg.get("aria-labelledby", "").split()
        assert svg.get("role") == "img"
        assert set(named) <= set(ids)
        assert named
    for table in tree.iter("table"):
        assert table.find("caption") is not None
        assert all(th.get("scope") for th in table.iter("th"))
    links = [a.get("href", "")[1:] for a in tree.iter("a")]
    assert set(links) <= set(ids)
    assert "nan" not in text.lower().replace("finan", "")


def test_the_page_is_whole_and_accessible(out: Path) -> None:
    text, tree = page(out)
    check_page(text, tree)
    assert "FY2019" in text
    assert "withheld" in text


def test_the_same_record_gives_the_same_bytes(made: Record, out: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    assert run("figures", made.folder, "--year", "2019", "--out", again).exit_code == 0
    for path in sorted(out.rglob("*")):
        if path.is_file():
            assert (again / path.relative_to(out)).read_bytes() == path.read_bytes()


def test_json_on_stdout_is_the_file(made: Record, out: Path, tmp_path: Path) -> None:
    result = run("figures", made.folder, "--year", "2019", "--out", tmp_path / "f", "--json")
    assert json.loads(result.stdout) == json.loads((out / "figures.json").read_text())


def test_rounding(made: Record, tmp_path: Path) -> None:
    run("figures", made.folder, "--year", "2019", "--out", tmp_path / "f", "--round-to", 10)
    content = json.loads((tmp_path / "f" / "figures.json").read_text())
    values = [
        r["value"]
        for f in content["figures"]
        if f["disclosure_control"]
        for t in f["tables"]
        for r in t["rows"]
    ]
    assert all(v % 10 == 0 for v in values if v is not None)


@pytest.mark.parametrize(
    ("year", "message"), [("FY2011", "it covers FY2019 to FY2020"), ("last", "write it like FY2019")]
)
def test_a_year_that_is_not_there(made: Record, tmp_path: Path, year: str, message: str) -> None:
    result = run("figures", made.folder, "--year", year, "--out", tmp_path / "f")
    assert result.exit_code == 2
    assert message in result.output
    assert not (tmp_path / "f").exists()


def test_an_empty_record_has_no_year(tmp_path: Path) -> None:
    empty = record(tmp_path / "r", [])
    result = run("figures", empty.folder, "--year", "FY2019", "--out", tmp_path / "f")
    assert (result.exit_code, "holds no acts at all" in result.output) == (2, True)


def test_a_record_that_lacks_everything_says_so_figure_by_figure(tmp_path: Path) -> None:
    found = record(tmp_path / "r", [row("poster.attested", "jail", at())], provides={"poster.attested": []})
    result = run("figures", found.folder, "--year", "FY2019", "--out", tmp_path / "f")
    assert result.exit_code == 0
    content = json.loads((tmp_path / "f" / "figures.json").read_text())
    assert all(f["cannot_tell"] and not f["tables"] for f in content["figures"])
    text, tree = page(tmp_path / "f")
    check_page(text, tree)
    assert "interview.held" in text


@pytest.mark.parametrize(
    "lacking", ["interview.held", "determination.made", "agreement.took_effect.model", "officer.authorized"]
)
def test_a_record_that_lacks_one_thing_still_has_the_rest(made: Record, tmp_path: Path, lacking: str) -> None:
    rows = [event for n in range(12) for event in encounter(f"a{n:02}", n)]
    found = record(tmp_path / "r", rows, provides=without(lacking))
    result = run("figures", found.folder, "--year", "FY2019", "--out", tmp_path / "f")
    assert result.exit_code == 0
    text, tree = page(tmp_path / "f")
    check_page(text, tree)
    assert lacking in text


def test_no_record_a_damaged_one_and_a_full_folder(made: Record, tmp_path: Path) -> None:
    assert "is no record" in run("figures", tmp_path, "--year", "2019", "--out", tmp_path / "f").output
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("x")
    result = run("figures", made.folder, "--year", "2019", "--out", full)
    assert (result.exit_code, "evenhand did not make it" in result.output) == (2, True)
    assert (full / "mine.txt").read_text() == "x"


def test_rebooking_says_what_it_shows_and_what_it_cannot(tmp_path: Path) -> None:
    rows = []
    for n in range(60):
        rows += [row("person.booked", f"a{n:02}", at(n / 9), person_key=f"p{n}")]
        rows += [row("custody.released", f"a{n:02}", at(n / 9 + 1), cause="bond")]
        if n % 3 == 0:
            rows += [row("person.booked", f"b{n:02}", at(n / 9 + 20), person_key=f"p{n}")]
    found = record(tmp_path / "r", rows)
    result = run("rebooking", found.folder, "--out", tmp_path / "f")
    assert result.exit_code == 0
    # A third of 60, to the nearest 20 %: a step is worth twelve people.
    assert "40.0%" in result.output
    assert "no sign of guilt" in result.output
    text, tree = page(tmp_path / "f")
    check_page(text, tree)
    content = json.loads(run("rebooking", found.folder, "--json").stdout)
    assert content["curves"][0]["estimates"][0]["days"] == 30
    with (tmp_path / "f" / "rebooking.csv").open() as file:
        assert len(list(csv.DictReader(file))) == sum(len(c["estimates"]) for c in content["curves"])


def test_rebooking_without_keys_ends_well(made: Record) -> None:
    result = run("rebooking", made.folder)
    assert (result.exit_code, "cannot tell" in result.output) == (0, True)


def test_an_interrupt_by_the_database_leaves_the_old_folder(
    made: Record, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise RuntimeError("Query interrupted")

    before = (out / "figures.json").read_bytes()
    monkeypatch.setattr("evenhand.figures.run.Source", stopped)
    result = run("figures", made.folder, "--year", "2019", "--out", out)
    assert (result.exit_code, "is as it was before" in result.output) == (130, True)
    assert (out / "figures.json").read_bytes() == before
