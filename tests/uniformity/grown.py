"""Simulated records for the monitor: as they were on an earlier day, and with later corrections."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.record.columns import input_schema
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from evenhand.record.writer import RecordWriter
from evenhand.simulate.biases.read import read_biases
from evenhand.simulate.simulation import Settings, Simulation

Edit = Callable[[pa.Table], pa.Table]


def simulated(
    out: Path, bookings: int, *biases: str, seed: int = 1, years: float = 1.0, start: date = date(2024, 1, 1)
) -> Path:
    """A record without faults."""
    settings = Settings(bookings, seed, start, years, {}, read_biases(None, biases))
    Simulation(settings).write(out, lambda _done: None)
    return out


def bookings_of(folder: Path) -> pa.Table:
    """A record's bookings with their personal part, in the shape that a writer takes."""
    schema = input_schema(SubjectKind.BOOKING)
    tables = []
    for part in Record(folder).parts(SubjectKind.BOOKING):
        for event_type, path in part.files.items():
            events, beside = pq.read_table(path), part.personal_file(event_type)
            if beside:
                personal = pq.read_table(beside).drop_columns("case")
                keyed, given = (t["id"].cast(pa.binary(16)) for t in (events, personal))
                at = pc.index_in(keyed, value_set=given)
                for name in personal.column_names[1:]:
                    events = events.append_column(name, personal[name].take(at))
            tables.append(events)
    whole = pa.concat_tables(tables, promote_options="default").sort_by("pos")
    return whole.select([n for n in schema.names if n in whole.column_names])


def rewritten(folder: Path, out: Path, edit: Edit, until: datetime | None = None) -> Path:
    """A record of the bookings alone, edited, complete up to `until`."""
    manifest = Record(folder).manifest
    with RecordWriter(out) as writer:
        events = edit(bookings_of(folder))
        if len(events):
            writer.add_sorted(SubjectKind.BOOKING, events)
        moment = until or manifest.observed_until
        writer.commit(
            kind="import",
            provides=manifest.provides,
            observed_until=pa.scalar(moment, pa.timestamp("us", tz="UTC")),
        )
    return out


def as_of(folder: Path, out: Path, day: date) -> Path:
    """A record as it was at the end of a day (noon UTC of the next)."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return rewritten(folder, out, lambda t: t.filter(pc.less(t["occurred_at"], pa.scalar(moment))), moment)
