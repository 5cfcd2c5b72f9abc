"""Clocks that skip days: 48 hours 'excluding Saturdays, Sundays, and holidays' (8 CFR 287.7(d)).

Days are those of the facility's time zone, with its changes of daylight saving: an hour is an hour of real
time. Holidays are the federal ones, on the day observed (5 U.S.C. 6103).
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from evenhand.record.federal_holidays import federal_holidays
from evenhand.rules.algebra import Clock, Span


def skipped(day: date, clock: Clock) -> bool:
    """Whether the clock stands still on that local day."""
    if clock is Clock.REAL:
        return False
    if day.weekday() >= 5:
        return True
    return clock is Clock.NO_WEEKENDS_OR_HOLIDAYS and day in federal_holidays(day.year)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def deadline(start: datetime, span: Span, zone_name: str) -> datetime:
    """The moment at which a span that began at `start` (aware) ends, in UTC.

    It is the last moment at which no more than the span is counted: a span that is used up exactly at
    midnight ends at that midnight or, if the clock stands still then, when it starts again.
    """
    start = start.astimezone(UTC)
    if span.clock is Clock.REAL:
        return start + span.delta
    zone = ZoneInfo(zone_name)
    left, now = span.delta, start
    day = start.astimezone(zone).date()
    while True:
        end = _midnight(day + timedelta(days=1), zone)
        if not skipped(day, span.clock):
            if left < end - now:
                return now + left
            left -= end - now
            if not left and not skipped(day + timedelta(days=1), span.clock):
                return end
        now, day = end, day + timedelta(days=1)
