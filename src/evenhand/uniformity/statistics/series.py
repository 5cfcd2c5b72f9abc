"""A monthly series before and after a date, and next to places where nothing changed.

Sources: segmented regression of an interrupted series (Wagner and others 2002, Journal of Clinical Pharmacy
and Therapeutics 27:299) with errors robust to autocorrelation (Newey and West 1987, Econometrica 55:703; lag
by their rule, floor(4 (n/100)^(2/9)), small-sample factor n / (n - k)); difference in differences with
effects of place and month and errors clustered by place (Bertrand, Duflo and Mullainathan 2004, QJE 119:249),
with the factor g / (g - 1) * (n - 1) / (n - k) for g places and g - 1 degrees of freedom.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenhand.uniformity.statistics.estimate import LEVEL, Cannot, Estimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAST_MONTHS = 8
"""The least number of months on either side; Wagner and others ask for twelve to see the seasons."""
FEW_PLACES = 20


@dataclass(frozen=True)
class Interrupted:
    """The change at the date: of the level at once, and of the slope each month after it.

    `lags` is how many months of autocorrelation the errors allow for. `seasons`: whether both sides have
    twelve months.
    """

    level: Estimate
    slope: Estimate
    level_p: float
    lags: int
    before: int
    after: int
    seasons: bool


@dataclass(frozen=True)
class Differenced:
    """The change where something changed, less the change where nothing did.

    `few`: so few places that the interval is too narrow (Cameron, Gelbach and Miller 2008).
    """

    effect: Estimate
    p: float
    changed: int
    unchanged: int
    few: bool


def interrupted(values: Floats, first_after: int) -> Interrupted | Cannot:
    """A series of one value a month; `first_after` is the place of the first month after the date."""
    n = len(values)
    before, after = first_after, n - first_after
    if min(before, after) < LEAST_MONTHS:
        return Cannot(f"{max(before, 0)} months before and {max(after, 0)} after: {LEAST_MONTHS} are needed")
    if np.ptp(values) == 0:
        return Cannot("every month has the same value")
    month = np.arange(n)
    since = month >= first_after
    design = np.column_stack([np.ones(n), month, since, since * (month - first_after)])
    lags = math.floor(4 * (n / 100) ** (2 / 9))
    line = _least_squares(values, design)
    k = design.shape[1]
    covariance = line.covariance(_newey_west(line.scores, lags) * n / (n - k))
    level, slope = (_Coefficient(line.coefficients[j], covariance[j, j], n - k) for j in (2, 3))
    if not (level.has_error and slope.has_error):
        return Cannot("the series follows the lines exactly: there is no error to measure a change by")
    return Interrupted(
        level.estimate(),
        slope.estimate(),
        level.p(),
        lags,
        before,
        after,
        min(before, after) >= 12,
    )


def differences(
    values: Floats, place: Ints, month: Ints, treated: npt.NDArray[np.bool_]
) -> Differenced | Cannot:
    """One value a place and month; `treated` where and when the change was in force."""
    places = np.unique(place)
    ever = {int(p) for p in places if treated[place == p].any() and not treated[place == p].all()}
    always = {int(p) for p in places if treated[place == p].all()}
    if not ever:
        return Cannot("no place is seen both before and after a change")
    if len(places) == len(ever) + len(always):
        return Cannot("no place without a change to compare with")
    use = ~np.isin(place, list(always))
    values, place, month, treated = values[use], place[use], month[use], treated[use]
    design = np.column_stack([treated.astype(float), _indicators(place), _indicators(month)[:, 1:]])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return Cannot("the change coincides with the months or the places: its effect cannot be told apart")
    line = _least_squares(values, design)
    (n, k), several = design.shape, len(np.unique(place))
    if n == k:
        return Cannot("there is no error to measure a change by")
    by_place = _indicators(place).T @ line.scores
    factor = several / (several - 1) * (n - 1) / (n - k)
    covariance = line.covariance(by_place.T @ by_place * factor)
    change = _Coefficient(line.coefficients[0], covariance[0, 0], several - 1)
    if not change.has_error:
        return Cannot("there is no error to measure a change by")
    return Differenced(change.estimate(), change.p(), len(ever), several - len(ever), several < FEW_PLACES)


def _indicators(codes: Ints) -> Floats:
    _, code = np.unique(codes, return_inverse=True)
    return np.asarray(np.eye(int(code.max()) + 1)[code])


@dataclass(frozen=True)
class _Line:
    """A least-squares fit: `scores` are the rows of the design times their residuals."""

    coefficients: Floats
    inverse: Floats
    scores: Floats

    def covariance(self, middle: Floats) -> Floats:
        """The covariance of the coefficients by the sandwich of White (1980, Econometrica 48:817)."""
        return self.inverse @ middle @ self.inverse


def _least_squares(values: Floats, design: Floats) -> _Line:
    pseudo = np.linalg.pinv(design)
    coefficients = pseudo @ values
    return _Line(coefficients, pseudo @ pseudo.T, design * (values - design @ coefficients)[:, None])


def _newey_west(scores: Floats, lags: int) -> Floats:
    """The covariance of the sum of the scores, with weights that fall to zero past the last lag."""
    total = scores.T @ scores
    for lag in range(1, lags + 1):
        together = scores[lag:].T @ scores[:-lag]
        total = total + (1 - lag / (lags + 1)) * (together + together.T)
    return total


@dataclass(frozen=True)
class _Coefficient:
    """A coefficient with its variance, judged by Student's t."""

    value: float
    variance: float
    df: int

    @property
    def has_error(self) -> bool:
        return math.isfinite(self.variance) and self.variance > 0

    def p(self) -> float:
        """The two-sided p-value of no effect."""
        from scipy.special import stdtr

        return 2 * float(stdtr(self.df, -abs(self.value) / math.sqrt(self.variance)))

    def estimate(self) -> Estimate:
        from scipy.special import stdtrit

        reach = float(stdtrit(self.df, 0.5 + LEVEL / 2)) * math.sqrt(self.variance)
        value = float(self.value)
        return Estimate(value, value - reach, value + reach)
