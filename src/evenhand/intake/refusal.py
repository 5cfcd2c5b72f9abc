"""The rows and values that intake refuses, each with its reason and remedy."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from evenhand.record.columns import QUARANTINE

SHOWN = 200
"""Characters of a refused value that the quarantine keeps."""


def shorten(value: str | None) -> str | None:
    """The value as the quarantine keeps it: at most `SHOWN` characters, without control characters."""
    if value is None:
        return None
    cut = value if len(value) <= SHOWN else value[:SHOWN] + "…"
    return "".join(c if c >= " " or c == "\t" else "�" for c in cut)


class Refusals:
    """Collects quarantine entries of one source, and which of its rows are lost by them.

    An entry either costs its row (`row`), which then gives no event, or only its value (`value`). What
    several event blocks refuse in one cell for one reason is one entry.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.values = 0
        self._entries: dict[tuple[int, str | None, str], tuple[str | None, str]] = {}
        self._rows: set[int] = set()

    def row(self, row: int, column: str | None, value: str | None, reason: str, remedy: str) -> None:
        self._entries[row, column, reason] = (shorten(value), remedy)
        self._rows.add(row)

    def value(self, row: int, column: str | None, value: str | None, reason: str, remedy: str) -> None:
        if (row, column, reason) not in self._entries:
            self._entries[row, column, reason] = (shorten(value), remedy)
            self.values += 1

    def lost(self) -> npt.NDArray[np.int64]:
        """The numbers of the rows that were refused, in order."""
        return np.array(sorted(self._rows), dtype=np.int64)

    def drain(self) -> tuple[pa.Table, int]:
        """The entries so far (shape `QUARANTINE`), and the number of single values that they cost."""
        entries = [(row, column, v, why, do) for (row, column, why), (v, do) in self._entries.items()]
        table, values = entries_table(self.file, entries), self.values
        self._entries, self._rows, self.values = {}, set(), 0
        return table, values


def entries_table(file: str, entries: Iterable[tuple[int, str | None, str | None, str, str]]) -> pa.Table:
    """Quarantine entries (row, column, value, reason, remedy) as a table."""
    rows = [
        {"file": file, "row": row, "column": column, "value": value, "reason": reason, "remedy": remedy}
        for row, column, value, reason, remedy in entries
    ]
    return pa.Table.from_pylist(rows, schema=QUARANTINE)
