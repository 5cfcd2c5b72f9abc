"""A ledger over a store: appends in the caller's transaction, checkpoints, proofs, erasure."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from evenhand.record.events import Event, SubjectKind
from evenhand.record.events.base import SourceKind
from evenhand.record.events.oversight import RecordErased
from evenhand.record.ledger import columns
from evenhand.record.ledger.checkpoint import Checkpoint, open_checkpoint
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.identity import uuid7
from evenhand.record.ledger.leaf import (
    APPENDED_AT,
    COMMITMENT,
    MAX_LEAF,
    Entry,
    canonical,
    entry_of,
    parts_of,
)
from evenhand.record.ledger.note import Note, NoteError, Signer, Verifier
from evenhand.record.ledger.store import Store
from evenhand.record.ledger.tiles import CHECKPOINT, TileWriter, write_whole

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


class Place(NamedTuple):
    """The number and the time of the next leaf."""

    number: int
    time: datetime


@dataclass(frozen=True)
class Order:
    """A court's order to erase: its text (court, number, date), who carries it out, and when it was made."""

    text: str
    actor: str | None = None
    occurred_at: datetime | None = None


class Ledger:
    """The events of one log, in the order of their appends.

    Each leaf carries the ledger's own time, `appended_at`, which never goes back: while the machine's clock
    is behind the last leaf, that leaf's time is given again.
    """

    def __init__(self, store: Store, *, clock: Clock = _now) -> None:
        self.store = store
        self._clock = clock

    def begin(self) -> Place:
        """Wait for other writers, until the caller's transaction ends; the place of the next leaf."""
        size, last = self.store.tail()
        now = self._clock()
        if last is not None:
            now = max(now, datetime.fromisoformat(json.loads(last)[APPENDED_AT]))
        return Place(size, now)

    def append(self, events: Sequence[Event], place: Place | None = None) -> range:
        """Append events within the caller's transaction; returns the numbers of their leaves.

        `place`: what `begin` gave in this transaction, if nothing was appended since.

        Raises `LedgerError` for a bad event and `DuplicateEventError` for an id that is there already; then
        nothing is kept. Raises `LedgerBusyError` when another writer was first: run the transaction again.
        """
        if not events:
            return range(0)
        start, now = place or self.begin()
        self.store.insert(start, [entry_of(event, appended_at=now) for event in events])
        return range(start, start + len(events))

    def append_table(self, kind: SubjectKind, table: pa.Table) -> range:
        """Append a table of one kind of events (`columns.input_schema`), in its order; else as `append`."""
        if not len(table):
            return range(0)
        start, now = self.begin()
        self.store.insert(start, entries_of(kind, table, appended_at=now))
        return range(start, start + len(table))

    def holds(self, event: Event) -> bool | None:
        """Whether this event is in the ledger; False where another has its id, None where none has."""
        index = self.store.position(event.id)
        if index is None:
            return None
        public, personal = parts_of(event)
        said = self.leaf(index)
        said.pop(APPENDED_AT, None)
        committed = said.pop(COMMITMENT, None) is not None
        if said != json.loads(canonical(public)) or committed != bool(personal):
            return False
        opening = self.store.opening(index)
        return opening is None or opening.personal == canonical(personal)

    def publish(self, folder: Path, signers: Sequence[Signer]) -> Note:
        """Bring the tiles in `folder` up to date and sign a checkpoint of all that was committed.

        Safe to run again after a kill at any moment, and by two processes at once. Raises
        `VerificationError` when what is published there is not the beginning of this store.
        """
        store, origin = self.store, self.store.origin()
        if not signers or any(s.name != origin for s in signers):
            raise LedgerError(f"a checkpoint of {origin} needs a key of that name.")
        # In this order: another process may append and publish between the two.
        published = published_in(folder, [s.verifier for s in signers])
        size = store.size()
        start = 0 if published is None else published.size
        if start > size:
            raise VerificationError(
                f"the store has {size} leaves, but a checkpoint over {start} was published: the store was "
                "set back. Restore it whole before the next checkpoint",
                place=CHECKPOINT,
            )
        writer = TileWriter(folder, start)
        if published is not None and writer.root() != published.root:
            raise VerificationError("its root is not that of the tiles", place=CHECKPOINT)
        for leaves in store.leaves(start, size):
            writer.extend(leaves)
        if writer.size != size:
            raise VerificationError(f"the store lacks leaves before {size}", place=f"leaf {writer.size}")
        checkpoint = Checkpoint(origin, size, writer.close())
        with store.transaction():
            store.tail()
            last = store.last_checkpoint()
            if last is not None and last[0] > size:
                return Note.parse(last[1])  # Another process has published more meanwhile.
            note = self._signed(checkpoint, signers, last)
            if last is None or last[1] != note.dump():
                store.add_checkpoint(size, note.dump())
            write_whole(folder / CHECKPOINT, note.dump())
        return note

    @staticmethod
    def _signed(checkpoint: Checkpoint, signers: Sequence[Signer], last: tuple[int, bytes] | None) -> Note:
        note = checkpoint.sign(signers)
        if last is not None:
            before = Note.parse(last[1])
            if before.text == note.text:
                return before.with_signatures(note.signatures)
        return note

    def add_cosignatures(self, folder: Path, cosigned: Note) -> Note:
        """Put a witness's signatures into the published checkpoint. Raises `LedgerError` if it is another."""
        with self.store.transaction():
            self.store.tail()
            last = self.store.last_checkpoint()
            note = Note.parse(last[1]) if last is not None else None
            if last is None or note is None or note.text != cosigned.text:
                raise LedgerError("the cosigned checkpoint is not the newest one: have that one cosigned.")
            note = note.with_signatures(cosigned.signatures)
            if last[1] != note.dump():
                self.store.add_checkpoint(last[0], note.dump())
            write_whole(folder / CHECKPOINT, note.dump())
        return note

    def erase(self, events: Sequence[UUID], order: Order) -> range:
        """Record an order and delete the personal parts and salts that it names, within the caller's
        transaction; `store.scrub` must follow it. Returns the numbers of the new leaves.

        Raises `LedgerError` when an event is not there, has no personal part or was erased before.
        """
        if not order.text.strip():
            raise LedgerError("an erasure names the order: court, number and date.")
        indices = [self._erasable(event) for event in events]
        now = self._clock()
        records = [self._erasure(index, order, now) for index in indices]
        added = self.append(records)
        for index, by in zip(indices, added, strict=True):
            self.store.erase(index, erased_by=by)
        return added

    def _erasable(self, event: UUID) -> int:
        index = self.store.position(event)
        if index is None:
            raise LedgerError(f"event {event} is not in the ledger.")
        by = self.store.erased_by(index)
        if by is not None:
            raise LedgerError(f"the personal part of event {event} was erased already, as leaf {by} records.")
        if self.store.opening(index) is None:
            raise LedgerError(f"event {event} has no personal part.")
        return index

    def leaf(self, index: int) -> dict[str, Any]:
        """One leaf as parsed JSON."""
        for leaves in self.store.leaves(index, index + 1):
            for leaf in leaves:
                return dict(json.loads(leaf))
        raise LedgerError(f"there is no leaf {index}.")

    def _erasure(self, index: int, order: Order, now: datetime) -> Event:
        about = self.leaf(index)
        return RecordErased(
            id=uuid7(now),
            subject=about["id"],
            agency=about["agency"],
            facility=about.get("facility"),
            occurred_at=order.occurred_at or now,
            recorded_at=now,
            zone=about["zone"],
            actor=order.actor,
            source_kind=SourceKind.DESK,
            what=about["type"],
            court_order=order.text,
        )


def published_in(folder: Path, verifiers: Sequence[Verifier]) -> Checkpoint | None:
    """The checkpoint in a folder, if any. Raises `VerificationError` when none of the keys signed it."""
    try:
        raw = (folder / CHECKPOINT).read_bytes()
    except FileNotFoundError:
        return None
    try:
        return open_checkpoint(raw, verifiers).checkpoint
    except NoteError as error:
        raise VerificationError(str(error), place=CHECKPOINT) from None


def entries_of(kind: SubjectKind, table: pa.Table, *, appended_at: datetime | None = None) -> list[Entry]:
    """The entries of a table in `input_schema(kind)`, as `entry_of` makes them one by one."""
    fields = columns.personal_fields(kind)
    count = len(table)
    sealed = parts = salts = None
    if fields:
        given = pc.is_valid(table[fields[0]])
        for name in fields[1:]:
            given = pc.or_(given, pc.is_valid(table[name]))
        rows = pc.indices_nonzero(given)
        if len(rows):
            made = columns.personal_parts(kind, table.select(fields).take(rows))
            fresh = columns.new_salts(len(rows))
            sealed = columns.spread(columns.commitments_to(made, fresh), rows, count)
            parts = columns.spread(made, rows, count).to_pylist()
            salts = columns.spread(fresh, rows, count).to_pylist()
    leaves = columns.leaves_of(table.drop_columns(fields), sealed, appended_at=appended_at)
    if count and pc.max(pc.binary_length(leaves)).as_py() > MAX_LEAF:
        raise LedgerError(f"an event has more than {MAX_LEAF} bytes: shorten its texts.")
    nothing = [None] * count
    ids = columns.id_bytes(table["id"])
    return list(
        map(Entry._make, zip(ids, leaves.to_pylist(), parts or nothing, salts or nothing, strict=True))
    )
