"""A suggested mapping runs on its own file as it stands, and keeps to the lines."""

import datetime as dt
import json
import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from evenhand.intake.mapping.load import parse_mapping
from evenhand.intake.mapping.model import block_cells
from intake.taking import run

ROWS = 300
Shape = Callable[[Path], Path]


def _stays() -> list[tuple[int, dt.datetime, dt.datetime, random.Random]]:
    chance = random.Random(1)
    stays = []
    for number in range(ROWS):
        start = dt.datetime(2022, 1, 1) + dt.timedelta(minutes=chance.randrange(500_000))
        stays.append((number, start, start + dt.timedelta(minutes=chance.randrange(60, 30_000)), chance))
    return stays


def one_row_a_booking(folder: Path) -> Path:
    lines = [
        "Booking Number,Inmate Last Name,First Name,DOB,Sex,Race,Place of Birth,Citizenship,Book Date,Book Time,"
        "Release Date,Release Time,Release Reason,Charges,Facility"
    ]
    for n, start, end, r in _stays():
        out = f"{end:%m/%d/%Y},{end:%I:%M %p},{r.choice(['BOND POSTED', 'TIME SERVED', 'ROR', 'RELEASED TO ICE', 'COURT ORDER'])}"
        lines.append(
            f"22-{n:06},Surname{n},Given,{r.randrange(1, 13):02}/11/1980,{r.choice('MF')},{r.choice('WBH')},ELSEWHERE,X,"
            f"{start:%m/%d/%Y},{start:%I:%M %p},{out if n % 10 else ',,'},"
            f"{'; '.join(r.sample(['DUI', 'THEFT 2', 'FTA'], r.randrange(1, 4)))},{r.choice(['MAIN', 'ANNEX'])}"
        )
    (folder / "a.csv").write_text("\n".join(lines) + "\n")
    return folder / "a.csv"


def nested_json(folder: Path) -> Path:
    lines = []
    for n, start, end, r in _stays():
        charges = r.sample([("DUI", "M"), ("THEFT", "F"), ("X", "I")], r.randrange(0, 4))
        lines.append(
            json.dumps(
                {
                    "booking": {"id": n, "intake_at": f"{start.isoformat()}-05:00", "facility": "NORTH"},
                    "person": {"id": f"p{n % 200}", "sex": "M", "ethnicity": "H", "birthCountry": "X"},
                    "charges": [{"description": c, "severity": s} for c, s in charges],
                    "release": {
                        "at": f"{end.isoformat()}-05:00" if n % 10 else None,
                        "type": r.choice(["bail", "served", "to_ice"]),
                    },
                }
            )
        )
    (folder / "a.jsonl").write_text("\n".join(lines) + "\n")
    return folder / "a.jsonl"


def one_row_a_charge_in_a_workbook(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(
        [
            "JailID",
            "Admit Date",
            "Admit Time",
            "Discharge DateTime",
            "Offense",
            "Fel/Misd",
            "Gender",
            "Race",
            "Discharge Type",
        ]
    )
    for n, start, end, r in _stays():
        for charge in r.sample(["DUI", "THEFT"], r.randrange(1, 3)):
            sheet.append([100_000 + n, start.date(), start.time(), end if n % 10 else None, charge, r.choice(["Felony", "Misdemeanor"]), "Male", "W", "Bonded"])  # fmt: skip
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def bars_in_utf_16_with_two_digit_years(folder: Path) -> Path:
    lines = ["bkg_no|bkg_dttm|rel_dttm|chg_desc|chg_lvl|sex|race|rel_rsn"]
    lines += [f"{n}|{s:%m/%d/%y %H%M}|{e:%m/%d/%y %H%M}|Robó|F1|M|B|DISM" for n, s, e, _ in _stays()]
    (folder / "a.txt").write_text("\n".join(lines) + "\n", encoding="utf-16")
    return folder / "a.txt"


def no_key_and_month_names(folder: Path) -> Path:
    lines = ["Name,Arrest Date,Booking Date/Time,Release Date/Time,Offense Description,Agency"]
    lines += [
        f'"Surname, G{n}",{s:%d-%b-%Y},{s:%d-%b-%Y %H:%M},{e:%d-%b-%Y %H:%M},DUI,Town PD'
        for n, s, e, _ in _stays()
    ]
    (folder / "a.csv").write_text("\n".join(lines) + "\n")
    return folder / "a.csv"


SHAPES = [
    one_row_a_booking,
    nested_json,
    one_row_a_charge_in_a_workbook,
    bars_in_utf_16_with_two_digit_years,
    no_key_and_month_names,
]


@dataclass(frozen=True)
class Suggested:
    """A file in one of the shapes, and the mapping that was suggested for it."""

    source: Path
    mapping: Path

    def text(self) -> str:
        return self.mapping.read_text()


@pytest.fixture(scope="module")
def suggested(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Shape], Suggested]:
    """Suggests a mapping for a shape, once."""

    @cache
    def suggest(shape: Shape) -> Suggested:
        folder = tmp_path_factory.mktemp("suggested")
        source, mapping = shape(folder), folder / "m.toml"
        status, said = run("suggest", source, "--out", mapping)
        assert status == 0, said
        return Suggested(source, mapping)

    return suggest


@pytest.mark.parametrize("shape", SHAPES)
def test_a_suggestion_runs_without_editing(suggested: Callable[[Shape], Suggested], shape: Shape) -> None:
    made = suggested(shape)
    text = made.text()
    assert 'agency = "XX0000000"  # TODO' in text
    assert "# guess:" in text
    status, said = run(made.source, "--mapping", made.mapping, "--check")
    assert status == 0, said
    assert "placeholder" in said
    for name in ("person.booked", "charge.recorded", "custody.released"):
        assert name in said
    parsed = parse_mapping(text.encode(), "m.toml")
    booked = next(b for b in parsed.event if b.type == "person.booked")
    assert "person.booked" in said
    assert booked.once is not None


@pytest.mark.parametrize("shape", SHAPES)
def test_a_suggestion_keeps_groups_and_origin_where_they_belong(
    suggested: Callable[[Shape], Suggested], shape: Shape
) -> None:
    parsed = parse_mapping(suggested(shape).text().encode(), "m.toml")
    for block in parsed.event:
        for field, cell in block_cells(block).items():
            for column in cell.needs():
                low = column.lower()
                assert not any(w in low for w in ("birthcountry", "place of birth", "citizen")), (
                    field,
                    column,
                )
                if low.split(".")[-1] in ("sex", "gender", "race", "ethnicity"):
                    assert block.type == "person.booked"
                    assert field in ("sex", "race_ethnicity")


def test_without_a_file_to_write_a_suggestion_is_printed(
    suggested: Callable[[Shape], Suggested],
) -> None:
    made = suggested(one_row_a_booking)
    assert run("suggest", made.source) == (0, made.text())


def test_a_release_to_ice_becomes_a_departure(suggested: Callable[[Shape], Suggested]) -> None:
    text = suggested(one_row_a_booking).text()
    departed = next(e for e in tomllib.loads(text)["event"] if e["type"] == "custody.departed")
    assert departed["fields"]["destination"]["values"] == {"RELEASED TO ICE": "ice"}


def test_a_file_without_dates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n1,x\n")
    status, said = run("suggest", tmp_path / "a.csv")
    assert status == 2
    assert "no column looks like a date" in said
