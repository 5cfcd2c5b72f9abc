"""Small records for the tests of uniformity: a county whose bookings are written one by one."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner, Result

from evenhand.cli import main
from evenhand.record.columns import input_schema
from evenhand.record.events import EVENT_TYPES, SubjectKind
from evenhand.record.store import Record, all_fields
from evenhand.record.writer import RecordWriter
from evenhand.uniformity.run import Uniformity, run, scratch_connection

NOON = datetime(2024, 3, 4, 18, tzinfo=UTC)
"""A Monday, noon in Chicago."""
Event = tuple[float, str, dict[str, Any]]


@dataclass
class County:
    """Collects events; `write` makes a record of them."""

    agency: str = "TX0000100"
    rows: list[dict[str, Any]] = field(default_factory=list)
    bookings: int = 0

    def add(self, subject: str, when: datetime, event_type: str, **fields: Any) -> UUID:
        number = UUID(int=len(self.rows) + 1)
        row = {"agency": self.agency, "zone": "America/Chicago", "source_kind": "import", **fields}
        row |= {"subject": subject, "occurred_at": when, "type": event_type, "id": number}
        self.rows.append(row)
        return number

    def book(self, *events: Event, at: datetime = NOON, facility: str = "main", **groups: Any) -> str:
        """A booking, and events so many minutes after it, such as `SCREENED`."""
        subject = f"B-{self.bookings:05}"
        self.bookings += 1
        self.add(subject, at, "person.booked", facility=facility, **groups)
        for minutes, event_type, fields in events:
            self.add(subject, at + timedelta(minutes=minutes), event_type, **fields)
        return subject

    def write(
        self,
        folder: Path,
        *,
        provides: dict[str, list[str]] | None = None,
        until: datetime = NOON + timedelta(days=365),
    ) -> Record:
        kinds: dict[SubjectKind, list[dict[str, Any]]] = {}
        for row in self.rows:
            kinds.setdefault(EVENT_TYPES[row["type"]].subject_kind, []).append(row)
        with RecordWriter(folder) as writer:
            for kind, rows in kinds.items():
                writer.add(kind, _table(kind, rows))
            writer.commit(
                kind="import",
                provides=all_fields() if provides is None else provides,
                observed_until=pa.scalar(until, pa.timestamp("us", "UTC")),
            )
        return Record(folder)


def _table(kind: SubjectKind, rows: list[dict[str, Any]]) -> pa.Table:
    columns = {}
    for spec in input_schema(kind):
        values = [row.get(spec.name) for row in rows]
        if not any(v is not None for v in values):
            continue
        if spec.type == pa.uuid():
            values = [None if v is None else v.bytes for v in values]
        columns[spec.name] = pa.array(values, spec.type)
    return pa.table(columns)


SCREENED: Event = (15, "screening.opened", {"form_version": "2020"})
RELEASED: Event = (600, "custody.released", {})


def compare(record: Record, folder: Path, **options: Any) -> Uniformity:
    """All results of a record."""
    with scratch_connection(folder) as connection:
        return run(record, connection, options.pop("references", {}), **options)


def share(found: Uniformity, measure: str, group: str) -> tuple[int | None, int | None]:
    """Events and cases of a group."""
    (row,) = [r for r in found.compared.shares if (r.measure, r.group) == (measure, group)]
    return row.events, row.cases


def comparison(found: Uniformity, measure: str, group: str) -> Any:
    (row,) = [r for r in found.compared.comparisons if (r.measure, r.group) == (measure, group)]
    return row


def command(*words: object) -> Result:
    """`evenhand uniformity WORDS...`; an error that no one caught fails the test."""
    result = CliRunner().invoke(main, ["uniformity", *(str(word) for word in words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def rows_of(path: Path) -> list[dict[str, Any]]:
    """A Parquet table as mappings."""
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found
