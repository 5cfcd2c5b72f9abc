"""Count a record's detainers by the fiscal year in which they were issued, by facility and by lift reason."""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from evenhand.disclosure.linked import Cell
from evenhand.figures.cube import Cube, Dimension, Table, counted
from evenhand.figures.lacking import lacks
from evenhand.figures.measures.base import Figure
from evenhand.figures.publish import Control, Published, publish
from evenhand.figures.run import covers, years_of
from evenhand.record.damage import naming_damage
from evenhand.record.events import SubjectKind
from evenhand.record.events.arrow import INSTANT
from evenhand.record.query import create_standing
from evenhand.record.store import Record

ISSUED = "detainer.issued"
NOT_STATED = "not stated"
MOST_FACILITIES, OTHERS = 300, "other facilities"
"""The largest facilities have lines of their own. With more, disclosure control would take many minutes."""
_NEEDED_BY = {"facility": f"{ISSUED}.facility", "lift reason": f"{ISSUED}.lift_reason"}
_CUBE = Cube(
    "detainers",
    "Detainers",
    "detainers",
    "Detainers by the fiscal year in which ICE issued them. One person can have several. The lift reason is "
    "why the source no longer lists a detainer as active, in the source's words. It does not say when that "
    "was. 'Not stated' means that the source gives no reason: the detainer was active when the source was "
    "drawn, or nobody entered one.",
    (
        Dimension("fiscal year", ("fiscal_year",)),
        Dimension("facility", ("facility",)),
        Dimension("lift reason", ("lift_reason",)),
    ),
    (
        Table("detainers_by_lift_reason", "Detainers by lift reason and fiscal year",
              {"lift reason": 1, "fiscal year": 1}),
        Table("detainers_by_facility", "Detainers by facility and fiscal year",
              {"facility": 1, "fiscal year": 1}),
        Table("detainers_by_facility_and_lift_reason", "Detainers by facility and lift reason",
              {"facility": 1, "lift reason": 1}),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Detainers:
    """The published figure of a record. `partial`: fiscal years that the record covers only in part."""

    record: Record
    control: Control
    published: Published
    partial: tuple[str, ...]


def detainers(record: Record, control: Control) -> Detainers:
    """Count and protect. Raises `RecordError` where a part of the record cannot be read."""
    manifest = record.manifest
    partial = tuple(year.name for year in years_of(record) if not covers(record, year))
    missing = lacks(manifest, [ISSUED])
    if missing:
        return Detainers(record, control, publish(Figure(_CUBE, missing), control), partial)
    untold = {name for name, needed in _NEEDED_BY.items() if lacks(manifest, [needed])}
    tables = tuple(table for table in _CUBE.tables if not untold & table.depths.keys())
    notes = [
        f"By {name}: cannot tell, as the record lacks {_NEEDED_BY[name]}."
        for name in _NEEDED_BY
        if name in untold
    ]
    if not tables:
        tables = (Table("detainers_by_fiscal_year", "Detainers by fiscal year", {"fiscal year": 1}),)
    counts, left_out = _counts(record)
    counts, joined = _largest(counts, _listed_before(control))
    if joined:
        notes.append(
            f"The {MOST_FACILITIES} facilities with the most detainers are listed. The other {joined:,} are "
            f"counted together as '{OTHERS}'."
        )
    if left_out:
        notes.append(
            "Some detainers are left out: their moments are not known well enough to tell in which fiscal "
            "year they lie."
        )
    figure = Figure(replace(_CUBE, tables=tables, counts=counts), (), tuple(notes))
    return Detainers(record, control, publish(figure, control, keep=_shown_alone(figure, control)), partial)


def _listed_before(control: Control) -> set[str]:
    """The facilities that the last edition lists: 'other facilities' must mean the same in both."""
    tables = control.editions[-1].listed(_CUBE) if control.editions else {}
    names = {cell[1][0] for cells in tables.values() for cell in cells if cell[1]}
    return names


def _largest(counts: dict[Cell, int], listed: set[str]) -> tuple[dict[Cell, int], int]:
    """The cells with all but the largest facilities, or those listed, as one, and how many these are."""
    totals: Counter[str] = Counter()
    for (_, (facility,), _), number in counts.items():
        totals[facility] += number
    by_size = sorted(totals.items(), key=lambda t: (-t[1], t[0]))
    room = 0 if OTHERS in listed else max(MOST_FACILITIES - len(listed), 0)
    largest = listed | set([name for name, _ in by_size if name not in listed][:room])
    joined: Counter[Cell] = Counter()
    for (year, (facility,), reason), number in counts.items():
        joined[year, (facility if facility in largest else OTHERS,), reason] += number
    return dict(sorted(joined.items())), len(totals.keys() - largest)


def _shown_alone(figure: Figure, control: Control) -> set[Cell]:
    """The cells that the first table can show by itself.

    They are asked for most, and the long tables by facility would otherwise take them along.
    """
    first = replace(figure, cube=replace(figure.cube, tables=figure.cube.tables[:1]))
    return {cell for cell, number in publish(first, control).values.items() if number is not None}


def _counts(record: Record) -> tuple[dict[Cell, int], bool]:
    """The cells, and whether some detainers could not be placed in a fiscal year.

    Years are those of each facility's local days.
    """
    zones = record.manifest.zones or ["UTC"]
    years = [(zone, year.name, *year.bounds(zone)) for zone in zones for year in years_of(record)]
    names, kinds = ("zone", "year", "since", "until"), (pa.string(), pa.string(), INSTANT, INSTANT)
    bounds = pa.table(
        [pa.array(column, kind) for column, kind in zip(zip(*years, strict=True), kinds, strict=True)],
        names=list(names),
    )
    with closing(duckdb.connect(config={"memory_limit": "3GB"})) as connection, naming_damage(record):
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        connection.register("years", bounds)
        create_standing(
            connection, "events", SubjectKind.BOOKING, record.parts(SubjectKind.BOOKING), [ISSUED]
        )
        rows = connection.execute(_SQL).fetchall()
        total = connection.execute("SELECT count(*) FROM events").fetchall()[0][0]
    return counted(rows, (1, 1, 1)), sum(row[-1] for row in rows) < total


_SQL = f"""
SELECT y.year, coalesce(facility, '{NOT_STATED}'), coalesce(lift_reason, '{NOT_STATED}'), count(*)
FROM events e JOIN years y
    ON y.zone = e.zone AND y.since <= e.occurred_at AND coalesce(e.occurred_by, e.occurred_at) < y.until
GROUP BY ALL"""
