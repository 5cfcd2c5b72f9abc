"""Both stores: the caller's transaction, what is refused, order, time, two writers."""

import json
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from evenhand.record.events import SubjectKind, parse
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.leaf import Entry, Opening, event_fields
from evenhand.record.ledger.ledger import Ledger, Order, case_of, personal_of
from evenhand.record.ledger.note import Signer
from evenhand.record.ledger.reconcile import reconcile
from evenhand.record.ledger.store import DuplicateEventError, LedgerBusyError, Store, postgres, sqlite
from evenhand.record.ledger.tiles import TileFolder
from evenhand.record.ledger.verify import verify
from ledger.conftest import Opener
from ledger.made import START, booked, disposed, series, table_of

REFUSED = (sqlite3.IntegrityError, psycopg.Error)


def _case(ledger: Ledger, index: int) -> dict[str, Any]:
    case = case_of(ledger.row(index))
    assert case is not None
    return case


def run(store: Store, statement: str) -> None:
    store.connection.execute(statement)  # type: ignore[attr-defined]


def test_what_is_appended_is_there(ledger: Ledger) -> None:
    events = series(20)
    with ledger.store.transaction():
        assert ledger.append(events[:10]) == range(0, 10)
    with ledger.store.transaction():
        table = table_of(SubjectKind.BOOKING, events[10:])
        assert ledger.append_table(SubjectKind.BOOKING, table) == range(10, 20)
    assert ledger.store.size() == 20
    for index, event in enumerate(events):
        assert ledger.store.position(event.id) == index
        assert ledger.holds(event) is True
        row = ledger.row(index)
        assert (row.personal is None) == (event.type != "person.booked")
        case = case_of(row)
        assert case is not None
        assert parse(event_fields(case, personal_of(row, case))) == event
    assert ledger.holds(booked(99)) is None
    assert ledger.holds(booked(0, name="Other")) is False


def test_an_append_is_in_the_callers_transaction(opener: Opener) -> None:
    first, second = Ledger(opener()), opener()
    with pytest.raises(ZeroDivisionError), first.store.transaction():
        first.append(series(5 // (first.append(series(5)).start)))
    assert first.store.size() == 0
    with first.store.transaction():
        first.append(series(5))
        assert second.size() == 0
    assert second.size() == 5


def test_an_append_outside_a_transaction_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="no transaction is open"):
        ledger.append(series(1))
    assert ledger.store.size() == 0


def test_a_callers_own_kind_of_connection_will_do(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "app.db")
    connection.execute("CREATE TABLE own (x)")
    store = sqlite.SqliteStore(connection)
    store.create("ledger.example/app")
    connection.commit()
    connection.execute("INSERT INTO own VALUES (1)")
    Ledger(store).append(series(3))
    connection.rollback()
    assert store.size() == 0
    assert connection.execute("SELECT count(*) FROM own").fetchone() == (0,)
    Ledger(store).append(series(3))
    connection.commit()
    assert store.size() == 3


def test_a_psycopg_connection_without_autocommit_will_do(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        store = postgres.PostgresStore(connection)
        store.create("ledger.example/app")
        Ledger(store).append(series(3))
        connection.rollback()
        store.create("ledger.example/app")
        connection.commit()
        Ledger(store).append(series(2))
        connection.commit()
        assert store.size() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET leaf = leaf WHERE seq = 0",
        "DELETE FROM ledger_entry WHERE seq = 9",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_opening SET personal = personal",
        "DELETE FROM ledger_opening",
        "UPDATE ledger_case SET salt = salt",
        "DELETE FROM ledger_case WHERE seq = 0",
        "DELETE FROM ledger_case WHERE seq = 1",
        "INSERT INTO ledger_erasure VALUES (0, 'personal', 10)",
        "INSERT INTO ledger_erasure VALUES (1, 'something', 10)",
        "UPDATE ledger_checkpoint SET size = 0",
        "DELETE FROM ledger_checkpoint",
        "UPDATE ledger_erasure SET erased_by = 0",
        "DELETE FROM ledger_erasure",
        "UPDATE ledger_origin SET origin = 'x'",
        "DELETE FROM ledger_origin",
        "INSERT INTO ledger_origin VALUES (1, 'x', 1)",
        "INSERT INTO ledger_checkpoint VALUES (7, 10, 'x')",
    ],
)
def test_a_change_through_sql_is_refused(
    ledger: Ledger, signer: Signer, tmp_path: Path, statement: str
) -> None:
    events = series(10)
    with ledger.store.transaction():
        ledger.append(events)
    ledger.publish(tmp_path / "public", [signer])
    with ledger.store.transaction():
        ledger.erase([events[0].id], Order("order 1"))
    before = list(ledger.store.rows())
    with pytest.raises(REFUSED):
        run(ledger.store, statement)
    assert list(ledger.store.rows()) == before


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE INTO", "REPLACE INTO", "INSERT OR IGNORE INTO"])
@pytest.mark.parametrize("seq", [0, 3, 5, 9])
def test_sqlites_replace_is_refused(tmp_path: Path, verb: str, seq: int) -> None:
    store = sqlite.SqliteStore(sqlite.connect(tmp_path / "l.db", create=True))
    with store.transaction():
        store.create("ledger.example/x")
    with store.transaction():
        Ledger(store).append(series(5))
    before = list(store.rows())
    event = before[0][1].id
    with pytest.raises(sqlite3.IntegrityError):
        store.connection.execute(f"{verb} ledger_entry VALUES (?, ?, ?)", (seq, event, b"{}"))
    with pytest.raises(sqlite3.IntegrityError):
        store.connection.execute(f"{verb} ledger_opening VALUES (0, ?, ?)", (b"{}", bytes(32)))
    with pytest.raises(sqlite3.IntegrityError):
        store.connection.execute(f"{verb} ledger_case VALUES (0, ?, ?)", (b"{}", bytes(32)))
    assert list(store.rows()) == before


@pytest.mark.parametrize("start", [4, 6, 100])
def test_a_gap_or_a_number_taken_is_refused(ledger: Ledger, start: int) -> None:
    with ledger.store.transaction():
        ledger.append(series(5))
    entry = Entry(bytes(15) + b"\x01", b"{}", Opening(b"{}", bytes(32)))
    with pytest.raises(LedgerBusyError), ledger.store.transaction():
        ledger.store.insert(start, [entry])
    assert ledger.store.size() == 5


def test_an_id_is_taken_once(ledger: Ledger) -> None:
    with ledger.store.transaction():
        ledger.append(series(5))
    with pytest.raises(DuplicateEventError), ledger.store.transaction():
        ledger.append([booked(100), *series(2)])
    assert ledger.store.size() == 5


def test_a_rolled_back_append_leaves_no_gap(ledger: Ledger, signer: Signer, tmp_path: Path) -> None:
    for number in range(6):
        try:
            with ledger.store.transaction():
                ledger.append([booked(number), disposed(number)])
                if number % 2:
                    raise RuntimeError
        except RuntimeError:
            pass
    ledger.publish(tmp_path, [signer])
    assert verify(tmp_path, [signer.verifier]).leaves == 6
    assert reconcile(ledger.store, TileFolder(tmp_path, 6)).leaves == 6


def test_a_clock_that_steps_back_does_not_back_date(opener: Opener, signer: Signer, tmp_path: Path) -> None:
    times = iter([START, START + timedelta(hours=2), START + timedelta(hours=1), START + timedelta(hours=3)])
    ledger = Ledger(opener(), clock=lambda: next(times))
    for number in range(4):
        with ledger.store.transaction():
            ledger.append([booked(number)])
    given = [_case(ledger, n)["appended_at"] for n in range(4)]
    hours = [datetime.fromisoformat(g) - START for g in given]
    assert hours == [timedelta(hours=h) for h in (0, 2, 2, 3)]
    ledger.publish(tmp_path, [signer])
    assert verify(tmp_path, [signer.verifier]).leaves == 4


def test_two_writers_at_once(opener: Opener, signer: Signer, tmp_path: Path) -> None:
    """Each writer's own events keep their order, no number is given twice, none is left out."""
    failures: list[Exception] = []

    def write(name: int) -> None:
        ledger = Ledger(opener())
        try:
            for number in range(40):
                with ledger.store.transaction():
                    ledger.append([booked(number, seed=name), disposed(number, seed=name)])
        except Exception as error:
            failures.append(error)
        finally:
            ledger.store.close()

    threads = [threading.Thread(target=write, args=(name,)) for name in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    store = opener()
    assert store.size() == 240
    places = {name: [store.position(booked(n, seed=name).id) for n in range(40)] for name in (1, 2, 3)}
    for found in places.values():
        assert found == sorted(found, key=lambda p: -1 if p is None else p)
        assert None not in found
    Ledger(store).publish(tmp_path / "public", [signer])
    assert verify(tmp_path / "public", [signer.verifier]).leaves == 240


def test_two_publishers_at_once(opener: Opener, signer: Signer, tmp_path: Path) -> None:
    """They write the same tiles, and the published checkpoint never goes back."""
    failures: list[Exception] = []
    public = tmp_path / "public"

    def keep(name: int) -> None:
        ledger = Ledger(opener())
        try:
            for number in range(25):
                with ledger.store.transaction():
                    ledger.append(series(30, seed=100 * name + number))
                ledger.publish(public, [signer])
        except Exception as error:
            failures.append(error)
        finally:
            ledger.store.close()

    threads = [threading.Thread(target=keep, args=(name,)) for name in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert verify(public, [signer.verifier]).leaves == 1500
    sizes = [size for size, _ in opener().checkpoints()]
    assert sizes == sorted(sizes)
    assert not list(public.rglob("*.new"))


def test_a_stale_snapshot_is_told_to_retry(dsn: str) -> None:
    """Under REPEATABLE READ a second writer cannot see the first one's leaves: it must not fork."""
    with psycopg.connect(dsn, autocommit=True) as setup:
        store = postgres.PostgresStore(setup)
        with store.transaction():
            store.create("ledger.example/x")
    with psycopg.connect(dsn) as one, psycopg.connect(dsn) as two:
        two.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        two.execute("SELECT 1 FROM ledger_entry")
        Ledger(postgres.PostgresStore(one)).append([booked(1)])
        one.commit()
        with pytest.raises(LedgerBusyError):
            Ledger(postgres.PostgresStore(two)).append([booked(2)])
        two.rollback()
        Ledger(postgres.PostgresStore(two)).append([booked(2)])
        two.commit()
        assert postgres.PostgresStore(two).size() == 2


def test_a_writers_role_can_only_read_and_append(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as owner:
        store = postgres.PostgresStore(owner)
        owner.execute("DROP ROLE IF EXISTS writer_role")
        owner.execute("CREATE ROLE writer_role LOGIN")
        with store.transaction():
            store.create("ledger.example/x")
            store.grant("writer_role")
    with psycopg.connect(dsn, user="writer_role", autocommit=True) as writer:
        mine = postgres.PostgresStore(writer)
        with mine.transaction():
            Ledger(mine).append(series(4))
        assert mine.size() == 4
        for act in (
            "UPDATE ledger_entry SET leaf = ''",
            "DELETE FROM ledger_entry",
            "TRUNCATE ledger_entry CASCADE",
            "DELETE FROM ledger_opening",
            "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
            "DROP TABLE ledger_entry CASCADE",
            "INSERT INTO ledger_origin VALUES (2, 'x', 1)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                writer.execute(act.encode())
    with psycopg.connect(dsn, autocommit=True) as owner:
        with pytest.raises(psycopg.errors.RaiseException, match="TRUNCATE"):
            owner.execute("TRUNCATE ledger_entry CASCADE")
        owner.execute("DROP OWNED BY writer_role")
        owner.execute("DROP ROLE writer_role")


def test_the_owner_itself_has_no_right_to_change(dsn: str) -> None:
    """A superuser passes over privileges, an owner that is none does not."""
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS owner_role")
        admin.execute("CREATE ROLE owner_role LOGIN")
    with psycopg.connect(dsn, user="owner_role", autocommit=True) as owner:
        store = postgres.PostgresStore(owner)
        with store.transaction():
            store.create("ledger.example/x")
        with store.transaction():
            Ledger(store).append(series(3))
        for act in ("UPDATE ledger_entry SET leaf = ''", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(act.encode())
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("DROP OWNED BY owner_role")
        admin.execute("DROP ROLE owner_role")


def test_a_second_ledger_and_a_missing_one_are_told(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="already"), ledger.store.transaction():
        ledger.store.create("ledger.example/other")
    with pytest.raises(LedgerError, match="holds no ledger"):
        sqlite.SqliteStore(sqlite.connect(tmp_path / "empty.db", create=True)).origin()
    with pytest.raises(LedgerError, match="is missing"):
        sqlite.connect(tmp_path / "nowhere.db")


def test_checkpoints_grow_and_rotation_keeps_readers(ledger: Ledger, tmp_path: Path, signer: Signer) -> None:
    successor = Signer.generate(signer.name)
    with ledger.store.transaction():
        ledger.append(series(3))
    ledger.publish(tmp_path, [signer])
    with ledger.store.transaction():
        ledger.append(series(300, seed=2))
    ledger.publish(tmp_path, [signer, successor])
    assert verify(tmp_path, [signer.verifier]).leaves == 303
    assert verify(tmp_path, [successor.verifier]).leaves == 303
    with ledger.store.transaction():
        ledger.append(series(5, seed=3))
    ledger.publish(tmp_path, [successor])
    assert verify(tmp_path, [successor.verifier]).leaves == 308
    with pytest.raises(VerificationError, match="no trusted key"):
        verify(tmp_path, [signer.verifier])
    assert [size for size, _ in ledger.store.checkpoints()] == [3, 303, 308]


def test_a_store_that_was_set_back_signs_nothing(ledger: Ledger, tmp_path: Path, signer: Signer) -> None:
    """As after a restore from an old backup: signing on would fork the log."""
    with ledger.store.transaction():
        ledger.append(series(30))
    ledger.publish(tmp_path / "public", [signer])
    older = sqlite.SqliteStore(sqlite.connect(tmp_path / "older.db", create=True))
    with older.transaction():
        older.create(signer.name)
    with older.transaction():
        Ledger(older).append(series(10))
    with pytest.raises(VerificationError, match="set back"):
        Ledger(older).publish(tmp_path / "public", [signer])
    with older.transaction():
        Ledger(older).append(series(30, seed=5))
    assert Ledger(older).publish(tmp_path / "public", [signer]).text.split("\n")[1] == "40"
    with pytest.raises(VerificationError):
        reconcile(older, TileFolder(tmp_path / "public", 40))


def test_leaves_are_json_that_anyone_can_read(ledger: Ledger) -> None:
    with ledger.store.transaction():
        ledger.append(series(2))
    (leaves,) = ledger.store.leaves(0, 2)
    assert {json.loads(leaf)["agency"] for leaf in leaves} == {"TX0000000"}
    assert datetime.fromisoformat(_case(ledger, 0)["appended_at"]).tzinfo == UTC
    assert _case(ledger, 0)["appended_at"].startswith(json.loads(leaves[0])["appended_on"])
