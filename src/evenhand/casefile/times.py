"""The moments of a case file: a day, a minute, seconds, or an estimate, in local time."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from evenhand.record.time import RESOLUTION, Moment, whole_day
from evenhand.rules.wording import span_of

ABOUT_TIME, ABOUT_DAY = timedelta(minutes=30), timedelta(days=3)
"""How far off "about" a time of day, and "about" a day, can be, if the file does not say."""
FORMS = "Write a day (2012-03-14), a time (2012-03-14 15:00) or an estimate (about 2012-03-14 15:00)."
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_SHAPE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(?: ?([ap])\.?m\.?)?)?",
    re.IGNORECASE,
)


def read_moment(text: str, zone: ZoneInfo) -> Moment:
    """A moment as text. Raises `ValueError`, whose message says what is wrong."""
    about, _, rest = text.strip().partition(" ")
    if about.lower() == "about":
        return widened(rest, None, zone)
    return _stated(text.strip(), zone)[0]


def widened(text: str, within: str | None, zone: ZoneInfo) -> Moment:
    """A moment that is known only roughly: `within` is how far off it can be, such as `2h`."""
    moment, is_day = _stated(text.strip(), zone)
    about = ABOUT_DAY if is_day else ABOUT_TIME
    width = about if within is None else span_of(within)
    assert moment.earliest is not None
    assert moment.latest is not None
    return Moment(moment.earliest - width, moment.latest + width)


def _stated(text: str, zone: ZoneInfo) -> tuple[Moment, bool]:
    """A moment as far as the text states it, and whether it is a whole day."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a valid time.")
    day_part, hour, minute, second, fraction, half = found.groups()
    try:
        day = date.fromisoformat(day_part)
    except ValueError:
        raise ValueError(f"{day_part!r} is not a calendar day.") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"The year of {day_part!r} is not between {_FIRST_YEAR} and {_LAST_YEAR}.")
    if hour is None:
        return whole_day(day, zone), True
    micros = int((fraction or "0").ljust(6, "0"))
    day, clock = _time_of_day(text, day, int(hour), int(minute), int(second or 0), micros, half)
    length = timedelta(minutes=1) - RESOLUTION if second is None else timedelta()
    earliest, latest = _instants(datetime.combine(day, clock), zone, text)
    return Moment(earliest, latest + length), False


def _time_of_day(
    text: str, day: date, hour: int, minute: int, second: int, micros: int, half: str | None
) -> tuple[date, time]:
    if half is not None:
        if not 1 <= hour <= 12:
            raise ValueError(f"The hour in {text!r} is not between 1 and 12.")
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    if hour == 24 and minute == second == micros == 0:
        return day + timedelta(days=1), time()
    try:
        return day, time(hour, minute, second, micros)
    except ValueError:
        raise ValueError(f"The time of day in {text!r} is not between 00:00 and 24:00.") from None


def _instants(local: datetime, zone: ZoneInfo, text: str) -> tuple[datetime, datetime]:
    """The earliest and the latest instant that a local time names: two where clocks were set back."""
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError(f"{text!r} did not exist in {zone.key}: clocks were set forward.")
    return min(first, second), max(first, second)
