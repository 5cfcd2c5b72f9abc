"""Looking at a record: all comparisons of a family day by day, going on from the last look."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.progress import Report
from evenhand.record.seal_check import Standing
from evenhand.record.store import Record
from evenhand.uniformity.watch import evidence
from evenhand.uniformity.watch.blocks import Daily, Ints, cut, tables
from evenhand.uniformity.watch.cases import Cases, day_of
from evenhand.uniformity.watch.evidence import GRID, Floats
from evenhand.uniformity.watch.state import Kept, State, StateError
from evenhand.uniformity.watch.watched import WATCHED, Watched


@dataclass(frozen=True)
class Comparison:
    """One group against the reference in one measure."""

    watched: Watched
    column: str
    reference: str
    group: str

    @property
    def key(self) -> str:
        return f"{self.watched.id}/{self.column}/{self.group}"


@dataclass(frozen=True)
class Found:
    """Where a comparison stands at the end of the record.

    `log_e` is the logarithm of its own e-value, `adjusted` of that adjusted for the family. `recomputed` is
    the former from the record as it is now, where it tells otherwise of days already counted.
    """

    comparison: Comparison
    kept: Kept
    log_e: float
    adjusted: float
    recomputed: float | None


@dataclass(frozen=True)
class Look:
    """All of a family. `lacking` gives for a measure what the record does not tell; `later` the groups that
    the record has now and that are not in the family.
    """

    alpha: float
    found: tuple[Found, ...]
    lacking: Mapping[str, tuple[str, ...]]
    unusable: Mapping[str, str]
    later: tuple[str, ...]
    state: State
    last: int
    standing: Standing
    """Whether the record is sealed."""


@dataclass
class _Path:
    """A comparison on its way through the days: what is kept in the end, and the log e-value by day."""

    kept: Kept
    days: Ints
    logs: Floats
    before: float


def look(
    record: Record,
    cases: Cases,
    alpha: float,
    columns: Sequence[str],
    references: Mapping[str, str],
    state: State | None,
    progress: Report = lambda *_: None,
) -> Look:
    """Count what has been settled since the last look (or since ever) and judge each day as it came.

    Raises `StateError` where the state is of other settings or another record.
    """
    lacking = {w.id: w.measure.lacking(record.manifest.provides) for w in WATCHED}
    watched = [w for w in WATCHED if not lacking[w.id]]
    if state:
        _check(state, cases, alpha, columns, references)
        groups = {column: tuple(values) for column, values in state.groups.items()}
    else:
        groups = {c: _ordered(cases, c, references.get(c)) for c in columns if c in cases.groups}
    family = [
        Comparison(w, column, values[0], group)
        for w in watched
        for column, values in groups.items()
        for group in values[1:]
        if not state or f"{w.id}/{column}/{group}" in state.comparisons
    ]
    paths: list[_Path] = []
    recomputed: list[float | None] = []
    daily: Daily | None = None
    for number, comparison in enumerate(family):
        progress("comparisons", number, len(family))
        w, values = comparison.watched, groups[comparison.column]
        if comparison.group == values[1] or daily is None:
            daily = cases.daily(w, comparison.column, values)
        pair = daily.paired(values.index(comparison.group))
        before = state.comparisons[comparison.key] if state else None
        path = _follow(w, pair, cases, before, state.through if state else None)
        paths.append(path)
        again = _follow(w, pair, cases, None, None) if path.kept.corrected else None
        recomputed.append(_final(again) if again else None)
    progress("comparisons", len(family), len(family))
    adjusted = _alert(paths, alpha)
    found = tuple(
        Found(comparison, path.kept, _final(path), float(value), other)
        for comparison, path, value, other in zip(family, paths, adjusted, recomputed, strict=True)
    )
    kept = dict(state.comparisons) if state else {}
    kept |= {comparison.key: path.kept for comparison, path in zip(family, paths, strict=True)}
    after = State(
        alpha=alpha,
        facilities=list(cases.facilities),
        groups={column: list(values) for column, values in groups.items()},
        through=cases.last,
        comparisons=kept,
    )
    later = tuple(
        f"{column}={value}"
        for column, values in groups.items()
        for value in cases.groups.get(column, ())
        if value not in values
    )
    missing = {name: needs for name, needs in lacking.items() if needs}
    unusable = {c: why for c, why in cases.unusable.items() if c in columns}
    return Look(alpha, found, missing, unusable, later, after, cases.last, record.standing)


def _ordered(cases: Cases, column: str, reference: str | None) -> tuple[str, ...]:
    values = cases.groups[column]
    first = reference or cases.largest(column)
    if first not in values:
        raise StateError(
            f"--reference {column}={first}: the record has no such group. It has {', '.join(values)}."
        )
    return (first, *(value for value in values if value != first))


def _check(
    state: State,
    cases: Cases,
    alpha: float,
    columns: Sequence[str],
    references: Mapping[str, str],
) -> None:
    """A state goes on only as it began: a change of settings would undo what it promises."""
    if not math.isclose(state.alpha, alpha):
        raise StateError(f"the state was begun with --alpha {state.alpha:g}, not {alpha:g}. Keep to it.")
    begun = set(state.groups)
    if not begun <= set(columns):
        raise StateError(
            f"the state was begun with the columns {', '.join(sorted(begun))}: name them with --by, or name "
            "another state file."
        )
    for column, reference in references.items():
        if column in state.groups and state.groups[column][0] != reference:
            raise StateError(f"the state was begun with the reference {column}={state.groups[column][0]}.")
    if cases.last < state.through:
        raise StateError(
            f"the record ends on {day_of(cases.last)}, and the state has been kept up to "
            f"{day_of(state.through)}. Name the newer record, or another state file."
        )
    missing = set(state.facilities) - set(cases.facilities)
    if missing:
        raise StateError(
            f"the state was begun on a record with bookings at {min(missing)}, where this record has none. "
            "Name the record of the same facilities, or another state file."
        )


def _follow(watched: Watched, pair: Daily, cases: Cases, before: Kept | None, through: int | None) -> _Path:
    """Count the days after those counted before."""
    since = np.full(max(1, len(cases.strata)), np.iinfo(np.int32).min, dtype=np.int64)
    if before:
        numbers = {name: number for number, name in enumerate(cases.strata)}
        for name, day in before.since.items():
            if name in numbers:
                since[numbers[name]] = day
    old = pair.day < since[pair.stratum]
    new = pair.where(~old)
    blocks = cut(new, cases.last - watched.settled)
    found = tables(new, blocks)
    known = found.day + watched.settled
    if through is not None:
        # What comes late is known when it is seen, not before.
        known = np.maximum(known, through + 1)
    days, at = np.unique(known, return_inverse=True)
    start = np.array(before.ratios) if before else np.zeros(len(GRID))
    added = evidence.by_day(replace(found, day=days[at]), days)
    running = start + np.cumsum(added, axis=0)
    since[blocks.strata] = np.maximum(since[blocks.strata], blocks.since)
    counted = pair.where(~old & (pair.day < since[pair.stratum]))
    corrected = before.corrected if before else None
    if before and corrected is None and _print(pair.where(old), cases) != before.print:
        corrected = str(day_of(cases.last))
    kept = Kept(
        ratios=(running[-1] if len(days) else start).tolist(),
        cases=_sum(counted.cases, counted.group, before.cases if before else (0, 0)),
        events=_sum(counted.events, counted.group, before.events if before else (0, 0)),
        since={
            **(before.since if before else {}),
            **{cases.strata[s]: int(since[s]) for s in blocks.strata.tolist() if since[s] > -1},
        },
        print=_print(pair.where(pair.day < since[pair.stratum]), cases),
        alert=before.alert if before else None,
        corrected=corrected,
    )
    return _Path(kept, days, evidence.log_e(running), float(evidence.log_e(start)))


def _sum(counts: Ints, group: Ints, before: tuple[int, int]) -> tuple[int, int]:
    own = group > 0
    return before[0] + int(counts[~own].sum()), before[1] + int(counts[own].sum())


def _print(daily: Daily, cases: Cases) -> str:
    """A digest of counts, by the names of the strata: the same counts give the same one."""
    columns = (daily.stratum, daily.day, daily.group > 0, daily.time, daily.cases, daily.events)
    order = np.lexsort((daily.time, daily.group, daily.day, daily.stratum))
    digest = hashlib.sha256()
    for number in np.unique(daily.stratum).tolist():
        digest.update(cases.strata[number].encode() + b"\0")
    for column in (np.unique(daily.stratum, return_inverse=True)[1], *columns[1:]):
        digest.update(column[order].astype("<i8").tobytes())
    return digest.hexdigest()[:32]


def _final(path: _Path) -> float:
    return float(path.logs[-1]) if len(path.logs) else path.before


def _alert(paths: Sequence[_Path], alpha: float) -> Floats:
    """Note the first alert of each comparison; gives the adjusted log e-values after the last day."""
    if not paths:
        return np.zeros(0)
    days = np.unique(np.concatenate([path.days for path in paths]))
    logs = np.empty((len(days) + 1, len(paths)))
    for place, path in enumerate(paths):
        steps = np.r_[path.before, path.logs]
        logs[0, place] = path.before
        logs[1:, place] = steps[np.searchsorted(path.days, days, side="right")]
    adjusted = evidence.adjusted(logs)
    over = adjusted[1:] >= math.log(1 / alpha)
    for place, path in enumerate(paths):
        if path.kept.alert is None and over[:, place].any():
            path.kept.alert = str(day_of(int(days[over[:, place].argmax()])))
    last: Floats = adjusted[-1]
    return last
