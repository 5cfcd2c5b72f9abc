"""The Arrow schemas of a record: the events of one type, their personal parts, and all events of a kind.

A file holds the events of one type: the place of each event (`case`: ordinal of its history, `pos`: its own
ordinal, both within its kind), the envelope, and the type's own payload fields. A table of all events of a
kind has the fields of all its types; a field that a type does not have is null there. Personal fields are
kept in files of their own, keyed by event id.
"""

from functools import cache

import pyarrow as pa

from evenhand.record.events import FIELDS, SubjectKind, types_of
from evenhand.record.events.arrow import INSTANT

PLACE = (pa.field("case", pa.int64(), nullable=False), pa.field("pos", pa.int64(), nullable=False))

ENVELOPE_COLUMNS = (
    pa.field("subject", pa.string(), nullable=False),
    pa.field("id", pa.uuid(), nullable=False),
    pa.field("type", pa.string(), nullable=False),
    pa.field("version", pa.int16(), nullable=False),
    pa.field("agency", pa.string(), nullable=False),
    pa.field("facility", pa.string()),
    pa.field("occurred_at", INSTANT, nullable=False),
    pa.field("occurred_by", INSTANT),
    pa.field("zone", pa.string(), nullable=False),
    pa.field("recorded_at", INSTANT),
    pa.field("actor", pa.string()),
    pa.field("actor_role", pa.string()),
    pa.field("source_kind", pa.string(), nullable=False),
    pa.field("source_file", pa.string()),
    pa.field("source_row", pa.int64()),
    pa.field("corrects", pa.uuid()),
    pa.field("reason", pa.string()),
)


def _own(event_type: str, *, personal: bool) -> list[pa.Field]:
    return [
        pa.field(spec.name, spec.arrow) for spec in FIELDS[event_type].values() if spec.personal is personal
    ]


def _payload(kind: SubjectKind, *, personal: bool) -> list[pa.Field]:
    columns: dict[str, pa.Field] = {}
    for name in types_of(kind):
        for field in _own(name, personal=personal):
            if columns.setdefault(field.name, field) != field:
                raise TypeError(f"{name}.{field.name} is {field.type}, elsewhere {columns[field.name].type}")
    return list(columns.values())


@cache
def type_schema(event_type: str) -> pa.Schema:
    """The columns of a Parquet file with events of one type."""
    return pa.schema([*PLACE, *ENVELOPE_COLUMNS, *_own(event_type, personal=False)])


@cache
def personal_schema(event_type: str) -> pa.Schema:
    """The columns of one type's personal parts: the event's id, its case, and the personal fields."""
    return pa.schema([pa.field("id", pa.uuid()), PLACE[0], *_own(event_type, personal=True)])


@cache
def event_schema(kind: SubjectKind) -> pa.Schema:
    """The columns of a table that holds events of all types of a kind."""
    return pa.schema([*PLACE, *ENVELOPE_COLUMNS, *_payload(kind, personal=False)])


@cache
def input_schema(kind: SubjectKind) -> pa.Schema:
    """The columns that a writer takes: an event without its place, with its personal part."""
    return pa.schema([*ENVELOPE_COLUMNS, *_payload(kind, personal=False), *_payload(kind, personal=True)])


QUARANTINE = pa.schema(
    [
        pa.field("file", pa.string()),
        pa.field("row", pa.int64()),
        pa.field("column", pa.string()),
        pa.field("value", pa.string()),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("remedy", pa.string(), nullable=False),
    ]
)
"""Rows that were not taken in. `row` counts from 1, the header included, as a spreadsheet shows it.

`value` is as the source has it, so this table is part of a record's personal part.
"""

TRUTH = pa.schema([pa.field("rule", pa.string()), pa.field("subject", pa.string())])
"""What a simulated record is known to break: one row for each rule and subject."""
