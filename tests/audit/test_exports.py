"""Answers on exports as jails write them, each judged by hand; the engines must agree on all of them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.judged_exports import DAYS, DAYS_WITHOUT_BLOCK, EVENT_LOG, EXPORTS, Judged, judged, told
from evenhand.record.episode.stays import stays_of
from evenhand.rules.answer import Verdict
from intake.taking import take

HOLDS, BROKEN, UNKNOWN = Verdict.HOLDS, Verdict.BROKEN, Verdict.CANNOT_TELL
LOG_HEADER = "id,type,at,facility,basis,cause,dest"
DAY_HEADER = "booking,booked,due,left,how,cancelled"

ABSENCES = (
    EVENT_LOG
    + """
[[event]]
type = "custody.returned"
at = "at"
when = [{ column = "type", is = "returned" }]

[[event]]
type = "custody.moved"
at = "at"
when = [{ column = "type", is = "moved" }]
[event.fields]
to_facility = "dest"
"""
)


def log(folder: Path, *rows: str, mapping: str = EVENT_LOG) -> Judged:
    """An event log of those rows, whose source tells of every type in the mapping."""
    return judged(folder, [LOG_HEADER, *rows], told(mapping, "all"))


def days(folder: Path, *rows: str) -> Judged:
    """A roster of those rows, whose source tells of every type in the mapping."""
    return judged(folder, [DAY_HEADER, *rows], told(DAYS, "all"))


OTHER = "Z9,2010-03-01T08:00:00,2010-03-01T10:30:00,2010-03-01T11:30:00,STREET,"
"""A row that shows that the columns hold times of day: midnights alone are read as days."""


# --- days without times ------------------------------------------------------------------------------------


def test_a_day_is_an_interval_and_a_bound_that_it_straddles_is_unclear(tmp_path: Path) -> None:
    found = judged(tmp_path, EXPORTS / "day-only.csv", told(DAYS, "all"))
    # D5 was due on Mar 2 and left on Mar 5: more than 48 hours, whatever the time of day.
    assert found.of("HLD-01") == {
        "D1": UNKNOWN,
        "D2": UNKNOWN,
        "D3": HOLDS,
        "D4": BROKEN,
        "D5": BROKEN,
        "D6": UNKNOWN,
    }
    assert found.of("DET-08")["D5"] is UNKNOWN
    # Without an arrest that holds the person, when release was due is not known from an empty cell alone.
    assert found.of("SCO-05")["D6"] is UNKNOWN


@pytest.mark.parametrize("mapping", [DAYS_WITHOUT_BLOCK, DAYS, told(DAYS_WITHOUT_BLOCK, "all")])
def test_a_transfer_in_place_that_is_not_told_may_have_ended_the_hold(tmp_path: Path, mapping: str) -> None:
    found = judged(tmp_path, EXPORTS / "day-only.csv", mapping)
    assert found.of("HLD-01") == {f"D{n}": HOLDS if n == 3 else UNKNOWN for n in range(1, 7)}
    assert found.of("DET-08")["D5"] is UNKNOWN


def test_a_block_that_never_applies_changes_no_finding(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    without = judged(tmp_path / "a", EXPORTS / "day-only.csv", DAYS_WITHOUT_BLOCK)
    with_block = judged(tmp_path / "b", EXPORTS / "day-only.csv", DAYS)
    assert without.findings == with_block.findings == frozenset()


@pytest.mark.parametrize(
    ("due", "left", "answer"),
    [
        # Friday to Monday: at most the rest of Friday and of Monday, which is less than 48 hours.
        ("2010-03-05", "2010-03-08", HOLDS),
        # Thursday to Monday: Friday, and up to a day on either side.
        ("2010-03-04", "2010-03-08", UNKNOWN),
        # Thursday to Tuesday: Friday and Monday are 48 hours, and Thursday's last moment comes on top.
        ("2010-03-04", "2010-03-09", BROKEN),
        # Over Memorial Day: only Friday and Tuesday count.
        ("2010-05-28", "2010-06-01", HOLDS),
        # Two days running.
        ("2010-03-02", "2010-03-03", HOLDS),
        # Over the weekend on which the clocks went forward; it does not count anyway.
        ("2010-03-12", "2010-03-15", HOLDS),
        ("2010-03-02", "", BROKEN),
    ],
)
def test_days_near_the_bound(tmp_path: Path, due: str, left: str, answer: Verdict) -> None:
    found = days(tmp_path, f"B1,2010-03-01,{due},{left},{'ICE' if left else ''},")
    assert found.of("HLD-01") == {"B1": answer}


@pytest.mark.parametrize(
    ("cancelled", "left", "answer"),
    [("2010-03-04", "2010-03-06", BROKEN), ("2010-03-04", "2010-03-04", UNKNOWN)],
)
def test_a_cancellation_known_to_the_day(tmp_path: Path, cancelled: str, left: str, answer: Verdict) -> None:
    found = days(tmp_path, f"B1,2010-03-01,2010-03-02,{left},STREET,{cancelled}")
    assert found.of("DET-08") == {"B1": answer}


# --- the exact bound ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mapping", [DAYS, told(DAYS, "all")])
def test_at_exactly_48_counted_hours_leaving_is_in_time(tmp_path: Path, mapping: str) -> None:
    found = judged(tmp_path, EXPORTS / "exact-boundary.csv", mapping)
    assert found.of("HLD-01") == {"E1": HOLDS, "E2": HOLDS}


@pytest.mark.parametrize(
    ("due", "left", "answer"),
    [
        ("2010-03-04T00:00:00", "2010-03-08T00:00:00", HOLDS),
        ("2010-03-04T00:00:00", "2010-03-08T00:00:01", BROKEN),
        # Memorial Day is May 31.
        ("2010-05-28T12:00:00", "2010-06-02T12:00:00", HOLDS),
        ("2010-05-28T12:00:00", "2010-06-02T12:00:01", BROKEN),
        # Due within the weekend: the clock starts on Monday.
        ("2010-03-06T15:00:00", "2010-03-10T00:00:00", HOLDS),
        ("2010-03-06T15:00:00", "2010-03-10T00:00:01", BROKEN),
        # Times known to the minute straddle the bound.
        ("2010-03-02T08:00", "2010-03-04T07:59", HOLDS),
        ("2010-03-02T08:00", "2010-03-04T08:00", UNKNOWN),
        ("2010-03-02T08:00", "2010-03-04T08:01", BROKEN),
    ],
)
def test_seconds_near_the_bound(tmp_path: Path, due: str, left: str, answer: Verdict) -> None:
    found = days(tmp_path, f"B1,2010-03-01T08:00:00,{due},{left},ICE,", OTHER)
    assert found.of("HLD-01") == {"B1": answer, "Z9": HOLDS}


# --- several stays, absences and moves ---------------------------------------------------------------------


def test_an_exit_before_the_hold_ends_no_clock(tmp_path: Path) -> None:
    found = judged(tmp_path, EXPORTS / "weekenders.csv", told(EVENT_LOG, "all"))
    assert found.of("HLD-01") == dict.fromkeys(("W1", "X1", "Y1"), BROKEN)
    # In Y1 the first hold was in time and the second was not.
    assert sum(rule == "HLD-01" for rule, _, _ in found.findings) == 3


def test_an_exit_before_the_hold_ends_no_clock_where_little_is_told(tmp_path: Path) -> None:
    found = judged(tmp_path, EXPORTS / "weekenders.csv", EVENT_LOG)
    assert found.of("HLD-01") == dict.fromkeys(("W1", "X1", "Y1"), UNKNOWN)


STINTS = """\
name = "stints"
agency = "NC0600000"
zone = "America/New_York"
subject = "Booking No"
facility = "Facility"
dates = ["iso"]
tells = "all"
observed_until = "2022-07-01T00:00:00"

[[event]]
type = "person.booked"
at = "Date In"
once = "moment"

[[event]]
type = "custody.moved"
at = "Date Out"
when = [{ column = "Release Reason", is = "TRANSFER TO ANNEX" }]
[event.fields]
to_facility = { value = "ANNEX" }

[[event]]
type = "custody.release_due"
at = "Date Out"
once = "moment"
when = [{ column = "Release Reason", is_not = "TRANSFER TO ANNEX" }]
[event.fields]
cause = { value = "served" }

[[event]]
type = "custody.released"
at = "Date Out"
once = "moment"
when = [{ column = "Release Reason", is_not = "TRANSFER TO ANNEX" }]
"""


def test_a_move_between_the_jails_buildings_is_no_exit(tmp_path: Path) -> None:
    taken = take(tmp_path, EXPORTS / "stints.csv", mapping=STINTS)
    stays = {subject: stays_of(history)[1] for subject, history in taken.histories().items()}
    assert {subject: len(found) for subject, found in stays.items()} == {"B1": 1, "B2": 3}
    (stay,) = stays["B1"]
    assert stay.left is not None
    assert stay.left.moment.earliest == datetime(2022, 6, 20, 13, tzinfo=UTC)


def test_each_stay_is_judged_by_its_own_exit(tmp_path: Path) -> None:
    found = judged(tmp_path, EXPORTS / "stints.csv", STINTS)
    assert found.of("HLD-06") == {"B1": HOLDS, "B2": HOLDS}


BEFORE_HOLD = (
    "B1,booked,2026-05-04 08:00:00,MAIN,,,",
    "B1,detainer,2026-05-04 09:00:00,MAIN,,,",
    "B1,due,2026-05-05 09:00:00,MAIN,,served,",
    "B1,hold,2026-05-05 09:00:00,MAIN,detainer,,",
)


@pytest.mark.parametrize(
    ("after", "answer"),
    [
        # A trip to the hospital does not end the hold.
        (
            [
                "departed,2026-05-06 09:00:00,MAIN,,,hospital",
                "returned,2026-05-06 15:00:00,MAIN,,,",
                "departed,2026-05-12 09:00:00,MAIN,,,ice",
            ],
            BROKEN,
        ),
        (["moved,2026-05-06 09:00:00,MAIN,,,ANNEX", "departed,2026-05-12 09:00:00,ANNEX,,,ice"], BROKEN),
        (["moved,2026-05-06 09:00:00,MAIN,,,ANNEX", "departed,2026-05-07 09:00:00,ANNEX,,,ice"], HOLDS),
        # The first exit after the hold counts; the second stay has no hold.
        (
            [
                "departed,2026-05-07 09:00:00,MAIN,,,ice",
                "booked,2026-06-01 09:00:00,MAIN,,,",
                "released,2026-06-20 09:00:00,MAIN,,served,",
            ],
            HOLDS,
        ),
        # Both stays have a hold, the second one too long.
        (
            [
                "departed,2026-05-07 09:00:00,MAIN,,,ice",
                "booked,2026-06-01 09:00:00,MAIN,,,",
                "detainer,2026-06-01 10:00:00,MAIN,,,",
                "due,2026-06-02 09:00:00,MAIN,,served,",
                "hold,2026-06-02 09:00:00,MAIN,detainer,,",
                "departed,2026-06-05 09:00:00,MAIN,,,ice",
            ],
            BROKEN,
        ),
        (["inplace,2026-05-07 09:00:00,MAIN,,,", "departed,2026-05-20 09:00:00,MAIN,,,ice"], HOLDS),
    ],
)
def test_the_clock_ends_with_the_first_exit_after_it_starts(
    tmp_path: Path, after: list[str], answer: Verdict
) -> None:
    found = log(tmp_path, *BEFORE_HOLD, *(f"B1,{row}" for row in after), mapping=ABSENCES)
    assert found.of("HLD-01") == {"B1": answer}


# --- people booked before the export begins ----------------------------------------------------------------


@pytest.mark.parametrize("mapping", [EVENT_LOG, told(EVENT_LOG, "all")])
def test_what_came_before_a_history_begins_is_never_broken(tmp_path: Path, mapping: str) -> None:
    found = judged(tmp_path, EXPORTS / "left-cut.csv", mapping)
    assert not {finding for finding in found.findings if finding[1] in ("L1", "L2")}
    # N1 has a detainer, on a form that the export does not name.
    assert found.of("HLD-04") == dict.fromkeys(("L1", "L2", "N1"), UNKNOWN)


def test_a_history_that_begins_with_its_booking_is_whole(tmp_path: Path) -> None:
    hold = ("due,2026-05-05 09:00,MAIN,,served,", "hold,2026-05-05 09:00,MAIN,detainer,,")
    leave = "departed,2026-05-06 09:00,MAIN,,,ice"
    rows = [f"{key},{row}" for key in ("CUT", "WHOLE", "EARLY") for row in (*hold, leave)]
    rows += ["WHOLE,booked,2026-05-04 09:00,MAIN,,,", "EARLY,booked,2026-04-20 09:00,MAIN,,,"]
    found = log(tmp_path, *rows, mapping=f"observed_from = 2026-05-01\n{EVENT_LOG}")
    # No detainer: nobody knows what came before the export, or before its first day.
    assert found.of("HLD-04") == {"CUT": UNKNOWN, "WHOLE": BROKEN, "EARLY": UNKNOWN}


def test_a_hold_that_began_before_the_export_has_no_known_start(tmp_path: Path) -> None:
    found = log(tmp_path, "B1,cancel,2026-05-05 09:00,MAIN,,,", "B1,released,2026-05-09 09:00,MAIN,,other,")
    assert not found.findings


# --- events of one moment ----------------------------------------------------------------------------------


def test_events_of_one_minute_are_in_the_order_of_the_source(tmp_path: Path) -> None:
    found = judged(tmp_path, EXPORTS / "ties.csv", told(EVENT_LOG, "all"))
    # T1 was booked after the hold as the rows stand, so that an earlier detainer cannot be excluded.
    assert found.of("HLD-04") == {"T1": UNKNOWN, "T2": BROKEN}


FORMS = EVENT_LOG.replace(
    'when = [{ column = "type", is = "detainer" }]',
    'when = [{ column = "type", is = "detainer" }]\n[event.fields]\nform_version = "cause"',
)


@pytest.mark.parametrize(
    ("order", "at", "answer"),
    [
        (("detainer", "hold"), "2026-05-05 09:00", HOLDS),
        (("detainer", "cancel", "hold"), "2026-05-05 09:00", BROKEN),
        (("cancel", "detainer", "hold"), "2026-05-05 09:00", HOLDS),
        # The rows' order leaves open that the hold and the event after it happened at once.
        (("hold", "detainer"), "2026-05-05 09:00", UNKNOWN),
        (("detainer", "hold", "cancel"), "2026-05-05 09:00", UNKNOWN),
        # The events of one day may have happened in any order.
        (("detainer", "hold"), "2026-05-05", UNKNOWN),
        (("hold", "detainer"), "2026-05-05", UNKNOWN),
    ],
)
def test_ties(tmp_path: Path, order: tuple[str, ...], at: str, answer: Verdict) -> None:
    row = {
        "hold": f"B1,hold,{at},MAIN,detainer,,",
        "detainer": f"B1,detainer,{at},MAIN,,I-247A,",
        "cancel": f"B1,cancel,{at},MAIN,,,",
    }
    found = log(
        tmp_path,
        "B1,booked,2026-05-04 08:00,MAIN,,,",
        *(row[name] for name in order),
        "B1,departed,2026-05-06 08:00,MAIN,,,ice",
        mapping=FORMS,
    )
    assert found.of("HLD-04") == {"B1": answer}


# --- charges that are no criminal charges ------------------------------------------------------------------

HOLD_ONLY = (EXPORTS / "hold-only.toml").read_text(encoding="utf-8")


def test_holds_civil_detainers_and_infractions_are_no_criminal_charge(tmp_path: Path) -> None:
    found = judged(tmp_path, EXPORTS / "hold-only.csv", told(HOLD_ONLY, "all"))
    assert found.of("SCO-02") == {"I1": BROKEN, "I2": UNKNOWN, "I3": BROKEN, "I4": HOLDS}


def test_a_list_of_charges_is_assumed_to_show_them_all(tmp_path: Path) -> None:
    found = judged(tmp_path, EXPORTS / "hold-only.csv", HOLD_ONLY)
    assert found.of("SCO-02") == {"I1": BROKEN, "I2": UNKNOWN, "I3": BROKEN, "I4": HOLDS}


def test_a_charge_that_is_not_shown_may_exist_where_charges_are_not_told(tmp_path: Path) -> None:
    found = judged(tmp_path, EXPORTS / "hold-only.csv", 'tells = ["person.booked"]\n' + HOLD_ONLY)
    assert found.of("SCO-02") == {"I1": UNKNOWN, "I2": UNKNOWN, "I3": UNKNOWN, "I4": HOLDS}


CHARGE_LEVELS = """\
name = "charges"
agency = "NC0600000"
zone = "America/New_York"
subject = "Booking No"
dates = ["%m/%d/%Y %H:%M", "%m/%d/%Y"]
tells = "all"
observed_until = "2022-07-01T00:00:00"

[[event]]
type = "person.booked"
at = "Book Date"
once = "first"

[[event]]
type = "charge.recorded"
at = "Book Date"
[event.fields]
charge_no = { count = true }
statute = "Charge"
[event.fields.level]
column = "Charge Level"
values = { HOLD = "hold", M = "misdemeanor", F = "felony", I = "infraction" }

[[event]]
type = "interview.held"
at = "Book Date"
once = "last"
"""


def test_a_hold_in_a_list_of_charges(tmp_path: Path) -> None:
    found = judged(tmp_path, EXPORTS / "hold-charges.csv", CHARGE_LEVELS)
    assert found.of("SCO-02") == {"A1": BROKEN, "A2": UNKNOWN, "A3": HOLDS}


@pytest.mark.parametrize(
    ("charges", "answer"),
    [
        (["HOLD FOR ICE,HOLD", "SPEEDING,I"], BROKEN),
        (["HOLD FOR ICE,HOLD", "LARCENY,F"], HOLDS),
        (["HOLD FOR ICE,HOLD", "FAILURE TO APPEAR,"], UNKNOWN),
        (["HOLD FOR OTHER COUNTY,HOLD"], BROKEN),
        (["DUI,", "LARCENY,M"], HOLDS),
    ],
)
def test_charges_of_several_levels(tmp_path: Path, charges: list[str], answer: Verdict) -> None:
    rows = [f"B1,06/01/2022 10:00,{charge}" for charge in charges]
    found = judged(tmp_path, ["Booking No,Book Date,Charge,Charge Level", *rows], CHARGE_LEVELS)
    assert found.of("SCO-02") == {"B1": answer}
