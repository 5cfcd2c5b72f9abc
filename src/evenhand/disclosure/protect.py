"""Choosing the cells to withhold, with a proof that none of them can be worked out.

A cell of 1 up to the threshold less one is small and is withheld (primary suppression). Others are withheld
with them (complementary suppression) until, for each withheld cell, *another* table of whole numbers exists
that agrees with everything published and has a very different number in that cell:

- for a small cell, one table with 1 (or, for a sum, the number of its parts that are not zero) and one with
  the threshold or more, so that not even its being small can be told from the sums;
- for any other withheld cell, two tables whose numbers in it differ by the threshold less one or more.

The HiGHS solver finds those tables, and each is checked in whole numbers here, so that the proof does not
rest on the solver. One table shows the range of many cells, and so do the tables that differ from the true
one by a multiple of the same steps: the solver is asked only for what no table has shown yet. An outsider
knows that a withheld cell is not zero, because zeros are published. The cells to add are chosen after
J. P. Kelly, B. L. Golden and A. A. Assad, "Cell suppression: disclosure protection for sensitive tabular
data", Networks 22 (1992): the cheapest change of the published cells that makes the other table possible. Why
intervals must be wide: L. Willenborg and T. de Waal, "Elements of Statistical Disclosure Control" (2001),
chapter 4.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.disclosure.alternatives import Alternatives, Ints, Mask
from evenhand.disclosure.linked import Cell, Linked

DEFAULT_THRESHOLD = 11
"""CMS cell size suppression policy: no cell of 1 to 10 is shown, nor any from which one can be derived."""
_SHARES, AT_ONCE = (2, 8), 48
"""Published cells are given up for half of the cells that still need it at once, or an eighth; 48 at most."""
_MANY = 2000
"""From so many cells on, only the first of these ways is tried, as each takes long."""
LEAST_THRESHOLD, MOST_THRESHOLD = 3, 1000


@dataclass(frozen=True)
class Protection:
    """Which cells (by number in `Linked`) are withheld, and how many other tables prove it."""

    withheld: frozenset[int]
    alternatives: int
    threshold: int


def protect(
    linked: Linked,
    threshold: int = DEFAULT_THRESHOLD,
    known: Mapping[Cell, int] | None = None,
    keep: Collection[Cell] = (),
) -> Protection:
    """Withhold small cells and as many others as it takes. `ValueError` for a threshold out of range.

    `known` are least numbers that other published figures tell of cells, such as a median that is shown only
    where enough cases stand behind it. `keep` are cells to give up last, as the sum of all is. Should the
    solver fail or take too long, every cell is withheld.
    """
    if not LEAST_THRESHOLD <= threshold <= MOST_THRESHOLD:
        raise ValueError(
            f"the threshold must lie from {LEAST_THRESHOLD} to {MOST_THRESHOLD}, not {threshold}"
        )
    values = np.array(linked.values, dtype=np.int64)
    small = values < threshold
    if not small.any():
        return Protection(frozenset(), 0, threshold)
    reach = threshold // 2
    low = np.where(small, 1, values - reach)
    high = np.where(small, threshold, values + reach)
    alternatives = Alternatives(linked, 2 * AT_ONCE * threshold, known or {}, keep)
    shares = _SHARES if len(values) < _MANY else _SHARES[:1]
    found = [_search(alternatives, small, low, high, threshold, share) for share in shares]
    return min(found, key=lambda protection: len(protection.withheld))


def _search(
    alternatives: Alternatives, small: Mask, low: Ints, high: Ints, threshold: int, share: int
) -> Protection:
    search = Search(alternatives, small.copy(), low.copy(), high.copy(), threshold, share)
    try:
        search.run()
    except ArithmeticError:
        return Protection(frozenset(range(len(small))), search.found, threshold)
    return Protection(frozenset(np.flatnonzero(search.withheld).tolist()), search.found, threshold)


class Search:
    """Widens the set of withheld cells until each has been seen at or beyond both of its goals."""

    def __init__(
        self, alternatives: Alternatives, withheld: Mask, low: Ints, high: Ints, threshold: int, share: int
    ) -> None:
        self.alternatives = alternatives
        self.withheld = withheld
        self.low, self.high, self.threshold, self.share = low, high, threshold, share
        self.least = alternatives.values.copy()
        self.most = alternatives.values.copy()
        self.found = 0
        self.shifted: set[int] = set()
        self.bounds = alternatives.lower_bounds()
        for cell in np.flatnonzero(low < self.bounds):
            self._raise_low(int(cell), int(self.bounds[cell]))

    def run(self) -> None:
        while True:
            self._sweep()
            up, down = self._wants(1), self._wants(-1)
            open_cells = np.flatnonzero(up | down)
            if not len(open_cells):
                return
            # The smallest first: they have the least room. Few at once: each asks for changes of its own.
            smallest = open_cells[np.argsort(self.alternatives.values[open_cells], kind="stable")]
            cells = smallest[: min(max(1, len(smallest) // self.share), AT_ONCE)]
            # Some go up while others go down, so that the change of one makes room for another's.
            rises = np.where(up[cells] & down[cells], np.arange(len(cells)) % 2 == 0, up[cells])
            table = self._change(cells, rises)
            self.withheld |= table != self.alternatives.values
            self._see(table)

    def _change(self, cells: Ints, rises: Mask) -> Ints:
        """A table with as many of the cells as possible at their goals, or else the first of them."""
        rising, falling = self._mask(cells[rises]), self._mask(cells[~rises])
        table = self.alternatives.with_changes(self.withheld, rising, falling, self.low, self.high)
        rising &= table >= self.high
        falling &= table <= self.low
        if not (rising | falling).any():
            return self._change_one(int(cells[0]), rising=bool(rises[0]))
        # What the others gained on the way is not worth a published cell.
        cheaper = self.alternatives.reaching(self.withheld, rising, falling, self.low, self.high, keep=True)
        return table if cheaper is None else cheaper

    def _change_one(self, cell: int, *, rising: bool) -> Ints:
        """A table with one cell at its goal. The sum of all, and what is kept with it, are given up last."""
        keep, nothing = True, self._mask([])
        while True:
            one = self._mask([cell])
            table = self.alternatives.reaching(
                self.withheld,
                one if rising else nothing,
                nothing if rising else one,
                self.low,
                self.high,
                keep=keep,
            )
            if table is not None:
                return table
            if keep and not self._shift(cell, rising=rising):
                keep = False
            elif keep:
                rising = False
            elif rising:
                # One case more in a cell and in all sums over it is always possible.
                raise ArithmeticError("the solver found no other table for one cell alone")
            else:
                floor = self.alternatives.floor(cell)
                if floor <= self.low[cell]:
                    raise ArithmeticError("the solver found no other table for one cell alone")
                self._raise_low(cell, floor)

    def _shift(self, cell: int, *, rising: bool) -> bool:
        """Ask a cell that cannot rise to fall by as much more, once, and if it is not a small one."""
        value = self.alternatives.values[cell]
        if not rising or value < self.threshold or cell in self.shifted:
            return False
        self.shifted.add(cell)
        self.low[cell], self.high[cell] = value - (self.threshold - 1), value
        if self.low[cell] < self.bounds[cell]:
            self._raise_low(cell, int(self.bounds[cell]))
        return True

    def _raise_low(self, cell: int, floor: int) -> None:
        """Ask a cell for nothing below its floor, as a sum is at least as many as its parts."""
        if self.alternatives.values[cell] >= self.threshold:
            self.high[cell] = max(self.high[cell], floor + self.threshold - 1)
        self.low[cell] = floor

    def _wants(self, way: int) -> Mask:
        unseen = self.most < self.high if way > 0 else self.least > self.low
        return np.asarray(self.withheld & unseen)

    def _sweep(self) -> None:
        """Look for tables that reach many goals at once without withholding more."""
        nothing = self._mask([])
        for way in (1, -1):
            while (wanting := self._wants(way)).any():
                ways = (wanting, nothing) if way > 0 else (nothing, wanting)
                self._see(self.alternatives.without_changes(self.withheld, *ways, self.low, self.high))
                if (self._wants(way) == wanting).all():
                    break

    def _see(self, table: Ints) -> None:
        """Take in the table, and the farthest tables in its direction and in the opposite one.

        The sums hold for them as well, because they hold for the table and for the true one.
        """
        self.alternatives.check(table, self.withheld)
        values, step = self.alternatives.values, table - self.alternatives.values
        for way in (1, -1):
            falls = way * step < 0
            room = (values - self.alternatives.floors)[falls] // np.abs(step[falls])
            times = int(room.min(initial=self.threshold))
            if times:
                other = values + way * times * step
                self.alternatives.check(other, self.withheld)
                self.found += 1
                self.least = np.minimum(self.least, other)
                self.most = np.maximum(self.most, other)

    def _mask(self, cells: Ints | Sequence[int]) -> Mask:
        mask = np.zeros(len(self.withheld), dtype=bool)
        mask[np.asarray(cells, dtype=np.int64)] = True
        return mask
