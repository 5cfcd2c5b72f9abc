"""Sufficient statistics: counts by stratum and group, made from the bookings in a few passes.

A stratum is a facility, a class of the first charge (NCIC), a quarter of the day and a weekday of the
booking, by the facility's clock. What the statistics need of ten million bookings are these counts alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenhand.uniformity.bookings import HOUR_BANDS, IMPRECISE, NOT_TOLD, UNORDERED, WEEKDAYS, Bookings
from evenhand.uniformity.measures import Share, Time
from evenhand.uniformity.statistics.logistic import Cells
from evenhand.uniformity.statistics.stratified import Strata
from evenhand.uniformity.statistics.survival import Times

Ints = npt.NDArray[np.int64]
BLOCK = 1_000_000
"""Bookings worked on at a time in the statistics of times."""
_HOURS, _DAYS = len(HOUR_BANDS), len(WEEKDAYS)
_STRATUM = (
    "((enum_code(facility)::BIGINT * {classes} + enum_code(class)) * {hours} + hour) * {days} + weekday"
)


@dataclass(frozen=True)
class ShareCounts:
    """A measure's counts for one group column.

    `strata` has one row a group in the order of `groups`, the reference first; `stratum` are the strata's
    codes. `missing_events` and `missing_cases`: bookings of the population whose group is not known.
    `unknown`: those of which the event is not known, and that are left out.
    """

    groups: tuple[str, ...]
    strata: Strata
    stratum: Ints
    missing_events: int
    missing_cases: int
    unknown: int
    classes: int

    def cells(self) -> Cells:
        """The same counts as cells of group, facility, charge class, hour band and weekday."""
        groups, strata = self.strata.cases.shape
        code = np.tile(self.stratum, groups)
        code, weekday = np.divmod(code, _DAYS)
        code, hour = np.divmod(code, _HOURS)
        facility, charge = np.divmod(code, self.classes)
        group = np.repeat(np.arange(groups), strata)
        some = self.strata.cases.ravel() > 0
        factors = tuple(f[some] for f in (facility, charge, hour, weekday))
        return Cells(group[some], factors, self.strata.events.ravel()[some], self.strata.cases.ravel()[some])


@dataclass(frozen=True)
class TimeCounts:
    """A time's counts for one group column, by blocks of whole strata and without strata (`whole`).

    `missing` are stays whose group is not known.
    """

    groups: tuple[str, ...]
    sorted_rows: "SortedTimes"
    row: Ints
    whole: Times
    missing: int

    def blocks(self) -> Iterator[Times]:
        """The counts by stratum, a bounded number of points at a time."""
        rows = self.sorted_rows
        for start, end in rows.cuts:
            first, last = rows.point[start], rows.point[end - 1] + 1
            use = self.row[start:end] >= 0
            at = self.row[start:end][use] * (last - first) + (rows.point[start:end][use] - first)
            shape = (len(self.groups), int(last - first))
            seen = rows.seen[start:end][use]
            yield Times(
                rows.stratum[first:last],
                rows.time[first:last],
                _count(at[seen], shape),
                _count(at[~seen], shape),
            )


@dataclass(frozen=True)
class SortedTimes:
    """All stays of one time, sorted by stratum and time.

    `point`, `seen` and `codes` (of each group column, -1 where not known) have one entry a stay; `stratum`
    and `time` one a point. `cuts` are the first stay and the one after the last of each block of whole
    strata. `unordered` and `imprecise` count the stays left out: the end lies before the start, or the
    moments are not known well enough.
    """

    stratum: Ints
    time: Ints
    point: npt.NDArray[np.int32]
    seen: npt.NDArray[np.bool_]
    codes: dict[str, npt.NDArray[np.int8]]
    cuts: tuple[tuple[int, int], ...]
    unordered: int
    imprecise: int


def _stratum(bookings: Bookings) -> str:
    return _STRATUM.format(classes=len(bookings.classes), hours=_HOURS, days=_DAYS)


def reference_first(bookings: Bookings, column: str, reference: str | None = None) -> tuple[str, ...]:
    """A column's groups in alphabetical order, with the reference (or else the largest group) first."""
    groups = bookings.groups[column]
    if reference is None:
        rows = bookings.connection.execute(
            f"SELECT {column}::VARCHAR, count(*) FROM bookings WHERE stay_no = 1 AND {column} IS NOT NULL "
            "GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
        reference = str(rows[0][0]) if rows else groups[0]
    return (reference, *(g for g in groups if g != reference))


def share_counts(
    bookings: Bookings, column: str, groups: Sequence[str], shares: Sequence[Share]
) -> dict[str, ShareCounts]:
    """The counts of several measures for one group column, in one pass."""
    if not shares:
        return {}
    sums = [
        f"count(*) FILTER ({s.id} < {NOT_TOLD}) AS {s.id}_n, count(*) FILTER ({s.id} = 1) AS {s.id}_x"
        for s in shares
    ]
    untold = [f"count(*) FILTER ({s.id} = {NOT_TOLD})" for s in shares]
    unknown = bookings.connection.execute(
        f"SELECT {', '.join(untold)} FROM bookings WHERE stay_no = 1"
    ).fetchall()[0]
    rows = bookings.connection.execute(
        f"SELECT {_stratum(bookings)} AS stratum, enum_code({column}) AS code, {', '.join(sums)} "
        "FROM bookings WHERE stay_no = 1 GROUP BY ALL"
    ).fetchnumpy()
    place = _places(bookings.groups[column], groups)
    code, known = _codes(rows["code"])
    stratum = rows["stratum"].astype(np.int64)
    found = {}
    for number, share in enumerate(shares):
        cases, events = (rows[f"{share.id}_{k}"].astype(np.int64) for k in "nx")
        use = known & (cases > 0)
        strata, column_of = np.unique(stratum[use], return_inverse=True)
        shape = (len(groups), len(strata))
        at = place[code[use]] * len(strata) + column_of
        table = Strata(_table(at, events[use], shape), _table(at, cases[use], shape))
        found[share.id] = ShareCounts(
            tuple(groups),
            table,
            strata,
            int(events[~known].sum()),
            int(cases[~known].sum()),
            int(unknown[number]),
            len(bookings.classes),
        )
    return found


def sorted_times(bookings: Bookings, time: Time) -> SortedTimes:
    """The stays of one time in order, for all group columns."""
    columns = list(bookings.groups)
    codes = "".join(f", coalesce(enum_code({c}), -1)::TINYINT AS {c}" for c in columns)
    rows = bookings.connection.execute(
        f"SELECT ({_stratum(bookings)})::INTEGER AS stratum, {time.id} AS t, {time.id}_seen AS seen {codes} "
        f"FROM bookings WHERE {time.id} >= 0 ORDER BY stratum, t"
    ).fetchnumpy()
    stratum, t = np.asarray(rows["stratum"]), np.asarray(rows["t"])
    new = np.ones(len(t), dtype=bool)
    new[1:] = (stratum[1:] != stratum[:-1]) | (t[1:] != t[:-1])
    unordered, imprecise = bookings.connection.execute(
        f"SELECT count(*) FILTER ({time.id} = {UNORDERED}), count(*) FILTER ({time.id} = {IMPRECISE}) "
        "FROM bookings"
    ).fetchall()[0]
    return SortedTimes(
        stratum[new],
        t[new],
        np.cumsum(new, dtype=np.int32) - 1,
        np.asarray(rows["seen"]),
        {c: np.asarray(rows[c]) for c in columns},
        tuple(_cuts(stratum)),
        int(unordered),
        int(imprecise),
    )


def _cuts(stratum: Ints) -> Iterator[tuple[int, int]]:
    starts = np.flatnonzero(np.r_[True, stratum[1:] != stratum[:-1]]) if len(stratum) else np.zeros(0, int)
    begin = 0
    while begin < len(stratum):
        after = int(np.searchsorted(starts, begin + BLOCK))
        end = int(starts[after]) if after < len(starts) else len(stratum)
        yield begin, end
        begin = end


def time_counts(bookings: Bookings, column: str, groups: Sequence[str], rows: SortedTimes) -> TimeCounts:
    """A time's counts for one group column."""
    # The last entry is for code -1.
    place = np.r_[_places(bookings.groups[column], groups), -1]
    row = place[rows.codes[column]]
    known = row >= 0
    moments, moment_of_point = np.unique(rows.time, return_inverse=True)
    at = row[known] * len(moments) + moment_of_point[rows.point[known]]
    shape = (len(groups), len(moments))
    seen = rows.seen[known]
    whole = Times(np.zeros_like(moments), moments, _count(at[seen], shape), _count(at[~seen], shape))
    return TimeCounts(tuple(groups), rows, row, whole, int((~known).sum()))


def _count(at: Ints, shape: tuple[int, int]) -> Ints:
    return np.bincount(at, minlength=shape[0] * shape[1]).reshape(shape)


def _table(at: Ints, counts: Ints, shape: tuple[int, int]) -> Ints:
    summed = np.bincount(at, counts, shape[0] * shape[1])
    return summed.astype(np.int64).reshape(shape)


def _places(values: Sequence[str], groups: Sequence[str]) -> Ints:
    """For each code of a column, the row of its group."""
    return np.array([list(groups).index(value) for value in values], dtype=np.int64)


def _codes(codes: npt.NDArray[np.int64]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Codes with nulls as 0, and where there was a value."""
    masked = np.ma.asarray(codes)
    known = ~np.ma.getmaskarray(masked)
    return np.ma.filled(masked, 0).astype(np.int64), known
