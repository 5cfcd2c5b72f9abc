"""The mapping of an event log: a table with one row an event, its columns named as the events' fields."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import Limits
from evenhand.intake.mapping.model import ENVELOPE_CELLS, ISO, FileFacts, Mapping, nearest_hint
from evenhand.intake.readers import OpenSource, open_tables
from evenhand.record.events import EVENT_TYPES, FIELDS, SubjectKind
from evenhand.record.manifest import MappingUsed

NAME = "events"
DATES = (
    ISO,
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y",
)
SUBJECTS = ("subject", "booking", "id")
"""Columns that can hold the key of a history, in this order. `id` is otherwise the event's own id."""
_CELLS = ("at", "at_until", "about", "type", "agency", "zone", *ENVELOPE_CELLS)
_PAYLOAD = sorted({name for fields in FIELDS.values() for name in fields})
_COLUMNS = [*SUBJECTS, *_CELLS, *_PAYLOAD]
_MOST = 10


@dataclass
class _Seen:
    """The columns of the sources, and the event types that occur in them."""

    tables: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    types: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def event_log_mapping(
    sources: list[Path], limits: Limits, *, agency: str | None, zone: str | None, tells: tuple[str, ...]
) -> tuple[Mapping, MappingUsed]:
    """Return the mapping of event logs, from their columns and the event types in them.

    `agency` and `zone` are for logs without such a column. The log counts as complete for the types that
    occur in it and for those of `tells`. Raises `IntakeError` for a column or a type that is not known.
    """
    seen = _Seen()
    for path in sources:
        _look(path, limits, seen)
    wrong = [
        f"--tells {n}: {n!r} is not an event type{nearest_hint(n, list(EVENT_TYPES))}."
        for n in tells
        if n not in EVENT_TYPES
    ]
    if seen.wrong or wrong:
        shown = [*wrong, *seen.wrong][:_MOST]
        more = len(wrong) + len(seen.wrong) - len(shown)
        raise IntakeError("\n".join([*shown, *([f"and {more:,} more."] if more else [])]))
    try:
        mapping = Mapping.model_validate(_content(seen, agency, zone, tells))
    except ValidationError as error:
        raise IntakeError(error.errors()[0]["msg"].removeprefix("Value error, ") + ".") from None
    digest = hashlib.sha256(mapping.model_dump_json().encode()).hexdigest()
    return mapping, MappingUsed(name=NAME, sha256=digest)


def _look(path: Path, limits: Limits, seen: _Seen) -> None:
    """Read one source for its columns and types."""
    duck = Duck()
    try:
        for source in open_tables(path, FileFacts(), limits, duck, lambda count: None):
            _look_at_table(source, seen)
    finally:
        duck.close()


def _look_at_table(source: OpenSource, seen: _Seen) -> None:
    """Note a table's columns and types; JSON may have a column first in its last row."""
    reader = source.reader
    seen.tables += 1
    wrong, seen.wrong = seen.wrong, []
    for batch in reader.batches(_COLUMNS if reader.grows else ["type"]):
        if "type" in batch.table.column_names:
            values = batch.table["type"].to_pylist()
            for row, value in zip(batch.rows.tolist(), values, strict=True):
                _note_type(source.name, row, (value or "").strip(), seen)
    wrong_types, seen.wrong = seen.wrong, wrong
    for name in reader.columns:
        seen.columns[name] = seen.columns.get(name, 0) + 1
        if name not in _COLUMNS:
            hint = nearest_hint(name, _COLUMNS)
            seen.wrong.append(
                f"{source.name}: row 1, column {name!r} is not a field of any event{hint}. "
                "Rename or remove the column."
            )
    for names in (("type",), ("at",), SUBJECTS):
        if not set(names) & set(reader.columns):
            needed = " or ".join(names)
            seen.wrong.append(f"{source.name}: row 1: the column {needed} is missing. Add it.")
    seen.wrong += wrong_types


def _note_type(file: str, row: int, value: str, seen: _Seen) -> None:
    if value in EVENT_TYPES:
        seen.types.add(value)
    elif value:
        hint = nearest_hint(value, list(EVENT_TYPES))
        seen.wrong.append(
            f"{file}: row {row}, column 'type': {value!r} is not an event type{hint}. "
            "Use a name from docs/events.schema.json."
        )


def _content(seen: _Seen, agency: str | None, zone: str | None, tells: tuple[str, ...]) -> dict[str, object]:
    columns = seen.columns
    subject = next(name for name in SUBJECTS if name in columns)
    stated: dict[str, object] = {}
    for name, value, example in (("agency", agency, "NC0600000"), ("zone", zone, "America/New_York")):
        if name in columns and value is not None:
            raise IntakeError(f"--{name} {value}: the log already has a column {name!r}. Remove one of them.")
        if name not in columns and value is None:
            raise IntakeError(
                f"the log has no column {name!r}. Add one, or use the option: --{name} {example}."
            )
        stated[name] = {"column": name} if value is None else value
    if "facility" in columns:
        stated["facility"] = "facility"
    return {
        "name": NAME,
        **stated,
        "subject": subject,
        "dates": DATES,
        "optional": [name for name, count in columns.items() if count < seen.tables],
        "tells": sorted(seen.types | set(tells)),
        "event": [_block(kind, seen, subject) for kind in SubjectKind if _of(kind, seen)],
    }


def _of(kind: SubjectKind, seen: _Seen) -> list[str]:
    return sorted(name for name in seen.types if EVENT_TYPES[name].subject_kind is kind)


def _block(kind: SubjectKind, seen: _Seen, subject: str) -> dict[str, object]:
    types = _of(kind, seen)
    known = {name for event_type in types for name in FIELDS[event_type]}
    block: dict[str, object] = {
        "type": {"column": "type", "kind": kind, "types": types},
        "when": [{"column": "type", "in": types}],
        "at": "at",
        "fields": {name: name for name in seen.columns if name in known},
    }
    if "at_until" in seen.columns:
        block["until"] = "at_until"
    names = [n for n in ("about", *ENVELOPE_CELLS) if n in seen.columns and n != "facility"]
    if "id" in seen.columns and subject != "id":
        names.append("id")
    return block | {name: name for name in names}
