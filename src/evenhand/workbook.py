"""Open a spreadsheet file (XLSX, XLSM, XLSB, XLS, ODS) safely, for every part of the program that reads one.

A file is never trusted. It may be cut short, encrypted, a decompression bomb, or hold a macro, which never
runs. `UnreadableError` says why a file can't be read, and what to do. The first bytes decide what a file is,
not its name: many systems export XLSX under the name of another format.
"""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of an XLS file, and of an encrypted workbook."""
_AGAIN = "fetch the file again, or open it in a spreadsheet program and save it as .xlsx"

Row = list[Any]
T = TypeVar("T")


class UnreadableError(ValueError):
    """A sheet that cannot be read: `reason` in plain words, `remedy` for whoever has the file."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}: {remedy}")
        self.reason, self.remedy = reason, remedy


class Merged(NamedTuple):
    """A merged cell; rows and columns are counted from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


class Sheet:
    """One worksheet. `merged` has the merged cells that span several rows."""

    def __init__(self, name: str, sheet: CalamineSheet) -> None:
        self.name, self._sheet = name, sheet
        ranges = (Merged(*start, *end) for start, end in sheet.merged_cell_ranges or ())
        self.merged = [m for m in ranges if m.bottom > m.top]

    def all_rows(self) -> list[Row]:
        """Return the rows at once: faster than `rows`, for sheets that are small."""
        found: list[Row] = _plainly(lambda: self._sheet.to_python(skip_empty_area=False))
        return found

    def rows(self) -> Iterator[Row]:
        """Yield the rows from the sheet's first on, as values. An empty cell and an error are ''."""
        rows = iter(_plainly(self._sheet.iter_rows))
        # The reader leaves out empty columns on the left, not empty rows at the top.
        start = self._sheet.start
        left = [""] * (start[1] if start else 0)
        while (row := _plainly(lambda: next(rows, None))) is not None:
            yield left + row if left else row


class Book:
    """An open workbook. `names`: its worksheets in order; `hidden`: those that are not shown.

    `apart`: whether to read it first in a process of its own, as an XLS file always is. Raises
    `UnreadableError` if there is no workbook in `content`.
    """

    def __init__(self, content: bytes, *, apart: bool = False) -> None:
        if apart or content.startswith(OLE):
            _try_apart(content)
        self._book = _plainly(lambda: CalamineWorkbook.from_filelike(io.BytesIO(content)))
        sheets = [s for s in self._book.sheets_metadata if s.typ is SheetTypeEnum.WorkSheet]
        self.names = [s.name for s in sheets]
        self.hidden = {s.name for s in sheets if s.visible is not SheetVisibleEnum.Visible}

    def sheet(self, name: str) -> Sheet:
        """Read one worksheet whole. Raises `UnreadableError`."""
        return _plainly(lambda: Sheet(name, self._book.get_sheet_by_name(name)))


_TRIAL = """
import io, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
except (ImportError, ValueError):
    pass
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
for name in book.sheet_names:
    book.get_sheet_by_name(name)
"""


def _try_apart(content: bytes) -> None:
    """Read a file once in a process of its own, within 4 GiB of memory.

    In a damaged one a cell can seem to lie so far away that the reader asks for more memory than there is,
    which ends the process. XLSX can be checked before.
    """
    command = [sys.executable, "-c", _TRIAL]
    ended = subprocess.run(command, input=content, capture_output=True, check=False).returncode
    # 1 is an error of Python, which comes again, with its message, when the file is read here.
    if ended not in (0, 1):
        raise UnreadableError("it is damaged: its cells would need more than 4 GiB of memory", _AGAIN)


def _plainly(work: Callable[[], T]) -> T:
    """Return what `work` gives; turn any failure of the reader into an `UnreadableError`."""
    try:
        return work()
    except PasswordError:
        raise UnreadableError("the workbook is encrypted", "save it again without a password") from None
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableError(f"no spreadsheet can be read from it ({_short(error)})", _AGAIN) from None
    except BaseException as error:  # a panic in the reader's native code is not an Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise UnreadableError(f"the spreadsheet reader failed on it ({_short(error)})", _AGAIN) from None


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text[:120] or type(error).__name__


def open_package(content: bytes, most: int) -> zipfile.ZipFile | None:
    """Return the package of parts that a workbook is; None for XLS.

    Raises `UnreadableError` if it is no workbook, is encrypted, or would unpack to more than `most` bytes.
    """
    if not content:
        raise UnreadableError("the file is empty", "fetch it again")
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise UnreadableError("the workbook is encrypted", "save it again without a password")
        return None
    if not content.startswith(b"PK"):
        if content.lstrip()[:1] == b"<":
            raise UnreadableError("it is a web page, not a workbook", "fetch the workbook behind the link")
        raise UnreadableError("it is no spreadsheet file", "fetch it again")
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        unpacked = sum(info.file_size for info in package.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UnreadableError("the file is cut short or damaged", "fetch it again") from None
    if unpacked > most:
        raise UnreadableError(f"it unpacks to {unpacked:,} bytes", f"a sheet unpacks to at most {most:,}")
    return package


def fill_merged(rows: Iterable[Row], merged: Iterable[Merged], filled: set[Merged]) -> Iterator[Row]:
    """Give a merged cell's value to every row that it spans; across columns it stays in the first one.

    Merged cells that have a value are added to `filled`.
    """
    starts: dict[int, list[Merged]] = {}
    for cell in merged:
        starts.setdefault(cell.top, []).append(cell)
    values: dict[Merged, Any] = {}
    for number, row in enumerate(rows):
        for cell, value in list(values.items()):
            if number > cell.bottom:
                del values[cell]
            elif row[cell.left] == "":
                row[cell.left] = value
        for cell in starts.get(number, ()):
            if cell.left < len(row) and row[cell.left] != "":
                values[cell] = row[cell.left]
                filled.add(cell)
        yield row


def column_number(letters: str) -> int:
    """`A` as 0, `AA` as 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letter(number: int) -> str:
    """0 as `A`."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
