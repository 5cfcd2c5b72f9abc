"""One share, and two shares next to each other, from counts alone.

Sources: Wilson (1927), JASA 22:209; Clopper and Pearson (1934), Biometrika 26:404; Newcombe (1998),
Statistics in Medicine 17:873 (method 10: hybrid of two Wilson intervals); Katz and others (1978), Biometrics
34:469. The first three and the last are computed by statsmodels.
"""

import math

from evenhand.uniformity.statistics.estimate import LEVEL, POWER, Cannot, Estimate, Tested, critical

NO_CASES = "no cases"


def wilson(events: int, cases: int, level: float = LEVEL) -> Estimate | Cannot:
    """A share with Wilson's score interval."""
    return _share(events, cases, "wilson", level)


def clopper_pearson(events: int, cases: int, level: float = LEVEL) -> Estimate | Cannot:
    """A share with the exact (tail) interval, which covers at least `level`."""
    return _share(events, cases, "beta", level)


def _share(events: int, cases: int, method: str, level: float) -> Estimate | Cannot:
    from statsmodels.stats.proportion import proportion_confint

    if not cases:
        return Cannot(NO_CASES)
    low, high = proportion_confint(events, cases, alpha=1 - level, method=method)
    # Rounding may put an end beyond 0 or 1 by the last digit.
    return Estimate(events / cases, max(float(low), 0.0), min(float(high), 1.0))


def difference(events: int, cases: int, events_ref: int, cases_ref: int) -> Estimate | Cannot:
    """The share less that of the reference, with Newcombe's interval."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    if not (cases and cases_ref):
        return Cannot(NO_CASES)
    low, high = confint_proportions_2indep(
        events, cases, events_ref, cases_ref, method="newcomb", compare="diff", alpha=1 - LEVEL
    )
    return Estimate(events / cases - events_ref / cases_ref, max(float(low), -1.0), min(float(high), 1.0))


def ratio(events: int, cases: int, events_ref: int, cases_ref: int) -> Estimate | Cannot:
    """The share divided by that of the reference, with the interval on the log scale."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    if not (cases and cases_ref):
        return Cannot(NO_CASES)
    if not (events and events_ref):
        return Cannot("no events in one of the groups: a ratio has no interval")
    low, high = confint_proportions_2indep(
        events, cases, events_ref, cases_ref, method="log", compare="ratio", alpha=1 - LEVEL
    )
    return Estimate((events / cases) / (events_ref / cases_ref), float(low), float(high))


def score_test(events: int, cases: int, events_ref: int, cases_ref: int) -> Tested | Cannot:
    """Pearson's chi-squared test of two shares, without continuity correction and without strata."""
    from scipy.stats import chi2

    if not (cases and cases_ref):
        return Cannot(NO_CASES)
    pooled = (events + events_ref) / (cases + cases_ref)
    if pooled in (0.0, 1.0):
        return Cannot("no events in either group" if pooled == 0 else "an event in every case of both groups")
    variance = pooled * (1 - pooled) * (1 / cases + 1 / cases_ref)
    statistic = (events / cases - events_ref / cases_ref) ** 2 / variance
    return Tested(statistic, 1, float(chi2.sf(statistic, 1)))


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
