"""Carrying a ledger of format 1 over into a new log, whose first leaf names the old one.

In format 1 the public leaf was what the case part is now. A log never changes what it published, so the
events go into a new log under a new name: each old leaf becomes the case part behind a new leaf, byte for
byte, and personal parts and their salts stay as they are. Leaf n of the old log is leaf n + 1 of the new one.

One kind of event changes: `record.erased` named the erased event's id and type, and now names its leaf.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from evenhand.record.events.base import SourceKind
from evenhand.record.events.oversight import ErasedPart, LedgerContinued, RecordErased
from evenhand.record.ledger.checkpoint import Checkpoint
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.identity import uuid7
from evenhand.record.ledger.leaf import (
    Entry,
    Opening,
    canonical,
    commitment,
    entry_of,
    new_salt,
    opens,
    public_leaf,
)
from evenhand.record.ledger.note import Note, Verifier
from evenhand.record.ledger.reconcile import reconcile
from evenhand.record.ledger.store import CHUNK, FIRST_FORMAT, Store, opening_of
from evenhand.record.ledger.tiles import CHECKPOINT, Frontier
from evenhand.record.ledger.tree import leaf_hash
from evenhand.record.ledger.verify import verify

Progress = Callable[[int, int], None]


class FirstRow(NamedTuple):
    """What a store of format 1 kept of one event; the leaf showed all that was not personal."""

    number: int
    id: bytes
    leaf: bytes
    personal: Opening | None
    erased_by: int | None


class FirstStore:
    """Reads the tables of a store of format 1, over a connection to SQLite or PostgreSQL."""

    def __init__(self, connection: Any, *, prefix: str = "") -> None:
        """`prefix` stands before the names of the tables, such as `old.`."""
        self._run = connection.execute
        self._prefix = prefix

    def origin(self) -> str:
        """The log's name. Raises `LedgerError` where its format is not the first."""
        name, form = self._run(f"SELECT origin, format FROM {self._prefix}ledger_origin").fetchone()
        if form != FIRST_FORMAT:
            raise LedgerError(f"{name} has ledger format {form}: there is nothing to migrate.")
        return str(name)

    def rows(self) -> Iterator[FirstRow]:
        """All rows in order. Raises `VerificationError` where one is missing or a part was altered."""
        p, number = self._prefix, 0
        while True:
            found = self._run(
                "SELECT e.seq, e.id, e.leaf, o.personal, o.salt, d.erased_by "
                f"FROM {p}ledger_entry e LEFT JOIN {p}ledger_opening o ON o.seq = e.seq "
                f"LEFT JOIN {p}ledger_erasure d ON d.seq = e.seq "
                f"WHERE e.seq >= {number} ORDER BY e.seq LIMIT {CHUNK}"
            ).fetchall()
            if not found:
                return
            for seq, event, leaf, part, salt, by in found:
                row = FirstRow(seq, bytes(event), bytes(leaf), opening_of(part, salt), by)
                _check(row, number)
                yield row
                number += 1

    def checkpoints(self) -> list[Checkpoint]:
        found = self._run(f"SELECT note FROM {self._prefix}ledger_checkpoint ORDER BY number").fetchall()
        return [Checkpoint.parse(Note.parse(bytes(note)).text) for (note,) in found]


def _check(row: FirstRow, number: int) -> None:
    place = f"leaf {number} of the store"
    if row.number != number:
        raise VerificationError("it was removed from the store", place=place)
    try:
        said = json.loads(row.leaf)
        known = UUID(said["id"]).bytes
    except (ValueError, LookupError, TypeError, AttributeError):
        raise VerificationError("it is no event", place=place) from None
    if known != row.id:
        raise VerificationError("it stands under the id of another event", place=place)
    if row.personal is not None and not opens(said, row.personal):
        raise VerificationError("its personal part was altered", place=place)
    if row.personal is None and "commitment" in said and row.erased_by is None:
        raise VerificationError("its personal part is gone, and no erasure of it is on record", place=place)


def root_of(old: FirstStore) -> tuple[int, bytes]:
    """The size and root of an old store's leaves.

    Raises `VerificationError` where they do not begin with each of its checkpoints.
    """
    frontier, size = Frontier(), 0
    signed = {checkpoint.size: checkpoint.root for checkpoint in old.checkpoints()}
    for row in old.rows():
        frontier.push(0, leaf_hash(row.leaf))
        size += 1
        if size in signed and frontier.root() != signed[size]:
            raise VerificationError(
                "the leaves do not give its root", place=f"the checkpoint over {size} leaves"
            )
    if signed and max(signed) > size:
        raise VerificationError("leaves under it are gone", place=f"the checkpoint over {max(signed)} leaves")
    return size, frontier.root()


def verify_published(folder: Path, verifiers: list[Verifier]) -> None:
    """Verify an old log's published folder, where there is one. Raises `VerificationError`."""
    if (folder / CHECKPOINT).is_file():
        verify(folder, verifiers)


def migrate(old: FirstStore, new: Store, *, progress: Progress = lambda done, total: None) -> Checkpoint:
    """Append all of an old log to the empty store `new`, within the caller's transaction.

    Returns the old log's name, size and root, which the first leaf of the new one states. Raises
    `VerificationError` where either log does not verify; the caller's transaction must then be rolled back.
    """
    continued = Checkpoint(old.origin(), *root_of(old))
    if new.origin() == continued.origin:
        raise LedgerError(f"the new log needs a name of its own: {continued.origin} is that of the old one.")
    if not continued.size:
        raise LedgerError("the old ledger is empty: make a new one with `evenhand ledger init`.")
    places: dict[str, int] = {}
    rows = old.rows()
    batch, start = [_first(next(old.rows()), continued)], 0
    new.tail()
    while True:
        taken = list(islice(rows, CHUNK))
        places |= {str(UUID(bytes=row.id)): row.number + 1 for row in taken}
        batch += [_entry(row, places) for row in taken]
        if not batch:
            break
        new.insert(start, batch)
        start, batch = start + len(batch), []
        progress(start, continued.size + 1)
    for row in old.rows():
        if row.erased_by is not None:
            new.erase(row.number + 1, ErasedPart.PERSONAL, erased_by=row.erased_by + 1)
    found = reconcile(new, None)
    if found.leaves != continued.size + 1:
        raise VerificationError("the new log has not all leaves of the old one", place=f"leaf {found.leaves}")
    return continued


def _first(row: FirstRow, continued: Checkpoint) -> Entry:
    """The first leaf of the new log. It has no day, since the days of the old leaves come after it."""
    now, about = datetime.now(UTC), json.loads(row.leaf)
    return entry_of(
        LedgerContinued(
            id=uuid7(now),
            subject=continued.origin,
            agency=about["agency"],
            occurred_at=now,
            recorded_at=now,
            zone=about["zone"],
            source_kind=SourceKind.DESK,
            origin=continued.origin,
            size=continued.size,
            root=continued.root.hex(),
        )
    )


def _entry(row: FirstRow, places: dict[str, int]) -> Entry:
    """The new entry of an old row. `places`: the new numbers of the leaves, by id of event."""
    said, part = json.loads(row.leaf), row.leaf
    if said["type"] == RecordErased.type:
        said |= {"subject": str(places[said["subject"]]), "what": ErasedPart.PERSONAL.value}
        part = canonical(said)
    case = Opening(part, new_salt())
    return Entry(row.id, public_leaf(said, commitment(case.salt, case.part)), case, row.personal)
