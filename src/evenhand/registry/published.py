"""When a sheet was published: its file's name, checked against what is inside it and against its neighbours.

A file name can lie (a sheet of January 2026 named 2025) or be impossible (`2202-09-00`). The moment at which
the workbook was last saved and the latest signing day inside bound the true day from below.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_EASTERN = timedelta(hours=5)
"""ICE's office saves in New York's time; an hour of daylight saving moves no sheet across midnight here."""

FIRST_SHEET = date(2021, 1, 1)
TRUST_DAYS = 10
"""A sheet appears at most this many days after it was last saved."""


@dataclass(frozen=True)
class Published:
    """The day of publication, the half day that a name states (`am`, `mid`, `pm` or empty), how it was found
    (`file name`, `capture`, `saved`, `corrected`, `neighbours`) and the reason in words."""

    day: date
    half: str
    basis: str
    reason: str
    moment: datetime

    @property
    def order(self) -> tuple[date, int, datetime]:
        return self.day, {"am": 0, "mid": 1, "": 1, "pm": 2}[self.half], self.moment


@dataclass(frozen=True)
class Evidence:
    """What is known of a sheet's day: its name, last saving, capture, latest signing day and its
    rows (as places in a pool)."""

    name: str
    kind: str
    modified: datetime | None
    captured: datetime | None
    latest_signed: date | None
    rows: Collection[int]


_NAMED = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(am|pm|mid)?", re.I)
_RUN = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4})(am|pm|mid)?(?!\d)", re.I)
_ODD = re.compile(r"(?<!\d)(\d{8,9})(am|pm|mid)?(?!\d)", re.I)


def named_day(name: str) -> tuple[date | None, str, str]:
    """The day that a file name claims (none if there is no such day), the half day, and the claim itself."""
    if found := _NAMED.search(name):
        year, month, day = (int(found.group(n)) for n in (1, 2, 3))
    elif found := _RUN.search(name):
        month, day, year = (int(found.group(n)) for n in (1, 2, 3))
    elif found := _ODD.search(name):
        return None, (found.group(2) or "").lower(), found.group(0)
    else:
        return None, "", ""
    half = (found.group(4) or "").lower()
    try:
        return date(year, month, day), half, found.group(0)
    except ValueError:
        return None, half, found.group(0)


def date_sheets(sheets: Sequence[Evidence]) -> list[Published]:
    """The day of each sheet. Sheets that nothing inside dates are placed by the most alike of the others."""
    found = [_from_itself(sheet) for sheet in sheets]
    placed = [(s, p) for s, p in zip(sheets, found, strict=True) if p is not None]
    return [p or _from_neighbours(s, placed) for s, p in zip(sheets, found, strict=True)]


def _moment(day: date, sheet: Evidence) -> datetime:
    return sheet.modified or datetime(day.year, day.month, day.day, 17, tzinfo=UTC)


def _from_itself(sheet: Evidence) -> Published | None:
    named, half, claim = named_day(sheet.name)
    if sheet.captured:
        day = sheet.captured.date()
        return Published(day, "", "capture", "a web archive captured the page then", sheet.captured)
    saved = (sheet.modified - _EASTERN).date() if sheet.modified else None
    if named and _agrees(named, saved, sheet.latest_signed):
        note = f", last saved {saved}" if saved else ""
        return Published(named, half, "file name", f"the file is named {claim}{note}", _moment(named, sheet))
    lies = _contradiction(named, claim, saved, sheet.latest_signed)
    if saved is None:
        return None
    if corrected := _corrected(named, claim, saved):
        reason = f"{lies}; {corrected} differs from the name by one part and follows the saving"
        return Published(corrected, half, "corrected", reason, _moment(corrected, sheet))
    return Published(
        saved, half, "saved", f"{lies}; the day of the last saving stands", _moment(saved, sheet)
    )


def _agrees(named: date, saved: date | None, latest: date | None) -> bool:
    if latest and latest > named + timedelta(days=3) and latest.year < 2100 and saved is None:
        return False
    if saved is None:
        return 2005 <= named.year < 2100
    return -2 <= (named - saved).days <= TRUST_DAYS


def _contradiction(named: date | None, claim: str, saved: date | None, latest: date | None) -> str:
    if named is None:
        return f"{claim!r} in the file's name is no day" if claim else "the file's name has no day"
    if saved:
        return f"the file is named {claim} but was last saved on {saved}"
    return f"the file is named {claim} but holds an agreement signed on {latest}"


def _corrected(named: date | None, claim: str, saved: date) -> date | None:
    """The name's day with its year, or its month, or its digits put right, if that follows the saving."""
    candidates: list[date] = []
    digits = re.sub(r"\D", "", claim)
    if named:
        for year, month in ((saved.year, named.month), (named.year, saved.month), (saved.year, saved.month)):
            try:
                candidates.append(date(year, month, named.day))
            except ValueError:
                continue
    elif len(digits) == 9:
        for place in range(9):
            text = digits[:place] + digits[place + 1 :]
            try:
                candidates.append(datetime.strptime(text, "%m%d%Y").date())
            except ValueError:
                continue
    fitting = [day for day in candidates if 0 <= (day - saved).days <= TRUST_DAYS]
    return min(fitting, default=None)


def _from_neighbours(sheet: Evidence, placed: Sequence[tuple[Evidence, Published]]) -> Published:
    """The day of the sheet of its kind that shares most rows; the earlier one where two share as many."""
    _, half, claim = named_day(sheet.name)
    best: tuple[float, date] | None = None
    own = frozenset(sheet.rows)
    for other, published in placed:
        theirs = frozenset(other.rows) if other.kind == sheet.kind else frozenset()
        if other.kind != sheet.kind or not (theirs | own):
            continue
        alike = len(theirs & own) / len(theirs | own)
        if best is None or alike > best[0] or (alike == best[0] and published.day < best[1]):
            best = (alike, published.day)
    signed = sheet.latest_signed
    if best and best[0] > 0.3:
        day, why = best[1], f"its rows are most like those of the sheet of {best[1]} ({best[0]:.0%} shared)"
        if signed and signed > day:
            day, why = signed, f"{why}, and its latest agreement was signed on {signed}"
    else:
        named = named_day(sheet.name)[0]
        near = named.replace(day=min(named.day, 28), year=2000 + named.year % 1000) if named else None
        day = signed or (best[1] if best else None) or near or FIRST_SHEET
        why = f"its latest agreement was signed on {signed}" if signed else "nothing inside dates it"
    said = f"{claim!r} in the file's name cannot be its day" if claim else "the file's name has no day"
    return Published(day, half, "neighbours", f"{said}; {why}", _moment(day, sheet))
