"""A suggested mapping runs on its own file once its questions are answered, and keeps to the lines."""

import datetime as dt
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from evenhand.intake.mapping.load import parse_mapping, questions_of
from evenhand.intake.mapping.model import block_cells
from intake.answering import ALWAYS, Answers, answer
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


EXITS = {"exits": "released"}
SHAPES: dict[Shape, Answers] = {
    one_row_a_booking: {"release reasons": {"COURT ORDER": "other", "(empty)": "no exit"}},
    nested_json: {"charge levels": {"I": "infraction"}},
    one_row_a_charge_in_a_workbook: {"key": "JailID"},
    bars_in_utf_16_with_two_digit_years: {"release reasons": {"DISM": "dismissed"}},
    no_key_and_month_names: EXITS,
}
"""Each shape with the answers that it needs beside those that every file does."""


@dataclass(frozen=True)
class Suggested:
    """A file in one of the shapes, the mapping that was suggested for it, and what was printed."""

    source: Path
    mapping: Path
    said: str

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
        return Suggested(source, mapping, said)

    return suggest


@pytest.mark.parametrize("shape", SHAPES)
def test_a_suggestion_is_refused_until_it_is_answered(
    suggested: Callable[[Shape], Suggested], shape: Shape
) -> None:
    made = suggested(shape)
    status, said = run(made.source, "--mapping", made.mapping, "--check")
    assert status == 2
    assert "questions are open" in said
    for name in ALWAYS:
        assert f"  {name}: " in said


@pytest.mark.parametrize("shape", SHAPES)
def test_an_answered_suggestion_runs(
    suggested: Callable[[Shape], Suggested], shape: Shape, tmp_path: Path
) -> None:
    made = suggested(shape)
    (tmp_path / "m.toml").write_text(answer(made.text(), SHAPES[shape]))
    status, said = run(made.source, "--mapping", tmp_path / "m.toml", "--check")
    assert status == 0, said
    for name in ("person.booked", "charge.recorded", "custody.released"):
        assert name in said


@pytest.mark.parametrize("shape", SHAPES)
def test_a_suggestion_keeps_groups_and_origin_where_they_belong(
    suggested: Callable[[Shape], Suggested], shape: Shape
) -> None:
    text = suggested(shape).text()
    parsed = parse_mapping(answer(text, SHAPES[shape]).encode(), "m.toml")
    for block in parsed.event:
        for field, cell in block_cells(block).items():
            for column in cell.needs():
                low = column.lower()
                assert not tells_origin(low), (field, column)
                if low.split(".")[-1] in ("sex", "gender", "race", "ethnicity"):
                    assert block.type == "person.booked"
                    assert field in ("sex", "race_ethnicity")
    for question in questions_of(text.encode(), "m.toml"):
        assert not tells_origin(question.model_dump_json())


def tells_origin(text: str) -> bool:
    return any(word in text.lower() for word in ("birthcountry", "place of birth", "citizen"))


def test_without_a_file_to_write_a_suggestion_is_printed(
    suggested: Callable[[Shape], Suggested],
) -> None:
    made = suggested(one_row_a_booking)
    assert run("suggest", made.source) == (0, made.text())


def test_a_suggestion_says_what_it_is_sure_of_and_what_is_open(
    suggested: Callable[[Shape], Suggested],
) -> None:
    said = suggested(one_row_a_booking).said
    assert "Sure without a question" in said
    assert "the booking number in Booking Number" in said
    assert "Open questions (5)" in said
    assert "release reasons: What happened" in said


def test_a_release_to_ice_becomes_a_departure(suggested: Callable[[Shape], Suggested]) -> None:
    text = suggested(one_row_a_booking).text()
    parsed = parse_mapping(answer(text, SHAPES[one_row_a_booking]).encode(), "m.toml")
    departed = next(e for e in parsed.event if e.type == "custody.departed")
    assert departed.fields["destination"].values == {"RELEASED TO ICE": "ice"}


def test_a_file_without_dates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n1,x\n")
    status, said = run("suggest", tmp_path / "a.csv")
    assert status == 2
    assert "no column looks like a date" in said


def test_asking_needs_a_file_to_write(suggested: Callable[[Shape], Suggested]) -> None:
    status, said = run("suggest", suggested(one_row_a_booking).source, "--ask")
    assert status == 2
    assert "Add --out" in said
