"""Moments as intervals: from the earliest to the latest moment at which something can have happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

RESOLUTION = timedelta(microseconds=1)
"""Moments are whole microseconds, so an interval ends one microsecond before the next begins."""
ORDERED_UP_TO = timedelta(minutes=1)
"""Intervals shorter than this keep the source's order: people who log by the minute write events in sequence.
A log by the day says nothing about the order."""


@dataclass(frozen=True)
class Moment:
    """The earliest and the latest moment; None means no limit."""

    earliest: datetime | None
    latest: datetime | None

    @property
    def exact(self) -> bool:
        return self.earliest is not None and self.earliest == self.latest


def moment_of(event: Mapping[str, Any]) -> Moment:
    """When an event happened, from its `occurred_at` and `occurred_by`."""
    earliest: datetime = event["occurred_at"]
    return Moment(earliest, event.get("occurred_by") or earliest)


def in_given_order(first: Moment, second: Moment) -> bool:
    """Whether two events of these moments happened in the order in which the record gives them, or at once.

    So it is if both are stated for the same minute, or from the same moment on for a shorter time.
    """
    return first.earliest == second.earliest and _is_short(first) and _is_short(second)


def _is_short(moment: Moment) -> bool:
    if moment.earliest is None or moment.latest is None:
        return False
    return timedelta(0) < moment.latest - moment.earliest < ORDERED_UP_TO


def whole_minute(start: datetime) -> Moment:
    """The minute that begins at an aware moment."""
    return Moment(start, start + timedelta(minutes=1) - RESOLUTION)


def whole_day(day: date, zone: ZoneInfo) -> Moment:
    """The local day in a time zone, in UTC."""
    begin = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return Moment(begin, end - RESOLUTION)
