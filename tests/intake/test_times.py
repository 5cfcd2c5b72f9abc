"""Times in the spellings of real exports: read as the moment they are, as exactly as they say, or refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intake.taking import Taken, take

EXPORTS = Path(__file__).parent / "exports"
MAPPING = """\
name = "roster"
agency = "NC0600000"
zone = "{zone}"
subject = "id"
dates = {dates}
exported_on = 2027-12-31

[[event]]
type = "person.booked"
at = "booked"
"""
EXACT = timedelta(0)
MINUTE = timedelta(minutes=1) - timedelta(microseconds=1)
DAY = timedelta(days=1) - timedelta(microseconds=1)
NEW_YORK, PHOENIX, INDIANA, PUERTO_RICO, DENVER = (
    "America/New_York", "America/Phoenix", "America/Indiana/Indianapolis", "America/Puerto_Rico",
    "America/Denver",
)  # fmt: skip


def taken(folder: Path, *texts: str, dates: str, zone: str = NEW_YORK) -> Taken:
    """Take in a roster of bookings B1, B2, ... with these times."""
    source = folder / "a.tsv"
    lines = [f"B{n}\t{text}\n" for n, text in enumerate(texts, 1)]
    source.write_text("id\tbooked\n" + "".join(lines), encoding="utf-8")
    return take(folder, source, mapping=MAPPING.format(zone=zone, dates=dates))


def moment(found: Taken, key: str = "B1") -> tuple[datetime, timedelta]:
    """When the booking was at the earliest, and how much later it can have been."""
    (event,) = found.histories()[key]
    return event["occurred_at"], event.get("occurred_by", event["occurred_at"]) - event["occurred_at"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


US_24, US_12, ISO = '["%m/%d/%Y %H:%M"]', '["%m/%d/%Y %I:%M %p"]', '["iso"]'


@pytest.mark.parametrize(
    ("text", "dates", "start", "span"),
    [
        # The end of a day.
        ("01/05/2026 24:00", US_24, "2026-01-06T05:00", MINUTE),
        ("01/05/2026 2400", '["%m/%d/%Y %H%M"]', "2026-01-06T05:00", MINUTE),
        ("01/05/2026 24:00:00", '["%m/%d/%Y %H:%M:%S"]', "2026-01-06T05:00", EXACT),
        ("12/31/2025 24:00", US_24, "2026-01-01T05:00", MINUTE),
        ("2026-01-05T24:00:00.000", ISO, "2026-01-06T05:00", EXACT),
        ("2026-01-05 24:00:00Z", ISO, "2026-01-06T00:00", EXACT),
        ("2026-01-05 24:00 EST", '["%Y-%m-%d %H:%M %Z"]', "2026-01-06T05:00", MINUTE),
        ("2026-03-07 24:00", ISO, "2026-03-08T05:00", MINUTE),
        # Spellings of morning and afternoon.
        ("01/05/2026 1:30p", US_12, "2026-01-05T18:30", MINUTE),
        ("01/05/2026 1:30 p.m.", US_12, "2026-01-05T18:30", MINUTE),
        ("01/05/2026 01:30PM", US_12, "2026-01-05T18:30", MINUTE),
        ("01/05/2026 1:30 P.M", US_12, "2026-01-05T18:30", MINUTE),
        ("01/05/2026 12:05a", US_12, "2026-01-05T05:05", MINUTE),
        ("01/05/2026 12:05 A.M.", US_12, "2026-01-05T05:05", MINUTE),
        ("01/05/2026 1:30\u202fPM", US_12, "2026-01-05T18:30", MINUTE),
        ("01/05/2026 12:00:30 pm", '["%m/%d/%Y %I:%M:%S%p"]', "2026-01-05T17:00:30", EXACT),
        # Blanks.
        ("01/05/2026   10:30", US_24, "2026-01-05T15:30", MINUTE),
        ("01/05/2026\u00a010:30", US_24, "2026-01-05T15:30", MINUTE),
        # Names of months.
        ("March 5, 2026 2:30 PM", '["%B %d, %Y %I:%M %p"]', "2026-03-05T19:30", MINUTE),
        ("5-MAR-26", '["%d-%b-%y"]', "2026-03-05T05:00", DAY),
        ("MAR 05 2026 14:30:09", '["%b %d %Y %H:%M:%S"]', "2026-03-05T19:30:09", EXACT),
        # ISO 8601.
        ("2026-01-05t10:30", ISO, "2026-01-05T15:30", MINUTE),
        ("2026-01-05T10:30:15,250", ISO, "2026-01-05T15:30:15.250", EXACT),
        ("2026-01-05 10:30:15.2500000", ISO, "2026-01-05T15:30:15.250", EXACT),
        ("20260105T1030", ISO, "2026-01-05T15:30", MINUTE),
        ("20260105T103015Z", ISO, "2026-01-05T10:30:15", EXACT),
        ("2026-01-05 9:30", ISO, "2026-01-05T14:30", MINUTE),
        ("2026-01-05 10:30 -0500", ISO, "2026-01-05T15:30", MINUTE),
        ("2026-01-05T10:30:00 +00:00", ISO, "2026-01-05T10:30", EXACT),
        ("2026-01-05T10:30:00-05", ISO, "2026-01-05T15:30", EXACT),
        # Numbers since 1970, which are UTC.
        ("1767627000", '["epoch_s"]', "2026-01-05T15:30", EXACT),
        ("1767627000.5", '["epoch_s"]', "2026-01-05T15:30:00.5", EXACT),
        ("1767627000000", '["epoch_ms"]', "2026-01-05T15:30", EXACT),
        ("/Date(1767627000000)/", '["/Date(ms)/"]', "2026-01-05T15:30", EXACT),
        ("/Date(1767627000000-0800)/", '["/Date(ms)/"]', "2026-01-05T15:30", EXACT),
        ("\\/Date(1767627000000)\\/", '["/Date(ms)/"]', "2026-01-05T15:30", EXACT),
    ],
)
def test_spellings_of_times(tmp_path: Path, text: str, dates: str, start: str, span: timedelta) -> None:
    # A second booking with a time of day keeps a midnight from being read as a day.
    other = {"%m/%d/%Y %H:%M": "01/07/2026 11:11", "iso": "2026-01-07 11:11"}.get(dates[2:-2])
    found = taken(
        tmp_path, text, *([other] if other else []), "2026-01-07 11:11", dates=dates[:-1] + ', "iso"]'
    )
    assert moment(found) == (utc(start), span)


@pytest.mark.parametrize(
    ("text", "zone", "start", "span"),
    [
        ("2026-03-02 14:30 EST", NEW_YORK, "2026-03-02T19:30", MINUTE),
        ("2026-07-02 14:30 EDT", NEW_YORK, "2026-07-02T18:30", MINUTE),
        ("2026-07-02 14:30 edt", NEW_YORK, "2026-07-02T18:30", MINUTE),
        ("2026-07-02 14:30EDT", NEW_YORK, "2026-07-02T18:30", MINUTE),
        ("2026-07-02 14:30 ET", NEW_YORK, "2026-07-02T18:30", MINUTE),
        ("2026-07-02 14:30 MST", PHOENIX, "2026-07-02T21:30", MINUTE),
        ("2026-07-02 14:30 AST", PUERTO_RICO, "2026-07-02T18:30", MINUTE),
        ("2005-07-02 14:30 EST", INDIANA, "2005-07-02T19:30", MINUTE),
        ("2007-07-02 14:30 EDT", INDIANA, "2007-07-02T18:30", MINUTE),
        # The zone says which of the two hours of the fall it is.
        ("2025-11-02 01:30 EDT", NEW_YORK, "2025-11-02T05:30", MINUTE),
        ("2025-11-02 01:30 EST", NEW_YORK, "2025-11-02T06:30", MINUTE),
        ("2025-11-02 01:30 ET", NEW_YORK, "2025-11-02T05:30", MINUTE + timedelta(hours=1)),
        # An offset is exact, whatever the jail's zone.
        ("2026-07-02 14:30 -0700", NEW_YORK, "2026-07-02T21:30", MINUTE),
        ("2026-07-02 14:30 UTC", NEW_YORK, "2026-07-02T14:30", MINUTE),
        ("2026-07-02 14:30 GMT", DENVER, "2026-07-02T14:30", MINUTE),
        ("2026-07-02 14:30Z", DENVER, "2026-07-02T14:30", MINUTE),
    ],
)
def test_a_zone_behind_a_time(tmp_path: Path, text: str, zone: str, start: str, span: timedelta) -> None:
    found = taken(tmp_path, text, dates='["%Y-%m-%d %H:%M %Z"]', zone=zone)
    assert moment(found) == (utc(start), span)


def test_a_zone_before_the_year(tmp_path: Path) -> None:
    found = taken(tmp_path, "Thu Jul 02 14:30:05 EDT 2026", dates='["%a %b %d %H:%M:%S %Z %Y"]')
    assert moment(found) == (utc("2026-07-02T18:30:05"), EXACT)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2026-07-02 14:30 EST", NEW_YORK),
        ("2026-01-02 14:30 EDT", NEW_YORK),
        ("2026-07-02 14:30 MDT", PHOENIX),
        ("2026-07-02 14:30 CT", NEW_YORK),
        ("2005-07-02 14:30 EDT", INDIANA),
        ("2026-07-02 14:30 EDT", "America/Chicago"),
    ],
)
def test_a_zone_that_is_not_the_jails_is_refused(tmp_path: Path, text: str, zone: str) -> None:
    found = taken(tmp_path, text, "2026-01-02 14:30 UTC", dates='["%Y-%m-%d %H:%M %Z"]', zone=zone)
    (entry,) = found.quarantine()
    assert (entry["row"], entry["column"], entry["value"]) == (2, "booked", text)
    assert entry["reason"] == "the zone behind the time is not the local one at that date"
    assert set(found.histories()) == {"B2"}


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        # What stands behind a time is never dropped.
        ("2026-01-05 10:30 EST", ISO),
        ("2026-01-05 2:30 PM", ISO),
        ("2026-01-05 10:30 America/New_York", ISO),
        ("2026-01-05 10:30 XYZ", '["%Y-%m-%d %H:%M %Z"]'),
        ("01/05/2026 10:30 EST", US_24),
        # Digits that can be read in two ways.
        ("01/05/2026 123", '["%m/%d/%Y %H%M"]'),
        ("2026112", '["%Y%m%d"]'),
        ("1022026", '["%m%d%Y"]'),
        # No such time.
        ("01/05/2026 24:01", US_24),
        ("01/05/2026 2430", '["%m/%d/%Y %H%M"]'),
        ("2026-01-05 24:00:01", ISO),
        ("01/05/2026 -1:30", US_24),
        ("01/05/2026 24:00 PM", '["%m/%d/%Y %H:%M %p"]'),
        ("01/05/2026 13:30 AM", US_12),
        ("01/05/2026 0:30 AM", US_12),
        ("02/29/2025 10:00", US_24),
        ("02/30/2024 10:00", US_24),
        # Seconds where milliseconds are expected, and the reverse, are not of this century.
        ("1767627000000", '["epoch_s"]'),
        ("RELEASED", ISO),
    ],
)
def test_what_is_no_sure_time_is_refused(tmp_path: Path, text: str, dates: str) -> None:
    found = taken(tmp_path, text, "2026-01-02 14:30", dates=dates[:-1] + ', "%Y-%m-%d %H:%M"]')
    (entry,) = found.quarantine()
    assert (entry["value"], entry["reason"]) == (text, "not a valid date and time")
    assert set(found.histories()) == {"B2"}


@pytest.mark.parametrize(("file", "dates"), [("roster.csv", "%H%M"), ("colon.csv", "%H:%M")])
def test_24_00_of_the_time_2400_export(tmp_path: Path, file: str, dates: str) -> None:
    mapping = MAPPING.format(zone=NEW_YORK, dates=f'["%m/%d/%Y {dates}"]').replace('"id"', '"Booking No"')
    mapping = mapping.replace('"booked"', '{ date = "Book Date", time = "Book Time" }')
    mapping += '[[event]]\ntype = "custody.released"\nat = { date = "Release Date", time = "Release Time" }\n'
    found = take(tmp_path, EXPORTS / "03-time-2400" / file, mapping=mapping)
    starts = {key: [e["occurred_at"] for e in history] for key, history in found.histories().items()}
    assert starts == {
        "A1": [utc("2022-06-01T13:15"), utc("2022-06-03T18:00")],
        "A2": [utc("2022-06-02T03:30"), utc("2022-06-03T04:00")],
        "A3": [utc("2022-06-03T04:00"), utc("2022-06-04T12:00")],
        "A4": [utc("2022-06-03T16:05")],
    }
    assert found.counts.rows.quarantined == 0


@pytest.mark.parametrize(
    ("file", "dates", "names"),
    [
        ("arcgis.csv", "epoch_ms", ("BOOKING_NO", "BOOK_DATE")),
        ("unix.csv", "epoch_s", ("BOOKING_NO", "BOOK_DATE")),
        ("asp.jsonl", "/Date(ms)/", ("BookingNo", "BookDate")),
    ],
)
def test_numbers_since_1970_of_the_epoch_exports(
    tmp_path: Path, file: str, dates: str, names: tuple[str, str]
) -> None:
    mapping = MAPPING.format(zone=NEW_YORK, dates=f'["{dates}"]')
    mapping = mapping.replace('"id"', f'"{names[0]}"').replace('"booked"', f'"{names[1]}"')
    found = take(tmp_path, EXPORTS / "17-epoch-json" / file, mapping=mapping)
    assert moment(found, "A1") == (utc("2022-06-01T14:00"), EXACT)
    assert moment(found, "A2") == (utc("2022-06-01T15:00"), EXACT)


def test_local_midnights_in_utc_are_days(tmp_path: Path) -> None:
    found = taken(tmp_path, "1767589200", "1783051200", dates='["epoch_s"]')
    assert moment(found, "B1") == (utc("2026-01-05T05:00"), DAY)
    assert moment(found, "B2") == (utc("2026-07-03T04:00"), DAY)
    assert "Every time in column booked is midnight" in found.said


SERIALS = {45353.604166667: "14:30:00", 45353.604166666664: "14:30:00", 45353.00001157407: "00:00:01",
           45353.5: "12:00:00", 45353.99998842593: "23:59:59", 45353.43753472222: "10:30:03"}  # fmt: skip


def test_excel_numbers_are_one_moment_in_every_format(tmp_path: Path) -> None:
    """Delimited text, a workbook's numbers and dates, and Parquet's doubles."""
    mapping = MAPPING.format(zone=NEW_YORK, dates='["excel", "iso"]')
    keys = [f"B{n}" for n in range(len(SERIALS))]
    text = tmp_path / "a.csv"
    text.write_text("id,booked\n" + "".join(f"{k},{v!r}\n" for k, v in zip(keys, SERIALS, strict=True)))
    parquet = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": keys, "booked": pa.array(SERIALS, pa.float64())}), parquet)
    sources = [text, parquet]
    for name, number_format in (("numbers", "General"), ("dates", "yyyy-mm-dd hh:mm:ss")):
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["id", "booked"])
        for key, value in zip(keys, SERIALS, strict=True):
            sheet.append([key, value])
            sheet.cell(sheet.max_row, 2).number_format = number_format
        book.save(tmp_path / f"{name}.xlsx")
        sources.append(tmp_path / f"{name}.xlsx")
    expected = [utc(f"2024-03-02T{time}") + timedelta(hours=5) for time in SERIALS.values()]
    for source in sources:
        found = take(tmp_path, source, mapping=mapping)
        assert [moment(found, key) for key in keys] == [(time, EXACT) for time in expected], source.name


def test_rounded_excel_numbers_are_as_wide_as_they_are_rounded(tmp_path: Path) -> None:
    found = taken(tmp_path, "45353.6042", "45353.4375", dates='["excel"]')
    start, span = moment(found)
    assert start <= utc("2024-03-02T19:30") <= start + span
    assert timedelta(seconds=8) < span < timedelta(seconds=9)


def test_an_unknown_name_of_a_format_is_refused(tmp_path: Path) -> None:
    found = taken(tmp_path, "1767627000", dates='["epoch"]')
    assert found.status == 2
    assert "'epoch' is not a date format; nearest: 'epoch_" in found.said


@pytest.mark.parametrize(
    ("day", "dates"),
    [
        ("01/05/2026 12:00:00 AM", '["%m/%d/%Y %H%M"]'),
        ("01/05/2026 0:00", '["%m/%d/%Y %H%M"]'),
        ("2026-01-05T00:00:00.000", '["%Y-%m-%d %H%M"]'),
        ("2026-01-05T00:00:00.000Z", '["%Y-%m-%d %H%M"]'),
    ],
)
def test_a_day_that_is_written_as_midnight_beside_its_time(tmp_path: Path, day: str, dates: str) -> None:
    source = tmp_path / "a.csv"
    source.write_text(f"id,day,clock\nB1,{day},1015\nB2,{day},5\n")
    at = '{ date = "day", time = "clock", pad = 4 }'
    mapping = MAPPING.format(zone=NEW_YORK, dates=dates).replace('"booked"', at)
    found = take(tmp_path, source, mapping=mapping)
    assert moment(found, "B1") == (utc("2026-01-05T15:15"), MINUTE)
    assert moment(found, "B2") == (utc("2026-01-05T05:05"), MINUTE)
