"""Disclosure control under attack: withheld cells stay unknown, through sums and across tables."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evenhand.disclosure.linked import Cell, Linked
from evenhand.disclosure.protect import Protection, protect
from evenhand.figures.cube import Cube, Dimension, Table
from evenhand.figures.measures.base import Figure
from evenhand.figures.publish import Control, publish, rounded
from figures.tables import OFFENSE, PLACES, bounds, cube_of, cubes, every_table, whole_bounds

HARD = [
    # One small cell in an otherwise large table.
    {(p, ("neither",), ("J",)): 100 + n for n, p in enumerate(PLACES)}
    | {(PLACES[0], ("charge", "13"), ("J",)): 3},
    # A small cell in the only agency of a state.
    {(("A", "A1"), ("neither",), ("J",)): 4, (("B", "B1"), ("neither",), ("J",)): 500},
    # Everything small, and the sum too.
    {(("A", "A1"), ("neither",), ("J",)): 4, (("A", "A2"), ("neither",), ("J",)): 5},
    # Two small cells whose sum is just the threshold.
    {(("A", "A1"), ("neither",), ("J",)): 5, (("A", "A2"), ("neither",), ("J",)): 6},
    # A small sum of many ones.
    {(p, ("conviction", c), ("W",)): 1 for p in PLACES for c in ("09", "13")},
]


def least_possible(linked: Linked) -> dict[int, float]:
    """What each cell is at least, if it is only known which cells are not zero."""
    nothing_shown = Protection(frozenset(range(len(linked.values))), 0, 11)
    return {cell: low for cell, (low, _) in bounds(linked, nothing_shown).items()}


def assert_safe(linked: Linked, protection: Protection) -> None:
    floors = least_possible(linked)
    threshold = protection.threshold
    for n, value in enumerate(linked.values):
        assert value >= threshold or n in protection.withheld, "a small cell is shown"
    for cell, (low, high) in bounds(linked, protection).items():
        value = linked.values[cell]
        assert low <= value <= high
        if value < threshold:
            assert high >= threshold, "that the cell is small can be told"
            assert low <= floors[cell] + 1e-6, "a least number can be told"
        else:
            assert high - low >= threshold - 1 - 1e-6, "a number withheld beside others is all but known"


@settings(max_examples=25)
@given(cubes())
@example(cube_of(HARD[0]))
@example(cube_of(HARD[1]))
@example(cube_of(HARD[2]))
@example(cube_of(HARD[3]))
@example(cube_of(HARD[4]))
def test_an_attacker_with_all_sums_learns_no_withheld_cell(cube: Cube) -> None:
    linked = cube.linked()
    assert_safe(linked, protect(linked))


@pytest.mark.trial
@settings(max_examples=250)
@given(cubes())
def test_an_attacker_fails_on_many_tables(cube: Cube) -> None:
    linked = cube.linked()
    assert_safe(linked, protect(linked))
    assert_safe(linked, protect(linked, 5))


def assert_safe_in_whole_numbers(linked: Linked, protection: Protection, known: dict[Cell, int]) -> None:
    """Check what an auditor finds who solves for each cell alone, with a model of their own."""
    threshold = protection.threshold
    nothing_shown = Protection(frozenset(range(len(linked.values))), 0, threshold)
    floors = {cell: low for cell, (low, _) in whole_bounds(linked, nothing_shown, known).items()}
    for cell, (low, high) in whole_bounds(linked, protection, known).items():
        value = linked.values[cell]
        assert low <= value <= high
        if value < threshold:
            assert high >= threshold, "that the cell is small can be told"
            assert low == floors[cell], "a least number can be told"
        else:
            assert high - low >= threshold - 1, "a number withheld beside others is all but known"


@settings(max_examples=10)
@given(cubes(3, 3), st.integers(3, 11), st.data())
@example(cube_of(HARD[0]), 11, None)
@example(cube_of(HARD[4]), 11, None)
def test_an_auditor_in_whole_numbers_learns_no_withheld_cell(
    cube: Cube, threshold: int, data: st.DataObject | None
) -> None:
    linked = cube.linked()
    known = {}
    if data and linked.cells:
        cell, value = data.draw(st.sampled_from(list(zip(linked.cells, linked.values, strict=True))))
        known[cell] = data.draw(st.integers(1, value))
    assert_safe_in_whole_numbers(linked, protect(linked, threshold, known), known)


@pytest.mark.trial
@settings(max_examples=150)
@given(cubes(), st.sampled_from([3, 5, 11, 20]))
def test_an_auditor_in_whole_numbers_fails_on_many_tables(cube: Cube, threshold: int) -> None:
    linked = cube.linked()
    assert_safe_in_whole_numbers(linked, protect(linked, threshold), {})


@settings(max_examples=8)
@given(st.lists(st.integers(0, 9), min_size=4, max_size=4))
@example([2, 3, 4, 9])
@example([1, 1, 1, 1])
@example([0, 3, 9, 9])
def test_an_attacker_who_tries_every_table_is_left_with_every_small_number(numbers: list[int]) -> None:
    places, statuses = (("A", "A1"), ("A", "A2")), (("charge", "13"), ("neither",))
    cells = [(place, status, ("J",)) for place in places for status in statuses]
    table = Table("t", "", {"place": 2, "offense": 1})
    linked = cube_of(dict(zip(cells, numbers, strict=True)), (table,)).linked()
    protection = protect(linked, 4)
    found = list(every_table(linked, protection, 13))
    assert found or not protection.withheld
    floors = least_possible(linked)
    for cell in protection.withheld:
        if linked.values[cell] < 4:
            possible = {whole[cell] for whole in found}
            assert possible >= set(range(round(floors[cell]), 5))


def test_suppression_of_small_cells_alone_would_be_undone() -> None:
    """The attacker of these tests does find what is not protected."""
    linked = cube_of(HARD[0]).linked()
    small = frozenset(n for n, value in enumerate(linked.values) if value < 11)
    assert small
    naive = Protection(small, 0, 11)
    assert any(low == high == linked.values[cell] for cell, (low, high) in bounds(linked, naive).items())
    with pytest.raises(AssertionError):
        assert_safe(linked, naive)
    with pytest.raises(AssertionError):
        assert_safe_in_whole_numbers(linked, naive, {})


def test_a_cell_of_several_tables_is_withheld_in_all() -> None:
    cube = cube_of(HARD[0])
    published = publish(Figure(cube), Control(11))
    values: dict[tuple[str, ...], set[int | None]] = {}
    for table in cube.tables:
        for cell in cube.cells(table):
            values.setdefault(cell, set()).add(published.value(cell))
    assert all(len(seen) == 1 for seen in values.values())
    assert None in {value for seen in values.values() for value in seen}


def test_the_sum_of_all_is_kept_where_it_can_be() -> None:
    published = publish(Figure(cube_of(HARD[0])), Control(11))
    assert published.total == sum(HARD[0].values())


def test_large_cells_alone_are_all_shown() -> None:
    counts = {(p, ("neither",), ("J",)): 11 + n for n, p in enumerate(PLACES)}
    assert protect(cube_of(counts).linked()).withheld == frozenset()


def test_nothing_counted_is_shown_as_zero() -> None:
    published = publish(Figure(cube_of({})), Control(11))
    assert published.total == 0
    assert [line.value for line in published.lines(published.cube.tables[0])] == [0]


def test_public_bodies_are_not_withheld() -> None:
    published = publish(Figure(cube_of(HARD[2]), people=False), Control(11))
    assert published.total == 9
    assert None not in published.values.values()


def test_two_names_of_the_same_cases_are_one_cell() -> None:
    none = ("none",)
    review = Dimension("review", ("review",))
    counts = {(none, none): 3, (("conviction", "13"), ("yes",)): 90, (("neither",), ("yes",)): 80}
    tables = (Table("a", "", {"offense": 1}), Table("b", "", {"review": 1}))
    cube = Cube("c", "", "", "", (OFFENSE, review), tables, counts, {"offense": none, "review": none})
    published = publish(Figure(cube), Control(11))
    assert published.value((none, ())) is None
    assert published.value(((), none)) is None
    # 173 - 170 would tell it otherwise.
    assert published.value(((), ("yes",))) is None or published.total is None
    assert_safe(cube.linked(), protect(cube.linked()))


def test_what_a_percentile_tells_is_taken_into_account() -> None:
    """10 + 12: if it is known that the second is at least 12, the first could be told to be 10 at most."""
    counts = {(("A", "A1"), ("neither",), ("J",)): 10, (("A", "A2"), ("neither",), ("J",)): 12}
    table = (Table("t", "", {"place": 2}),)
    known = {(("A", "A2"), (), ()): 12}
    linked = cube_of(counts, table).linked()
    free, bound = protect(linked), protect(linked, known=known)
    total = linked.cells.index(((), (), ()))
    assert total not in free.withheld
    assert total in bound.withheld


def test_a_solver_that_fails_costs_figures_and_not_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    from evenhand.disclosure.alternatives import Alternatives

    monkeypatch.setattr(Alternatives, "_solve", lambda *_: None)
    published = publish(Figure(cube_of(HARD[0])), Control(11))
    assert set(published.values.values()) == {None}


def test_a_solver_that_gives_a_wrong_table_costs_figures_and_not_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from evenhand.disclosure.alternatives import Alternatives

    # One more case everywhere: the sums do not agree.
    monkeypatch.setattr(Alternatives, "_solve", lambda self, *_: self.values + 1)
    published = publish(Figure(cube_of(HARD[0])), Control(11))
    assert set(published.values.values()) == {None}


def test_a_solver_over_its_limit_costs_figures_and_not_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.disclosure.alternatives.LIMIT_S", 0)
    published = publish(Figure(cube_of(HARD[0])), Control(11))
    assert set(published.values.values()) == {None}


@settings(max_examples=25)
@given(cubes(3, 3))
def test_lower_bounds_are_true_of_every_table(cube: Cube) -> None:
    from evenhand.disclosure.alternatives import Alternatives

    linked = cube.linked()
    if not linked.cells:
        return
    bounds_ = Alternatives(linked, 100, {}).lower_bounds()
    nothing_shown = Protection(frozenset(range(len(linked.values))), 0, 11)
    assert all(bounds_[cell] <= low for cell, (low, _) in whole_bounds(linked, nothing_shown).items())


def test_the_check_refuses_a_table_that_does_not_agree() -> None:
    from evenhand.disclosure.alternatives import Alternatives

    linked = cube_of(HARD[0]).linked()
    alternatives = Alternatives(linked, 100, {})
    withheld = np.ones(len(linked.values), dtype=bool)
    alternatives.check(alternatives.values, withheld)
    wrong = alternatives.values.copy()
    wrong[0] += 1
    with pytest.raises(ArithmeticError):
        alternatives.check(wrong, withheld)


@pytest.mark.parametrize(
    ("number", "base", "shown"), [(0, 5, 0), (12, 5, 10), (13, 5, 15), (15, 10, 20), (7, 1, 7)]
)
def test_rounding(number: int, base: int, shown: int) -> None:
    assert rounded(number, base) == shown


def test_rounded_figures_show_multiples_only() -> None:
    published = publish(Figure(cube_of(HARD[0])), Control(11, 5))
    assert all(value % 5 == 0 for value in published.values.values() if value is not None)


@pytest.mark.parametrize("threshold", [0, 2, 1001])
def test_a_threshold_out_of_range_is_refused(threshold: int) -> None:
    with pytest.raises(ValueError, match="threshold"):
        protect(cube_of(HARD[0]).linked(), threshold)
