"""Each test at its rate when nothing differs, with the promised power at the stated size."""

import numpy as np
import pytest
from scipy.stats import binom

from evenhand.uniformity.statistics import logistic, series, shares, stratified, survival
from evenhand.uniformity.statistics.estimate import Cannot

ROUNDS = 400


def within(hits: int, rate: float, rounds: int = ROUNDS) -> bool:
    """Whether so many hits are likely (99.98 percent) at that rate."""
    low, high = binom.interval(0.9998, rounds, rate)
    return bool(low <= hits <= high)


def drawn(dice, rates, size=60, strata=12):
    """Counts of groups with these shares in the middle of the strata's own."""
    cases = dice.integers(size // 2, size * 2, (len(rates), strata))
    tilt = dice.normal(0, 0.5, strata)
    chance = 1 / (1 + np.exp(-(np.log(np.array(rates) / (1 - np.array(rates)))[:, None] + tilt)))
    return stratified.Strata(dice.binomial(cases, chance), cases)


def test_cmh_logistic_and_several_groups_at_their_rate():
    dice = np.random.default_rng(11)
    pairs = models = several = 0
    for _ in range(ROUNDS):
        table = drawn(dice, (0.3, 0.3, 0.3))
        pairs += stratified.cmh(table.pair(1)).p < 0.05
        several += stratified.general_cmh(table).p < 0.05
        group = np.repeat(np.arange(3), 12)
        cells = logistic.Cells(group, (np.tile(np.arange(12), 3),), table.events.ravel(), table.cases.ravel())
        odds = logistic.logistic(cells).odds_ratio[1]
        models += not odds.low <= 1 <= odds.high
    assert within(pairs, 0.05)
    assert within(several, 0.05)
    assert within(models, 0.05)


def test_the_adjusted_difference_covers_and_finds_what_it_promises():
    dice = np.random.default_rng(12)
    covered = found = 0
    for _ in range(ROUNDS):
        cases = dice.integers(40, 80, (2, 10))
        rates = dice.uniform(0.2, 0.4, 10)
        plain = stratified.compare(stratified.Strata(dice.binomial(cases, np.array([rates, rates])), cases))
        covered += plain.difference.low <= 0 <= plain.difference.high
        smallest = shares.detectable(plain.difference_error)
        tilted = stratified.Strata(dice.binomial(cases, np.array([rates, rates + smallest])), cases)
        found += stratified.cmh(tilted).p < 0.05
    assert within(covered, 0.95)
    # The promise is made from the error of another draw, near enough for three points.
    assert 0.75 < found / ROUNDS < 0.86


def event_times(dice, hazards, size=80, strata=4):
    """Times on a coarse grid, so that ties are many, with a third censored."""
    stratum = np.repeat(np.arange(strata), size * len(hazards))
    group = np.tile(np.repeat(np.arange(len(hazards)), size), strata)
    own = dice.exponential(20 / (np.array(hazards)[group] * (1 + 0.5 * stratum))).astype(int)
    lost = dice.exponential(40, len(group)).astype(int)
    people = np.stack([stratum, np.minimum(own, lost)], axis=1)
    points, at = np.unique(people, axis=0, return_inverse=True)
    counts = np.zeros((2, len(hazards), len(points)), dtype=np.int64)
    np.add.at(counts, ((own <= lost).astype(int), group, at), 1)
    return survival.Times(points[:, 0], points[:, 1], counts[1], counts[0])


def test_log_rank_at_its_rate_and_power():
    dice = np.random.default_rng(13)
    pairs = several = found = 0
    for _ in range(ROUNDS):
        even = event_times(dice, (1, 1, 1))
        several += survival.log_rank(even).p < 0.05
        pair = survival.compare_times(even.pair(1))
        pairs += pair.test.p < 0.05
        ratio = survival.smallest_hazard_ratio(pair.log_error)
        found += survival.compare_times(event_times(dice, (1, ratio))).test.p < 0.05
    assert within(pairs, 0.05)
    assert within(several, 0.05)
    # Cutting times to whole units draws the ratio a little towards one.
    assert 0.70 < found / ROUNDS < 0.86


def test_interrupted_series_near_its_rate():
    """With 40 months the robust errors are somewhat small: the rate is above nominal, below thrice."""
    dice = np.random.default_rng(14)
    hits = sum(series.interrupted(dice.normal(50, 5, 40), 20).level_p < 0.05 for _ in range(ROUNDS))
    assert 0.03 < hits / ROUNDS < 0.15


def test_differences_near_their_rate():
    dice = np.random.default_rng(15)
    place, month = np.repeat(np.arange(10), 12), np.tile(np.arange(12), 10)
    treated = (place < 5) & (month >= 6)
    hits = 0
    for _ in range(40):
        values = dice.normal(0, 1, 10)[place] + dice.normal(0, 1, 12)[month] + dice.normal(0, 1, len(place))
        hits += series.differences(values, place, month, treated).p < 0.05
    assert within(hits, 0.06, 40)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_table_two(counts, low, high):
    """Newcombe 1998, Statistics in Medicine 17:873, Table II, method 10."""
    found = shares.difference(*counts)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_no_cases_have_no_share():
    assert isinstance(shares.wilson(0, 0), Cannot)
    assert isinstance(shares.difference(0, 0, 1, 2), Cannot)
    assert isinstance(shares.ratio(0, 5, 1, 2), Cannot)
    assert isinstance(shares.score_test(0, 5, 0, 2), Cannot)
    assert isinstance(shares.smallest_difference(0.0, 5, 5), Cannot)
