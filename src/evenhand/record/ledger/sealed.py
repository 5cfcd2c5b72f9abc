"""The leaves of a record in a folder: its events in record order, then a statement of the rest of it.

The statement is a leaf of type `record.sealed`. It names the files of events, here called parts, with their
numbers of events, in the order of the leaves before it, and the SHA-256 of the record's other files, the
manifest among them: what a record says that it can tell of, and until when, decides what an audit finds.
Events that were added to a sealed record later (an erasure) follow it, and a new statement follows them.

`openings/<kind>/<type>/part-*.parquet` holds the commitment and the salt of each personal part; an erasure
leaves the commitment and removes the salt.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import rfc8785

from evenhand.record.columns import personal_schema, type_schema
from evenhand.record.digest import sha256_of
from evenhand.record.events import SubjectKind
from evenhand.record.ledger import columns
from evenhand.record.ledger.place import FOLDER
from evenhand.record.manifest import Manifest
from evenhand.record.part import beside

SEALS = "seals.jsonl"
SEALED = "record.sealed"
ROWS = 65_536
OPENINGS = pa.schema(
    [
        pa.field("id", pa.uuid(), nullable=False),
        pa.field("commitment", pa.string(), nullable=False),
        pa.field("salt", pa.binary(32)),
    ]
)
"""One row for each personal part that was sealed; `salt` is null once it is erased."""


def openings_path(folder: Path, part: str) -> Path:
    """Return where the openings of a file of events are."""
    return beside(folder / part, "openings")


def personal_path(folder: Path, part: str) -> Path:
    """Return where the personal parts of a file of events are."""
    return beside(folder / part, "personal")


def type_of(part: str) -> str:
    """Return the event type of a file: `events/<kind>/<type>/part-00000.parquet`."""
    return Path(part).parts[2]


def other_files(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file directly in a record's folder."""
    names = sorted(p.name for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    return {name: sha256_of(folder / name) for name in names}


def statement(folder: Path, manifest: Manifest, parts: list[tuple[str, int]]) -> bytes:
    """The leaf that closes a record, for the parts since the one before."""
    said: dict[str, Any] = {
        "type": SEALED,
        "version": 1,
        "evenhand": manifest.evenhand,
        "files": other_files(folder),
        "parts": [[name, events] for name, events in parts],
    }
    return rfc8785.dumps(said)


def all_parts(manifest: Manifest) -> list[tuple[str, int]]:
    """Return the files of a record's events with their numbers of events, in record order."""
    return [
        (file.file, file.events) for parts in manifest.parts.values() for part in parts for file in part.files
    ]


def read_seals(folder: Path) -> list[bytes]:
    """The statements of a sealed record, as kept beside its checkpoint."""
    return (folder / FOLDER / SEALS).read_bytes().splitlines()


def parts_of_seal(leaf: bytes) -> list[tuple[str, int]]:
    return [(str(name), int(events)) for name, events in json.loads(leaf)["parts"]]


def raw_ids(column: pa.ChunkedArray) -> pa.Array:
    """The ids as fixed-size binary."""
    array = column.combine_chunks()
    return array.storage if isinstance(array, pa.ExtensionArray) else array


@dataclass(frozen=True)
class PersonalPart:
    """The personal parts of one part of events: rows in file order, their ids and canonical bytes."""

    ids: pa.Array
    parts: pa.Array

    @classmethod
    def read(cls, folder: Path, part: str) -> "PersonalPart":
        path = personal_path(folder, part)
        if not path.is_file():
            return cls(pa.array([], pa.binary(16)), pa.array([], pa.binary()))
        table = pq.read_table(path, schema=personal_schema(type_of(part)))
        return cls(raw_ids(table["id"]), columns.personal_parts(SubjectKind(Path(part).parts[1]), table))


@dataclass(frozen=True)
class Batch:
    """Some events of one part. `first` is the number, within the part, of its first row."""

    part: str
    first: int
    events: pa.Table
    ids: pa.Array

    def leaves(self, commitments: pa.Array, places: pa.Array) -> list[bytes]:
        """The leaves, with the commitments that stand at the given places (one for each row of the part)."""
        sealed = commitments.take(places.slice(self.first, len(self.events))) if len(commitments) else None
        leaves: list[bytes] = columns.leaves_of(self.events, sealed).to_pylist()
        return leaves


def places_of(folder: Path, part: str, ids: pa.Array) -> pa.Array:
    """For each event of a part where its id stands among `ids`, or null."""
    table = pq.read_table(folder / part, columns=["id"])
    return pc.index_in(raw_ids(table["id"]), value_set=ids)


def batches(folder: Path, part: str) -> Iterator[Batch]:
    """The events of one part, some at a time."""
    first = 0
    with pq.ParquetFile(folder / part) as parquet:
        for piece in parquet.iter_batches(batch_size=ROWS):
            table = pa.Table.from_batches([piece]).cast(type_schema(type_of(part)))
            yield Batch(part, first, table, raw_ids(table["id"]))
            first += len(table)
