"""How a deadline is computed, in words: which hours of which days count, and when the deadline is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from evenhand.rules.algebra import Clock, Span
from evenhand.rules.clock import deadline, skipped
from evenhand.rules.explain.words import clock_time, day_text, moment_text
from evenhand.rules.wording import span_text

_DAY = timedelta(days=1)
_LONGEST = 45
"""The days of a clock that runs longer than this are not listed."""


@dataclass(frozen=True)
class Reckoning:
    """How a deadline follows from its start: one line per day, or per run of similar days."""

    start: datetime
    span: Span
    end: datetime
    zone: str
    lines: tuple[str, ...]

    @property
    def title(self) -> str:
        zone = ZoneInfo(self.zone)
        side = "before" if self.span.seconds < 0 else "after"
        return f"{span_text(self.span)} {side} {moment_text(self.start, zone)}: {moment_text(self.end, zone)}"


@dataclass(frozen=True)
class _Piece:
    first: date
    last: date
    begin: datetime
    end: datetime
    counted: bool

    @property
    def whole(self) -> bool:
        return self.begin.time() == time() == self.end.time()


def reckon(start: datetime, span: Span, zone_name: str) -> Reckoning:
    """Compute the end of a span from an aware moment, by the local days of a time zone."""
    zone, end = ZoneInfo(zone_name), deadline(start, span, zone_name)
    if span.clock is Clock.REAL or end - start > _LONGEST * _DAY:
        return Reckoning(start, span, end, zone_name, ())
    pieces = _merged(_pieces(start, end, span.clock, zone))
    total = timedelta()
    lines = []
    for piece in pieces:
        hours = piece.end.astimezone(UTC) - piece.begin.astimezone(UTC)
        if not piece.counted:
            lines.append(f"{_days(piece)}: not counted ({_reason(piece)})")
            continue
        total += hours
        lines.append(f"{_days(piece)}{_hours(piece)}: {hours_text(hours)}")
    lines.append(f"Total: {hours_text(total)}, reached {moment_text(end, zone)}")
    return Reckoning(start, span, end, zone_name, tuple(lines))


def hours_text(span: timedelta) -> str:
    """A length in hours and minutes: `48 h`, `8 h 30 min`."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours:,} h"] if hours or not (minutes or seconds) else []
    parts += [f"{minutes} min"] if minutes else []
    parts += [f"{seconds} s"] if seconds else []
    return " ".join(parts)


def _pieces(start: datetime, end: datetime, clock: Clock, zone: ZoneInfo) -> Iterator[_Piece]:
    now = start.astimezone(zone)
    while now < end:
        day = now.date()
        midnight = datetime.combine(day + _DAY, time(), zone)
        until = min(midnight, end.astimezone(zone), key=lambda m: m.astimezone(UTC))
        yield _Piece(day, day, now, until, not skipped(day, clock))
        now = midnight


def _merged(pieces: Iterator[_Piece]) -> list[_Piece]:
    """The pieces, with days in a row that are not counted, or counted from midnight to midnight, as one."""
    merged: list[_Piece] = []
    for piece in pieces:
        before = merged[-1] if merged else None
        alike = before is not None and before.counted == piece.counted
        if before and alike and (not piece.counted or (before.whole and piece.whole)):
            merged[-1] = _Piece(before.first, piece.last, before.begin, piece.end, piece.counted)
        else:
            merged.append(piece)
    return merged


def _days(piece: _Piece) -> str:
    if piece.first == piece.last:
        return day_text(piece.first)
    joint = " and " if piece.last - piece.first == _DAY else " to "
    return day_text(piece.first) + joint + day_text(piece.last)


def _reason(piece: _Piece) -> str:
    days = [piece.first + n * _DAY for n in range((piece.last - piece.first).days + 1)]
    weekend = any(day.weekday() >= 5 for day in days)
    holiday = any(day.weekday() < 5 for day in days)
    return " and ".join(["weekend"] * weekend + ["federal holiday"] * holiday)


def _hours(piece: _Piece) -> str:
    if piece.whole:
        return ""
    begin = "midnight" if piece.begin.time() == time() else clock_time(piece.begin)
    end = "midnight" if piece.end.time() == time() else clock_time(piece.end)
    return f", {begin} to {end}"
