"""The worksheets of one published spreadsheet: rows of values, links behind cells, and its own dates."""

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from evenhand.workbook import (
    Book,
    Merged,
    UnreadableError,
    column_letter,
    column_number,
    fill_merged,
    open_package,
)

MAX_FILE = 64 << 20
MAX_UNPACKED = 512 << 20
MAX_CELLS = 10_000_000
MAX_MERGED = 5000
"""Rows that a merged cell may span and still be read for each of them."""
SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})

_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml$")
_REF_OF_CELL = re.compile(rb'<(?:\w+:)?(?:c|row)\b[^>]*?\br="([A-Z]{0,7})(\d{1,9})"')
_FAR = re.compile(rb'\br="(?:[A-Z]{2,}\d|[A-Z]?\d{5,})')
"""A cell or row outside of the first 26 columns or 9,999 rows; most sheets have none."""
_HYPERLINK = re.compile(rb"<(?:\w+:)?hyperlink\s[^>]*>")
_REF = re.compile(rb'\bref="([A-Z]+)(\d+)')
_RELATION = re.compile(rb'\br:id="([^"]*)"')
_PLAIN_HYPERLINK = re.compile(rb'<hyperlink ref="([A-Z]+)(\d+)" r:id="([^"]+)"')
"""The form in which office programs write it; anything else goes through the slower expressions."""
_PLAIN_TARGET = re.compile(rb'<Relationship Id="([^"]+)" Type="[^"]+" Target="([^"]*)"')
_TARGET = re.compile(
    rb'<(?:\w+:)?Relationship\s(?=[^>]*\bId="([^"]*)")(?=[^>]*\bTarget="([^"]*)")(?=[^>]*hyperlink)[^>]*>'
)
_MODIFIED = re.compile(rb"<dcterms:modified[^>]*>([^<]+)<")
_CREATOR = re.compile(rb"<dc:creator[^>]*>([^<]*)<")
_WORKSHEET = re.compile(r'<(?:\w+:)?sheet\s[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]*)"')
_PART = re.compile(
    r'<(?:\w+:)?Relationship\s(?=[^>]*\bId="([^"]*)")(?=[^>]*\bTarget="([^"]*)")(?=[^>]*/worksheet")[^>]*>'
)
_FORMULA = re.compile(rb"<f[ >/]")
_FORMULA_CELL = re.compile(
    rb'<c\s[^>]*?\br="([A-Z]+)(\d+)"[^>]*?>(?:(?!</c>).)*?<f[ >/](?:(?!</c>).)*?</c>', re.S
)

Row = list[Any]
Links = dict[int, dict[int, str]]
"""Addresses by column and row, both counted from 0 as in the rows read."""


@dataclass
class Worksheet:
    """One worksheet: `rows` from the sheet's first row on, and the web links behind its cells."""

    name: str
    rows: list[Row]
    links: Links = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass
class Workbook:
    """A file's worksheets. `modified` is the moment (UTC) at which the file says it was last saved, if it was
    saved by the office program that wrote it and not by a converting script."""

    worksheets: list[Worksheet]
    modified: datetime | None = None
    notes: list[str] = field(default_factory=list)


def open_workbook(path: Path) -> Workbook:
    """Read a spreadsheet file. Raises `UnreadableError`."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            raise UnreadableError(f"the file has {size:,} bytes", f"a sheet has at most {MAX_FILE:,}")
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableError(
            f"the file cannot be opened ({error.strerror})", "check its name and permissions"
        ) from None
    return parse_workbook(content)


def parse_workbook(content: bytes) -> Workbook:
    """Read a spreadsheet from its bytes. Raises `UnreadableError`."""
    package = open_package(content, MAX_UNPACKED)
    sheets = [] if package is None else [n for n in package.namelist() if _SHEET_PART.match(n)]
    if package is not None:
        for name in sheets:
            _check_area(package, name)
    book = Book(content, apart=not sheets)
    result = Workbook([_worksheet(book, name) for name in book.names])
    if package is not None:
        _read_package(package, result)
    return result


def _unpacked(package: zipfile.ZipFile, part: str) -> bytes:
    """One part of a package. Raises `UnreadableError`."""
    try:
        return package.read(part)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        KeyError,
        NotImplementedError,
        RuntimeError,
    ):
        raise UnreadableError("the file is cut short or damaged", "fetch it again") from None


def _check_area(package: zipfile.ZipFile, part: str) -> None:
    """Refuse a sheet whose cells lie far apart: the reader makes room for all cells between them."""
    xml = _unpacked(package, part)
    if _FAR.search(xml) is None:
        return
    places = _REF_OF_CELL.findall(xml)
    rows = max(int(row) for _, row in places)
    columns = max(column_number(letters.decode()) for letters, _ in places) + 1
    if rows * columns > MAX_CELLS:
        raise UnreadableError(
            f"a sheet reaches over {rows:,} rows and {columns:,} columns",
            f"a sheet has at most {MAX_CELLS:,} cells; delete the far cells",
        )


def _worksheet(book: Book, name: str) -> Worksheet:
    sheet = book.sheet(name)
    merged = [m for m in sheet.merged if m.bottom - m.top <= MAX_MERGED]
    filled: set[Merged] = set()
    rows = sheet.all_rows()
    result = Worksheet(name, list(fill_merged(rows, merged, filled)) if merged else rows)
    for cell in merged:
        if cell in filled:
            first, last = f"{column_letter(cell.left)}{cell.top + 1}", column_letter(cell.right)
            result.notes.append(f"merged cell {first}:{last}{cell.bottom + 1} read for each row")
    return result


def _read_package(package: zipfile.ZipFile, book: Workbook) -> None:
    """Add what the row reader does not give: links, the date of saving, formulas, macros."""
    names = set(package.namelist())
    if "docProps/core.xml" in names:
        book.modified = _modified(_unpacked(package, "docProps/core.xml"))
    if any(name.endswith("vbaProject.bin") for name in names):
        book.notes.append("holds a macro, which was not run")
    if "xl/workbook.xml" not in names:
        return
    parts = _worksheet_parts(package, names, book.worksheets)
    for sheet in book.worksheets:
        part = parts.get(sheet.name)
        if part is None or part not in names:
            continue
        xml, relations = _unpacked(package, part), _relations_name(part)
        if relations in names:
            _read_links(sheet, xml, _unpacked(package, relations))
        if _FORMULA.search(xml):
            _read_formulas(sheet, xml)


def _modified(core: bytes) -> datetime | None:
    found, creator = _MODIFIED.search(core), _CREATOR.search(core)
    if found is None or (creator and creator.group(1).strip().lower() in (b"openpyxl", b"xlsxwriter")):
        return None
    try:
        moment = datetime.fromisoformat(found.group(1).decode())
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _worksheet_parts(
    package: zipfile.ZipFile, names: set[str], worksheets: list[Worksheet]
) -> dict[str, str]:
    """The package part that holds each worksheet, by the worksheet's name."""
    alone = [name for name in names if name.startswith("xl/worksheets/") and name.endswith(".xml")]
    if len(worksheets) == len(alone) == 1:
        return {worksheets[0].name: alone[0]}
    relations = "xl/_rels/workbook.xml.rels"
    if relations not in names:
        return {}
    targets = dict(_PART.findall(_unpacked(package, relations).decode("utf-8", "replace")))
    listed = _WORKSHEET.findall(_unpacked(package, "xl/workbook.xml").decode("utf-8", "replace"))
    return {
        unescape(name): "xl/" + targets[key].removeprefix("/xl/") for name, key in listed if key in targets
    }


def _relations_name(part: str) -> str:
    folder, name = part.rsplit("/", 1)
    return f"{folder}/_rels/{name}.rels"


def _read_links(sheet: Worksheet, xml: bytes, relations: bytes) -> None:
    start = xml.find(b"hyperlinks")
    if start < 0:
        return
    targets = dict(_PLAIN_TARGET.findall(relations))
    if len(targets) < relations.count(b"Target="):
        targets = dict(_TARGET.findall(relations))
    found = _PLAIN_HYPERLINK.findall(xml, start)
    if len(found) < xml.count(b"hyperlink ", start):
        found = [
            (*ref.groups(), key.group(1))
            for tag in _HYPERLINK.findall(xml, start)
            if (ref := _REF.search(tag)) and (key := _RELATION.search(tag))
        ]
    columns: dict[bytes, dict[int, str]] = {}
    for letters, number, key in found:
        if key in targets:
            column = columns.get(letters)
            if column is None:
                column = columns[letters] = sheet.links.setdefault(column_number(letters.decode()), {})
            column[int(number) - 1] = _address(targets[key])


@lru_cache(maxsize=1 << 16)
def _address(target: bytes) -> str:
    return without_recipient(unescape(target.decode("utf-8", "replace")))


def _read_formulas(sheet: Worksheet, xml: bytes) -> None:
    """A formula counts as its saved value; one without a saved value is named, so that it is not lost."""
    found = [(m.group(1).decode(), int(m.group(2)) - 1) for m in _FORMULA_CELL.finditer(xml)]
    empty = [
        f"{letters}{row + 1}"
        for letters, row in found
        if row < len(sheet.rows)
        and column_number(letters) < len(sheet.rows[row])
        and sheet.rows[row][column_number(letters)] == ""
    ]
    if found:
        sheet.notes.append(f"{len(found)} formulas read as their saved values")
    if empty:
        sheet.notes.append(f"formulas without a saved value: {', '.join(empty[:20])}")


_SAFELINK = re.compile(r"^https?://[^/]*safelinks\.protection\.outlook\.com/.*?[?&]url=([^&]+)", re.I)
_ARCHIVED = re.compile(r"^https?://web\.archive\.org/web/(\d{14})[a-z_]*/(.*)$", re.I | re.S)
_EXTENSION = re.compile(r"^chrome-extension://[^/]*/")


def without_recipient(link: str) -> str:
    """A mail filter's link without the part that names whose mail it stood in; other links as they are."""
    found = _SAFELINK.match(link)
    if found is None:
        return link
    host = link[: link.index("/", link.index("://") + 3)]
    return f"{host}/?url={found.group(1)}"


@lru_cache(maxsize=1 << 16)
def plain_address(link: str) -> tuple[str, tuple[str, ...]]:
    """The document that a link leads to, and the names of the wrappings that were taken off."""
    steps: tuple[str, ...] = ()
    link = link.strip()
    if found := _SAFELINK.match(link):
        link, steps = unquote(found.group(1)), (*steps, "mail filter taken off the link")
    if found := _EXTENSION.match(link):
        link, steps = link[found.end() :], (*steps, "browser extension taken off the link")
    if found := _ARCHIVED.match(link):
        link, steps = found.group(2), (*steps, "web archive taken off the link")
    if found := re.match(r"^(https?):/(?=[^/])", link):
        link, steps = f"{found.group(1)}://{link[found.end() :]}", (*steps, "slash added to the link")
    if link.startswith("http://www.ice.gov/"):
        link = "https://" + link[7:]
    return link, steps


def archived_at(link: str) -> datetime | None:
    """The moment (UTC) at which a web archive captured the page that a link leads to."""
    found = _ARCHIVED.match(link)
    if found is None:
        return None
    try:
        return datetime.strptime(found.group(1), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
