"""Reading a record: its manifest, its Parquet parts and its histories."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.record.columns import TRUTH
from evenhand.record.digest import sha256_of
from evenhand.record.errors import RecordError
from evenhand.record.events import FIELDS, SubjectKind
from evenhand.record.manifest import Manifest, PartFile, load_manifest

Row = dict[str, Any]


class Record:
    """A record in a folder: `manifest.json`, `events/<kind>/part-*.parquet`, `quarantine.parquet`.

    Raises `RecordError` when the folder is no record or a part is missing or cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: Manifest = load_manifest(folder)
        for parts in self.manifest.parts.values():
            for part in parts:
                self._check(folder / part.file, part.events)

    @staticmethod
    def _check(path: Path, events: int) -> None:
        try:
            found = pq.read_metadata(path).num_rows
        except FileNotFoundError:
            raise RecordError(f"{path} is missing: run the intake again.") from None
        except (OSError, pa.ArrowException) as error:
            raise RecordError(f"{path} cannot be read ({error}): run the intake again.") from None
        if found != events:
            raise RecordError(f"{path} has {found} events, the manifest says {events}.")

    def parts(self, kind: SubjectKind) -> list[Path]:
        """The Parquet files of one kind, in order; each holds whole histories."""
        return [self.folder / part.file for part in self.manifest.parts.get(kind, [])]

    def part_hashes(self, kinds: Iterable[SubjectKind] = SubjectKind) -> Iterator[tuple[PartFile, str]]:
        """Each part of the kinds with the SHA-256 that its file has now; `part.sha256` is what it had."""
        parts = [part for kind in kinds for part in self.manifest.parts.get(kind, [])]
        with ThreadPoolExecutor(2) as pool:
            hashes = pool.map(lambda part: sha256_of(self.folder / part.file), parts)
            yield from zip(parts, hashes, strict=True)

    def histories(self, kind: SubjectKind) -> Iterator[tuple[str, list[Row]]]:
        """Each subject of a kind with its events in order, one row part at a time.

        A row is a mapping of column to Python value; columns that are null are left out.
        """
        for path in self.parts(kind):
            for subject, rows in groupby(pq.read_table(path).to_pylist(), itemgetter("subject")):
                yield subject, [{k: v for k, v in row.items() if v is not None} for row in rows]

    def truth(self) -> pa.Table:
        """The known breaches of a simulated record (columns `rule`, `subject`); empty where none."""
        path = self.folder / "truth.parquet"
        return pq.read_table(path) if path.is_file() else TRUTH.empty_table()

    def quarantine(self) -> pa.Table:
        """The refused rows: file, row, column, value, reason, remedy."""
        return pq.read_table(self.folder / "quarantine.parquet")


def all_fields() -> dict[str, list[str]]:
    """Every event type with all its payload and envelope fields: what a complete source provides."""
    envelope = ["actor", "actor_role", "corrects", "facility", "reason", "recorded_at"]
    return {
        name: sorted([*envelope, *(s.name for s in specs.values() if not s.personal)])
        for name, specs in FIELDS.items()
    }
