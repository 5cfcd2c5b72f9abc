"""A record's manifest: where its events came from, what they can answer, and how the rows add up."""

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.record.remote import AnyPath

SCHEMA_VERSION = 4
FILE_NAME = "manifest.json"
QUARANTINE_FILE = "personal/quarantine.parquet"
"""Refused values are as the source has them: no reader of the public part opens the folder `personal`."""


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


class EventFile(_Model):
    """One Parquet file: the events of one type in one part. `corrections`: how many correct another event."""

    type: str
    file: str
    events: int
    corrections: int
    bytes: int
    sha256: str


class Part(_Model):
    """Some whole histories of one kind, in order. `first_case` is the ordinal of the first history.

    `files` has one file for each event type that occurs, in order of the types' names.
    """

    first_case: int
    cases: int
    events: int
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
    missed.
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


def load_manifest(folder: AnyPath) -> Manifest:
    """Return the manifest of a record.

    Raises `RecordError` when the folder is no record, or is of a format that this version does not read.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise RecordError(f"{folder} is no record: it has no {FILE_NAME}. Make one with `evenhand intake`.")
    try:
        data = json.loads(path.read_bytes())
    except ValueError as error:
        raise RecordError(f"{path}: {error}. The manifest is damaged: run the intake again.") from None
    if isinstance(data, dict):
        _check_format(path, data)
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"]) or "the whole file"
        raise RecordError(
            f"{path}: {where}: {first['msg']}. The manifest is damaged: run the intake again."
        ) from None


def _check_format(path: AnyPath, data: dict[str, Any]) -> None:
    version = data.get("schema_version")
    if not isinstance(version, int) or version == SCHEMA_VERSION:
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
