"""The store for several users: PostgreSQL through psycopg."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

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
CREATE TABLE ledger_origin (one integer PRIMARY KEY CHECK (one = 1), origin text NOT NULL,
    format integer NOT NULL);
CREATE TABLE ledger_entry (seq bigint PRIMARY KEY CHECK (seq >= 0),
    id bytea NOT NULL UNIQUE CHECK (length(id) = 16), leaf bytea NOT NULL CHECK (length(leaf) <= 65535));
-- No foreign keys: their checks need the right to update, which even the owner gives up.
CREATE TABLE ledger_case (seq bigint PRIMARY KEY,
    part bytea NOT NULL, salt bytea NOT NULL CHECK (length(salt) = 32));
CREATE TABLE ledger_opening (seq bigint PRIMARY KEY,
    personal bytea NOT NULL, salt bytea NOT NULL CHECK (length(salt) = 32));
CREATE TABLE ledger_erasure (seq bigint, part text CHECK (part IN ('personal', 'case')),
    erased_by bigint NOT NULL, PRIMARY KEY (seq, part));
CREATE TABLE ledger_checkpoint (number bigint PRIMARY KEY, size bigint NOT NULL, note bytea NOT NULL);
-- The planner's statistics are samples of the values: none shall be kept of what must be erasable.
ALTER TABLE ledger_case ALTER part SET STATISTICS 0, ALTER salt SET STATISTICS 0;
ALTER TABLE ledger_opening ALTER personal SET STATISTICS 0, ALTER salt SET STATISTICS 0;

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'ledger: % on % is refused', TG_OP, TG_TABLE_NAME; END $$;
CREATE FUNCTION ledger_next() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE low bigint; high bigint; many bigint; before bigint;
BEGIN
    SELECT min(seq), max(seq), count(*) INTO low, high, many FROM added;
    IF many = 0 THEN RETURN NULL; END IF;
    SELECT max(seq) INTO before FROM ledger_entry WHERE seq < low;
    IF high - low + 1 <> many OR low <> coalesce(before + 1, 0) THEN
        RAISE EXCEPTION 'ledger: leaves are numbered without gaps' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION ledger_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM ledger_erasure WHERE seq = OLD.seq) THEN
        RAISE EXCEPTION 'ledger: a personal part is deleted only on a recorded order';
    END IF;
    RETURN OLD;
END $$;
CREATE FUNCTION ledger_case_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM ledger_erasure WHERE seq = OLD.seq AND part = 'case') THEN
        RAISE EXCEPTION 'ledger: a case part is deleted only on a recorded order';
    END IF;
    RETURN OLD;
END $$;
CREATE FUNCTION ledger_case_unerased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ledger_erasure e JOIN added USING (seq) WHERE e.part = 'case') THEN
        RAISE EXCEPTION 'ledger: this case part was erased';
    END IF;
    IF EXISTS (SELECT 1 FROM added LEFT JOIN ledger_entry e USING (seq) WHERE e.seq IS NULL) THEN
        RAISE EXCEPTION 'ledger: there is no such leaf';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION ledger_erased_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ledger_erasure WHERE seq = NEW.seq AND part IN (NEW.part, 'case')) THEN
        RAISE EXCEPTION 'ledger: it was erased already';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION ledger_unerased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ledger_erasure e JOIN added USING (seq)) THEN
        RAISE EXCEPTION 'ledger: this personal part was erased';
    END IF;
    IF EXISTS (SELECT 1 FROM added LEFT JOIN ledger_entry e USING (seq) WHERE e.seq IS NULL) THEN
        RAISE EXCEPTION 'ledger: there is no such leaf';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION ledger_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size < (SELECT coalesce(max(size), 0) FROM ledger_checkpoint)
       OR NEW.number <> (SELECT coalesce(max(number) + 1, 0) FROM ledger_checkpoint) THEN
        RAISE EXCEPTION 'ledger: checkpoints only grow';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_next AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_next();
CREATE TRIGGER ledger_case_order BEFORE DELETE ON ledger_case
    FOR EACH ROW EXECUTE FUNCTION ledger_case_order();
CREATE TRIGGER ledger_case_unerased AFTER INSERT ON ledger_case
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_case_unerased();
CREATE TRIGGER ledger_erasure_once BEFORE INSERT ON ledger_erasure
    FOR EACH ROW EXECUTE FUNCTION ledger_erased_once();
CREATE TRIGGER ledger_opening_order BEFORE DELETE ON ledger_opening
    FOR EACH ROW EXECUTE FUNCTION ledger_order();
CREATE TRIGGER ledger_opening_unerased AFTER INSERT ON ledger_opening
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_unerased();
CREATE TRIGGER ledger_checkpoint_grows BEFORE INSERT ON ledger_checkpoint
    FOR EACH ROW EXECUTE FUNCTION ledger_grows();
"""

GUARDED = {
    "ledger_origin": "UPDATE OR DELETE",
    "ledger_entry": "UPDATE OR DELETE",
    "ledger_case": "UPDATE",
    "ledger_opening": "UPDATE",
    "ledger_erasure": "UPDATE OR DELETE",
    "ledger_checkpoint": "UPDATE OR DELETE",
}
ERASABLE = ("ledger_case", "ledger_opening")

FEW = 1_000
"""So many leaves are sent with what else is sent together; more are copied, which is cheaper for each."""


def connect(dsn: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection. The password is best left to libpq (`PGPASSWORD`, `~/.pgpass`).

    Raises `LedgerError` when the server does not answer.
    """
    try:
        return psycopg.connect(dsn, autocommit=True)
    except psycopg.Error as error:
        raise LedgerError(f"PostgreSQL does not answer: {str(error).strip()}") from None


@contextmanager
def _said() -> Iterator[None]:
    """Turn the database's errors into the ledger's."""
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name == "ledger_entry_id_key":
            raise DuplicateEventError("an event of that id is in the ledger already.") from None
        raise LedgerBusyError("another writer was first: run the transaction again.") from None
    except (
        psycopg.errors.SerializationFailure,
        psycopg.errors.DeadlockDetected,
        psycopg.errors.LockNotAvailable,
    ):
        raise LedgerBusyError("another writer was first: run the transaction again.") from None
    except psycopg.Error as error:
        first = str(error).strip().split("\n")[0]
        said = f"the store refused or failed: {first}. Nothing of this transaction is kept."
        raise LedgerError(said) from None


class PostgresStore:
    """A `Store` over a `psycopg.Connection`, in the schema that its search path puts first."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self.connection = connection

    def create(self, origin: str) -> None:
        self._need_transaction()
        with _said():
            if self._one("SELECT to_regclass('ledger_origin')")[0] is not None:
                raise LedgerError(f"there is a ledger here already: {self.origin()}.")
            self.connection.execute(TABLES.encode())
            for table, acts in GUARDED.items():
                self.connection.execute(
                    f"CREATE TRIGGER {table}_no_change BEFORE {acts} ON {table} "
                    f"FOR EACH ROW EXECUTE FUNCTION ledger_refuse(); "
                    f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse(); "
                    f"REVOKE ALL ON {table} FROM PUBLIC; "
                    f"REVOKE UPDATE, TRUNCATE ON {table} FROM CURRENT_USER".encode()
                )
                if table not in ERASABLE:
                    self.connection.execute(f"REVOKE DELETE ON {table} FROM CURRENT_USER".encode())
            self.connection.execute("INSERT INTO ledger_origin VALUES (1, %s, %s)", (origin, FORMAT))

    def grant(self, role: str) -> None:
        """Let a role read the ledger and append to it, and nothing else."""
        with _said():
            for table in GUARDED:
                self.connection.execute(
                    sql.SQL("GRANT SELECT, INSERT ON {} TO {}").format(
                        sql.Identifier(table), sql.Identifier(role)
                    )
                )
            self.connection.execute(
                sql.SQL("REVOKE INSERT ON ledger_origin FROM {}").format(sql.Identifier(role))
            )

    def _need_transaction(self) -> None:
        idle = self.connection.info.transaction_status == TransactionStatus.IDLE
        if idle and self.connection.autocommit:
            raise LedgerError("no transaction is open: begin one first.")

    def _one(self, query: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        row = self.connection.execute(query.encode(), values).fetchone()
        assert row is not None
        return row

    def _maybe(self, query: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        with _said():
            return self.connection.execute(query.encode(), values).fetchone()

    def origin(self) -> str:
        with _said():
            if self._one("SELECT to_regclass('ledger_origin')")[0] is None:
                raise LedgerError("the database holds no ledger: make one with `evenhand ledger init`.")
            name, form = self._one("SELECT origin, format FROM ledger_origin")
        check_format(form)
        return str(name)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with _said(), self.connection.transaction():
            yield

    @contextmanager
    def together(self) -> Iterator[None]:
        with _said(), self.connection.pipeline():
            yield

    def size(self) -> int:
        with _said():
            return int(self._one("SELECT coalesce(max(seq) + 1, 0) FROM ledger_entry")[0])

    def tail(self) -> tuple[int, Tail | None]:
        self._need_transaction()
        with self.together():
            # An advisory lock, as LOCK TABLE would ask for privileges that a writer shall not have. What is
            # committed while it is waited for is seen by the second statement, not by the first.
            self.connection.execute("SELECT pg_advisory_xact_lock('ledger_entry'::regclass::bigint)")
            last = self.connection.execute(
                "SELECT e.seq, e.leaf, c.part, c.salt FROM ledger_entry e "
                "LEFT JOIN ledger_case c ON c.seq = e.seq ORDER BY e.seq DESC LIMIT 1"
            )
        row = last.fetchone()
        return (0, None) if row is None else (row[0] + 1, Tail(bytes(row[1]), opening_of(*row[2:])))

    def insert(self, start: int, entries: Sequence[Entry]) -> None:
        seqs = range(start, start + len(entries))
        tables = {
            "ledger_entry": [(seq, e.id, e.leaf) for seq, e in zip(seqs, entries, strict=True)],
            "ledger_case": [(seq, *e.case) for seq, e in zip(seqs, entries, strict=True)],
            "ledger_opening": [
                (seq, *e.personal) for seq, e in zip(seqs, entries, strict=True) if e.personal is not None
            ],
        }
        if len(entries) > FEW:
            self._copy(tables)
            return
        with self.together():
            for table, rows in tables.items():
                if rows:
                    self.connection.execute(
                        f"INSERT INTO {table} "
                        "SELECT * FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[])".encode(),
                        tuple(map(list, zip(*rows, strict=True))),
                    )

    def _copy(self, tables: dict[str, list[tuple[int, bytes, bytes]]]) -> None:
        with _said(), self.connection.cursor() as cursor:
            for table, rows in tables.items():
                if rows:
                    with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)".encode()) as copy:
                        copy.set_types(("int8", "bytea", "bytea"))
                        for row in rows:
                            copy.write_row(row)

    def leaves(self, start: int, end: int) -> Iterator[list[bytes]]:
        while start < end:
            with _said():
                rows = self.connection.execute(
                    "SELECT leaf FROM ledger_entry WHERE seq >= %s AND seq < %s ORDER BY seq",
                    (start, min(start + CHUNK, end)),
                    binary=True,
                ).fetchall()
            yield [bytes(leaf) for (leaf,) in rows]
            start += CHUNK

    def rows(self) -> Iterator[list[Row]]:
        last = -1
        while True:
            with _said():
                rows: list[Any] = self.connection.execute(
                    f"{ROWS} WHERE e.seq > %s ORDER BY e.seq LIMIT %s".encode(), (last, CHUNK), binary=True
                ).fetchall()
            if not rows:
                return
            yield list(map(Row.read, rows))
            last = rows[-1][0]

    def position(self, event: UUID) -> int | None:
        row = self._maybe("SELECT seq FROM ledger_entry WHERE id = %s", (event.bytes,))
        return None if row is None else int(row[0])

    def row(self, index: int) -> Row | None:
        found = self._maybe(f"{ROWS} WHERE e.seq = %s", (index,))
        return None if found is None else Row.read(found)

    def erase(self, index: int, part: ErasedPart, *, erased_by: int) -> None:
        with _said():
            self.connection.execute(
                "INSERT INTO ledger_erasure VALUES (%s, %s, %s)", (index, part.value, erased_by)
            )
            self.connection.execute("DELETE FROM ledger_opening WHERE seq = %s", (index,))
            if part is ErasedPart.CASE:
                self.connection.execute("DELETE FROM ledger_case WHERE seq = %s", (index,))

    def scrub(self) -> list[str]:
        left = []
        with _said():
            for table in ERASABLE:
                self.connection.execute(f"VACUUM FULL {table}".encode())
            recycled = self._one("SHOW wal_recycle")[0] == "on"
        try:
            # A switch leaves the old segment behind; the second checkpoint lets go of it.
            for _ in range(2):
                self.connection.execute("SELECT pg_switch_wal()")
                self.connection.execute("CHECKPOINT")
        except psycopg.errors.InsufficientPrivilege:
            left.append(
                "The server's write-ahead log still holds the erased bytes: a superuser must run "
                "`SELECT pg_switch_wal(); CHECKPOINT;` twice."
            )
        if recycled:
            left.append(
                "The server keeps old log files for reuse, which can hold erased bytes: set "
                "wal_recycle = off on the server and erase again with --scrub."
            )
        return left

    def add_checkpoint(self, size: int, note: bytes) -> None:
        with _said():
            self.connection.execute(
                "INSERT INTO ledger_checkpoint "
                "SELECT coalesce(max(number) + 1, 0), %s, %s FROM ledger_checkpoint",
                (size, note),
            )

    def checkpoints(self) -> list[tuple[int, bytes]]:
        with _said():
            rows: list[Any] = self.connection.execute(
                "SELECT size, note FROM ledger_checkpoint ORDER BY number"
            ).fetchall()
        return rows

    def last_checkpoint(self) -> tuple[int, bytes] | None:
        row: Any = self._maybe("SELECT size, note FROM ledger_checkpoint ORDER BY number DESC LIMIT 1")
        return None if row is None else (row[0], row[1])

    def close(self) -> None:
        self.connection.close()
