"""Small records on disk, written from rows of a few columns."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa

from evenhand.record.columns import input_schema
from evenhand.record.events import EVENT_TYPES, SubjectKind
from evenhand.record.events.arrow import INSTANT
from evenhand.record.store import Record, all_fields
from evenhand.record.writer import RecordWriter

START = datetime(2018, 11, 5, 12, tzinfo=UTC)
"""A Monday in fiscal year 2019."""
AGENCY = "NC0600000"
Row = dict[str, Any]


def at(days: float = 0, hours: float = 0) -> datetime:
    return START + timedelta(days=days, hours=hours)


def row(kind: str, subject: str, moment: datetime, **fields: Any) -> Row:
    """One event; its agency, zone and source are those of all unless given."""
    return {
        "subject": subject,
        "type": kind,
        "agency": AGENCY,
        "occurred_at": moment,
        "zone": "America/New_York",
        "source_kind": "import",
        **fields,
    }


def numbered(rows: Iterable[Row]) -> list[Row]:
    """Each with an id of its own, unless it has one."""
    return [{"id": UUID(int=n + 1).bytes, **event} for n, event in enumerate(rows)]


def record(
    folder: Path,
    rows: Iterable[Row],
    *,
    provides: Mapping[str, list[str]] | None = None,
    until: datetime = datetime(2019, 12, 31, tzinfo=UTC),
) -> Record:
    """A record of those events, observed until a moment."""
    by_kind: dict[SubjectKind, list[Row]] = {}
    for event in numbered(rows):
        by_kind.setdefault(EVENT_TYPES[event["type"]].subject_kind, []).append(event)
    with RecordWriter(folder) as writer:
        for kind, members in by_kind.items():
            schema = input_schema(kind)
            names = [field.name for field in schema if any(field.name in event for event in members)]
            columns = {
                name: pa.array([event.get(name) for event in members], schema.field(name).type)
                for name in names
            }
            writer.add(kind, pa.table(columns))
        writer.commit(
            kind="import",
            provides=all_fields() if provides is None else dict(provides),
            observed_until=pa.scalar(until, INSTANT),
        )
    return Record(folder)


def without(*names: str) -> dict[str, list[str]]:
    """What a source provides that lacks some types, or `type.field`s."""
    provides = all_fields()
    for name in names:
        if name in provides:
            del provides[name]
        else:
            event, field = name.rsplit(".", 1)
            provides[event] = [f for f in provides[event] if f != field]
    return provides


def encounter(
    subject: str,
    days: float,
    *,
    conviction: str | None = None,
    pending: str | None = None,
    reviewed_after: float | None = 2,
    determined: bool = True,
    **fields: Any,
) -> list[Row]:
    """A booking with an interview after an hour, a determination an hour later, and its review."""
    rows = [
        row("person.booked", subject, at(days), **fields),
        row("interview.held", subject, at(days, 1), **fields),
    ]
    if determined:
        made = {"outcome": "refer", "conviction_class": conviction, "pending_class": pending}
        rows.append(row("determination.made", subject, at(days, 2), **made, **fields))
        if reviewed_after is not None:
            moment = at(days, 2 + reviewed_after)
            rows.append(row("determination.reviewed", subject, moment, outcome="concur", **fields))
    return rows
