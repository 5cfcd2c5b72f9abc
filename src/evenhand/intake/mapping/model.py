"""A mapping as typed, validated data; `docs/intake.md` is its reference."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from rapidfuzz import process

from evenhand.record.events import EVENT_TYPES, FIELDS, SubjectKind, types_of
from evenhand.record.events.arrow import INSTANT

ISO, EXCEL, EPOCH_S, EPOCH_MS, ASP_DATE = "iso", "excel", "epoch_s", "epoch_ms", "/Date(ms)/"
"""Names among the date formats: ISO 8601 (an offset is kept), Excel's serial day numbers, seconds and
milliseconds since 1970 in UTC, and the milliseconds of ASP.NET's JSON."""
FORMAT_NAMES = (ISO, EXCEL, EPOCH_S, EPOCH_MS, ASP_DATE)

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


def length_of_time(text: str) -> int | None:
    """A length of time such as `30 min`, `2 h` or `1 day` in microseconds; None if it is none."""
    found = re.fullmatch(r"(\d{1,4}) ?(min|m|minutes?|h|hours?|d|days?)", text.lower())
    if found is None:
        return None
    unit = {"m": 60, "h": 3600, "d": 86_400}[found[2][0]] * 1_000_000
    return int(found[1]) * unit


def _length(text: str) -> str:
    if length_of_time(text) is None:
        raise ValueError("is not a length of time; write, for example, 30 min, 24 h or 2 days")
    return text


MadeOf = Annotated[tuple[str, ...], Field(min_length=1)]
"""Columns of which a key is made by a keyed hash, so that none of them becomes public."""


def _known_day(key: str, given: str) -> None:
    try:
        date.fromisoformat(given)
    except ValueError:
        raise ValueError(f'{key}: {given!r} is not an ISO date; write, for example, "2026-06-15"') from None


PLACEHOLDER_DAYS = (
    "0001-01-01", "1111-11-11", "1601-01-01", "1753-01-01", "1800-01-01", "1899-12-30", "1899-12-31",
    "1900-01-01", "1970-01-01", "2079-06-06", "2099-01-01", "2099-12-31", "2999-12-31", "9999-12-31",
)  # fmt: skip
"""Days by which systems say that there is no date: the first and last days of common databases."""


NULL = (
    "NULL", "Null", "null", "(NULL)", "(Null)", "(null)", "<NULL>", "<Null>", "<null>", "N/A", "n/a", "N/a",
    "#N/A", "NaN", "nan", "NAN", "None", "\\N", "-", "--", "---", "–", "—",
)  # fmt: skip
"""Texts that are nothing in every column. Words such as NONE or UNK can be codes."""


def _known_format(form: str) -> str:
    if "%" not in form and form not in FORMAT_NAMES:
        raise ValueError(
            f"{form!r} is not a date format{nearest_hint(form, list(FORMAT_NAMES))}; write, for example, "
            "%m/%d/%Y %H:%M"
        )
    return form


DateFormat = Annotated[str, AfterValidator(_known_format)]
"""A strptime format, or one of `FORMAT_NAMES`."""


class Cell(_Part):
    """A value taken from a row: one column, several joined, a constant, a running number, or a made key.

    For an instant: `column`, or `date` with `time`; `formats` in the order in which they are tried.
    """

    column: str | None = None
    columns: tuple[str, ...] | None = None
    value: str | bool | int | float | tuple[str, ...] | None = None
    count: bool = False
    made_of: MadeOf | None = None
    date: str | None = None
    time: str | None = None

    join: str = " "
    null: tuple[str, ...] = ()
    values: dict[str, str] | None = None
    patterns: dict[str, str] | None = None
    default: str | None = None
    unknown: Literal["quarantine", "empty", "keep"] = "quarantine"
    fold_case: bool = False
    separator: str | None = None
    formats: tuple[DateFormat, ...] | None = None
    pad: int | None = Field(default=None, ge=1, le=20)
    precision: Precision | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [
            n
            for n in ("column", "columns", "value", "count", "made_of", "date")
            if getattr(self, n) not in (None, False)
        ]
        if len(given) != 1:
            raise ValueError(
                f"has {' and '.join(given) or 'no origin'}; "
                "give exactly one of column, columns, value, count, made_of, date"
            )
        if self.time is not None and self.date is None:
            raise ValueError("time is given without date; give both")
        if self.made_of is not None and (self.values is not None or self.patterns is not None):
            raise ValueError("made_of is given with values or patterns; a made key has no codes. Remove them")
        if self.default is not None and self.values is None and self.patterns is None:
            raise ValueError("default is given without values or patterns; add them or remove it")
        for pattern in self.patterns or {}:
            _compiled(pattern)
        return self

    def needs(self) -> list[str]:
        """The columns that it reads."""
        single = [n for n in (self.column, self.date, self.time) if n is not None]
        return [*single, *(self.columns or ()), *(self.made_of or ())]


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
    """The key of a booking (or other subject), with constant text around it.

    It is columns joined, or a key made of columns (`made_of`). With `row` each row is a subject of its own,
    and its key is the source's number and the row, such as `1-17`.
    """

    columns: tuple[str, ...] | None = Field(default=None, min_length=1)
    made_of: MadeOf | None = None
    row: bool = False
    join: str = "-"
    prefix: str = ""
    suffix: str = ""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.columns is not None) + (self.made_of is not None) + self.row != 1:
            raise ValueError("give exactly one of columns, made_of, row = true")
        return self

    def needs(self) -> list[str]:
        """The columns that it reads."""
        return [*(self.columns or ()), *(self.made_of or ())]


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


class FileFacts(_Part):
    """How the file is written. What is not stated is found in the file; the report says what was found."""

    format: Literal["delimited", "json", "parquet", "workbook"] | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    header: int | None = Field(default=None, ge=1)
    sheet: str | None = None
    sheets: Literal["all"] | tuple[str, ...] | None = None
    records: str | None = Field(default=None, min_length=1)
    skip: tuple[Condition, ...] = ()
    null: tuple[str, ...] = NULL

    @model_validator(mode="after")
    def _one_choice_of_sheets(self) -> Self:
        if self.sheet is not None and self.sheets is not None:
            raise ValueError("has both sheet and sheets; keep one")
        return self


class RowKind(_Part):
    """One of several kinds of rows in a printed report.

    `when` recognizes its rows. `columns` are the names of its cells in order, as its own heading row has
    them; without it they are the file's. The values of `carry_down` go down to the next row of this kind.
    """

    kind: str = Field(min_length=1)
    when: tuple[Condition, ...] = ()
    columns: tuple[str, ...] | None = Field(default=None, min_length=1)
    carry_down: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_its_columns(self) -> Self:
        if self.columns is None:
            return self
        named = [c for c in self.columns if c]
        twice = next((c for c in named if named.count(c) > 1), None)
        if twice is not None:
            raise ValueError(f"columns has {twice!r} twice; give each its own name, or leave one empty")
        for name in (*self.carry_down, *(c.column for c in self.when)):
            if name not in named:
                raise ValueError(f"{name!r} is not among its columns{nearest_hint(name, named)}")
        return self


def _names(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
"""One column's name or several."""


class JoinPart(_Part):
    """One of several files of an export: which file it is, and to which rows of another part its rows belong.

    `file` is a pattern of the file's name, such as `charges*`. Rows of a part with `to` belong to the row of
    that part whose columns `to_key` have the values of their own columns `key`.
    """

    part: str = Field(min_length=1)
    file: str = Field(min_length=1)
    to: str | None = None
    key: Names | None = None
    to_key: Names | None = None

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        if (self.to is None) != (self.key is None):
            missing = "key" if self.key is None else "to"
            raise ValueError(f"{missing} is missing: a part that belongs to another needs both to and key")
        if self.to_key is not None and len(self.to_key) != len(self.key or ()):
            raise ValueError("to_key and key have unlike counts of columns; name as many in each")
        return self

    def keys_there(self) -> tuple[str, ...]:
        """The key's columns in the part to which this one belongs."""
        return self.to_key or self.key or ()


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


class Rows(StrEnum):
    """What a row with a booking and an exit is: a stay, its part in one building, or single events."""

    STAYS = "stays"
    STINTS = "stints"
    EVENTS = "events"


class LeaveOut(_Part):
    """Rows that are left out on purpose: all conditions hold. The report gives `because` as the reason."""

    when: tuple[Condition, ...] = Field(min_length=1)
    because: str = Field(min_length=1)


class EventBlock(_Part):
    """One event that a row may give. See `docs/intake.md` for every key."""

    type: str | TypeColumn
    at: CellSpec
    until: CellSpec | None = None
    about: CellSpec | None = None
    precision: Precision | None = None
    subject: SubjectSpec | None = None
    row: str | None = None
    from_: str | None = Field(default=None, alias="from")
    when: tuple[Condition, ...] = ()
    once: Once | None = None
    group: str | None = None
    rows: Rows | None = None
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
            if cell.made_of is not None and not all(_is_text(t, name) for t in self.types()):
                raise ValueError(f"fields.{name}: made_of is for text; use column or columns")
        if isinstance(self.type, str):
            for name, spec in FIELDS[self.type].items():
                if spec.required and name not in self.fields:
                    raise ValueError(f"fields.{name} is missing: {self.type} needs it; map or state it")
        if self.split is not None and self.each is not None:
            raise ValueError("has both split and each; keep one")
        if self.at.value is not None or self.at.count or self.at.made_of:
            raise ValueError("at must name a column, or a date and a time")
        if self.until is not None and (self.until.count or self.until.made_of):
            raise ValueError("until must name a column, a date and a time, or a value")
        for name in ("about", "id", "recorded_at", "actor_role", "corrects"):
            cell = getattr(self, name)
            if cell is not None and cell.made_of:
                raise ValueError(f"{name}: made_of is for text; use column or columns")
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


def _is_text(event_type: str, name: str) -> bool:
    """Whether a field holds any text, and so may hold a made key. A field that the type lacks is left out."""
    spec = FIELDS[event_type].get(name)
    return spec is None or (spec.codes is None and str(spec.arrow) == "string")


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
    refuse_key_faults_above: float = Field(default=0.01, ge=0, le=1)
    refuse_without_booking_above: float = Field(default=0.9, ge=0, le=1)
    key_as_it_is: bool = False
    placeholders: tuple[Moment, ...] = PLACEHOLDER_DAYS
    earliest_year: int = Field(default=1900, ge=1)
    latest_year: int = Field(default=2099, le=9999)

    @field_validator("placeholders")
    @classmethod
    def _days(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for day in given:
            _known_day("placeholders", day)
        return given


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
    dates: tuple[DateFormat, ...] = (ISO,)
    exported_on: Moment | None = None
    observed_from: Moment = "earliest"
    observed_until: Moment = "latest"
    tells: TellsSpec | None = None
    optional: tuple[str, ...] = ()
    rows: Rows = Rows.EVENTS
    gap: Annotated[str, AfterValidator(_length)] | None = None
    leave_out: tuple[LeaveOut, ...] = ()
    not_personal: tuple[str, ...] = ()
    file: FileFacts = FileFacts()
    policies: Policies = Policies()
    facilities: dict[str, FacilityFacts] = Field(default_factory=dict)
    row: tuple[RowKind, ...] = ()
    join: tuple[JoinPart, ...] = ()
    event: tuple[EventBlock, ...] = Field(min_length=1)

    @field_validator("agency", "zone", mode="before")
    @classmethod
    def _constant(cls, given: Any) -> Any:
        return {"value": given} if isinstance(given, str) else given

    @field_validator("exported_on")
    @classmethod
    def _a_day(cls, given: str | None) -> str | None:
        if given is not None:
            _known_day("exported_on", given)
        return given

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
        if self.merges_stints() and (self.gap is None or self.facility is None):
            raise ValueError(
                'rows = "stints" needs gap and facility: state how long a person may be on the way from one '
                'building to the next (such as gap = "4 h"), and the column that names the building'
            )
        for name in ("agency", "zone"):
            if getattr(self, name).made_of is not None:
                raise ValueError(f"{name}: made_of is for text; use a column or a constant")
        known = list(self.needed())
        for name in self.not_personal:
            if name not in known:
                hint = nearest_hint(name, known)
                raise ValueError(
                    f"not_personal: the mapping uses no column {name!r}{hint}. Correct or remove it"
                )
        self._check_kinds()
        self._check_parts()
        by_row = self.subject.row or any(b.subject is not None and b.subject.row for b in self.event)
        if by_row and self.policies.duplicate_rows == "drop":
            raise ValueError(
                "subject: with row = true each row is a history of its own, and rows that are alike stay; "
                'set duplicate_rows = "keep" under [policies]'
            )
        if len(self.event) > 255:
            raise ValueError("a mapping has at most 255 [[event]] blocks")
        return self

    def _check_kinds(self) -> None:
        kinds = [k.kind for k in self.row]
        for number, kind in enumerate(kinds):
            if kind in kinds[:number]:
                raise ValueError(f"row[{number + 1}].kind: {kind!r} is already a kind; choose another name")
        for number, block in enumerate(self.event, 1):
            if block.row is not None and block.row not in kinds:
                hint = nearest_hint(block.row, kinds)
                raise ValueError(f"event[{number}].row: no [[row]] has the kind {block.row!r}{hint}")

    def _check_parts(self) -> None:
        """Every part belongs, directly or not, to the one part without `to`."""
        parts = [j.part for j in self.join]
        for number, join in enumerate(self.join, 1):
            if parts.count(join.part) > 1:
                raise ValueError(f"join[{number}].part: {join.part!r} is given twice; choose another name")
            if join.to is not None and join.to not in parts[: number - 1]:
                raise ValueError(
                    f"join[{number}].to: {join.to!r} is not a part listed above it"
                    f"{nearest_hint(join.to, parts)}; list the part to which others belong first"
                )
        if self.join and sum(j.to is None for j in self.join) != 1:
            raise ValueError("[[join]]: exactly one part has no `to`; state to which part each other belongs")
        if self.join and self.row:
            raise ValueError("has both [[join]] and [[row]]; take such files in one by one")
        for number, block in enumerate(self.event, 1):
            if block.from_ is not None and block.from_ not in parts:
                hint = nearest_hint(block.from_, parts)
                raise ValueError(f"event[{number}].from: no [[join]] has the part {block.from_!r}{hint}")

    def is_of(self, block: EventBlock, part: str | None) -> bool:
        """Whether a block applies to rows of a part; one without `from` applies to the first part."""
        return not self.join or (block.from_ or self.join[0].part) == part

    def needed(self, part: str | None = None) -> dict[str, str]:
        """Every column that must be there, with the place in the mapping that names it.

        `part`: of the file that has this part of the export; None for all parts.
        """
        where: dict[str, str] = {}

        def note(place: str, names: list[str] | tuple[str, ...]) -> None:
            for name in names:
                where.setdefault(name, place)

        note("subject", self.subject.needs())
        if part is None or part == self.join[0].part:
            note("file.skip", [c.column for c in self.file.skip])
        for join in self.join:
            if part in (None, join.part):
                note(f"join, {join.part}", join.key or ())
            if part in (None, join.to):
                note(f"join, {join.part}", join.keys_there())
        for row in self.row:
            note(f"row, {row.kind}", [*row.carry_down, *(c.column for c in row.when)])
        for key in ("agency", "zone", "facility"):
            cell = getattr(self, key)
            note(key, cell.needs() if cell is not None else [])
        for number, rule in enumerate(self.leave_out, 1):
            if part is not None:
                continue
            note(f"leave_out {number}", [condition.column for condition in rule.when])
        for number, block in enumerate(self.event, 1):
            if part is not None and not self.is_of(block, part):
                continue
            place = f"event {number}, {block.said()}"
            inner: list[str] = []
            for cell in block_cells(block).values():
                inner += cell.needs()
            inner += [*(block.subject.needs() if block.subject else ()), *(c.column for c in block.when)]
            if block.each is not None:
                inner = [n for n in inner if n != block.each and not n.startswith(block.each + ".")]
                note(place, [block.each])
            note(place, inner)
            note(place, block.split.columns if block.split else ())
            if isinstance(block.type, TypeColumn):
                note(place, [block.type.column])
        return where

    def rows_of(self, block: EventBlock) -> Rows:
        """What the rows of a block are."""
        return block.rows or self.rows

    def merges_stints(self) -> bool:
        return any(self.rows_of(block) is Rows.STINTS for block in self.event)

    def makes_keys(self) -> bool:
        """Whether a key or a value is made by a keyed hash."""
        cells = [self.facility, *(c for b in self.event for c in block_cells(b).values())]
        keys = [self.subject, *(b.subject for b in self.event)]
        return any(part is not None and part.made_of is not None for part in (*keys, *cells))

    def made(self) -> set[str]:
        """The event types that the blocks can make."""
        return {name for block in self.event for name in block.types()} | set(self._between_stints())

    def _between_stints(self) -> tuple[str, ...]:
        """The event types that are made where a stint follows another."""
        return ("custody.moved", "custody.returned") if self.merges_stints() else ()

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
        for name in self._between_stints():
            told[name] = {"facility", *FIELDS[name]}
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
