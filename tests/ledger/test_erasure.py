"""Erasure: what is erased is in no file any more, and every proof still holds."""

import json
import os
import sqlite3
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from evenhand.record.events.oversight import ErasedPart
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.home import Home, Settings, export
from evenhand.record.ledger.leaf import Opening
from evenhand.record.ledger.ledger import Ledger, Order, case_of
from evenhand.record.ledger.note import Signer
from evenhand.record.ledger.proof import (
    check_consistency,
    check_inclusion,
    prove_consistency,
    prove_inclusion,
)
from evenhand.record.ledger.reconcile import reconcile
from evenhand.record.ledger.store import Store, postgres, sqlite
from evenhand.record.ledger.tiles import TileFolder
from evenhand.record.ledger.verify import read_checkpoint, verify
from ledger.conftest import Opener
from ledger.made import ORIGIN, booked, series
from ledger.test_command import Shell

ORDER = Order("District Court 12, no. 2026-0042, 3 March 2026", actor="administrator-1")


def needles(opening: Opening) -> list[bytes]:
    """What must not be found: the personal part, its values and the salt, raw and as it may be written."""
    said = json.loads(opening.part)
    return [
        opening.salt,
        opening.salt.hex().encode(),
        opening.part,
        opening.part.hex().encode(),
        *(said[name].encode() for name in ("name", "person_key") if name in said),
    ]


def personal(store: Store, index: int) -> Opening:
    row = store.row(index)
    assert row is not None
    assert row.personal is not None
    return row.personal


def is_erased(store: Store, index: int) -> bool:
    row = store.row(index)
    assert row is not None
    return row.personal is None


def files_with(folder: Path, sought: list[bytes]) -> list[str]:
    """The files under a folder that hold any of the byte strings."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            found += [str(path.relative_to(folder)) for needle in sought if needle in raw][:1]
    return found


def prepare(store: Store, public: Path, signer: Signer, count: int, seed: int = 1) -> Ledger:
    ledger = Ledger(store)
    for start in range(0, count, 50):
        with store.transaction():
            ledger.append(series(count, seed=seed)[start : start + 50])
    ledger.publish(public, [signer])
    return ledger


@pytest.mark.parametrize("victims", [[0], [0, 2, 150, 298]])
def test_proofs_hold_after_an_erasure(
    opener: Opener, tmp_path: Path, signer: Signer, victims: list[int]
) -> None:
    public, keys = tmp_path / "public", [signer.verifier]
    ledger = prepare(opener(), public, signer, 300)
    before = read_checkpoint(public / "checkpoint", keys)
    proofs = [prove_inclusion(TileFolder(public, 300), n, before.note.dump()) for n in range(0, 300, 7)]
    with ledger.store.transaction():
        added = ledger.erase([booked(n).id for n in victims], ORDER)
    assert added == range(300, 300 + len(victims))
    ledger.store.scrub()
    for proof in proofs:
        assert check_inclusion(proof, keys).checkpoint.size == 300
    after = ledger.publish(public, [signer])
    assert verify(public, keys, known=[before]).leaves == 300 + len(victims)
    tiles = TileFolder(public, 300 + len(victims))
    check_consistency(prove_consistency(tiles, 300, after.dump()), before, keys)
    for index in victims:
        check_inclusion(prove_inclusion(tiles, index, after.dump()), keys)
        assert is_erased(ledger.store, index)
    assert reconcile(ledger.store, tiles).erased == len(victims)
    record = ledger.row(300)
    leaf, case = json.loads(record.leaf), case_of(record)
    assert (leaf["type"], leaf["subject"], leaf["what"]) == ("record.erased", str(victims[0]), "personal")
    for hidden in (str(booked(victims[0]).id), "person.booked", "booking-", "2026-0042", "administrator"):
        assert hidden not in record.leaf.decode()
    assert case is not None
    assert case["court_order"] == ORDER.text
    assert case["actor"] == ORDER.actor


def test_a_case_part_is_erased_with_the_personal_part(opener: Opener, tmp_path: Path, signer: Signer) -> None:
    ledger = prepare(opener(), tmp_path, signer, 300)
    before = read_checkpoint(tmp_path / "checkpoint", [signer.verifier])
    events = series(300)
    with ledger.store.transaction():
        ledger.erase([events[4].id], ORDER)
    with ledger.store.transaction():
        ledger.erase([events[4].id, events[5].id, events[6].id], ORDER, ErasedPart.CASE)
    for event in events[4:7]:
        assert ledger.holds(event) is True
        with pytest.raises(LedgerError, match="erased already"), ledger.store.transaction():
            ledger.erase([event.id], ORDER)
    ledger.publish(tmp_path, [signer])
    tiles = TileFolder(tmp_path, 304)
    assert verify(tmp_path, [signer.verifier], known=[before]).leaves == 304
    assert reconcile(ledger.store, tiles).erased == 4
    with ledger.store.transaction():
        ledger.erase([events[299].id], ORDER, ErasedPart.CASE)
        assert ledger.append(series(2, seed=8)) == range(305, 307)


def test_the_record_of_an_erasure_cannot_be_erased(ledger: Ledger) -> None:
    with ledger.store.transaction():
        ledger.append(series(2))
        (by,) = ledger.erase([series(1)[0].id], ORDER)
    case = case_of(ledger.row(by))
    assert case is not None
    with pytest.raises(LedgerError, match="it stays"), ledger.store.transaction():
        ledger.erase([UUID(case["id"])], ORDER, ErasedPart.CASE)


def test_what_cannot_be_erased_is_told(ledger: Ledger) -> None:
    with ledger.store.transaction():
        ledger.append(series(4))
    events = series(4)
    for wanted, order, said in (
        (booked(50).id, ORDER, "not in the ledger"),
        (events[1].id, ORDER, "no personal part"),
        (events[0].id, Order("  "), "names the order"),
    ):
        with pytest.raises(LedgerError, match=said), ledger.store.transaction():
            ledger.erase([wanted], order)
    with ledger.store.transaction():
        ledger.erase([events[0].id], ORDER)
    with pytest.raises(LedgerError, match="erased already"), ledger.store.transaction():
        ledger.erase([events[0].id], ORDER)
    assert ledger.store.size() == 5
    assert not is_erased(ledger.store, 2)


def test_an_erasure_that_is_rolled_back_erases_nothing(ledger: Ledger) -> None:
    with ledger.store.transaction():
        ledger.append(series(4))
    with pytest.raises(LedgerError), ledger.store.transaction():
        ledger.erase([series(1)[0].id, booked(77).id], ORDER)
    assert not is_erased(ledger.store, 0)
    assert ledger.store.size() == 4


def test_an_erased_part_does_not_come_back(ledger: Ledger) -> None:
    with ledger.store.transaction():
        ledger.append(series(4))
    opening = personal(ledger.store, 0)
    with ledger.store.transaction():
        ledger.erase([series(1)[0].id], ORDER)
    run: Any = ledger.store.connection.execute  # type: ignore[attr-defined]
    mark = "?" if isinstance(ledger.store, sqlite.SqliteStore) else "%s"
    with pytest.raises((psycopg.Error, sqlite3.IntegrityError)):
        run(f"INSERT INTO ledger_opening VALUES (0, {mark}, {mark})", tuple(opening))
    assert ledger.holds(series(1)[0]) is True


def test_no_byte_is_left_in_any_file_of_an_sqlite_ledger(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home", Settings(origin=ORIGIN))
    ledger = home.ledger()
    signer = home.signers()[0]
    for start in range(0, 2000, 50):
        with ledger.store.transaction():
            ledger.append(series(2000)[start : start + 50])
    ledger.publish(home.public, [signer])
    victims = [0, 2, 998, 1998]
    sought = [needle for n in victims for needle in needles(personal(ledger.store, n))]
    assert files_with(home.folder, sought)
    with ledger.store.transaction():
        ledger.erase([booked(n).id for n in victims], ORDER)
    assert ledger.store.scrub() == []
    ledger.publish(home.public, [signer])
    export(home, ledger, tmp_path / "export")
    assert files_with(tmp_path, sought) == []
    kept = personal(ledger.store, 4)
    assert files_with(tmp_path, needles(kept)) == ["home/ledger.db"]
    ledger.store.close()
    assert files_with(tmp_path, sought) == []


def test_no_byte_is_left_where_the_caller_did_not_ask_for_secure_deletes(tmp_path: Path) -> None:
    """An application's own database, with a rollback journal and rows that were moved between pages."""
    connection = sqlite3.connect(tmp_path / "app.db")
    connection.execute("PRAGMA secure_delete = OFF")
    store = sqlite.SqliteStore(connection)
    store.create(ORIGIN)
    ledger = Ledger(store)
    for number in range(0, 600, 3):
        ledger.append(series(600)[number : number + 3])
        connection.commit()
    opening = personal(store, 300)
    ledger.erase([booked(300).id], ORDER)
    connection.commit()
    assert store.scrub() == []
    connection.close()
    assert files_with(tmp_path, needles(opening)) == []


def test_a_reader_of_the_log_is_told_to_close(tmp_path: Path) -> None:
    """While another connection reads an older state, its bytes cannot go; the user is told what to do."""
    path = tmp_path / "l.db"
    store = sqlite.SqliteStore(sqlite.connect(path, create=True))
    with store.transaction():
        store.create(ORIGIN)
    with store.transaction():
        Ledger(store).append(series(40))
    store.connection.execute("PRAGMA busy_timeout = 100")
    reader = sqlite.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM ledger_entry").fetchone()
    opening = personal(store, 0)
    with store.transaction():
        Ledger(store).erase([series(1)[0].id], ORDER)
    left = store.scrub()
    assert left
    assert "--scrub" in left[0]
    reader.close()
    assert store.scrub() == []
    assert files_with(tmp_path, needles(opening)) == []


def test_no_byte_is_left_in_any_file_of_a_postgresql_server(server: Any, dsn: str, tmp_path: Path) -> None:
    """All files of the server's data folder are searched: tables, indexes, statistics, write-ahead log."""
    store = postgres.PostgresStore(postgres.connect(dsn))
    with store.transaction():
        store.create(ORIGIN)
    signer = Signer.generate(ORIGIN)
    ledger = prepare(store, tmp_path / "public", signer, 400, seed=4242)
    store.connection.execute("ANALYZE ledger_opening")
    store.connection.execute("CHECKPOINT")
    data = Path(server.pgdata)
    victims = [0, 100, 398]
    sought = [needle for n in victims for needle in needles(personal(ledger.store, n))]
    assert files_with(data, sought)
    with store.transaction():
        ledger.erase([booked(n, seed=4242).id for n in victims], ORDER)
    assert store.scrub() == []
    assert files_with(data, sought) == []
    kept = personal(store, 2)
    assert files_with(data, needles(kept))
    ledger.publish(tmp_path / "public", [signer])
    assert reconcile(store, TileFolder(tmp_path / "public", 403)).erased == 3
    store.close()
    assert os.listdir(tmp_path) == ["public"]
    assert files_with(tmp_path, sought) == []


def test_a_server_that_keeps_old_log_files_is_named(server: Any, dsn: str) -> None:
    store = postgres.PostgresStore(postgres.connect(dsn))
    with store.transaction():
        store.create(ORIGIN)
    store.connection.execute("DROP ROLE IF EXISTS plain_role")
    store.connection.execute("CREATE ROLE plain_role LOGIN")
    for table in postgres.GUARDED:
        store.connection.execute(f"ALTER TABLE {table} OWNER TO plain_role".encode())
    plain = postgres.PostgresStore(postgres.connect(f"{dsn}&user=plain_role"))
    (said,) = plain.scrub()
    assert "superuser" in said
    plain.close()
    store.connection.execute("DROP OWNED BY plain_role")
    store.connection.execute("DROP ROLE plain_role")
    store.close()


def test_erasing_by_command(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.append(series(20))
    shell.run("checkpoint")
    event = booked(4)
    shell.run("erase", event.id, code=2)
    said = shell.run("erase", event.id, "--order", ORDER.text, "--actor", "administrator-1")
    assert "Erased 1 personal parts" in said
    shell.run("erase", event.id, "--order", ORDER.text, code=2)
    assert "Erased 1" in shell.run("erase", "--subject", "booking-6", "--order", ORDER.text)
    shell.run("erase", "--scrub")
    shell.run("checkpoint")
    assert "2 parts erased" in shell.run("verify", shell.home, "--key", shell.key)
    sought = [_value(event).encode(), _value(booked(6)).encode()]
    assert files_with(shell.home, sought) == []


def _value(event: Any) -> str:
    return str(event.name)
