"""Attacks on a ledger, each with the place where a verifier must find it.

The attacker has the files and the database, as its owner; for some attacks also the log's private key.
"""

import json
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from evenhand.record.events import SubjectKind
from evenhand.record.ledger.checkpoint import Checkpoint, Opened, open_checkpoint
from evenhand.record.ledger.leaf import commitment, new_salt, public_leaf
from evenhand.record.ledger.ledger import Ledger
from evenhand.record.ledger.note import Signer
from evenhand.record.ledger.store import ROWS, Row, Store
from evenhand.record.ledger.tiles import (
    CHECKPOINT,
    WIDTH,
    TileFolder,
    TileWriter,
    decode_bundle,
    encode_bundle,
    tile_name,
    tiles_of,
)
from evenhand.record.ledger.tree import leaf_hash
from ledger.made import ORIGIN, series, table_of


@dataclass
class Arena:
    """A published ledger that is attacked: the pristine copy, the copy under attack, its store and key."""

    gold: Path
    public: Path
    store: Store
    signer: Signer
    size: int
    older: list[bytes]
    chance: random.Random
    touched: set[str] = field(default_factory=set)

    def restore(self) -> None:
        for name in self.touched:
            (self.public / name).unlink(missing_ok=True)
            if (self.gold / name).is_file():
                shutil.copyfile(self.gold / name, self.public / name)
        self.touched.clear()

    def read(self, name: str) -> bytes:
        return (self.gold / name).read_bytes()

    def write(self, name: str, raw: bytes) -> None:
        self.touched.add(name)
        (self.public / name).parent.mkdir(parents=True, exist_ok=True)
        (self.public / name).write_bytes(raw)

    def bundle(self, index: int) -> tuple[str, list[bytes]]:
        name = tile_name("entries", index, min(WIDTH, self.size - index * WIDTH))
        return name, decode_bundle(self.read(name), place=name)

    def files(self) -> list[str]:
        """The files that the checkpoint covers."""
        bundles = [self.bundle_name(n) for n in range(-(-self.size // WIDTH))]
        return [CHECKPOINT, *bundles, *(tile_name(*tile) for tile in tiles_of(self.size))]

    def bundle_name(self, index: int) -> str:
        return tile_name("entries", index, min(WIDTH, self.size - index * WIDTH))

    def newest(self) -> Opened:
        return open_checkpoint(self.read(CHECKPOINT), [self.signer.verifier])

    def rewrite(self, leaves: Sequence[bytes], signer: Signer | None) -> None:
        """Make all tiles anew from other leaves, and sign them if the attacker can."""
        shutil.rmtree(self.public)
        writer = TileWriter(self.public)
        writer.extend(list(leaves))
        checkpoint = Checkpoint(ORIGIN, len(leaves), writer.close())
        raw = checkpoint.sign([signer]).dump() if signer is not None else self.read(CHECKPOINT)
        (self.public / CHECKPOINT).write_bytes(raw)

    def reset(self) -> None:
        """Restore after `rewrite`."""
        shutil.rmtree(self.public)
        shutil.copytree(self.gold, self.public)
        self.touched.clear()


def build(folder: Path, store: Store, size: int, chance: random.Random) -> Arena:
    """A ledger of `size` events, appended in several transactions with a checkpoint after some."""
    signer, older = Signer.generate(ORIGIN), []
    ledger, events = Ledger(store), series(size)
    edges = sorted({0, size, *chance.sample(range(1, size), 12)})
    for number, (start, end) in enumerate(pairwise(edges)):
        with store.transaction():
            ledger.append_table(SubjectKind.BOOKING, table_of(SubjectKind.BOOKING, events[start:end]))
        if number % 4 == 0 and end < size:
            older.append(ledger.publish(folder / "gold", [signer]).dump())
    ledger.publish(folder / "gold", [signer])
    shutil.copytree(folder / "gold", folder / "public")
    return Arena(folder / "gold", folder / "public", store, signer, size, older, chance)


Places = set[str]
"""What the place that is named may begin with."""


def leaf(index: int) -> Places:
    return {f"leaf {index}"}


# --- on files ----------------------------------------------------------------------------------------------


def flip(arena: Arena) -> Places:
    """Flip any bit of any file that the checkpoint covers."""
    name = arena.chance.choice(arena.files())
    raw = bytearray(arena.read(name))
    bit = arena.chance.randrange(len(raw) * 8)
    raw[bit // 8] ^= 1 << bit % 8
    arena.write(name, bytes(raw))
    if name.startswith("tile/entries/"):
        index = arena.files().index(name) - 1
        start, at = index * WIDTH, 0
        for offset, one in enumerate(arena.bundle(index)[1]):
            at += 2 + len(one)
            if bit // 8 < at:
                return {f"leaf {start + offset}", name}
    return {name}


def truncate(arena: Arena) -> Places:
    name = arena.chance.choice(arena.files())
    raw = arena.read(name)
    arena.write(name, raw[: arena.chance.randrange(len(raw))])
    return {name, *_leaves_of(arena, name)}


def lengthen(arena: Arena) -> Places:
    name = arena.chance.choice(arena.files())
    arena.write(name, arena.read(name) + arena.chance.randbytes(arena.chance.choice([1, 32, 100])))
    return {name, *_leaves_of(arena, name)}


def remove_file(arena: Arena) -> Places:
    name = arena.chance.choice(arena.files()[1:])
    arena.touched.add(name)
    (arena.public / name).unlink()
    return {name}


def swap_files(arena: Arena) -> Places:
    one, two = arena.chance.sample([n for n in arena.files() if n.startswith("tile/entries")], 2)
    arena.write(one, arena.read(two))
    arena.write(two, arena.read(one))
    return {one, two, *_leaves_of(arena, one), *_leaves_of(arena, two)}


def _leaves_of(arena: Arena, name: str) -> Places:
    if not name.startswith("tile/entries/"):
        return set()
    start = (arena.files().index(name) - 1) * WIDTH
    return {f"leaf {n}" for n in range(start, start + WIDTH + 1)}


def _in_bundle(arena: Arena, change: Callable[[list[bytes], int], int | None]) -> Places:
    index = arena.chance.randrange(-(-arena.size // WIDTH))
    name, leaves = arena.bundle(index)
    first = change(leaves, arena.chance.randrange(len(leaves)))
    arena.write(name, encode_bundle(leaves))
    return {f"leaf {index * WIDTH + (0 if first is None else first)}"}


def drop_leaf(arena: Arena) -> Places:
    def change(leaves: list[bytes], at: int) -> int:
        del leaves[at]
        return at

    return _in_bundle(arena, change)


def insert_leaf(arena: Arena) -> Places:
    def change(leaves: list[bytes], at: int) -> int:
        leaves.insert(at, leaves[at].replace(b"jail-1", b"jail-2").replace(b"bail", b"none"))
        return at if leaves[at] != leaves[at + 1] else at + 1

    return _in_bundle(arena, change)


def swap_leaves(arena: Arena) -> Places:
    def change(leaves: list[bytes], at: int) -> int:
        other = (at + 1) % len(leaves)
        leaves[at], leaves[other] = leaves[other], leaves[at]
        return min(at, other)

    return _in_bundle(arena, change)


def back_date_leaf(arena: Arena) -> Places:
    """Change the time that a leaf gives, and its tile with it."""
    index = arena.chance.randrange(arena.size)
    name, leaves = arena.bundle(index // WIDTH)
    said = json.loads(leaves[index % WIDTH])
    said["appended_on"] = "2026-01-01"
    leaves[index % WIDTH] = json.dumps(said, separators=(",", ":"), sort_keys=True).encode()
    arena.write(name, encode_bundle(leaves))
    return leaf(index)


def change_leaf_and_tile(arena: Arena) -> Places:
    """Make a leaf's own tile fit it: the tile above, or the checkpoint, then does not."""
    index = arena.chance.randrange(arena.size)
    name, leaves = arena.bundle(index // WIDTH)
    leaves[index % WIDTH] += b" "
    arena.write(name, encode_bundle(leaves))
    tile = tile_name(0, index // WIDTH, min(WIDTH, arena.size - index // WIDTH * WIDTH))
    hashes = bytearray(arena.read(tile))
    at = index % WIDTH * 32
    hashes[at : at + 32] = leaf_hash(leaves[index % WIDTH])
    arena.write(tile, bytes(hashes))
    return {"tile/1/", CHECKPOINT}


def replay(arena: Arena) -> Places:
    """Show an old checkpoint of the log, which is truly signed, to one who holds a newer."""
    arena.write(CHECKPOINT, arena.chance.choice(arena.older))
    return {CHECKPOINT}


def foreign_key(arena: Arena) -> Places:
    """Sign with another key under the same name."""
    arena.write(CHECKPOINT, arena.newest().checkpoint.sign([Signer.generate(ORIGIN)]).dump())
    return {CHECKPOINT}


def another_log(arena: Arena) -> Places:
    """A checkpoint of the same key over another size or root, that it never signed."""
    now = arena.newest()
    size = now.checkpoint.size + arena.chance.choice([-1, 1])
    text = Checkpoint(ORIGIN, size, arena.chance.randbytes(32)).text()
    arena.write(CHECKPOINT, (text + "\n" + "".join(s.line() for s in now.note.signatures)).encode())
    return {CHECKPOINT}


ON_FILES = (
    flip,
    flip,
    flip,
    truncate,
    lengthen,
    remove_file,
    swap_files,
    drop_leaf,
    insert_leaf,
    swap_leaves,
    back_date_leaf,
    change_leaf_and_tile,
    replay,
    foreign_key,
    another_log,
)


# --- by rewriting the whole log ----------------------------------------------------------------------------


def _all(arena: Arena) -> list[bytes]:
    return list(TileFolder(arena.gold, arena.size).leaves())


def rewrite_unsigned(arena: Arena) -> Places:
    """All tiles made anew, under the old signature."""
    leaves = _all(arena)
    leaves[arena.chance.randrange(arena.size)] += b" "
    arena.rewrite(leaves, None)
    return {CHECKPOINT}


def fork(arena: Arena) -> Places:
    """The operator itself rewrites history and signs it; the verifier holds an older checkpoint."""
    leaves = _all(arena)
    known = open_checkpoint(arena.older[0], [arena.signer.verifier]).checkpoint
    del leaves[arena.chance.randrange(known.size)]
    arena.rewrite(leaves, arena.signer)
    return {CHECKPOINT}


def back_date_signed(arena: Arena) -> Places:
    """The operator puts in a leaf that claims an earlier time than those before it, and signs."""
    leaves = _all(arena)
    at = arena.chance.randrange(1, arena.size)
    said = json.loads(leaves[at])
    said["appended_on"] = "2020-01-01"
    leaves.insert(at, json.dumps(said, separators=(",", ":"), sort_keys=True).encode())
    arena.rewrite(leaves, arena.signer)
    return leaf(at)


REWRITES = (rewrite_unsigned, fork, back_date_signed)


# --- through SQL, as the database's owner ------------------------------------------------------------------


@dataclass
class Sql:
    """The owner's own connection, within a transaction that is rolled back after the attack."""

    run: Callable[..., Any]
    mark: str
    arena: Arena

    def row(self, index: int) -> Row:
        return Row.read(self.run(f"{ROWS} WHERE e.seq = {self.mark}", (index,)).fetchone())

    def set(self, table: str, column: str, value: object, index: int) -> None:
        self.run(f"UPDATE {table} SET {column} = {self.mark} WHERE seq = {self.mark}", (value, index))

    def delete(self, table: str, index: int) -> None:
        self.run(f"DELETE FROM {table} WHERE seq = {self.mark}", (index,))

    def pick(self, *, personal: bool = False) -> int:
        """A leaf; every second one has a personal part."""
        index = self.arena.chance.randrange(self.arena.size)
        return index - index % 2 if personal else index


def _row(index: int) -> Places:
    return {f"leaf {index} of the store"}


def sql_edit(sql: Sql) -> Places:
    index = sql.pick()
    sql.set("ledger_entry", "leaf", sql.row(index).leaf.replace(b"TX0000000", b"TX0000001"), index)
    return _row(index)


def sql_delete(sql: Sql) -> Places:
    index = sql.pick()
    sql.delete("ledger_entry", index)
    return _row(index)


def sql_delete_tail(sql: Sql) -> Places:
    index = sql.arena.size - sql.arena.chance.randrange(1, 100)
    for seq in range(index, sql.arena.size):
        sql.delete("ledger_entry", seq)
    return _row(index)


def sql_delete_and_close_up(sql: Sql) -> Places:
    """Delete a row near the end and renumber those behind it."""
    index = sql.arena.size - sql.arena.chance.randrange(2, 60)
    sql.delete("ledger_entry", index)
    for seq in range(index + 1, sql.arena.size):
        sql.set("ledger_entry", "seq", seq - 1, seq)
    return _row(index)


def sql_insert(sql: Sql) -> Places:
    """Put a row in between and renumber those behind it."""
    index = sql.arena.size - sql.arena.chance.randrange(1, 60)
    for seq in range(sql.arena.size, index, -1):
        sql.set("ledger_entry", "seq", seq, seq - 1)
    forged = sql.row(index + 1).leaf.replace(b"TX0000000", b"TX0000001")
    event = sql.arena.chance.randbytes(16)
    sql.run(f"INSERT INTO ledger_entry VALUES ({', '.join([sql.mark] * 3)})", (index, event, forged))
    return _row(index)


def sql_swap(sql: Sql) -> Places:
    one = sql.pick()
    two = (one + 1 + sql.arena.chance.randrange(sql.arena.size - 1)) % sql.arena.size
    first, second = sql.row(one).leaf, sql.row(two).leaf
    sql.set("ledger_entry", "leaf", second, one)
    sql.set("ledger_entry", "leaf", first, two)
    return _row(min(one, two))


def sql_back_date(sql: Sql) -> Places:
    index = sql.pick()
    said = json.loads(sql.row(index).leaf)
    said["appended_on"] = "2026-01-01"
    sql.set("ledger_entry", "leaf", json.dumps(said, separators=(",", ":"), sort_keys=True).encode(), index)
    return _row(index)


def sql_change_id(sql: Sql) -> Places:
    index = sql.pick()
    sql.set("ledger_entry", "id", sql.arena.chance.randbytes(16), index)
    return _row(index)


def sql_change_personal(sql: Sql) -> Places:
    index = sql.pick(personal=True)
    personal = sql.row(index).personal
    assert personal is not None
    sql.set("ledger_opening", "personal", personal.part.replace(b"1990", b"1991"), index)
    return _row(index)


def sql_change_salt(sql: Sql) -> Places:
    index = sql.pick(personal=True)
    sql.set("ledger_opening", "salt", new_salt(), index)
    return _row(index)


def sql_change_all_of_one(sql: Sql) -> Places:
    """Change a personal part with a fresh salt, and the case part and the leaf to fit it."""
    index = sql.pick(personal=True)
    row, salt = sql.row(index), new_salt()
    assert row.personal is not None
    assert row.case is not None
    personal, said = row.personal.part.replace(b"1990", b"1991"), json.loads(row.case.part)
    said["commitment"] = commitment(salt, personal)
    case = json.dumps(said, separators=(",", ":"), sort_keys=True).encode()
    sql.set("ledger_opening", "personal", personal, index)
    sql.set("ledger_opening", "salt", salt, index)
    sql.set("ledger_case", "part", case, index)
    sql.set("ledger_case", "salt", salt, index)
    sql.set("ledger_entry", "leaf", public_leaf(said, commitment(salt, case)), index)
    return _row(index)


def sql_change_case(sql: Sql) -> Places:
    index = sql.pick()
    case = sql.row(index).case
    assert case is not None
    sql.set("ledger_case", "part", case.part.replace(b"booking-", b"booking_"), index)
    return _row(index)


def sql_change_case_salt(sql: Sql) -> Places:
    index = sql.pick()
    sql.set("ledger_case", "salt", new_salt(), index)
    return _row(index)


def sql_swap_cases(sql: Sql) -> Places:
    """Swap the case parts of two leaves, with their salts."""
    one = sql.pick()
    two = (one + 1 + sql.arena.chance.randrange(sql.arena.size - 1)) % sql.arena.size
    first, second = sql.row(one).case, sql.row(two).case
    assert first is not None
    assert second is not None
    for index, case in ((one, second), (two, first)):
        sql.set("ledger_case", "part", case.part, index)
        sql.set("ledger_case", "salt", case.salt, index)
    return _row(min(one, two))


def sql_swap_personal(sql: Sql) -> Places:
    one = sql.pick(personal=True)
    two = (one + 2) % (sql.arena.size - sql.arena.size % 2)
    first, second = sql.row(one).personal, sql.row(two).personal
    assert first is not None
    assert second is not None
    for index, personal in ((one, second), (two, first)):
        sql.set("ledger_opening", "personal", personal.part, index)
        sql.set("ledger_opening", "salt", personal.salt, index)
    return _row(min(one, two))


def sql_drop_case(sql: Sql) -> Places:
    index = sql.pick()
    sql.delete("ledger_case", index)
    return _row(index)


def sql_drop_case_with_a_false_order(sql: Sql) -> Places:
    index = sql.pick()
    marks = ", ".join([sql.mark] * 3)
    sql.run(f"INSERT INTO ledger_erasure VALUES ({marks})", (index, "case", sql.pick()))
    sql.delete("ledger_opening", index)
    sql.delete("ledger_case", index)
    return _row(index)


def sql_claim_an_erasure(sql: Sql) -> Places:
    """Say that a part was erased which is still there."""
    index = sql.pick()
    marks = ", ".join([sql.mark] * 3)
    sql.run(f"INSERT INTO ledger_erasure VALUES ({marks})", (index, "case", sql.pick()))
    return _row(index)


def sql_erase_without_order(sql: Sql) -> Places:
    index = sql.pick(personal=True)
    sql.delete("ledger_opening", index)
    return _row(index)


def sql_erase_with_a_false_order(sql: Sql) -> Places:
    """Point to some leaf that is no order."""
    index = sql.pick(personal=True)
    marks = ", ".join([sql.mark] * 3)
    sql.run(f"INSERT INTO ledger_erasure VALUES ({marks})", (index, "personal", sql.pick()))
    sql.delete("ledger_opening", index)
    return _row(index)


def sql_add_personal(sql: Sql) -> Places:
    index = sql.pick() | 1
    values = (index % sql.arena.size, b'{"name":"X"}', new_salt())
    sql.run(f"INSERT INTO ledger_opening VALUES ({', '.join([sql.mark] * 3)})", values)
    return _row(values[0])


THROUGH_SQL = (
    sql_edit,
    sql_delete,
    sql_delete_tail,
    sql_delete_and_close_up,
    sql_insert,
    sql_swap,
    sql_back_date,
    sql_change_id,
    sql_change_personal,
    sql_change_salt,
    sql_change_all_of_one,
    sql_change_case,
    sql_change_case_salt,
    sql_swap_cases,
    sql_swap_personal,
    sql_drop_case,
    sql_drop_case_with_a_false_order,
    sql_claim_an_erasure,
    sql_erase_without_order,
    sql_erase_with_a_false_order,
    sql_add_personal,
)
