"""The evidence of the monitor next to other ways to the same numbers."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom, nchypergeom_fisher
from statsmodels.discrete.conditional_models import ConditionalLogit

from evenhand.uniformity.watch.evidence import (
    GRID,
    Tables,
    adjusted,
    by_day,
    confidence_sequence,
    log_e,
    log_ratios,
    most_likely,
    shares_at,
)

CALM = settings(max_examples=60)


def one(reference: int, group: int, events: int, group_events: int) -> Tables:
    return Tables(*(np.array([n]) for n in (reference, group, events, group_events, 0)))


def drawn(seed: int, count: int, log_odds: float = 0.0, size: int = 12) -> Tables:
    """Tables of blocks whose shares differ from block to block."""
    rng = np.random.default_rng(seed)
    reference, group = rng.integers(1, 3 * size, count), rng.integers(1, size, count)
    base = rng.normal(-1, 1, count)
    x0 = rng.binomial(reference, 1 / (1 + np.exp(-base)))
    x1 = rng.binomial(group, 1 / (1 + np.exp(-base - log_odds)))
    return Tables(reference, group, x0 + x1, x1, np.sort(rng.integers(0, 50, count))).telling()


@pytest.mark.parametrize("margins", [(5, 3, 4, 2), (40, 7, 11, 0), (2, 30, 20, 19), (300, 90, 150, 60)])
def test_ratios_are_those_of_fishers_noncentral_law(margins: tuple[int, int, int, int]) -> None:
    reference, group, events, x = margins
    total = reference + group
    wanted = [
        nchypergeom_fisher.logpmf(x, total, group, events, np.exp(theta))
        - hypergeom.logpmf(x, total, group, events)
        for theta in GRID
    ]
    assert log_ratios(one(*margins))[0] == pytest.approx(wanted, abs=1e-6)


@CALM
@given(st.integers(1, 15), st.integers(1, 15), st.data())
def test_without_a_difference_the_mean_of_an_e_value_is_one(n0: int, n1: int, data: st.DataObject) -> None:
    events = data.draw(st.integers(1, n0 + n1 - 1))
    support = range(max(0, events - n0), min(n1, events) + 1)
    chances = hypergeom.pmf(support, n0 + n1, n1, events)
    ratios = np.array([log_ratios(one(n0, n1, events, x))[0] for x in support])
    assert chances @ np.exp(ratios) == pytest.approx(1)
    assert chances @ np.exp(log_e(ratios)) == pytest.approx(1)


def test_the_likelihood_is_that_of_conditional_logistic_regression() -> None:
    found = drawn(3, 60, 0.6)
    y, x, block = [], [], []
    for number, (n0, n1, m, k) in enumerate(
        zip(found.reference, found.group, found.events, found.group_events, strict=True)
    ):
        y += [1] * (m - k) + [0] * (n0 - m + k) + [1] * k + [0] * (n1 - k)
        x += [0] * n0 + [1] * n1
        block += [number] * (n0 + n1)
    model = ConditionalLogit(np.array(y), np.array(x)[:, None].astype(float), groups=np.array(block))
    fitted = model.fit(disp=False)
    total = log_ratios(found).sum(axis=0)
    peer = np.array([model.loglike([theta]) - model.loglike([0.0]) for theta in GRID[::10]])
    assert total[::10] == pytest.approx(peer, abs=1e-6)
    assert most_likely(total) == pytest.approx(np.exp(fitted.params[0]), rel=0.01)


def test_adding_up_by_day_loses_nothing() -> None:
    found = drawn(5, 200)
    days = np.unique(found.day)
    assert by_day(found, days).sum(axis=0) == pytest.approx(log_ratios(found).sum(axis=0))


@pytest.mark.parametrize("log_odds", [-0.8, 0.0, 0.8])
def test_a_confidence_sequence_leaves_one_out_just_when_the_e_value_says_so(log_odds: float) -> None:
    for seed in range(10):
        total = log_ratios(drawn(seed, 80, log_odds)).sum(axis=0)
        low, high = confidence_sequence(total, 0.05)
        assert low is not None
        assert high is not None
        best = most_likely(total)
        assert best is not None
        assert low < best < high
        # The ends lie one point of the grid further out.
        if not low <= 1 <= high:
            assert log_e(total) >= np.log(20)
        elif log_e(total) >= np.log(20):
            assert min(abs(np.log(low)), abs(np.log(high))) < 0.02


def test_one_sided_tables_leave_an_end_open() -> None:
    total = 30 * log_ratios(one(5, 5, 5, 0))[0]
    low, high = confidence_sequence(total, 0.05)
    assert low is None
    assert high is not None
    assert high < 1
    assert most_likely(total) is None


@CALM
@given(st.lists(st.floats(-6, 9), min_size=1, max_size=6))
def test_adjusted_e_values_are_those_of_closed_testing(logs: list[float]) -> None:
    e = np.exp(logs)
    places = range(len(e))
    wanted = [
        min(
            e[[k, *others]].mean()
            for size in range(len(e))
            for others in combinations([p for p in places if p != k], size)
        )
        for k in places
    ]
    assert np.exp(adjusted(np.array([logs]))[0]) == pytest.approx(wanted)


@CALM
@given(st.integers(1, 400), st.integers(1, 400), st.floats(0.05, 20), st.data())
def test_shares_keep_to_the_events_and_the_odds(n0: int, n1: int, ratio: float, data: st.DataObject) -> None:
    events = data.draw(st.integers(1, n0 + n1 - 1))
    p, q = shares_at(ratio, n0, n1, events)
    assert n0 * p + n1 * q == pytest.approx(events, rel=1e-6)
    assert q / (1 - q) == pytest.approx(ratio * p / (1 - p), rel=1e-4)
    for low in (True, False):
        p, q = shares_at(None, n0, n1, events, low=low)
        assert n0 * p + n1 * q == pytest.approx(events)
        assert (p == 1 or q == 0) if low else (q == 1 or p == 0)
