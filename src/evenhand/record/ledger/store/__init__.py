"""Where a ledger is kept: one small interface, over SQLite (embedded) or PostgreSQL (several users).

A store is bound to a connection that its caller opened and whose transactions the caller ends: an append is
in the ledger if and only if the caller's own transaction commits. Leaves are numbered from 0 without gaps;
`tail` makes other writers wait until that transaction ends.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol
from uuid import UUID

from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.leaf import Entry

CHUNK = 8_192
FORMAT = 1


class LedgerBusyError(LedgerError):
    """Another writer was first: roll back and run the transaction again."""


class DuplicateEventError(LedgerError):
    """An event of that id is in the ledger already."""


class Opening(NamedTuple):
    """The canonical bytes of a personal part and the salt under which the leaf commits to it."""

    personal: bytes
    salt: bytes


class Store(Protocol):
    """Leaves and checkpoints are only ever added; openings can also be erased."""

    def create(self, origin: str) -> None:
        """Make the tables and their guards for a log of that name, within the caller's transaction."""

    def origin(self) -> str:
        """The log's name. Raises `LedgerError` when there is no ledger here or one of a newer form."""

    def transaction(self) -> AbstractContextManager[None]:
        """A transaction of its own, for callers that have none."""

    def together(self) -> AbstractContextManager[None]:
        """Send the statements within at once where the database can; what is wrong with one is raised at its
        end, and rows may be read after it.
        """

    def size(self) -> int:
        """How many leaves there are."""

    def tail(self) -> tuple[int, bytes | None]:
        """The size and the last leaf; other writers wait from here until the caller's transaction ends.

        Raises `LedgerError` where no transaction is open, `LedgerBusyError` where the wait was too long.
        """

    def insert(self, start: int, entries: Sequence[Entry]) -> None:
        """Add leaves from number `start` on (the size that `tail` gave), with their openings.

        Raises `DuplicateEventError` or `LedgerBusyError`; the caller's transaction must then be rolled back.
        """

    def leaves(self, start: int, end: int) -> Iterator[list[bytes]]:
        """The leaves from `start` to before `end`, some thousands at a time."""

    def rows(self) -> Iterator[list[tuple[int, bytes, bytes, bytes | None, bytes | None, int | None]]]:
        """All there is, in order: number, id, leaf, personal, salt, number of the erasing leaf."""

    def position(self, event: UUID) -> int | None:
        """The number of an event's leaf."""

    def opening(self, index: int) -> Opening | None:
        """The personal part of a leaf; None where it has none or it was erased."""

    def erased_by(self, index: int) -> int | None:
        """The number of the leaf that records the erasure of a leaf's personal part."""

    def erase(self, index: int, *, erased_by: int) -> None:
        """Delete a leaf's personal part and salt, as ordered in the leaf `erased_by`."""

    def scrub(self) -> list[str]:
        """Remove what deleted rows leave behind in files; outside any transaction.

        Returns what could not be done, each with its remedy.
        """

    def add_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint."""

    def checkpoints(self) -> list[tuple[int, bytes]]:
        """All checkpoints with their sizes, the oldest first."""

    def last_checkpoint(self) -> tuple[int, bytes] | None:
        """The newest checkpoint."""

    def close(self) -> None:
        """Close the connection."""
