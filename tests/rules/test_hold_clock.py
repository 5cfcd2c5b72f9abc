"""The hold clock on histories as jails write them: days without times, several stays, ties, left cuts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from evenhand.record.store import all_fields
from evenhand.record.time import Moment, whole_day, whole_minute
from evenhand.rules.algebra import Clock, Span
from evenhand.rules.answer import Provides, Verdict
from evenhand.rules.array.clock import deadlines
from evenhand.rules.array.columns import EPOCH
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.clock import deadline
from evenhand.rules.context import Context
from evenhand.rules.standing import build_standings

CHICAGO, NEW_YORK = ZoneInfo("America/Chicago"), ZoneInfo("America/New_York")
HOLD = {"basis": "detainer"}
ICE = {"destination": "ice"}
HOLDS, BROKEN, UNCLEAR = Verdict.HOLDS, Verdict.BROKEN, Verdict.CANNOT_TELL
LOG = [
    "person.booked",
    "custody.release_due",
    "custody.hold_started",
    "custody.hold_ended",
    "detainer.issued",
    "detainer.cancelled",
    "detainer.lapsed",
    "custody.released",
    "custody.departed",
    "custody.transferred_in_place",
]
"""The types that the event logs hold."""
DAY_ONLY = [
    "person.booked",
    "custody.hold_started",
    "custody.release_due",
    "custody.departed",
    "custody.released",
    "detainer.cancelled",
]
FIELDS = {"custody.hold_started": "basis", "custody.hold_ended": "basis", "custody.departed": "destination"}

Stated = tuple[str, str, dict[str, Any]]


def moment(text: str, zone: ZoneInfo) -> Moment:
    """A day, or a minute, as a source states it."""
    if len(text) == 10:
        return whole_day(date.fromisoformat(text), zone)
    return whole_minute(datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC))


def answer(
    rule: str, events: list[Stated], zone: ZoneInfo, told: list[str], *, may_be_cut: bool = False
) -> Verdict:
    rows: list[dict[str, Any]] = []
    for number, (at, kind, fields) in enumerate(events):
        when = moment(at, zone)
        rows.append(
            {
                "id": UUID(int=number + 1),
                "subject": "case",
                "type": kind,
                "agency": "NC0600000",
                "zone": zone.key,
                "source_kind": "import",
                "occurred_at": when.earliest,
                "occurred_by": when.latest,
                **fields,
            }
        )
    rows.sort(key=lambda row: (row["occurred_at"], row["occurred_by"]))
    every = all_fields()
    context = Context(
        Provides({t: frozenset(every[t]) & {FIELDS.get(t, "")} for t in told}),
        datetime(2026, 9, 1, tzinfo=UTC),
        build_standings([], []),
        may_be_cut=may_be_cut,
    )
    return judge(CATALOG[rule], rows, context).verdict


def day_only(due: str, left: str, how: str, cancelled: str = "", booked: str = "2010-03-01") -> list[Stated]:
    exit_ = (left, "custody.departed", ICE) if how == "ICE" else (left, "custody.released", {})
    found: list[Stated] = [(booked, "person.booked", {}), (booked, "custody.hold_started", HOLD)]
    found += [(due, "custody.release_due", {})] if due else []
    return [*found, exit_, *([(cancelled, "detainer.cancelled", {})] if cancelled else [])]


D1 = day_only("2010-03-02", "2010-03-04", "ICE")
D2 = day_only("2010-03-04", "2010-03-08", "ICE")
D3 = day_only("2011-10-06", "2011-10-10", "ICE", booked="2011-10-01")
D4 = day_only("2010-03-02", "2010-03-12", "ICE")
D5 = day_only("2010-03-02", "2010-03-05", "STREET", "2010-03-05")
D6 = day_only("", "2010-03-03", "ICE")


@pytest.mark.parametrize(
    ("rule", "events", "expected"),
    [
        pytest.param("HLD-01", D1, UNCLEAR, id="D1: between 24 and 72 hours"),
        pytest.param("HLD-01", D2, UNCLEAR, id="D2: between 24 and 72 hours, over a weekend"),
        pytest.param("HLD-01", D3, HOLDS, id="D3: not over 48 hours, over Columbus Day"),
        pytest.param("HLD-01", D4, BROKEN, id="D4: surely over 48 hours"),
        pytest.param("HLD-01", D5, BROKEN, id="D5: from Tuesday to Friday is surely over 48 hours"),
        pytest.param("DET-08", D5, UNCLEAR, id="D5: cancelled and released on the same day"),
        pytest.param("HLD-01", D6, UNCLEAR, id="D6: no moment of release due"),
        pytest.param("AUT-01", D6, UNCLEAR, id="D6: kept past release or not"),
    ],
)
def test_days_without_times(rule: str, events: list[Stated], expected: Verdict) -> None:
    told = [*DAY_ONLY, "custody.transferred_in_place"]
    assert answer(rule, events, CHICAGO, told) is expected


@pytest.mark.parametrize("events", [D1, D2, D4, D6])
def test_an_untold_transfer_in_place_may_have_ended_the_hold(events: list[Stated]) -> None:
    assert answer("HLD-01", events, CHICAGO, DAY_ONLY) is UNCLEAR


@pytest.mark.parametrize("due", ["2010-03-04T00:00", "2010-03-04T00:01"])
def test_exactly_48_counted_hours_are_in_time_while_the_clock_stands_still(due: str) -> None:
    events = day_only(due, "2010-03-07T12:00", "ICE", booked="2010-03-01T08:00")
    assert answer("HLD-01", events, CHICAGO, LOG) is HOLDS


def test_the_deadline_lasts_until_the_clock_runs_again() -> None:
    span = Span(48 * 3600, Clock.NO_WEEKENDS_OR_HOLIDAYS)
    due = deadline(datetime(2010, 3, 4, 6, tzinfo=UTC), span, "America/Chicago")
    assert due == datetime(2010, 3, 8, 6, tzinfo=UTC)


def test_both_clocks_agree_around_midnights() -> None:
    span = Span(48 * 3600, Clock.NO_WEEKENDS_OR_HOLIDAYS)
    hours = [datetime(2010, 2, 8, 5, tzinfo=UTC) + timedelta(hours=n) for n in range(24 * 45)]
    starts = [h + timedelta(microseconds=n) for h in hours for n in (-1, 0, 1)]
    micros = np.array([(s - EPOCH) // timedelta(microseconds=1) for s in starts], np.int64)
    due = deadlines(micros, span, np.zeros(len(starts), np.int64), ["America/Chicago"])
    expected = [(deadline(s, span, "America/Chicago") - EPOCH) // timedelta(microseconds=1) for s in starts]
    assert due.tolist() == expected


WEEKENDER: list[Stated] = [
    ("2026-05-01 18:00", "person.booked", {}),
    ("2026-05-03 18:00", "custody.released", {}),
    ("2026-05-08 18:00", "person.booked", {}),
    ("2026-05-10 18:00", "custody.released", {}),
    ("2026-05-15 18:00", "person.booked", {}),
    ("2026-05-16 09:00", "detainer.issued", {}),
    ("2026-05-17 18:00", "custody.release_due", {}),
    ("2026-05-17 18:00", "custody.hold_started", HOLD),
    ("2026-05-29 18:00", "custody.departed", ICE),
]
BOOKED_AGAIN: list[Stated] = [
    ("2026-05-01 18:00", "person.booked", {}),
    ("2026-05-02 09:00", "custody.release_due", {}),
    ("2026-05-02 10:00", "custody.released", {}),
    ("2026-05-11 09:00", "person.booked", {}),
    ("2026-05-11 10:00", "detainer.issued", {}),
    ("2026-05-12 09:00", "custody.release_due", {}),
    ("2026-05-12 09:00", "custody.hold_started", HOLD),
    ("2026-05-25 09:00", "custody.departed", ICE),
]
HELD_TWICE: list[Stated] = [
    ("2026-05-04 18:00", "person.booked", {}),
    ("2026-05-04 19:00", "detainer.issued", {}),
    ("2026-05-05 09:00", "custody.release_due", {}),
    ("2026-05-05 09:00", "custody.hold_started", HOLD),
    ("2026-05-05 21:00", "custody.released", {}),
    ("2026-05-20 09:00", "person.booked", {}),
    ("2026-05-20 10:00", "detainer.issued", {}),
    ("2026-05-20 12:00", "custody.release_due", {}),
    ("2026-05-20 12:00", "custody.hold_started", HOLD),
    ("2026-05-30 09:00", "custody.departed", ICE),
]


@pytest.mark.parametrize("events", [WEEKENDER, BOOKED_AGAIN, HELD_TWICE])
def test_an_earlier_exit_does_not_end_a_later_hold(events: list[Stated]) -> None:
    assert answer("HLD-01", events, NEW_YORK, LOG) is BROKEN


def test_the_first_of_two_holds_was_in_time() -> None:
    assert answer("HLD-01", HELD_TWICE[:5], NEW_YORK, LOG) is HOLDS


MINUTE = "2026-05-04 09:00"
HOLD_BEFORE_DETAINER: list[Stated] = [
    (MINUTE, "custody.hold_started", HOLD),
    (MINUTE, "detainer.issued", {}),
    (MINUTE, "custody.release_due", {}),
    (MINUTE, "person.booked", {}),
    (MINUTE, "custody.departed", ICE),
]
CANCELLED_BEFORE_HOLD: list[Stated] = [
    (MINUTE, "detainer.issued", {}),
    (MINUTE, "detainer.cancelled", {}),
    (MINUTE, "custody.release_due", {}),
    (MINUTE, "custody.hold_started", HOLD),
    (MINUTE, "custody.departed", ICE),
]


@pytest.mark.parametrize("events", [HOLD_BEFORE_DETAINER, CANCELLED_BEFORE_HOLD])
def test_a_minute_is_in_time(events: list[Stated]) -> None:
    assert answer("HLD-01", events, NEW_YORK, LOG) is HOLDS


def test_within_a_minute_the_source_gives_the_order() -> None:
    assert answer("HLD-04", CANCELLED_BEFORE_HOLD, NEW_YORK, LOG) is BROKEN


def test_within_a_minute_a_detainer_and_its_hold_may_come_at_once() -> None:
    assert answer("HLD-04", HOLD_BEFORE_DETAINER, NEW_YORK, LOG) is UNCLEAR


BOOKED_BEFORE_THE_RECORD: list[Stated] = [
    ("2026-01-01 08:00", "custody.release_due", {}),
    ("2026-01-01 08:00", "custody.hold_started", HOLD),
    ("2026-01-02 10:00", "custody.departed", ICE),
]


@pytest.mark.parametrize("rule", ["HLD-04", "DET-04", "HLD-01F"])
def test_what_came_before_the_record_is_unknown(rule: str) -> None:
    told = [*LOG, "detainer.served"]
    assert answer(rule, BOOKED_BEFORE_THE_RECORD, NEW_YORK, told, may_be_cut=True) is not BROKEN
    no_due = BOOKED_BEFORE_THE_RECORD[1:]
    for asked in (rule, "HLD-01", "HLD-05", "AUT-01"):
        assert answer(asked, no_due, NEW_YORK, told, may_be_cut=True) is UNCLEAR
