"""Reading a record: its manifest, its parts and its histories."""

import hashlib
import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import click
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.record.columns import QUARANTINE, TRUTH, type_schema
from evenhand.record.digest import sha256_of
from evenhand.record.errors import RecordError
from evenhand.record.events import EVENT_TYPES, FIELDS, SubjectKind
from evenhand.record.ledger.place import FOLDER as LEDGER
from evenhand.record.ledger.place import SEALS
from evenhand.record.local_copy import AT_ONCE
from evenhand.record.manifest import (
    FILE_NAME,
    OTHER_FILES,
    QUARANTINE_FILE,
    TRUTH_FILE,
    EventFile,
    ListedFile,
    Manifest,
    check_counts,
    parse_manifest,
    personal_name,
    read_manifest,
)
from evenhand.record.part import EventPart, naming, open_file
from evenhand.record.remote import AnyPath, path_of
from evenhand.record.rows import Row, rows_of
from evenhand.record.seal_check import AS_IT_IS, SealPolicy, check_seal, has_personal
from evenhand.record.verified import Expected, confirm, verified_files

_CASES_AT_ONCE = 4096
_NAMED = 3


class Record:
    """A record in a folder: `manifest.json`, `events/<kind>/<type>/part-*.parquet`, and apart `personal/`.

    The one reader of records: it gives only files that the manifest lists, checks the hash of each when it is
    first read, and the record's seal when it is opened; `standing` says what it found, `unlisted` names other
    files, which nothing reads. The folder may lie in object storage: give its address, such as
    `s3://bucket/record`.

    Raises `RecordError` when the folder is no record, when a file is missing, has another size than the
    manifest says or leads out of the folder, and when a sealed record was altered or has lost its seal.
    `progress(done, total)` counts leaves of the ledger.
    """

    def __init__(
        self,
        folder: AnyPath | str,
        seal: SealPolicy = AS_IT_IS,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self.folder: AnyPath = path_of(folder) if isinstance(folder, str) else folder
        content = read_manifest(self.folder)
        self.manifest_sha256 = hashlib.sha256(content).hexdigest()
        self.manifest: Manifest = parse_manifest(self.folder / FILE_NAME, content)
        sizes = _sizes_in(self.folder)
        self._names = frozenset(sizes)
        self._without_personal = self.manifest.lists_personal and not has_personal(sorted(sizes))
        self.standing = check_seal(
            self.folder, self.manifest, self.manifest_sha256, sorted(sizes), seal, progress
        )
        check_counts(self.folder / FILE_NAME, self.manifest)
        # An altered record is judged by its events alone.
        altered = self.standing.state == "altered"
        for file in self.manifest.event_files() if altered else self._expected():
            self._check(file, sizes)
        self.unlisted = self._unlisted()

    def _expected(self) -> list[ListedFile]:
        """The files that must be there.

        The whole personal part may be left out, and a court's order may remove quarantined values.
        """
        removable = {file.file for file in self.manifest.files if file.file.startswith("personal/")}
        return [
            file
            for file in self.manifest.listed()
            if file.file in self._names
            or not (file.file in removable or (self._without_personal and file.file.startswith("personal/")))
        ]

    def _check(self, file: ListedFile, sizes: Mapping[str, int]) -> None:
        path = self.folder / file.file
        if (found := sizes.get(file.file)) is None:
            raise RecordError(f"{path} is missing: restore it or run the intake again.")
        if found != file.bytes:
            raise RecordError(
                f"{path} has {found} bytes, but the manifest says {file.bytes}: restore it or run the intake "
                "again."
            )

    def _unlisted(self) -> tuple[str, ...]:
        """The files that no manifest and no seal accounts for, hidden ones left out."""
        known = {FILE_NAME, SEALS, *(file.file for file in self.manifest.listed())}
        for file in self.manifest.event_files():
            if not self.manifest.lists_personal:
                known.add(personal_name(file.file))
            part = file.file.removeprefix("events/")
            known.update((f"openings/{part}", f"salts/{part}"))
        if not self.manifest.lists_personal:
            known.update(OTHER_FILES)
        found = sorted(
            name
            for name in self._names - known
            if not name.startswith(f"{LEDGER}/") and not name.split("/")[-1].startswith(".")
        )
        if found and self.standing.state == "sealed":
            raise RecordError(
                f"{self.folder} is sealed, and its manifest does not list the file {found[0]}. Move it away."
            )
        return tuple(found)

    def warnings(self) -> list[str]:
        """Say which files in the folder are not read."""
        rest = len(self.unlisted) - _NAMED
        more = f" and {rest:,} more" if rest > 0 else ""
        names = ", ".join(self.unlisted[:_NAMED])
        return [f"{self.folder}: the manifest does not list {names}{more}; not read."] if names else []

    def confirm(self) -> None:
        """Check that the files that were read are still the ones that the manifest lists.

        Call it before results are put in place. Raises `RecordError` when a file was altered meanwhile.
        """
        if isinstance(self.folder, Path):
            confirm([Expected(str(self.folder / file.file), file.sha256) for file in self.manifest.listed()])

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
                {file.type: file.events for file in part.files},
                {file.type: found for file in part.files if (found := self._personal(file))},
                frozenset(file.type for file in part.files if file.corrections),
            )
            for part in self.manifest.parts.get(kind, [])
        ]

    def _personal(self, file: EventFile) -> Expected | None:
        """The file with the personal parts of a file of events, if the record has it."""
        name = personal_name(file.file)
        if self.manifest.lists_personal:
            listed = file.personal
            return (
                Expected(str(self.folder / name), listed.sha256) if listed and name in self._names else None
            )
        return Expected(str(self.folder / name), None) if name in self._names else None

    def files(self, kind: SubjectKind, types: Collection[str] | None = None) -> list[Path]:
        """Return the files of a kind's events, part by part; of these event types if given.

        They are local copies if the record lies in object storage.
        """
        return verified_files(
            Expected(str(self.folder / file.file), file.sha256)
            for file in self.manifest.event_files([kind])
            if types is None or file.type in types
        )

    def hashes(self) -> Iterator[tuple[ListedFile, str]]:
        """Yield each listed file with the SHA-256 that it has now; `file.sha256` is what it had."""
        files = self._expected()
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
        return self._other(TRUTH_FILE, TRUTH)

    @property
    def has_truth(self) -> bool:
        """Whether the record lists known breaches."""
        return self._listed(TRUTH_FILE) is not None

    def quarantine(self) -> pa.Table:
        """Return the refused rows: file, row, column, value, reason, remedy; empty if there are none."""
        return self._other(QUARANTINE_FILE, QUARANTINE)

    def _other(self, name: str, schema: pa.Schema) -> pa.Table:
        expected = self._listed(name)
        if expected is None:
            return schema.empty_table()
        (local,) = verified_files([expected])
        path = path_of(expected.path)
        with naming(path), open_file(local, schema, called=path) as file:
            return file.read(schema.names)

    def _listed(self, name: str) -> Expected | None:
        """One of the other files, if the record has it."""
        if name not in self._names:
            return None
        if not self.manifest.lists_personal:
            return Expected(str(self.folder / name), None)
        found = [file.sha256 for file in self.manifest.files if file.file == name]
        return Expected(str(self.folder / name), found[0]) if found else None


def open_record(
    folder: AnyPath,
    seal: SealPolicy | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Record:
    """Open a record for a command: files that are not read are named on stderr. Raises as `Record` does."""
    record = Record(folder, seal or AS_IT_IS, progress)
    for warning in record.warnings():
        click.echo(f"Warning: {warning}", err=True)
    return record


def _sizes_in(folder: AnyPath) -> Mapping[str, int]:
    """The size of each file in a record's folder, by its name in it.

    Raises `RecordError` for a link that leads out of the folder and for what is no file.
    """
    if not isinstance(folder, Path):
        # One request lists a thousand objects.
        return folder.sizes()
    sizes, inside = dict[str, int](), os.path.realpath(folder)
    for root, folders, files in os.walk(folder, onerror=_refuse):
        if os.path.samefile(root, folder) and LEDGER in folders:
            # Its many tiles are read by the check of the seal alone.
            folders.remove(LEDGER)
        for name in (*folders, *files):
            path = os.path.join(root, name)
            found = os.lstat(path)
            if stat.S_ISLNK(found.st_mode):
                target = os.path.realpath(path)
                if not target.startswith(inside + os.sep) or os.path.isdir(target):
                    raise RecordError(f"{path} is a link to elsewhere. Put the file itself into the record.")
                found = os.stat(path)
            if stat.S_ISREG(found.st_mode):
                sizes[os.path.relpath(path, folder).replace(os.sep, "/")] = found.st_size
            elif not stat.S_ISDIR(found.st_mode):
                raise RecordError(f"{path} is not a file. Move it out of the record.")
    return sizes


def _refuse(error: OSError) -> None:
    raise RecordError(
        f"{error.filename} cannot be read ({error.strerror}): give this account access."
    ) from None


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
    """Return every event type with all its payload and envelope fields: what a complete source provides.

    Events on the desk's own accounts are left out: no rule reads them, and no source but the desk has them.
    """
    envelope = ["actor", "actor_role", "corrects", "facility", "reason", "recorded_at"]
    return {
        name: sorted([*envelope, *(s.name for s in specs.values() if not s.personal)])
        for name, specs in FIELDS.items()
        if EVENT_TYPES[name].subject_kind is not SubjectKind.ACCOUNT
    }
