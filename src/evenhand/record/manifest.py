"""A record's manifest: where its events came from, what they can answer, and how the rows add up."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind

SCHEMA_VERSION = 1
FILE_NAME = "manifest.json"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class Source(_Part):
    """One input file: `rows` counts its data rows, the header not included."""

    file: str
    sha256: str
    bytes: int
    rows: int


class MappingUsed(_Part):
    name: str
    sha256: str


class Counts(_Part):
    """`rows_in = rows_accounted + rows_quarantined`; `policies` counts what each stated policy did."""

    rows_in: int = 0
    rows_accounted: int = 0
    rows_quarantined: int = 0
    events: dict[str, int] = Field(default_factory=dict)
    cases: dict[SubjectKind, int] = Field(default_factory=dict)
    policies: dict[str, int] = Field(default_factory=dict)


class PartFile(_Part):
    """One Parquet file of whole histories."""

    file: str
    events: int
    cases: int
    sha256: str


class Manifest(_Part):
    """`provides`: the event types, and of each the fields, that the sources could tell of at all.

    A type or field that is not provided is unknown, not absent. `observed_until` is the moment up to
    which the record is complete: a deadline after it has not been missed.
    """

    schema_version: int = SCHEMA_VERSION
    evenhand: str
    kind: Literal["import", "simulation", "desk"]
    sources: list[Source] = Field(default_factory=list)
    mapping: MappingUsed | None = None
    provides: dict[str, list[str]] = Field(default_factory=dict)
    observed_from: datetime | None = None
    observed_until: datetime | None = None
    zones: list[str] = Field(default_factory=list)
    agencies: list[str] = Field(default_factory=list)
    counts: Counts = Field(default_factory=Counts)
    parts: dict[SubjectKind, list[PartFile]] = Field(default_factory=dict)

    def dump(self) -> str:
        return self.model_dump_json(indent=2) + "\n"


def load_manifest(folder: Path) -> Manifest:
    """The manifest of a record. Raises `RecordError` when the folder is no record or of a newer form."""
    path = folder / FILE_NAME
    if not path.is_file():
        raise RecordError(f"{folder} is no record: it has no {FILE_NAME}. Make one with `evenhand intake`.")
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"]) or "the whole file"
        raise RecordError(
            f"{path}: {where}: {first['msg']}. The manifest is damaged: run the intake again."
        ) from None
    if manifest.schema_version > SCHEMA_VERSION:
        raise RecordError(
            f"{path}: schema_version {manifest.schema_version} is newer than {SCHEMA_VERSION}: "
            "use a newer evenhand."
        )
    return manifest
