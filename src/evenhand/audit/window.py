"""The period that an audit judges: acts from one moment up to, and without, another."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from evenhand.record.errors import RecordError
from evenhand.record.manifest import Manifest


@dataclass(frozen=True)
class Window:
    """Acts with `since <= occurred_at < until` (aware instants) are judged; None leaves a side open."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether every act is judged."""
        return self.since is None and self.until is None


def zone_of(manifest: Manifest) -> str:
    """The time zone in which days are counted: the record's own if it has just one, else UTC.

    Raises `RecordError` if it is not known.
    """
    zone = manifest.zones[0] if len(manifest.zones) == 1 else "UTC"
    try:
        return ZoneInfo(zone).key
    except (ValueError, OSError, LookupError):
        raise RecordError(f"the record's time zone {zone!r} is not known: run the intake again.") from None


def moment(text: str, zone: str) -> datetime:
    """`2025-01-31` as that day's midnight in the zone, or a full ISO 8601 instant. `ValueError` otherwise."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)).astimezone(UTC)
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no date: write it like 2025-01-31") from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=ZoneInfo(zone))
    return instant.astimezone(UTC)


def window_of(since: str | None, until: str | None, manifest: Manifest) -> Window:
    """The window that two texts state. Raises `ValueError` for a bad date or an empty window."""
    zone = zone_of(manifest)
    window = Window(moment(since, zone) if since else None, moment(until, zone) if until else None)
    if window.since and window.until and window.since >= window.until:
        raise ValueError(f"no act can lie from {since} up to {until}: --to is the first day left out")
    return window
