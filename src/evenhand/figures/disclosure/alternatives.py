"""Other tables of whole numbers that agree with what is published, found by a mixed-integer solver."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from evenhand.figures.cube import Cell, Linked

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Alternatives:
    """The tables near the true one: each cell at least 1 and at most `spread` from its true number.

    `known` are greater least numbers of some cells.
    """

    def __init__(self, linked: Linked, spread: int, known: Mapping[Cell, int]) -> None:
        from scipy.sparse import csr_array

        self.values: Ints = np.array(linked.values, dtype=np.int64)
        rows, columns, signs = [], [], []
        for n, (parent, children) in enumerate(linked.equations):
            rows += [n] * (1 + len(children))
            columns += [parent, *children]
            signs += [-1.0] + [1.0] * len(children)
        shape = (len(linked.equations), len(self.values))
        self.sums = csr_array((signs, (rows, columns)), shape=shape)
        summed = np.array([sum(not path for path in cell) for cell in linked.cells], dtype=np.int64)
        self.total = int(np.argmax(summed))
        # Sums are kept as long as may be, and the greater the number, the longer.
        self.cost = np.sqrt(self.values) * 2.0**summed
        floors = np.array([known.get(cell, 1) for cell in linked.cells], dtype=np.int64)
        self.floors: Ints = floors
        self.least: Ints = np.maximum(self.values - spread, floors)
        self.most: Ints = self.values + spread

    def without_changes(self, withheld: Mask, wanting: Mask, goals: Ints, way: int) -> Ints:
        """A table that differs in withheld cells only and goes as far as it can towards the wanted goals.

        `way` is 1 for goals from below, -1 from above; beyond its goal a cell counts no more.
        """
        from scipy.sparse import csr_array, hstack, identity, vstack

        free = np.flatnonzero(withheld)
        sums = self.sums[:, free]
        used = np.flatnonzero(np.diff(sums.indptr))
        sums = sums[used]
        target = sums @ self.values[free]
        seeking = np.flatnonzero(wanting[free])
        # One variable more a wanting cell: its number, counted up to the goal only.
        pick = csr_array(
            (np.ones(len(seeking)), (np.arange(len(seeking)), seeking)), shape=(len(seeking), len(free))
        )
        ends = goals[free][seeking].astype(float)
        matrix = vstack(
            [
                hstack([sums, csr_array((len(used), len(seeking)))]),
                hstack([-way * pick, way * identity(len(seeking))]),
            ]
        )
        wide = np.full(len(seeking), np.inf)
        lower, upper = (-wide, ends) if way > 0 else (ends, wide)
        solution = _solve(
            cost=np.concatenate([np.zeros(len(free)), np.full(len(seeking), -float(way))]),
            matrix=matrix,
            low=np.concatenate([target, -wide]),
            high=np.concatenate([target, np.zeros(len(seeking))]),
            least=np.concatenate([self.least[free], lower]),
            most=np.concatenate([self.most[free], upper]),
            whole=np.concatenate([np.ones(len(free)), np.zeros(len(seeking))]),
        )
        if solution is None:
            raise ArithmeticError("the solver did not find the true table")
        table = self.values.copy()
        table[free] = np.rint(solution[: len(free)]).astype(np.int64)
        return table

    def with_changes(
        self, withheld: Mask, cells: Ints, low: Ints, high: Ints, rises: Mask, *, keep_total: bool
    ) -> Ints | None:
        """The table that changes published cells at the least cost, with each of `cells` beyond its goal.

        The goal is `high` for a cell that rises, else `low`. None if there is no such table. `keep_total`
        leaves the sum of all as it is, where it is published.
        """
        from scipy.sparse import csr_array, hstack, identity, vstack

        count = len(self.values)
        shown = np.flatnonzero(~withheld)
        change = csr_array((np.ones(len(shown)), (np.arange(len(shown)), shown)), shape=(len(shown), count))
        matrix = vstack(
            [
                hstack([self.sums, csr_array((self.sums.shape[0], len(shown)))]),
                hstack([change, -identity(len(shown))]),
                hstack([change, identity(len(shown))]),
            ]
        )
        zeros, wide = np.zeros(self.sums.shape[0]), np.full(len(shown), np.inf)
        true = self.values[shown].astype(float)
        least, most = self.least.astype(float), self.most.astype(float)
        if keep_total and not withheld[self.total]:
            least[self.total] = most[self.total] = self.values[self.total]
        least[cells[rises]] = high[cells[rises]]
        most[cells[~rises]] = low[cells[~rises]]
        solution = _solve(
            cost=np.concatenate([np.zeros(count), self.cost[shown]]),
            matrix=matrix,
            low=np.concatenate([zeros, -wide, true]),
            high=np.concatenate([zeros, true, wide]),
            least=np.concatenate([least, np.zeros(len(shown))]),
            most=np.concatenate([most, wide]),
            whole=np.concatenate([np.ones(count), np.zeros(len(shown))]),
        )
        return None if solution is None else np.rint(solution[:count]).astype(np.int64)

    def floor(self, cell: int) -> int:
        """The least number that a cell can have if nothing but the zeros is published."""
        cost = np.zeros(len(self.values))
        cost[cell] = 1
        zeros = np.zeros(self.sums.shape[0])
        solution = _solve(
            cost=cost,
            matrix=self.sums,
            low=zeros,
            high=zeros,
            least=self.least.astype(float),
            most=self.most.astype(float),
            whole=np.ones(len(cost)),
        )
        if solution is None:
            raise ArithmeticError("the solver did not find the true table")
        return int(np.rint(solution[cell]))

    def check(self, table: Ints, withheld: Mask) -> None:
        """`ArithmeticError` unless the table agrees, in whole numbers, with all sums and published cells."""
        differences = self.sums.astype(np.int64) @ table
        if differences.any() or (table < self.floors).any() or (table != self.values)[~withheld].any():
            raise ArithmeticError("the solver gave a table that does not agree with the published cells")


def _solve(
    *, cost: Any, matrix: Any, low: Any, high: Any, least: Any, most: Any, whole: Any
) -> npt.NDArray[np.float64] | None:
    """The cheapest point; None if there is none."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    found = milp(
        cost,
        constraints=LinearConstraint(matrix.tocsr(), low, high),
        bounds=Bounds(least, most),
        integrality=whole,
        # Any table will do that is near the cheapest.
        options={"mip_rel_gap": 0.02},
    )
    return None if found.x is None else np.asarray(found.x, dtype=np.float64)
