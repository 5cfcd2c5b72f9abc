"""Sealing a finished record: its ledger is written into `<record>/ledger`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.record.ledger import columns
from evenhand.record.ledger.checkpoint import Checkpoint
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.keys import read_signer, write_verifier
from evenhand.record.ledger.note import Signer
from evenhand.record.ledger.place import FOLDER
from evenhand.record.ledger.sealed import (
    OPENINGS,
    SEALS,
    PersonalPart,
    all_parts,
    batches,
    openings_path,
    places_of,
    statement,
)
from evenhand.record.ledger.tiles import CHECKPOINT, TileWriter, write_whole
from evenhand.record.manifest import load_manifest

DEFAULT_ORIGIN = "evenhand.example/record"

Progress = Callable[[int, int], None]
Seal = Callable[[Path], Checkpoint]
"""Seals the finished record in a folder."""


def sealing(asked: bool, key: Path | None) -> Seal | None:
    """How a command's record is sealed, if it is: with the key of a file, or with one made for it alone.

    Raises `LedgerError` for a key that cannot be read.
    """
    if key is not None:
        signer = read_signer(key)
        return partial(seal, origin=signer.name, signer=signer)
    return seal if asked else None


def seal(
    folder: Path,
    *,
    origin: str = DEFAULT_ORIGIN,
    signer: Signer | None = None,
    entries: bool = True,
    progress: Progress = lambda done, total: None,
) -> Checkpoint:
    """Write the ledger of the record in `folder`: tiles, checkpoint and verifier key in `<folder>/ledger`.

    Call it after `RecordWriter.commit` and within its `with` block, with `writer.folder`, so that record and
    ledger appear in one step. Without a `signer` a key is made for this one checkpoint and thrown away:
    then nobody can ever sign another record under it. With a `signer`, its name is the origin.
    `entries=False` writes no copies of the leaves, which can be made again from the events.
    `progress(done, total)` counts events.

    Raises `LedgerError` when the record is sealed already, `RecordError` when the folder is no record.
    """
    manifest = load_manifest(folder)
    ledger = folder / FOLDER
    if (ledger / CHECKPOINT).exists():
        raise LedgerError(f"{folder} is sealed already; its ledger only ever grows.")
    signer = signer or Signer.generate(origin)
    ledger.mkdir(exist_ok=True)
    writer = TileWriter(ledger, entries=entries)
    parts = all_parts(manifest)
    total = sum(events for _, events in parts)
    for part, _ in parts:
        add_part(folder, part, writer)
        progress(writer.size, total)
    closing = statement(folder, manifest, parts)
    writer.extend([closing])
    return close(ledger, writer, signer, [closing])


def add_part(folder: Path, part: str, writer: TileWriter) -> None:
    """Write the openings of one part of events and add its leaves."""
    personal = PersonalPart.read(folder, part)
    salts = columns.new_salts(len(personal.ids))
    commitments = columns.commitments_to(personal.parts, salts)
    if len(personal.ids):
        path = openings_path(folder, part)
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.table([personal.ids.cast(pa.binary(16)), commitments, salts], names=OPENINGS.names)
        pq.write_table(table.cast(OPENINGS), path, compression="zstd", store_schema=False)
    places = places_of(folder, part, personal.ids)
    for batch in batches(folder, part):
        writer.extend(batch.leaves(commitments, places))


def close(ledger: Path, writer: TileWriter, signer: Signer, seals: list[bytes]) -> Checkpoint:
    """Write what stands beside the tiles: statements, verifier key, checkpoint."""
    checkpoint = Checkpoint(signer.name, writer.size, writer.close())
    write_whole(ledger / SEALS, b"".join(leaf + b"\n" for leaf in seals))
    write_verifier(ledger, signer.verifier)
    write_whole(ledger / CHECKPOINT, checkpoint.sign([signer]).dump())
    return checkpoint
