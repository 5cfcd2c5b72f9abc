"""What every event has: the envelope, and how a payload field is described."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar, get_args, get_origin
from uuid import UUID

import pyarrow as pa
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class SubjectKind(StrEnum):
    """Whose history an event belongs to. Each kind has its own folder of Parquet in a record."""

    AGREEMENT = "agreement"
    OFFICER = "officer"
    BOOKING = "booking"
    COMPLAINT = "complaint"
    REVIEW = "review"
    FACILITY = "facility"
    SYSTEM = "system"


class ActorRole(StrEnum):
    """In what capacity the actor acted."""

    BOOKING_OFFICER = "booking_officer"
    DESIGNATED_OFFICER = "designated_officer"
    FEDERAL_OFFICER = "federal_officer"
    FEDERAL_SUPERVISOR = "federal_supervisor"
    COORDINATOR = "coordinator"
    COMPLAINTS_OFFICER = "complaints_officer"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"
    PUBLIC = "public"
    SYSTEM = "system"


class SourceKind(StrEnum):
    """Where the event came from."""

    DESK = "desk"
    API = "api"
    IMPORT = "import"
    SIMULATION = "simulation"


class PersonalMark:
    """Marks a payload field as part of the personal part.

    The personal part is kept apart from the event: it is no column of the events' Parquet, no rule
    can name it, and the ledger holds only a salted commitment to it.
    """


PersonalText = Annotated[str | None, PersonalMark()]
Code = Annotated[str, Field(min_length=1, max_length=64)]
NcicClass = Annotated[str, Field(pattern=r"^\d{2}$")]


class Event(BaseModel):
    """The envelope common to all events.

    `occurred_at` and `recorded_at` are aware instants (UTC in Parquet, microseconds); `zone` is the
    facility's IANA time zone. `corrects` names the event that this one replaces, `reason` says why.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    version: ClassVar[int] = 1
    subject_kind: ClassVar[SubjectKind]

    id: UUID
    subject: str = Field(min_length=1)
    agency: str = Field(min_length=7, max_length=9, description="ORI of the agency")
    facility: str | None = None
    occurred_at: AwareDatetime
    zone: str
    recorded_at: AwareDatetime | None = None
    actor: str | None = None
    actor_role: ActorRole | None = None
    source_kind: SourceKind
    source_file: str | None = None
    source_row: int | None = None
    corrects: UUID | None = None
    reason: str | None = None


INSTANT = pa.timestamp("us", tz="UTC")
ENVELOPE = tuple(Event.model_fields)


@dataclass(frozen=True)
class FieldSpec:
    """One payload field: its Arrow type, whether it must be given, its codes (if an enumeration)."""

    name: str
    arrow: pa.DataType
    required: bool
    codes: tuple[str, ...] | None
    personal: bool


def _arrow_type(annotation: Any) -> tuple[pa.DataType, tuple[str, ...] | None]:
    if get_origin(annotation) is Annotated:
        return _arrow_type(get_args(annotation)[0])
    if get_origin(annotation) is tuple or get_origin(annotation) is list:
        inner, codes = _arrow_type(get_args(annotation)[0])
        return pa.list_(inner), codes
    options = [a for a in get_args(annotation) if a is not type(None)]
    if options:
        return _arrow_type(options[0])
    if annotation is AwareDatetime:
        return INSTANT, None
    if isinstance(annotation, type):
        if issubclass(annotation, StrEnum):
            return pa.string(), tuple(annotation)
        if annotation is UUID:
            return pa.uuid(), None
        for python, arrow in (
            (bool, pa.bool_()),
            (int, pa.int32()),
            (float, pa.float64()),
            (str, pa.string()),
        ):
            if issubclass(annotation, python):
                return arrow, None
    raise TypeError(f"no Arrow type for {annotation!r}")


def payload_fields(cls: type[Event]) -> tuple[FieldSpec, ...]:
    """The payload fields of an event class, in the order of their definition."""
    specs = []
    for name, info in cls.model_fields.items():
        if name in ENVELOPE:
            continue
        arrow, codes = _arrow_type(info.annotation)
        personal = any(isinstance(mark, PersonalMark) for mark in info.metadata)
        specs.append(FieldSpec(name, arrow, info.is_required(), codes, personal))
    return tuple(specs)
