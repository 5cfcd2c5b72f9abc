"""A ledger over a store: appends in the caller's transaction, checkpoints, proofs, erasure."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from evenhand.record.events import Event, SubjectKind
from evenhand.record.events.base import SourceKind
from evenhand.record.events.oversight import ErasedPart, LedgerContinued, RecordErased
from evenhand.record.ledger import columns
from evenhand.record.ledger.checkpoint import Checkpoint, open_checkpoint
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.identity import uuid7
from evenhand.record.ledger.leaf import (
    APPENDED_AT,
    APPENDED_ON,
    COMMITMENT,
    MAX_LEAF,
    Entry,
    Opening,
    canonical,
    entry_of,
    open_case,
    open_personal,
    parts_of,
)
from evenhand.record.ledger.note import Note, NoteError, Signer, Verifier
from evenhand.record.ledger.store import Row, Store, Tail
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

    Each case part carries the ledger's own time, `appended_at`, and each leaf its day. The time never goes
    back: while the machine's clock is behind the last leaf, that leaf's time is given again.
    """

    def __init__(self, store: Store, *, clock: Clock = _now) -> None:
        self.store = store
        self._clock = clock

    def begin(self) -> Place:
        """Wait for other writers, until the caller's transaction ends; the place of the next leaf."""
        size, last = self.store.tail()
        now = self._clock()
        if last is not None:
            now = max(now, _time_of(size - 1, last))
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
        """Whether this event is in the ledger; False where another has its id, None where none has.

        An event whose case part was erased is held, whatever its fields. Raises `VerificationError` where a
        part of it was altered, or is gone without an erasure on record.
        """
        index = self.store.position(event.id)
        if index is None:
            return None
        row = self.row(index)
        case = case_of(row)
        if case is None:
            return True
        fields, secret = parts_of(event)
        committed = case.pop(COMMITMENT, None) is not None
        case.pop(APPENDED_AT, None)
        if case != json.loads(canonical(fields)) or committed != bool(secret):
            return False
        return row.personal is None or row.personal.part == canonical(secret)

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

    def erase(self, events: Sequence[UUID], order: Order, part: ErasedPart = ErasedPart.PERSONAL) -> range:
        """Record an order and delete the parts and salts that it names, within the caller's transaction;
        `store.scrub` must follow it. Returns the numbers of the new leaves, one for each event.

        `ErasedPart.CASE` erases the case part and the personal part: the public leaf alone remains.
        Raises `LedgerError` when an event is not there, has no such part or was erased before.
        """
        if not order.text.strip():
            raise LedgerError("an erasure names the order: court, number and date.")
        rows = [self._erasable(event, part) for event in events]
        now = self._clock()
        records = [_erasure(row, order, part, now) for row in rows]
        added = self.append(records)
        for row, by in zip(rows, added, strict=True):
            self.store.erase(row.number, part, erased_by=by)
        return added

    def _erasable(self, event: UUID, part: ErasedPart) -> Row:
        index = self.store.position(event)
        if index is None:
            raise LedgerError(f"event {event} is not in the ledger.")
        row = self.row(index)
        case = case_of(row)
        by = row.case_erased_by
        if part is ErasedPart.PERSONAL and by is None:
            by = row.personal_erased_by
        if by is not None or case is None:
            raise LedgerError(f"the {part} part of event {event} was erased already, as leaf {by} records.")
        if part is ErasedPart.PERSONAL and row.personal is None:
            raise LedgerError(f"event {event} has no personal part.")
        if case["type"] in (RecordErased.type, LedgerContinued.type):
            raise LedgerError(f"event {event} records what was done to the ledger itself: it stays.")
        return row

    def row(self, index: int) -> Row:
        """All there is of one leaf, its parts checked. Raises `LedgerError` where there is no such leaf.

        Raises `VerificationError` where a part was altered, or is gone without an erasure on record.
        """
        row = self.store.row(index)
        if row is None:
            raise LedgerError(f"there is no leaf {index}.")
        case = case_of(row)
        if case is not None:
            personal_of(row, case)
        return row


def case_of(row: Row) -> dict[str, Any] | None:
    """The fields of a row's case part; None where it was erased.

    Raises `VerificationError` where it was altered, or is gone without an erasure on record.
    """
    if row.case is not None:
        return open_case(row.number, row.leaf, row.case)
    if row.case_erased_by is None:
        raise missing(row.number, ErasedPart.CASE)
    return None


def personal_of(row: Row, case: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields of a row's personal part; None where it has none or it was erased.

    Raises `VerificationError` where it was altered, or is gone without an erasure on record.
    """
    personal = open_personal(row.number, case, row.personal)
    if personal is None and COMMITMENT in case and row.personal_erased_by is None:
        raise missing(row.number, ErasedPart.PERSONAL)
    return personal


def missing(number: int, part: ErasedPart) -> VerificationError:
    """The error for a part that is gone although no erasure of it is on record."""
    return VerificationError(
        f"its {part} part is gone, and no erasure of it is on record", place=f"leaf {number} of the store"
    )


def _time_of(number: int, last: Tail) -> datetime:
    """When a leaf was appended; where its case part was erased, the beginning of that day."""
    if last.case is not None:
        said = open_case(number, last.leaf, last.case).get(APPENDED_AT)
    else:
        day = json.loads(last.leaf).get(APPENDED_ON)
        said = day and f"{day}T00:00:00Z"
    return datetime.fromisoformat(said) if said else datetime.min.replace(tzinfo=UTC)


def _erasure(row: Row, order: Order, part: ErasedPart, now: datetime) -> Event:
    """The record of an erasure. It names the leaf alone: neither the event nor its type or subject."""
    about = case_of(row)
    assert about is not None
    return RecordErased(
        id=uuid7(now),
        subject=str(row.number),
        agency=about["agency"],
        occurred_at=order.occurred_at or now,
        recorded_at=now,
        zone=about["zone"],
        actor=order.actor,
        source_kind=SourceKind.DESK,
        what=part,
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
    if not count:
        return []
    sealed = None
    personal: list[Opening | None] = [None] * count
    if fields:
        given = pc.is_valid(table[fields[0]])
        for name in fields[1:]:
            given = pc.or_(given, pc.is_valid(table[name]))
        rows = pc.indices_nonzero(given)
        if len(rows):
            made = columns.personal_parts(kind, table.select(fields).take(rows))
            fresh = columns.new_salts(len(rows))
            sealed = columns.spread(columns.commitments_to(made, fresh), rows, count)
            for at, part, salt in zip(rows.to_pylist(), made.to_pylist(), fresh.to_pylist(), strict=True):
                personal[at] = Opening(part, salt)
    events = table.drop_columns(fields)
    cases = columns.case_parts(events, sealed, appended_at=appended_at)
    if pc.max(pc.binary_length(cases)).as_py() > MAX_LEAF:
        raise LedgerError(f"an event has more than {MAX_LEAF} bytes: shorten its texts.")
    salts = columns.new_salts(count)
    leaves = columns.leaves_of(events, columns.commitments_to(cases, salts), appended_at=appended_at)
    openings = map(Opening, cases.to_pylist(), salts.to_pylist())
    ids = columns.id_bytes(table["id"])
    return list(map(Entry, ids, leaves.to_pylist(), openings, personal))
