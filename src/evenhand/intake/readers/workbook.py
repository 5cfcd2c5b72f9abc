"""XLSX and XLS, one sheet, its values as text; a formula gives the value that was stored with it."""

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    XmlError,
    ZipError,
)

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import Limits
from evenhand.intake.readers.batch import BadValue, Batch
from evenhand.intake.readers.bytestream import READ, refuse_bomb
from evenhand.intake.readers.delimited import hash_rows
from evenhand.intake.readers.header import name_columns, nearest

ROWS = 20000
_PLACE = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ERROR = re.compile(rb'\bt="e"')
_VALUE = re.compile(rb"<v>([^<]+)</v>|<is>")
_OVERLAP = 4096


def column_number(letters: bytes) -> int:
    """The column's number, A being 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


class WorkbookReader:
    """Reads one sheet. The sheet's area is bounded, as it is read whole.

    Cells that hold an error, or a formula without a stored value, are bad values.
    """

    def __init__(
        self, file: str, path: Path, *, sheet: str | None, header: int, limits: Limits, duck: Duck
    ) -> None:
        self.file, self._duck = file, duck
        self._holes: dict[tuple[int, int], str] = {}
        if zipfile.is_zipfile(path):
            self._check(path, limits)
        try:
            self._book = CalamineWorkbook.from_path(path)
            name = self._sheet_name(sheet)
            self._sheet: CalamineSheet = self._book.get_sheet_by_name(name)
            self._rows: Iterator[list[Any]] = iter(self._sheet.iter_rows())
        except PasswordError:
            raise IntakeError(f"{file}: the workbook is locked by a password. Save it without one.") from None
        except (CalamineError, XmlError, ZipError, OSError) as error:
            raise IntakeError(
                f"{file}: the workbook is cut off, damaged or no workbook ({error}). None of it was taken "
                "in. Copy it again from its owner, or save it as CSV."
            ) from None
        self._row = 0
        cells: list[Any] = []
        while self._row < header:
            cells = next(self._rows, [])
            self._row += 1
            if not cells:
                raise IntakeError(f"{file}: sheet {name!r} has no row {header}: it is empty or too short.")
        self.columns = name_columns([text_of(c) or "" for c in cells], file)
        self.facts = {"sheet": f"{name!r} ({'stated' if sheet else 'the first'})"}

    def _sheet_name(self, sheet: str | None) -> str:
        names = self._book.sheet_names
        if not names:
            raise IntakeError(
                f"{self.file}: the workbook is damaged: it names no sheet. None of it was taken in. Copy it "
                "again from its owner, or save it as CSV."
            )
        if sheet is None:
            return names[0]
        if sheet not in names:
            near = nearest(sheet, names)
            hint = f"; nearest: {near[0]!r}" if near else ""
            raise IntakeError(
                f"{self.file}: there is no sheet {sheet!r}{hint}. The workbook has: "
                f"{', '.join(map(repr, names))}. Correct [file] sheet in the mapping."
            )
        return sheet

    def _check(self, path: Path, limits: Limits) -> None:
        """Decompress every member once, within the limits, and look for cells without a value."""
        size, out = path.stat().st_size, 0
        try:
            with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
                for member in archive.infolist():
                    sheet = member.filename.startswith("xl/worksheets/")
                    held, last_row, last_column = b"", 0, 0
                    for piece in _member(raw, member):
                        out += len(piece)
                        refuse_bomb(path, size, out, limits)
                        if not sheet:
                            continue
                        held += piece
                        for match in _PLACE.finditer(held):
                            last_row = max(last_row, int(match[2]))
                            last_column = max(last_column, column_number(match[1]))
                        if last_row * last_column > limits.cells:
                            raise IntakeError(
                                f"{path.name}: a sheet reaches over {last_row:,} rows and {last_column:,} "
                                f"columns, more than {limits.cells:,} cells. Save the sheet as CSV."
                            )
                        end = held.rfind(b"</c>") + 4 if b"</c>" in held else 0
                        self._find_holes(held[:end])
                        held = held[end:][-(1 << 20) :]
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise IntakeError(
                f"{path.name}: the workbook is cut off or damaged ({error}). None of it was taken in. "
                "Copy it again from its owner."
            ) from None

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
            place = (int(reference[2]), column_number(reference[1]))
            shown = value[1].decode(errors="replace") if error and value and value[1] else ""
            self._holes[place] = shown

    def batches(self, needed: list[str]) -> Iterator[Batch]:
        width = len(self.columns)
        held: list[list[str | None]] = []
        start = self._row + 1
        for cells in self._rows:
            self._row += 1
            texts = [text_of(c) for c in cells[:width]]
            held.append(texts + [None] * (width - len(texts)))
            if len(held) == ROWS:
                yield self._batch(held, start)
                held, start = [], self._row + 1
        yield self._batch(held, start)

    def _batch(self, held: list[list[str | None]], start: int) -> Batch:
        columns = list(zip(*held, strict=True)) if held else [()] * len(self.columns)
        table = pa.table([pa.array(c, pa.string()) for c in columns], names=self.columns)
        rows = np.arange(start, start + len(held), dtype=np.int64)
        bad = []
        if self._holes:
            for (row, column), value in sorted(self._holes.items()):
                if start <= row < start + len(held) and column <= len(self.columns):
                    reason = (
                        f"the cell holds the error {value}" if value else "a formula without a stored value"
                    )
                    remedy = "Open the workbook, let it calculate, correct the cell, and save it."
                    bad.append(BadValue(row, self.columns[column - 1], value or None, reason, remedy))
        return Batch(table, rows, hash_rows(table, self._duck), bad_values=bad)


def text_of(cell: Any) -> str | None:
    """A cell's value as text: whole numbers without a fraction, times in ISO."""
    if cell == "" or cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return str(cell)


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
