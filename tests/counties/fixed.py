"""The tests that look once: their rate of false alarms, and their power, over many counties."""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy.stats import norm

from counties.process import (
    HISPANIC,
    NAMES,
    by_jail,
    confounded,
    draw,
    draw_times,
    minutes,
    process,
)
from counties.rates import Rate, rate
from evenhand.uniformity.statistics.estimate import Cannot, Estimate, Tested
from evenhand.uniformity.statistics.family import benjamini_hochberg
from evenhand.uniformity.statistics.logistic import Cells, logistic
from evenhand.uniformity.statistics.shares import (
    clopper_pearson,
    detectable,
    difference,
    score_test,
    wilson,
)
from evenhand.uniformity.statistics.stratified import (
    Strata,
    cmh,
    general_cmh,
    odds_ratio,
    risk_difference,
)
from evenhand.uniformity.statistics.survival import Times, compare_times, log_rank

ALPHA = 0.05
Test = Callable[[Strata], bool]


def _alarm(found: Tested | Cannot) -> bool:
    return not isinstance(found, Cannot) and found.p <= ALPHA


def crude(strata: Strata) -> bool:
    """One group against the reference without strata."""
    (x0, x1), (n0, n1) = (c[[0, HISPANIC]].sum(axis=1).tolist() for c in (strata.events, strata.cases))
    return _alarm(score_test(x1, n1, x0, n0))


def within(strata: Strata) -> bool:
    """One group against the reference within strata."""
    return _alarm(cmh(strata.pair(HISPANIC)))


def general(strata: Strata) -> bool:
    """Any difference among all groups within strata."""
    return _alarm(general_cmh(strata))


def fitted(strata: Strata) -> bool:
    """Logistic regression with jail and charge as factors."""
    groups, count = strata.cases.shape
    stratum = np.tile(np.arange(count), groups)
    some = strata.cases.ravel() > 0
    charges = count // 3
    cells = Cells(
        np.repeat(np.arange(groups), count)[some],
        (stratum[some] // charges, stratum[some] % charges),
        strata.events.ravel()[some],
        strata.cases.ravel()[some],
    )
    found = logistic(cells)
    effect = found if isinstance(found, Cannot) else found.odds_ratio[HISPANIC]
    return isinstance(effect, Estimate) and not _holds(effect, 1.0)


def family(strata: Strata) -> bool:
    """Any discovery among all groups, Benjamini-Hochberg."""
    found = [cmh(strata.pair(group)) for group in range(1, len(NAMES))]
    p = [1.0 if isinstance(each, Cannot) else each.p for each in found]
    return min(benjamini_hochberg(p)) <= ALPHA


def ranked(times: Times) -> bool:
    """Log-rank test of one group against the reference within strata."""
    return _alarm(compare_times(times.pair(HISPANIC)).test)


def ranked_all(times: Times) -> bool:
    """Log-rank test of all groups within strata."""
    return _alarm(log_rank(times))


def _holds(estimate: Estimate, value: float) -> bool:
    low = -math.inf if estimate.low is None else estimate.low
    high = math.inf if estimate.high is None else estimate.high
    return low <= value <= high


def _missed(found: object, value: float) -> bool:
    return isinstance(found, Estimate) and not _holds(found, value)


# --- what the formulas predict ---------------------------------------------------------------------------


def power(effect: float, spread: float, spread_biased: float | None = None) -> float:
    """The power of a two-sided test whose statistic has the mean `effect` with the bias, and a standard
    deviation of `spread` without and of `spread_biased` with it."""
    bound, wide = norm.isf(ALPHA / 2) * spread, spread_biased or spread
    return float(norm.sf((bound - effect) / wide) + norm.cdf((-bound - effect) / wide))


def power_within(strata: Strata, share: float, by: float) -> float:
    """Of the Cochran-Mantel-Haenszel test, from the cases alone (Cochran 1954), with the variance of each
    hypothesis (Fleiss, Levin and Paik 2003, section 4.2)."""
    n0, n1 = strata.cases[[0, HISPANIC]].astype(float)
    both = (n0 > 0) & (n1 > 0)
    n0, n1 = n0[both], n1[both]
    n = n0 + n1
    weight = n0 * n1 / n
    pooled = (n0 * share + n1 * (share + by)) / n
    own = share + by
    biased = weight**2 * (share * (1 - share) / n0 + own * (1 - own) / n1)
    plain = weight * pooled * (1 - pooled)
    return power(abs(by) * weight.sum(), math.sqrt(plain.sum()), math.sqrt(biased.sum()))


def power_ranked(times: Times, delay: int) -> float:
    """Of the log-rank test, from the cases of each stratum and the two laws of the time: the mean of the
    statistic (Schoenfeld 1981), and its variance with the bias (Lin and Wei 1989, JASA 84:1074)."""
    cases = np.zeros((2, int(times.stratum.max()) + 1))
    for row, group in enumerate((0, HISPANIC)):
        cases[row] = np.bincount(times.stratum, times.events[group], cases.shape[1])
    law = np.stack([minutes(), minutes(delay)])
    still = 1 - np.cumsum(law, axis=1) + law
    at_risk, events = (cases[:, :, None] * each[:, None, :] for each in (still, law))
    n, d = at_risk.sum(axis=0), events.sum(axis=0)
    # One alone at risk tells nothing.
    d = np.where(n > 1, d, 0.0)
    n = np.maximum(n, 1.0)
    share = at_risk[1] / n
    plain = float((share * (1 - share) * d * (n - d) / np.maximum(n - 1, 1e-9)).sum())
    effect = biased = 0.0
    for group in (0, 1):
        # What a case that leaves at each moment adds to events less those expected.
        adds = group - share - np.cumsum((group - share) * d / n, axis=1)
        mean = (law[group] * adds).sum(axis=1)
        effect += float((cases[group] * mean).sum())
        biased += float((cases[group] * ((law[group] * adds**2).sum(axis=1) - mean**2)).sum())
    return power(abs(effect), math.sqrt(plain), math.sqrt(biased))


# --- trials ----------------------------------------------------------------------------------------------

SIMPLE: dict[str, Test] = {
    "score test of two shares": crude,
    "Cochran-Mantel-Haenszel": within,
    "generalised, all groups": general,
    "logistic regression, jail and charge": fitted,
    "Benjamini-Hochberg over all groups": family,
}
BOUND = {"Benjamini-Hochberg over all groups": "at most"}
"""The groups share a reference, so that their tests go together and the rate is below its bound."""


def false_alarms(seed: int, counties: int, bookings: int) -> Iterator[Rate]:
    """Without a bias; with the mix the same for all groups, then another for one."""
    rng = np.random.default_rng(seed)
    made = draw(rng, process(), counties, bookings)
    for name, test in SIMPLE.items():
        yield rate(f"{name}: no bias", [test(s) for s in made], ALPHA, BOUND.get(name, "is"))
    times = draw_times(rng, process(), counties, bookings)
    yield rate("log-rank, one group: no bias", [ranked(t) for t in times], ALPHA)
    yield rate("log-rank, all groups: no bias", [ranked_all(t) for t in times], ALPHA)
    made = draw(rng, confounded(), counties, bookings)
    yield rate("score test: no bias, another mix of charges", [crude(s) for s in made], ALPHA, "above")
    for name, test in SIMPLE.items():
        if test is not crude:
            hits = [test(s) for s in made]
            yield rate(f"{name}: no bias, another mix", hits, ALPHA, BOUND.get(name, "is"))


def intervals(seed: int, counties: int, bookings: int) -> Iterator[Rate]:
    """How often an interval of 95 percent leaves the truth out, with a bias."""
    rng = np.random.default_rng(seed)
    by = -0.04
    biased = process().shifted(by)
    made = draw(rng, biased, counties, bookings)
    share = float(biased.share[HISPANIC, 0])
    reference = float(biased.share[0, 0])
    odds = share / (1 - share) / (reference / (1 - reference))
    counts = [(s.events.sum(axis=1).tolist(), s.cases.sum(axis=1).tolist()) for s in made]
    h = HISPANIC
    missed = [_missed(wilson(x[h], n[h]), share) for x, n in counts]
    yield rate("Wilson misses the share", missed, ALPHA)
    missed = [_missed(clopper_pearson(x[h], n[h]), share) for x, n in counts]
    yield rate("Clopper-Pearson misses the share", missed, ALPHA, "at most")
    missed = [_missed(difference(x[h], n[h], x[0], n[0]), by) for x, n in counts]
    yield rate("Newcombe misses the difference", missed, ALPHA)
    missed = [_missed(odds_ratio(s.pair(h)), odds) for s in made]
    yield rate("Mantel-Haenszel misses the odds ratio", missed, ALPHA)
    found = [risk_difference(s.pair(h)) for s in made]
    missed = [not isinstance(each, Cannot) and _missed(each[0], by) for each in found]
    yield rate("Mantel-Haenszel misses the difference", missed, ALPHA)


def powers(
    seed: int,
    counties: int,
    bookings: int,
    sizes: Sequence[float],
    delays: Sequence[int],
    modelled: Sequence[float] = (),
) -> Iterator[Rate]:
    """With biases of stated sizes, the power next to what the formulas predict.

    The logistic model, which takes most of the time, is fitted for the sizes `modelled`.
    """
    rng = np.random.default_rng(seed)
    plain = process()
    share = float(plain.share[0, 0])
    for by in sizes:
        made = draw(rng, plain.shifted(by), counties, bookings)
        wanted = float(np.mean([power_within(s, share, by) for s in made]))
        what = f"steps:race_ethnicity=hispanic:{by:+.2f}"
        yield rate(f"Cochran-Mantel-Haenszel: {what}", [within(s) for s in made], wanted)
        if by in modelled:
            yield rate(f"logistic regression: {what}", [fitted(s) for s in made], wanted)
    found = [risk_difference(s.pair(HISPANIC)) for s in draw(rng, plain, 100, bookings)]
    least = detectable(float(np.mean([each[1] for each in found if not isinstance(each, Cannot)])))
    made = draw(rng, plain.shifted(-least), counties, bookings)
    what = f"the smallest difference said to be found with 80 percent ({least:.3f})"
    yield rate(f"Cochran-Mantel-Haenszel: {what}", [within(s) for s in made], 0.8)
    for delay in delays:
        times = draw_times(rng, by_jail(plain), counties, bookings, delay)
        wanted = float(np.mean([power_ranked(t, delay) for t in times[:100]]))
        what = f"time_to_screening:race_ethnicity=hispanic:{delay}"
        yield rate(f"log-rank within jails: {what}", [ranked(t) for t in times], wanted)
