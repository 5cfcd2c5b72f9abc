"""The federal holidays (5 U.S.C. 6103), on their own day and on the day they are observed.

A holiday on a Saturday is observed on the Friday before, one on a Sunday on the Monday after (5 U.S.C.
6103(b), E.O. 11582). The days are those of the law since 1978, when Veterans Day returned to November 11.
"""

from datetime import date, timedelta
from functools import cache

_MONDAY, _THURSDAY = 0, 3


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    """The first, second... of a weekday in a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


def _by_law(year: int) -> list[date]:
    days = [
        date(year, 1, 1),
        _nth(year, 2, _MONDAY, 3),
        _last_monday_of_may(year),
        date(year, 7, 4),
        _nth(year, 9, _MONDAY, 1),
        _nth(year, 10, _MONDAY, 2),
        date(year, 11, 11),
        _nth(year, 11, _THURSDAY, 4),
        date(year, 12, 25),
    ]
    if year >= 1986:
        days.append(_nth(year, 1, _MONDAY, 3))
    if year >= 2021:
        days.append(date(year, 6, 19))
    return days


def _observed(day: date) -> date:
    shift = {5: -1, 6: 1}.get(day.weekday(), 0)
    return day + timedelta(days=shift)


@cache
def federal_holidays(year: int) -> frozenset[date]:
    """Every day of the year that is a federal holiday, or on which one is observed."""
    days = _by_law(year)
    if year < date.max.year:
        # New Year's Day on a Saturday is observed in the year before.
        days.append(date(year + 1, 1, 1))
    return frozenset(d for day in days for d in (day, _observed(day)) if d.year == year)
