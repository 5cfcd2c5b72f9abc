"""Cubes for the tests of disclosure control: drawn ones, and an attacker's view of what is published."""

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from evenhand.disclosure.linked import Cell, Linked
from evenhand.disclosure.protect import Protection
from evenhand.figures.cube import Cube, Dimension, Table

PLACE = Dimension("place", ("state", "agency"))
OFFENSE = Dimension("offense", ("status", "class"))
MODEL = Dimension("model", ("model",))
TABLES = (
    Table("by_offense", "", {"offense": 2}),
    Table("by_place", "", {"place": 2, "offense": 1}),
    Table("by_model", "", {"model": 1, "offense": 1}),
)
PLACES = tuple((state, f"{state}{n}") for state in ("A", "B") for n in (1, 2, 3))
OFFENSES = (*(("conviction", kind) for kind in ("09", "13", "35")), ("charge", "13"), ("neither",))
MODELS = (("J",), ("W",))


def cube_of(counts: dict[tuple[tuple[str, ...], ...], int], tables: tuple[Table, ...] = TABLES) -> Cube:
    filled = {cell: number for cell, number in counts.items() if number}
    return Cube("c", "", "cases", "", (PLACE, OFFENSE, MODEL), tables, filled)


@st.composite
def cubes(draw: st.DrawFn, most_places: int = 6, most_offenses: int = 5) -> Cube:
    """Linked tables of a few agencies and classes, many of their cells small or empty."""
    numbers = st.one_of(st.just(0), st.integers(1, 4), st.integers(1, 40), st.integers(1, 400))
    places = PLACES[: draw(st.integers(1, most_places))]
    offenses = OFFENSES[: draw(st.integers(1, most_offenses))]
    cells = list(product(places, offenses, MODELS))
    return cube_of({cell: draw(numbers) for cell in cells})


def bounds(linked: Linked, protection: Protection) -> dict[int, tuple[float, float]]:
    """What an attacker works out for each withheld cell by linear programming.

    The attacker knows every published cell, that cells not listed are zero, that withheld ones are not, and
    every sum of the tables.
    """
    hidden = sorted(protection.withheld)
    place = {cell: n for n, cell in enumerate(hidden)}
    matrix, right = [], []
    for parent, children in linked.equations:
        row, known = np.zeros(len(hidden)), 0
        for cell, sign in ((parent, -1), *((child, 1) for child in children)):
            if cell in place:
                row[place[cell]] += sign
            else:
                known += sign * linked.values[cell]
        if row.any():
            matrix.append(row)
            right.append(-known)
        else:
            assert known == 0
    found = {}
    for cell in hidden:
        cost = np.zeros(len(hidden))
        cost[place[cell]] = 1
        ends = []
        for sign in (1, -1):
            answer = linprog(
                sign * cost,
                A_eq=np.array(matrix) if matrix else None,
                b_eq=right if matrix else None,
                bounds=(1, None),
            )
            ends.append(sign * answer.fun if answer.status == 0 else np.inf)
        found[cell] = (ends[0], ends[1])
    return found


def whole_bounds(
    linked: Linked, protection: Protection, known: Mapping[Cell, int] | None = None
) -> dict[int, tuple[int, float]]:
    """The least and the greatest whole number that each withheld cell can have.

    An auditor who knows all that `bounds` knows and that people are whole. One system of equations with the
    published cells fixed, solved for each cell anew.
    """
    count = len(linked.values)
    matrix = np.zeros((len(linked.equations), count))
    for row, (parent, children) in enumerate(linked.equations):
        matrix[row, parent] -= 1
        for child in children:
            matrix[row, child] += 1
    shown = np.array([n not in protection.withheld for n in range(count)])
    values = np.array(linked.values, dtype=float)
    floors = np.array([(known or {}).get(cell, 1) for cell in linked.cells])
    # No goal is so far away: a cell that can reach this can reach any number that matters.
    far = values + 100 * protection.threshold
    limits = Bounds(np.where(shown, values, floors), np.where(shown, values, far))
    sums = LinearConstraint(matrix, 0, 0)
    found = {}
    for cell in sorted(protection.withheld):
        ends = []
        for sign in (1, -1):
            cost = np.zeros(count)
            cost[cell] = sign
            answer = milp(cost, constraints=sums, bounds=limits, integrality=np.ones(count))
            assert answer.status == 0, answer.message
            ends.append(round(sign * answer.fun))
        found[cell] = (ends[0], ends[1])
    return found


def every_table(linked: Linked, protection: Protection, most: int) -> Iterator[list[int]]:
    """Every table of whole numbers that agrees with the published cells, found by trying.

    Withheld cells that are no sums are filled with 1 to `most`; the sums follow from them.
    """
    sums = {parent for parent, _ in linked.equations}
    leaves = [n for n in sorted(protection.withheld) if n not in sums]
    for values in product(range(1, most + 1), repeat=len(leaves)):
        table: list[int | None] = [
            None if n in protection.withheld else value for n, value in enumerate(linked.values)
        ]
        for leaf, value in zip(leaves, values, strict=True):
            table[leaf] = value
        if _filled(table, linked):
            yield [value for value in table if value is not None]


def _filled(table: list[int | None], linked: Linked) -> bool:
    """Work out the sums in place; whether all agree."""
    waiting = list(linked.equations)
    while waiting:
        later = []
        for parent, children in waiting:
            parts = [table[child] for child in children]
            if None in parts:
                later.append((parent, children))
                continue
            number = sum(part for part in parts if part is not None)
            if table[parent] not in (None, number):
                return False
            table[parent] = number
        assert len(later) < len(waiting)
        waiting = later
    return True
