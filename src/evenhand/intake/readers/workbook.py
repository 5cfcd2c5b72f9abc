"""The sheets of a workbook, their values as text; a formula gives the value that was stored with it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import Limits
from evenhand.intake.mapping.model import FileFacts
from evenhand.intake.readers.batch import BadValue, Batch
from evenhand.intake.readers.delimited import hash_rows
from evenhand.intake.readers.header import HEADER_ROWS, find_header, name_columns, nearest
from evenhand.intake.readers.workbook_cells import Holes, inspect
from evenhand.workbook import Book, Merged, Row, Sheet, UnreadableError, fill_merged, open_package

ROWS = 20000


class WorkbookReader:
    """Reads one sheet. `rows` are all of its rows; `holes` its cells that hold an error or lack their value.

    `columns`: names by position, for a sheet without a header row.
    """

    def __init__(
        self,
        file: str,
        sheet: Sheet,
        holes: Holes,
        *,
        header: int | None,
        wanted: Sequence[str],
        columns: list[str] | None,
        duck: Duck,
    ) -> None:
        self.file, self.name, self._holes, self._duck = file, sheet.name, holes, duck
        self.grows = False
        self.unread: dict[str, int] = {}
        self.header: list[str] | None = None
        self.facts = {"sheet": repr(sheet.name)}
        merged: set[Merged] = set()
        rows = fill_merged(sheet.rows(), sheet.merged, merged)
        first = list(islice(rows, header or HEADER_ROWS))
        at = 0
        if columns is None:
            texts = [[text_of(c) or "" for c in cells] for cells in first]
            at = (header or find_header(texts, wanted) + 1) - 1
            if at >= len(texts):
                raise IntakeError(
                    f"{file}: sheet {sheet.name!r} has no row {at + 1}: it is empty or too short. "
                    "Correct [file] header or sheet in the mapping."
                )
            columns = name_columns(texts[at], file, trim=True)
            self.header = texts[at][: len(columns)]
            self.facts["header"] = f"row {at + 1} ({'stated' if header else 'found'})"
            at += 1
        self.columns = columns
        self._start = at
        self._rows: Iterator[Row] = chain(first[at:], rows)
        if sheet.merged:
            self.facts["merged cells"] = f"{len(sheet.merged)}, each read for all its rows"

    def batches(self, needed: list[str]) -> Iterator[Batch]:
        width, start = len(self.columns), self._start + 1
        while held := list(islice(self._rows, ROWS)):
            texts = [[text_of(c) for c in cells[:width]] for cells in held]
            yield self._batch([t + [None] * (width - len(t)) for t in texts], start)
            start += len(held)

    def _batch(self, held: list[list[str | None]], start: int) -> Batch:
        table = pa.table([pa.array(c, pa.string()) for c in zip(*held, strict=True)], names=self.columns)
        rows = np.arange(start, start + len(held), dtype=np.int64)
        bad = []
        for (row, column), value in sorted(self._holes.items()):
            if start <= row < start + len(held) and column <= len(self.columns):
                reason = f"the cell holds the error {value}" if value else "a formula without a stored value"
                remedy = "Open the workbook, let it calculate, correct the cell, and save it."
                bad.append(BadValue(row, self.columns[column - 1], value or None, reason, remedy))
        return Batch(table, rows, hash_rows(table, self._duck), bad_values=bad)


def open_sheets(
    path: Path,
    facts: FileFacts,
    limits: Limits,
    duck: Duck,
    *,
    wanted: Sequence[str],
    columns: list[str] | None,
) -> list[WorkbookReader]:
    """Open the sheets of a workbook that hold its table, in order; the first has the `unread` ones.

    Raises `IntakeError`.

    Without a choice in the mapping these are the sheets with the same header as the first one that has the
    columns `wanted`; a hidden sheet is read only if it is named.
    """
    file = path.name
    try:
        holes = inspect(path, limits)
        content = path.read_bytes()
        open_package(content, limits.free_bytes + int(limits.ratio * len(content)))
        book = Book(content)
        sheets = [book.sheet(name) for name in _chosen(file, book, facts)]
    except UnreadableError as error:
        if "encrypted" in error.reason:
            raise IntakeError(f"{file}: the workbook is locked by a password. Save it without one.") from None
        raise IntakeError(
            f"{file}: the workbook is cut off, damaged or no workbook ({error.reason}). None of it was taken "
            "in. Copy it again from its owner, or save it as CSV; if it is text, state [file] format."
        ) from None
    named = facts.sheet is not None or isinstance(facts.sheets, tuple)
    readers = []
    for sheet in sheets:
        rows = sheet.rows()
        if not named and not any(c != "" for row in rows for c in row):
            continue
        readers.append(
            WorkbookReader(
                file,
                sheet,
                holes.get(sheet.name, {}),
                header=facts.header,
                wanted=wanted,
                columns=columns,
                duck=duck,
            )
        )
    if not readers:
        raise IntakeError(f"{file}: every sheet of the workbook is empty. Export it again.")
    read = readers if named or facts.sheets == "all" else _alike(readers, wanted)
    names = [r.name for r in read]
    heights = {n: _height(book.sheet(n)) for n in book.names if n not in names}
    read[0].unread = {n: rows for n, rows in heights.items() if rows}
    return read


def _chosen(file: str, book: Book, facts: FileFacts) -> list[str]:
    """The names of the sheets to look at."""
    if not book.names:
        raise IntakeError(
            f"{file}: the workbook is damaged: it names no sheet. None of it was taken in. Copy it again "
            "from its owner, or save it as CSV."
        )
    stated = [facts.sheet] if facts.sheet is not None else facts.sheets
    if stated is None or stated == "all":
        shown = [n for n in book.names if n not in book.hidden]
        return book.names if stated == "all" or not shown else shown
    for name in stated:
        if name not in book.names:
            near = nearest(name, book.names)
            hint = f"; nearest: {near[0]!r}" if near else ""
            raise IntakeError(
                f"{file}: there is no sheet {name!r}{hint}. The workbook has: "
                f"{', '.join(map(repr, book.names))}. Correct [file] sheet in the mapping."
            )
    return list(stated)


def _alike(readers: list[WorkbookReader], wanted: Sequence[str]) -> list[WorkbookReader]:
    """The sheets whose header is that of the first one with the columns `wanted`, or of the first of all."""
    first = next((r for r in readers if set(wanted) <= set(r.columns)), readers[0])
    return [r for r in readers if r.columns == first.columns]


def _height(sheet: Sheet) -> int:
    """The rows of a sheet that have something in them."""
    return sum(any(c != "" for c in row) for row in sheet.rows())


def text_of(cell: Any) -> str | None:
    """A cell's value as text: whole numbers without a fraction, times in ISO, rounded to the second."""
    if cell == "" or cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return (cell + dt.timedelta(microseconds=500_000)).replace(microsecond=0).isoformat(" ")
    if isinstance(cell, dt.time):
        cell = dt.datetime.combine(dt.date.min, cell) - dt.datetime.min
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return str(cell)
