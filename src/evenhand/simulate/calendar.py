"""Time in the simulator: whole seconds since 1970 (UTC), local clocks, the rhythm of a jail's week."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from evenhand.record.federal_holidays import federal_holidays

Ints = npt.NDArray[np.int64]
MINUTE, HOUR, DAY = 60, 3600, 86400
MICROS = 1_000_000

_BY_HOUR = (54, 46, 40, 32, 26, 22, 22, 26, 32, 38, 42, 44, 46, 48, 52, 56, 60, 62, 64, 66, 68, 70, 68, 62)
_BY_WEEKDAY = (92, 94, 98, 102, 114, 116, 96)
"""Relative numbers of bookings by local hour, and by weekday from Monday."""


def midnight(day: date) -> int:
    """The first second of a day, UTC."""
    return int(datetime.combine(day, time(), UTC).timestamp())


def moment(seconds: int) -> datetime:
    """Seconds since 1970 as an aware instant."""
    return datetime.fromtimestamp(seconds, UTC)


def booking_times(first: int, count: int, total: int, span: tuple[int, int], jitter: Ints) -> Ints:
    """Local clock times of bookings `first` to `first + count` of `total`, rising, by hour and weekday.

    `span` is the period in local seconds; `jitter` (0 to 2**20 - 1) moves each within its share of it.
    """
    hours = np.arange(span[0], span[1], HOUR)
    weekday = (hours // DAY + 3) % 7
    weight = np.take(np.array(_BY_HOUR), hours % DAY // HOUR) * np.take(np.array(_BY_WEEKDAY), weekday)
    edges = np.concatenate([[0], np.cumsum(weight)])
    # Whole numbers throughout: the same bytes on every machine.
    scale = int(edges[-1])
    place = np.arange(first, first + count, dtype=np.int64)
    mark = (place * scale + (jitter * scale >> 20)) // total
    hour = np.minimum(np.searchsorted(edges, mark, side="right") - 1, len(hours) - 1)
    # Within the hour, by the jitter again: one hour holds many bookings.
    return hours[hour] + (jitter * 7919 & 0xFFFFF) * HOUR // (1 << 20)


@dataclass(frozen=True)
class LocalClock:
    """A zone's offsets from UTC as a table: `offsets[k]` seconds from `changes[k]` (UTC) on."""

    changes: Ints
    offsets: Ints

    def to_utc(self, local: Ints) -> Ints:
        """Local clock seconds as UTC; the hour that is skipped in spring is read by the offset before it."""
        return local - self.offsets[np.searchsorted(self.changes + self._before(), local, side="right") - 1]

    def to_local(self, utc: Ints) -> Ints:
        """UTC seconds as local clock seconds."""
        return utc + self.offsets[np.searchsorted(self.changes, utc, side="right") - 1]

    def _before(self) -> Ints:
        """For each change, the offset by which local time is read up to it."""
        return np.concatenate([self.offsets[:1], np.maximum(self.offsets[:-1], self.offsets[1:])])


@cache
def local_clock(zone: str, first_year: int = 2015, last_year: int = 2060) -> LocalClock:
    """The offsets of an IANA zone between two years, found day by day and then by halving."""
    tz = ZoneInfo(zone)

    def offset(seconds: int) -> int:
        delta = datetime.fromtimestamp(seconds, tz).utcoffset()
        assert delta is not None
        return int(delta.total_seconds())

    start, end = midnight(date(first_year, 1, 1)), midnight(date(last_year, 1, 1))
    changes, offsets = [start], [offset(start)]
    for day in range(start, end, 7 * DAY):
        if offset(day + 7 * DAY) != offsets[-1]:
            low, high = day, day + 7 * DAY
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
            changes.append(high)
            offsets.append(offset(high))
    return LocalClock(np.array(changes, dtype=np.int64), np.array(offsets, dtype=np.int64))


def whole_days(moments: Ints, zone: str) -> tuple[Ints, Ints]:
    """The local days in which moments (UTC) fall: the first second of each, and its length in seconds."""
    clock = local_clock(zone)
    day = clock.to_local(moments) // DAY * DAY
    begin = clock.to_utc(day)
    return begin, clock.to_utc(day + DAY) - begin


@cache
def _free_days() -> npt.NDArray[np.datetime64]:
    days = [day for year in range(2015, 2061) for day in federal_holidays(year)]
    return np.array(sorted(days), dtype="datetime64[D]")


def working_days_after(start: Ints, count: int, zone: str, *, skip_holidays: bool) -> Ints:
    """The moment `count` working days of 24 hours after each start, Saturdays and Sundays not counted.

    Days are local ones. Clocks change on Sundays, which do not count, so a counted day has 24 hours.
    """
    clock = local_clock(zone)
    local = clock.to_local(start)
    day = (local // DAY).astype("datetime64[D]")
    free = _free_days() if skip_holidays else np.array([], dtype="datetime64[D]")
    counted = np.is_busday(day, holidays=free)
    of_day = np.where(counted, local % DAY, 0)
    # A span used up exactly at midnight ends when the clock starts again, at the next counted day's midnight.
    end = np.busday_offset(day, count, roll="forward", holidays=free)
    return clock.to_utc(end.astype(np.int64) * DAY + of_day)
