"""A table with one row an event is taken as it comes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from evenhand.record.manifest import Tells
from evenhand.record.store import Record
from intake.taking import Taken, run

EXPORTS = Path(__file__).parent / "exports"
PLACE = ("--agency", "NC0600000", "--zone", "America/New_York")
MINUTE = timedelta(minutes=1) - timedelta(microseconds=1)


def log(folder: Path, text: str, *options: str) -> Taken:
    (folder / "log.csv").write_text(text)
    out = folder / "record"
    status, said = run(folder / "log.csv", "--mapping", "events", "--out", out, *options)
    return Taken(status, said, Record(out) if status == 0 else None)


TIES = """\
subject,type,at,basis,destination
T1,custody.hold_started,2026-05-04 09:00,detainer,
T1,detainer.issued,2026-05-04 09:00,,
T1,person.booked,2026-05-04 09:00,,
T1,custody.departed,2026-05-04 09:00,,ice
"""


def test_events_keep_the_order_of_the_log(tmp_path: Path) -> None:
    taken = log(tmp_path, TIES, *PLACE)
    history = taken.histories()["T1"]
    assert [e["source_row"] for e in history] == [2, 3, 4, 5]
    assert history[0]["basis"] == "detainer"
    assert {e["occurred_by"] - e["occurred_at"] for e in history} == {MINUTE}
    assert {(e["agency"], e["zone"]) for e in history} == {("NC0600000", "America/New_York")}


def test_a_log_tells_the_types_that_occur_and_those_that_are_named(tmp_path: Path) -> None:
    taken = log(tmp_path, TIES, *PLACE, "--tells", "custody.released", "--tells", "detainer.cancelled")
    assert taken.record is not None
    occur = ["custody.departed", "custody.hold_started", "detainer.issued", "person.booked"]
    expected = sorted([*occur, "custody.released", "detainer.cancelled"])
    assert taken.record.manifest.tells == [Tells(types=expected)]
    assert sorted(taken.record.manifest.provides) == expected
    assert taken.record.manifest.mapping is not None
    assert taken.record.manifest.mapping.name == "events"


def test_a_workbook_with_columns_for_everything(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(
        ["booking", "type", "at", "at_until", "about", "agency", "zone", "facility", "actor", "actor_role",
         "charge_no", "name"]
    )  # fmt: skip
    sheet.append(
        ["7", "person.booked", "2026-05-04", None, None, "NC0600000", "America/Chicago", "MAIN", "u1",
         "booking_officer", None, "Doe"]
    )  # fmt: skip
    sheet.append(
        ["7", "charge.recorded", "2026-05-05 10:00", "2026-05-05 12:00", None, "NC0600000", "America/Chicago",
         "MAIN", "u1", "booking_officer", 1, None]
    )  # fmt: skip
    sheet.append(
        ["7", "custody.released", "2026-05-06 10:00", None, "30 min", "NC0600000", "America/Chicago", "MAIN",
         "u1", "booking_officer", None, None]
    )  # fmt: skip
    book.save(tmp_path / "log.xlsx")
    status, said = run(tmp_path / "log.xlsx", "--mapping", "events", "--out", tmp_path / "record")
    assert status == 0, said
    ((key, history),) = Record(tmp_path / "record").histories("booking")  # type: ignore[arg-type]
    assert key == "7"
    spans = [e["occurred_by"] - e["occurred_at"] for e in history]
    assert spans == [timedelta(days=1) - timedelta(microseconds=1), timedelta(hours=2) + MINUTE, timedelta(hours=1) + MINUTE]  # fmt: skip
    assert history[2]["occurred_at"] == datetime(2026, 5, 6, 14, 30, tzinfo=UTC)
    assert "name" not in history[0]


def test_agreements_and_bookings_may_stand_in_one_log(tmp_path: Path) -> None:
    text = "id,type,at,model\nNC-1,agreement.signed,2026-01-02,JEM\nB1,person.booked,2026-05-04,\n"
    taken = log(tmp_path, text, *PLACE)
    assert taken.record is not None, taken.said
    assert taken.counts.events == {"agreement.signed": 1, "person.booked": 1}


@pytest.mark.parametrize(
    ("text", "options", "problem"),
    [
        (TIES.replace("detainer.issued", "detainer"), PLACE,
         "log.csv: row 3, column 'type': 'detainer' is not an event type; nearest: 'detainer."),
        (TIES.replace("basis", "bassis"), PLACE,
         "log.csv: row 1, column 'bassis' is not a field of any event; nearest: 'basis'. Rename or remove the column"),
        (TIES.replace("type,at", "type,when"), PLACE, "the column at is missing. Add it."),
        (TIES.replace("subject,", "person_key,"), PLACE, "the column subject or booking or id is missing"),
        (TIES, PLACE[2:], "the log has no column 'agency'. Add one, or use the option: --agency"),
        (TIES, PLACE[:2], "the log has no column 'zone'. Add one, or use the option: --zone"),
        (TIES, (*PLACE[:3], "Mars/Base"), "'Mars/Base' is no IANA time zone"),
        (TIES, (*PLACE, "--tells", "person.bocked"), "--tells person.bocked: 'person.bocked' is not an event type"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_named(
    tmp_path: Path, text: str, options: tuple[str, ...], problem: str
) -> None:
    taken = log(tmp_path, text, *options)
    assert taken.status == 2
    assert problem in " ".join(taken.said.split())
    assert not (tmp_path / "record").exists()


def test_a_bad_value_is_quarantined_with_its_place(tmp_path: Path) -> None:
    taken = log(tmp_path, TIES.replace("09:00,detainer", "09:00,whim"), *PLACE)
    (entry,) = taken.quarantine()
    assert (entry["row"], entry["column"], entry["value"]) == (2, "basis", "whim")


def test_the_options_of_a_log_are_refused_with_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(TIES)
    status, said = run(tmp_path / "log.csv", "--mapping", "pierce", "--out", tmp_path / "r", *PLACE)
    assert status == 2
    assert "--agency works only with --mapping events" in said


def test_short_names_are_a_mappings_matter(tmp_path: Path) -> None:
    for name in ("left-cut.csv", "ties.csv", "weekenders.csv"):
        out = tmp_path / name
        status, said = run(EXPORTS / name, "--mapping", EXPORTS / "event-log.toml", "--out", out)
        assert status == 0, said
        manifest = Record(out).manifest
        assert manifest.counts.rows.quarantined == 0
        assert manifest.counts.policies.get("release_before_booking", 0) == 0
        (tells,) = manifest.tells
        assert "person.booked" in tells.types
        assert "custody.hold_ended" not in tells.types
