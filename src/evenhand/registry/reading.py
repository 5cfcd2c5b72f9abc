"""Reading sheets into rows as published: every row of every worksheet is kept or refused with a reason."""

import gc
import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import repeat
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from evenhand.record.digest import sha256_of
from evenhand.registry.header import COLUMNS, Header, find_header, headings
from evenhand.registry.workbook import (
    SPREADSHEETS,
    Workbook,
    Worksheet,
    archived_at,
    open_workbook,
    without_recipient,
)
from evenhand.workbook import UnreadableError

IN_FORCE, PENDING = "in_force", "pending"
"""A sheet lists agreements in force, or agencies that have asked for one."""


class Raw(NamedTuple):
    """One row's cells as published, by meaning. A cell that the sheet lacks is empty.

    A true date in `signed` is its ISO day, anything else the text or number as found. What a web archive put
    before a link is not repeated here (see the sheet's `captured_at`), nor whose mail it was copied from.
    """

    state: str
    agency: str
    type: str
    county: str
    support: str
    signed: str
    moa: str
    addendum: str
    moa_link: str
    addendum_link: str
    extra: str


@dataclass(frozen=True)
class RefusedRows:
    """Rows `first` to `last` (as a spreadsheet counts them) that are no observation, and why."""

    worksheet: str
    first: int
    last: int
    reason: str

    @property
    def count(self) -> int:
        return self.last - self.first + 1


Shape = tuple[str, ...]
"""The meanings of a sheet's columns in their order, an empty text, and the headings of those without one."""


class Pool:
    """Distinct rows as published, each kept once however many sheets repeat it. `seen` has the place of each
    row of cells that was met, by the sheet's shape: its cells and the links behind them."""

    def __init__(self) -> None:
        self.raws: list[Raw] = []
        self._place: dict[Raw, int] = {}
        self.seen: dict[Shape, dict[tuple[Any, str, str], int]] = {}

    def add(self, raw: Raw) -> int:
        """The row's place in `raws`."""
        place = self._place.get(raw)
        if place is None:
            place = self._place[raw] = len(self.raws)
            self.raws.append(raw)
        return place


@dataclass
class SheetFile:
    """One file as read. `rows` (numbers as a spreadsheet counts them) and `contents` (places in the pool) go
    together. `captured` is the moment at which a web archive took the page that the sheet was made from."""

    name: str
    sha256: str
    size: int
    kind: str = IN_FORCE
    kind_reason: str = ""
    modified: datetime | None = None
    captured: datetime | None = None
    worksheet: str = ""
    columns: tuple[str, ...] = ()
    rows: "array[int]" = field(default_factory=lambda: array("i"))
    contents: "array[int]" = field(default_factory=lambda: array("i"))
    refused: list[RefusedRows] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rows_read(self) -> int:
        return len(self.rows) + sum(r.count for r in self.refused)


@dataclass(frozen=True)
class RefusedSheet:
    """A file that could not be read, why, and what to do."""

    name: str
    sha256: str
    reason: str
    remedy: str


def sheet_paths(source: Path) -> list[Path]:
    """The spreadsheets in a folder, or the one file named, by name; office programs' lock files are left."""
    if source.is_file():
        return [source]
    if not source.exists():
        raise FileNotFoundError(f"{source} does not exist: name a folder of sheets, or one sheet")
    found = [p for p in source.rglob("*") if p.suffix.lower() in SPREADSHEETS and p.is_file()]
    found = [p for p in found if not p.name.startswith(("~$", "."))]
    if not found:
        raise FileNotFoundError(f"{source} holds no spreadsheet ({', '.join(sorted(SPREADSHEETS))})")
    return sorted(found, key=lambda p: (p.name, str(p)))


def read_sheet(path: Path, pool: Pool, sha256: str | None = None) -> SheetFile:
    """Read one sheet. Raises `UnreadableError` if no worksheet has the columns of a list of agencies."""
    book = open_workbook(path)
    digest = sha256 or sha256_of(path)
    return sheet_from_workbook(path.name, digest, path.stat().st_size, book, pool)


def sheet_from_workbook(name: str, sha256: str, size: int, book: Workbook, pool: Pool) -> SheetFile:
    """The rows of a workbook's lists. Raises `UnreadableError` if it holds none."""
    sheet = SheetFile(name, sha256, size, modified=book.modified, notes=list(book.notes))
    for worksheet in book.worksheets:
        header = find_header(worksheet.rows)
        if header is None:
            if any(v != "" for row in worksheet.rows for v in row):
                sheet.notes.append(
                    f"worksheet {worksheet.name!r} skipped ({len(worksheet.rows)} rows): its columns "
                    f"({', '.join(headings(worksheet.rows))}) are not those of a list of agencies"
                )
            continue
        if not sheet.worksheet:
            sheet.worksheet, sheet.columns = worksheet.name, tuple(c for c in COLUMNS if c in header.columns)
            sheet.kind, sheet.kind_reason = _kind(name, header, worksheet)
        _read_rows(sheet, worksheet, header, pool)
    if not sheet.worksheet:
        found = "; ".join(f"{w.name!r}: {', '.join(headings(w.rows)) or 'empty'}" for w in book.worksheets)
        raise UnreadableError(
            f"no worksheet has the columns STATE, LAW ENFORCEMENT AGENCY and SUPPORT TYPE (found {found})",
            "check that this is one of ICE's 287(g) sheets",
        )
    return sheet


def _kind(name: str, header: Header, sheet: Worksheet) -> tuple[str, str]:
    """A list with a column of signing days, or with links to agreements, is of agreements in force."""
    if "signed" in header.columns:
        return IN_FORCE, "it has a column of signing days"
    if sheet.links:
        return IN_FORCE, "it has no column of signing days but links to agreements"
    named = re.search(r"particip|entit", name, re.I)
    said = ", although its file is named as a list of agreements in force" if named else ""
    return PENDING, f"it has no column of signing days and no link to an agreement{said}"


def _read_rows(sheet: SheetFile, worksheet: Worksheet, header: Header, pool: Pool) -> None:
    sheet.notes += worksheet.notes
    unread = next((n for n in worksheet.notes if n.startswith("formulas without")), "")
    present = tuple(c for c in COLUMNS if c in header.columns)
    columns = [header.columns[c] for c in present] + list(header.others.values())
    moa, addendum = header.columns.get("moa", -1), header.columns.get("addendum", -1)
    first, rows = header.row + 1, worksheet.rows[header.row + 1 :]
    if capture := _capture(sheet, worksheet, header.row, moa):
        for row in rows:
            if row[moa].startswith(capture):
                row[moa] = row[moa][len(capture) :]
    links, added = (_down(worksheet.links.get(column), first, len(rows)) for column in (moa, addendum))
    # In few calls for all rows: most are of a row met before, and there are hundreds of thousands.
    keys: list[tuple[Any, str, str]] = list(zip(map(itemgetter(*columns), rows), links, added, strict=False))
    seen = pool.seen.setdefault((*present, "", *header.others), {})
    places = list(map(seen.get, keys))
    numbers: Iterable[int] = range(first + 1, first + 1 + len(rows))
    if None in places:
        for at in [at for at, place in enumerate(places) if place is None]:
            if keys[at] not in seen:
                raw = _raw(keys[at][0], present, list(header.others), *keys[at][1:])
                if reason := _refusal(raw, unread, first + at):
                    _refuse(sheet, worksheet.name, first + at + 1, reason)
                    continue
                seen[keys[at]] = pool.add(raw)
            places[at] = seen[keys[at]]
        numbers = [number for number, place in zip(numbers, places, strict=True) if place is not None]
    sheet.rows.extend(numbers)
    sheet.contents.extend([place for place in places if place is not None])


def _down(links: dict[int, str] | None, first: int, rows: int) -> Iterable[str]:
    """The links down one column, from the row `first` on."""
    return [links.get(row, "") for row in range(first, first + rows)] if links else repeat("", rows)


def _capture(sheet: SheetFile, worksheet: Worksheet, header_row: int, moa: int) -> str:
    """What a web archive put before each link, if it did; it says when the page was captured."""
    if moa < 0:
        return ""
    for row in worksheet.rows[header_row + 1 : header_row + 20]:
        link = row[moa] if isinstance(row[moa], str) else ""
        if (moment := archived_at(link)) is not None:
            sheet.captured = moment
            return link[: link.index("/", link.index("/web/") + 5) + 1]
    return ""


def _raw(cells: tuple[Any, ...], present: tuple[str, ...], others: list[str], link: str, added: str) -> Raw:
    text = {name: as_text(value) for name, value in zip(present, cells, strict=False)}
    extra = "; ".join(
        f"{name}={as_text(value).strip()}"
        for name, value in zip(others, cells[len(present) :], strict=True)
        if as_text(value).strip()
    )
    for name in ("moa", "addendum"):
        if name in text:
            text[name] = without_recipient(text[name])
    return Raw(**{c: text.get(c, "") for c in COLUMNS}, moa_link=link, addendum_link=added, extra=extra)


def as_text(value: object) -> str:
    """A cell's value as text: 45000.0 as `45000`, a day as ISO."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if not isinstance(value, date) else value.isoformat()


def _refusal(raw: Raw, unread: str, number: int) -> str | None:
    if raw.state.strip() and raw.agency.strip():
        return None
    if unread and re.search(rf"\b[A-Z]+{number + 1}\b", unread):
        return "a formula without a saved value: open the sheet in a spreadsheet program and save it"
    texts = [t.strip() for t in map(str, raw) if t.strip()]
    if not texts:
        return "blank row"
    if not raw.state.strip() and not raw.agency.strip():
        return f"no state and no agency (the row says {', '.join(texts)[:80]!r})"
    if not raw.state.strip():
        return f"no state for {raw.agency.strip()!r}"
    return f"no agency (state {raw.state.strip()!r})"


def _refuse(sheet: SheetFile, worksheet: str, row: int, reason: str) -> None:
    """Add a refused row; neighbours refused for one reason stand as one entry."""
    last = sheet.refused[-1] if sheet.refused else None
    if last and (last.worksheet, last.last, last.reason) == (worksheet, row - 1, reason):
        sheet.refused[-1] = RefusedRows(worksheet, last.first, row, reason)
    else:
        sheet.refused.append(RefusedRows(worksheet, row, row, reason))


def read_some(tasks: list[tuple[Path, str]], pool: Pool) -> tuple[list[SheetFile], list[RefusedSheet]]:
    """Read some sheets, each given with its hash."""
    sheets, refused = [], []
    for path, digest in tasks:
        try:
            sheets.append(read_sheet(path, pool, digest))
        except UnreadableError as error:
            refused.append(RefusedSheet(path.name, digest, error.reason, error.remedy))
    return sheets, refused


def read_apart(tasks: list[tuple[Path, str]]) -> tuple[list[Raw], list[SheetFile], list[RefusedSheet]]:
    """Read some sheets in a process of its own; the first part of the result is its pool."""
    gc.disable()  # the process ends with its work
    pool = Pool()
    return pool.raws, *read_some(tasks, pool)
