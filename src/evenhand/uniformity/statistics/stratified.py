"""Groups compared within strata, so that a difference of place, charge or hour is no difference of groups.

Sources: Cochran (1954), Biometrics 10:417; Mantel and Haenszel (1959), JNCI 22:719; the test of several
groups: Birch (1965), JRSS B 27:111 and Agresti, Categorical Data Analysis (2013), section 8.4; the odds
ratio's interval: Robins, Breslow and Greenland (1986), Biometrics 42:311; the difference of shares: Greenland
and Robins (1985), Biometrics 41:55, with the variance of Sato, Greenland and Robins (1989), Biometrics
45:1323; when the approximation may be used: Mantel and Fleiss (1980), American Journal of Epidemiology
112:129.
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

Counts = npt.NDArray[np.int64]
ENOUGH = 5.0
"""Mantel and Fleiss: both margins of the statistic's range must be at least this far from its mean."""


@dataclass(frozen=True)
class Strata:
    """Counts of groups in strata: `events` and `cases`, both of shape (groups, strata).

    The first row is the reference group. `0 <= events <= cases`.
    """

    events: Counts
    cases: Counts

    def __post_init__(self) -> None:
        if self.events.shape != self.cases.shape or self.events.ndim != 2:
            raise ValueError(f"shapes {self.events.shape} and {self.cases.shape} are not (groups, strata)")

    def pair(self, group: int) -> "Strata":
        """The reference and one other group alone."""
        rows = [0, group]
        return Strata(self.events[rows], self.cases[rows])

    def totals(self) -> tuple[Counts, Counts]:
        """Events and cases of each group over all strata."""
        return self.events.sum(axis=1), self.cases.sum(axis=1)

    def telling(self) -> "Strata":
        """The strata that can tell of a difference: two groups or more, some events and some without."""
        events, cases = self.events.sum(axis=0), self.cases.sum(axis=0)
        keep = ((self.cases > 0).sum(axis=0) > 1) & (events > 0) & (events < cases)
        return Strata(self.events[:, keep], self.cases[:, keep])


@dataclass(frozen=True)
class Compared:
    """One group against the reference within strata.

    `odds_ratio` and `difference` (share less the reference's share) are pooled over the strata.
    `difference_error` is the standard error of the difference. `used` is how many strata could tell.
    """

    test: Tested | Cannot
    odds_ratio: Estimate | Cannot
    difference: Estimate | Cannot
    difference_error: float | None
    used: int


def cmh(strata: Strata) -> Tested | Cannot:
    """Cochran-Mantel-Haenszel test of two groups, one degree of freedom, no continuity correction."""
    telling = strata.telling()
    reason = _untestable(strata, telling)
    if reason:
        return Cannot(reason)
    if _range(telling) < ENOUGH:
        return Cannot("too few events for the test's approximation (Mantel and Fleiss)")
    n0, n1 = telling.cases.astype(float)
    n, m = n0 + n1, telling.events.sum(axis=0)
    surplus = float((telling.events[1] - n1 * m / n).sum())
    variance = float((n0 * n1 * m * (n - m) / (n**2 * (n - 1))).sum())
    statistic = surplus**2 / variance
    return Tested(statistic, 1, chi_squared_tail(statistic, 1))


def odds_ratio(strata: Strata) -> Estimate | Cannot:
    """Mantel-Haenszel odds ratio of the second group to the reference."""
    telling = strata.telling()
    reason = _untestable(strata, telling)
    if reason:
        return Cannot(reason)
    (b, a), (d, c) = (rows.astype(float) for rows in (telling.events, telling.cases - telling.events))
    n = a + b + c + d
    # Robins, Breslow and Greenland's R, S, P and Q, for events a and b of the group and the reference.
    r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    if not (r.sum() and s.sum()):
        return Cannot("one group has all the events or none of them: the odds ratio has no estimate")
    value = float(r.sum() / s.sum())
    variance = (
        (p * r).sum() / r.sum() ** 2
        + (p * s + q * r).sum() / (r.sum() * s.sum())
        + (q * s).sum() / s.sum() ** 2
    ) / 2
    reach = critical() * math.sqrt(variance)
    return Estimate(value, finite(exp(math.log(value) - reach)), finite(exp(math.log(value) + reach)))


def risk_difference(strata: Strata) -> tuple[Estimate, float] | Cannot:
    """Mantel-Haenszel difference of shares (second group less reference), with its standard error."""
    both = (strata.cases > 0).all(axis=0)
    if not both.any():
        return Cannot("no stratum has both groups")
    n0, n1 = strata.cases[:, both].astype(float)
    x0, x1 = strata.events[:, both].astype(float)
    n = n0 + n1
    weight = float((n0 * n1 / n).sum())
    value = float(((x1 * n0 - x0 * n1) / n).sum()) / weight
    p = ((n1**2 * x0 - n0**2 * x1 + n0 * n1 * (n0 - n1) / 2) / n**2).sum()
    q = ((x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * n)).sum()
    variance = (value * p + q) / weight**2
    if variance <= 0:
        return Cannot("the difference is the same in every case: it has no standard error")
    error = math.sqrt(variance)
    z = critical()
    return Estimate(value, max(value - z * error, -1.0), min(value + z * error, 1.0)), error


def compare(strata: Strata) -> Compared:
    """Everything about one group against the reference; `strata` has two rows."""
    found = risk_difference(strata)
    difference, error = (found, None) if isinstance(found, Cannot) else found
    return Compared(cmh(strata), odds_ratio(strata), difference, error, strata.telling().cases.shape[1])


def general_cmh(strata: Strata) -> Tested | Cannot:
    """The test of any difference among several groups (nominal by binary, by strata).

    The statistic has a quadratic form in events less those expected with the multivariate hypergeometric
    covariance; groups without cases in any telling stratum are left out.
    """
    telling = strata.telling()
    present = telling.cases.sum(axis=1) > 0
    events, cases = telling.events[present].astype(float), telling.cases[present].astype(float)
    if events.shape[0] < 2:
        return Cannot(_untestable(strata, telling) or "one group alone")
    n, m = cases.sum(axis=0), events.sum(axis=0)
    surplus = (events - cases * m / n).sum(axis=1)[1:]
    scale = m * (n - m) / (n**2 * (n - 1))
    covariance = np.diag((cases * n * scale).sum(axis=1)) - (cases * scale) @ cases.T
    covariance = covariance[1:, 1:]
    if np.linalg.matrix_rank(covariance) < len(surplus):
        return Cannot("the groups do not share enough strata")
    statistic = float(surplus @ np.linalg.solve(covariance, surplus))
    return Tested(statistic, len(surplus), chi_squared_tail(statistic, len(surplus)))


def _untestable(strata: Strata, telling: Strata) -> str | None:
    events, cases = strata.totals()
    if not (cases > 0).sum() > 1:
        return "no cases in one of the groups" if len(cases) > 1 else "one group alone"
    if not events.sum():
        return "no events in any group"
    if events.sum() == cases.sum():
        return "an event in every case of every group"
    if not telling.cases.shape[1]:
        return "no stratum has several groups with and without events"
    return None


def _range(strata: Strata) -> float:
    """How far the extremes that the margins allow are from the expected sum of events (Mantel and Fleiss)."""
    n0, n1 = strata.cases
    m = strata.events.sum(axis=0)
    expected = float((n1 * m / (n0 + n1)).sum())
    low = float(np.maximum(0, m - n0).sum())
    high = float(np.minimum(n1, m).sum())
    return min(expected - low, high - expected)
