"""Sufficient statistics: counts by stratum and group, made from the bookings in a few passes.

A stratum is a facility, a class of the first charge (NCIC), a quarter of the day and a weekday of the
booking, by the facility's clock. What the statistics need of ten million bookings are these counts alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenhand.uniformity.bookings import HOUR_BANDS, WEEKDAYS, Bookings
from evenhand.uniformity.measures import Share, Time
from evenhand.uniformity.statistics.logistic import Cells
from evenhand.uniformity.statistics.stratified import Strata
from evenhand.uniformity.statistics.survival import Times

Ints = npt.NDArray[np.int64]
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
    """A time's counts for one group column: `times` by stratum, `whole` without strata.

    `missing` are bookings whose group is not known; `unordered` those whose end lies before their start.
    """

    groups: tuple[str, ...]
    times: Times
    whole: Times
    missing: int
    unordered: int


def _stratum(bookings: Bookings) -> str:
    return _STRATUM.format(classes=len(bookings.classes), hours=_HOURS, days=_DAYS)


def reference_first(bookings: Bookings, column: str, reference: str | None = None) -> tuple[str, ...]:
    """A column's groups in alphabetical order, with the reference (or else the largest group) first."""
    groups = bookings.groups[column]
    if reference is None:
        rows = bookings.connection.execute(
            f"SELECT {column}::VARCHAR, count(*) FROM bookings WHERE {column} IS NOT NULL "
            "GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
        reference = str(rows[0][0]) if rows else groups[0]
    return (reference, *(g for g in groups if g != reference))


def share_counts(
    bookings: Bookings, column: str, groups: Sequence[str], shares: Sequence[Share]
) -> dict[str, ShareCounts]:
    """The counts of several measures for one group column, in one pass."""
    sums = []
    for share in shares:
        among = f"settled AND ({share.population})"
        sums += [
            f"count(*) FILTER ({among} AND ({share.event}) IS NOT NULL) AS {share.id}_n",
            f"count(*) FILTER ({among} AND ({share.event})) AS {share.id}_x",
            f"count(*) FILTER ({among} AND ({share.event}) IS NULL) AS {share.id}_u",
        ]
    rows = bookings.connection.execute(
        f"SELECT {_stratum(bookings)} AS stratum, enum_code({column}) AS code, {', '.join(sums)} "
        "FROM bookings GROUP BY ALL"
    ).fetchnumpy()
    place = _places(bookings.groups[column], groups)
    code, known = _codes(rows["code"])
    stratum = rows["stratum"].astype(np.int64)
    found = {}
    for share in shares:
        cases, events, unknown = (rows[f"{share.id}_{k}"].astype(np.int64) for k in "nxu")
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
            int(unknown.sum()),
            len(bookings.classes),
        )
    return found


def time_counts(bookings: Bookings, column: str, groups: Sequence[str], time: Time) -> TimeCounts:
    """A time's counts for one group column."""
    place = _places(bookings.groups[column], groups)
    told = f"FROM bookings WHERE {time.id} IS NOT NULL AND {column} IS NOT NULL"
    counted = f"count(*) FILTER ({time.id}_seen) AS d, count(*) FILTER (NOT {time.id}_seen) AS c"
    key = f"{_stratum(bookings)} AS stratum, {time.id} AS t, enum_code({column}) AS code"
    rows = bookings.connection.execute(
        f"SELECT {key}, {counted} {told} GROUP BY ALL ORDER BY stratum, t"
    ).fetchnumpy()
    stratum, t = rows["stratum"].astype(np.int64), rows["t"].astype(np.int64)
    row = place[rows["code"].astype(np.int64)]
    new = np.ones(len(t), dtype=bool)
    new[1:] = (stratum[1:] != stratum[:-1]) | (t[1:] != t[:-1])
    times = _times(stratum[new], t[new], row, np.cumsum(new) - 1, rows, len(groups))
    moments, at = np.unique(t, return_inverse=True)
    whole = _times(np.zeros_like(moments), moments, row, at, rows, len(groups))
    missing, unordered = bookings.connection.execute(
        f"SELECT count(*) FILTER ({time.id} IS NOT NULL AND {column} IS NULL), "
        f"count(*) FILTER ({time.id} IS NULL AND {time.id}_unordered) FROM bookings"
    ).fetchall()[0]
    return TimeCounts(tuple(groups), times, whole, int(missing), int(unordered))


def _times(
    stratum: Ints, time: Ints, row: Ints, point: Ints, rows: dict[str, npt.NDArray[np.int64]], groups: int
) -> Times:
    shape = (groups, len(time))
    at = row * len(time) + point
    return Times(
        stratum,
        time,
        _table(at, rows["d"].astype(np.int64), shape),
        _table(at, rows["c"].astype(np.int64), shape),
    )


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
