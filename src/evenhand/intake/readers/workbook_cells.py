"""A look into the parts of a workbook before it is read: its real size, and cells without a value.

The reader gives an empty cell for an error (`#REF!`) and for a formula that was never calculated. Both are
found here, except in XLS, where they read as empty cells.
"""

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import Limits
from evenhand.intake.readers.bytestream import READ, refuse_bomb
from evenhand.workbook import column_number

Holes = dict[tuple[int, int], str]
"""Cells by row and column (from 1): the error that each holds, '' for a formula without a value."""

_PLACE = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ERROR = re.compile(rb'\bt="e"')
_VALUE = re.compile(rb"<v>([^<]+)</v>|<is>")
_ODS_TAG = re.compile(rb"<table:(table-row|table-cell|covered-table-cell|table)(?=[\s/>])([^>]*?)(/?)>")
_ODS_NAME = re.compile(rb'\btable:name="([^"]*)"')
_ODS_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,9})"')
_ODS_ERROR = re.compile(rb'\bcalcext:value-type="error"')
_ODS_TEXT = re.compile(rb"<text:p[^>]*>([^<]*)")
_SHEETS = re.compile(rb'<(?:\w+:)?sheet\s[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]*)"')
_TARGETS = re.compile(rb'<(?:\w+:)?Relationship\s(?=[^>]*\bId="([^"]*)")(?=[^>]*\bTarget="([^"]*)")[^>]*>')
_LISTS = (
    "xl/workbook.xml",
    "xl/workbook.bin",
    "xl/_rels/workbook.xml.rels",
    "xl/_rels/workbook.bin.rels",
)
"""The parts that list a workbook's sheets, in XLSX and in XLSB."""
_ODS_WIDEST = 16_384
_XLSB_ROW, _XLSB_CELLS, _XLSB_ERRORS, _XLSB_SHEET = 0, range(1, 12), (3, 11), 156
"""Types of XLSB records: a row's start, its cells, those that hold an error; and a sheet's name."""
_XLSB_NAMES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def inspect(path: Path, limits: Limits) -> dict[str, Holes]:
    """Unpack every part of a workbook once, within the limits; return the holes by the sheet's name.

    Raises `IntakeError` for damage, for a decompression bomb, and for a sheet over `limits.cells`.
    """
    if not zipfile.is_zipfile(path):
        return {}
    size, out = path.stat().st_size, 0
    holes: dict[str, Holes] = {}
    tables = _Tables(path.name, limits)
    lists = dict.fromkeys(_LISTS, b"")
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
            for member in archive.infolist():
                look = _sheet_part(member.filename, path.name, limits)
                for piece in _member(raw, member):
                    out += len(piece)
                    refuse_bomb(path, size, out, limits)
                    if look is not None:
                        look.read(piece)
                    elif member.filename in lists:
                        lists[member.filename] += piece
                    elif member.filename == "content.xml":
                        tables.read(piece)
                if look is not None:
                    holes[member.filename] = look.holes
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise IntakeError(
            f"{path.name}: the workbook is cut off or damaged ({error}). None of it was taken in. "
            "Copy it again from its owner."
        ) from None
    xml, binary, xml_relations, binary_relations = lists.values()
    if binary:
        return _by_name(holes, _xlsb_sheets(binary), binary_relations)
    return tables.holes or _by_name(holes, _SHEETS.findall(xml), xml_relations)


def _sheet_part(part: str, file: str, limits: Limits) -> "_Sheet | _BinarySheet | None":
    if not part.startswith("xl/worksheets/"):
        return None
    return _BinarySheet(file, limits) if part.endswith(".bin") else _Sheet(file, limits)


class _Sheet:
    """What is seen of one XLSX sheet while its XML passes."""

    def __init__(self, file: str, limits: Limits) -> None:
        self._file, self._limits = file, limits
        self._held, self._last_row, self._last_column = b"", 0, 0
        self.holes: Holes = {}

    def read(self, piece: bytes) -> None:
        held = self._held + piece
        for match in _PLACE.finditer(held):
            self._last_row = max(self._last_row, int(match[2]))
            self._last_column = max(self._last_column, column_number(match[1].decode()) + 1)
        _check_area(self._file, self._last_row, self._last_column, self._limits)
        end = held.rfind(b"</c>") + 4 if b"</c>" in held else 0
        self._find_holes(held[:end])
        self._held = held[end:][-(1 << 20) :]

    def _find_holes(self, xml: bytes) -> None:
        if b"<f" not in xml and b't="e"' not in xml:
            return
        for match in _CELL.finditer(xml):
            attributes, inside = match[1], match[2] or b""
            error = _ERROR.search(attributes)
            value = _VALUE.search(inside)
            if error is None and (b"<f" not in inside or value is not None):
                continue
            reference = _REFERENCE.search(attributes)
            if reference is None:
                continue
            place = (int(reference[2]), column_number(reference[1].decode()) + 1)
            shown = value[1].decode(errors="replace") if error and value and value[1] else ""
            self.holes[place] = shown


class _Tables:
    """What is seen of the sheets of an ODS workbook while its XML passes. One cell may stand for many."""

    def __init__(self, file: str, limits: Limits) -> None:
        self._file, self._limits, self._held = file, limits, b""
        self._row, self._column, self._widest, self._rows = 0, 0, 0, 1
        self._here: Holes = {}
        self.holes: dict[str, Holes] = {}

    def read(self, piece: bytes) -> None:
        held = self._held + piece
        end = held.rfind(b"</table:table-row>")
        for match in _ODS_TAG.finditer(held, 0, max(end, 0)):
            self._tag(match[1], match[2], match[3] == b"/", held, match.end())
        self._held = held[max(end, 0) :]

    def _tag(self, tag: bytes, attributes: bytes, empty: bool, xml: bytes, at: int) -> None:
        found = _ODS_REPEATED.search(attributes)
        count = int(found[1]) if found else 1
        if tag == b"table":
            name = _ODS_NAME.search(attributes)
            self._here = self.holes.setdefault(_text(name[1]) if name else "", {})
            self._row, self._widest, self._rows = 0, 0, 1
        elif tag == b"table-row":
            # The rows of the last tag are behind; what this one's cells are is yet to come.
            self._row += self._rows if self._row else 1
            self._column, self._rows = 0, count
        else:
            if not empty:
                self._widest = max(self._widest, min(self._column + count, _ODS_WIDEST))
                _check_area(self._file, self._row + self._rows - 1, self._widest, self._limits)
            if _ODS_ERROR.search(attributes):
                text = _ODS_TEXT.search(xml, at, at + 1000)
                self._here[self._row, self._column + 1] = _text(text[1]) if text else ""
            self._column += count


def _check_area(file: str, rows: int, columns: int, limits: Limits) -> None:
    if rows * columns > limits.cells:
        raise IntakeError(
            f"{file}: a sheet reaches over {rows:,} rows and {columns:,} columns, more than "
            f"{limits.cells:,} cells. Save the sheet as CSV."
        )


class _BinarySheet:
    """What is seen of one XLSB sheet while its records pass."""

    def __init__(self, file: str, limits: Limits) -> None:
        self._file, self._limits, self._held = file, limits, b""
        self._row, self._widest = 0, 0
        self.holes: Holes = {}

    def read(self, piece: bytes) -> None:
        held, at = self._held + piece, 0
        for kind, start, end in _records(held):
            at = end
            if kind == _XLSB_ROW:
                self._row = int.from_bytes(held[start : start + 4], "little") + 1
            elif kind in _XLSB_CELLS and self._row:
                column = int.from_bytes(held[start : start + 4], "little") + 1
                self._widest = max(self._widest, column)
                _check_area(self._file, self._row, self._widest, self._limits)
                if kind in _XLSB_ERRORS:
                    self.holes[self._row, column] = _XLSB_NAMES.get(held[start + 8], "#ERROR")
        self._held = held[at:]


def _records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """The whole XLSB records in `data`: their type, and where their content starts and ends."""
    at, last = 0, len(data)
    while at < last:
        head = data[at : at + 6]
        size, shift = 0, 0
        used = 2 if head[0] & 0x80 else 1
        kind = head[0] & 0x7F | (head[1] & 0x7F) << 7 if used == 2 and len(head) > 1 else head[0]
        while used < len(head):
            size |= (head[used] & 0x7F) << shift
            used, shift = used + 1, shift + 7
            if not head[used - 1] & 0x80:
                break
        else:
            return
        if at + used + size > last:
            return
        yield kind, at + used, at + used + size
        at += used + size


def _xlsb_sheets(book: bytes) -> list[tuple[bytes, bytes]]:
    """The sheets that an XLSB workbook lists: their names and the keys of their relations, as UTF-8."""
    found = []
    for kind, start, end in _records(book):
        if kind == _XLSB_SHEET:
            texts: list[bytes] = []
            at = start + 8
            while at + 4 <= end and len(texts) < 2:
                size = 2 * int.from_bytes(book[at : at + 4], "little")
                texts.append(book[at + 4 : at + 4 + size].decode("utf-16-le", errors="replace").encode())
                at += 4 + size
            if len(texts) == 2:
                found.append((html.escape(texts[1].decode()).encode(), texts[0]))
    return found


def _by_name(
    holes: dict[str, Holes], sheets: list[tuple[bytes, bytes]], relations: bytes
) -> dict[str, Holes]:
    """Holes by the name of their sheet instead of its part in the package."""
    targets = dict(_TARGETS.findall(relations))
    found = {}
    for name, key in sheets:
        part = targets.get(key, b"").decode(errors="replace").removeprefix("/xl/").removeprefix("xl/")
        found[_text(name)] = holes.get(f"xl/{part}", {})
    return found


def _text(name: bytes) -> str:
    return html.unescape(name.decode(errors="replace"))


def _member(raw: Any, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member's real bytes, whatever length its entry states."""
    raw.seek(member.header_offset)
    head = raw.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("a member has no header")
    raw.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
    left = member.compress_size
    if member.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (data := raw.read(min(READ, left))):
            left -= len(data)
            yield data
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise NotImplementedError(f"compression method {member.compress_type}")
    inflate = zlib.decompressobj(-15)
    while left > 0 and (data := raw.read(min(READ // 4, left))):
        left -= len(data)
        while data:
            yield inflate.decompress(data, READ)
            data = inflate.unconsumed_tail
    if not inflate.eof:
        raise EOFError("a member ends too early")
