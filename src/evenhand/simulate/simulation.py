"""A whole simulated record: the counties and their people, then the bookings batch by batch."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from evenhand.record.columns import TRUTH
from evenhand.record.events import SubjectKind
from evenhand.record.manifest import Manifest
from evenhand.record.store import all_fields
from evenhand.record.writer import RecordWriter
from evenhand.simulate.biases.bias import Bias
from evenhand.simulate.biases.leaning import Biases
from evenhand.simulate.bookings import BATCH, Bookings
from evenhand.simulate.calendar import DAY, Ints, midnight, moment
from evenhand.simulate.cast import Places
from evenhand.simulate.chance import Dice, Stream
from evenhand.simulate.emit import Emitter, Names, booking_names
from evenhand.simulate.export import CsvExport
from evenhand.simulate.faults.bookings import BookingFaults
from evenhand.simulate.faults.fault import Breach, Spot
from evenhand.simulate.faults.rates import ALWAYS_FROM, booking_counts
from evenhand.simulate.faults.rows import Pairs, put_in
from evenhand.simulate.irregular.kinds import Precision
from evenhand.simulate.officers import RosterBuilder, Unfit, unfit_officer
from evenhand.simulate.oversight import how_many_complaints, make_complaints, make_facilities, make_reviews
from evenhand.simulate.people import draw_people
from evenhand.simulate.rows import History, Ids, to_table
from evenhand.simulate.world import (
    NEIGHBOURS,
    County,
    Period,
    how_many,
    make_barred,
    make_counties,
    make_ill_equipped,
    make_neighbours,
    make_paused,
    make_unsigned,
)

if TYPE_CHECKING:
    from evenhand.record.ledger.seal import Seal

AFTERWARDS = 130
"""Days from the last booking to the end of the record, in which all deadlines pass."""
ONE_IN = 10
"""One in so many counties has officers who act and must not, where there are such faults."""
Progress = Callable[[int], None]
_APART: dict[Spot, Callable[[Dice, Period, int], County]] = {
    Spot.UNSIGNED: make_unsigned,
    Spot.PAUSED: make_paused,
    Spot.BARRED: make_barred,
    Spot.ENGLISH: make_ill_equipped,
    Spot.UNCONNECTED: make_ill_equipped,
}
"""Counties in which only faulted bookings are made."""


@dataclass(frozen=True)
class Settings:
    """What to simulate. The same settings give the same bytes.

    `rates` are empty for a clean record, `irregular` (shares of irregular histories) for one without any.
    `precision`: how exactly the record states moments.
    """

    bookings: int
    seed: int
    start: date
    years: float
    rates: dict[str, float] = field(default_factory=dict)
    biases: tuple[Bias, ...] = ()
    irregular: dict[str, float] = field(default_factory=dict)
    precision: Precision = Precision.SECOND


class Simulation:
    """The settled background of a record, and the making of its events."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        start = midnight(settings.start)
        end = start + round(settings.years * 365) * DAY
        self.period = Period(start, end, end + AFTERWARDS * DAY)
        self.broken: Pairs = []
        self._settle_counties(Dice(settings.seed, Stream.WORLD, 1))
        self._settle_officers(Dice(settings.seed, Stream.WORLD, 2))
        self._settle_oversight()
        self.bookings = Bookings(
            settings.seed,
            settings.bookings,
            self.period,
            self.places,
            self._booking_faults(),
            Biases(settings.seed, settings.bookings, settings.biases) if settings.biases else None,
            settings.irregular,
            settings.precision,
        )
        self.emitter = Emitter(self._names(), settings.seed)

    # --- the background ----------------------------------------------------------------------------------

    def _settle_counties(self, dice: Dice) -> None:
        count = how_many(self.settings.bookings, self.settings.years)
        self.regular = make_counties(dice, self.period, count)
        self.weights = dice.between(40, 160, count)
        self.counties = list(self.regular)
        self.spots: dict[Spot, County] = {}
        if self.settings.rates:
            for number, (spot, make) in enumerate(_APART.items(), count):
                self.spots[spot] = make(dice, self.period, number)
            self.counties += self.spots.values()
        self.neighbours = make_neighbours(dice, self.period, len(self.counties), max(NEIGHBOURS, count // 10))

    def _settle_officers(self, dice: Dice) -> None:
        self.staffing = RosterBuilder(dice, self.period)
        for county in self.counties:
            for facility in county.facilities:
                self.staffing.staff(county, facility)
        self.regular_officers = [c for c in self.staffing.careers if c.county.number < len(self.regular)]
        self.troubled: list[County] = []
        self.unfit: dict[Unfit, Ints] = {}
        if not self.settings.rates:
            return
        fit = [c for c in self.regular if c.model == "JEM" and not (c.idle or c.unread or c.renewed)]
        self.troubled = fit[::ONE_IN]
        for kind in Unfit:
            self.unfit[kind] = np.full(len(self.counties), -1, dtype=np.int64)
            for county in self.troubled:
                made = unfit_officer(dice, county, self.period, self.staffing.name(county), kind)
                self.unfit[kind][county.number] = self.staffing.take_on(made)

    def _settle_oversight(self) -> None:
        seed, period = self.settings.seed, self.period
        complaints = make_complaints(
            Dice(seed, Stream.COMPLAINTS),
            period,
            self.regular,
            self.regular_officers,
            how_many_complaints(self.settings.bookings),
        )
        reviews = make_reviews(Dice(seed, Stream.REVIEWS), period, self.regular)
        agreements = [a for c in (*self.regular, *self.neighbours) for a in c.agreements]
        faulty: dict[SubjectKind, list[History]] = {
            SubjectKind.AGREEMENT: agreements,
            SubjectKind.OFFICER: [made.history for made in self.regular_officers],
            SubjectKind.COMPLAINT: complaints,
            SubjectKind.REVIEW: reviews,
        }
        least = 1 if self.settings.bookings >= ALWAYS_FROM else 0
        for number, (kind, histories) in enumerate(faulty.items()):
            dice = Dice(seed, Stream.FAULTS, 2, number)
            self.broken += put_in(dice, kind, histories, self.settings.rates, period.until, least)
        self.background: dict[SubjectKind, list[History]] = {
            SubjectKind.AGREEMENT: [a for c in (*self.counties, *self.neighbours) for a in c.agreements],
            SubjectKind.OFFICER: [made.history for made in self.staffing.careers],
            SubjectKind.COMPLAINT: complaints,
            SubjectKind.REVIEW: reviews,
            SubjectKind.FACILITY: make_facilities(
                Dice(seed, Stream.REVIEWS, 1),
                period,
                [
                    *self.regular,
                    *(self.spots[s] for s in (Spot.ENGLISH, Spot.UNCONNECTED) if s in self.spots),
                ],
                self._jails_of(Spot.ENGLISH),
                self._jails_of(Spot.UNCONNECTED),
            ),
        }

    def _jails_of(self, spot: Spot) -> frozenset[str]:
        county = self.spots.get(spot)
        return frozenset(county.facilities if county else ())

    @cached_property
    def places(self) -> Places:
        """The tables of places and people."""
        jails = np.array([len(c.facilities) for c in self.counties], dtype=np.int64)
        weights = np.zeros(len(self.counties), dtype=np.int64)
        weights[: len(self.regular)] = self.weights * jails[: len(self.regular)]
        return Places(
            counties=self.counties,
            first_facility=np.cumsum(jails) - jails,
            jails=jails,
            annex=jails.sum() + np.arange(len(self.counties), dtype=np.int64),
            weights=weights,
            roster=self.staffing.roster(),
            first_staff=len(self.staffing.careers),
        )

    def _booking_faults(self) -> BookingFaults | None:
        settings = self.settings
        counts = booking_counts(settings.rates, settings.bookings)
        if not counts:
            return None
        spots = {
            Spot.TROUBLED: [c.number for c in self.troubled],
            **{spot: [county.number] for spot, county in self.spots.items()},
        }
        return BookingFaults(settings.seed, settings.bookings, counts, self.places, spots, self.unfit)

    def _names(self) -> Names:
        staff = [
            name
            for c in self.counties
            for name in (c.clerk, c.federal_supervisor, c.federal_officer, c.administrator)
        ]
        return Names(
            agencies=[c.agency for c in self.counties],
            zones=[c.zone for c in self.counties],
            facilities=[f for c in self.counties for f in c.facilities] + [c.annex for c in self.counties],
            actors=[made.history.subject for made in self.staffing.careers] + staff,
        )

    # --- the record --------------------------------------------------------------------------------------

    def write(
        self,
        out: Path,
        progress: Progress,
        export: Path | None = None,
        *,
        seal: "Seal | None" = None,
        replace_sealed: bool = False,
    ) -> Manifest:
        """Write the record, and the bookings' events as CSV if `export` is named; seal it if asked.

        `progress` is told after each batch how many bookings are done.
        """
        with RecordWriter(out, replace_sealed=replace_sealed) as writer, ExitStack() as stack:
            csv = stack.enter_context(CsvExport(export)) if export else None
            for kind, histories in self.background.items():
                self._write_histories(writer, kind, histories)
            if self.settings.rates or self.settings.biases:
                writer.truth(_truth(self.broken))
            self._write_bookings(writer, csv, progress)
            manifest = writer.commit(
                kind="simulation",
                provides=all_fields(),
                observed_until=pa.scalar(moment(self.period.until), pa.timestamp("us", tz="UTC")),
            )
            if seal:
                seal(writer.folder)
            return manifest

    def _write_histories(self, writer: RecordWriter, kind: SubjectKind, histories: list[History]) -> None:
        ids = Ids(self.settings.seed, list(SubjectKind).index(kind) + 1)
        rows = [
            row
            for history in sorted(histories, key=lambda h: h.subject)
            for row in history.ordered(ids, self.period.until)
        ]
        writer.add_sorted(kind, to_table(kind, rows, self.settings.precision))

    def _write_bookings(self, writer: RecordWriter, csv: CsvExport | None, progress: Progress) -> None:
        """Batch by batch, the next one being made while the last is written."""
        total = self.settings.bookings
        numbers = range(-(-total // BATCH))
        with ThreadPoolExecutor(1) as ahead:
            coming = ahead.submit(self._batch, 0) if numbers else None
            for number in numbers:
                assert coming is not None
                events, system, broken = coming.result()
                if number + 1 < len(numbers):
                    coming = ahead.submit(self._batch, number + 1)
                writer.add_sorted(SubjectKind.BOOKING, events)
                writer.add_sorted(SubjectKind.SYSTEM, system)
                for breach in broken:
                    names = booking_names(breach.bookings)
                    rules = pa.repeat(pa.scalar(breach.rule), len(names))
                    writer.truth(pa.table([rules, names], schema=TRUTH))
                if csv is not None:
                    csv.add(events)
                progress(min(total, (number + 1) * BATCH))

    def _batch(self, number: int) -> tuple[pa.Table, pa.Table, list[Breach]]:
        grid, broken = self.bookings.batch(number)
        people = draw_people(self.settings.seed, grid.first, len(grid), self.settings.bookings)
        dice = self.bookings.dice(number, Stream.PEOPLE)
        events = self.emitter.table(SubjectKind.BOOKING, grid, people, dice)
        return events, self.emitter.table(SubjectKind.SYSTEM, grid, people, dice), broken


def _truth(pairs: Pairs) -> pa.Table:
    rules, subjects = ([pair[k] for pair in pairs] for k in (0, 1))
    return pa.table([pa.array(rules, pa.string()), pa.array(subjects, pa.string())], schema=TRUTH)
