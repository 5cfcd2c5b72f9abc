"""What may be shown to everyone: no count from 1 to 10, and nothing from which one could be worked out.

The threshold is that of the cell-size policy of the US Centers for Medicare and Medicaid Services: no cell of
10 or less. Within one measure and group column the groups' cases, events and cases without the event add up
to numbers that other tables may show, so that withheld groups are joined by the smallest other one. A
withheld group is withheld whole: shares, intervals and tests would give its counts away. Where the reference
is withheld, so is every comparison with it. Series by agency, officers and the numbers of bookings without a
group are left out.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from evenhand.uniformity import wording
from evenhand.uniformity.compare import Compared
from evenhand.uniformity.results import Comparison, CurvePoint, GroupShare, GroupTime, Missing, Verdict

THRESHOLD = 11
"""The least count that is shown, 0 apart."""
WITHHELD = f"withheld: a count under {THRESHOLD}, or a group beside it that would give one away"
Row = TypeVar("Row", GroupShare, GroupTime)
Key = tuple[str, str]


@dataclass(frozen=True)
class Withheld:
    """The groups that are withheld, by measure and column."""

    groups: dict[Key, frozenset[str]]

    def hides(self, measure: str, column: str, *names: str) -> bool:
        hidden = self.groups.get((measure, column), frozenset())
        return any(name in hidden for name in names)


def publishable(found: Compared) -> Compared:
    """The same results with everything withheld that rests on a small cell."""
    hidden = Withheld({**_withheld(found.shares), **_withheld(found.times)})
    missing_hidden = {m.column for m in found.missing if _small(m.missing) or _small_rest(m)}
    shares = [_share(row, hidden, row.column in missing_hidden) for row in found.shares]
    times = [_time(row, hidden) for row in found.times]
    in_words = wording.Sentences(shares, times)
    return Compared(
        shares,
        times,
        [_comparison(row, hidden, row.column in missing_hidden, in_words) for row in found.comparisons],
        [
            replace(
                row, statistic=None, df=None, p=None, q=None, verdict=Verdict.CANNOT_TELL, reason=WITHHELD
            )
            if hidden.groups.get((row.measure, row.column))
            else row
            for row in found.overall
        ],
        _curves(found.curves, hidden),
        [
            replace(m, missing=None, share=None, bookings=None) if m.column in missing_hidden else m
            for m in found.missing
        ],
        {measure: count for measure, count in found.unknown.items() if not _small(count)},
    )


def _small(count: int | None) -> bool:
    return count is not None and 0 < count < THRESHOLD


def _small_rest(row: Missing) -> bool:
    return row.missing is not None and row.bookings is not None and _small(row.bookings - row.missing)


def _withheld(rows: Sequence[Row]) -> dict[Key, frozenset[str]]:
    together: dict[Key, list[Row]] = defaultdict(list)
    sizes: dict[Key, int] = defaultdict(int)
    for row in rows:
        together[row.measure, row.column].append(row)
        sizes[row.column, row.group] = max(sizes[row.column, row.group], row.cases or 0)
    return {
        (measure, column): frozenset(_hidden(members, lambda group: sizes[column, group]))  # noqa: B023
        for (measure, column), members in together.items()
    }


def _hidden(rows: Sequence[Row], size: Callable[[str], int]) -> set[str]:
    """Groups with a small cell, and the smallest other group, so that no sum tells them.

    The smallest is that of the whole column, so that measures of which one counts what another starts from
    withhold the same groups.
    """
    hidden = {row.group for row in rows if _has_small_cell(row)}
    others = sorted({row.group for row in rows} - hidden, key=lambda g: (size(g), g))
    return hidden | set(others[:1]) if hidden else hidden


def _has_small_cell(row: GroupShare | GroupTime) -> bool:
    cases, events = row.cases or 0, row.events or 0
    return _small(cases) or _small(events) or _small(cases - events)


def _share(row: GroupShare, hidden: Withheld, no_bounds: bool) -> GroupShare:
    if hidden.hides(row.measure, row.column, row.group):
        return GroupShare(row.measure, row.column, row.group, None, None, reason=WITHHELD)
    return replace(row, missing_low=None, missing_high=None) if no_bounds else row


def _time(row: GroupTime, hidden: Withheld) -> GroupTime:
    if hidden.hides(row.measure, row.column, row.group):
        return GroupTime(row.measure, row.column, row.group, None, None, row.unit, reason=WITHHELD)
    return row


def _comparison(
    row: Comparison, hidden: Withheld, no_bounds: bool, in_words: wording.Sentences
) -> Comparison:
    if hidden.hides(row.measure, row.column, row.group, row.reference):
        return Comparison(
            row.measure,
            row.column,
            row.group,
            row.reference,
            Verdict.CANNOT_TELL,
            sentence=f"{row.group} next to {row.reference}: {WITHHELD}.",
            reason=WITHHELD,
        )
    shown = replace(row, missing_low=None, missing_high=None) if no_bounds else row
    return replace(shown, sentence=in_words.of(shown))


def _curves(points: Sequence[CurvePoint], hidden: Withheld) -> list[CurvePoint]:
    """Curves cut to steps of at least the threshold, ending while as many are at risk."""
    kept: list[CurvePoint] = []
    last: CurvePoint | None = None
    for point in points:
        if hidden.hides(point.measure, point.column, point.group) or point.at_risk < THRESHOLD:
            continue
        same = last is not None and _curve(last) == _curve(point)
        if same and last is not None and last.at_risk - point.at_risk < THRESHOLD:
            continue
        kept.append(point)
        last = point
    return kept


def _curve(point: CurvePoint) -> tuple[str, str, str]:
    return point.measure, point.column, point.group
