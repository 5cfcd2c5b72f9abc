"""A mapping as typed, validated data; `docs/intake.md` is its reference."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from rapidfuzz import process

from evenhand.record.events import EVENT_TYPES, FIELDS, SubjectKind, types_of
from evenhand.record.events.arrow import INSTANT

ISO, EXCEL = "iso", "excel"
"""Names that stand among date formats: ISO 8601 (an offset is kept), and Excel's serial day numbers."""

PLACEHOLDER = "XX0000000"
"""The ORI that a suggested mapping has until its reader states the agency's own."""

ENVELOPE_CELLS = ("facility", "recorded_at", "actor", "actor_role", "reason", "corrects")
"""Envelope fields that a mapping may fill and that `provides` then names."""


def nearest_hint(name: str, names: list[str]) -> str:
    found = process.extractOne(name, names, score_cutoff=50)
    return f"; nearest: {found[0]!r}" if found else ""


Precision = Literal["day", "minute", "second"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _moment(given: Any) -> Any:
    return given.isoformat() if isinstance(given, date) else given


Moment = Annotated[str, BeforeValidator(_moment)]
"""A date or a time as ISO text; TOML's own dates and times are taken too."""


class FileFacts(_Part):
    """How the file is written. What is not stated is guessed from the file."""

    format: Literal["delimited", "json", "parquet", "workbook"] | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    header: int = Field(default=1, ge=1)
    sheet: str | None = None
    null: tuple[str, ...] = ("NULL", "null", "N/A", "n/a", "#N/A", "NaN", "nan", "None", "\\N")


class Cell(_Part):
    """A value taken from a row: one column, several joined, a constant, or a running number.

    For an instant: `column`, or `date` with `time`; `formats` in the order in which they are tried.
    """

    column: str | None = None
    columns: tuple[str, ...] | None = None
    value: str | bool | int | float | tuple[str, ...] | None = None
    count: bool = False
    date: str | None = None
    time: str | None = None

    join: str = " "
    null: tuple[str, ...] = ()
    values: dict[str, str] | None = None
    patterns: dict[str, str] | None = None
    default: str | None = None
    unknown: Literal["quarantine", "empty", "keep"] = "quarantine"
    separator: str | None = None
    formats: tuple[str, ...] | None = None
    pad: int | None = Field(default=None, ge=1, le=20)
    precision: Precision | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [
            n
            for n in ("column", "columns", "value", "count", "date")
            if getattr(self, n) not in (None, False)
        ]
        if len(given) != 1:
            raise ValueError(
                f"has {' and '.join(given) or 'no origin'}; "
                "give exactly one of column, columns, value, count, date"
            )
        if self.time is not None and self.date is None:
            raise ValueError("time is given without date; give both")
        if self.default is not None and self.values is None and self.patterns is None:
            raise ValueError("default is given without values or patterns; add them or remove it")
        for pattern in self.patterns or {}:
            _compiled(pattern)
        return self

    def needs(self) -> list[str]:
        """The columns that it reads."""
        return [*(n for n in (self.column, self.date, self.time) if n is not None), *(self.columns or ())]


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression ({error}); correct it") from None
    return pattern


def _cell(given: Any) -> Any:
    return {"column": given} if isinstance(given, str) else given


CellSpec = Annotated[Cell, BeforeValidator(_cell)]


class SubjectKey(_Part):
    """The key of a booking (or other subject): columns joined, with constant text around them."""

    columns: tuple[str, ...] = Field(min_length=1)
    join: str = "-"
    prefix: str = ""
    suffix: str = ""


def _subject(given: Any) -> Any:
    if isinstance(given, str):
        return {"columns": [given]}
    return {"columns": given} if isinstance(given, list) else given


SubjectSpec = Annotated[SubjectKey, BeforeValidator(_subject)]


class Condition(_Part):
    """A test on one column's text; all that are given must hold. An empty cell meets only `given = false`,
    `is_not` and `not_in`."""

    column: str
    given: bool | None = None
    is_: str | None = Field(default=None, alias="is")
    is_not: str | None = None
    in_: tuple[str, ...] | None = Field(default=None, alias="in")
    not_in: tuple[str, ...] | None = None
    matches: Annotated[str, BeforeValidator(_compiled)] | None = None
    not_matches: Annotated[str, BeforeValidator(_compiled)] | None = None

    @model_validator(mode="after")
    def _some_test(self) -> Self:
        if not self.model_fields_set - {"column"}:
            raise ValueError("has no test; give one of given, is, is_not, in, not_in, matches, not_matches")
        return self


class Split(_Part):
    """Several values in one cell, separated by `by`: each gives an event. Columns are split side by side."""

    columns: tuple[str, ...] = Field(min_length=1)
    by: str = Field(min_length=1)


class TypeColumn(_Part):
    """The event's type as a column gives it, through `values` if the file has its own codes."""

    column: str
    kind: SubjectKind = SubjectKind.BOOKING
    values: dict[str, str] | None = None
    types: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = types_of(self.kind)
        for name in (*self.types, *(self.values or {}).values()):
            if name not in known:
                raise ValueError(f"{name!r} is no event type of {self.kind}{nearest_hint(name, list(known))}")
        return self

    def can_be(self) -> tuple[str, ...]:
        """The event types that the column may give."""
        return self.types or tuple((self.values or {}).values()) or types_of(self.kind)


class Once(StrEnum):
    """Which of several rows gives a booking's event. `moment`: one event for each time."""

    FIRST = "first"
    LAST = "last"
    EARLIEST = "earliest"
    LATEST = "latest"
    AGREE = "agree"
    MOMENT = "moment"


class EventBlock(_Part):
    """One event that a row may give. See `docs/intake.md` for every key."""

    type: str | TypeColumn
    at: CellSpec
    until: CellSpec | None = None
    about: CellSpec | None = None
    precision: Precision | None = None
    subject: SubjectSpec | None = None
    when: tuple[Condition, ...] = ()
    once: Once | None = None
    group: str | None = None
    missing: Literal["skip", "quarantine"] | None = None
    split: Split | None = None
    each: str | None = None
    facility: CellSpec | None = None
    id: CellSpec | None = None
    recorded_at: CellSpec | None = None
    actor: CellSpec | None = None
    actor_role: CellSpec | None = None
    reason: CellSpec | None = None
    corrects: CellSpec | None = None
    fields: dict[str, CellSpec] = Field(default_factory=dict)

    @field_validator("type")
    @classmethod
    def _known_type(cls, given: str | TypeColumn) -> str | TypeColumn:
        if isinstance(given, str) and given not in EVENT_TYPES:
            raise ValueError(f"{given!r} is no event type{nearest_hint(given, list(EVENT_TYPES))}")
        return given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        known = {name for t in self.types() for name in FIELDS[t]}
        for name, cell in self.fields.items():
            if name not in known:
                options = sorted(known)
                listed = ", ".join(options) or "none"
                raise ValueError(
                    f"fields.{name}: {self.said()} has no field {name!r}{nearest_hint(name, options)}; "
                    f"its fields: {listed}"
                )
            if cell.count and name != "charge_no":
                raise ValueError(f"fields.{name}: count is for charge_no; give a column or a value")
            instant = any(FIELDS[t][name].arrow == INSTANT for t in self.types() if name in FIELDS[t])
            if cell.date is not None and not instant:
                raise ValueError(f"fields.{name}: date and time are for instants; use column or columns")
        if isinstance(self.type, str):
            for name, spec in FIELDS[self.type].items():
                if spec.required and name not in self.fields:
                    raise ValueError(f"fields.{name} is missing: {self.type} needs it; map or state it")
        if self.split is not None and self.each is not None:
            raise ValueError("has both split and each; keep one")
        for name, moment in (("at", self.at), ("until", self.until)):
            if moment is not None and (moment.value is not None or moment.count):
                raise ValueError(f"{name} must name a column, or a date and a time")
        if self.group is not None and self.once is None:
            raise ValueError('group is given without once; add once = "first"')
        return self

    def said(self) -> str:
        return self.type if isinstance(self.type, str) else f"an event of {self.type.column!r}"

    def types(self) -> tuple[str, ...]:
        """The event types that the block may give."""
        return (self.type,) if isinstance(self.type, str) else self.type.can_be()

    @property
    def kind(self) -> SubjectKind:
        return EVENT_TYPES[self.type].subject_kind if isinstance(self.type, str) else self.type.kind

    def refuses_no_time(self) -> bool:
        """Whether a row that has no time for this event is refused rather than passed over."""
        if self.missing is not None:
            return self.missing == "quarantine"
        return self.type == "person.booked" or isinstance(self.type, TypeColumn)


class FacilityFacts(_Part):
    """What differs at one facility, by the facility column's value."""

    name: str | None = None
    agency: str | None = Field(default=None, min_length=7, max_length=9)
    zone: str | None = None


class Policies(_Part):
    """The choices that a mapping may make where the export is at odds with itself."""

    duplicate_rows: Literal["drop", "keep"] = "drop"
    release_before_booking: Literal["quarantine", "keep"] = "quarantine"
    two_digit_year_pivot: int = Field(default=50, ge=0, le=99)
    earliest_year: int = Field(default=1900, ge=1)
    latest_year: int = Field(default=2099, le=9999)


class TellsPart(_Part):
    """Event types that the source shows in full, in histories whose first event meets the conditions."""

    types: tuple[str, ...] = Field(min_length=1)
    agencies: tuple[str, ...] | None = None
    facilities: tuple[str, ...] | None = None
    files: tuple[str, ...] | None = None
    since: Moment | None = None
    until: Moment | None = None

    @field_validator("types")
    @classmethod
    def _known_types(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for name in given:
            _known_type(name)
        return given


def _known_type(name: str) -> None:
    if name not in EVENT_TYPES:
        raise ValueError(f"{name!r} is not an event type{nearest_hint(name, list(EVENT_TYPES))}")


def _tells(given: Any) -> Any:
    """The types that are named without conditions as one part."""
    if not isinstance(given, list):
        return given
    plain = [item for item in given if isinstance(item, str)]
    others = [item for item in given if not isinstance(item, str)]
    return [{"types": plain}, *others] if plain else others


TellsSpec = Annotated[Literal["all"] | tuple[TellsPart, ...], BeforeValidator(_tells)]


class Mapping(_Part):
    """The mapping of one export. `tells` is None if the mapping does not declare complete event types."""

    name: str = Field(min_length=1)
    title: str = ""
    notes: str = ""
    agency: CellSpec
    zone: CellSpec
    subject: SubjectSpec
    facility: CellSpec | None = None
    dates: tuple[str, ...] = (ISO,)
    observed_from: Moment = "earliest"
    observed_until: Moment = "latest"
    tells: TellsSpec | None = None
    optional: tuple[str, ...] = ()
    file: FileFacts = FileFacts()
    policies: Policies = Policies()
    facilities: dict[str, FacilityFacts] = Field(default_factory=dict)
    event: tuple[EventBlock, ...] = Field(min_length=1)

    @field_validator("agency", "zone", mode="before")
    @classmethod
    def _constant(cls, given: Any) -> Any:
        return {"value": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for where, zone in [
            ("zone", self.zone.value),
            *((f'facilities."{k}".zone', f.zone) for k, f in self.facilities.items()),
        ]:
            if zone is not None:
                _known_zone(where, str(zone))
        if self.agency.value is not None and not 7 <= len(str(self.agency.value)) <= 9:
            raise ValueError(
                f"agency: {self.agency.value!r} is no ORI: it has 7 to 9 characters. "
                "Look it up in the FBI's list of agencies"
            )
        if self.facilities and self.facility is None:
            raise ValueError("facilities are given but facility names no column; add facility")
        if len(self.event) > 255:
            raise ValueError("a mapping has at most 255 [[event]] blocks")
        return self

    def needed(self) -> dict[str, str]:
        """Every column that must be there, with the place in the mapping that names it."""
        where: dict[str, str] = {}

        def note(place: str, names: list[str] | tuple[str, ...]) -> None:
            for name in names:
                where.setdefault(name, place)

        note("subject", self.subject.columns)
        for key in ("agency", "zone", "facility"):
            cell = getattr(self, key)
            note(key, cell.needs() if cell is not None else [])
        for number, block in enumerate(self.event, 1):
            place = f"event {number}, {block.said()}"
            inner: list[str] = []
            for cell in block_cells(block).values():
                inner += cell.needs()
            inner += [*(block.subject.columns if block.subject else ()), *(c.column for c in block.when)]
            if block.each is not None:
                inner = [n for n in inner if n != block.each and not n.startswith(block.each + ".")]
                note(place, [block.each])
            note(place, inner)
            note(place, block.split.columns if block.split else ())
            if isinstance(block.type, TypeColumn):
                note(place, [block.type.column])
        return where

    def made(self) -> set[str]:
        """The event types that the blocks can make."""
        return {name for block in self.event for name in block.types()}

    def declared(self) -> set[str]:
        """The event types under `tells` that no block makes."""
        if self.tells is None or self.tells == "all":
            return set()
        return {name for part in self.tells for name in part.types} - self.made()

    def precision_at(self, block: EventBlock) -> Precision | None:
        """How exact a block's times are, if the mapping says so."""
        return block.at.precision or block.precision

    def provides(self) -> dict[str, list[str]]:
        """The event types and fields that an export under this mapping can hold."""
        told: dict[str, set[str]] = {}
        for name in self.declared():
            # No block makes it, so none of it happened: it has no field that is unknown.
            told[name] = {*ENVELOPE_CELLS, *(f for f, spec in FIELDS[name].items() if not spec.personal)}
        for block in self.event:
            envelope = [n for n in ENVELOPE_CELLS if getattr(block, n) is not None]
            if self.facility is not None:
                envelope.append("facility")
            for name in block.types():
                fields = told.setdefault(name, set())
                fields.update(envelope)
                fields.update(f for f in block.fields if f in FIELDS[name] and not FIELDS[name][f].personal)
        return {name: sorted(fields) for name, fields in sorted(told.items())}


def _known_zone(where: str, zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"{where}: {zone!r} is no IANA time zone; use, for example, 'America/New_York'"
        ) from None


def block_cells(block: EventBlock) -> dict[str, Cell]:
    """Every cell of a block by the event field that it fills; `at` among them."""
    cells = {"at": block.at, **block.fields}
    for name in (
        "until",
        "about",
        "facility",
        "id",
        "recorded_at",
        "actor",
        "actor_role",
        "reason",
        "corrects",
    ):
        cell = getattr(block, name)
        if cell is not None:
            cells[name] = cell
    return cells
