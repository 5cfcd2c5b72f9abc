"""Batches of bookings: where and when people are booked, the course of each, and who acts."""

from dataclasses import dataclass

import numpy as np

from evenhand.simulate.calendar import DAY, Ints, booking_times, local_clock
from evenhand.simulate.chance import Bools, Dice, Stream
from evenhand.simulate.course import Course, Depth, Plan, make_plan
from evenhand.simulate.grid import Grid
from evenhand.simulate.officers import POSTS, Roster
from evenhand.simulate.slots import ROLES, SLOTS, Who
from evenhand.simulate.world import NEW_TEMPLATE, County, Period

BATCH = 100_000
"""Bookings in a batch; part of what a seed means."""
LONGEST = 100 * DAY
"""No booking lasts longer."""


@dataclass(frozen=True)
class Places:
    """Counties and facilities as tables: `first_facility[k]` and `jails[k]` number county k's facilities.

    Actors are numbered: first all officers, then for each county a clerk, a federal supervisor and a
    federal officer, `first_staff` being the first of them.
    """

    counties: list[County]
    first_facility: Ints
    jails: Ints
    weights: Ints
    roster: Roster
    first_staff: int

    def staff(self, county: Ints, kind: int) -> Ints:
        """The number of a county's clerk (0), federal supervisor (1) or federal officer (2)."""
        return self.first_staff + county * 3 + kind


CLERK, SUPERVISOR, FEDERAL = 0, 1, 2
_CLERK_ROLE, _OFFICER_ROLE, _SUPERVISOR_ROLE, _FEDERAL_ROLE = range(len(ROLES))


@dataclass
class Batch:
    """A batch under way."""

    grid: Grid
    plan: Plan
    jem: Bools


class Bookings:
    """Makes the batches of a record, each from its own stream of chance."""

    def __init__(self, seed: int, total: int, period: Period, places: Places) -> None:
        self.seed, self.total, self.period, self.places = seed, total, period, places
        counties = places.counties
        self.jem = np.array([c.model == "JEM" for c in counties])
        self.new_form_from = np.array([c.renewed or max(NEW_TEMPLATE, c.effect) for c in counties])
        self.idle = np.array([c.idle[0] if c.idle else (0, 0) for c in counties], dtype=np.int64)
        self.stand_in = _stand_ins(counties)
        self.zones = sorted({c.zone for c in counties})
        self.zone = np.array([self.zones.index(c.zone) for c in counties])

    def dice(self, number: int, stream: Stream) -> Dice:
        """The chance of one batch."""
        return Dice(self.seed, stream, number)

    def clean(self, number: int) -> Batch:
        """The batch with every booking's course as it should be; actors not yet set."""
        first = number * BATCH
        n = min(BATCH, self.total - first)
        dice = self.dice(number, Stream.BOOKINGS)
        plan = make_plan(dice, n)
        county = dice.choose(self.places.weights.tolist(), n)
        local = booking_times(
            first, n, self.total, (self.period.start, self.period.end), dice.between(0, (1 << 20) - 1, n)
        )
        county = self._where_acts_are_possible(county, plan, local)
        facility = (
            self.places.first_facility[county] + dice.between(0, 1 << 20, n) % self.places.jails[county]
        )
        booked = self._utc(local, county)
        grid = Grid(first, county, facility)
        jem = self.jem[county]
        idle = (booked >= self.idle[county, 0]) & (booked < self.idle[county, 1])
        Course(grid, plan, dice, booked, jem, idle, booked >= self.new_form_from[county]).write()
        self._act(grid, jem, dice)
        return Batch(grid, plan, jem)

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

    def _act(self, grid: Grid, jem: Bools, dice: Dice) -> None:
        """Set who acts in each slot, and in what role."""
        post = dice.between(0, POSTS - 1, len(grid))
        staff = {kind: self.places.staff(grid.county, kind) for kind in (CLERK, SUPERVISOR, FEDERAL)}
        for name, slot in SLOTS.items():
            if name not in grid.moments:
                continue
            match slot.who:
                case Who.CLERK:
                    actor, role = staff[CLERK], np.full(len(grid), _CLERK_ROLE)
                case Who.SUPERVISOR:
                    actor, role = staff[SUPERVISOR], np.full(len(grid), _SUPERVISOR_ROLE)
                case Who.FEDERAL:
                    actor, role = staff[FEDERAL], np.full(len(grid), _FEDERAL_ROLE)
                case _:
                    local = jem if slot.who is Who.OFFICER else np.full(len(grid), True)
                    happens = grid.happens(name) & local
                    actor, role = staff[FEDERAL].copy(), np.full(len(grid), _FEDERAL_ROLE)
                    on_duty = self.places.roster.on_duty(
                        grid.facility[happens], post[happens], grid.moments[name][happens]
                    )
                    actor[happens], role[happens] = on_duty, _OFFICER_ROLE
            grid.actors[name], grid.roles[name] = actor, role


def _stand_ins(counties: list[County]) -> Ints:
    """For each county the next one of its model whose agreement is never suspended."""
    result = []
    for county in counties:
        like = [c.number for c in counties if c.model == county.model and not c.idle]
        result.append(min(like, key=lambda k: (k < county.number, k)) if like else county.number)
    return np.array(result, dtype=np.int64)
