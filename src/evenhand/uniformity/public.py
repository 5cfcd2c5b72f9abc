"""What may be shown to everyone: no count from 1 to 10, and nothing from which one could be worked out.

The threshold is that of the cell-size policy of the US Centers for Medicare and Medicaid Services: no cell of
10 or less. All counts are protected together by the solver of `evenhand.disclosure`, over groups, measures,
columns and totals (`linked_counts`). A group with a withheld count on a measure is withheld there whole, as
shares, intervals and tests would give its counts away. Where the reference is withheld, so is every
comparison with it. What is computed within strata is rounded: in full it would tell the counts of single
strata. Of times no events are shown, a percentile only with enough people on either side, and curves only in
steps of at least the threshold. Series by agency and officers are left out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evenhand.disclosure.protect import DEFAULT_THRESHOLD, protect
from evenhand.uniformity import wording
from evenhand.uniformity.compare import Compared, corrected
from evenhand.uniformity.linked_counts import BOOKED, KNOWN, UNKNOWN, Counted, Key
from evenhand.uniformity.results import (
    Comparison,
    CurvePoint,
    GroupShare,
    GroupTime,
    Missing,
    Overall,
    Verdict,
)
from evenhand.uniformity.run import Uniformity

THRESHOLD = DEFAULT_THRESHOLD
"""The least count that is shown, 0 apart."""
WITHHELD = f"withheld: a count under {THRESHOLD}, or a group beside it that would give one away"
FEW = f"withheld: fewer than {THRESHOLD} people on one side"
_MEDIAN, _ENDS, _NINETIETH = 2 * THRESHOLD, 4 * THRESHOLD, 10 * THRESHOLD
"""The least numbers of events for a median, its interval, and a 90th percentile."""
_SHARES = ("adjusted", "adjusted_low", "adjusted_high")
_RATIOS = ("effect", "effect_low", "effect_high", "model_odds_ratio", "model_low", "model_high", "smallest")
_CHANCES = ("p", "q")
_DIGITS = 3


@dataclass(frozen=True)
class Withheld:
    """What is withheld: groups of a measure and column, and measures and columns whose unknown group is.

    `total` is true if the number of all bookings is withheld.
    """

    groups: Mapping[Key, frozenset[str]]
    unknown: frozenset[Key]
    total: bool
    missing: frozenset[str]
    """Columns whose number of bookings of unknown group is withheld."""


def published(result: Uniformity) -> Uniformity:
    """The results of a run as everyone may see them."""
    hidden = withheld(result.compared)
    bookings = None if hidden.total or _small(result.bookings or 0) else result.bookings
    return replace(result, compared=_shown(result.compared, hidden), changes=(), bookings=bookings)


def publishable(found: Compared) -> Compared:
    """The same comparisons with everything withheld that rests on a small cell."""
    return _shown(found, withheld(found))


def withheld(found: Compared) -> Withheld:
    """Work out what must be withheld."""
    counted = Counted(found)
    linked = counted.linked()
    protection = protect(linked, THRESHOLD, keep=counted.totals())
    cells = {linked.cells[n] for n in protection.withheld}
    groups: dict[Key, set[str]] = defaultdict(set)
    for (column, part), counts in counted.counts.items():
        key = part[0], column
        groups[key] |= {group for group in counts if counted.cell(column, part, group) in cells}
    listed = {row.column for row in found.missing if row.bookings is not None}
    return Withheld(
        {key: frozenset(names - {UNKNOWN}) for key, names in groups.items()},
        frozenset(key for key, names in groups.items() if UNKNOWN in names),
        any(counted.cell(column, BOOKED, None) in cells for column in listed),
        frozenset(
            column
            for column in listed
            if {counted.cell(column, BOOKED, group) for group in (UNKNOWN, KNOWN)} & cells
        ),
    )


def _shown(found: Compared, hidden: Withheld) -> Compared:
    shares = [_share(row, hidden) for row in found.shares]
    times = [_time(row, hidden) for row in found.times]
    sizes = {(row.measure, row.column, row.group): row.cases or 0 for row in times}
    compared = Compared(
        shares,
        times,
        [_comparison(row, hidden) for row in found.comparisons],
        [_overall(row, hidden) for row in found.overall],
        _curves(found.curves, hidden, sizes),
        [_missing(row, hidden) for row in found.missing],
        _large(found.unknown, hidden),
        _large(found.imprecise, hidden),
    )
    # The corrected chances of error rest on all tests of a family: here, on those that are shown.
    judged = corrected(compared)
    in_words = wording.Sentences(shares, times)
    judged.comparisons = [_rounded(row, in_words) for row in judged.comparisons]
    judged.overall = [replace(row, statistic=None, **_less(row, _CHANCES)) for row in judged.overall]
    return judged


def _small(count: int) -> bool:
    return 0 < count < THRESHOLD


def _large(counts: Mapping[str, int], hidden: Withheld) -> dict[str, int]:
    return {} if hidden.total else {measure: n for measure, n in counts.items() if not _small(n)}


def _share(row: GroupShare, hidden: Withheld) -> GroupShare:
    key = row.measure, row.column
    if row.group in hidden.groups[key]:
        return GroupShare(*key, row.group, None, None, reason=WITHHELD)
    return replace(row, missing_low=None, missing_high=None) if key in hidden.unknown else row


def _time(row: GroupTime, hidden: Withheld) -> GroupTime:
    key = row.measure, row.column
    if row.group in hidden.groups[key]:
        return GroupTime(*key, row.group, None, None, row.unit, reason=WITHHELD)
    events = row.events or 0
    shown = replace(row, events=None)
    if row.median is not None and events < _MEDIAN:
        shown = replace(shown, median=None, reason=FEW)
    if events < _ENDS:
        shown = replace(shown, median_low=None, median_high=None)
    return shown if events >= _NINETIETH else replace(shown, ninetieth=None)


def _comparison(row: Comparison, hidden: Withheld) -> Comparison:
    key = row.measure, row.column
    if {row.group, row.reference} & hidden.groups.get(key, frozenset()):
        said = f"{row.group} next to {row.reference}: {WITHHELD}."
        return Comparison(*key, row.group, row.reference, Verdict.CANNOT_TELL, said, WITHHELD)
    return replace(row, missing_low=None, missing_high=None) if key in hidden.unknown else row


def _rounded(row: Comparison, in_words: wording.Sentences) -> Comparison:
    """A comparison without what would tell of single strata."""
    if row.reason == WITHHELD:
        return row
    less = _less(row, _CHANCES) | _less(row, _SHARES)
    ratios: dict[str, Any] = {
        name: float(f"{value:.2g}") for name in _RATIOS if (value := getattr(row, name)) is not None
    }
    shown = replace(row, statistic=None, strata=None, **less, **ratios)
    return replace(shown, sentence=in_words.of(shown))


def _less(row: Comparison | Overall, names: Sequence[str]) -> dict[str, Any]:
    return {name: round(value, _DIGITS) for name in names if (value := getattr(row, name)) is not None}


def _overall(row: Overall, hidden: Withheld) -> Overall:
    if not hidden.groups.get((row.measure, row.column)):
        return row
    return Overall(row.measure, row.column, row.groups, Verdict.CANNOT_TELL, reason=WITHHELD)


def _missing(row: Missing, hidden: Withheld) -> Missing:
    if hidden.total or row.column in hidden.missing:
        return Missing(row.column, None, None, None)
    return row


def _curves(
    points: Sequence[CurvePoint], hidden: Withheld, sizes: Mapping[tuple[str, str, str], int]
) -> list[CurvePoint]:
    """Curves cut to steps of at least the threshold, in events and in those at risk."""
    kept: list[CurvePoint] = []
    for point in points:
        if point.group in hidden.groups[point.measure, point.column]:
            continue
        size = sizes[point.measure, point.column, point.group]
        last = kept[-1] if kept and _curve(kept[-1]) == _curve(point) else None
        if last is not None:
            steps = (
                (last.share - point.share) * size,
                point.share * size,
                (last.at_risk or 0) - (point.at_risk or 0),
            )
            if min(steps) < THRESHOLD:
                continue
        kept.append(point)
    return [_less_of_curve(point) for point in kept]


def _less_of_curve(point: CurvePoint) -> CurvePoint:
    share, low, high = (round(end, _DIGITS) for end in (point.share, point.low, point.high))
    return replace(point, share=share, low=low, high=high, at_risk=None)


def _curve(point: CurvePoint) -> tuple[str, str, str]:
    return point.measure, point.column, point.group
