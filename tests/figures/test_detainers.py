"""Detainers by fiscal year, facility and lift reason: counted right, and nobody to be found in them."""

import csv
import gzip
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.command import run
from evenhand.figures.detainers.count import MOST_FACILITIES, OTHERS, Detainers, detainers
from evenhand.figures.publish import Control, publish
from evenhand.record.folder import MARKER
from evenhand.record.store import Record
from figures.made import Row, record, row, without
from figures.test_attack_on_files import ends, knowledge
from figures.test_command import check_page, page

PENNSYLVANIA = Path(__file__).parents[3] / "shared" / "data" / "custody" / "pa-detainers-2007-2015.csv.gz"
DOC = Path(__file__).parents[2] / "docs" / "custody-data.md"
NOT_STATED = "not stated"
CITIZEN = "United States Citizen Interviewed"


def day(year: int, month: int, of_month: int) -> datetime:
    """The midnight at which a day begins in New York, in winter or summer."""
    return datetime(year, month, of_month, 4 if 3 < month < 11 else 5, tzinfo=UTC)


def detainer(subject: str, moment: datetime, reason: str | None = None, **fields: Any) -> Row:
    by = moment + timedelta(days=1, microseconds=-1)
    given = {"facility": "MAIN", "occurred_by": by, **fields}
    return row("detainer.issued", subject, moment, lift_reason=reason, **given)


def made(folder: Path, rows: list[Row], **options: Any) -> Record:
    return record(folder / "record", rows, until=datetime(2019, 9, 30, 12, tzinfo=UTC), **options)


def shown(found: Detainers) -> dict[tuple[str, ...], int | None]:
    """The cells by their names, sums left out of the name."""
    return {
        tuple(name for path in cell for name in path): number
        for cell, number in found.published.values.items()
    }


def many(rows: int, start: int, moment: datetime, *args: Any, **fields: Any) -> Iterator[Row]:
    return (detainer(f"d{start + n}", moment, *args, **fields) for n in range(rows))


# --- counting ----------------------------------------------------------------------------------------------


def test_a_detainer_counts_in_the_fiscal_year_of_its_local_day(tmp_path: Path) -> None:
    rows = [
        *many(12, 0, day(2018, 9, 30)),
        *many(20, 100, day(2018, 10, 1), CITIZEN),
        # Midnight of October 1 in Honolulu is October 1, 10:00 UTC.
        *many(30, 200, datetime(2018, 9, 30, 10, tzinfo=UTC), zone="Pacific/Honolulu"),
    ]
    found = detainers(made(tmp_path, rows), Control(11))
    assert shown(found)["FY2018",] == 42
    assert shown(found)["FY2019",] == 20
    assert shown(found)["FY2019", CITIZEN] == 20
    assert found.published.figure.notes == ()


def test_a_detainer_that_may_lie_in_two_years_is_left_out_and_said(tmp_path: Path) -> None:
    late = day(2018, 9, 30) + timedelta(hours=20)
    rows = [*many(12, 0, day(2018, 5, 1)), detainer("x", late)]
    found = detainers(made(tmp_path, rows), Control(11))
    assert shown(found)[()] == 12
    assert "left out" in found.published.figure.notes[0]


def test_a_corrected_detainer_counts_once(tmp_path: Path) -> None:
    rows = [*many(12, 0, day(2018, 5, 1), "Lifted")]
    rows.append(detainer("d0", day(2018, 5, 2), "Lifted", corrects=(1).to_bytes(16, "big")))
    found = detainers(made(tmp_path, rows), Control(11))
    assert shown(found)[()] == 12


def test_years_that_the_record_covers_in_part_are_named(tmp_path: Path) -> None:
    found = detainers(made(tmp_path, [*many(12, 0, day(2018, 5, 1))]), Control(11))
    assert found.partial == ("FY2018", "FY2019")


def test_the_largest_facilities_are_listed_and_the_others_counted_together(tmp_path: Path) -> None:
    rows: list[Row] = []
    for n in range(MOST_FACILITIES):
        rows += many(12, len(rows), day(2018, 5, 1), facility=f"F{n}")
    for n in range(20):
        rows += many(1, len(rows), day(2018, 5, 1), facility=f"SMALL{n}")
    found = detainers(made(tmp_path, rows), Control(11))
    assert shown(found)[OTHERS,] == 20
    assert not [cell for cell in shown(found) if any(name.startswith("SMALL") for name in cell)]
    assert "The other 20 are counted together" in found.published.figure.notes[0]


def test_without_detainers_or_their_fields_the_record_cannot_tell(tmp_path: Path) -> None:
    rows = [*many(12, 0, day(2018, 5, 1))]
    (tmp_path / "a").mkdir()
    nothing = detainers(made(tmp_path / "a", rows, provides=without("detainer.issued")), Control(11))
    assert nothing.published.figure.missing == ("detainer.issued",)
    (tmp_path / "b").mkdir()
    fields = without("detainer.issued.facility", "detainer.issued.lift_reason")
    plain = detainers(made(tmp_path / "b", rows, provides=fields), Control(11))
    assert [table.id for table in plain.published.cube.tables] == ["detainers_by_fiscal_year"]
    assert len(plain.published.figure.notes) == 2
    assert shown(plain) == {(): 12, ("FY2018",): 12}


# --- disclosure --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Three years, six jails, five reasons; many of the cells are small."""
    drawn = random.Random(1)
    reasons = {"Lifted": 40, CITIZEN: 2, "Died": 1, "Case Closed": 6, None: 60}
    rows: list[Row] = []
    for year in (2017, 2018, 2019):
        for jail, size in zip("ABCDEF", (9, 5, 3, 1, 0.5, 0.2), strict=True):
            for reason, often in reasons.items():
                number = int(drawn.expovariate(1) * size * often / 6)
                rows += many(number, len(rows), day(year, 5, 1), reason, facility=jail)
    return made(tmp_path_factory.mktemp("small"), rows)


def test_no_small_number_is_shown_or_can_be_worked_out(small: Record) -> None:
    result = run("detainers", small.folder, "--json")
    figure = json.loads(result.stdout)
    values = knowledge(figure)[0].values()
    assert not [number for number in values if number is not None and 0 < number < 11]
    attacked = ends(figure, {})
    assert len(attacked) > 20
    for cell, low, high in attacked:
        assert high >= 11, f"{set(cell)} is told to be {high:.0f} at most"
        assert high - low >= 5, f"{set(cell)} is told to lie from {low:.0f} to {high:.0f}"


def test_what_the_first_table_can_show_is_given_up_last(small: Record) -> None:
    found = detainers(small, Control(11))
    figure = found.published.figure
    first = replace(figure, cube=replace(figure.cube, tables=figure.cube.tables[:1]))
    alone = publish(first, found.control).values
    kept = {cell: number for cell, number in alone.items() if number is not None}
    assert {cell: found.published.values[cell] for cell in kept} == kept
    # Without care for them the long tables take one of the sums along.
    assert None in {publish(figure, found.control).values[cell] for cell in kept}


# --- the command -------------------------------------------------------------------------------------------


def test_the_command_writes_the_same_numbers_in_every_form(small: Record, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("detainers", small.folder, "--out", out)
    assert result.exit_code == 0, result.output
    assert {entry.name for entry in out.iterdir()} == {
        "tables",
        "detainers.json",
        "report.html",
        "publication.json",
        MARKER,
    }
    content = json.loads((out / "detainers.json").read_text())
    for table in content["tables"]:
        with (out / "tables" / f"{table['id']}.csv").open(encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        assert [line["detainers"] for line in lines] == [str(r["value"] or "") for r in table["rows"]]
    check_page(*page(out))
    assert "FY2018" in result.output
    assert CITIZEN.split()[0] in result.output


def test_the_commands_folder_replaces_only_its_own(small: Record, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    result = run("detainers", small.folder, "--out", tmp_path)
    assert result.exit_code == 2
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_record_that_cannot_tell_says_so(tmp_path: Path) -> None:
    rows = [row("person.booked", "b", day(2018, 5, 1))]
    found = made(tmp_path, rows, provides=without("detainer.issued"))
    result = run("detainers", found.folder, "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "lacks detainer.issued" in result.output
    check_page(*page(tmp_path / "out"))


# --- Pennsylvania ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pennsylvania(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not PENNSYLVANIA.is_file():
        pytest.skip("the custody data sets are not beside the project")
    folder = tmp_path_factory.mktemp("pa")
    taken = run("intake", PENNSYLVANIA, "--mapping", "pa-detainers", "--out", folder / "record")
    assert taken.exit_code == 0, taken.output
    result = run("detainers", folder / "record", "--json")
    assert result.exit_code == 0, result.output
    content: dict[str, Any] = json.loads(result.stdout)
    return content


def counted_plainly() -> Counter[tuple[str, str]]:
    """Fiscal year and lift reason of each row of the file, read without the intake."""
    with gzip.open(PENNSYLVANIA, "rt", encoding="utf-8", newline="") as file:
        return Counter(
            (f"FY{int(r['date'][:4]) + (int(r['date'][5:7]) >= 10)}", r["lift_reason"] or NOT_STATED)
            for r in csv.DictReader(file)
        )


def by_reason(figure: dict[str, Any]) -> dict[tuple[str, str], int | None]:
    table = next(t for t in figure["tables"] if t["id"] == "detainers_by_lift_reason")
    return {tuple(r["levels"]): r["value"] for r in table["rows"]}


@pytest.mark.trial
def test_pennsylvanias_numbers_are_those_of_the_file(pennsylvania: dict[str, Any]) -> None:
    plain = counted_plainly()
    whole: Counter[tuple[str, str]] = Counter()
    for (year, reason), number in plain.items():
        for cell in ((year, reason), (year, "all"), ("all", reason), ("all", "all")):
            whole[cell] += number
    found = by_reason(pennsylvania)
    assert found.keys() == whole.keys()
    assert not {cell: n for cell, n in found.items() if n is not None and n != whole[cell]}
    assert (found["all", "all"], found["all", CITIZEN]) == (32_757, 61)


@pytest.mark.trial
def test_the_table_in_the_docs_is_this_one(pennsylvania: dict[str, Any]) -> None:
    found = by_reason(pennsylvania)
    text = DOC.read_text(encoding="utf-8")
    lines = text[text.index("| lift reason |") :].split("\n\n")[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    years = ["all" if name == "all years" else name for name in cells[0][1:]]
    told = {}
    for reason, *numbers in cells[2:]:
        for year, number in zip(years, numbers, strict=True):
            told[year, "all" if reason == "all" else reason] = number
    expected = {
        (year, reason): "withheld" if (n := found.get((year, reason), 0)) is None else f"{n:,}"
        for year in years
        for reason in {reason for _, reason in found}
    }
    assert told == expected


@pytest.mark.trial
def test_nobody_can_be_found_in_pennsylvanias_tables(pennsylvania: dict[str, Any]) -> None:
    values = [number for number in knowledge(pennsylvania)[0].values() if number is not None]
    assert not [number for number in values if 0 < number < 11]
    attacked = ends(pennsylvania, {}, step=9)
    assert len(attacked) > 100
    assert all(high >= 11 and high - low >= 5 for _, low, high in attacked)
