"""How fast the ledger is, against bare hashlib, a plain INSERT and pymerkle, in one run.

    python benchmarks/ledger.py 10000 1000000 [--append-up-to 1000000] [--peer-up-to 1000000]

Prints a Markdown table; rates are per second, ratios are ours to the peer's time (below 1: we are ahead).
"""

import argparse
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pymerkle

from evenhand.record.columns import input_schema
from evenhand.record.events import SubjectKind
from evenhand.record.ledger.checkpoint import Checkpoint
from evenhand.record.ledger.leaf import Entry
from evenhand.record.ledger.ledger import Ledger, entries_of
from evenhand.record.ledger.note import Signer
from evenhand.record.ledger.store.sqlite import SqliteStore, connect
from evenhand.record.ledger.tiles import TileFolder, TileWriter
from evenhand.record.ledger.tree import inclusion_proof, leaf_hash, verify_inclusion

ORIGIN = "ledger.example/benchmark"
CHUNK = 10_000
BATCH = 1_000


def table_of(start: int, count: int) -> pa.Table:
    """Bookings and other events of bookings, about 370 bytes a leaf; one in five has a personal part."""
    chance = random.Random(start)
    rows = []
    for number in range(start, start + count):
        personal = number % 5 == 0
        moment = datetime.fromtimestamp(1_770_000_000 + number, UTC)
        rows.append(
            {
                "subject": f"booking-{number // 5:09}",
                "id": (number << 80 | chance.getrandbits(80)).to_bytes(16, "big"),
                "type": "person.booked" if personal else "charge.disposed",
                "version": 1,
                "agency": "TX0000000",
                "facility": "jail-1",
                "occurred_at": moment,
                "zone": "America/Chicago",
                "recorded_at": moment,
                "actor": f"officer-{number % 97}",
                "actor_role": "booking_officer",
                "source_kind": "desk",
                "charge_no": None if personal else 1,
                "disposition": None if personal else "dismissed",
                "person_key": f"P{number:09}" if personal else None,
                "name": f"Made Up {number}" if personal else None,
                "birth_date": "1990-01-01" if personal else None,
            }
        )
    return pa.Table.from_pylist(rows, schema=input_schema(SubjectKind.BOOKING))


def entries(count: int) -> Iterator[list[Entry]]:
    now = datetime.now(UTC)
    for start in range(0, count, CHUNK):
        yield entries_of(SubjectKind.BOOKING, table_of(start, min(CHUNK, count - start)), appended_at=now)


def timed(act: Callable[[], Any]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


class Table:
    def __init__(self) -> None:
        self.rows: list[tuple[str, ...]] = []

    def add(self, size: int, what: str, seconds: float, count: int, **peers: float) -> None:
        ratios = "; ".join(f"{name} {seconds / peer:.2f}" for name, peer in peers.items())
        self.rows.append((f"{size:,}", what, f"{seconds:.2f} s", f"{count / seconds:,.0f}", ratios))
        print("| " + " | ".join(self.rows[-1]) + " |", flush=True)


def appends(table: Table, size: int, folder: Path) -> None:
    """Batches in a transaction each, and the same rows by a plain INSERT with the same durability."""
    store = SqliteStore(connect(folder / "ledger.db", create=True))
    with store.transaction():
        store.create(ORIGIN)
    plain = connect(folder / "plain.db", create=True)
    plain.execute("CREATE TABLE event (n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, body BLOB, own BLOB)")
    whole = insert = bare = 0.0
    ledger = Ledger(store)
    for start in range(0, size, CHUNK):
        made = table_of(start, min(CHUNK, size - start))
        ready: list[Entry] = []
        whole += timed(
            lambda m=made, r=ready: r.extend(
                entries_of(SubjectKind.BOOKING, m, appended_at=datetime.now(UTC))
            )
        )
        for at in range(0, len(ready), BATCH):
            part = ready[at : at + BATCH]
            insert += timed(lambda p=part, n=start + at: _ledger_batch(store, n, p))
            bare += timed(lambda p=part, n=start + at: _plain_batch(plain, n, p))
    table.add(size, "batch append of ready leaves", insert, size, **{"plain INSERT": bare})
    table.add(size, "batch append from Arrow, all in", whole + insert, size, **{"plain INSERT": bare})
    if size <= 10_000:
        one = [e for batch in entries(1_000) for e in batch]
        for entry_number, entry in enumerate(one):
            one[entry_number] = entry._replace(id=random.randbytes(16))
        single = timed(lambda: [_ledger_batch(store, size + n, [e]) for n, e in enumerate(one)])
        plainly = timed(lambda: [_plain_batch(plain, size + n, [e]) for n, e in enumerate(one)])
        table.add(size, "append, one a transaction", single, 1_000, **{"plain INSERT": plainly})
    signer = Signer.generate(ORIGIN)
    publishing = timed(lambda: ledger.publish(folder / "published", [signer]))
    table.add(size, "checkpoint over all of it", publishing, size)
    store.close()
    plain.close()


def _ledger_batch(store: SqliteStore, start: int, part: list[Entry]) -> None:
    with store.transaction():
        store.tail()
        store.insert(start, part)


def _plain_batch(connection: sqlite3.Connection, start: int, part: list[Entry]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO event VALUES (?, ?, ?, ?)",
        ((n, e.id, e.case.part, e.personal and e.personal.part) for n, e in enumerate(part, start)),
    )
    connection.execute("COMMIT")


def proofs(table: Table, size: int, folder: Path, peer: bool) -> None:
    """Tiles, proofs and verification of a log of `size` leaves."""
    signer, writer = Signer.generate(ORIGIN), TileWriter(folder)
    tree = pymerkle.InmemoryTree(algorithm="sha256") if peer else None
    writing = peering = by_stream = by_leaf = by_node = 0.0
    streamed, total, node = sha256(), 0, bytes(65)
    for made in entries(size):
        leaves = [entry.leaf for entry in made]
        total += sum(map(len, leaves))
        writing += timed(lambda part=leaves: writer.extend(part))
        joined = b"".join(leaves)
        by_stream += timed(lambda part=joined: streamed.update(part))
        by_leaf += timed(lambda part=leaves: [sha256(leaf).digest() for leaf in part])
        by_node += timed(lambda part=leaves: [sha256(node).digest() for _ in part])
        if tree is not None:
            peering += timed(lambda part=leaves, tree=tree: tree.append_entries(part))
    root = writer.close()
    (folder / "checkpoint").write_bytes(Checkpoint(ORIGIN, size, root).sign([signer]).dump())
    peers = {"pymerkle append": peering} if peer else {}
    table.add(size, f"tiles written ({total / size:.0f} bytes a leaf)", writing, size, **peers)
    against = {
        "hashlib, one call": by_stream,
        "hashlib, a call a leaf": by_leaf,
        "hashlib, a call a leaf and a node": by_leaf + by_node,
    }
    if tree is not None:
        peering += timed(lambda tree=tree: tree.get_root())
        against["pymerkle, to the root"] = peering
    for processes in (1, 2):
        spent = verifying(folder, signer, processes)
        table.add(size, f"verify, {processes} process{'es' * (processes > 1)}", spent, size, **against)
    _proving(table, size, folder, root, tree)


def verifying(folder: Path, signer: Signer, processes: int) -> float:
    """Seconds in a process of its own, as a verifier has it, whose helpers need not import this program."""
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom evenhand.record.ledger import verify\n"
        "from evenhand.record.ledger.note import Verifier\nstart = time.perf_counter()\n"
        "keys, count = [Verifier.parse(sys.argv[2])], int(sys.argv[3])\n"
        "verify.verify(Path(sys.argv[1]), keys, processes=count)\n"
        "print(time.perf_counter() - start)\n"
    )
    command = [sys.executable, "-c", program, folder, signer.verifier.vkey(), str(processes)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _proving(table: Table, size: int, folder: Path, root: bytes, tree: Any) -> None:
    chosen = [random.randrange(size) for _ in range(2_000)]
    tiles = TileFolder(folder, size)
    spent = timed(lambda: [inclusion_proof(tiles.node, i, size) for i in chosen])
    against = {}
    if tree is not None:
        against["pymerkle in memory"] = timed(lambda: [tree.prove_inclusion(i + 1) for i in chosen])
        with pymerkle.SqliteTree(str(folder / "pymerkle.db"), algorithm="sha256") as kept:
            kept.append_entries(list(tiles.leaves()))
            theirs = timed(lambda: [kept.prove_inclusion(i + 1) for i in chosen[:200]])
        against["pymerkle on SQLite"] = theirs * len(chosen) / 200
    table.add(size, "prove inclusion from tiles", spent, len(chosen), **against)
    made = [(i, leaf_hash(tiles.leaf(i)), inclusion_proof(tiles.node, i, size)) for i in chosen]
    spent = timed(lambda: [verify_inclusion(leaf, i, size, path, root) for i, leaf, path in made])
    against = {}
    if tree is not None:
        theirs = [(leaf, tree.prove_inclusion(i + 1)) for i, leaf, _ in made]
        against["pymerkle"] = timed(lambda: [proof.verify(leaf, root) for leaf, proof in theirs])
    table.add(size, f"verify a proof ({len(made[0][2])} hashes)", spent, len(chosen), **against)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--append-up-to", type=int, default=1_000_000)
    parser.add_argument("--peer-up-to", type=int, default=1_000_000)
    options = parser.parse_args()
    table = Table()
    print("| leaves | what | time | a second | ratio of times to |\n|---|---|---|---|---|")
    for size in options.sizes:
        folder = Path(tempfile.mkdtemp(prefix="evenhand-bench-"))
        try:
            if size <= options.append_up_to:
                appends(table, size, folder)
            proofs(table, size, folder / "log", peer=size <= options.peer_up_to)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
