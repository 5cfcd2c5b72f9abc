"""A monthly series before and after a date, and next to places where nothing changed.

Sources: segmented regression of an interrupted series (Wagner and others 2002, Journal of Clinical Pharmacy
and Therapeutics 27:299) with errors robust to autocorrelation (Newey and West 1987, Econometrica 55:703; lag
by their rule, floor(4 (n/100)^(2/9)), small-sample factor n / (n - k)); difference in differences with
effects of place and month and errors clustered by place (Bertrand, Duflo and Mullainathan 2004, QJE 119:249).
Both are fitted by statsmodels.
"""

import math
from dataclasses import dataclass
from typing import Any

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
    import statsmodels.api as sm

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
    model = sm.OLS(values, design).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True
    )
    if not np.isfinite(model.bse).all() or (model.bse[2:] == 0).any():
        return Cannot("the series follows the lines exactly: there is no error to measure a change by")
    return Interrupted(
        _estimate(model, 2),
        _estimate(model, 3),
        float(model.pvalues[2]),
        lags,
        before,
        after,
        min(before, after) >= 12,
    )


def differences(
    values: Floats, place: Ints, month: Ints, treated: npt.NDArray[np.bool_]
) -> Differenced | Cannot:
    """One value a place and month; `treated` where and when the change was in force."""
    import statsmodels.api as sm

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
    model = sm.OLS(values, design).fit(cov_type="cluster", cov_kwds={"groups": place}, use_t=True)
    # With as many months as places the errors of the months themselves cannot be had; they are not used.
    with np.errstate(invalid="ignore"):
        error = float(model.bse[0])
    if not np.isfinite(error) or error == 0:
        return Cannot("there is no error to measure a change by")
    several = len(np.unique(place))
    return Differenced(
        _estimate(model, 0), float(model.pvalues[0]), len(ever), several - len(ever), several < FEW_PLACES
    )


def _indicators(codes: Ints) -> Floats:
    _, code = np.unique(codes, return_inverse=True)
    return np.asarray(np.eye(int(code.max()) + 1)[code])


def _estimate(model: Any, place: int) -> Estimate:
    low, high = model.conf_int(alpha=1 - LEVEL)[place]
    return Estimate(float(model.params[place]), float(low), float(high))
