"""The monitor over years of daily looks: false alarms, power and confidence sequences over many counties."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm

from counties.process import HISPANIC, NAMES, Floats, Ints, Process, confounded, process
from counties.rates import Rate, rate
from evenhand.uniformity.watch import evidence
from evenhand.uniformity.watch.blocks import Daily, cut, tables
from evenhand.uniformity.watch.evidence import GRID, PRIOR_SD

ALPHA = 0.05
BATCH = 50
"""Counties whose blocks are cut together."""
APART = 100_000
"""Days between the calendars of two counties."""


@dataclass(frozen=True)
class Days:
    """Bookings of a batch of counties, day by day; strata are numbered through all of them."""

    daily: Daily
    strata: int
    days: int

    def county(self) -> Ints:
        """The county of each entry."""
        return self.daily.stratum // self.strata


def draw_days(rng: np.random.Generator, process: Process, counties: int, a_year: int, days: int) -> Days:
    """So many counties with so many bookings a year on the average, evenly over the days."""
    strata = process.mix.shape[1]
    a_day = process.mix.ravel() * a_year / 365
    cases: list[Ints] = []
    for county in range(counties):
        day = np.repeat(np.arange(days), rng.poisson(a_day.sum(), days))
        cell = rng.choice(len(a_day), len(day), p=a_day / a_day.sum())
        group, stratum = np.divmod(cell, strata)
        event = rng.random(len(cell)) < process.share.ravel()[cell]
        cases.append(np.stack([county * strata + stratum, day, group, event], axis=1))
    rows = np.concatenate(cases)
    size = np.array([counties * strata, days, len(NAMES)])
    key = np.ravel_multi_index(rows[:, :3].T, size)
    kinds, at = np.unique(key, return_inverse=True)
    stratum, day, group = (np.asarray(c, dtype=np.int64) for c in np.unravel_index(kinds, size))
    events = np.bincount(at, rows[:, 3], len(kinds)).astype(np.int64)
    counts = np.bincount(at, minlength=len(kinds)).astype(np.int64)
    return Days(Daily(stratum, day, group, np.zeros_like(day), counts, events), strata, days)


def running(made: Days, group: int) -> Iterator[tuple[int, Ints, Floats]]:
    """For each county the days on which evidence came, and the log ratios summed up to each."""
    pair = made.daily.paired(group)
    # All counties at once, each in days of its own.
    county = pair.stratum // made.strata
    apart = replace(pair, day=county * APART + pair.day)
    found = tables(apart, cut(apart, APART * (int(county.max()) + 2)))
    home, day = np.divmod(found.day, APART)
    for number in range(int(county.max()) + 1):
        own = replace(found, day=day).where((home == number) & (day < made.days))
        days = np.unique(own.day)
        yield number, days, np.cumsum(evidence.by_day(own, days), axis=0)


def naive(made: Days, group: int, looks: Ints) -> list[bool]:
    """Whether a Cochran-Mantel-Haenszel test of all cases so far, done on each of the days, ever alarms."""
    pair = made.daily.paired(group)
    order = np.lexsort((pair.day, pair.stratum))
    pair = pair.where(order)
    first = np.r_[True, pair.stratum[1:] != pair.stratum[:-1]]
    starts = np.flatnonzero(first)
    sizes = np.diff(np.r_[starts, len(first)])

    def so_far(counts: Ints) -> Floats:
        total = np.cumsum(counts)
        before = (total - counts)[starts]
        return (total - np.repeat(before, sizes)).astype(float)

    own = pair.group > 0
    n0, n1 = so_far(pair.cases * ~own), so_far(pair.cases * own)
    m, x = so_far(pair.events), so_far(pair.events * own)
    n = n0 + n1
    surplus = x - n1 * m / n
    variance = n0 * n1 * m * (n - m) / (n**2 * np.maximum(n - 1, 1))
    counties = int(made.county().max()) + 1
    at = (pair.stratum // made.strata) * made.days + pair.day
    steps = []
    for value in (surplus, variance):
        change = np.where(first, value, value - np.r_[0.0, value[:-1]])
        steps.append(
            np.bincount(at, change, counties * made.days).reshape(counties, made.days).cumsum(axis=1)
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.abs(steps[0]) / np.sqrt(steps[1])
    alarms = (z >= norm.isf(ALPHA / 2)) & (steps[1] > 5)
    return [bool(row[looks].any()) for row in alarms]


def false_alarms(seed: int, counties: int, a_year: int, years: int) -> Iterator[Rate]:
    """No bias: one comparison alone, all groups as a family, and the naive test at the same looks."""
    days = 365 * years
    single, together, refuted, often, monthly = [], [], [], [], []
    for number, plain in _batches(seed, counties, process()):
        made = draw_days(np.random.default_rng((seed, number)), plain[0], plain[1], a_year, days)
        paths = np.full((plain[1], days, len(NAMES) - 1), 0.0)
        for group in range(1, len(NAMES)):
            for county, on, ratios in running(made, group):
                steps = np.r_[0.0, evidence.log_e(ratios)]
                paths[county, :, group - 1] = steps[np.searchsorted(on, np.arange(days), side="right")]
        own = paths[:, :, HISPANIC - 1]
        single += (own.max(axis=1) >= math.log(1 / ALPHA)).tolist()
        refuted += (own[:, -1] >= math.log(1 / ALPHA)).tolist()
        together += [bool((evidence.adjusted(p) >= math.log(1 / ALPHA)).any()) for p in paths]
        often += naive(made, HISPANIC, np.arange(days))
        monthly += naive(made, HISPANIC, np.arange(29, days, 30))
    looks = f"{years} years of daily looks"
    yield rate(f"monitor, one comparison: no bias, {looks}", single, ALPHA, "at most")
    yield rate(f"monitor, all groups as a family: no bias, {looks}", together, ALPHA, "at most")
    yield rate(f"Cochran-Mantel-Haenszel looked at daily: no bias, {looks}", often, ALPHA, "above")
    yield rate(f"the same looked at every 30 days: no bias, {years} years", monthly, ALPHA, "above")


def mixed(seed: int, counties: int, a_year: int, years: int) -> Iterator[Rate]:
    """No bias within charges, another mix for one group."""
    hits = []
    for number, (chosen, count) in _batches(seed, counties, confounded()):
        made = draw_days(np.random.default_rng((seed, number)), chosen, count, a_year, 365 * years)
        hits += [
            bool((evidence.log_e(r) >= math.log(1 / ALPHA)).any()) for _, _, r in running(made, HISPANIC)
        ]
    what = f"monitor, one comparison: no bias, another mix, {years} years"
    yield rate(what, hits, ALPHA, "at most")


def powers(seed: int, counties: int, a_year: int, years: int, sizes: tuple[float, ...]) -> Iterator[Rate]:
    """With a bias: who is found by the end, next to the prediction; and whether the truth is ever left out.

    The prediction is for being over the normal mixture's boundary (Robbins 1970) on the last day, with the
    information that the blocks hold on the average; to have been over it on any day is a little likelier.
    """
    for size in sizes:
        biased = process().shifted(size)
        p0, p1 = float(biased.share[0, 0]), float(biased.share[HISPANIC, 0])
        truth = math.log(p1 / (1 - p1) / (p0 / (1 - p0)))
        hits, missed, information = [], [], []
        for number, (chosen, count) in _batches(seed, counties, biased):
            made = draw_days(np.random.default_rng((seed, number)), chosen, count, a_year, 365 * years)
            information += [_information(made, p0, p1)] * count
            for _, _, ratios in running(made, HISPANIC):
                logs = evidence.log_e(ratios)
                hits.append(bool((logs >= math.log(1 / ALPHA)).any()))
                at_truth = _between(ratios, truth)
                missed.append(bool((logs - at_truth >= math.log(1 / ALPHA)).any()))
        wanted = _over(abs(truth), float(np.mean(information)))
        text = f"steps:race_ethnicity=hispanic:{size:+.2f}"
        yield rate(f"monitor: {text}, {years} years", hits, wanted, "at least")
        yield rate(f"confidence sequence ever misses the odds ratio: {text}", missed, ALPHA, "at most")


def _batches(seed: int, counties: int, chosen: Process) -> Iterator[tuple[int, tuple[Process, int]]]:
    for number, since in enumerate(range(0, counties, BATCH)):
        yield number, (chosen, min(BATCH, counties - since))


def _information(made: Days, p0: float, p1: float) -> float:
    """The mean over counties of the information about the log odds ratio that the blocks hold."""
    pair = made.daily.paired(HISPANIC)
    blocks = cut(pair, made.days - 1)
    own = pair.group > 0
    n0, n1 = (np.bincount(blocks.of, pair.cases * w, len(blocks.closed)) for w in (~own, own))
    use = (n0 > 0) & (n1 > 0) & (blocks.closed >= 0)
    n0, n1 = n0[use], n1[use]
    v0, v1 = n0 * p0 * (1 - p0), n1 * p1 * (1 - p1)
    return float((v0 * v1 / (v0 + v1)).sum()) / (int(made.county().max()) + 1)


def _over(effect: float, information: float) -> float:
    """The chance to be over the boundary of the normal mixture."""
    prior = information * PRIOR_SD**2
    boundary = math.sqrt((1 + 1 / prior) * (math.log(1 + prior) + 2 * math.log(1 / ALPHA)))
    drift = effect * math.sqrt(information)
    return float(norm.sf(boundary - drift) + norm.cdf(-boundary - drift))


def _between(ratios: Floats, theta: float) -> Floats:
    """The log ratios at an odds ratio between two points of the grid."""
    right = int(np.searchsorted(GRID, theta))
    part = (theta - GRID[right - 1]) / (GRID[right] - GRID[right - 1])
    found: Floats = ratios[:, right - 1] * (1 - part) + ratios[:, right] * part
    return found
