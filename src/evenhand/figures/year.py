"""The federal fiscal year (31 U.S.C. 1102): 1 October to 30 September, named for its end."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_NAME = re.compile(r"(?:FY)?\s*(\d{4})", re.IGNORECASE)
FIRST, LAST = 1901, 2199


@dataclass(frozen=True)
class FiscalYear:
    """`FiscalYear(2019)` runs from 1 October 2018 up to, and without, 1 October 2019."""

    number: int

    @property
    def name(self) -> str:
        return f"FY{self.number}"

    @property
    def first_day(self) -> date:
        return date(self.number - 1, 10, 1)

    @property
    def end_day(self) -> date:
        """The first day of the next year."""
        return date(self.number, 10, 1)

    def bounds(self, zone: str) -> tuple[datetime, datetime]:
        """The instants (UTC) of the year's local midnights in an IANA zone: from, up to and without."""
        here = ZoneInfo(zone)
        first, end = (datetime.combine(day, time(), here) for day in (self.first_day, self.end_day))
        return first.astimezone(UTC), end.astimezone(UTC)


def fiscal_year(text: str) -> FiscalYear:
    """`FY2019` or `2019`. Raises `ValueError` otherwise."""
    found = _NAME.fullmatch(text.strip())
    if not found or not FIRST <= int(found[1]) <= LAST:
        raise ValueError(
            f"{text!r} is no fiscal year: write it like FY2019 (1 October 2018 to 30 September 2019)"
        )
    return FiscalYear(int(found[1]))


def fiscal_year_of(day: date) -> FiscalYear:
    """The fiscal year that a day lies in."""
    return FiscalYear(day.year + (day.month >= 10))
