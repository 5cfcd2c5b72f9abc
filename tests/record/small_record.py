"""Small records for tests, of bookings with a few events each."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pyarrow as pa

from evenhand.record.events import SubjectKind
from evenhand.record.manifest import FILE_NAME, ListedFile, RowEnds, Source, listing_all, load_manifest
from evenhand.record.store import Record, all_fields
from evenhand.record.writer import RecordWriter

START = datetime(2025, 6, 2, 12, tzinfo=UTC)


def bookings(count: int, first: int = 0) -> pa.Table:
    """Two events a booking, the release first: order is the writer's work."""
    rows = [
        {
            "subject": f"b-{n:06}",
            "id": UUID(int=n * 2 + late).bytes,
            "type": "custody.released" if late else "person.booked",
            "agency": "NC0600000",
            "occurred_at": START + timedelta(minutes=n, hours=5 * late),
            "zone": "America/New_York",
            "source_kind": "import",
            "source_file": "jail.csv",
            "source_row": n,
            "sex": None if late else "F",
        }
        for n in range(first, first + count)
        for late in (1, 0)
    ]
    types = {"id": pa.uuid(), "occurred_at": pa.timestamp("us", "UTC"), "sex": pa.string()}
    columns = {k: pa.array([r[k] for r in rows], types.get(k)) for k in rows[0]} if rows else {}
    return pa.table(columns)


def write(out: Path, count: int) -> None:
    """A record of `count` bookings, each from one row."""
    with RecordWriter(out) as writer:
        for first in range(0, count, 1000):
            writer.add(SubjectKind.BOOKING, bookings(min(1000, count - first), first))
        source = Source(file="jail.csv", sha256="0" * 64, bytes=1, rows=count, ends=RowEnds(told=count))
        writer.commit(kind="import", provides=all_fields(), sources=[source])


def relisted(folder: Path) -> Record:
    """The record with a manifest that lists the files as they are now, as a forger would write it."""
    manifest = load_manifest(folder)
    for file in manifest.event_files():
        now = ListedFile.of(folder, file.file)
        file.bytes, file.sha256 = now.bytes, now.sha256
    content = listing_all(manifest, folder, sealed=manifest.sealed).dump()
    (folder / FILE_NAME).write_text(content, encoding="utf-8")
    return Record(folder)
