"""The results as flat rows, as the tables hold them. `None` is no number; a reason says why."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a comparison says; neither word tells why a difference is there."""

    FOUND = "difference found"
    NOT_FOUND = "no difference found"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class GroupShare:
    """A group's share on one measure, with Wilson's and the exact 95 percent interval.

    `missing_low` and `missing_high` bound the share over all ways in which the bookings of unknown group
    could belong.
    """

    measure: str
    column: str
    group: str
    cases: int | None
    events: int | None
    share: float | None = None
    wilson_low: float | None = None
    wilson_high: float | None = None
    exact_low: float | None = None
    exact_high: float | None = None
    missing_low: float | None = None
    missing_high: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class GroupTime:
    """A group's times on one measure, by Kaplan-Meier: median with 95 percent interval, 90th percentile.

    `events` of the `cases` ended while under observation. Times are in `unit`.
    """

    measure: str
    column: str
    group: str
    cases: int | None
    events: int | None
    unit: str
    median: float | None = None
    median_low: float | None = None
    median_high: float | None = None
    ninetieth: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Comparison:
    """One group next to the reference on one measure.

    Differences are shares (0.01 is one percentage point), group less reference; the crude ones look at the
    whole, the adjusted ones within strata. `effect` is the pooled odds ratio of a share or the hazard ratio
    of a time; `model_odds_ratio` is the logistic model's. `p` is that of the stratified test, `q` the same
    within the family. `smallest` is what the comparison would have found with 80 percent power: a difference
    of shares, or a hazard ratio.
    """

    measure: str
    column: str
    group: str
    reference: str
    verdict: Verdict
    sentence: str = ""
    reason: str = ""
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    adjusted: float | None = None
    adjusted_low: float | None = None
    adjusted_high: float | None = None
    effect: float | None = None
    effect_low: float | None = None
    effect_high: float | None = None
    model_odds_ratio: float | None = None
    model_low: float | None = None
    model_high: float | None = None
    model_reason: str = ""
    statistic: float | None = None
    p: float | None = None
    q: float | None = None
    smallest: float | None = None
    missing_low: float | None = None
    missing_high: float | None = None
    strata: int | None = None


@dataclass(frozen=True)
class Overall:
    """The test of any difference among all groups of a column on one measure."""

    measure: str
    column: str
    groups: int
    verdict: Verdict
    statistic: float | None = None
    df: int | None = None
    p: float | None = None
    q: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class CurvePoint:
    """The share of a group to whom the event has not happened by `time` (in `unit`)."""

    measure: str
    column: str
    group: str
    unit: str
    time: float
    share: float
    low: float
    high: float
    at_risk: int | None


@dataclass(frozen=True)
class Missing:
    """How many bookings have no known group in a column."""

    column: str
    missing: int | None
    bookings: int | None
    share: float | None


@dataclass(frozen=True)
class Change:
    """Minor offenses before and after an agreement: one agency (interrupted series) or all (differences).

    `outcome` is `count` (bookings for minor offenses a month) or `share` (their share of all bookings of the
    group).
    """

    agency: str
    column: str
    group: str
    method: str
    outcome: str
    since: str
    before: int | None = None
    after: int | None = None
    level: float | None = None
    level_low: float | None = None
    level_high: float | None = None
    slope: float | None = None
    slope_low: float | None = None
    slope_high: float | None = None
    p: float | None = None
    q: float | None = None
    note: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Officer:
    """One officer's share of referrals among determinations, and the same drawn towards the common share."""

    officer: str
    determinations: int
    referred: int
    share: float
    shrunk: float | None
    shrunk_low: float | None
    shrunk_high: float | None
    reason: str = ""
