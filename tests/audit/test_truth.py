"""Comparing findings with what a simulated record is known to break."""

import csv
import json
from pathlib import Path

import pytest

from audit.command import audit
from audit.records import bookings, provides_of, write
from evenhand.record.store import Record

TEXTS = [
    "0h person.booked | 2h screening.opened",
    "0h person.booked | 1h screening.opened",
    "0h person.booked",
]
BROKEN = {("UNI-01", "B-000"), ("UNI-01", "B-002")}


def record(folder: Path, truth: set[tuple[str, str]]) -> Record:
    rows, example = bookings(TEXTS)
    return write(
        folder, [*rows, *example.around], provides=provides_of(example), kind="simulation", truth=truth
    )


def compared(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.csv").open(newline="") as handle:
        return list(csv.DictReader(handle))


def test_agreement_ends_with_zero(tmp_path: Path) -> None:
    known = {*BROKEN, ("HLD-01", "B-001")}
    record(tmp_path / "r", known)
    # What is known of rules that are not judged does not count.
    result = audit(tmp_path / "r", tmp_path / "out", "--rule", "UNI-01", "--against-truth")
    assert result.exit_code == 0
    assert "All 1 rules find exactly what is known" in result.stdout
    assert compared(tmp_path / "out") == []
    (row,) = json.loads((tmp_path / "out" / "summary.json").read_text())["truth"]
    assert row == {"rule": "UNI-01", "known": 2, "found": 2, "missed": 0, "extra": 0}


@pytest.mark.parametrize(
    ("truth", "numbers", "differences"),
    [
        ({*BROKEN, ("UNI-01", "B-001")}, (3, 2, 1, 0), [("B-001", "missed")]),
        ({("UNI-01", "B-000")}, (1, 2, 0, 1), [("B-002", "extra")]),
        ({("UNI-01", "B-001")}, (1, 2, 1, 2), [("B-000", "extra"), ("B-001", "missed"), ("B-002", "extra")]),
        (set(), (0, 2, 0, 2), [("B-000", "extra"), ("B-002", "extra")]),
    ],
)
def test_a_difference_ends_with_one_and_is_listed(
    tmp_path: Path,
    truth: set[tuple[str, str]],
    numbers: tuple[int, int, int, int],
    differences: list[tuple[str, str]],
) -> None:
    record(tmp_path / "r", truth)
    result = audit(
        tmp_path / "r", tmp_path / "out", "--rule", "UNI-01", "--against-truth", "--fail-on", "never"
    )
    assert result.exit_code == 1
    assert "1 of 1 rules differ" in result.stdout
    (row,) = json.loads((tmp_path / "out" / "summary.json").read_text())["truth"]
    assert (row["known"], row["found"], row["missed"], row["extra"]) == numbers
    assert compared(tmp_path / "out") == [
        {"rule": "UNI-01", "subject": subject, "what": what} for subject, what in differences
    ]


def test_a_window_and_the_truth_do_not_go_together(tmp_path: Path) -> None:
    record(tmp_path / "r", BROKEN)
    result = audit(tmp_path / "r", tmp_path / "out", "--against-truth", "--from", "2025-01-01")
    assert (result.exit_code, "leave out --from" in result.stderr) == (2, True)
