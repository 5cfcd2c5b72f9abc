"""What may be shown to everyone: no count from 1 to 10, and no sum from which one could be worked out.

The threshold is that of the cell-size policy of the US Centers for Medicare and Medicaid Services: no cell of
10 or less. A group with a small cell on a measure is withheld there whole, as shares, intervals and tests
would give its counts away. Whoever knows a total could work out a group that alone is withheld, so that the
smallest other group joins it, in every measure that shows the same count (those screened are the events of
one measure and the cases of the next). Bookings of unknown group count as a group in this. Where the
reference is withheld, so is every comparison with it. Of times no events are shown, and curves only in steps
of at least the threshold. Series by agency and officers are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from evenhand.uniformity import wording
from evenhand.uniformity.compare import Compared
from evenhand.uniformity.results import (
    Comparison,
    CurvePoint,
    GroupShare,
    GroupTime,
    Missing,
    Overall,
    Verdict,
)

THRESHOLD = 11
"""The least count that is shown, 0 apart."""
WITHHELD = f"withheld: a count under {THRESHOLD}, or a group beside it that would give one away"
UNKNOWN = ""
"""Stands for the bookings of unknown group."""
Key = tuple[str, str]
Vector = tuple[tuple[str, int], ...]


def publishable(found: Compared) -> Compared:
    """The same results with everything withheld that rests on a small cell."""
    hidden = withheld(found)
    bounded = {key for key, counts in found.unknown_group.items() if not _any_small(*counts)}
    shares = [_share(row, hidden, bounded) for row in found.shares]
    times = [_time(row, hidden) for row in found.times]
    in_words = wording.Sentences(shares, times)
    sizes = {(row.measure, row.column, row.group): row.cases or 0 for row in times}
    return Compared(
        shares,
        times,
        [_comparison(row, hidden, bounded, in_words) for row in found.comparisons],
        [_overall(row, hidden) for row in found.overall],
        _curves(found.curves, hidden, sizes),
        [_missing(row) for row in found.missing],
        _large(found.unknown),
        _large(found.imprecise),
    )


def withheld(found: Compared) -> dict[Key, frozenset[str]]:
    """The groups to withhold, by measure and column."""
    hidden: dict[Key, set[str]] = {}
    vectors: dict[str, dict[Vector, set[Key]]] = defaultdict(lambda: defaultdict(set))
    for key, rows in _together((*found.shares, *found.times)).items():
        unknown = found.unknown_group.get(key, (0, 0))
        counts = {**{row.group: _counts(row) for row in rows}, UNKNOWN: _of(rows[0], *unknown)}
        hidden[key] = {group for group, numbers in counts.items() if group and _any_small(*numbers)}
        for column in zip(*counts.values(), strict=True):
            vectors[key[1]][tuple(zip(counts, column, strict=True))].add(key)
    for column_vectors in vectors.values():
        while sum(_join(vector, keys, hidden) for vector, keys in column_vectors.items()):
            pass
    return {key: frozenset(groups) for key, groups in hidden.items()}


def _together(rows: Iterable[GroupShare | GroupTime]) -> dict[Key, list[GroupShare | GroupTime]]:
    found: dict[Key, list[GroupShare | GroupTime]] = defaultdict(list)
    for row in rows:
        found[row.measure, row.column].append(row)
    return found


def _counts(row: GroupShare | GroupTime) -> tuple[int, ...]:
    return _of(row, row.events or 0, row.cases or 0)


def _of(row: GroupShare | GroupTime, events: int, cases: int) -> tuple[int, ...]:
    """The counts that a row shows, or that follow from it."""
    return (cases, events, cases - events) if isinstance(row, GroupShare) else (cases,)


def _join(vector: Vector, keys: set[Key], hidden: dict[Key, set[str]]) -> bool:
    """Withhold one group more if exactly one count of the vector stays unknown; whether that was so."""
    unknown = [
        group
        for group, count in vector
        if (group == UNKNOWN and _small(count)) or (group and all(group in hidden[key] for key in keys))
    ]
    others = sorted((count, group) for group, count in vector if group and group not in unknown)
    if len(unknown) != 1 or not others:
        return False
    for key in keys:
        hidden[key].add(others[0][1])
    return True


def _small(count: int | None) -> bool:
    return count is not None and 0 < count < THRESHOLD


def _large(counts: Mapping[str, int]) -> dict[str, int]:
    return {measure: count for measure, count in counts.items() if not _small(count)}


def _any_small(*counts: int) -> bool:
    """Whether one of the counts, or what is left of the second without the first, is small."""
    return any(_small(count) for count in counts) or (len(counts) == 2 and _small(counts[1] - counts[0]))


def _share(row: GroupShare, hidden: Mapping[Key, frozenset[str]], bounded: set[Key]) -> GroupShare:
    key = row.measure, row.column
    if row.group in hidden[key]:
        return GroupShare(*key, row.group, None, None, reason=WITHHELD)
    return row if key in bounded else replace(row, missing_low=None, missing_high=None)


def _time(row: GroupTime, hidden: Mapping[Key, frozenset[str]]) -> GroupTime:
    key = row.measure, row.column
    if row.group in hidden[key]:
        return GroupTime(*key, row.group, None, None, row.unit, reason=WITHHELD)
    return replace(row, events=None)


def _comparison(
    row: Comparison, hidden: Mapping[Key, frozenset[str]], bounded: set[Key], in_words: wording.Sentences
) -> Comparison:
    key = row.measure, row.column
    if {row.group, row.reference} & hidden.get(key, frozenset()):
        said = f"{row.group} next to {row.reference}: {WITHHELD}."
        return Comparison(*key, row.group, row.reference, Verdict.CANNOT_TELL, said, WITHHELD)
    shown = row if key in bounded else replace(row, missing_low=None, missing_high=None)
    return replace(shown, sentence=in_words.of(shown))


def _overall(row: Overall, hidden: Mapping[Key, frozenset[str]]) -> Overall:
    if not hidden.get((row.measure, row.column)):
        return row
    return Overall(row.measure, row.column, row.groups, Verdict.CANNOT_TELL, reason=WITHHELD)


def _missing(row: Missing) -> Missing:
    known = (row.bookings or 0) - (row.missing or 0)
    if _small(row.missing) or _small(known):
        return Missing(row.column, None, None, None)
    return row


def _curves(
    points: Sequence[CurvePoint],
    hidden: Mapping[Key, frozenset[str]],
    sizes: Mapping[tuple[str, str, str], int],
) -> list[CurvePoint]:
    """Curves cut to steps of at least the threshold, in events and in those at risk."""
    kept: list[CurvePoint] = []
    for point in points:
        if point.group in hidden[point.measure, point.column]:
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
    return [replace(point, at_risk=None) for point in kept]


def _curve(point: CurvePoint) -> tuple[str, str, str]:
    return point.measure, point.column, point.group
