"""Erasing personal parts from a sealed record, under a court's order.

The record is made anew beside itself, with what does not change linked, and takes its own place in one step.
The orders are events of their own (`record.erased`), in a new part behind the sealed ones; the old leaves,
and so all old proofs, stay. The erased bytes are in no file of the new record.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.record.columns import personal_schema
from evenhand.record.events import SubjectKind
from evenhand.record.events.oversight import RecordErased
from evenhand.record.folder import staged_folder
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
    OPENINGS,
    all_parts,
    batches,
    openings_path,
    personal_path,
    raw_ids,
    read_seals,
    statement,
    type_of,
)
from evenhand.record.ledger.tiles import TileWriter
from evenhand.record.ledger.verify import read_checkpoint
from evenhand.record.manifest import FILE_NAME, Manifest, load_manifest
from evenhand.record.parts import Parts
from evenhand.record.writer import conform


@dataclass(frozen=True)
class _Target:
    """An event whose personal part goes: the part of the record that it is in, and its public fields."""

    event: UUID
    part: str
    type: str
    agency: str
    facility: str | None
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
    targets = _targets(folder, manifest, set(events))
    before = read_checkpoint(folder / FOLDER / "checkpoint", verifiers_in(folder / FOLDER)).checkpoint
    with staged_folder(folder) as staged:
        _link(folder, staged)
        for part in sorted({t.part for t in targets}):
            _erase_rows(staged, part, {t.event.bytes for t in targets if t.part == part})
        added = _record(staged, manifest, targets, order)
        ledger = staged / FOLDER
        writer = TileWriter(ledger, before.size, entries=(ledger / "tile" / "entries").is_dir())
        for part, _ in added:
            add_part(staged, part, writer)
        closing = statement(staged, load_manifest(staged), added)
        writer.extend([closing])
        return close(ledger, writer, signer or Signer.generate(before.origin), [*read_seals(staged), closing])


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


def _targets(folder: Path, manifest: Manifest, wanted: set[UUID]) -> list[_Target]:
    """Where the events are. Raises `LedgerError` for one that is not there or has no personal part left."""
    found, sought = [], pa.array([event.bytes for event in wanted], pa.binary(16))
    for part, _ in all_parts(manifest):
        path = personal_path(folder, part)
        if not path.is_file():
            continue
        held = raw_ids(pq.read_table(path, columns=["id"])["id"])
        here = held.filter(pc.is_in(held, value_set=sought))
        if not len(here):
            continue
        for batch in batches(folder, part):
            rows = batch.events.filter(pc.is_in(batch.ids, value_set=here))
            for row in rows.select(["id", "type", "agency", "facility", "zone"]).to_pylist():
                event = row.pop("id")
                found.append(_Target(event if isinstance(event, UUID) else UUID(bytes=event), part, **row))
    missing = wanted - {target.event for target in found}
    if missing or not found:
        named = ", ".join(sorted(map(str, missing))) or "no event"
        raise LedgerError(f"{named}: it is not in the record, or has no personal part (any more).")
    return found


def _erase_rows(folder: Path, part: str, events: set[bytes]) -> None:
    """Rewrite the personal part and the openings of one part without these events."""
    gone = pa.array(sorted(events), pa.binary(16))
    path = personal_path(folder, part)
    table = pq.read_table(path, schema=personal_schema(type_of(part)))
    kept = table.filter(pc.invert(pc.is_in(raw_ids(table["id"]), value_set=gone)))
    _replace(path, kept)
    path = openings_path(folder, part)
    table = pq.read_table(path, schema=OPENINGS)
    erased = pc.is_in(raw_ids(table["id"]), value_set=gone)
    salts = pc.if_else(erased, pa.scalar(None, OPENINGS.field("salt").type), table["salt"].combine_chunks())
    _replace(path, table.set_column(2, OPENINGS.field("salt"), salts))


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
            "subject": str(target.event),
            "type": RecordErased.type,
            "version": RecordErased.version,
            "agency": target.agency,
            "facility": target.facility,
            "occurred_at": order.occurred_at or now,
            "recorded_at": now,
            "zone": target.zone,
            "actor": order.actor,
            "source_kind": "desk",
            "what": target.type,
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
    (folder / FILE_NAME).unlink()
    (folder / FILE_NAME).write_text(after.dump(), encoding="utf-8")
    return [(file.file, file.events) for part in made[len(before) :] for file in part.files]
