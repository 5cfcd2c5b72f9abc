"""Two editions of one year: what someone finds who has both, and only what is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from evenhand.disclosure.linked import Cell as CubeCell
from evenhand.figures.cube import Cube
from evenhand.figures.editions import Edition
from evenhand.figures.measures.base import Figure
from evenhand.figures.output import disclosure, figure_summary
from evenhand.figures.publish import Control, publish
from figures.tables import MODELS, OFFENSES, PLACES, cube_of, cubes
from figures.test_attack_on_files import Cell, knowledge

T = 11
Counts = dict[CubeCell, int]
A1, A2, A3 = PLACES[:3]
CHARGE, NEITHER = ("charge", "13"), ("neither",)
CONVICTION, CONVICTION_OTHER = ("conviction", "13"), ("conviction", "09")
JEM, WSO = MODELS


def edition_of(cube: Cube, *before: Edition, rounding: int = 1) -> Edition:
    """What the JSON file of a publication holds."""
    control = Control(T, rounding, before)
    content = {"disclosure": disclosure(control), **figure_summary(publish(Figure(cube), control))}
    return Edition(str(hash(str(content))), content)


def changed(cube: Cube, changes: dict[CubeCell, int]) -> Cube:
    counts = dict(cube.counts)
    for cell, step in changes.items():
        counts[cell] = max(counts.get(cell, 0) + step, 0)
    return cube_of(counts)


@dataclass
class Attacker:
    """Knows the tables of two editions, every sum, and that no number is below zero."""

    old: dict[Cell, int | None]
    new: dict[Cell, int | None]
    sums: list[tuple[Cell, set[Cell]]]

    @property
    def cells(self) -> list[Cell]:
        return list(dict.fromkeys([*self.old, *self.new]))

    def bounds(
        self, limits: dict[Cell, tuple[float, float | None]], asked: Sequence[Cell]
    ) -> dict[Cell, tuple[float, float]] | None:
        """The least and greatest number of each cell asked for; None if no table is possible."""
        place = {cell: n for n, cell in enumerate(self.cells)}
        matrix = np.zeros((len(self.sums), len(place)))
        for row, (whole, parts) in enumerate(self.sums):
            matrix[row, place[whole]] -= 1
            for part in parts:
                matrix[row, place[part]] += 1
        found = {}
        for cell in [*asked, None]:
            ends = []
            for sign in (1, -1):
                cost = np.zeros(len(place))
                if cell is not None:
                    cost[place[cell]] = sign
                answer = linprog(
                    cost,
                    A_eq=matrix if len(matrix) else None,
                    b_eq=np.zeros(len(matrix)) if len(matrix) else None,
                    bounds=[limits[c] for c in place],
                )
                if answer.status == 2:
                    return None
                ends.append(sign * answer.fun if answer.status == 0 else sign * -np.inf)
            if cell is not None:
                found[cell] = (ends[0], ends[1])
        return found

    def nothing_else_changed(self, *, hidden_too: bool) -> dict[Cell, tuple[float, float | None]]:
        """Limits if what is shown alike did not change; nor, with `hidden_too`, what is no longer shown."""
        limits: dict[Cell, tuple[float, float | None]] = {}
        for cell in self.cells:
            number = self.new.get(cell, 0)
            if number is None and hidden_too:
                number = self.old.get(cell, 0)
            limits[cell] = (0, None) if number is None else (number, number)
        return limits


def attacker(old: Edition, new: Edition) -> Attacker:
    sums: dict[Any, set[Cell]] = {}
    numbers = []
    for one in (old, new):
        cells, of_one = knowledge(dict(one.content))
        numbers.append(cells)
        for (whole, name), parts in of_one.items():
            sums.setdefault((whole, name), set()).update(parts)
    return Attacker(numbers[0], numbers[1], [(whole, parts) for (whole, _), parts in sums.items()])


def assert_nobody_is_found(old: Edition, new: Edition, cube: Cube) -> None:
    known = attacker(old, new)
    true = truth(cube)
    # What was shown before, and is many people now, is withheld to protect others.
    hidden = [
        cell
        for cell, number in known.new.items()
        if number is None and (known.old.get(cell, 0) is None or 0 < true.get(cell, 0) < T)
    ]
    for cell, number in known.new.items():
        before = known.old.get(cell, 0)
        if number is None:
            continue
        assert number == 0 or number >= T, "a small number is shown"
        assert abs(number - true.get(cell, 0)) < T, "a number is not what it is said to be"
        if before is not None and number != before:
            assert abs(number - before) >= T, "a small difference is shown"
        assert before is not None, "what was withheld before is shown"
    found = known.bounds(known.nothing_else_changed(hidden_too=False), hidden)
    shown = any(value is not None for value in known.new.values())
    assert found is not None or not shown, "that something small changed is told"
    for cell, (low, high) in (found or {}).items():
        assert high >= T, f"{set(cell)} is told to be {high:.0f} at most"
        assert high - low >= T - 1 - 1e-6, f"{set(cell)} is told to lie from {low:.0f} to {high:.0f}"
    always = [cell for cell in hidden if known.old.get(cell, 0) is None]
    found = known.bounds(known.nothing_else_changed(hidden_too=True), always)
    for cell, (low, high) in (found or {}).items():
        assert high - low >= T // 2 - 1e-6, f"{set(cell)} is told to lie from {low:.0f} to {high:.0f}"


def truth(cube: Cube) -> dict[Cell, int]:
    content = figure_summary(publish(Figure(cube, people=False), Control(T)))
    return {cell: number or 0 for cell, number in knowledge(content)[0].items()}


def rows(edition: Edition) -> list[Any]:
    return [(t["id"], [(r["levels"], r["value"]) for r in t["rows"]]) for t in edition.content["tables"]]


BASE: Counts = {(A1, NEITHER, JEM): 40, (A2, NEITHER, JEM): 55, (A3, NEITHER, JEM): 70}
WORST: list[tuple[Counts, dict[CubeCell, int]]] = [
    # One person, and nobody left.
    ({(A1, CHARGE, JEM): 1}, {(A1, CHARGE, JEM): -1}),
    # One person more in a large table.
    (BASE, {(A1, CHARGE, JEM): 1}),
    # The one person of a withheld cell leaves.
    (BASE | {(A1, CHARGE, JEM): 1}, {(A1, CHARGE, JEM): -1}),
    # A correction moves one person between cells.
    (BASE, {(A1, NEITHER, JEM): -1, (A1, CHARGE, JEM): 1}),
    # Two groups of one beside a large one, and the large one grows.
    ({(A1, NEITHER, JEM): 100, (A2, NEITHER, JEM): 1, (A3, NEITHER, JEM): 1}, {(A1, NEITHER, JEM): 30}),
    # A large change hides a small one, and the sum less the large one would tell it.
    (BASE, {(A1, NEITHER, JEM): 30, (A2, NEITHER, JEM): 5}),
    # Changes that cancel in the sum.
    (BASE, {(A1, NEITHER, JEM): 15, (A2, NEITHER, JEM): -15}),
    (BASE, {(A1, NEITHER, JEM): 12, (A2, NEITHER, JEM): -2}),
    # A number falls to a small one, and to none.
    (BASE, {(A1, NEITHER, JEM): -35}),
    (BASE, {(A1, NEITHER, JEM): -40}),
    # A new agency.
    (BASE, {(("B", "B1"), NEITHER, JEM): 20}),
    (BASE, {(("B", "B1"), NEITHER, JEM): 12, (A1, NEITHER, JEM): -2}),
    # A new agency in a state that is withheld, while the sum of all is withheld from now on.
    (
        {(A3, CONVICTION, WSO): 1, (PLACES[3], CONVICTION, WSO): 11},
        {(A2, CONVICTION_OTHER, JEM): 11, (A1, CONVICTION_OTHER, WSO): 5},
    ),
]


@pytest.mark.parametrize("case", range(len(WORST)))
def test_worst_cases(case: int) -> None:
    counts, changes = WORST[case]
    before, after = cube_of(counts), changed(cube_of(counts), changes)
    old = edition_of(before)
    assert_nobody_is_found(old, edition_of(after, old), after)


@pytest.mark.parametrize("case", [0, 1, 2, 3])
def test_one_person_more_or_less_changes_nothing(case: int) -> None:
    counts, changes = WORST[case]
    old = edition_of(cube_of(counts))
    assert rows(edition_of(changed(cube_of(counts), changes), old)) == rows(old)


def test_without_the_earlier_edition_one_person_is_found() -> None:
    """The attack that this protects from."""
    counts, changes = WORST[1]
    old, new = edition_of(cube_of(counts)), edition_of(changed(cube_of(counts), changes))
    assert any(
        b - a == 1
        for (_, one), (_, two) in zip(rows(old), rows(new), strict=True)
        for (level, a), (other, b) in zip(one, two, strict=False)
        if level == other and a is not None and b is not None
    )
    with pytest.raises(AssertionError):
        assert_nobody_is_found(old, new, changed(cube_of(counts), changes))


@st.composite
def two(draw: st.DrawFn) -> tuple[Cube, Cube]:
    cube = draw(cubes())
    cells = st.tuples(st.sampled_from(PLACES), st.sampled_from(OFFENSES), st.sampled_from(MODELS))
    steps = st.one_of(st.integers(-3, 3), st.integers(-60, 60), st.just(-400))
    return cube, changed(cube, draw(st.dictionaries(cells, steps, max_size=12)))


@settings(max_examples=12)
@given(two())
@example((cube_of(BASE), cube_of(BASE)))
def test_two_editions_tell_of_nobody(pair: tuple[Cube, Cube]) -> None:
    old = edition_of(pair[0])
    assert_nobody_is_found(old, edition_of(pair[1], old), pair[1])


@pytest.mark.trial
@settings(max_examples=300)
@given(two())
def test_many_pairs_of_editions_tell_of_nobody(pair: tuple[Cube, Cube]) -> None:
    old = edition_of(pair[0])
    assert_nobody_is_found(old, edition_of(pair[1], old), pair[1])


@settings(max_examples=6)
@given(two(), st.sampled_from([1, 5, 10]))
def test_a_chain_of_editions_repeats_and_never_drifts(pair: tuple[Cube, Cube], rounding: int) -> None:
    """Whatever comes third, no number is off by more than the threshold and half the rounding."""
    first = edition_of(pair[0], rounding=rounding)
    second = edition_of(pair[1], first, rounding=rounding)
    third = edition_of(pair[0], first, second, rounding=rounding)
    true = truth(pair[0])
    for cell, number in knowledge(dict(third.content))[0].items():
        if number is not None:
            assert abs(number - true.get(cell, 0)) < T + rounding
            assert number == 0 or number >= T - rounding // 2
    hidden = {cell for cell, number in knowledge(dict(first.content))[0].items() if number is None}
    shown = {cell for cell, number in knowledge(dict(third.content))[0].items() if number is not None}
    assert not hidden & shown


def test_an_older_edition_counts_too() -> None:
    """40, then 60, then 42: shown, it would differ by two from the first edition."""
    first = edition_of(cube_of(BASE))
    more = changed(cube_of(BASE), {(A1, NEITHER, JEM): 20})
    second = edition_of(more, first)
    back = changed(cube_of(BASE), {(A1, NEITHER, JEM): 2})
    third = knowledge(dict(edition_of(back, first, second).content))[0]
    agency = next(cell for cell in third if {value for _, value in cell} == {"A", "A1"})
    assert third[agency] is None


def test_a_solver_that_fails_costs_numbers_and_not_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr("evenhand.disclosure.republish._table", stopped)
    old = edition_of(cube_of(BASE))
    new = edition_of(changed(cube_of(BASE), {(A1, NEITHER, JEM): 30}), old)
    assert set(knowledge(dict(new.content))[0].values()) == {None}
