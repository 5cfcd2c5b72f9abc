"""A source's times are as precise as it writes them, and no more."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from intake.taking import Taken, take

EXPORTS = Path(__file__).parent / "exports"
MAPPING = """\
name = "roster"
agency = "NC0600000"
zone = "America/New_York"
subject = "id"
dates = {dates}

[[event]]
type = "person.booked"
at = "booked"
{more}
[[event]]
type = "custody.released"
at = "released"
"""
DAY = timedelta(days=1) - timedelta(microseconds=1)
MINUTE = timedelta(minutes=1) - timedelta(microseconds=1)


def taken(folder: Path, *rows: str, dates: str = '["iso"]', more: str = "") -> Taken:
    source = folder / "a.csv"
    source.write_text("id,booked,released\n" + "".join(row + "\n" for row in rows))
    return take(folder, source, mapping=MAPPING.format(dates=dates, more=more))


def moment(taken: Taken, event_type: str, key: str = "B1") -> tuple[datetime, timedelta]:
    """When an event of a booking happened at the earliest, and how much later it can have happened."""
    event = next(e for e in taken.histories()[key] if e["type"] == event_type)
    return event["occurred_at"], event.get("occurred_by", event["occurred_at"]) - event["occurred_at"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "form", "start", "span"),
    [
        ("2026-01-05", "iso", "2026-01-05T05:00", DAY),
        ("20260105", "iso", "2026-01-05T05:00", DAY),
        ("2026-01-05 10:30", "iso", "2026-01-05T15:30", MINUTE),
        ("2026-01-05T10:30-08:00", "iso", "2026-01-05T18:30", MINUTE),
        ("2026-01-05 10:30:15", "iso", "2026-01-05T15:30:15", timedelta(0)),
        ("2026-01-05T10:30:00Z", "iso", "2026-01-05T10:30", timedelta(0)),
        ("01/05/2026", "%m/%d/%Y", "2026-01-05T05:00", DAY),
        ("01/05/2026 1030", "%m/%d/%Y %H%M", "2026-01-05T15:30", MINUTE),
        ("01/05/2026 10:30 PM", "%m/%d/%Y %I:%M %p", "2026-01-06T03:30", MINUTE),
        ("01/05/2026 10:30:09", "%m/%d/%Y %H:%M:%S", "2026-01-05T15:30:09", timedelta(0)),
        ("46027", "excel", "2026-01-05T05:00", DAY),
        ("46027.4375", "excel", "2026-01-05T15:30", timedelta(0)),
        # The days on which the clocks change have 23 and 25 hours.
        ("2026-03-08", "iso", "2026-03-08T05:00", DAY - timedelta(hours=1)),
        ("2026-11-01", "iso", "2026-11-01T04:00", DAY + timedelta(hours=1)),
        # A time that came twice may be either.
        ("2026-11-01 01:30", "iso", "2026-11-01T05:30", MINUTE + timedelta(hours=1)),
        # The end of a day is the start of the next.
        ("2026-01-05 24:00", "iso", "2026-01-06T05:00", MINUTE),
        ("01/05/2026 2400", "%m/%d/%Y %H%M", "2026-01-06T05:00", MINUTE),
    ],
)
def test_the_form_of_a_time_says_how_precise_it_is(
    tmp_path: Path, text: str, form: str, start: str, span: timedelta
) -> None:
    found = taken(tmp_path, f"B1,{text},", "B2,2026-01-05 11:11:11,", dates=f'["{form}", "iso"]')
    assert moment(found, "person.booked") == (utc(start), span)


@pytest.mark.parametrize(("precision", "span"), [("day", DAY), ("minute", MINUTE), ("second", timedelta(0))])
def test_a_mapping_may_say_how_precise_times_are(tmp_path: Path, precision: str, span: timedelta) -> None:
    found = taken(tmp_path, "B1,2026-01-05 00:00:00,", more=f'precision = "{precision}"\n')
    assert moment(found, "person.booked") == (utc("2026-01-05T05:00"), span)
    assert "midnights_read_as_days" not in found.counts.policies


def test_a_stated_precision_does_not_make_a_day_more_precise(tmp_path: Path) -> None:
    found = taken(tmp_path, "B1,2026-01-05,", more='precision = "second"\n')
    assert moment(found, "person.booked") == (utc("2026-01-05T05:00"), DAY)


@pytest.mark.parametrize("midnight", ["00:00", "00:00:00"])
def test_a_column_of_midnights_is_a_column_of_days(tmp_path: Path, midnight: str) -> None:
    rows = [f"B{n},2026-01-0{n} {midnight},2026-01-0{n + 1} 09:30" for n in range(1, 4)]
    found = taken(tmp_path, *rows)
    assert moment(found, "person.booked") == (utc("2026-01-01T05:00"), DAY)
    assert moment(found, "custody.released")[1] == MINUTE
    assert found.counts.policies["midnights_read_as_days"] == 3
    assert "Every time in column booked is midnight" in found.said


def test_one_other_time_shows_that_a_column_has_times(tmp_path: Path) -> None:
    found = taken(tmp_path, "B1,2026-01-05 00:00:00,", "B2,2026-01-06 00:00:01,", "B3,2026-01-06,")
    assert moment(found, "person.booked") == (utc("2026-01-05T05:00"), timedelta(0))
    assert moment(found, "person.booked", "B3")[1] == DAY


def test_midnights_of_utc_are_local_days(tmp_path: Path) -> None:
    found = taken(tmp_path, "B1,2026-01-05T00:00:00Z,", "B2,2026-01-06T00:00:00Z,")
    assert moment(found, "person.booked") == (utc("2026-01-05T00:00"), DAY + timedelta(hours=5))


def test_a_release_of_the_bookings_day_is_not_before_the_booking(tmp_path: Path) -> None:
    found = taken(tmp_path, "B1,2026-01-05 10:30,2026-01-05", "B2,2026-01-05 10:30,2026-01-06")
    assert [e["type"] for e in found.histories()["B1"]] == ["person.booked", "custody.released"]
    start, span = moment(found, "custody.released")
    assert (start, start + span) == (utc("2026-01-05T15:30"), utc("2026-01-05T05:00") + DAY)
    assert found.counts.policies["exits_not_before_booking"] == 1
    assert moment(found, "custody.released", "B2") == (utc("2026-01-06T05:00"), DAY)


def test_only_a_release_that_is_surely_before_the_booking_is_refused(tmp_path: Path) -> None:
    found = taken(tmp_path, "B1,2026-01-05 10:30,2026-01-04", "B2,2026-01-05,2026-01-05 08:00")
    assert found.counts.policies["release_before_booking"] == 1
    assert set(found.histories()) == {"B2"}


def test_a_released_person_who_was_booked_before_the_export_is_kept(tmp_path: Path) -> None:
    found = taken(tmp_path, "B1,2026-01-08 10:30,", "B1,,2026-01-05 09:00", more='missing = "skip"\n')
    assert [e["type"] for e in found.histories()["B1"]] == ["custody.released", "person.booked"]


def test_the_exact_bound_stays_exact(tmp_path: Path) -> None:
    mapping = (EXPORTS / "day-only.toml").read_text()
    found = take(tmp_path, EXPORTS / "exact-boundary.csv", mapping=mapping)
    spans = {e.get("occurred_by") for h in found.histories().values() for e in h}
    assert spans == {None}


def test_days_without_times_are_days(tmp_path: Path) -> None:
    found = take(tmp_path, EXPORTS / "day-only.csv", mapping=(EXPORTS / "day-only.toml").read_text())
    events = [e for h in found.histories().values() for e in h]
    assert {e["occurred_by"] - e["occurred_at"] for e in events} == {DAY}
    history = found.histories()["D5-cancelled-same-day-0-to-24h"]
    assert [e["type"] for e in history][-2:] == ["detainer.cancelled", "custody.released"]


def test_day_is_no_longer_a_key(tmp_path: Path) -> None:
    mapping = MAPPING.replace('at = "released"', 'at = {{ column = "released", day = "end" }}')
    source = tmp_path / "a.csv"
    source.write_text("id,booked,released\nB1,2026-01-05,\n")
    found = take(tmp_path, source, mapping=mapping.format(dates='["iso"]', more=""))
    assert found.status == 2
    assert "day: is no longer needed: a day without a time is the whole day" in found.said


def test_a_latest_moment_may_have_a_column_of_its_own(tmp_path: Path) -> None:
    found = taken(tmp_path, "B1,2026-01-05 10:00,2026-01-05 12:00", more='until = "released"\n')
    start, span = moment(found, "person.booked")
    assert (start, span) == (utc("2026-01-05T15:00"), timedelta(hours=2) + MINUTE)


def test_a_latest_moment_before_the_earliest_is_refused(tmp_path: Path) -> None:
    found = taken(tmp_path, "B1,2026-01-05 10:00,2026-01-04 12:00", more='until = "released"\n')
    (entry, *_) = found.quarantine()
    assert entry["reason"] == "the latest moment is before the earliest"


def test_several_stays_of_one_number_are_each_taken(tmp_path: Path) -> None:
    blocks: dict[str, Any] = {"dates": '["iso"]', "more": 'once = "moment"\n'}
    mapping = MAPPING.format(**blocks).replace('"id"', '"Booking No"')
    mapping = mapping.replace('"booked"', '"Date In"').replace('"released"', '"Date Out"')
    mapping += 'once = "moment"\nwhen = [{ column = "Release Reason", is_not = "TRANSFER TO ANNEX" }]\n'
    mapping += (
        '[[event]]\ntype = "custody.moved"\nat = "Date Out"\n'
        'when = [{ column = "Release Reason", is = "TRANSFER TO ANNEX" }]\n'
        '[event.fields]\nto_facility = { value = "ANNEX" }\n'
    )
    found = take(tmp_path, EXPORTS / "stints.csv", mapping=mapping)
    histories = found.histories()
    stay = ["person.booked", "custody.released"]
    assert [e["type"] for e in histories["B2"]] == stay * 3
    assert [e["type"] for e in histories["B1"]] == ["person.booked", "custody.moved", *stay]
    assert "exit_times_without_event" not in found.counts.policies
