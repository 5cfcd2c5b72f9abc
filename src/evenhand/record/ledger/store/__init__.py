"""Where a ledger is kept: one small interface, over SQLite (embedded) or PostgreSQL (several users).

A store is bound to a connection that its caller opened and whose transactions the caller ends: an append is
in the ledger if and only if the caller's own transaction commits. Leaves are numbered from 0 without gaps;
`tail` makes other writers wait until that transaction ends.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from evenhand.record.events.oversight import ErasedPart
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.leaf import Entry, Opening

CHUNK = 8_192
FORMAT = 2
FIRST_FORMAT = 1
"""The format whose public leaves showed all that was not personal."""


class LedgerBusyError(LedgerError):
    """Another writer was first: roll back and run the transaction again."""


class DuplicateEventError(LedgerError):
    """An event of that id is in the ledger already."""


class Tail(NamedTuple):
    """The last leaf of a ledger. `case` is None once it is erased."""

    leaf: bytes
    case: Opening | None


class Row(NamedTuple):
    """All that a store keeps of one event. The last two are numbers of leaves that record erasures."""

    number: int
    id: bytes
    leaf: bytes
    case: Opening | None
    personal: Opening | None
    case_erased_by: int | None
    personal_erased_by: int | None

    @classmethod
    def read(cls, columns: Sequence[Any]) -> "Row":
        """A row as the stores select it: each part and its salt in two columns, null where there is none."""
        number, event, leaf, case, case_salt, personal, personal_salt, case_by, personal_by = columns
        return cls(
            number,
            bytes(event),
            bytes(leaf),
            opening_of(case, case_salt),
            opening_of(personal, personal_salt),
            case_by,
            personal_by,
        )


def opening_of(part: Any, salt: Any) -> Opening | None:
    """A part and its salt from two columns."""
    return None if part is None or salt is None else Opening(bytes(part), bytes(salt))


ROWS = (
    "SELECT e.seq, e.id, e.leaf, c.part, c.salt, p.personal, p.salt, dc.erased_by, dp.erased_by "
    "FROM ledger_entry e LEFT JOIN ledger_case c ON c.seq = e.seq "
    "LEFT JOIN ledger_opening p ON p.seq = e.seq "
    "LEFT JOIN ledger_erasure dc ON dc.seq = e.seq AND dc.part = 'case' "
    "LEFT JOIN ledger_erasure dp ON dp.seq = e.seq AND dp.part = 'personal' "
)
"""What `Row.read` takes."""


def check_format(form: int) -> None:
    """Raise `LedgerError` for a ledger whose format this version does not read."""
    if form > FORMAT:
        raise LedgerError(
            f"Ledger format {form} is newer than this version reads ({FORMAT}). Upgrade evenhand."
        )
    if form < FORMAT:
        raise LedgerError(
            f"Ledger format {form} is older than this version reads ({FORMAT}); its public leaves show case "
            "data. Run `evenhand ledger migrate OLD NEW`, or for a desk `evenhand desk migrate-ledger`."
        )


class Store(Protocol):
    """Leaves and checkpoints are only ever added; case parts and personal parts can also be erased."""

    @property
    def connection(self) -> Any:
        """The connection that the caller opened."""

    def create(self, origin: str) -> None:
        """Make the tables and their guards for a log of that name, within the caller's transaction."""

    def origin(self) -> str:
        """The log's name. Raises `LedgerError` when there is no ledger here or one of another format."""

    def transaction(self) -> AbstractContextManager[None]:
        """A transaction for callers that have none; for the others, a part of theirs."""

    def together(self) -> AbstractContextManager[None]:
        """Send the statements within at once where the database can; what is wrong with one is raised at its
        end, and rows may be read after it.
        """

    def size(self) -> int:
        """How many leaves there are."""

    def tail(self) -> tuple[int, Tail | None]:
        """The size and the last leaf; other writers wait from here until the caller's transaction ends.

        Raises `LedgerError` where no transaction is open, `LedgerBusyError` where the wait was too long.
        """

    def insert(self, start: int, entries: Sequence[Entry]) -> None:
        """Add leaves from number `start` on (the size that `tail` gave), with their openings.

        Raises `DuplicateEventError` or `LedgerBusyError`; the caller's transaction must then be rolled back.
        """

    def leaves(self, start: int, end: int) -> Iterator[list[bytes]]:
        """The leaves from `start` to before `end`, some thousands at a time."""

    def rows(self) -> Iterator[list[Row]]:
        """All there is, in order."""

    def position(self, event: UUID) -> int | None:
        """The number of an event's leaf."""

    def row(self, index: int) -> Row | None:
        """All there is of one leaf."""

    def erase(self, index: int, part: ErasedPart, *, erased_by: int) -> None:
        """Delete a leaf's personal part, or its case part and personal part, with their salts, as ordered in
        the leaf `erased_by`.
        """

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
