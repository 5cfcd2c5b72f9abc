"""The Kaplan-Meier estimate from counts of durations.

E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958); variance
by M. Greenwood (1926); intervals on the log(-log) scale, which stay between 0 and 1 (J. D. Kalbfleisch and
R. L. Prentice, 1980). Computed by lifelines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
    from lifelines import KaplanMeierFitter

    if not durations.people:
        return []
    # A duration of no days would be lost at the origin of the curve.
    shifted = [day + 1 for day in durations.days]
    fitter = KaplanMeierFitter(alpha=1 - LEVEL)
    fitter.fit(shifted, durations.events, weights=durations.numbers)
    longest = max(durations.days)
    found = []
    for day in at:
        if day > longest:
            continue
        survival = float(fitter.survival_function_at_times(day + 1).iloc[0])
        interval = fitter.confidence_interval_.asof(day + 1)
        at_risk = sum(n for d, n in zip(durations.days, durations.numbers, strict=True) if d >= day)
        low, high = (1 - float(end) for end in (interval.iloc[1], interval.iloc[0]))
        found.append(Estimate(day, 1 - survival, *_interval(1 - survival, low, high, at_risk), at_risk))
    return found


def _interval(share: float, low: float, high: float, at_risk: int) -> tuple[float | None, float | None]:
    """The interval; where nothing has happened yet, the exact binomial one; where all has, none."""
    if share <= 0:
        return 0.0, 1 - ((1 - LEVEL) / 2) ** (1 / at_risk)
    if share >= 1:
        return None, None
    return low, high
