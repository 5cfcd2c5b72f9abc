"""Batches of bookings: where and when people are booked, the course of each, and who acts."""

from collections.abc import Mapping

import numpy as np

from evenhand.simulate.biases.leaning import Biases, Leaning
from evenhand.simulate.calendar import DAY, Ints, booking_times, local_clock
from evenhand.simulate.cast import Places, cast_all
from evenhand.simulate.chance import Bools, Dice, Stream
from evenhand.simulate.course import Course, Depth, Plan, make_plan
from evenhand.simulate.faults.bookings import BookingFaults, Placed
from evenhand.simulate.faults.fault import Breach
from evenhand.simulate.grid import Grid
from evenhand.simulate.irregular.cut import cut_on_the_left, move_to_other_jails
from evenhand.simulate.irregular.kinds import Precision, draw_irregular
from evenhand.simulate.officers import POSTS
from evenhand.simulate.world import NEW_TEMPLATE, County, Period

BATCH = 100_000
"""Bookings in a batch; part of what a seed means."""
LONGEST = 100 * DAY
"""No booking lasts longer."""


class Bookings:
    """Makes the batches of a record, each from its own stream of chance."""

    def __init__(
        self,
        seed: int,
        total: int,
        period: Period,
        places: Places,
        faults: BookingFaults | None,
        biases: Biases | None = None,
        shares: Mapping[str, float] | None = None,
        precision: Precision = Precision.SECOND,
    ) -> None:
        self.seed, self.total, self.period, self.places = seed, total, period, places
        self.faults, self.biases = faults, biases
        self.shares, self.precision = shares or {}, precision
        counties = places.counties
        self.jem = np.array([c.model == "JEM" for c in counties])
        self.new_form_from = np.array([c.renewed or max(NEW_TEMPLATE, c.effect) for c in counties])
        self.detains = np.array([c.detains for c in counties])
        self.idle = np.array([c.idle[0] if c.idle else (0, 0) for c in counties], dtype=np.int64)
        self.stand_in = _stand_ins(counties, places.weights > 0)
        self.zones = sorted({c.zone for c in counties})
        self.zone = np.array([self.zones.index(c.zone) for c in counties])

    def dice(self, number: int, stream: Stream) -> Dice:
        """The chance of one batch."""
        return Dice(self.seed, stream, number)

    def batch(self, number: int) -> tuple[Grid, list[Breach]]:
        """A batch's histories, and what its faults break."""
        first = number * BATCH
        n = min(BATCH, self.total - first)
        dice = self.dice(number, Stream.BOOKINGS)
        chance = self.dice(number, Stream.IRREGULAR)
        plan = make_plan(dice, n, draw_irregular(chance, n, self.shares, self.precision))
        county = dice.choose(self.places.weights.tolist(), n)
        jitter = dice.between(0, (1 << 20) - 1, n)
        local = booking_times(first, n, self.total, (self.period.start, self.period.end), jitter)
        jail = dice.between(0, 1 << 20, n)
        placed = self.faults.place(first, n, plan) if self.faults else []
        plan.detention_agreement &= self.detains[county]
        leaning = self._lean(number, plan, county, jail, placed)
        county = self._where_acts_are_possible(county, plan, local)
        facility = self.places.first_facility[county] + jail % self.places.jails[county]
        for spot in placed:
            county[spot.bookings], facility[spot.bookings] = spot.county, spot.facility
        booked = self._utc(local, county)
        grid = Grid(first, county, facility)
        jem = self.jem[county]
        idle = (booked >= self.idle[county, 0]) & (booked < self.idle[county, 1])
        new_form = booked >= self.new_form_from[county]
        offense = leaning.offense if leaning else None
        Course(grid, plan, dice, booked, jem, idle, new_form, offense).write()
        asked = jem & ~idle
        broken = leaning.leave_out_screening(grid, asked) if leaning else []
        post = dice.between(0, POSTS - 1, n)
        if self.faults:
            broken += self.faults.change(grid, placed)
        cut_on_the_left(grid, plan.irregular.cut_at)
        move_to_other_jails(grid, self.places.first_facility, self.places.jails)
        cast_all(grid, self.places, jem, post, plan.driven)
        grid.precision = np.maximum(plan.irregular.precision, self.precision)
        if self.faults:
            self.faults.recast(grid, placed, post)
        return grid, broken

    def _lean(
        self, number: int, plan: Plan, county: Ints, jail: Ints, placed: list[Placed]
    ) -> Leaning | None:
        """The biases of a batch, where there are any. A booking that takes a fault takes no bias."""
        if not self.biases:
            return None
        free = np.ones(len(plan), dtype=bool)
        for spot in placed:
            free[spot.bookings] = False
        return self.biases.lean(number, number * BATCH, plan, jail, self.places.jails[county], free)

    def _utc(self, local: Ints, county: Ints) -> Ints:
        moments = np.empty_like(local)
        zone = self.zone[county]
        for number, name in enumerate(self.zones):
            moments[zone == number] = local_clock(name).to_utc(local[zone == number])
        return moments

    def _where_acts_are_possible(self, county: Ints, plan: Plan, local: Ints) -> Ints:
        """No act falls into a suspension: a booking that would act then is made in a like county instead."""
        acts = plan.depth >= Depth.INTERVIEW
        near = (local > self.idle[county, 0] - LONGEST) & (local < self.idle[county, 1] + DAY)
        return np.where(acts & near, self.stand_in[county], county)


def _stand_ins(counties: list[County], booking: Bools) -> Ints:
    """For each county the next one of its model that books people and whose agreement is never suspended."""
    result = []
    for county in counties:
        like = [c.number for c in counties if c.model == county.model and not c.idle and booking[c.number]]
        result.append(min(like, key=lambda k: (k < county.number, k)) if like else county.number)
    return np.array(result, dtype=np.int64)
