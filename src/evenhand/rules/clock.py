"""Clocks that skip days: 48 hours 'excluding Saturdays, Sundays, and holidays' (8 CFR 287.7(d)).

Days are those of the facility's time zone, with its changes of daylight saving: an hour is an hour of real
time. Holidays are the federal ones, on the day observed (5 U.S.C. 6103).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from evenhand.record.federal_holidays import federal_holidays
from evenhand.rules.algebra import Clock, Span

_INSTANT = timedelta(microseconds=1)


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

    A span that is used up exactly at midnight ends at that midnight.
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
            if left <= end - now:
                return now + left
            left -= end - now
        now, day = end, day + timedelta(days=1)


@dataclass(frozen=True)
class Piece:
    """For starts in [`since`, `until`) the deadline is the start plus `shift`, or `fixed` if given.

    `utc_day` is one of the UTC dates that the piece touches, a key to join on.
    """

    zone: str
    utc_day: date
    since: datetime
    until: datetime
    shift: timedelta
    fixed: datetime | None


def pieces(span: Span, zone_name: str, first: datetime, last: datetime) -> Iterator[Piece]:
    """`deadline` as a table: pieces that cover every start from `first` to `last`, for engines that join."""
    zone = ZoneInfo(zone_name)
    day = first.astimezone(zone).date()
    while day <= last.astimezone(zone).date():
        begin, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        if skipped(day, span.clock):
            yield from _by_utc_day(
                Piece(zone_name, day, begin, end, timedelta(), deadline(begin, span, zone_name))
            )
        else:
            since = begin
            while since < end:
                due = deadline(since, span, zone_name)
                due_day = (due - _INSTANT).astimezone(zone).date()
                room = _midnight(due_day + timedelta(days=1), zone) - due
                until = min(end, since + room + _INSTANT)
                yield from _by_utc_day(Piece(zone_name, day, since, until, due - since, None))
                since = until
        day += timedelta(days=1)


def _by_utc_day(piece: Piece) -> Iterator[Piece]:
    day = piece.since.date()
    while day <= (piece.until - _INSTANT).date():
        yield Piece(piece.zone, day, piece.since, piece.until, piece.shift, piece.fixed)
        day += timedelta(days=1)
