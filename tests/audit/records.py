"""Small records on disk, written from histories in the notation of the rules' examples."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pyarrow as pa

from evenhand.record.columns import TRUTH, input_schema
from evenhand.record.events import EVENT_TYPES, SubjectKind
from evenhand.record.events.arrow import INSTANT
from evenhand.record.store import Record
from evenhand.record.writer import RecordWriter
from evenhand.rules.examples import BASE, END, Example, parse, to_table

Row = dict[str, Any]
UNTIL = BASE + END


def write(
    folder: Path,
    rows: Iterable[Row],
    *,
    provides: dict[str, list[str]],
    until: Any = UNTIL,
    kind: Literal["import", "simulation"] = "import",
    truth: Iterable[tuple[str, str]] = (),
) -> Record:
    """A record of those rows; each goes to the kind of its event type."""
    by_kind: dict[SubjectKind, list[Row]] = {}
    for row in rows:
        by_kind.setdefault(EVENT_TYPES[row["type"]].subject_kind, []).append(row)
    with RecordWriter(folder) as writer:
        for subject_kind, members in by_kind.items():
            writer.add(subject_kind, to_table(members, input_schema(subject_kind)))
        pairs = sorted(truth)
        if pairs:
            writer.truth(pa.table([list(c) for c in zip(*pairs, strict=True)], schema=TRUTH))
        writer.commit(kind=kind, provides=provides, observed_until=pa.scalar(until, INSTANT))
    return Record(folder)


def provides_of(example: Example) -> dict[str, list[str]]:
    return {name: sorted(fields) for name, fields in example.context.provides.fields.items()}


def of_example(folder: Path, text: str, kind: SubjectKind) -> Record:
    """The record of one example with its background."""
    example = parse(text, kind)
    return write(
        folder,
        # An officer's own history is its background too.
        list({(r["type"], r["id"]): r for r in (*example.history, *example.around)}.values()),
        provides=provides_of(example),
        until=example.context.observed_until,
    )


def bookings(texts: Sequence[str]) -> tuple[list[Row], Example]:
    """The bookings `B-000`, `B-001` ... of several examples that share the usual background."""
    rows: list[Row] = []
    for number, text in enumerate(texts):
        example = parse(text, SubjectKind.BOOKING)
        for row in example.history:
            place = len(rows) + 1
            rows.append(
                {
                    **row,
                    "subject": f"B-{number:03}",
                    "id": UUID(int=(1 << 60) + place),
                    "source_file": "bookings.csv",
                    "source_row": place + 1,
                }
            )
    return rows, example


def of_bookings(folder: Path, texts: Sequence[str], **changes: Any) -> Record:
    """A record of those bookings; `changes` replace columns of every booking event."""
    rows, example = bookings(texts)
    rows = [{**row, **changes} for row in rows]
    return write(folder, [*rows, *example.around], provides=provides_of(example))


def plain(text: str) -> bool:
    """Whether an example is of bookings alone, with the usual background, and lacks nothing."""
    parts = [part.strip() for part in text.split("|")]
    return not any(
        part.startswith(("~", "?", "until"))
        or part == "cut"
        or EVENT_TYPES[part.split()[1]].subject_kind is not SubjectKind.BOOKING
        for part in parts
    )
