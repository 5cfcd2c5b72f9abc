"""Kill trials: a writer is killed at random moments; what it acknowledged is there, and nothing half."""

import contextlib
import os
import random
import signal
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.ledger import Ledger
from evenhand.record.ledger.note import Signer
from evenhand.record.ledger.reconcile import reconcile
from evenhand.record.ledger.store import Store, postgres, sqlite
from evenhand.record.ledger.tiles import TileFolder
from evenhand.record.ledger.verify import verify
from ledger.made import ORIGIN, booked
from waiting import until

Opener = Callable[[], Store]
ACK = struct.Struct(">QQ")


def batch_of(number: int) -> list[Any]:
    """The events of a batch: their subjects tell how many belong together."""
    chance = random.Random(number)
    return [booked(n, seed=number) for n in range(chance.randint(1, 12))]


def write_for_ever(opener: Opener, public: Path, signer: Signer, first: int, acks: int) -> None:
    """Append batch after batch, each in a transaction, and acknowledge each after its commit."""
    ledger, number = Ledger(opener()), first
    os.write(acks, ACK.pack(2**64 - 1, os.getpid()))
    while True:
        with ledger.store.transaction():
            added = ledger.append(batch_of(number))
        os.write(acks, ACK.pack(number, added.start))
        if number % 5 == 0:
            ledger.publish(public, [signer])
        number += 1


def kill_a_writer(
    opener: Opener,
    public: Path,
    signer: Signer,
    first: int,
    chance: random.Random,
    victim: Callable[[int], int],
) -> list[tuple[int, int]]:
    """Start a writer, kill it (or what serves it) some milliseconds after it acknowledged a batch or three,
    or began; the batches it acknowledged.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        with contextlib.suppress(BaseException):
            write_for_ever(opener, public, signer, first, write)
        os._exit(0)
    os.close(write)
    assert _ack(read) == (2**64 - 1, child)
    acks = [ack for _ in range(chance.randint(0, 3)) if (ack := _ack(read))]
    time.sleep(chance.uniform(0, 0.02))
    with contextlib.suppress(ProcessLookupError):
        os.kill(victim(child), signal.SIGKILL)
    while ack := _ack(read):
        acks.append(ack)
    os.close(read)
    os.waitpid(child, 0)
    return acks


def _ack(read: int) -> tuple[int, int] | None:
    """The next batch that the writer acknowledges; None if it has ended."""
    raw = os.read(read, ACK.size)
    return ACK.unpack(raw) if raw else None


def check_batches(store: Store, acks: list[tuple[int, int]], upto: int) -> int:
    """Acknowledged batches are whole and where they were said to be; the one after them is all or nothing.

    Returns the number of the next batch.
    """
    for number, start in acks:
        assert [store.position(e.id) for e in batch_of(number)] == list(
            range(start, start + len(batch_of(number)))
        )
    following = acks[-1][0] + 1 if acks else upto
    there = [store.position(event.id) is not None for event in batch_of(following)]
    assert all(there) or not any(there)
    return following + all(there)


def trial(opener: Opener, folder: Path, kills: int, victims: Callable[[int, int], int]) -> None:
    """Kill writers, check after each, and look at everything now and then."""
    public, signer, chance = folder / "public", Signer.generate(ORIGIN), random.Random(kills)
    store = opener()
    with store.transaction():
        store.create(ORIGIN)
    store.close()
    number = acknowledged = 0
    for kill in range(kills):
        acks = kill_a_writer(opener, public, signer, number, chance, lambda child, k=kill: victims(k, child))
        acknowledged += len(acks)
        store = patiently(opener)
        number = check_batches(store, acks, number)
        if kill % 25 == 24 or kill == kills - 1:
            look_at_all(store, public, signer)
        store.close()
    assert acknowledged > kills / 4, "the writers were killed before they wrote anything: no trial"


def patiently(opener: Opener) -> Store:
    """Open the store; a server that was killed needs a moment to recover."""

    def opened() -> Store | None:
        with contextlib.suppress(LedgerError):
            return opener()
        return None

    store = until(opened)
    assert store is not None
    return store


def look_at_all(store: Store, public: Path, signer: Signer) -> None:
    """The ledger takes appends, publishes and verifies, and every leaf opens."""
    ledger = Ledger(store)
    with store.transaction():
        ledger.append([booked(store.size(), seed=-1)])
    ledger.publish(public, [signer])
    size = verify(public, [signer.verifier]).leaves
    assert size == store.size()
    assert reconcile(store, TileFolder(public, size)).leaves == size


def sqlite_opener(folder: Path) -> Opener:
    return lambda: sqlite.SqliteStore(sqlite.connect(folder / "ledger.db", create=True))


def postgres_opener(dsn: str) -> Opener:
    return lambda: postgres.PostgresStore(postgres.connect(f"{dsn}&application_name=writer-{os.getpid()}"))


def backend_of(dsn: str) -> Callable[[int], int]:
    """The server process that serves a writer."""

    def find(child: int) -> int:
        with psycopg.connect(dsn, autocommit=True) as admin:
            row = admin.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = %s", (f"writer-{child}",)
            ).fetchone()
        return row[0] if row else child

    return find


def test_killed_writers_on_sqlite(tmp_path: Path) -> None:
    trial(sqlite_opener(tmp_path), tmp_path, 20, lambda _, child: child)


def test_killed_writers_on_postgresql(tmp_path: Path, dsn: str) -> None:
    trial(postgres_opener(dsn), tmp_path, 20, lambda _, child: child)


@pytest.mark.trial
def test_the_kill_trial_on_sqlite(tmp_path: Path) -> None:
    trial(sqlite_opener(tmp_path), tmp_path, 250, lambda _, child: child)


@pytest.mark.trial
def test_the_kill_trial_on_postgresql(tmp_path: Path, dsn: str) -> None:
    """200 kills of the writer, and 25 of the server's own process, which makes the server recover."""
    find = backend_of(dsn)
    trial(postgres_opener(dsn), tmp_path, 225, lambda kill, child: find(child) if kill % 9 == 8 else child)
