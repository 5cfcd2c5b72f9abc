"""Times to an event with censoring, from counts at each moment.

Sources: Kaplan and Meier (1958), JASA 53:457, with the log(-log) interval (Kalbfleisch and Prentice 2002,
section 1.4); the median's interval: Brookmeyer and Crowley (1982), Biometrics 38:29; the log-rank test:
Mantel (1966), Cancer Chemotherapy Reports 50:163; the one-step hazard ratio: Peto and Pike (1973) and Yusuf
and others (1985), Progress in Cardiovascular Diseases 27:335; the size of a detectable ratio: Schoenfeld
(1981), Biometrika 68:316.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenhand.uniformity.statistics.estimate import (
    Cannot,
    Estimate,
    Tested,
    chi_squared_tail,
    critical,
    exp,
    finite,
)
from evenhand.uniformity.statistics.shares import detectable

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
LARGEST = 15.0
"""Logarithms of ratios beyond this (three million times) are the sign of an estimate that has none."""


@dataclass(frozen=True)
class Times:
    """How many of each group had the event, or were lost from view, at each moment of each stratum.

    `stratum` and `time` have one entry for each point, sorted by both, no point twice; `events` and
    `censored` have the shape (groups, points), the first group being the reference. Times are in units of a
    grid; those censored at a moment were still at risk in it.
    """

    stratum: Ints
    time: Ints
    events: Ints
    censored: Ints

    def pair(self, group: int) -> "Times":
        """The reference and one other group alone."""
        rows = [0, group]
        return Times(self.stratum, self.time, self.events[rows], self.censored[rows])

    def cases(self) -> Ints:
        """How many of each group there are."""
        found: Ints = (self.events + self.censored).sum(axis=1)
        return found


@dataclass(frozen=True)
class RiskSets:
    """Those at risk and those with the event: shape (groups, moments at which an event happens)."""

    at_risk: Floats
    events: Floats

    def pair(self, group: int) -> "RiskSets":
        """The reference and one other group alone."""
        rows = [0, group]
        return RiskSets(self.at_risk[rows], self.events[rows])


@dataclass(frozen=True)
class Pressure:
    """What the log-rank test rests on; such parts of different strata add up.

    `surplus` are events less those expected by group, `covariance` theirs; `present` which groups were at
    risk, `happens` whether there were events.
    """

    surplus: Floats
    covariance: Floats
    present: npt.NDArray[np.bool_]
    happens: bool

    def __add__(self, other: "Pressure") -> "Pressure":
        return Pressure(
            self.surplus + other.surplus,
            self.covariance + other.covariance,
            self.present | other.present,
            self.happens or other.happens,
        )


@dataclass(frozen=True)
class ComparedTimes:
    """One group against the reference within strata.

    A `hazard_ratio` above 1 means that the event came sooner in the group. `log_error` is the standard error
    of its logarithm.
    """

    test: Tested | Cannot
    hazard_ratio: Estimate | Cannot
    log_error: float | None


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve: the share without the event after each time at which one happened.

    All arrays have one entry a step; the first is the start, where all are without the event. `at_risk` are
    those under observation just before the step.
    """

    time: Ints
    share: Floats
    low: Floats
    high: Floats
    at_risk: Ints
    events: Ints


def risk_sets(times: Times) -> RiskSets:
    """Who is at risk and who has the event, at the moments at which an event happens."""
    leaving = times.events + times.censored
    happens = times.events.any(axis=0)
    if not happens.any():
        nobody = np.zeros((len(leaving), 0))
        return RiskSets(nobody, nobody)
    starts = np.flatnonzero(np.r_[True, times.stratum[1:] != times.stratum[:-1]])
    sizes = np.diff(np.r_[starts, len(times.stratum)])
    left = np.cumsum(leaving, axis=1) - leaving
    # Those who are in the stratum, and those who left earlier strata.
    whole = np.add.reduceat(leaving, starts, axis=1) + left[:, starts]
    at_risk = np.repeat(whole, sizes, axis=1)[:, happens] - left[:, happens]
    return RiskSets(at_risk.astype(float), times.events[:, happens].astype(float))


def pressure(sets: RiskSets) -> Pressure:
    """Observed less expected events and their hypergeometric covariance, summed over strata and moments."""
    at_risk, events = sets.at_risk, sets.events
    n, d = at_risk.sum(axis=0), events.sum(axis=0)
    n_or_one = np.maximum(n, 1)
    surplus = (events - at_risk * (d / n_or_one)).sum(axis=1)
    # One alone at risk tells nothing: the factor is zero.
    scale = d * (n - d) / (np.maximum(n - 1, 1) * n_or_one**2)
    covariance = np.diag((at_risk * (n * scale)).sum(axis=1)) - (at_risk * scale) @ at_risk.T
    return Pressure(surplus, covariance, np.asarray(at_risk.any(axis=1)), bool(d.any()))


def log_rank(times: Times) -> Tested | Cannot:
    """The log-rank test within strata, of two groups or more."""
    return tested(pressure(risk_sets(times)))


def compare_times(times: Times) -> ComparedTimes:
    """One group against the reference; `times` has two rows."""
    return compared(pressure(risk_sets(times)))


def compared(parts: Pressure) -> ComparedTimes:
    """The test and the hazard ratio of the second of two groups, from their summed parts."""
    test = tested(parts)
    if isinstance(test, Cannot):
        return ComparedTimes(test, test, None)
    variance = float(parts.covariance[1, 1])
    log_ratio, error = float(parts.surplus[1]) / variance, 1 / math.sqrt(variance)
    z = critical()
    if abs(log_ratio) > LARGEST:
        return ComparedTimes(test, Cannot("the one-step hazard ratio is beyond all bounds"), error)
    ends = (finite(exp(log_ratio - z * error)), finite(exp(log_ratio + z * error)))
    return ComparedTimes(test, Estimate(exp(log_ratio), *ends), error)


def smallest_hazard_ratio(log_error: float) -> float | None:
    """The ratio above 1 that such a comparison finds with 80 percent power; its inverse likewise below 1.

    `None` where no ratio of any size would do.
    """
    return finite(exp(detectable(log_error)))


def kaplan_meier(time: Ints, events: Ints, censored: Ints) -> Curve | Cannot:
    """The curve of one group from its counts at each time (sorted, no time twice)."""
    if not (events.any() or censored.any()):
        return Cannot("no cases")
    if not events.any():
        return Cannot("no events")
    leaving = events + censored
    at_risk = leaving.sum() - np.cumsum(leaving) + leaving
    steps = events > 0
    time, events, at_risk = time[steps], events[steps], at_risk[steps]
    share = np.cumprod(1 - events / at_risk)
    # Nobody may be left at the last step, where the logarithm is not defined: the upper end stays there.
    some = at_risk > events
    variance = np.cumsum(events[some] / (at_risk[some] * (at_risk[some] - events[some])))
    log_share = np.log(share[some])
    reach = np.exp(critical() * np.sqrt(variance) / -log_share)
    low, high = np.exp(log_share * reach), np.exp(log_share / reach)
    if not some[-1]:
        low, high = np.r_[low, 0.0], np.r_[high, high[-1:] if len(high) else 1.0]
    start = np.zeros(1, dtype=np.int64)
    return Curve(
        np.r_[start, time],
        np.r_[1.0, share],
        np.r_[1.0, low],
        np.r_[1.0, high],
        np.r_[leaving.sum(), at_risk],
        np.r_[start, events],
    )


def quantile(curve: Curve, share: float = 0.5) -> Estimate | Cannot:
    """The time by which `share` have had the event, with the interval where the curve's own crosses it."""
    left = 1 - share
    value = _first(curve.time, curve.share, left)
    if value is None:
        return Cannot(f"fewer than {share:.0%} had the event while under observation")
    return Estimate(value, _first(curve.time, curve.low, left), _first(curve.time, curve.high, left))


def _first(time: Ints, share: Floats, left: float) -> float | None:
    below = np.flatnonzero(share <= left + 1e-12)
    return float(time[below[0]]) if len(below) else None


def tested(parts: Pressure) -> Tested | Cannot:
    """The log-rank test from its summed parts."""
    if not parts.happens:
        return Cannot("no events in any group")
    if parts.present.sum() < 2:
        return Cannot("no cases in one of the groups when an event happens")
    use = np.diag(parts.covariance) > 0
    df = int(use.sum()) - 1
    if df < 1:
        return Cannot("no moment at which an event could fall on several groups")
    surplus, covariance = parts.surplus[use][1:], parts.covariance[np.ix_(use, use)][1:, 1:]
    if np.linalg.matrix_rank(covariance) < df:
        return Cannot("the groups do not share enough strata")
    statistic = float(surplus @ np.linalg.solve(covariance, surplus))
    return Tested(statistic, df, chi_squared_tail(statistic, df))
