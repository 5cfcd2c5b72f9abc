"""What every reader gives: batches of rows as text, with each row's number in its file."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa


class BadRow(NamedTuple):
    """A row that a reader could not read. `cells`: what it has, if it only has too few or too many cells."""

    row: int
    value: str | None
    reason: str
    remedy: str
    cells: tuple[str, ...] | None = None


class BadValue(NamedTuple):
    """A cell that a reader could not read; the rest of its row stands."""

    row: int
    column: str
    value: str | None
    reason: str
    remedy: str


@dataclass
class Batch:
    """Rows of one source.

    `table`: one string column for each column of the source (null: nothing there). `rows`: the number
    of each row, counted from 1 with the header, as a spreadsheet shows it. `bad`: rows that could not be
    read, which are not in `table`. `same`: a 64-bit hash of each row's whole content. `did`: how often
    a stated policy was applied. `left_out`: rows that are no data, by reason; they are in neither `table` nor
    `bad`.
    """

    table: pa.Table
    rows: npt.NDArray[np.int64]
    same: npt.NDArray[np.uint64]
    bad: list[BadRow] = field(default_factory=list)
    bad_values: list[BadValue] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.rows) + len(self.bad) + self.left_out.total()


class Reader(Protocol):
    """An open source. `columns` are all that it has; `facts` says how it was read (for the report).

    `header`: the cells of its header row as written; None if it has none. `grows`: whether `columns` may gain
    names while the rows are read. `unread`: sheets of the file that are not read, each with its rows.
    """

    facts: dict[str, str]
    header: list[str] | None
    grows: bool
    unread: dict[str, int]

    @property
    def columns(self) -> list[str]: ...

    def batches(self, needed: list[str]) -> Iterator[Batch]:
        """The rows, in order; each batch has at least the columns `needed`."""
        ...
