"""Putting biases into a batch of bookings.

Every change has its probability: a booking is moved to another depth of the process, or later in time, so
that the share or time of those named is shifted by the stated size, exactly on average. Without biases
nothing of this runs, and a seed means what it means without them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from evenhand.simulate.biases.bias import (
    AT_DEPTH,
    CANCELLED,
    CHARGES,
    SHARES,
    WITH_ENDING,
    Bias,
    Condition,
    Measure,
)
from evenhand.simulate.calendar import MINUTE, Ints
from evenhand.simulate.chance import Bools, Dice, Stream
from evenhand.simulate.course import STEPS, Depth, Ending, Plan
from evenhand.simulate.faults.fault import Breach
from evenhand.simulate.grid import NEVER, Grid
from evenhand.simulate.offenses import OFFENSES
from evenhand.simulate.people import GROUPS, draw_people

Floats = npt.NDArray[np.float64]
_FINE = 1 << 30
_AGAIN = tuple(f"{step}_again" for step in STEPS)
_SCREENING = ("opened", *STEPS, "closed", "reopened", *_AGAIN, "reclosed")
_CLASS_OF = np.array([CHARGES.index(o.ncic_class) for o in OFFENSES])
UNSCREENED = ("UNI-01", "UNI-02")
"""The rules that a booking without any screening breaks."""


@dataclass
class Leaning:
    """What biases do to one batch. `offense` is the first charge of each booking, a place in `OFFENSES`.

    `touched` says for each bias which bookings of the batch it changed.
    """

    plan: Plan
    offense: Ints
    unscreened: Bools
    touched: list[tuple[Bias, Bools]] = field(default_factory=list)

    def leave_out_screening(self, grid: Grid, asked: Bools) -> list[Breach]:
        """Take the screening out of the histories that have none; what that breaks, and all labels.

        `asked`: where an agreement in force delegates the screening.
        """
        for slot in _SCREENING:
            grid.moments[slot] = np.where(self.unscreened, NEVER, grid.moments[slot])
        numbers = grid.first + np.arange(len(grid))
        broken = [Breach(rule, numbers[self.unscreened & asked]) for rule in UNSCREENED]
        broken += [Breach(f"bias:{bias.text}", numbers[where]) for bias, where in self.touched]
        return [breach for breach in broken if len(breach.bookings)]


class Biases:
    """The biases of a record."""

    def __init__(self, seed: int, total: int, biases: Sequence[Bias]) -> None:
        self.seed, self.total, self.biases = seed, total, biases

    def lean(self, number: int, first: int, plan: Plan, jail: Ints, jails: Ints, free: Bools) -> Leaning:
        """Change the plans and jails of a batch where `free`.

        `jail` (changed in place) is a booking's draw, of which the remainder by `jails` is the jail's place.
        """
        return _Batch(self, number, first, plan, jail, jails, free).lean()


class _Batch:
    def __init__(
        self, owner: Biases, number: int, first: int, plan: Plan, jail: Ints, jails: Ints, free: Bools
    ) -> None:
        self.biases, self.plan, self.jail, self.jails, self.free = owner.biases, plan, jail, jails, free
        self.n = len(plan)
        self.dice = Dice(owner.seed, Stream.BIASES, number)
        self.groups = draw_people(owner.seed, first, self.n, owner.total).groups
        offense = self.dice.choose([o.weight for o in OFFENSES], self.n)
        self.leaning = Leaning(plan, offense, np.zeros(self.n, dtype=bool))

    def lean(self) -> Leaning:
        """The mixes first, since shifts may go by charge and jail."""
        for bias in self.biases:
            if isinstance(bias.what, Condition):
                self._mix(bias, bias.what)
        self._depths()
        self._screening()
        self._detainers()
        for measure, delay in (
            (Measure.TIME_TO_SCREENING, self.plan.screened_later),
            (Measure.HOLD_LENGTH, self.plan.held_longer),
            (Measure.RELEASE_DELAY, self.plan.released_later),
        ):
            delay += np.rint(self._shift(measure) * MINUTE).astype(np.int64)
            self._label(measure, delay > 0)
        return self.leaning

    def _where(self, conditions: Sequence[Condition]) -> Bools:
        """The bookings that meet all conditions."""
        where = self.free.copy()
        for each in conditions:
            if each.column == "jail":
                where &= self.jail % self.jails + 1 == int(each.value)
            elif each.column == "charge":
                where &= _CLASS_OF[self.leaning.offense] == CHARGES.index(each.value)
            else:
                values = [value for value, _ in GROUPS[each.column]]
                where &= self.groups[each.column] == values.index(each.value)
        return where

    def _chance(self) -> Floats:
        return self.dice.between(0, _FINE - 1, self.n) / _FINE

    def _shift(self, measure: Measure) -> Floats:
        """The change of a measure for each booking: all biases that name it, added up."""
        total = np.zeros(self.n)
        for bias in self.biases:
            if bias.what is measure:
                total[self._where(bias.whom)] += bias.size
        return total

    def _label(self, measure: Measure, changed: Bools) -> None:
        self.leaning.touched += [
            (bias, changed & self._where(bias.whom)) for bias in self.biases if bias.what is measure
        ]

    def _mix(self, bias: Bias, to: Condition) -> None:
        moved = self._where(bias.whom) & (self._chance() < bias.size)
        if to.column == "jail":
            moved &= self.jails >= int(to.value)
            self.jail[moved] = int(to.value) - 1
        else:
            of_class = [o.weight if o.ncic_class == to.value else 0 for o in OFFENSES]
            self.leaning.offense[moved] = self.dice.choose(of_class, self.n)[moved]
        self.leaning.touched.append((bias, moved))

    def _depths(self) -> None:
        """A booking moves one depth up or down; who moves up does not move down."""
        plan, chance, before = self.plan, self._chance(), self.plan.depth.copy()
        for measure, deeper in (
            (Measure.STEPS, Depth.FULL),
            (Measure.INTERVIEW, Depth.INTERVIEW),
            (Measure.REFERRAL, Depth.DETAINER),
        ):
            by, shallower = self._shift(measure), Depth(deeper - 1)
            up = (before == shallower) & (chance < by / AT_DEPTH[shallower])
            down = (before == deeper) & (chance > 1 + by / AT_DEPTH[deeper])
            plan.depth[up], plan.depth[down] = deeper, shallower
            self._label(measure, up | down)

    def _screening(self) -> None:
        unscreened = self._chance() < -self._shift(Measure.SCREENING)
        self.plan.depth[unscreened] = Depth.BRIEF
        self.plan.irregular.make_plain(np.flatnonzero(unscreened))
        self.leaning.unscreened = unscreened
        self._label(Measure.SCREENING, unscreened)

    def _detainers(self) -> None:
        plan = self.plan
        referred = plan.depth == Depth.DETAINER
        share = SHARES[Measure.REFERRAL] + self._shift(Measure.REFERRAL)
        wanted = -self._shift(Measure.DETAINER) / np.maximum(share, 1e-9)
        plan.withheld |= referred & (self._chance() < wanted)
        self._label(Measure.DETAINER, plan.withheld)
        by, chance, detained = self._shift(Measure.CANCELLED), self._chance(), referred & ~plan.withheld
        cancelled = np.isin(plan.ending, (Ending.CANCELLED_IN_HOLD, Ending.CANCELLED_BEFORE))
        picked_up = plan.ending == Ending.PICKED_UP
        more = detained & picked_up & (chance < by / WITH_ENDING[Ending.PICKED_UP])
        fewer = detained & cancelled & (chance < -by / CANCELLED)
        plan.ending[more], plan.ending[fewer] = Ending.CANCELLED_IN_HOLD, Ending.PICKED_UP
        self._label(Measure.CANCELLED, more | fewer)
