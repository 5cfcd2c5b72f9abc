"""A record's manifest: where its events came from, what they can answer, and how the rows add up."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from evenhand.record.digest import sha256_of
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind, types_of
from evenhand.record.remote import AnyPath

SCHEMA_VERSION = 5
WITHOUT_PERSONAL_HASHES = 4
"""The older format that is still read: its manifests list the files of events alone."""
FILE_NAME = "manifest.json"
QUARANTINE_FILE = "personal/quarantine.parquet"
"""Refused values are as the source has them: no reader of the public part opens the folder `personal`."""
TRUTH_FILE, MERGED_FILE, KEY_FILE = "truth.parquet", "merged.parquet", "personal/subject.key"
OTHER_FILES = (QUARANTINE_FILE, TRUTH_FILE, MERGED_FILE, KEY_FILE)
"""What a record may hold beside its events and their personal parts."""
_MOST_BYTES = 256 << 20
_EVENTS_IN_A_BYTE = 8
"""More than any file holds, as each event has an id of its own."""

Count = Annotated[int, Field(ge=0)]
Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class RowEnds(_Model):
    """How many rows ended in which way; a row ends in exactly one.

    `told`: it gave at least one event of the record. `merged`: every event that it gave is stated by another
    row, which `merged.parquet` names. `left_out`: a line of the mapping leaves it out. `without_event`: it
    tells nothing that the mapping reads. `quarantined`: it has no event, and an entry in the quarantine.
    """

    told: int = 0
    merged: int = 0
    left_out: int = 0
    without_event: int = 0
    quarantined: int = 0

    def total(self) -> int:
        return self.told + self.merged + self.left_out + self.without_event + self.quarantined

    def sentence(self) -> str:
        return (
            f"{self.told:,} told events, {self.merged:,} merged with another row, {self.left_out:,} left out "
            f"by the mapping, {self.without_event:,} without an event, {self.quarantined:,} quarantined"
        )

    def __add__(self, other: "RowEnds") -> "RowEnds":
        return RowEnds(**{name: getattr(self, name) + getattr(other, name) for name in RowEnds.model_fields})


class Source(_Model):
    """One input file: `rows` counts its data rows, the header not included; `ends` is how they ended."""

    file: str
    sha256: str
    bytes: int
    rows: int
    ends: RowEnds = Field(default_factory=RowEnds)


class MappingUsed(_Model):
    """The mapping of an import. `answers`: the answers in it to the questions of `suggest`, by question."""

    name: str
    sha256: str
    answers: dict[str, str] = Field(default_factory=dict)


class Counts(_Model):
    """Sums over all sources and events.

    `left_out` and `without_event`: the rows of these ends by reason. `policies`: what each policy did.
    """

    rows_in: int = 0
    rows: RowEnds = Field(default_factory=RowEnds)
    left_out: dict[str, int] = Field(default_factory=dict)
    without_event: dict[str, int] = Field(default_factory=dict)
    events: dict[str, int] = Field(default_factory=dict)
    cases: dict[SubjectKind, int] = Field(default_factory=dict)
    policies: dict[str, int] = Field(default_factory=dict)


class ListedFile(_Model):
    """A file with its name in the record's folder, its size and its hash."""

    file: str
    bytes: Count
    sha256: Sha256

    @classmethod
    def of(cls, folder: Path, name: str) -> "ListedFile":
        """List a file as it is now."""
        return cls(file=name, bytes=(folder / name).stat().st_size, sha256=sha256_of(folder / name))


class EventFile(ListedFile):
    """One Parquet file: the events of one type in one part. `corrections`: how many correct another event.

    `personal` is the file with the personal parts of these events; null when there are none.
    """

    type: str
    events: Count
    corrections: Count
    personal: ListedFile | None = None


class Part(_Model):
    """Some whole histories of one kind, in order. `first_case` is the ordinal of the first history.

    `files` has one file for each event type that occurs, in order of the types' names.
    """

    first_case: Count
    cases: Count
    events: Count
    files: list[EventFile]


class Tells(_Model):
    """Event types of which the sources would show every event, in histories that meet all conditions.

    The conditions are on a history's first event: its agency, facility and source file, and its
    `occurred_at`, from `since` on and before `until`. Null is no condition. An event of such a type that such
    a history does not show did not happen. Of every other type that is provided, an event that is found
    counts, and one that is not found is unknown.
    """

    types: list[str]
    agencies: list[str] | None = None
    facilities: list[str] | None = None
    files: list[str] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def sentence(self) -> str:
        stated = self.model_dump(mode="json", exclude={"types"}, exclude_none=True)
        conditions = [f"{k} {', '.join(v) if isinstance(v, list) else v}" for k, v in stated.items()]
        where = f" ({'; '.join(conditions)})" if conditions else ""
        return f"The source shows every event of these types{where}: {', '.join(self.types)}."


class Manifest(_Model):
    """`provides`: the event types, and of each the fields, that the sources can hold at all.

    A type or field that is not provided is unknown, not absent. `tells`: the types of which the sources would
    show every event. `observed_from` is the record's first moment: what came before is unknown.
    `observed_until` is the moment up to which the record is complete: a deadline after it has not been
    missed. `files` are the record's other files. `sealed` says that a ledger belongs to the record.
    """

    schema_version: int = SCHEMA_VERSION
    evenhand: str
    kind: Literal["import", "simulation", "desk"]
    sources: list[Source] = Field(default_factory=list)
    mapping: MappingUsed | None = None
    provides: dict[str, list[str]] = Field(default_factory=dict)
    tells: list[Tells] = Field(default_factory=list)
    observed_from: datetime | None = None
    observed_until: datetime | None = None
    zones: list[str] = Field(default_factory=list)
    agencies: list[str] = Field(default_factory=list)
    counts: Counts = Field(default_factory=Counts)
    parts: dict[SubjectKind, list[Part]] = Field(default_factory=dict)
    files: list[ListedFile] = Field(default_factory=list)
    sealed: bool = False

    @property
    def lists_personal(self) -> bool:
        """Whether personal and other files are listed, with size and hash."""
        return self.schema_version > WITHOUT_PERSONAL_HASHES

    def event_files(self, kinds: Iterable[SubjectKind] = SubjectKind) -> list[EventFile]:
        """Return the files of these kinds' events, in record order."""
        return [file for kind in kinds for part in self.parts.get(kind, []) for file in part.files]

    def listed(self) -> list[ListedFile]:
        """Return all files that the manifest lists: events, personal parts and others."""
        events = self.event_files()
        return [*events, *(file.personal for file in events if file.personal), *self.files]

    def told(self) -> list[str]:
        """Say in sentences which event types the sources report in full."""
        if not self.tells:
            return [
                "The mapping declares no complete event type (`tells`). An event that is missing is unknown."
            ]
        return [part.sentence() for part in self.tells]

    def dump(self) -> str:
        return self.model_dump_json(indent=2) + "\n"


_MADE_BY = {
    "import": "Run `evenhand intake` on the export again",
    "simulation": "Run `evenhand simulate` again",
    "desk": "Export the record again with `evenhand desk export`",
}


def listing_all(manifest: Manifest, folder: Path, *, sealed: bool) -> Manifest:
    """Return the manifest with the personal and other files as they are in the folder now."""

    def with_personal(file: EventFile) -> EventFile:
        name = personal_name(file.file)
        found = ListedFile.of(folder, name) if (folder / name).is_file() else None
        return file.model_copy(update={"personal": found})

    parts = {
        kind: [
            part.model_copy(update={"files": [with_personal(file) for file in part.files]}) for part in parts
        ]
        for kind, parts in manifest.parts.items()
    }
    others = [ListedFile.of(folder, name) for name in OTHER_FILES if (folder / name).is_file()]
    return manifest.model_copy(
        update={"schema_version": SCHEMA_VERSION, "parts": parts, "files": others, "sealed": sealed}
    )


def personal_name(file: str) -> str:
    """Return where the personal parts of a file of events are."""
    return f"personal/{file.removeprefix('events/')}"


def load_manifest(folder: AnyPath) -> Manifest:
    """Return the manifest of a record.

    Raises `RecordError` when the folder is no record, its manifest lists what no record has, or it is of a
    format that this version does not read.
    """
    return parse_manifest(folder / FILE_NAME, read_manifest(folder))


def read_manifest(folder: AnyPath) -> bytes:
    """Return the bytes of a record's manifest. Raises `RecordError` when the folder is no record."""
    path = folder / FILE_NAME
    if not path.is_file():
        raise RecordError(f"{folder} is no record: it has no {FILE_NAME}. Make one with `evenhand intake`.")
    with path.open("rb") as file:
        content = bytes(file.read(_MOST_BYTES + 1))
    if len(content) > _MOST_BYTES:
        raise _damaged(path, f"it has more than {_MOST_BYTES:,} bytes")
    return content


def parse_manifest(path: AnyPath, content: bytes) -> Manifest:
    """Return the manifest with this content; errors, as of `load_manifest`, name the path."""
    try:
        data = json.loads(content, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, str(error)) from None
    if isinstance(data, dict):
        _check_format(path, data)
    try:
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"]) or "the whole file"
        raise _damaged(path, f"{where}: {first['msg']}") from None
    if problem := _misplaced(manifest):
        raise _damaged(path, problem)
    return manifest


def _damaged(path: AnyPath, problem: str) -> RecordError:
    return RecordError(f"{path}: {problem}. The manifest is damaged: run the intake again.")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("it has a name twice in one object")
    return found


def _misplaced(manifest: Manifest) -> str | None:
    """Say which file is listed under another name than its own: no name can thus lead out of the folder."""
    for kind, parts in manifest.parts.items():
        for number, part in enumerate(parts):
            types = [file.type for file in part.files]
            if types != sorted(set(types)) or not set(types) <= set(types_of(kind)):
                return f"part {number} of {kind}: its event types are unknown, listed twice or not in order"
            for file in part.files:
                place = f"events/{kind}/{file.type}/part-{number:05}.parquet"
                if file.file != place:
                    return f"it lists {file.file!r} where {place} must be"
                if file.personal and file.personal.file != personal_name(place):
                    return f"it lists {file.personal.file!r} where {personal_name(place)} must be"
    others = [file.file for file in manifest.files]
    if len(set(others)) != len(others) or not set(others) <= set(OTHER_FILES):
        return f"files: only {', '.join(OTHER_FILES)} can be listed, each once"
    return None


def check_counts(path: AnyPath, manifest: Manifest) -> None:
    """Raise `RecordError` where the numbers of histories and events do not add up, or can't be true."""
    for kind, parts in manifest.parts.items():
        cases = 0
        for number, part in enumerate(parts):
            where = f"part {number} of {kind}"
            if part.first_case != cases or not part.cases <= part.events:
                raise _damaged(path, f"{where}: its histories do not follow those before it")
            if sum(file.events for file in part.files) != part.events:
                raise _damaged(path, f"{where}: its numbers of events do not add up")
            for file in part.files:
                if not file.corrections <= file.events <= file.bytes * _EVENTS_IN_A_BYTE:
                    raise _damaged(
                        path, f"{file.file}: {file.bytes:,} bytes can't hold {file.events:,} events"
                    )
            cases += part.cases


def _check_format(path: AnyPath, data: dict[str, Any]) -> None:
    version = data.get("schema_version")
    if not isinstance(version, int) or version in (SCHEMA_VERSION, WITHOUT_PERSONAL_HASHES):
        return
    if version > SCHEMA_VERSION:
        raise RecordError(
            f"{path}: schema_version {version} is newer than {SCHEMA_VERSION}, which this version reads. "
            "Upgrade evenhand."
        )
    remedy = _MADE_BY.get(str(data.get("kind")), _MADE_BY["import"])
    raise RecordError(
        f"{path}: schema_version {version} is an older format; this version reads {SCHEMA_VERSION}. {remedy}."
    )
