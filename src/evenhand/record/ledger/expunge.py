"""Erasing personal parts from a sealed record, under a court's order.

The record is made anew beside itself, with what does not change linked, and takes its own place in one step.
The orders are events of their own (`record.erased`), in a new part behind the sealed ones; the old leaves,
and so all old proofs, stay. The erased bytes are in no file of the new record.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.record.columns import personal_schema
from evenhand.record.events import SubjectKind
from evenhand.record.events.oversight import ErasedPart, RecordErased
from evenhand.record.folder import Kind, rewritten_folder
from evenhand.record.ledger.check import check
from evenhand.record.ledger.checkpoint import Checkpoint
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.identity import uuid7
from evenhand.record.ledger.keys import verifiers_in
from evenhand.record.ledger.ledger import Order
from evenhand.record.ledger.note import Signer
from evenhand.record.ledger.place import FOLDER
from evenhand.record.ledger.seal import add_part, close
from evenhand.record.ledger.sealed import (
    SALTS,
    batches,
    parts_of_seal,
    personal_path,
    raw_ids,
    read_seals,
    salts_path,
    statement,
    type_of,
)
from evenhand.record.ledger.tiles import TileWriter
from evenhand.record.ledger.verify import read_checkpoint
from evenhand.record.manifest import FILE_NAME, Manifest, listing_all, load_manifest
from evenhand.record.parts import Parts
from evenhand.record.private_file import write_private
from evenhand.record.writer import conform


@dataclass(frozen=True)
class _Target:
    """An event whose personal part goes: the part of the record that it is in, and the number of its leaf."""

    event: UUID
    part: str
    leaf: int
    agency: str
    zone: str


def expunge(
    folder: Path, events: Sequence[UUID], order: Order, *, signer: Signer | None = None
) -> Checkpoint:
    """Erase the personal parts of these events from the sealed record in `folder`; the new checkpoint.

    `signer` signs it; without one a key is made and thrown away, as `seal` does, and its verifier key put
    beside the old one. Raises `LedgerError` when an event has no personal part, `VerificationError` when the
    record does not match its ledger beforehand.
    """
    if not order.text.strip():
        raise LedgerError("an erasure names the order: court, number and date.")
    found = check(folder)
    if found is None:
        raise LedgerError(f"{folder} carries no ledger: nothing was committed to, so nothing is to be kept.")
    if not found.ok:
        raise VerificationError(str(found.problem), place=str(found.place))
    manifest = load_manifest(folder)
    targets = _targets(folder, set(events))
    before = read_checkpoint(folder / FOLDER / "checkpoint", verifiers_in(folder / FOLDER)).checkpoint
    with rewritten_folder(folder, Kind.RECORD) as staged:
        _link(folder, staged)
        for part in sorted({t.part for t in targets}):
            _erase_rows(staged, part, {t.event.bytes for t in targets if t.part == part})
        added = _record(staged, manifest, targets, order)
        ledger = staged / FOLDER
        writer = TileWriter(ledger, before.size, entries=(ledger / "tile" / "entries").is_dir())
        for part, _ in added:
            add_part(staged, part, writer)
        seals = [*read_seals(staged), statement(staged, load_manifest(staged), added)]
        return close(staged, writer, signer or Signer.generate(before.origin), seals)


def _link(source: Path, target: Path) -> None:
    """The same files under another folder, without copying their bytes where that can be."""
    for root, folders, files in os.walk(source):
        made = target / Path(root).relative_to(source)
        for name in folders:
            (made / name).mkdir()
        for name in files:
            try:
                os.link(Path(root) / name, made / name)
            except OSError:  # Not every file system has links.
                shutil.copy2(Path(root) / name, made / name)


def _targets(folder: Path, wanted: set[UUID]) -> list[_Target]:
    """Where the events are. Raises `LedgerError` for one that is not there or has no personal part left."""
    found, sought = [], pa.array([event.bytes for event in wanted], pa.binary(16))
    for part, start in _starts(folder):
        path = personal_path(folder, part)
        if not path.is_file():
            continue
        held = raw_ids(pq.read_table(path, columns=["id"])["id"])
        here = held.filter(pc.is_in(held, value_set=sought))
        if not len(here):
            continue
        for batch in batches(folder, part):
            for row in pc.indices_nonzero(pc.is_in(batch.ids, value_set=here)).to_pylist():
                said = {name: batch.events[name][row].as_py() for name in ("agency", "zone")}
                event = UUID(bytes=batch.ids[row].as_py())
                found.append(_Target(event, part, start + batch.first + row, **said))
    missing = wanted - {target.event for target in found}
    if missing or not found:
        named = ", ".join(sorted(map(str, missing))) or "no event"
        raise LedgerError(f"{named}: it is not in the record, or has no personal part (any more).")
    return found


def _starts(folder: Path) -> Iterator[tuple[str, int]]:
    """The sealed parts, each with the number of its first leaf."""
    number = 0
    for seal in read_seals(folder):
        for part, events in parts_of_seal(seal):
            yield part, number
            number += events
        number += 1


def _erase_rows(folder: Path, part: str, events: set[bytes]) -> None:
    """Rewrite the personal parts and their salts of one part without those of these events."""
    gone = pa.array(sorted(events), pa.binary(16))
    for path, schema in (
        (personal_path(folder, part), personal_schema(type_of(part))),
        (salts_path(folder, part), SALTS),
    ):
        table = pq.read_table(path, schema=schema)
        _replace(path, table.filter(pc.invert(pc.is_in(raw_ids(table["id"]), value_set=gone))))


def _replace(path: Path, table: pa.Table) -> None:
    # The old file is another name of the old record's: it is replaced, never written into.
    path.unlink()
    if len(table):
        pq.write_table(table, path, compression="zstd", store_schema=False)


def _record(folder: Path, manifest: Manifest, targets: list[_Target], order: Order) -> list[tuple[str, int]]:
    """Write the orders as events of a new part and the manifest with it; the parts added."""
    now, kind = datetime.now(UTC), SubjectKind.SYSTEM
    rows = [
        {
            "id": uuid7(now).bytes,
            "subject": str(target.leaf),
            "type": RecordErased.type,
            "version": RecordErased.version,
            "agency": target.agency,
            "occurred_at": order.occurred_at or now,
            "recorded_at": now,
            "zone": target.zone,
            "actor": order.actor,
            "source_kind": "desk",
            "what": ErasedPart.PERSONAL.value,
            "court_order": order.text,
        }
        for target in targets
    ]
    before = manifest.parts.get(kind, [])
    parts = Parts(folder, kind, before)
    parts.add(conform(kind, pa.Table.from_pylist(rows)))
    made = parts.close()
    counts = manifest.counts.model_copy(deep=True)
    counts.events[RecordErased.type] = counts.events.get(RecordErased.type, 0) + len(rows)
    counts.cases[kind] = parts.cases
    after = manifest.model_copy(update={"counts": counts, "parts": {**manifest.parts, kind: made}})
    write_private(folder / FILE_NAME, listing_all(after, folder, sealed=True).dump())
    return [(file.file, file.events) for part in made[len(before) :] for file in part.files]
