"""Each stated policy does what it says, and is counted."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from intake.shapes import SIMPLE, csv_text, write_csv
from intake.taking import Taken, take


def _take(folder: Path, *rows: list[str], mapping: str = SIMPLE) -> Taken:
    return take(folder, write_csv(folder / "a.csv", csv_text([list(r) for r in rows])), mapping=mapping)


def _row(
    key: str, booked: str, released: str, *, person: str = "P", charge: str = "DUI", sex: str = "M"
) -> list[str]:
    return [key, person, booked, released, charge, "M", sex, "BOND"]


def _at(taken: Taken, key: str, event_type: str) -> datetime:
    return next(e["occurred_at"] for e in taken.histories()[key] if e["type"] == event_type)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_local_times_become_utc_with_the_zone_kept(tmp_path: Path) -> None:
    taken = _take(tmp_path, _row("B1", "2020-01-05 10:00", "2020-07-05 10:00"))
    assert _at(taken, "B1", "person.booked") == _utc("2020-01-05T18:00")
    assert _at(taken, "B1", "custody.released") == _utc("2020-07-05T17:00")
    assert {e["zone"] for e in taken.histories()["B1"]} == {"America/Los_Angeles"}


def test_a_time_in_the_skipped_hour_moves_forward_by_the_gap(tmp_path: Path) -> None:
    taken = _take(tmp_path, _row("B1", "2020-03-08 02:30", "2020-03-09 02:30"))
    assert _at(taken, "B1", "person.booked") == _utc("2020-03-08T10:30")  # 03:30 daylight time
    assert taken.counts.policies["daylight_saving_gap"] == 2  # booked and charge


@pytest.mark.parametrize(
    ("booked", "released", "expected", "later"),
    [
        ("2020-10-31 20:00", "2020-11-01 01:30", "2020-11-01T08:30", 0),
        ("2020-11-01 01:45", "2020-11-01 01:10", "2020-11-01T09:10", 1),
        ("2020-11-01 01:10", "2020-11-01 01:45", "2020-11-01T08:45", 0),
        ("2020-11-01 00:59", "2020-11-01 01:00", "2020-11-01T08:00", 0),
    ],
)
def test_a_time_in_the_repeated_hour_is_the_earlier_unless_the_booking_says_otherwise(
    tmp_path: Path, booked: str, released: str, expected: str, later: int
) -> None:
    taken = _take(tmp_path, _row("B1", booked, released))
    assert _at(taken, "B1", "custody.released") == _utc(expected)
    assert taken.counts.policies["daylight_saving_overlap"] >= 1
    assert taken.counts.policies.get("daylight_saving_overlap_later", 0) == later
    assert taken.counts.rows.quarantined == 0


@pytest.mark.parametrize(
    ("text", "year"), [("01/05/00", 2000), ("01/05/20", 2020), ("01/05/71", 1971), ("01/05/21", 1921)]
)
def test_two_digit_years_go_by_the_pivot(tmp_path: Path, text: str, year: int) -> None:
    pivot = SIMPLE + "\n[policies]\ntwo_digit_year_pivot = 20\n"
    taken = _take(tmp_path, _row("B1", f"{text} 10:00", ""), mapping=pivot)
    assert _at(taken, "B1", "person.booked").year == year
    assert taken.counts.policies["two_digit_years"] == 2


def test_29_february_of_a_century_that_has_none_is_refused(tmp_path: Path) -> None:
    pivot = SIMPLE + "\n[policies]\ntwo_digit_year_pivot = 0\nearliest_year = 1890\n"
    taken = _take(tmp_path, _row("B1", "02/29/96 10:00", ""), _row("B2", "02/29/01 10:00", ""), mapping=pivot)
    assert _at(taken, "B1", "person.booked").year == 1996
    assert taken.counts.rows.quarantined == 1


def test_exact_duplicate_rows_are_dropped_and_counted(tmp_path: Path) -> None:
    row = _row("B1", "2020-01-05 10:00", "2020-01-06 10:00")
    taken = _take(tmp_path, row, row, row, _row("B1", "2020-01-05 10:00", "2020-01-06 10:00", charge="DWLS"))
    assert taken.counts.policies["duplicate_rows"] == 2
    assert taken.counts.events["charge.recorded"] == 2
    assert (taken.counts.rows.told, taken.counts.rows.merged) == (2, 2)


def test_duplicates_are_found_across_files_and_may_be_kept(tmp_path: Path) -> None:
    row = _row("B1", "2020-01-05 10:00", "2020-01-06 10:00")
    files = [write_csv(tmp_path / f"{n}.csv", csv_text([row])) for n in "ab"]
    dropped = take(tmp_path, *files)
    assert dropped.counts.policies["duplicate_rows"] == 1
    assert [s.rows for s in dropped.record.manifest.sources] == [1, 1]  # type: ignore[union-attr]
    kept = take(tmp_path, *files, mapping=SIMPLE + '\n[policies]\nduplicate_rows = "keep"\n')
    assert kept.counts.events["charge.recorded"] == 2
    assert "duplicate_rows" not in kept.counts.policies


def test_overlapping_stays_of_one_person_are_kept_and_counted(tmp_path: Path) -> None:
    taken = _take(
        tmp_path,
        _row("B1", "2020-01-05 10:00", "2020-01-20 10:00"),
        _row("B2", "2020-01-06 10:00", "2020-01-07 10:00"),
        _row("B3", "2020-01-10 10:00", "2020-01-11 10:00"),
        _row("B4", "2020-01-10 10:00", "2020-01-11 10:00", person="Q"),
        _row("B5", "2020-01-20 10:00", "2020-01-21 10:00"),
    )
    assert taken.counts.policies["overlapping_stays"] == 2
    assert taken.counts.events["person.booked"] == 5


def test_release_before_booking_may_be_kept(tmp_path: Path) -> None:
    rows = _row("B1", "2020-01-05 10:00", "2020-01-04 10:00")
    taken = _take(tmp_path, rows, mapping=SIMPLE + '\n[policies]\nrelease_before_booking = "keep"\n')
    assert taken.counts.rows.quarantined == 0
    assert taken.histories()["B1"][0]["type"] == "custody.released"


@pytest.mark.parametrize(
    ("once", "sex", "hour"),
    [("first", "M", 12), ("last", "F", 10), ("earliest", "F", 10), ("latest", "X", 14), ("agree", None, 12)],
)
def test_several_rows_give_one_event(tmp_path: Path, once: str, sex: str | None, hour: int) -> None:
    mapping = SIMPLE.replace('once = "first"\n[event.fields]\nsex', f'once = "{once}"\n[event.fields]\nsex')
    mapping += "\n[policies]\nrefuse_key_faults_above = 1\n"
    taken = _take(
        tmp_path,
        _row("B1", "2020-01-05 12:00", "2020-01-06 10:00", sex="M"),
        _row("B1", "2020-01-05 14:00", "2020-01-06 10:00", sex="X"),
        _row("B1", "2020-01-05 10:00", "2020-01-06 10:00", sex="F"),
        mapping=mapping,
    )
    assert taken.counts.events["person.booked"] == 1
    assert _at(taken, "B1", "person.booked").hour == (hour + 8) % 24
    assert taken.counts.policies["repeated_events"] == 4
    assert taken.counts.policies["repeated_events_that_disagree"] == 1
    assert _personal(taken).get("sex") == sex


def _personal(taken: Taken) -> dict[str, Any]:

    assert taken.record is not None
    (row,) = pq.read_table(taken.record.folder / "personal" / "booking").to_pylist()
    return dict(row)


def test_charges_are_numbered_by_row_within_a_booking(tmp_path: Path) -> None:
    taken = _take(
        tmp_path,
        _row("B1", "2020-01-05 12:00", "", charge="A"),
        _row("B2", "2020-01-05 12:00", "", charge="B"),
        _row("B1", "2020-01-05 12:00", "", charge="C"),
    )
    numbers = {
        e["statute"]: e["charge_no"]
        for events in taken.histories().values()
        for e in events
        if e["type"] == "charge.recorded"
    }
    assert numbers == {"A": 1, "B": 1, "C": 2}


def test_a_group_gives_one_event_and_the_block_listed_first_wins(tmp_path: Path) -> None:
    departed = """
[[event]]
type = "custody.departed"
at = "released"
group = "exit"
once = "first"
when = [{ column = "charge", is = "HOLD" }]
[event.fields]
destination = { value = "ice" }
"""
    mapping = SIMPLE.replace(
        '[[event]]\ntype = "custody.released"',
        departed + '[[event]]\ngroup = "exit"\ntype = "custody.released"',
    )
    taken = _take(
        tmp_path,
        _row("B1", "2020-01-05 12:00", "2020-01-06 10:00"),
        _row("B1", "2020-01-05 12:00", "2020-01-06 10:00", charge="HOLD"),
        _row("B2", "2020-01-05 12:00", "2020-01-06 10:00"),
        mapping=mapping,
    )
    assert taken.counts.events["custody.departed"] == 1
    assert taken.counts.events["custody.released"] == 1


def test_facilities_override_zone_agency_and_name(tmp_path: Path) -> None:
    mapping = SIMPLE.replace('subject = "id"', 'subject = "id"\nfacility = "sex"') + (
        '\n[facilities.F]\nzone = "America/New_York"\nagency = "FL0060000"\nname = "South"\n'
    )
    taken = _take(
        tmp_path,
        _row("B1", "2020-01-05 12:00", "", sex="F"),
        _row("B2", "2020-01-05 12:00", "", sex="M"),
        mapping=mapping,
    )
    south, other = taken.histories()["B1"][0], taken.histories()["B2"][0]
    assert (south["zone"], south["agency"], south["facility"]) == ("America/New_York", "FL0060000", "South")
    assert south["occurred_at"] == _utc("2020-01-05T17:00")
    assert (other["zone"], other["agency"], other["facility"]) == ("America/Los_Angeles", "WA0270000", "M")
    assert taken.record is not None
    assert taken.record.manifest.zones == ["America/Los_Angeles", "America/New_York"]


def test_blank_rows_and_rows_without_an_event_are_counted_by_reason(tmp_path: Path) -> None:
    mapping = SIMPLE.replace(
        'once = "first"\n[event.fields]\nsex', 'once = "first"\nmissing = "skip"\n[event.fields]\nsex'
    )
    taken = _take(tmp_path, _row("B1", "2020-01-05 12:00", ""), [""] * 8, _row("B2", "", ""), mapping=mapping)
    assert taken.counts.without_event == {"blank row": 1, "no time in booked": 1}
    assert taken.counts.rows.told == 1


def test_provides_names_what_is_mapped_and_nothing_else(tmp_path: Path) -> None:
    taken = _take(tmp_path, _row("B1", "2020-01-05 12:00", ""))
    assert taken.record is not None
    assert taken.record.manifest.provides == {
        "person.booked": [],
        "charge.recorded": ["charge_no", "level", "statute"],
        "custody.released": ["cause"],
    }


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2021-01-01T00:00:00-08:00", "2021-01-01T08:00"),
        ("2021-01-01", "2021-01-01T08:00"),
        ("latest", "2020-01-05T20:00:59.999999"),
    ],
)
def test_observed_until_is_stated_or_the_latest_time(tmp_path: Path, stated: str, expected: str) -> None:
    taken = _take(
        tmp_path, _row("B1", "2020-01-05 12:00", ""), mapping=f'observed_until = "{stated}"\n' + SIMPLE
    )
    assert taken.record is not None
    assert taken.record.manifest.observed_until == _utc(expected)


def test_ids_are_the_same_when_a_file_is_taken_in_again(tmp_path: Path) -> None:
    rows = [_row("B1", "2020-01-05 12:00", "2020-01-06 10:00"), _row("B2", "2020-01-05 12:00", "")]
    first, second = _take(tmp_path, *rows).histories(), _take(tmp_path, *rows).histories()
    assert first == second
    ids = [e["id"] for events in first.values() for e in events]
    assert len(set(ids)) == len(ids) == 5
    assert {i.version for i in ids} == {8}
