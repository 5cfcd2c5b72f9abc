"""A whole simulated record: the counties and their people, then the bookings batch by batch."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from evenhand.record.events import SubjectKind
from evenhand.record.manifest import Manifest
from evenhand.record.store import all_fields
from evenhand.record.writer import RecordWriter
from evenhand.simulate.bookings import BATCH, Bookings, Places
from evenhand.simulate.calendar import DAY, midnight, moment
from evenhand.simulate.chance import Dice, Stream
from evenhand.simulate.emit import Emitter, Names
from evenhand.simulate.export import CsvExport
from evenhand.simulate.officers import RosterBuilder
from evenhand.simulate.people import draw_people
from evenhand.simulate.rows import Ids, Row, to_table
from evenhand.simulate.world import Period, how_many, make_counties, make_neighbours

AFTERWARDS = 130
"""Days from the last booking to the end of the record, in which all deadlines pass."""
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Settings:
    """What to simulate. The same settings give the same bytes."""

    bookings: int
    seed: int
    start: date
    years: float


class Simulation:
    """The settled background of a record, and the making of its events."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        start = midnight(settings.start)
        end = start + round(settings.years * 365) * DAY
        self.period = Period(start, end, end + AFTERWARDS * DAY)
        dice = Dice(settings.seed, Stream.WORLD)
        count = how_many(settings.bookings, settings.years)
        self.counties = make_counties(dice, self.period, count)
        self.neighbours = make_neighbours(dice, self.period, count, max(4, count // 10))
        self.staffing = RosterBuilder(dice, self.period)
        for county in self.counties:
            for facility in county.facilities:
                self.staffing.staff(county, facility)
        self.ids = {kind: Ids(settings.seed, tag) for tag, kind in enumerate(SubjectKind, start=1)}
        self.bookings = Bookings(settings.seed, settings.bookings, self.period, self._places(dice))
        self.emitter = Emitter(self._names(), settings.seed)

    def _places(self, dice: Dice) -> Places:
        jails = np.array([len(c.facilities) for c in self.counties], dtype=np.int64)
        return Places(
            counties=self.counties,
            first_facility=np.cumsum(jails) - jails,
            jails=jails,
            weights=dice.between(40, 160, len(self.counties)) * jails,
            roster=self.staffing.roster(),
            first_staff=len(self.staffing.careers),
        )

    def _names(self) -> Names:
        staff = [
            name
            for c in self.counties
            for name in (f"K-{c.number:04}", c.federal_supervisor, c.federal_officer)
        ]
        return Names(
            agencies=[c.agency for c in self.counties],
            zones=[c.zone for c in self.counties],
            facilities=[f for c in self.counties for f in c.facilities] + [c.annex for c in self.counties],
            actors=[made.history.subject for made in self.staffing.careers] + staff,
        )

    def write(self, out: Path, progress: Progress, export: Path | None = None) -> Manifest:
        """Write the record, and the bookings' events as CSV if `export` is named.

        `progress` is told after each batch how many bookings are done.
        """
        with RecordWriter(out) as writer, ExitStack() as stack:
            csv = stack.enter_context(CsvExport(export)) if export else None
            self._write_background(writer)
            self._write_bookings(writer, csv, progress)
            return writer.commit(
                kind="simulation",
                provides=all_fields(),
                observed_until=pa.scalar(moment(self.period.until), pa.timestamp("us", tz="UTC")),
            )

    def _write_background(self, writer: RecordWriter) -> None:
        everywhere = [*self.counties, *self.neighbours]
        agreements = [a for c in everywhere for a in c.agreements]
        officers = [made.history for made in self.staffing.careers]
        for kind, histories in (
            (SubjectKind.AGREEMENT, agreements),
            (SubjectKind.OFFICER, officers),
        ):
            rows: list[Row] = []
            for history in sorted(histories, key=lambda h: h.subject):
                rows += history.ordered(self.ids[kind], self.period.until)
            writer.add_sorted(kind, to_table(kind, rows))

    def _write_bookings(self, writer: RecordWriter, csv: CsvExport | None, progress: Progress) -> None:
        total = self.settings.bookings
        with ThreadPoolExecutor(1) as ahead:
            numbers = range(-(-total // BATCH))
            coming = ahead.submit(self._batch, 0) if numbers else None
            for number in numbers:
                assert coming is not None
                table = coming.result()
                if number + 1 < len(numbers):
                    coming = ahead.submit(self._batch, number + 1)
                writer.add_sorted(SubjectKind.BOOKING, table)
                if csv is not None:
                    csv.add(table)
                progress(min(total, (number + 1) * BATCH))

    def _batch(self, number: int) -> pa.Table:
        batch = self.bookings.clean(number)
        grid = batch.grid
        people = draw_people(self.settings.seed, grid.first, len(grid), self.settings.bookings)
        return self.emitter.table(grid, people, self.bookings.dice(number, Stream.PEOPLE))
