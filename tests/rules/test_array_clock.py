"""Deadlines of many starts at once are those of `deadline`, one by one."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evenhand.rules.algebra import Clock, Span
from evenhand.rules.array.clock import deadlines
from evenhand.rules.array.columns import EPOCH, micros
from evenhand.rules.clock import deadline

ZONES = ["America/Chicago", "America/Los_Angeles", "Pacific/Honolulu", "America/St_Johns", "UTC"]
DAY = 86_400
LENGTHS = [-DAY, -1, 0, 1, DAY // 2, DAY - 1, DAY, DAY + 1, 2 * DAY, 5 * DAY, 90 * DAY]
# New Year's Eve, both changes of daylight saving, a long weekend, a leap day, and midnights of the zones.
EDGES = [
    datetime(2023, 12, 29, 23, 59, 59, 999_999, UTC),
    datetime(2024, 2, 29, 6, tzinfo=UTC),
    datetime(2024, 3, 10, 8, tzinfo=UTC),
    datetime(2024, 7, 3, 5, tzinfo=UTC),
    datetime(2024, 11, 3, 5, tzinfo=UTC),
    datetime(2024, 11, 3, 7, tzinfo=UTC),
]
STARTS = st.builds(
    lambda edge, seconds, micro: edge + timedelta(seconds=seconds, microseconds=micro),
    st.sampled_from(EDGES),
    st.one_of(st.integers(-3 * DAY, 3 * DAY), st.sampled_from([0, 3600, DAY])),
    st.sampled_from([-1, 0, 0, 1]),
)


@given(
    st.lists(st.tuples(STARTS, st.integers(0, len(ZONES) - 1)), max_size=30),
    st.sampled_from(list(Clock)),
    st.sampled_from(LENGTHS),
)
def test_deadlines_agree_with_those_made_one_by_one(
    given_: list[tuple[datetime, int]], clock: Clock, seconds: int
) -> None:
    span = Span(seconds, clock)
    starts = np.array([micros(start) for start, _ in given_], np.int64)
    zones = np.array([zone for _, zone in given_], np.int64)
    found = [
        EPOCH + timedelta(microseconds=int(due)) for due in deadlines(starts, span, zones, ZONES).tolist()
    ]
    assert found == [deadline(start, span, ZONES[zone]) for start, zone in given_]
