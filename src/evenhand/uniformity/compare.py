"""From counts to results: every measure, every group column, every group next to the reference."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from evenhand.uniformity import wording
from evenhand.uniformity.bookings import Bookings
from evenhand.uniformity.counts import (
    ShareCounts,
    TimeCounts,
    reference_first,
    share_counts,
    sorted_times,
    time_counts,
)
from evenhand.uniformity.measures import SHARES, TIMES, Measure, Share, Time
from evenhand.uniformity.results import (
    Comparison,
    CurvePoint,
    GroupShare,
    GroupTime,
    Missing,
    Overall,
    Verdict,
)
from evenhand.uniformity.statistics import family, missing, shares, stratified, survival
from evenhand.uniformity.statistics.estimate import Cannot, Estimate, Tested
from evenhand.uniformity.statistics.logistic import Effects, logistic

RATE = 0.05
"""The false discovery rate within a family."""
Report = Callable[[str, int, int], None]


@dataclass
class Compared:
    """All rows of one run.

    `unknown` counts, by measure, what the record does not tell, `imprecise` the stays whose time is not known
    well enough; `unknown_group` gives, by measure and column,
    events and cases of the bookings whose group is not known (of times: 0 and the cases).
    """

    shares: list[GroupShare] = field(default_factory=list)
    times: list[GroupTime] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    overall: list[Overall] = field(default_factory=list)
    curves: list[CurvePoint] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)
    imprecise: dict[str, int] = field(default_factory=dict)
    unknown_group: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)


def compare_all(
    bookings: Bookings,
    references: Mapping[str, str],
    progress: Report = lambda *_: None,
) -> Compared:
    """Every answerable measure for every usable group column."""
    found = Compared()
    asked = [s for s in SHARES if not s.lacking(bookings.provides)]
    timed = [t for t in TIMES if not t.lacking(bookings.provides)]
    total = len(bookings.groups) * (len(asked) + len(timed))
    done = 0
    ordered = {c: reference_first(bookings, c, references.get(c)) for c in bookings.groups}
    for column, groups in ordered.items():
        found.missing.append(_missing(bookings, column))
        counts = share_counts(bookings, column, groups, asked)
        for share in asked:
            _add_share(found, share, column, counts[share.id])
            done += 1
            progress("comparisons", done, total)
    for time in timed:
        rows = sorted_times(bookings, time)
        if rows.unordered:
            found.unknown[time.id] = rows.unordered
        if rows.imprecise:
            found.imprecise[time.id] = rows.imprecise
        for column, groups in ordered.items():
            _add_time(found, time, column, time_counts(bookings, column, groups, rows))
            done += 1
            progress("comparisons", done, total)
    return corrected(found)


def _missing(bookings: Bookings, column: str) -> Missing:
    (count,) = bookings.connection.execute(
        f"SELECT count(*) FROM bookings WHERE stay_no = 1 AND {column} IS NULL"
    ).fetchall()[0]
    total = bookings.total
    return Missing(column, int(count), total, count / total if total else None)


# --- shares ------------------------------------------------------------------------------------------------


def _add_share(found: Compared, share: Share, column: str, counts: ShareCounts) -> None:
    events, cases = counts.strata.totals()
    groups = [_group_share(share, column, counts, g, int(events[g]), int(cases[g])) for g in _each(counts)]
    found.shares += groups
    if counts.unknown:
        found.unknown[share.id] = counts.unknown
    found.unknown_group[share.id, column] = counts.missing_events, counts.missing_cases
    found.overall.append(_overall(share, column, counts.groups, stratified.general_cmh(counts.strata)))
    model = logistic(counts.cells()) if len(counts.groups) > 1 else Cannot("one group alone")
    for g in range(1, len(counts.groups)):
        found.comparisons.append(_compare_share(share, column, counts, g, model))


def _each(counts: ShareCounts | TimeCounts) -> range:
    return range(len(counts.groups))


def _group_share(
    share: Share, column: str, counts: ShareCounts, group: int, events: int, cases: int
) -> GroupShare:
    name = counts.groups[group]
    wilson, exact = shares.wilson(events, cases), shares.clopper_pearson(events, cases)
    bounds = missing.share_bounds(events, cases, counts.missing_events, counts.missing_cases)
    if isinstance(wilson, Cannot) or isinstance(exact, Cannot) or isinstance(bounds, Cannot):
        return GroupShare(share.id, column, name, cases, events, reason="no cases in this group")
    return GroupShare(
        share.id,
        column,
        name,
        cases,
        events,
        wilson.value,
        wilson.low,
        wilson.high,
        exact.low,
        exact.high,
        bounds.low,
        bounds.high,
    )


def _compare_share(
    share: Share, column: str, counts: ShareCounts, group: int, model: Effects | Cannot
) -> Comparison:
    pair = counts.strata.pair(group)
    (x0, x1), (n0, n1) = ([int(v) for v in row] for row in pair.totals())
    compared = stratified.compare(pair)
    bounds = missing.difference_bounds(x1, n1, x0, n0, counts.missing_events, counts.missing_cases)
    effect = model if isinstance(model, Cannot) else model.odds_ratio.get(group, Cannot("no cases"))
    error = compared.difference_error
    return Comparison(
        share.id,
        column,
        counts.groups[group],
        counts.groups[0],
        Verdict.CANNOT_TELL,
        reason=compared.test.reason if isinstance(compared.test, Cannot) else "",
        **_spread("difference", shares.difference(x1, n1, x0, n0)),
        **_spread("ratio", shares.ratio(x1, n1, x0, n0)),
        **_spread("adjusted", compared.difference),
        **_spread("effect", compared.odds_ratio),
        **_spread("model_odds_ratio", effect, "model"),
        model_reason=effect.reason if isinstance(effect, Cannot) else "",
        statistic=None if isinstance(compared.test, Cannot) else compared.test.statistic,
        p=None if isinstance(compared.test, Cannot) else compared.test.p,
        smallest=None if error is None else shares.detectable(error),
        missing_low=None if isinstance(bounds, Cannot) else bounds.low,
        missing_high=None if isinstance(bounds, Cannot) else bounds.high,
        strata=compared.used,
    )


def _spread(name: str, estimate: Estimate | Cannot, ends: str | None = None) -> dict[str, Any]:
    """An estimate as three columns."""
    if isinstance(estimate, Cannot):
        return {}
    ends = ends or name
    return {name: estimate.value, f"{ends}_low": estimate.low, f"{ends}_high": estimate.high}


def _overall(measure: Measure, column: str, groups: Sequence[str], test: Tested | Cannot) -> Overall:
    if isinstance(test, Cannot):
        return Overall(measure.id, column, len(groups), Verdict.CANNOT_TELL, reason=test.reason)
    return Overall(measure.id, column, len(groups), Verdict.NOT_FOUND, test.statistic, test.df, test.p)


# --- times -------------------------------------------------------------------------------------------------


def _add_time(found: Compared, time: Time, column: str, counts: TimeCounts) -> None:
    scale = time.grid_min / time.unit_min
    for g in _each(counts):
        whole = counts.whole
        curve = survival.kaplan_meier(whole.time, whole.events[g], whole.censored[g])
        cases, events = int(whole.cases()[g]), int(whole.events[g].sum())
        row = GroupTime(time.id, column, counts.groups[g], cases, events, time.unit)
        if isinstance(curve, Cannot):
            found.times.append(replace(row, reason=curve.reason))
            continue
        found.times.append(_with_quantiles(row, curve, scale))
        found.curves += _points(time, column, counts.groups[g], curve, scale)
    found.unknown_group[time.id, column] = 0, counts.missing
    everything, pairs = _pressures(counts)
    test = Cannot("no cases") if everything is None else survival.tested(everything)
    found.overall.append(_overall(time, column, counts.groups, test))
    for g in range(1, len(counts.groups)):
        found.comparisons.append(_compare_time(time, column, counts.groups, g, pairs.get(g)))


def _pressures(counts: TimeCounts) -> tuple[survival.Pressure | None, dict[int, survival.Pressure]]:
    """The log-rank parts of all groups together, and of each group with the reference."""
    everything: survival.Pressure | None = None
    pairs: dict[int, survival.Pressure] = {}
    for block in counts.blocks():
        sets = survival.risk_sets(block)
        parts = survival.pressure(sets)
        everything = parts if everything is None else everything + parts
        for g in range(1, len(counts.groups)):
            pair = survival.pressure(sets.pair(g))
            pairs[g] = pairs[g] + pair if g in pairs else pair
    return everything, pairs


def _with_quantiles(row: GroupTime, curve: survival.Curve, scale: float) -> GroupTime:
    half, most = survival.quantile(curve, 0.5), survival.quantile(curve, 0.9)
    ninetieth = None if isinstance(most, Cannot) else most.value * scale
    if isinstance(half, Cannot):
        return replace(row, ninetieth=ninetieth, reason=half.reason)
    low, high = (None if end is None else end * scale for end in (half.low, half.high))
    return replace(row, median=half.value * scale, median_low=low, median_high=high, ninetieth=ninetieth)


POINTS = 200
"""At most so many points of a curve are written: evenly by share, the first and the last among them."""


def _points(time: Time, column: str, group: str, curve: survival.Curve, scale: float) -> Iterator[CurvePoint]:
    places = np.arange(len(curve.time))
    if len(places) > POINTS:
        wanted = np.linspace(curve.share[0], curve.share[-1], POINTS)
        places = np.unique(np.searchsorted(-curve.share, -wanted).clip(0, len(places) - 1))
    for k in places:
        ends = float(curve.low[k]), float(curve.high[k])
        yield CurvePoint(
            time.id,
            column,
            group,
            time.unit,
            float(curve.time[k]) * scale,
            float(curve.share[k]),
            *ends,
            int(curve.at_risk[k]),
        )


def _compare_time(
    time: Time, column: str, groups: Sequence[str], group: int, parts: survival.Pressure | None
) -> Comparison:
    nothing = Cannot("no cases")
    compared = survival.ComparedTimes(nothing, nothing, None) if parts is None else survival.compared(parts)
    error = compared.log_error
    return Comparison(
        time.id,
        column,
        groups[group],
        groups[0],
        Verdict.CANNOT_TELL,
        reason=compared.test.reason if isinstance(compared.test, Cannot) else "",
        **_spread("effect", compared.hazard_ratio),
        statistic=None if isinstance(compared.test, Cannot) else compared.test.statistic,
        p=None if isinstance(compared.test, Cannot) else compared.test.p,
        smallest=None if error is None else survival.smallest_hazard_ratio(error),
    )


# --- the families ------------------------------------------------------------------------------------------

Row = TypeVar("Row", Comparison, Overall)


def corrected(found: Compared) -> Compared:
    """Correct within each family, settle the verdicts, and put those of the comparisons in words."""
    in_words = wording.Sentences(found.shares, found.times)
    comparisons = [_judged(row, q) for row, q in _adjusted(found.comparisons)]
    return replace(
        found,
        comparisons=[replace(row, sentence=in_words.of(row)) for row in comparisons],
        overall=[_judged(row, q) for row, q in _adjusted(found.overall)],
    )


def _adjusted(rows: Sequence[Row]) -> Iterator[tuple[Row, float | None]]:
    p = [row.p for row in rows if row.p is not None]
    adjusted = iter(family.benjamini_hochberg(p))
    for row in rows:
        yield row, None if row.p is None else next(adjusted)


def _judged(row: Row, q: float | None) -> Row:
    if q is None:
        return replace(row, verdict=Verdict.CANNOT_TELL)
    return replace(row, q=q, verdict=Verdict.FOUND if q <= RATE else Verdict.NOT_FOUND)
