"""Reading a record: its manifest, its parts and its histories."""

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.record.columns import QUARANTINE, TRUTH, type_schema
from evenhand.record.digest import sha256_of
from evenhand.record.errors import RecordError
from evenhand.record.events import FIELDS, SubjectKind
from evenhand.record.local_copy import AT_ONCE, local_files
from evenhand.record.manifest import QUARANTINE_FILE, EventFile, Manifest, load_manifest
from evenhand.record.part import EventPart, naming
from evenhand.record.remote import AnyPath, path_of
from evenhand.record.rows import Row, rows_of

_CASES_AT_ONCE = 4096


class Record:
    """A record in a folder: `manifest.json`, `events/<kind>/<type>/part-*.parquet`, and apart `personal/`.

    The folder may lie in object storage: give its address, such as `s3://bucket/record`. Raises `RecordError`
    when the folder is no record, or a file is missing or has another size than the manifest says. What is
    damaged inside a file shows when it is read or hashed.
    """

    def __init__(self, folder: AnyPath | str) -> None:
        self.folder: AnyPath = path_of(folder) if isinstance(folder, str) else folder
        self.manifest: Manifest = load_manifest(self.folder)
        size_of = _sizes_in(self.folder)
        for file in self._event_files(SubjectKind):
            self._check(file, size_of)

    def _check(self, file: EventFile, size_of: Callable[[str], int]) -> None:
        path = self.folder / file.file
        try:
            found = size_of(file.file)
        except OSError as error:
            problem = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error})"
            raise RecordError(f"{path} {problem}: restore it or run the intake again.") from None
        if found != file.bytes:
            raise RecordError(
                f"{path} has {found} bytes, but the manifest says {file.bytes}: restore it or run the intake "
                "again."
            )

    def parts(self, kind: SubjectKind) -> list[EventPart]:
        """Return the parts of one kind, in order; each holds whole histories."""
        return [
            EventPart(
                kind,
                part.first_case,
                part.cases,
                part.events,
                {file.type: str(self.folder / file.file) for file in part.files},
                {file.type: file.sha256 for file in part.files},
                frozenset(file.type for file in part.files if file.corrections),
            )
            for part in self.manifest.parts.get(kind, [])
        ]

    def files(self, kind: SubjectKind, types: Collection[str] | None = None) -> list[Path]:
        """Return the files of a kind's events, part by part; of these event types if given.

        They are local copies if the record lies in object storage.
        """
        return local_files(
            self.folder / file.file
            for file in self._event_files([kind])
            if types is None or file.type in types
        )

    def part_hashes(self, kinds: Iterable[SubjectKind] = SubjectKind) -> Iterator[tuple[EventFile, str]]:
        """Yield each file of the kinds with the SHA-256 that it has now; `file.sha256` is what it had."""
        files = self._event_files(kinds)
        with ThreadPoolExecutor(2 if isinstance(self.folder, Path) else AT_ONCE) as pool:
            hashes = pool.map(lambda file: sha256_of(self.folder / file.file), files)
            yield from zip(files, hashes, strict=True)

    def histories(self, kind: SubjectKind) -> Iterator[tuple[str, list[Row]]]:
        """Yield each subject of a kind with its events in order, one part at a time.

        A row is a mapping of column to Python value; columns that are null are left out. Raises `RecordError`
        when a file is not the one that the manifest names.
        """
        for part in self.parts(kind):
            reader = part.checked()
            tables = {
                path_of(path): reader.read(event_type, type_schema(event_type).names)
                for event_type, path in part.files.items()
            }
            for rows in _slices(tables):
                for subject, history in groupby(rows, itemgetter("subject")):
                    yield subject, list(history)

    def history(self, kind: SubjectKind, subject: str) -> list[Row]:
        """Return one subject's events in order; empty if the record has none.

        Raises `RecordError` when a file is not the one that the manifest names.
        """
        return self.histories_of(kind, [subject]).get(subject, [])

    def histories_of(self, kind: SubjectKind, subjects: Collection[str]) -> dict[str, list[Row]]:
        """Return the events of some subjects, in order, by subject; those without any are left out.

        Each file is read once, until all are found. Raises `RecordError` as `history` does.
        """
        wanted, found = pa.array(sorted(set(subjects)), pa.string()), dict[str, list[Row]]()
        for part in self.parts(kind):
            if len(found) == len(wanted):
                break
            reader, rows = part.checked(), list[Row]()
            for event_type in part.files:
                own = pc.is_in(reader.read(event_type, ["subject"])["subject"], wanted)
                if pc.any(own).as_py():
                    rows += rows_of(reader.read(event_type, type_schema(event_type).names).filter(own))
            for row in sorted(rows, key=itemgetter("pos")):
                found.setdefault(row["subject"], []).append(row)
        return found

    def truth(self) -> pa.Table:
        """Return the known breaches of a simulated record (columns `rule`, `subject`); empty if none."""
        path = self.folder / "truth.parquet"
        return pq.read_table(*local_files([path])) if path.is_file() else TRUTH.empty_table()

    def quarantine(self) -> pa.Table:
        """Return the refused rows: file, row, column, value, reason, remedy; empty if there are none."""
        path = self.folder / QUARANTINE_FILE
        return pq.read_table(*local_files([path])) if path.is_file() else QUARANTINE.empty_table()

    def _event_files(self, kinds: Iterable[SubjectKind]) -> list[EventFile]:
        return [file for kind in kinds for part in self.manifest.parts.get(kind, []) for file in part.files]


def _sizes_in(folder: AnyPath) -> Callable[[str], int]:
    """A function that gives the size of a file of events, by its name in the folder."""
    if isinstance(folder, Path):
        return lambda name: (folder / name).stat().st_size
    # One request lists a thousand objects.
    sizes = (folder / "events").sizes()

    def size_of(name: str) -> int:
        if (size := sizes.get(name.removeprefix("events/"))) is None:
            raise FileNotFoundError(name)
        return size

    return size_of


def _slices(tables: dict[AnyPath, pa.Table]) -> Iterator[list[Row]]:
    """Yield the rows of a part in order of `pos`, some whole histories at a time."""
    cases = {path: table["case"].to_numpy() for path, table in tables.items() if len(table)}
    if not cases:
        return
    first, last = min(case[0] for case in cases.values()), max(case[-1] for case in cases.values())
    for begin in range(int(first), int(last) + 1, _CASES_AT_ONCE):
        rows: list[Row] = []
        for path, case in cases.items():
            low, high = np.searchsorted(case, [begin, begin + _CASES_AT_ONCE])
            if high > low:
                with naming(path):
                    rows += rows_of(tables[path].slice(low, high - low))
        yield sorted(rows, key=itemgetter("pos"))


def all_fields() -> dict[str, list[str]]:
    """Return every event type with all its payload and envelope fields: what a complete source provides."""
    envelope = ["actor", "actor_role", "corrects", "facility", "reason", "recorded_at"]
    return {
        name: sorted([*envelope, *(s.name for s in specs.values() if not s.personal)])
        for name, specs in FIELDS.items()
    }
