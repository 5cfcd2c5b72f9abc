"""The simulator's clocks agree with the rules' clocks, which were written apart from them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.rules.algebra import Clock, Span
from evenhand.rules.clock import deadline
from evenhand.simulate.calendar import DAY, HOUR, booking_times, local_clock, working_days_after
from evenhand.simulate.world import STATES

ZONES = sorted({zone for _, zone in STATES})
FIRST, LAST = datetime(2021, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)
SECONDS = st.integers(int(FIRST.timestamp()), int(LAST.timestamp()))


@settings(max_examples=300)
@given(SECONDS, st.sampled_from(ZONES), st.integers(1, 5), st.booleans(), st.booleans())
def test_working_days_end_when_the_rules_say(
    start: int, zone: str, days: int, skip_holidays: bool, at_midnight: bool
) -> None:
    if at_midnight:
        local = datetime.fromtimestamp(start, ZoneInfo(zone)).replace(hour=0, minute=0, second=0)
        start = int(local.timestamp())
    clock = Clock.NO_WEEKENDS_OR_HOLIDAYS if skip_holidays else Clock.NO_WEEKENDS
    expected = deadline(datetime.fromtimestamp(start, UTC), Span(days * DAY, clock), zone)
    found = working_days_after(np.array([start]), days, zone, skip_holidays=skip_holidays)
    assert datetime.fromtimestamp(int(found[0]), UTC) == expected


@settings(max_examples=300)
@given(SECONDS, st.sampled_from(ZONES))
def test_local_clocks_are_those_of_the_zone(start: int, zone: str) -> None:
    clock = local_clock(zone)
    local = int(clock.to_local(np.array([start]))[0])
    there = datetime.fromtimestamp(start, ZoneInfo(zone)).replace(tzinfo=UTC)
    assert datetime.fromtimestamp(local, UTC) == there
    back = datetime.fromtimestamp(int(clock.to_utc(np.array([local]))[0]), UTC)
    # In the hour that comes twice either reading is right.
    assert abs(back - datetime.fromtimestamp(start, UTC)) in (timedelta(), timedelta(hours=1))


@pytest.mark.parametrize("count", [1, 10, 100_000])
def test_bookings_are_spread_over_the_whole_period_in_order_of_the_hours(count: int) -> None:
    span = (19_000 * DAY, 19_700 * DAY)
    jitter = np.random.default_rng(1).integers(0, 1 << 20, count)
    times = booking_times(0, count, count, span, jitter)
    assert times.min() >= span[0]
    assert times.max() < span[1]
    assert (np.diff(times // HOUR) >= 0).all()


def test_more_people_are_booked_on_friday_evening_than_on_monday_morning() -> None:
    span = (19_000 * DAY, 19_700 * DAY)
    jitter = np.random.default_rng(1).integers(0, 1 << 20, 200_000)
    times = booking_times(0, 200_000, 200_000, span, jitter)
    weekday, hour = (times // DAY + 3) % 7, times % DAY // HOUR
    friday = ((weekday == 4) & (hour >= 18) & (hour < 24)).sum()
    monday = ((weekday == 0) & (hour >= 3) & (hour < 9)).sum()
    assert friday > 2 * monday
