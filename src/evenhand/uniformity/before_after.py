"""Bookings for minor offenses by month, before and after an agency's agreement took effect.

A booking is minor if every charge is an infraction, an ordinance violation or a traffic misdemeanor (NCIC
class 54). Where a charge's level is not given the booking is left out. The month in which the agreement took
effect, and the first and last month of the record, which may be incomplete, are left out too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from evenhand.record.events import SubjectKind
from evenhand.record.rows import rows_of
from evenhand.record.store import Record
from evenhand.uniformity.bookings import Bookings
from evenhand.uniformity.results import Change
from evenhand.uniformity.statistics.estimate import Cannot
from evenhand.uniformity.statistics.family import benjamini_hochberg
from evenhand.uniformity.statistics.series import differences, interrupted

_TOOK_EFFECT = "agreement.took_effect"
NEEDS = ("charge.recorded.level", "charge.recorded.ncic_class", _TOOK_EFFECT)
ALL = "all bookings"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Series:
    """An agency's months of one group: minor bookings and all bookings."""

    first: int
    minor: Floats
    total: Floats

    def outcome(self, name: str) -> Floats:
        return self.minor if name == "count" else self.minor / np.maximum(self.total, 1)


def before_after(record: Record, bookings: Bookings) -> list[Change]:
    """The change at each agency's agreement, of all bookings and each group; then next to other agencies."""
    since = _took_effect(record)
    rows = []
    for column, group, series in _all_series(bookings):
        rows += _each_agency(column, group, series, since)
        rows.append(_against_others(column, group, series, since))
    tested = [row.p for row in rows if row.p is not None]
    adjusted = iter(benjamini_hochberg(tested))
    return [row if row.p is None else replace(row, q=next(adjusted)) for row in rows]


def lacking(provides: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """What the record would have to tell of, and does not."""
    missing = []
    for need in NEEDS:
        event, field = need.rsplit(".", 1)
        if need not in provides and field not in provides.get(event, ()):
            missing.append(need)
    return tuple(missing)


def _took_effect(record: Record) -> dict[str, int]:
    """Return the month in which each agency's first agreement in the record took effect."""
    found: dict[str, datetime] = {}
    for part in record.parts(SubjectKind.AGREEMENT):
        if _TOOK_EFFECT in part.files:
            for row in rows_of(part.read(_TOOK_EFFECT, ["agency", "occurred_at"])):
                agency, moment = row["agency"], row["occurred_at"]
                found[agency] = min(moment, found.get(agency, moment))
    return {agency: moment.year * 12 + moment.month - 1 for agency, moment in found.items()}


def _all_series(bookings: Bookings) -> list[tuple[str, str, dict[str, _Series]]]:
    found = [("", ALL, _series(bookings, f"'{ALL}'").get(ALL, {}))] if bookings.total else []
    for column in bookings.groups:
        found += [(column, group, series) for group, series in _series(bookings, column).items()]
    return found


def _series(bookings: Bookings, key: str) -> dict[str, dict[str, _Series]]:
    """By value of `key` and agency: whole months; one without bookings counts as one with none."""
    rows = bookings.connection.execute(
        f"SELECT agency::VARCHAR, month, ({key})::VARCHAR AS key, count(*) FILTER (minor), "
        "count(*) FILTER (minor IS NOT NULL) FROM bookings WHERE stay_no = 1 AND month IS NOT NULL "
        "GROUP BY ALL ORDER BY key, 1, 2"
    ).fetchall()
    ends: dict[str, tuple[int, int]] = {}
    for agency, month, *_ in rows:
        low, high = ends.get(agency, (month, month))
        ends[agency] = min(low, month), max(high, month)
    found: dict[str, dict[str, _Series]] = {}
    for agency, month, value, minor, total in rows:
        first, last = ends[agency][0] + 1, ends[agency][1] - 1
        if value is None or last < first:
            continue
        blank = _Series(first, np.zeros(last - first + 1), np.zeros(last - first + 1))
        series = found.setdefault(value, {}).setdefault(agency, blank)
        if first <= month <= last:
            series.minor[month - first], series.total[month - first] = minor, total
    return found


def _each_agency(
    column: str, group: str, series: Mapping[str, _Series], since: Mapping[str, int]
) -> list[Change]:
    rows = []
    for agency, found in series.items():
        if agency not in since:
            continue
        place = since[agency] - found.first
        for outcome in ("count", "share"):
            row = Change(agency, column, group, "interrupted series", outcome, _month(since[agency]))
            values = found.outcome(outcome)
            if 0 <= place < len(values):
                values = np.delete(values, place)
            answer = interrupted(values, min(max(place, 0), len(values)))
            if isinstance(answer, Cannot):
                rows.append(replace(row, reason=answer.reason))
                continue
            level, slope = answer.level, answer.slope
            rows.append(
                replace(
                    row,
                    before=answer.before,
                    after=answer.after,
                    level=level.value,
                    level_low=level.low,
                    level_high=level.high,
                    slope=slope.value,
                    slope_low=slope.low,
                    slope_high=slope.high,
                    p=answer.level_p,
                    note="" if answer.seasons else "under twelve months on a side: seasons cannot be seen",
                )
            )
    return rows


def _against_others(
    column: str, group: str, series: Mapping[str, _Series], since: Mapping[str, int]
) -> Change:
    """The change of the share at agencies with an agreement, less that at agencies without."""
    row = Change("all agencies", column, group, "difference in differences", "share", "")
    values, places, months, treated = [], [], [], []
    for place, (agency, found) in enumerate(series.items()):
        for k, value in enumerate(found.outcome("share")):
            month = found.first + k
            if month == since.get(agency):
                continue
            values.append(value)
            places.append(place)
            months.append(month)
            treated.append(agency in since and month > since[agency])
    if not values:
        return replace(row, reason="no agency with three months of bookings")
    answer = differences(np.array(values), np.array(places), np.array(months), np.array(treated))
    if isinstance(answer, Cannot):
        return replace(row, reason=answer.reason)
    return replace(
        row,
        level=answer.effect.value,
        level_low=answer.effect.low,
        level_high=answer.effect.high,
        p=answer.p,
        note=(
            f"{answer.changed} agencies with a change, {answer.unchanged} without"
            + ("; so few agencies make the interval too narrow" if answer.few else "")
        ),
    )


def _month(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02}"
