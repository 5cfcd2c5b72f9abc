"""A ledger of format 1 (`format1/`, written by the last version that had it) is refused and carried over."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from evenhand.record.events import Event, parse
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.home import Home
from evenhand.record.ledger.keys import verifiers_in
from evenhand.record.ledger.leaf import event_fields
from evenhand.record.ledger.ledger import Ledger, case_of, personal_of
from evenhand.record.ledger.tiles import TileFolder
from evenhand.record.ledger.verify import verify
from ledger.made import ORIGIN, booked, series
from ledger.test_command import Shell

SIZE = 9
"""Six of a series, a poster, an erasure of the third, another booking."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    shutil.copytree(Path(__file__).parent / "format1", tmp_path / "old")
    return tmp_path / "old"


def migrate(shell: Shell, old: Path, *options: str, code: int = 0) -> Ledger | None:
    shell.run("migrate", old, shell.folder / "new", *options, code=code)
    return None if code else Home.open(shell.folder / "new").ledger()


def event_at(ledger: Ledger, index: int) -> Event:
    row = ledger.row(index)
    case = case_of(row)
    assert case is not None
    return parse(event_fields(case, personal_of(row, case)))


def test_the_old_format_is_refused_with_the_remedy(old: Path, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"format 1 is older .* `evenhand ledger migrate OLD NEW`"):
        Home.open(old).ledger()
    assert verify(old / "public", verifiers_in(old / "public")).leaves == SIZE - 1


def test_nothing_is_lost_and_both_logs_verify(old: Path, tmp_path: Path) -> None:
    ledger = migrate(Shell(tmp_path), old)
    assert ledger is not None
    public = tmp_path / "new" / "public"
    assert ledger.store.origin() == f"{ORIGIN}/2"
    assert verify(public, verifiers_in(public)).leaves == SIZE + 1
    assert verify(old / "public", verifiers_in(old / "public")).leaves == SIZE - 1
    for index in (0, 1, 3, 4, 5):
        assert event_at(ledger, index + 1) == series(6)[index]
    assert event_at(ledger, SIZE) == booked(8)
    with sqlite3.connect(old / "ledger.db") as before:
        leaves = [leaf for (leaf,) in before.execute("SELECT leaf FROM ledger_entry ORDER BY seq")]
    before.close()
    cases = [row.case.part for rows in ledger.store.rows() for row in rows if row.case is not None]
    assert [c for c in cases[1:] if b"record.erased" not in c] == [
        leaf for leaf in leaves if b"record.erased" not in leaf
    ]
    ledger.store.close()


def test_the_first_leaf_states_the_old_log(old: Path, tmp_path: Path) -> None:
    ledger = migrate(Shell(tmp_path), old)
    assert ledger is not None
    leaves = list(TileFolder(tmp_path / "new/public", SIZE + 1).leaves())
    first = json.loads(leaves[0])
    assert (first["type"], first["origin"], first["size"]) == ("ledger.continued", ORIGIN, SIZE)
    assert len(first["root"]) == 64
    shown = b"".join(leaves).decode()
    for hidden in ("booking-", "person.booked", "08:00", str(booked(2).id), "2026-0042"):
        assert hidden not in shown
    ledger.store.close()


def test_an_erasure_stays_on_record_and_the_new_log_goes_on(old: Path, tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    ledger = migrate(shell, old)
    assert ledger is not None
    row = ledger.row(3)
    assert (row.personal, row.personal_erased_by) == (None, 8)
    order = json.loads(ledger.row(8).leaf)
    assert (order["type"], order["subject"], order["what"]) == ("record.erased", "3", "personal")
    ledger.store.close()
    home = ("--ledger", tmp_path / "new")
    (tmp_path / "more.jsonl").write_bytes(b"")
    shell.run("append", tmp_path / "more.jsonl", *home)
    shell.run("erase", booked(4).id, "--order", "Court, no. 1", *home)
    shell.run("checkpoint", *home)
    (key,) = (tmp_path / "new/public").glob("*.vkey")
    assert "2 parts erased" in shell.run("verify", tmp_path / "new", "--key", key)


def _replaced(column: str, one: str, other: str) -> str:
    return f"{column} = CAST(replace(CAST({column} AS TEXT), '{one}', '{other}') AS BLOB)"


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE ledger_entry SET {_replaced('leaf', 'booking-1', 'booking-7')} WHERE seq = 1",
        f"UPDATE ledger_opening SET {_replaced('personal', '1990', '1991')} WHERE seq = 4",
        "DELETE FROM ledger_opening WHERE seq = 4",
        "DELETE FROM ledger_entry WHERE seq = 3",
        "UPDATE ledger_entry SET leaf = CAST('[]' AS BLOB) WHERE seq = 8",
    ],
)
def test_an_altered_old_ledger_is_not_carried_over(old: Path, tmp_path: Path, change: str) -> None:
    with sqlite3.connect(old / "ledger.db") as owner:
        for (name,) in owner.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            owner.execute(f"DROP TRIGGER {name}")
        owner.execute(change)
    owner.close()
    migrate(Shell(tmp_path), old, code=1)
    assert not (tmp_path / "new").exists()


def test_a_name_of_its_own_is_needed(old: Path, tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    migrate(shell, old, "--origin", ORIGIN, code=2)
    migrate(shell, shell.home, code=2)
    assert not (tmp_path / "new").exists()


def test_into_postgresql(old: Path, tmp_path: Path, dsn: str) -> None:
    ledger = migrate(Shell(tmp_path), old, "--postgres", dsn)
    assert ledger is not None
    assert event_at(ledger, SIZE) == booked(8)
    assert ledger.row(3).personal_erased_by == 8
    ledger.store.close()
