"""An intake in a process of its own: bounded, without secrets, and with nothing left behind."""

import tempfile
from pathlib import Path

import pytest

from evenhand.intake.apart import NAME_LENGTH, Bounds, plain_name, take_apart
from evenhand.intake.errors import IntakeError

MAPPING = """
name = "made"
agency = "NC0600000"
zone = "America/New_York"
subject = "number"
[[event]]
type = "person.booked"
at = "booked"
[event.fields]
name = "name"
"""
FILE = b"number,booked,name,shoe\n1,2026-05-04 09:12,Sample,9\n2,noon,Sample,9\n"
BOUNDS = Bounds(rows=10)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_gives_what_intake_makes_of_the_file_and_leaves_nothing(temporary: Path) -> None:
    # A module of this name in the folder of the file must not be imported by the process.
    taken = take_apart(FILE, "json.py", MAPPING, BOUNDS)
    (event,) = taken.events
    assert (event["subject"], event["name"], event["source_row"]) == ("1", "Sample", 2)
    assert [(e["row"], e["column"], e["value"], e["key"]) for e in taken.entries] == [
        (3, "booked", "noon", "2")
    ]
    assert (taken.rows, taken.unused) == (2, ["shoe"])
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("mapping", "bounds", "wrong"),
    [
        (MAPPING, Bounds(rows=1), "more than 1 rows"),
        (MAPPING.replace('"booked"', '"bokked"'), BOUNDS, "names columns that the file does not have"),
        # A pattern that takes forever on the file's values.
        pytest.param(
            MAPPING.replace('name = "name"', 'name = { column = "name", patterns = { "^(.+)+!$" = "x" } }'),
            Bounds(rows=10, seconds=8),
            "longer than 8 seconds",
            marks=pytest.mark.trial,
        ),
        (MAPPING, Bounds(rows=10, results=1), "2 events and problems"),
        (MAPPING, Bounds(rows=10, memory=64 << 20), "more memory or time"),
    ],
)
def test_what_goes_beyond_its_bounds_is_refused(
    temporary: Path, mapping: str, bounds: Bounds, wrong: str
) -> None:
    content = FILE.replace(b"Sample", b"S" * 60)
    with pytest.raises(IntakeError, match=wrong):
        take_apart(content, "day.csv", mapping, bounds)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("jail export (2).xlsx", "jail export (2).xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\jail\\day.csv", "day.csv"),
        ("..", "upload"),
        ("", "upload"),
        (".csv", "csv"),
        ("a\0b\n\u202ecsv.exe", "a_b__csv.exe"),
        ("x" * 300 + ".csv", "x" * (NAME_LENGTH - 3) + ".csv"),
    ],
)
def test_a_file_name_is_text_and_no_path(name: str, plain: str) -> None:
    assert plain_name(name) == plain
