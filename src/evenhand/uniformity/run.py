"""One run: from a record to all results."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from evenhand.progress import Report
from evenhand.record.interrupt import interruptible
from evenhand.record.spellings import spellings
from evenhand.record.store import Record
from evenhand.uniformity import before_after, officers
from evenhand.uniformity.bookings import Bookings, read_bookings
from evenhand.uniformity.compare import Compared, compare_all
from evenhand.uniformity.measures import MEASURES
from evenhand.uniformity.results import Change, Officer

MEMORY = "3GB"


class UnknownReferenceError(Exception):
    """A reference group that the record does not have; the message names those it has."""


@dataclass(frozen=True)
class Uniformity:
    """All results of a record.

    `bookings`: None where the number is withheld; `sizes`: the bookings of each group; `lacking`: for each
    measure, what the record does not tell of.
    """

    record: Record
    bookings: int | None
    left_out: Mapping[str, int]
    groups: Mapping[str, tuple[str, ...]]
    sizes: Mapping[str, Mapping[str, int]]
    unusable: Mapping[str, str]
    lacking: Mapping[str, tuple[str, ...]]
    compared: Compared
    changes: tuple[Change, ...]
    changes_lacking: tuple[str, ...]
    officers: tuple[Officer, ...] | None

    def alike(self) -> dict[str, list[list[str]]]:
        """The groups of each column that look like spellings of one group."""
        found = {column: spellings(sizes) for column, sizes in self.sizes.items()}
        return {column: groups for column, groups in found.items() if groups}


STEPS = {"bookings": "reading the bookings", "comparisons": "comparing"}
"""What its progress tells of, in words."""


@contextmanager
def scratch_connection(folder: Path, memory: str = MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of its own, which spills into `folder`."""
    spill = folder / ".spill"
    connection = duckdb.connect(config={"memory_limit": memory, "temp_directory": str(spill)})
    # It would draw a bar of its own for each long query.
    connection.execute("SET enable_progress_bar = false")
    try:
        with interruptible():
            yield connection
    finally:
        connection.close()
        if spill.is_dir():
            for left in spill.iterdir():
                left.unlink()
            spill.rmdir()


def run(
    record: Record,
    connection: duckdb.DuckDBPyConnection,
    references: Mapping[str, str],
    *,
    by_officer: bool = False,
    progress: Report = lambda *_: None,
) -> Uniformity:
    """Read the bookings, then compare. Raises `UnknownReferenceError` for a reference the record lacks."""
    bookings = read_bookings(record, connection, progress)
    _check(bookings, references)
    lacking = {m.id: m.lacking(bookings.provides) for m in MEASURES.values()}
    compared = compare_all(bookings, references, progress)
    changes_lacking = before_after.lacking(bookings.provides)
    changes = () if changes_lacking else tuple(before_after.before_after(record, bookings))
    return Uniformity(
        record,
        bookings.total,
        bookings.left_out,
        bookings.groups,
        bookings.sizes(),
        bookings.unusable,
        lacking,
        compared,
        changes,
        changes_lacking,
        tuple(officers.officers(record, connection)) if by_officer else None,
    )


def _check(bookings: Bookings, references: Mapping[str, str]) -> None:
    for column, group in references.items():
        if column not in bookings.groups:
            have = ", ".join(bookings.groups) or "none"
            raise UnknownReferenceError(f"the record has no usable groups {column!r}; it has: {have}")
        if group not in bookings.groups[column]:
            raise UnknownReferenceError(
                f"{column} has no group {group!r}; it has: {', '.join(bookings.groups[column])}"
            )
