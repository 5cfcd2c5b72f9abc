"""What a statistic answers with: an estimate with its interval, or the reason why there is none."""

import math
from dataclasses import dataclass
from statistics import NormalDist

LEVEL = 0.95
"""Coverage of every interval, unless told otherwise."""
POWER = 0.80


@dataclass(frozen=True)
class Estimate:
    """A value with its confidence interval. An end that the data leave open is `None`."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Tested:
    """A test of 'no difference': its statistic, degrees of freedom and two-sided p-value."""

    statistic: float
    df: int
    p: float


@dataclass(frozen=True)
class Cannot:
    """No number, for the stated reason."""

    reason: str


def finite(value: float) -> float | None:
    """The value, or `None` where it is infinite or not a number."""
    return float(value) if math.isfinite(value) else None


def exp(value: float) -> float:
    """e to the value; infinite where that is too large a number."""
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def critical(level: float = LEVEL) -> float:
    """The standard normal quantile of a two-sided interval (1.96 for 95 percent)."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def chi_squared_tail(statistic: float, df: int) -> float:
    """The probability that a chi-squared variable is greater than the statistic."""
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic))
