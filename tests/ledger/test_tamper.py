"""The tamper trial: every attack is found, with its place; a clean ledger is never accused."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evenhand.record.ledger.checkpoint import open_checkpoint
from evenhand.record.ledger.errors import VerificationError
from evenhand.record.ledger.note import COSIGNATURE, Signer
from evenhand.record.ledger.reconcile import reconcile
from evenhand.record.ledger.store import Store, postgres, sqlite
from evenhand.record.ledger.tiles import TileFolder
from evenhand.record.ledger.verify import verify
from evenhand.record.ledger.witness import Witness
from ledger.attacks import ON_FILES, REWRITES, THROUGH_SQL, Arena, Sql, build, fork
from ledger.made import ORIGIN

SMALL, LARGE = 1_500, 10_000


def sqlite_store(folder: Path) -> Store:
    return made(sqlite.SqliteStore(sqlite.connect(folder / "ledger.db", create=True)))


def made(store: Store) -> Store:
    with store.transaction():
        store.create(ORIGIN)
    return store


def found(arena: Arena, *, witnessed: bool = False) -> str | None:
    """Where a verifier finds a fault, who holds the key and what it saw before."""
    verifiers = [arena.signer.verifier]
    known = [arena.newest()] if not witnessed else [open_checkpoint(arena.older[-1], verifiers)]
    try:
        verify(arena.public, verifiers, known=known)
    except VerificationError as error:
        return error.place
    return None


def found_in_store(arena: Arena) -> str | None:
    try:
        reconcile(arena.store, TileFolder(arena.gold, arena.size))
    except VerificationError as error:
        return error.place
    return None


def attack_files(arena: Arena, rounds: int) -> Counter[str]:
    done: Counter[str] = Counter()
    for _ in range(rounds):
        attack = arena.chance.choice(ON_FILES)
        places = attack(arena)
        where = found(arena)
        assert where is not None, attack.__name__
        assert any(where == p or (p.endswith("/") and where.startswith(p)) for p in places), (
            attack.__name__,
            where,
            places,
        )
        arena.restore()
        done[attack.__name__] += 1
    assert found(arena) is None
    return done


def attack_by_rewriting(arena: Arena, rounds: int) -> Counter[str]:
    done: Counter[str] = Counter()
    for _ in range(rounds):
        attack = arena.chance.choice(REWRITES)
        places = attack(arena)
        where = found(arena, witnessed=True)
        assert where in places, (attack.__name__, where, places)
        arena.reset()
        done[attack.__name__] += 1
    assert found(arena) is None
    return done


class _UndoError(Exception):
    pass


def attack_through_sql(arena: Arena, rounds: int) -> Counter[str]:
    """Each attack is made with all guards off, as the owner can, in a transaction that is undone after it."""
    done: Counter[str] = Counter()
    store: Any = arena.store
    embedded = isinstance(store, sqlite.SqliteStore)
    run, mark = store.connection.execute, "?" if embedded else "%s"
    if embedded:
        run("PRAGMA foreign_keys = OFF")
    for _ in range(rounds):
        attack = arena.chance.choice(THROUGH_SQL)
        try:
            with store.transaction():
                guards_off(store)
                places = attack(Sql(run, mark, arena))
                where = found_in_store(arena)
                assert where in places, (attack.__name__, where, places)
                raise _UndoError
        except _UndoError:
            done[attack.__name__] += 1
    assert found_in_store(arena) is None
    return done


def guards_off(store: Any) -> None:
    if isinstance(store, sqlite.SqliteStore):
        names = store.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            store.connection.execute(f"DROP TRIGGER {name}")
    else:
        store.connection.execute("SET LOCAL session_replication_role = replica")


@pytest.fixture
def arena(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Arena]:
    kind, size = request.param
    if kind == "sqlite":
        store = sqlite_store(tmp_path)
    else:
        store = made(postgres.PostgresStore(postgres.connect(request.getfixturevalue("dsn"))))
    built = build(tmp_path, store, size, random.Random(7))
    yield built
    built.store.close()


@pytest.mark.parametrize("arena", [("sqlite", SMALL)], indirect=True)
def test_attacks_on_files_are_found(arena: Arena) -> None:
    assert found(arena) is None
    attack_files(arena, 250)
    attack_by_rewriting(arena, 12)


@pytest.mark.trial
@pytest.mark.parametrize("arena", [("sqlite", SMALL), ("postgres", SMALL)], indirect=True)
def test_attacks_through_sql_are_found(arena: Arena) -> None:
    assert found_in_store(arena) is None
    attack_through_sql(arena, 90)


@pytest.mark.trial
@pytest.mark.parametrize("arena", [("sqlite", LARGE)], indirect=True)
def test_the_tamper_trial(arena: Arena) -> None:
    """10,000 events, 2,100 attacks of every kind."""
    done = attack_files(arena, 1_700) + attack_by_rewriting(arena, 100) + attack_through_sql(arena, 300)
    assert done.total() == 2_100
    assert len(done) == len({*ON_FILES, *REWRITES, *THROUGH_SQL})


@pytest.mark.trial
@pytest.mark.parametrize("arena", [("postgres", LARGE)], indirect=True)
def test_the_tamper_trial_on_postgresql(arena: Arena) -> None:
    """100 attacks by the server's superuser, the guards off."""
    assert attack_through_sql(arena, 100).total() == 100


@pytest.mark.parametrize("arena", [("sqlite", SMALL)], indirect=True)
def test_a_witness_refuses_what_is_no_continuation(arena: Arena, tmp_path: Path) -> None:
    witness = Witness(tmp_path / "witness", Signer.generate("witness.example/w1", COSIGNATURE))
    keys = [arena.signer.verifier]
    arena.write("checkpoint", arena.older[0])
    first = witness.cosign(arena.public, keys)
    arena.restore()
    second = witness.cosign(arena.public, keys)
    assert witness.cosign(arena.public, keys).text == second.text
    opened = open_checkpoint(second.dump(), [*keys, witness.signer.verifier])
    assert opened.cosigned_at is not None
    arena.write("checkpoint", arena.older[0])
    with pytest.raises(VerificationError, match="set back"):
        witness.cosign(arena.public, keys)
    arena.restore()
    for _ in range(3):
        fork(arena)
        with pytest.raises(VerificationError, match=r"forked|set back"):
            witness.cosign(arena.public, keys)
        arena.reset()
    assert list((tmp_path / "witness").glob("*/refused/*"))
    seen = {p.read_bytes() for p in (tmp_path / "witness").glob("*/seen/*")}
    assert seen == {arena.older[0], arena.newest().note.dump()}
    assert first.text != second.text


@pytest.mark.parametrize("size", [20, 255, 256, 257, 700])
def test_clean_ledgers_of_every_shape_verify(tmp_path: Path, size: int) -> None:
    arena = build(tmp_path, sqlite_store(tmp_path), size, random.Random(size))
    assert found(arena) is None
    assert found_in_store(arena) is None
    arena.store.close()
