"""Which bookings take which fault, and the faults' hands on a batch."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evenhand.simulate.calendar import Ints
from evenhand.simulate.cast import Places
from evenhand.simulate.chance import Dice, Stream
from evenhand.simulate.course import Plan
from evenhand.simulate.faults.custody import CUSTODY
from evenhand.simulate.faults.fault import PLAIN, Breach, Fault, Hand, Recast, Spot
from evenhand.simulate.faults.process import PROCESS
from evenhand.simulate.faults.standing import STANDING
from evenhand.simulate.grid import Grid
from evenhand.simulate.officers import Unfit

FAULTS: tuple[Fault, ...] = (*STANDING, *PROCESS, *CUSTODY)
"""All faults of bookings. Those of one rule take turns."""


@dataclass(frozen=True)
class Placed:
    """Bookings of a batch that take the same fault, and where they are made."""

    fault: Fault
    bookings: Ints
    county: Ints
    facility: Ints


class BookingFaults:
    """The faults of a record's bookings. `counts` says how many bookings each rule's faults befall.

    Every booking takes at most one: the faults, shuffled, are dealt out one to each of as many equal
    stretches of bookings.
    """

    def __init__(
        self,
        seed: int,
        total: int,
        counts: Mapping[str, int],
        places: Places,
        spots: Mapping[Spot, list[int]],
        unfit: Mapping[Unfit, Ints],
    ) -> None:
        self.seed, self.places, self.spots, self.unfit = seed, places, spots, unfit
        dealt: list[int] = []
        by_rule: dict[str, list[int]] = {}
        for number, fault in enumerate(FAULTS):
            by_rule.setdefault(fault.rule, []).append(number)
        for rule, kinds in by_rule.items():
            dealt += [kinds[k % len(kinds)] for k in range(counts.get(rule, 0))]
        dice = Dice(seed, Stream.FAULTS)
        order = dice.shuffled(len(dealt))
        self.kinds = np.array(dealt, dtype=np.int64)[order]
        edges = np.arange(len(dealt) + 1, dtype=np.int64) * total // max(1, len(dealt))
        self.bookings = edges[:-1] + dice.between(0, 1 << 40, len(dealt)) % np.maximum(np.diff(edges), 1)

    def place(self, first: int, count: int, plan: Plan) -> list[Placed]:
        """The faulted bookings of a batch, put on the course that each fault wants."""
        self.dice = Dice(self.seed, Stream.FAULTS, 1, first)
        since, until = np.searchsorted(self.bookings, (first, first + count))
        kinds, bookings = self.kinds[since:until], self.bookings[since:until] - first
        placed = []
        for kind in np.unique(kinds).tolist():
            fault, at = FAULTS[kind], bookings[kinds == kind]
            plan.irregular.make_plain(at, keep=fault.keeps)
            for name, value in {**PLAIN, **fault.wants}.items():
                getattr(plan if hasattr(plan, name) else plan.irregular, name)[at] = value
            placed.append(self._where(fault, at))
        return placed

    def _where(self, fault: Fault, at: Ints) -> Placed:
        counties = self.places.counties
        if fault.spot is not None:
            options = self.spots[fault.spot]
        else:
            model = fault.model
            options = [
                c.number
                for c, weight in zip(counties, self.places.weights, strict=True)
                if weight and not (c.idle or c.unread or c.detains) and model in (None, c.model)
            ]
        n = len(at)
        county = np.array(options, dtype=np.int64)[self.dice.between(0, len(options) - 1, n)]
        jails = 1 if fault.spot is not None else self.places.jails[county]
        facility = self.places.first_facility[county] + self.dice.between(0, 1 << 20, n) % jails
        return Placed(fault, at, county, facility)

    def change(self, grid: Grid, placed: list[Placed]) -> list[Breach]:
        """Edit the moments and fields; gives all that the batch's faults break."""
        broken = []
        for each in placed:
            hand = Hand(grid, each.bookings, self.dice, self.places)
            some = each.fault.edit(hand) if each.fault.edit else None
            numbers = grid.first + each.bookings
            broken += [Breach(rule, numbers) for rule in each.fault.breaks]
            broken += [Breach(rule, numbers[where]) for rule, where in (some or {}).items()]
        return broken

    def recast(self, grid: Grid, placed: list[Placed], post: Ints) -> None:
        """Change who acts."""
        for each in placed:
            if each.fault.recast:
                hand = Hand(grid, each.bookings, self.dice, self.places)
                each.fault.recast(Recast(hand, post, self.unfit))
