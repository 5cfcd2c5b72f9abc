"""What lapses: each room says what of its own ends or falls due before a moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise

from evenhand.desk.home.due import DueItem

AHEAD = timedelta(days=30)
"""How far ahead the home page shows what lapses; the calendar shows up to 90 days."""
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Lapse:
    """At `at` something ends, or is owed by then. `whose` is the subject's name, which may be a person's."""

    at: datetime
    what: str | Promise
    subject: str
    whose: str
    url: str
    agency: str
    zone: str
    room: str

    @property
    def last_moment(self) -> datetime:
        """The last moment before it; for what ends at midnight that is the day that ends."""
        return self.at - _INSTANT

    def as_due(self, now: datetime) -> DueItem:
        """The same on a home page, which names no person."""
        return DueItem(
            f"{self.what}: {self.subject}", self.url, self.at, self.at <= now, self.room, self.zone
        )


Source = Callable[[datetime], list[Lapse]]
_SOURCES: list[Source] = []


def offers_lapses(source: Source) -> Source:
    """Declare a room's source: what lapses before the moment, what has lapsed and still stands included."""
    if source not in _SOURCES:
        _SOURCES.append(source)
    return source


def lapses_until(until: datetime) -> list[Lapse]:
    """All that lapses in scope before `until`, in order of time."""
    return sorted((lapse for source in _SOURCES for lapse in source(until)), key=lambda x: (x.at, x.whose))
