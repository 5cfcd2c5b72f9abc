"""Other tables of whole numbers that agree with what is published, found by the HiGHS solver.

One model serves all questions about a set of linked tables: only its costs and bounds change, and each search
starts where the last one ended. Most answers of the linear program are whole numbers already; where one is
not, the same model is solved again in whole numbers.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt

from evenhand.disclosure.linked import Cell, Linked

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_ABOVE, _BEYOND_ABOVE, _BELOW, _BEYOND_BELOW = range(4)
_SIGNS = np.array([1, 1, -1, -1])
_RISING = np.array([-1.0, 0.0, 1.0, 1.0])
_FALLING = np.array([1.0, 1.0, -1.0, 0.0])
"""The cost of a step of each kind for a cell that is to rise to its goal, or to fall to it."""
_WORTH = 64.0
"""What a step toward a goal may cost, in units of the costliest change of a published cell."""


LIMIT_S = 600.0
"""How many seconds of CPU time the solver may take for one set of linked tables."""


class Alternatives:
    """The tables near the true one: each cell at least 1 and at most `spread` from its true number.

    `known` are greater least numbers of some cells. Each cell has two goals, one at or above its true number
    and one at or below it. A table is the true one plus steps of four kinds for each cell: up to the goal
    above, beyond it, down to the goal below, beyond it. The sum of all and the cells of `keep` are given up
    last. `fixed` cells are known whatever is withheld, and stay as they are.
    """

    def __init__(
        self,
        linked: Linked,
        spread: int,
        known: Mapping[Cell, int],
        keep: Collection[Cell] = (),
        fixed: Mask | None = None,
    ) -> None:
        self.values: Ints = np.array(linked.values, dtype=np.int64)
        self.fixed: Mask = np.zeros(len(self.values), dtype=bool) if fixed is None else fixed
        floors = np.array([known.get(cell, 1) for cell in linked.cells], dtype=np.int64)
        self.floors: Ints = np.where(self.fixed, self.values, np.minimum(floors, self.values))
        self.least: Ints = np.where(self.fixed, self.values, np.maximum(self.values - spread, self.floors))
        self.most: Ints = np.where(self.fixed, self.values, self.values + spread)
        summed = np.array([sum(not path for path in cell) for cell in linked.cells], dtype=np.int64)
        self.kept: Mask = np.array([cell in keep for cell in linked.cells], dtype=bool)
        self.kept[np.argmax(summed)] = True
        # Sums are kept as long as possible, and the greater the number, the longer.
        cost = np.sqrt(self.values) * 2.0**summed
        self.cost: Floats = cost / max(cost.max(), 1)
        sums = [found for equation in linked.equations if (found := _coefficients(*equation))]
        self._starts: Ints = np.cumsum([0, *(len(row) for row in sums)])
        self._cells: Ints = np.array([cell for row in sums for cell in row], dtype=np.int64)
        self._signs: Ints = np.array([sign for row in sums for sign in row.values()], dtype=np.int64)
        self._highs = self._model()
        self._until = process_time() + LIMIT_S

    def lower_bounds(self) -> Ints:
        """A number that each cell cannot be below if nothing but the zeros is published.

        A sum is at least the sum of the least that its parts can be.
        """
        parent = np.flatnonzero(self._signs < 0)
        least = self.floors
        while True:
            parts = self._summed(np.where(self._signs > 0, least[self._cells], 0))
            raised = least.copy()
            np.maximum.at(raised, self._cells[parent], parts)
            if (raised == least).all():
                return least
            least = raised

    def without_changes(self, withheld: Mask, rising: Mask, falling: Mask, low: Ints, high: Ints) -> Ints:
        """The table that takes the rising and falling cells toward their goals and keeps published cells.

        Beyond its goal a cell counts no more.
        """
        table = self._solve(_toward(rising, falling), *self._steps(low, high, ~withheld))
        if table is None:
            raise ArithmeticError("the solver did not find the true table")
        return table

    def with_changes(self, withheld: Mask, rising: Mask, falling: Mask, low: Ints, high: Ints) -> Ints:
        """The table that takes as many cells as far as it can toward their goals.

        It changes published cells at the least cost, except those that are given up last.
        """
        fixed = self.kept & ~withheld
        cost = _WORTH * _toward(rising, falling) + self._price(withheld)
        table = self._solve(cost, *self._steps(low, high, fixed))
        if table is None:
            raise ArithmeticError("the solver did not find the true table")
        return table

    def reaching(
        self, withheld: Mask, rising: Mask, falling: Mask, low: Ints, high: Ints, *, keep: bool
    ) -> Ints | None:
        """The table that changes published cells at the least cost, with each of the cells at its goal.

        None if there is no such table. `keep` leaves the published cells that are given up last as they are.
        """
        fixed = self.kept & ~withheld & keep
        least, most = self._steps(low, high, fixed)
        least[_ABOVE, rising] = most[_ABOVE, rising]
        most[_BELOW:, rising] = 0
        least[_BELOW, falling] = most[_BELOW, falling]
        most[: _BEYOND_ABOVE + 1, falling] = 0
        return self._solve(self._price(withheld), least, most)

    def floor(self, cell: int) -> int:
        """The least number that a cell can have if nothing but the zeros is published."""
        return int(self.farthest(cell, rising=False)[cell])

    def farthest(self, cell: int, *, rising: bool) -> Ints:
        """The table with the greatest or the least number of a cell if only the fixed cells are known."""
        one = np.arange(len(self.values)) == cell
        nothing = np.zeros(len(self.values), dtype=bool)
        ways = (one, nothing) if rising else (nothing, one)
        table = self._solve(_toward(*ways), *self._steps(self.least, self.most, nothing))
        if table is None:
            raise ArithmeticError("the solver did not find the true table")
        return table

    def check(self, table: Ints, withheld: Mask) -> None:
        """`ArithmeticError` unless the table agrees, in whole numbers, with all sums and published cells."""
        differences = self._summed(self._signs * table[self._cells])
        if differences.any() or (table < self.floors).any() or (table != self.values)[~withheld].any():
            raise ArithmeticError("the solver gave a table that does not agree with the published cells")

    def _summed(self, terms: Ints) -> Ints:
        """The sum of the terms of each equation."""
        return np.add.reduceat(terms, self._starts[:-1]) if len(terms) else terms

    def _price(self, withheld: Mask) -> Floats:
        return np.where(withheld, 0.0, self.cost) * np.ones((4, 1))

    def _steps(self, low: Ints, high: Ints, fixed: Mask) -> tuple[Ints, Ints]:
        """The least and the greatest number of steps of each kind."""
        most = np.stack([high - self.values, self.most - high, self.values - low, low - self.least])
        most[:, fixed] = 0
        return np.zeros_like(most), most

    def _model(self) -> Any:
        import highspy

        count, cells = len(self.values), np.arange(4) * len(self.values)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = 4 * count, len(self._starts) - 1
        lp.col_cost_ = lp.col_lower_ = lp.col_upper_ = np.zeros(4 * count)
        lp.row_lower_ = lp.row_upper_ = np.zeros(len(self._starts) - 1)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = 4 * self._starts
        lp.a_matrix_.index_ = (self._cells[:, None] + cells).ravel()
        lp.a_matrix_.value_ = (self._signs[:, None] * _SIGNS).ravel().astype(float)
        highs = _silent_solver()
        for option, value in (
            ("threads", 1),
            # Without it a search starts where the last one ended.
            ("presolve", "off"),
            # Any whole table will do that is near the cheapest.
            ("mip_rel_gap", 0.02),
        ):
            highs.setOptionValue(option, value)
        highs.passModel(lp)
        return highs

    def _solve(self, cost: Floats, least: Ints, most: Ints) -> Ints | None:
        """Find the cheapest table of whole numbers, None if there is none.

        Raises `ArithmeticError` if the solver fails, or has taken longer than its limit.
        """
        import highspy

        columns = np.arange(cost.size, dtype=np.int32)
        self._highs.changeColsCost(cost.size, columns, cost.ravel())
        self._highs.changeColsBounds(
            cost.size, columns, least.ravel().astype(float), most.ravel().astype(float)
        )
        for kind in (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger):
            self._highs.changeColsIntegrality(
                cost.size, columns, np.full(cost.size, int(kind), dtype=np.uint8)
            )
            left = self._until - process_time()
            if left <= 0:
                raise ArithmeticError("the solver took too long")
            # The solver's own clock runs on from one search to the next.
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left)
            self._highs.run()
            match self._highs.getModelStatus():
                case highspy.HighsModelStatus.kInfeasible:
                    return None
                case highspy.HighsModelStatus.kOptimal:
                    steps = np.reshape(self._highs.getSolution().col_value, cost.shape)
                    moved = _SIGNS @ steps
                    table: Ints = self.values + np.rint(moved).astype(np.int64)
                    if np.abs(table - self.values - moved).max() < 1e-6:
                        return table
                case status:
                    raise ArithmeticError(f"the solver stopped: {status}")
        raise ArithmeticError("the solver found no table of whole numbers")


def _silent_solver() -> Any:
    """Give a HiGHS solver that prints nothing, not even its name, which would end up in JSON on stdout."""
    import highspy

    class Silent(highspy.Highs):
        # The constructor calls this, and HiGHS prints its name at the first call of any method.
        def enableCallbacks(self) -> None:  # noqa: N802
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    solver: Any = Silent()  # type: ignore[no-untyped-call]
    return solver


def _coefficients(parent: int, children: tuple[int, ...]) -> dict[int, int]:
    """The cells of an equation with their signs; empty where both sides are one cell under two names."""
    signs = Counter(children)
    signs[parent] -= 1
    return {cell: sign for cell, sign in signs.items() if sign}


def _toward(rising: Mask, falling: Mask) -> Floats:
    """Costs that reward each step toward a goal, and charge for each step away from it."""
    return np.where(rising, _RISING[:, None], 0.0) + np.where(falling, _FALLING[:, None], 0.0)
