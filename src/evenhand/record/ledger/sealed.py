"""The leaves of a record in a folder: its events in record order, then a statement of the rest of it.

The statement names the files of events, here called parts, with their numbers of events, in the order of the
leaves before it, and the SHA-256 of the record's other files, the manifest among them: what a record says
that it can tell of, and until when, decides what an audit finds. Its public leaf is a commitment, since
numbers of events by type tell of people where they are few. Events that were added to a sealed record later
(an erasure) follow it, and a new statement follows them.

ledger/                                tiles, checkpoint, verifier keys: all that is published
openings/<kind>/<type>/part-*.parquet  for each event, in order, the salt of its case part and the commitment
                                       to its personal part: for those who check the events
openings/seals.jsonl                   the statements with their salts
salts/<kind>/<type>/part-*.parquet     for each personal part, in order, its salt: kept with `personal`

An erasure removes the salt of a personal part and leaves the commitment.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import rfc8785

from evenhand.record.columns import personal_schema, type_schema
from evenhand.record.digest import sha256_of
from evenhand.record.events import SubjectKind
from evenhand.record.ledger import columns
from evenhand.record.ledger.errors import VerificationError
from evenhand.record.ledger.leaf import COMMITMENT, LEAF_FORMAT, SALT_BYTES, Opening, commitment, new_salt
from evenhand.record.ledger.place import FOLDER, SEALS
from evenhand.record.manifest import Manifest
from evenhand.record.part import beside

OLD_SEALS = f"{FOLDER}/seals.jsonl"
"""Where records that were sealed in leaf format 1 kept their statements."""
SEALED = "record.sealed"
ROWS = 65_536
OPENINGS = pa.schema(
    [pa.field("salt", pa.binary(SALT_BYTES), nullable=False), pa.field("commitment", pa.string())]
)
"""One row for each event, in the order of its file: the salt of the case part, and the commitment to the
personal part, null where the event was sealed without one.
"""
SALTS = pa.schema(
    [pa.field("id", pa.uuid(), nullable=False), pa.field("salt", pa.binary(SALT_BYTES), nullable=False)]
)
"""One row for each personal part, in the order of its file; the row goes with the personal part."""


def openings_path(folder: Path, part: str) -> Path:
    """Return where the openings of a file of events are."""
    return beside(folder / part, "openings")


def salts_path(folder: Path, part: str) -> Path:
    """Return where the salts of the personal parts of a file of events are."""
    return beside(folder / part, "salts")


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


def statement(folder: Path, manifest: Manifest, parts: list[tuple[str, int]]) -> Opening:
    """The statement that closes a record, for the parts since the one before, and a salt for it."""
    said: dict[str, Any] = {
        "type": SEALED,
        "version": 2,
        "evenhand": manifest.evenhand,
        "files": other_files(folder),
        "parts": [[name, events] for name, events in parts],
    }
    return Opening(rfc8785.dumps(said), new_salt())


def leaf_of_seal(seal: Opening) -> bytes:
    """The public leaf of a statement."""
    said: dict[str, Any] = {COMMITMENT: commitment(seal.salt, seal.part), "leaf": LEAF_FORMAT, "type": SEALED}
    return rfc8785.dumps(said)


def all_parts(manifest: Manifest) -> list[tuple[str, int]]:
    """Return the files of a record's events with their numbers of events, in record order."""
    return [
        (file.file, file.events) for parts in manifest.parts.values() for part in parts for file in part.files
    ]


def read_seals(folder: Path) -> list[Opening]:
    """The statements of a sealed record. Raises `VerificationError` where they are gone or unreadable."""
    try:
        lines = [json.loads(line) for line in (folder / SEALS).read_bytes().splitlines()]
        return [Opening(rfc8785.dumps(said["statement"]), bytes.fromhex(said["salt"])) for said in lines]
    except FileNotFoundError:
        if (folder / OLD_SEALS).is_file():
            raise VerificationError(
                "it was sealed in leaf format 1, whose public leaves show case data. Write the record again "
                "from its source with --ledger",
                place=OLD_SEALS,
            ) from None
        raise VerificationError("it is missing", place=SEALS) from None
    except (ValueError, LookupError, TypeError):
        raise VerificationError("it is not a list of statements with salts", place=SEALS) from None


def dump_seals(seals: list[Opening]) -> bytes:
    """The statements as `read_seals` reads them."""
    lines = [{"salt": seal.salt.hex(), "statement": json.loads(seal.part)} for seal in seals]
    return b"".join(rfc8785.dumps(line) + b"\n" for line in lines)


def parts_of_seal(seal: Opening) -> list[tuple[str, int]]:
    return [(str(name), int(events)) for name, events in json.loads(seal.part)["parts"]]


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

    def leaves(self, openings: pa.Table) -> list[bytes]:
        """The leaves. `openings` (`OPENINGS`) has a row for each row of the part."""
        own = openings.slice(self.first, len(self.events))
        cases = columns.case_parts(self.events, own["commitment"].combine_chunks())
        commitments = columns.commitments_to(cases, own["salt"].combine_chunks())
        leaves: list[bytes] = columns.leaves_of(self.events, commitments).to_pylist()
        return leaves


def ids_of(folder: Path, part: str) -> pa.Array:
    """The ids of the events of a part, as fixed-size binary."""
    return raw_ids(pq.read_table(folder / part, columns=["id"])["id"])


def batches(folder: Path, part: str) -> Iterator[Batch]:
    """The events of one part, some at a time."""
    first = 0
    with pq.ParquetFile(folder / part) as parquet:
        for piece in parquet.iter_batches(batch_size=ROWS):
            table = pa.Table.from_batches([piece]).cast(type_schema(type_of(part)))
            yield Batch(part, first, table, raw_ids(table["id"]))
            first += len(table)
