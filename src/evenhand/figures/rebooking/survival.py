"""The Kaplan-Meier estimate from counts of durations.

E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958); variance
by M. Greenwood (1926); intervals on the log(-log) scale, which stay between 0 and 1 (J. D. Kalbfleisch and
R. L. Prentice, 1980).
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """The share with an event within `days`, with its 95% interval (None where it is not defined)."""

    days: int
    share: float
    low: float | None
    high: float | None
    at_risk: int
    """How many had no event, and were still observed, before that day."""


@dataclass(frozen=True)
class Durations:
    """Whole days to an event, or to the end of observation, with how many have each."""

    days: Sequence[int]
    events: Sequence[bool]
    numbers: Sequence[int]

    @property
    def people(self) -> int:
        return sum(self.numbers)

    def events_by(self, days: int) -> int:
        """How many have had an event within so many days."""
        return sum(
            n for d, event, n in zip(self.days, self.events, self.numbers, strict=True) if event and d <= days
        )


def estimates(durations: Durations, at: Sequence[int]) -> list[Estimate]:
    """The share with an event by each of the days `at`; days beyond the last duration are left out."""
    longest = max(durations.days, default=-1)
    return [_estimate(durations, day) for day in at if day <= longest]


def _estimate(durations: Durations, day: int) -> Estimate:
    ended: Counter[int] = Counter()
    with_event: Counter[int] = Counter()
    for days, event, number in zip(durations.days, durations.events, durations.numbers, strict=True):
        ended[days] += number
        with_event[days] += number if event else 0
    observed, survival, variance = durations.people, 1.0, 0.0
    for moment in sorted(moment for moment in ended if moment <= day):
        events = with_event[moment]
        survival *= 1 - events / observed
        # Where nobody is left the interval is not defined.
        variance += events / (observed * (observed - events)) if observed > events else 0.0
        observed -= ended[moment]
    at_risk = observed + ended[day]
    return Estimate(day, 1 - survival, *_interval(survival, variance, at_risk), at_risk)


def _interval(survival: float, variance: float, at_risk: int) -> tuple[float | None, float | None]:
    """The interval; where nothing has happened yet, the exact binomial one; where all has, none."""
    if survival >= 1:
        return 0.0, 1 - ((1 - LEVEL) / 2) ** (1 / at_risk)
    if survival <= 0:
        return None, None
    log_survival = math.log(survival)
    reach = math.exp(NormalDist().inv_cdf(0.5 + LEVEL / 2) * math.sqrt(variance) / -log_survival)
    return 1 - math.exp(log_survival / reach), 1 - math.exp(log_survival * reach)
