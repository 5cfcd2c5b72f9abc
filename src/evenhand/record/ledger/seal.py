"""Sealing a finished record: its ledger is written into `<record>/ledger`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.record.ledger import columns
from evenhand.record.ledger.checkpoint import Checkpoint
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.keys import read_signer, write_verifier
from evenhand.record.ledger.leaf import Opening
from evenhand.record.ledger.note import Signer
from evenhand.record.ledger.place import FOLDER, SEALS
from evenhand.record.ledger.sealed import (
    OPENINGS,
    SALTS,
    PersonalPart,
    all_parts,
    batches,
    dump_seals,
    ids_of,
    leaf_of_seal,
    openings_path,
    salts_path,
    statement,
)
from evenhand.record.ledger.tiles import CHECKPOINT, TileWriter, write_whole
from evenhand.record.manifest import FILE_NAME, listing_all, load_manifest
from evenhand.record.private_file import write_private

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
    manifest = listing_all(manifest, folder, sealed=True)
    write_private(folder / FILE_NAME, manifest.dump())
    ledger.mkdir(exist_ok=True)
    writer = TileWriter(ledger, entries=entries)
    parts = all_parts(manifest)
    total = sum(events for _, events in parts)
    for part, _ in parts:
        add_part(folder, part, writer)
        progress(writer.size, total)
    return close(folder, writer, signer, [statement(folder, manifest, parts)])


def add_part(folder: Path, part: str, writer: TileWriter) -> None:
    """Write the openings of one part of events, and the salts of its personal parts, and add its leaves."""
    personal = PersonalPart.read(folder, part)
    ids = ids_of(folder, part)
    commitments = pa.nulls(len(ids), pa.string())
    if len(personal.ids):
        salts = columns.new_salts(len(personal.ids))
        _write(salts_path(folder, part), pa.table([personal.ids, salts], names=SALTS.names).cast(SALTS))
        places = pc.index_in(ids, value_set=personal.ids)
        commitments = columns.commitments_to(personal.parts, salts).take(places)
    openings = pa.table([columns.new_salts(len(ids)), commitments], schema=OPENINGS)
    _write(openings_path(folder, part), openings)
    for batch in batches(folder, part):
        writer.extend(batch.leaves(openings))


def _write(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", store_schema=False)


def close(folder: Path, writer: TileWriter, signer: Signer, seals: list[Opening]) -> Checkpoint:
    """Add the last statement and write what stands beside the tiles: statements, verifier key, checkpoint."""
    ledger = folder / FOLDER
    writer.extend([leaf_of_seal(seals[-1])])
    checkpoint = Checkpoint(signer.name, writer.size, writer.close())
    (folder / SEALS).parent.mkdir(exist_ok=True)
    write_whole(folder / SEALS, dump_seals(seals), mode=0o600)
    write_verifier(ledger, signer.verifier)
    write_whole(ledger / CHECKPOINT, checkpoint.sign([signer]).dump())
    return checkpoint
