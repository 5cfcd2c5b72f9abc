"""The embedded store: SQLite, in a file of its own or among the caller's tables."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID

from evenhand.record.events.oversight import ErasedPart
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.leaf import Entry
from evenhand.record.ledger.store import (
    CHUNK,
    FORMAT,
    ROWS,
    DuplicateEventError,
    LedgerBusyError,
    Row,
    Tail,
    check_format,
    opening_of,
)

TABLES = """
CREATE TABLE ledger_origin (one INTEGER PRIMARY KEY CHECK (one = 1), origin TEXT NOT NULL,
    format INTEGER NOT NULL) STRICT;
CREATE TABLE ledger_entry (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    leaf BLOB NOT NULL CHECK (length(leaf) <= 65535)) STRICT;
CREATE TABLE ledger_case (seq INTEGER PRIMARY KEY REFERENCES ledger_entry,
    part BLOB NOT NULL, salt BLOB NOT NULL CHECK (length(salt) = 32)) STRICT;
CREATE TABLE ledger_opening (seq INTEGER PRIMARY KEY REFERENCES ledger_entry,
    personal BLOB NOT NULL, salt BLOB NOT NULL CHECK (length(salt) = 32)) STRICT;
CREATE TABLE ledger_erasure (seq INTEGER NOT NULL REFERENCES ledger_entry,
    part TEXT NOT NULL CHECK (part IN ('personal', 'case')),
    erased_by INTEGER NOT NULL REFERENCES ledger_entry, PRIMARY KEY (seq, part)) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_checkpoint (number INTEGER PRIMARY KEY, size INTEGER NOT NULL, note BLOB NOT NULL) STRICT;

CREATE TRIGGER ledger_entry_next BEFORE INSERT ON ledger_entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 0) FROM ledger_entry)
BEGIN SELECT RAISE(ABORT, 'ledger: leaves are numbered without gaps'); END;
-- Without this one, INSERT OR REPLACE would remove the older row of the same id and fire no trigger.
CREATE TRIGGER ledger_entry_once BEFORE INSERT ON ledger_entry
WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'ledger: event is there already'); END;
CREATE TRIGGER ledger_case_once BEFORE INSERT ON ledger_case
WHEN EXISTS (SELECT 1 FROM ledger_case WHERE seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM ledger_erasure WHERE seq = NEW.seq AND part = 'case')
BEGIN SELECT RAISE(ABORT, 'ledger: case part is there already or was erased'); END;
CREATE TRIGGER ledger_opening_once BEFORE INSERT ON ledger_opening
WHEN EXISTS (SELECT 1 FROM ledger_opening WHERE seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM ledger_erasure WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'ledger: opening is there already or was erased'); END;
CREATE TRIGGER ledger_erasure_once BEFORE INSERT ON ledger_erasure
WHEN EXISTS (SELECT 1 FROM ledger_erasure WHERE seq = NEW.seq AND part IN (NEW.part, 'case'))
BEGIN SELECT RAISE(ABORT, 'ledger: it was erased already'); END;
CREATE TRIGGER ledger_case_order BEFORE DELETE ON ledger_case
WHEN NOT EXISTS (SELECT 1 FROM ledger_erasure WHERE seq = OLD.seq AND part = 'case')
BEGIN SELECT RAISE(ABORT, 'ledger: a case part is deleted only on a recorded order'); END;
CREATE TRIGGER ledger_opening_order BEFORE DELETE ON ledger_opening
WHEN NOT EXISTS (SELECT 1 FROM ledger_erasure WHERE seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'ledger: a personal part is deleted only on a recorded order'); END;
CREATE TRIGGER ledger_checkpoint_next BEFORE INSERT ON ledger_checkpoint
WHEN NEW.number IS NOT (SELECT coalesce(max(number) + 1, 0) FROM ledger_checkpoint)
  OR NEW.size < (SELECT coalesce(max(size), 0) FROM ledger_checkpoint)
BEGIN SELECT RAISE(ABORT, 'ledger: checkpoints only grow'); END;
CREATE TRIGGER ledger_origin_once BEFORE INSERT ON ledger_origin
WHEN EXISTS (SELECT 1 FROM ledger_origin)
BEGIN SELECT RAISE(ABORT, 'ledger: its origin never changes'); END;
"""

GUARDED = {
    "ledger_origin": ("UPDATE", "DELETE"),
    "ledger_entry": ("UPDATE", "DELETE"),
    "ledger_case": ("UPDATE",),
    "ledger_opening": ("UPDATE",),
    "ledger_erasure": ("UPDATE", "DELETE"),
    "ledger_checkpoint": ("UPDATE", "DELETE"),
}


def connect(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open a ledger's own database: write-ahead log, synced commits, deleted bytes overwritten.

    Raises `LedgerError` when the file is missing or cannot be opened.
    """
    if not create and not path.is_file():
        raise LedgerError(f"{path} is missing: make a ledger with `evenhand ledger init`.")
    try:
        connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error as error:
        raise LedgerError(f"{path} cannot be opened: {error}.") from None
    return connection


@contextmanager
def _said() -> Iterator[None]:
    """Turn the database's errors into the ledger's."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        if "event is there already" in str(error) or "ledger_entry.id" in str(error):
            raise DuplicateEventError("an event of that id is in the ledger already.") from None
        if "without gaps" in str(error):
            raise LedgerBusyError("another writer was first: run the transaction again.") from None
        raise LedgerError(f"the store refused: {error}.") from None
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise LedgerBusyError("another writer holds the store: run the transaction again.") from None
        raise LedgerError(f"the store failed: {error}. Nothing of this transaction is kept.") from None
    except sqlite3.DatabaseError as error:
        raise LedgerError(f"the store is damaged: {error}. Restore it from a backup.") from None


class SqliteStore:
    """A `Store` over a `sqlite3.Connection`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def create(self, origin: str) -> None:
        # One statement at a time: `executescript` would commit the caller's transaction.
        with _said():
            if self.connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'ledger_origin'").fetchone():
                raise LedgerError(f"there is a ledger here already: {self.origin()}.")
            statement = ""
            for line in TABLES.splitlines(keepends=True):
                statement += line
                if sqlite3.complete_statement(statement):
                    self.connection.execute(statement)
                    statement = ""
            for table, acts in GUARDED.items():
                for act in acts:
                    self.connection.execute(
                        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, 'ledger: {act} is refused'); END"
                    )
            self.connection.execute("INSERT INTO ledger_origin VALUES (1, ?, ?)", (origin, FORMAT))

    def origin(self) -> str:
        try:
            row = self.connection.execute("SELECT origin, format FROM ledger_origin").fetchone()
        except sqlite3.DatabaseError:
            row = None
        if row is None:
            raise LedgerError("the database holds no ledger: make one with `evenhand ledger init`.")
        check_format(row[1])
        return str(row[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self.connection.in_transaction:
            with self._savepoint():
                yield
            return
        with _said():
            self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with _said():
                self.connection.execute("COMMIT")
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        """A part of the caller's transaction that can be undone by itself."""
        self.connection.execute("SAVEPOINT ledger")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK TO ledger")
            raise
        finally:
            self.connection.execute("RELEASE ledger")

    def together(self) -> AbstractContextManager[None]:
        return nullcontext()

    def size(self) -> int:
        with _said():
            return int(
                self.connection.execute("SELECT coalesce(max(seq) + 1, 0) FROM ledger_entry").fetchone()[0]
            )

    def tail(self) -> tuple[int, Tail | None]:
        with _said():
            # A write that changes no row takes the writer's lock.
            self.connection.execute("UPDATE ledger_origin SET format = format WHERE 0")
            if not self.connection.in_transaction:
                raise LedgerError("no transaction is open: begin one before an append.")
            row = self.connection.execute(
                "SELECT e.seq, e.leaf, c.part, c.salt FROM ledger_entry e "
                "LEFT JOIN ledger_case c ON c.seq = e.seq ORDER BY e.seq DESC LIMIT 1"
            ).fetchone()
        return (0, None) if row is None else (row[0] + 1, Tail(row[1], opening_of(*row[2:])))

    def insert(self, start: int, entries: Sequence[Entry]) -> None:
        with _said():
            self.connection.executemany(
                "INSERT INTO ledger_entry VALUES (?, ?, ?)",
                ((seq, e.id, e.leaf) for seq, e in enumerate(entries, start)),
            )
            self.connection.executemany(
                "INSERT INTO ledger_case VALUES (?, ?, ?)",
                ((seq, *e.case) for seq, e in enumerate(entries, start)),
            )
            self.connection.executemany(
                "INSERT INTO ledger_opening VALUES (?, ?, ?)",
                ((seq, *e.personal) for seq, e in enumerate(entries, start) if e.personal is not None),
            )

    def leaves(self, start: int, end: int) -> Iterator[list[bytes]]:
        while start < end:
            with _said():
                rows = self.connection.execute(
                    "SELECT leaf FROM ledger_entry WHERE seq >= ? AND seq < ? ORDER BY seq",
                    (start, min(start + CHUNK, end)),
                ).fetchall()
            yield [leaf for (leaf,) in rows]
            start += CHUNK

    def rows(self) -> Iterator[list[Row]]:
        last = -1
        while True:
            with _said():
                rows = self.connection.execute(
                    f"{ROWS} WHERE e.seq > ? ORDER BY e.seq LIMIT ?", (last, CHUNK)
                ).fetchall()
            if not rows:
                return
            yield list(map(Row.read, rows))
            last = rows[-1][0]

    def _maybe(self, query: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        with _said():
            row: tuple[Any, ...] | None = self.connection.execute(query, values).fetchone()
        return row

    def position(self, event: UUID) -> int | None:
        row = self._maybe("SELECT seq FROM ledger_entry WHERE id = ?", (event.bytes,))
        return None if row is None else int(row[0])

    def row(self, index: int) -> Row | None:
        found = self._maybe(f"{ROWS} WHERE e.seq = ?", (index,))
        return None if found is None else Row.read(found)

    def erase(self, index: int, part: ErasedPart, *, erased_by: int) -> None:
        with _said():
            self.connection.execute(
                "INSERT INTO ledger_erasure VALUES (?, ?, ?)", (index, part.value, erased_by)
            )
            self.connection.execute("DELETE FROM ledger_opening WHERE seq = ?", (index,))
            if part is ErasedPart.CASE:
                self.connection.execute("DELETE FROM ledger_case WHERE seq = ?", (index,))

    def scrub(self) -> list[str]:
        left = []
        with _said():
            # Pages that a caller without secure_delete split or freed can hold old bytes: write them anew.
            self.connection.execute("PRAGMA secure_delete = ON")
            self.connection.execute("VACUUM")
            if self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                left.append(
                    "Another connection still reads the write-ahead log, which holds the erased bytes: "
                    "close it and run `evenhand ledger erase --scrub`."
                )
        return left

    def add_checkpoint(self, size: int, note: bytes) -> None:
        with _said():
            self.connection.execute(
                "INSERT INTO ledger_checkpoint "
                "SELECT coalesce(max(number) + 1, 0), ?, ? FROM ledger_checkpoint",
                (size, note),
            )

    def checkpoints(self) -> list[tuple[int, bytes]]:
        with _said():
            return self.connection.execute(
                "SELECT size, note FROM ledger_checkpoint ORDER BY number"
            ).fetchall()

    def last_checkpoint(self) -> tuple[int, bytes] | None:
        row = self._maybe("SELECT size, note FROM ledger_checkpoint ORDER BY number DESC LIMIT 1")
        return None if row is None else (row[0], row[1])

    def close(self) -> None:
        self.connection.close()
