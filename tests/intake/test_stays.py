"""Rows that are stays, stints or events give the stays, absences and moves that they tell of."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.record.episode import stays_of
from evenhand.record.events import SubjectKind
from intake.taking import Taken, take

EXPORTS = Path(__file__).parent / "exports"
BASE = """\
name = "stints"
agency = "NC0600000"
zone = "America/New_York"
subject = "Booking No"
facility = "Facility"
dates = ["%Y-%m-%d %H:%M", "%Y-%m-%d"]
optional = ["Charge", "Inmate ID"]

[[event]]
type = "person.booked"
at = "Date In"
[event.fields]
person_key = "Inmate ID"

[[event]]
type = "charge.recorded"
at = "Date In"
when = [{ column = "Charge", given = true }]
[event.fields]
charge_no = { count = true }
statute = "Charge"
"""
WITHOUT_REASON = """
[[event]]
type = "custody.released"
at = "Date Out"
"""
BY_REASON = """
[[event]]
type = "custody.moved"
at = "Date Out"
when = [{ column = "Release Reason", matches = "^TRANSFER TO" }]
[event.fields]
to_facility = { column = "Release Reason", patterns = { "TO ANNEX" = "ANNEX", "TO MAIN" = "MAIN" } }

[[event]]
type = "custody.departed"
at = "Date Out"
when = [{ column = "Release Reason", is = "HOSPITAL" }]
[event.fields]
destination = { value = "hospital" }

[[event]]
type = "custody.released"
at = "Date Out"
when = [{ column = "Release Reason", in = ["BOND POSTED", "TIME SERVED", "WEEKENDER - TEMP RELEASE"] }]
"""
STINTS = 'rows = "stints"\ngap = "24 h"\n'
HEAD = "Booking No,Facility,Date In,Date Out,Release Reason,Charge\n"


def _of(taken: Taken, key: str) -> list[tuple[str, str, str | None]]:
    """The types of a history's events without `custody.` and `person.`, with the local day and facility."""
    return [
        (e["type"].split(".")[1], f"{e['occurred_at']:%m-%d}", e.get("to_facility") or e["facility"])
        for e in taken.histories()[key]
    ]


def _stays(taken: Taken, key: str) -> int:
    return len(stays_of(taken.histories(SubjectKind.BOOKING)[key])[1])


def _rows(folder: Path, rows: str, mapping: str) -> Taken:
    (folder / "r.csv").write_text(HEAD + rows)
    return take(folder, folder / "r.csv", mapping=mapping)


@pytest.mark.parametrize("blocks", [WITHOUT_REASON, BY_REASON], ids=["by gap", "by reason"])
def test_moves_are_one_stay_and_weekends_are_several(tmp_path: Path, blocks: str) -> None:
    taken = take(tmp_path, EXPORTS / "05-stints-transfers/roster.csv", mapping=STINTS + BASE + blocks)
    assert taken.status == 0, taken.said
    assert _of(taken, "B1") == [
        ("booked", "06-01", "MAIN"),
        ("moved", "06-05", "ANNEX"),
        ("released", "06-20", "ANNEX"),
    ]
    assert (_stays(taken, "B1"), _stays(taken, "B2")) == (1, 3)
    assert [t for t, _, _ in _of(taken, "B2")] == ["booked", "released"] * 3
    assert taken.counts.rows.told == 5
    assert taken.counts.policies["stints_joined"] == 1
    assert taken.record is not None
    assert "to_facility" in taken.record.manifest.provides["custody.moved"]


def test_a_chain_of_moves_is_one_stay_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    rows = (
        "B1,MAIN,2022-06-09 10:00,2022-06-12 09:00,,\n"
        "B1,MAIN,2022-06-01 10:00,2022-06-05 12:00,,\n"
        "B1,ANNEX,2022-06-05 12:00,2022-06-09 09:30,,\n"
    )
    taken = _rows(tmp_path, rows, STINTS + BASE + WITHOUT_REASON)
    assert _of(taken, "B1") == [
        ("booked", "06-01", "MAIN"),
        ("moved", "06-05", "ANNEX"),
        ("moved", "06-09", "MAIN"),
        ("released", "06-12", "MAIN"),
    ]


def test_stints_in_one_building_are_one_stay_and_the_row_is_merged(tmp_path: Path) -> None:
    rows = (
        "B1,MAIN,2022-06-01 10:00,2022-06-05 12:00,,\n"
        "B1,MAIN,2022-06-05 12:00,2022-06-09 09:30,,\n"
        "B1,MAIN,2022-06-09 09:30,,,\n"
    )
    taken = _rows(tmp_path, rows, STINTS + BASE + WITHOUT_REASON)
    assert _of(taken, "B1") == [("booked", "06-01", "MAIN")]
    assert (taken.counts.rows.told, taken.counts.rows.merged) == (1, 2)
    assert taken.merged() == [
        {"file": "r.csv", "row": 3, "kept_file": "r.csv", "kept_row": 2, "why": "same stay"},
        {"file": "r.csv", "row": 4, "kept_file": "r.csv", "kept_row": 2, "why": "same stay"},
    ]


def test_a_hospital_is_an_absence_and_the_next_stint_the_return(tmp_path: Path) -> None:
    rows = (
        "B1,MAIN,2022-06-01 10:00,2022-06-05 12:00,HOSPITAL,\n"
        "B1,MAIN,2022-06-12 12:00,2022-06-20 09:30,TIME SERVED,\n"
    )
    taken = _rows(tmp_path, rows, STINTS + BASE + BY_REASON)
    assert [t for t, _, _ in _of(taken, "B1")] == ["booked", "departed", "returned", "released"]
    assert _stays(taken, "B1") == 1


def test_a_stated_exit_ends_the_stay_even_when_the_person_is_back_within_the_gap(tmp_path: Path) -> None:
    rows = (
        "B1,MAIN,2022-06-01 10:00,2022-06-05 12:00,BOND POSTED,\n"
        "B1,ANNEX,2022-06-05 20:00,2022-06-20 09:30,TIME SERVED,\n"
    )
    taken = _rows(tmp_path, rows, STINTS + BASE + BY_REASON)
    assert [t for t, _, _ in _of(taken, "B1")] == ["booked", "released"] * 2
    assert _stays(taken, "B1") == 2


def test_a_stint_whose_end_no_block_takes_is_told(tmp_path: Path) -> None:
    rows = (
        "B1,MAIN,2022-06-01 10:00,2022-06-05 12:00,COURT ORDER,\n"
        "B1,ANNEX,2022-06-25 20:00,2022-06-28 09:30,TIME SERVED,\n"
    )
    taken = _rows(tmp_path, rows, STINTS + BASE + BY_REASON)
    assert taken.counts.policies["stints_without_end"] == 1
    assert taken.counts.policies["booked_again_without_exit"] == 1
    assert "Release Reason = COURT ORDER" in taken.said
    assert "r.csv row 2" in taken.said


def test_several_charges_of_a_stint_are_one_stint(tmp_path: Path) -> None:
    rows = (
        "B1,MAIN,2022-06-01 10:00,2022-06-05 12:00,,DUI\n"
        "B1,MAIN,2022-06-01 10:00,2022-06-05 12:00,,THEFT\n"
        "B1,ANNEX,2022-06-05 13:00,2022-06-09 12:00,,DUI\n"
    )
    taken = _rows(tmp_path, rows, STINTS + BASE + WITHOUT_REASON)
    assert [t for t, _, _ in _of(taken, "B1") if t != "recorded"] == ["booked", "moved", "released"]
    assert taken.counts.events["charge.recorded"] == 3
    assert taken.counts.rows.told == 3


def test_a_gap_and_a_facility_must_be_stated_for_stints(tmp_path: Path) -> None:
    for mapping in ('rows = "stints"\n' + BASE, STINTS + BASE.replace('facility = "Facility"\n', "")):
        taken = _rows(tmp_path, "", mapping + WITHOUT_REASON)
        assert taken.status == 2
        assert "needs gap and facility" in taken.said
    taken = _rows(tmp_path, "", STINTS.replace("24 h", "a day") + BASE + WITHOUT_REASON)
    assert "is not a length of time" in taken.said


def test_rows_that_are_stays_repeat_one_stay_for_each_charge(tmp_path: Path) -> None:
    rows = (
        "B1,MAIN,2022-06-01 10:00,2022-06-05 12:00,,DUI\n"
        "B1,MAIN,2022-06-01 10:00,2022-06-05 12:00,,THEFT\n"
        "B1,MAIN,2022-07-01 10:00,,,ARSON\n"
    )
    taken = _rows(tmp_path, rows, 'rows = "stays"\n' + BASE + WITHOUT_REASON)
    assert [t for t, _, _ in _of(taken, "B1") if t != "recorded"] == ["booked", "released", "booked"]
    assert _stays(taken, "B1") == 2
    assert taken.counts.policies["repeated_events"] == 2
    assert taken.counts.rows.told == 3


def test_an_event_log_of_weekends_has_each_stay(tmp_path: Path) -> None:
    folder = EXPORTS / "09-weekender-rehold"
    taken = take(tmp_path, folder / "w.csv", mapping=(folder / "m.toml").read_text())
    assert taken.status == 0, taken.said
    assert {key: _stays(taken, key) for key in ("W1", "X1", "Y1")} == {"W1": 3, "X1": 2, "Y1": 2}
    assert taken.counts.rows.told == 27
    assert "exit_times_without_event" not in taken.counts.policies


def test_events_of_one_minute_keep_the_order_of_the_source(tmp_path: Path) -> None:
    taken = take(tmp_path, EXPORTS / "12-ties/t.csv", mapping=(EXPORTS / "event-log.toml").read_text())
    assert [e["type"] for e in taken.histories()["T1"]] == [
        "custody.hold_started",
        "detainer.issued",
        "custody.release_due",
        "person.booked",
        "custody.departed",
    ]
    assert [e["source_row"] for e in taken.histories()["T2"]] == [7, 8, 9, 10, 11]


LOG = "id,type,at,facility,basis,cause,dest\n"


def _log(folder: Path, *rows: str) -> Taken:
    (folder / "log.csv").write_text(LOG + "".join(f"{row}\n" for row in rows))
    return take(folder, folder / "log.csv", mapping=(EXPORTS / "event-log.toml").read_text())


@pytest.mark.parametrize(
    ("rows", "order"),
    [
        (
            ["A,departed,2026-05-04 09:00,MAIN,,,ice", "A,booked,2026-05-04 09:00,MAIN,,,"],
            ["custody.departed", "person.booked"],
        ),
        (
            [
                "A,cancel,2026-05-04 09:00,MAIN,,,",
                "A,detainer,2026-05-04 09:00,MAIN,,,",
                "A,booked,2026-05-04 08:59,MAIN,,,",
            ],
            ["person.booked", "detainer.cancelled", "detainer.issued"],
        ),
        (
            [
                "A,released,2026-05-04,MAIN,,bond,",
                "A,due,2026-05-04,MAIN,,bond,",
                "A,booked,2026-05-04,MAIN,,,",
            ],
            ["person.booked", "custody.release_due", "custody.released"],
        ),
    ],
    ids=["as the source has it", "a minute apart", "days in natural order"],
)
def test_ties_are_ordered_by_the_source_and_days_naturally(
    tmp_path: Path, rows: list[str], order: list[str]
) -> None:
    assert [e["type"] for e in _log(tmp_path, *rows).histories()["A"]] == order


@pytest.mark.parametrize(
    ("rows", "cut"),
    [
        (["A,released,2026-01-01 08:00,MAIN,,bond,", "B,booked,2026-01-02 08:00,MAIN,,,"], 1),
        (
            [
                "A,hold,2026-01-01 08:00,MAIN,detainer,,",
                "A,unhold,2026-01-02 08:00,MAIN,detainer,,",
                "B,booked,2026-01-02 08:00,MAIN,,,",
                "B,departed,2026-01-03 08:00,MAIN,,,ice",
            ],
            1,
        ),
        (
            [
                "A,due,2026-01-01 08:00,MAIN,,served,",
                "B,cancel,2026-01-01 08:00,MAIN,,,",
                "C,booked,2026-01-02 08:00,MAIN,,,",
            ],
            2,
        ),
    ],
)
def test_people_booked_before_the_export_begins_are_kept(tmp_path: Path, rows: list[str], cut: int) -> None:
    taken = _log(tmp_path, *rows)
    assert taken.status == 0, taken.said
    assert taken.counts.rows.told == len(rows)
    assert taken.counts.policies["histories_without_booking"] == cut
    assert "log.csv row 2" in taken.said


@pytest.mark.parametrize(
    ("rows", "stays"),
    [
        # A person who comes back to serve weekends.
        (
            [
                f"A,{kind},2026-05-{day:02} 18:00,MAIN,,{cause},"
                for day in (1, 8, 15, 22)
                for kind, day, cause in (("booked", day, ""), ("released", day + 2, "other"))
            ],
            4,
        ),
        # A hold that begins after an exit, in the next stay.
        (
            [
                "A,booked,2026-05-01 18:00,MAIN,,,",
                "A,released,2026-05-02 18:00,MAIN,,bond,",
                "A,booked,2026-05-09 18:00,MAIN,,,",
                "A,hold,2026-05-10 18:00,MAIN,detainer,,",
                "A,departed,2026-05-11 18:00,MAIN,,,ice",
            ],
            2,
        ),
        # A court and a hospital end no stay.
        (
            [
                "A,booked,2026-05-01 18:00,MAIN,,,",
                "A,departed,2026-05-02 08:00,MAIN,,,court",
                "A,departed,2026-05-03 08:00,MAIN,,,hospital",
                "A,released,2026-05-09 18:00,MAIN,,bond,",
            ],
            1,
        ),
        # What is recorded after the exit belongs to the stay that ended.
        (
            [
                "A,booked,2026-05-01 18:00,MAIN,,,",
                "A,released,2026-05-02 18:00,MAIN,,bond,",
                "A,cancel,2026-05-03 18:00,MAIN,,,",
            ],
            1,
        ),
    ],
)
def test_an_event_log_has_the_stays_that_it_tells(tmp_path: Path, rows: list[str], stays: int) -> None:
    taken = _log(tmp_path, *rows)
    assert taken.status == 0, taken.said
    assert _stays(taken, "A") == stays


_SEGMENT = st.tuples(st.sampled_from(["MAIN", "ANNEX", "NORTH"]), st.integers(1, 400), st.integers(0, 24))
_STAY = st.tuples(st.lists(_SEGMENT, min_size=1, max_size=4), st.integers(25, 900))
"""Parts of a stay (building, hours there, hours on the way), and the hours until the next stay."""


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(_STAY, min_size=1, max_size=3), min_size=1, max_size=20), st.randoms())
def test_stints_read_back_are_the_stays_that_were_written(
    people: list[list[tuple[list[tuple[str, int, int]], int]]], shuffled: Random
) -> None:
    rows, expected = [], {}
    for number, stays in enumerate(people):
        now, told = datetime(2022, 1, 3, tzinfo=UTC), []
        for segments, free in stays:
            inside = None
            for place, (facility, hours, way) in enumerate(segments):
                if facility != inside:
                    kind = "booked" if inside is None else "moved"
                    told.append((kind, facility))
                    inside = facility
                begin, now = now, now + timedelta(hours=hours)
                rows.append(f"B{number},{facility},{begin:%Y-%m-%d %H:%M},{now:%Y-%m-%d %H:%M},,\n")
                now += timedelta(hours=way if place + 1 < len(segments) else 0)
            told.append(("released", str(inside)))
            now += timedelta(hours=free)
        expected[f"B{number}"] = told
    shuffled.shuffle(rows)
    mapping = (STINTS + BASE + WITHOUT_REASON).replace("America/New_York", "America/Phoenix")
    with tempfile.TemporaryDirectory() as folder:
        taken = _rows(Path(folder), "".join(rows), mapping)
        assert taken.status == 0, taken.said
        found = {key: [(t, f) for t, _, f in _of(taken, key)] for key in expected}
        assert found == expected
        assert {k: _stays(taken, k) for k in expected} == {
            f"B{n}": len(stays) for n, stays in enumerate(people)
        }
        assert taken.counts.rows.told + taken.counts.rows.merged == len(rows)
