"""One share, and two shares next to each other, from counts alone.

Sources: Wilson (1927), JASA 22:209; Clopper and Pearson (1934), Biometrika 26:404; Newcombe (1998),
Statistics in Medicine 17:873 (method 10: hybrid of two Wilson intervals); Katz and others (1978), Biometrics
34:469.
"""

import math

from evenhand.uniformity.statistics.estimate import (
    LEVEL,
    POWER,
    Cannot,
    Estimate,
    Tested,
    chi_squared_tail,
    critical,
)

NO_CASES = "no cases"


def wilson(events: int, cases: int, level: float = LEVEL) -> Estimate | Cannot:
    """A share with Wilson's score interval."""
    if not cases:
        return Cannot(NO_CASES)
    return Estimate(*_wilson(events, cases, level))


def _wilson(events: int, cases: int, level: float) -> tuple[float, float, float]:
    """The share and both ends of its interval."""
    share, z = events / cases, critical(level)
    middle = share + z**2 / (2 * cases)
    reach = z * math.sqrt(share * (1 - share) / cases + (z / (2 * cases)) ** 2)
    scale = 1 + z**2 / cases
    # Rounding may put an end beyond 0 or 1 by the last digit.
    return share, max((middle - reach) / scale, 0.0), min((middle + reach) / scale, 1.0)


def clopper_pearson(events: int, cases: int, level: float = LEVEL) -> Estimate | Cannot:
    """A share with the exact (tail) interval, which covers at least `level`."""
    from scipy.special import betainccinv, betaincinv

    if not cases:
        return Cannot(NO_CASES)
    tail, others = (1 - level) / 2, cases - events
    low = float(betaincinv(events, others + 1, tail)) if events else 0.0
    high = float(betainccinv(events + 1, others, tail)) if others else 1.0
    return Estimate(events / cases, low, high)


def difference(events: int, cases: int, events_ref: int, cases_ref: int) -> Estimate | Cannot:
    """The share less that of the reference, with Newcombe's interval."""
    if not (cases and cases_ref):
        return Cannot(NO_CASES)
    (share, low, high), (ref, low_ref, high_ref) = (
        _wilson(events, cases, LEVEL),
        _wilson(events_ref, cases_ref, LEVEL),
    )
    value = share - ref
    least = value - math.hypot(share - low, high_ref - ref)
    most = value + math.hypot(high - share, ref - low_ref)
    return Estimate(value, max(least, -1.0), min(most, 1.0))


def ratio(events: int, cases: int, events_ref: int, cases_ref: int) -> Estimate | Cannot:
    """The share divided by that of the reference, with the interval on the log scale."""
    if not (cases and cases_ref):
        return Cannot(NO_CASES)
    if not (events and events_ref):
        return Cannot("no events in one of the groups: a ratio has no interval")
    value = (events / cases) / (events_ref / cases_ref)
    error = math.sqrt(1 / events - 1 / cases + 1 / events_ref - 1 / cases_ref)
    spread = math.exp(critical() * error)
    return Estimate(value, value / spread, value * spread)


def score_test(events: int, cases: int, events_ref: int, cases_ref: int) -> Tested | Cannot:
    """Pearson's chi-squared test of two shares, without continuity correction and without strata."""
    if not (cases and cases_ref):
        return Cannot(NO_CASES)
    pooled = (events + events_ref) / (cases + cases_ref)
    if pooled in (0.0, 1.0):
        return Cannot("no events in either group" if pooled == 0 else "an event in every case of both groups")
    variance = pooled * (1 - pooled) * (1 / cases + 1 / cases_ref)
    statistic = (events / cases - events_ref / cases_ref) ** 2 / variance
    return Tested(statistic, 1, chi_squared_tail(statistic, 1))


def smallest_difference(share: float, cases: int, cases_ref: int, level: float = LEVEL) -> float | Cannot:
    """The difference of two shares that such a comparison finds with the stated power.

    `share` is the common share. Normal approximation (Fleiss, Levin and Paik 2003, section 4.2, without
    continuity correction, both variances at the common share).
    """
    if not (cases and cases_ref):
        return Cannot(NO_CASES)
    spread = math.sqrt(share * (1 - share) * (1 / cases + 1 / cases_ref))
    return detectable(spread, level) if spread else Cannot("no events, or an event in every case")


def detectable(standard_error: float, level: float = LEVEL, power: float = POWER) -> float:
    """The smallest true effect that a two-sided test finds with `power`, on the scale of the error."""
    return (critical(level) + critical(2 * power - 1)) * standard_error
