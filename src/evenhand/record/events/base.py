"""What every event has: the envelope, and how a payload field is described."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, get_args
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from evenhand.record.events.bounds import within_bounds

if TYPE_CHECKING:
    import pyarrow as pa


class SubjectKind(StrEnum):
    """Whose history an event belongs to. Each kind has its own folder of Parquet in a record."""

    AGREEMENT = "agreement"
    OFFICER = "officer"
    BOOKING = "booking"
    COMPLAINT = "complaint"
    REVIEW = "review"
    FACILITY = "facility"
    SYSTEM = "system"
    ACCOUNT = "account"


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


STORED = {"stored": True}
"""The context in which an event is read that a ledger or file already holds: without bounds."""
KNOWN = {"known": True}
"""The context of a new event in a history that the ledger has already, under whatever subject."""
PersonalText = Annotated[str | None, PersonalMark()]
Code = Annotated[str, Field(min_length=1, max_length=64)]
NcicClass = Annotated[str, Field(pattern=r"^\d{2}$")]


class Event(BaseModel):
    """The envelope common to all events.

    `occurred_at` is the earliest moment at which the event can have happened, `occurred_by` the latest; null
    when the moment is known exactly. Both, and `recorded_at`, are aware instants (UTC in Parquet,
    microseconds); `zone` is the facility's IANA time zone. `corrects` names the event that this one replaces,
    `reason` says why.
    """

    # Most commands never make an event: Pydantic builds the validator of a type when the type is first used.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    type: ClassVar[str]
    version: ClassVar[int] = 1
    subject_kind: ClassVar[SubjectKind]

    id: UUID
    subject: str = Field(min_length=1)
    agency: str = Field(min_length=7, max_length=9, description="ORI of the agency")
    facility: str | None = None
    occurred_at: AwareDatetime
    occurred_by: AwareDatetime | None = None
    zone: str
    recorded_at: AwareDatetime | None = None
    actor: str | None = None
    actor_role: ActorRole | None = None
    source_kind: SourceKind
    source_file: str | None = None
    source_row: int | None = None
    corrects: UUID | None = None
    reason: str | None = None

    @field_validator("*")
    @classmethod
    def _within_bounds(cls, value: Any, info: ValidationInfo) -> Any:
        if info.context is STORED or (info.context is KNOWN and info.field_name == "subject"):
            return value
        return within_bounds(info.field_name or "", value)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.occurred_by is not None and self.occurred_by < self.occurred_at:
            raise ValueError("occurred_by is before occurred_at")
        return self


ENVELOPE = tuple(Event.model_fields)


@dataclass(frozen=True)
class FieldSpec:
    """One payload field: its annotation, whether it must be given, its codes (if an enumeration)."""

    name: str
    annotation: Any
    required: bool
    codes: tuple[str, ...] | None
    personal: bool

    @cached_property
    def arrow(self) -> "pa.DataType":
        """The type of the field's column. Arrow is imported here because rules are listed without it."""
        from evenhand.record.events.arrow import arrow_type

        return arrow_type(self.annotation)


def _codes(annotation: Any) -> tuple[str, ...] | None:
    """The codes of an enumeration, or of an optional one."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return tuple(annotation)
    found = (_codes(argument) for argument in get_args(annotation))
    return next((codes for codes in found if codes), None)


def payload_fields(cls: type[Event]) -> tuple[FieldSpec, ...]:
    """The payload fields of an event class, in the order of their definition."""
    specs = []
    for name, info in cls.model_fields.items():
        if name in ENVELOPE:
            continue
        personal = any(isinstance(mark, PersonalMark) for mark in info.metadata)
        codes = _codes(info.annotation)
        specs.append(FieldSpec(name, info.annotation, info.is_required(), codes, personal))
    return tuple(specs)
