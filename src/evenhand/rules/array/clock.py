"""`evenhand.rules.clock.deadline` for arrays: counted time is a line of days, a deadline a search on it."""

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from evenhand.rules.algebra import Clock, Span
from evenhand.rules.array.columns import EPOCH, Array
from evenhand.rules.clock import skipped

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_DAYS_AT_ONCE = 256
"""Days are worked out in stretches that begin and end at multiples of this, so that parts share them."""


@cache
def _days(zone_name: str, clock: Clock, first: int, last: int) -> tuple[Array, Array]:
    """When each local day from `first` to `last` begins, and how much counted time there is until then.

    Days are numbered from 1970; times are microseconds.
    """
    zone, origin = ZoneInfo(zone_name), datetime(1970, 1, 1)
    midnights = [(origin + timedelta(days=n)).replace(tzinfo=zone) for n in range(first, last + 1)]
    begin = np.array([(m - EPOCH) // timedelta(microseconds=1) for m in midnights], np.int64)
    counts = np.array([not skipped(m.date(), clock) for m in midnights[:-1]], bool)
    return begin, np.concatenate([[0], np.cumsum(np.diff(begin) * counts)])


def deadlines(start: Array, span: Span, zones: Array, names: list[str]) -> Array:
    """The moment at which a span from each start ends, in the zone of that code; all in microseconds."""
    length = span.seconds * _SECOND
    if span.clock is Clock.REAL or not len(start):
        return start + length
    due = np.zeros(len(start), np.int64)
    for code in np.unique(zones):
        here = np.flatnonzero(zones == code)
        due[here] = _in_zone(start[here], length, names[code], span.clock)
    return due


def _in_zone(start: Array, length: int, zone_name: str, clock: Clock) -> Array:
    # Room for the longest run of days that do not count.
    first = int(start.min() // _DAY - 2) // _DAYS_AT_ONCE * _DAYS_AT_ONCE
    last = int((start.max() + 3 * abs(length)) // _DAY + 14) // _DAYS_AT_ONCE * _DAYS_AT_ONCE + _DAYS_AT_ONCE
    begin, counted = _days(zone_name, clock, first, last)
    day = np.searchsorted(begin, start, side="right") - 1
    runs = counted[day + 1] > counted[day]
    # A clock that stands still starts with the next day that counts.
    next_day = np.searchsorted(counted, counted[day], side="right") - 1
    start, day = np.where(runs, start, begin[next_day]), np.where(runs, day, next_day)
    if length <= 0:
        return start + length
    target = counted[day] + (start - begin[day]) + length
    # The last moment at which no more is counted: over days that do not count, the clock stands still.
    end = np.searchsorted(counted, target, side="left")
    end = np.where(counted[end] == target, np.searchsorted(counted, target, side="right") - 1, end)
    due: Array = begin[end] - (counted[end] - target)
    return due
