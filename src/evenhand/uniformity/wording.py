"""Results in plain, neutral words."""

from collections.abc import Sequence

from evenhand.uniformity.measures import MEASURES
from evenhand.uniformity.results import Comparison, GroupShare, GroupTime, Verdict

COLUMN_NAMES = {"race_ethnicity": "race or ethnicity", "sex": "sex", "age_group": "age group"}


def percent(share: float | None, digits: int = 1) -> str:
    """`12.3 %`; an em dash where there is no number."""
    if share is None:
        return "–"
    if 0 < share < 0.0005 and digits == 1:
        return "under 0.1 %"
    return f"{100 * share:.{digits}f} %"


def points(difference: float | None, digits: int = 2) -> str:
    """`+1.20` percentage points, with its sign."""
    if difference is None:
        return "–"
    text = f"{100 * difference:+.{digits}f}"
    return text[1:] if not text.strip("+-0.") else text.replace("-", "−")


def number(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def chance(p: float | None) -> str:
    """A p-value or q-value: three digits, or below 0.001."""
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def equals(name: str, p: float | None) -> str:
    """`q = 0.123`, or `q < 0.001`."""
    value = chance(p)
    return f"{name} {value}" if value.startswith("<") else f"{name} = {value}"


def between(low: float | None, high: float | None, form: object = number) -> str:
    """An interval in brackets; an open end says so."""
    assert callable(form)
    if low is None and high is None:
        return ""
    return f"{'open' if low is None else form(low)} to {'open' if high is None else form(high)}"


class Sentences:
    """Puts comparisons in words; it needs the groups' own figures."""

    def __init__(self, shares: Sequence[GroupShare], times: Sequence[GroupTime]) -> None:
        self.shares = {(row.measure, row.column, row.group): row for row in shares}
        self.times = {(row.measure, row.column, row.group): row for row in times}

    def of(self, row: Comparison) -> str:
        """One comparison: the figures, the finding, and what it could have found."""
        title = MEASURES[row.measure].title
        if (row.measure, row.column, row.group) in self.shares:
            return f"{title}: {self._shares(row)} {_share_finding(row)}{_missing(row)}"
        return f"{title}: {self._times(row)} {_time_finding(row)}"

    def _shares(self, row: Comparison) -> str:
        own, ref = (self.shares[row.measure, row.column, g] for g in (row.group, row.reference))
        return f"{row.group} {percent(own.share)}, {row.reference} {percent(ref.share)}."

    def _times(self, row: Comparison) -> str:
        own, ref = (self.times[row.measure, row.column, g] for g in (row.group, row.reference))
        return f"median {row.group} {_median(own)}, {row.reference} {_median(ref)}."


def _median(row: GroupTime) -> str:
    return "not reached" if row.median is None else f"{row.median:,.4g} {row.unit}"


def _share_finding(row: Comparison) -> str:
    if row.verdict is Verdict.CANNOT_TELL:
        return _cannot(row)
    adjusted = ""
    if row.adjusted is not None:
        adjusted = (
            f"; within strata {points(row.adjusted)} percentage points "
            f"({between(row.adjusted_low, row.adjusted_high, points)})"
        )
    smallest = "" if row.smallest is None else f"{100 * row.smallest:.2g} percentage points"
    return _finding(row, adjusted, f"A difference of {smallest} or more" if smallest else "")


def _time_finding(row: Comparison) -> str:
    if row.verdict is Verdict.CANNOT_TELL:
        return _cannot(row)
    adjusted = (
        f"; within strata hazard ratio {number(row.effect)} ({between(row.effect_low, row.effect_high)})"
    )
    smallest = ""
    if row.smallest is not None:
        smallest = f"A hazard ratio above {row.smallest:.2f} or below {1 / row.smallest:.2f}"
    return _finding(row, adjusted, smallest)


def _cannot(row: Comparison) -> str:
    return f"Cannot tell: {row.reason}."


def _finding(row: Comparison, adjusted: str, smallest: str) -> str:
    said = f"{str(row.verdict).capitalize()} ({equals('q', row.q)}){adjusted}."
    if row.verdict is Verdict.NOT_FOUND and smallest:
        said += f" {smallest} would have been found in four of five such records."
    return said


def _missing(row: Comparison) -> str:
    """What the bookings of unknown group could change, where there are any."""
    if row.missing_low is None or row.missing_high is None or row.difference is None:
        return ""
    if row.missing_high - row.missing_low < 1e-12:
        return ""
    return (
        " Bookings of unknown group could put the crude difference anywhere from "
        f"{points(row.missing_low)} to {points(row.missing_high)} points."
    )
