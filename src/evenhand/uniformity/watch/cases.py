"""The cases of a record, one row a stay, and their daily counts by stratum and group.

What is counted of a booking stands in the row of its first stay (`stay_no` 1), a time in the row of each stay
that has it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb
import numpy as np

from evenhand.progress import Report
from evenhand.record.events import SubjectKind
from evenhand.record.query import scan
from evenhand.record.store import Record
from evenhand.uniformity.bookings import GROUP_COLUMNS, MOST_GROUPS, NO_CLASS, NOT_KNOWN
from evenhand.uniformity.measures import STEP_BITS
from evenhand.uniformity.stays import BOOKED, first, imprecise, minutes, read_part
from evenhand.uniformity.watch.blocks import Daily
from evenhand.uniformity.watch.watched import Watched

_EPOCH = date(1970, 1, 1)
_STEPS = " | ".join(
    f"bool_or(type = 'screening.step_done' AND step = '{step}')::TINYINT * {bit}::TINYINT"
    for step, bit in STEP_BITS.items()
)
_FIRST = {
    "booked": "type = 'person.booked'",
    "screened": "type = 'screening.opened'",
    "interviewed": "type = 'interview.held'",
    "referred": "type = 'determination.made' AND outcome = 'refer'",
    "detained": "type = 'detainer.issued'",
}
"""The moments of a booking: the first event that meets a condition."""
_OF_STAY = ("began", "opened", "left", "held", "hold", "hold_stop", "due", "ended")
_MOMENTS = tuple(f"{name}_{end}" for name in (*_FIRST, *_OF_STAY) for end in ("at", "by"))
_DAYS = {"booked": "booked_on", "began": "began_on", "hold": "hold_on", "due": "due_on"}
"""The days on which cases begin, by the facility's clock; null where the day is not known."""
_OTHER = f"""
    min(pos) FILTER (type = 'person.booked') AS booked_pos,
    min(pos) FILTER (type = 'screening.opened') AS opened_pos,
    arg_min(id, pos) FILTER (type = 'person.booked') AS booked_id,
    any_value(coalesce(facility, agency)) FILTER (type = 'person.booked') AS facility,
    any_value(zone) FILTER (type = 'person.booked') AS zone,
    arg_min(coalesce(ncic_class, '{NO_CLASS}'), charge_no) FILTER (type = 'charge.recorded') AS class,
    max(form_version) FILTER (type = 'screening.opened') AS form,
    ({_STEPS}) AS steps
"""


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The day of a number of `day_number`."""
    return _EPOCH + timedelta(days=number)


@dataclass(frozen=True)
class Cases:
    """The table `cases` of a connection.

    `strata` names each stratum (facility and charge class) by its number; `facilities` are those with
    bookings; `groups` the values of each group column, in alphabetical order; `unusable` why a column is not
    used. `last` is the last whole day of the record (since 1970).
    """

    connection: duckdb.DuckDBPyConnection
    strata: tuple[str, ...]
    facilities: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    unusable: dict[str, str]
    last: int
    total: int

    def largest(self, column: str) -> str:
        """The group with the most cases; of equals the first by name."""
        rows = self.connection.execute(
            f"SELECT {column} FROM cases WHERE stay_no = 1 AND {column} IS NOT NULL "
            "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        ).fetchall()
        return str(rows[0][0])

    def daily(self, watched: Watched, column: str, groups: Sequence[str]) -> Daily:
        """The counts of a measure for a group column; `groups` has the reference first."""
        begins = watched.begins
        day = _DAYS[begins]
        time, seen = "0", watched.event
        among = f"{begins}_at IS NOT NULL AND {watched.among} AND list_position(?, {column}) IS NOT NULL"
        source = "cases"
        if watched.is_time:
            source = f"(SELECT *, {', '.join(_last(watched))} FROM cases)"
            time = minutes(begins, "last", watched.grid_min)
            seen = f"coalesce({watched.stop}_at = last_at, false)"
            among += f" AND last_by >= {begins}_at AND NOT {imprecise(begins, 'last', watched.width_min)}"
        columns = self.connection.execute(
            f"SELECT stratum, {day} AS day, list_position(?, {column}) - 1 AS g, {time} AS time, "
            f"count(*) AS cases, count(*) FILTER ({seen}) AS events "
            f"FROM {source} WHERE {among} AND ({seen}) IS NOT NULL AND {day} <= ? GROUP BY ALL",
            [list(groups), list(groups), self.last - watched.settled],
        ).fetchnumpy()
        return Daily(
            *(np.asarray(columns[name]).astype(np.int64) for name in ("stratum", "day", "g", "time")),
            *(np.asarray(columns[name]).astype(np.int64) for name in ("cases", "events")),
        )


_FIRST_STAY = ", ".join(
    f"CASE WHEN {name}_pos >= first_pos AND {name}_pos < end_pos THEN {source} END AS {target}"
    for name, source, target in (
        ("booked", "booked_at", "began_at"),
        ("booked", "booked_by", "began_by"),
        ("opened", "screened_at", "opened_at"),
        ("opened", "screened_by", "opened_by"),
    )
)
"""The first booking and the first screening, in the row of the stay that they belong to."""


def _last(watched: Watched) -> Iterator[str]:
    """SQL for the moment at which a case is last seen."""
    for end in ("at", "by"):
        follow = f"{watched.begins}_{end} + INTERVAL {watched.follow_min} MINUTE"
        others = [f"{name}_{end}" for name in (watched.stop, watched.lost) if name]
        yield f"least({', '.join([*others, follow])}) AS last_{end}"


def read_cases(
    record: Record, connection: duckdb.DuckDBPyConnection, progress: Report = lambda *_: None
) -> Cases:
    """Make the table `cases` from the record's bookings. Events that a later one corrects are left out."""
    firsts = ", ".join(first(name, when) for name, when in _FIRST.items())
    times = ", ".join(f"{name} TIMESTAMPTZ" for name in _MOMENTS)
    groups = ", ".join(f"{name} VARCHAR" for name in GROUP_COLUMNS)
    local = "timezone(zone, "
    days = ", ".join(
        f"CASE WHEN {local}{name}_at)::DATE = {local}coalesce({name}_by, {name}_at))::DATE "
        f"THEN ({local}{name}_at)::DATE - DATE '1970-01-01')::BIGINT END AS {day}"
        for name, day in _DAYS.items()
    )
    connection.execute(
        f"CREATE TABLE rows (stay_no INTEGER, unsure BOOLEAN, {times}, zone VARCHAR, facility VARCHAR, "
        f"class VARCHAR, form VARCHAR, steps TINYINT, {groups})"
    )
    parts = record.parts(SubjectKind.BOOKING)
    for number, part in enumerate(parts):
        progress("bookings", number, len(parts))
        read_part(connection, part)
        joined, chosen = "", ", ".join("NULL" for _ in GROUP_COLUMNS)
        if personal := part.personal_file(BOOKED):
            joined = f"LEFT JOIN {scan(personal)} p ON p.id = w.booked_id"
            chosen = ", ".join(_cleaned(f"p.{name}") for name in GROUP_COLUMNS)
        connection.execute(
            f'INSERT INTO rows WITH wide AS (SELECT "case", {firsts}, {_OTHER} FROM events GROUP BY "case"), '
            f"w AS (SELECT c.* EXCLUDE (began_at, began_by), wide.*, {_FIRST_STAY} "
            'FROM clocks c JOIN wide USING ("case")) '
            f"SELECT number, unsure, {', '.join(_MOMENTS)}, zone, facility, coalesce(class, '{NO_CLASS}'), "
            f"form, steps, {chosen} FROM w {joined} WHERE booked_at IS NOT NULL"
        )
    connection.execute(
        "CREATE TABLE strata AS SELECT row_number() OVER (ORDER BY facility, class) - 1 AS stratum, "
        "facility, class FROM (SELECT DISTINCT facility, class FROM rows)"
    )
    connection.execute(
        f"CREATE TABLE cases AS SELECT rows.*, stratum, {days} FROM rows JOIN strata USING (facility, class)"
    )
    rows = connection.execute("SELECT facility, class FROM strata ORDER BY stratum").fetchall()
    names, facilities = (f"{facility} {of}" for facility, of in rows), dict.fromkeys(f for f, _ in rows)
    total = connection.execute("SELECT count(*) FROM cases WHERE stay_no = 1").fetchall()[0][0]
    values, unusable = _groups(connection)
    last = _last_day(record, connection)
    return Cases(connection, tuple(names), tuple(facilities), values, unusable, last, int(total))


def _groups(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    usable: dict[str, tuple[str, ...]] = {}
    unusable: dict[str, str] = {}
    for column in GROUP_COLUMNS:
        rows = connection.execute(
            f"SELECT DISTINCT {column} FROM cases WHERE {column} IS NOT NULL ORDER BY 1"
        ).fetchall()
        if len(rows) > MOST_GROUPS:
            unusable[column] = f"it has {len(rows)} values: map them to a list of at most {MOST_GROUPS}"
        elif len(rows) < 2:
            unusable[column] = "the record holds no value of it" if not rows else "it has one value alone"
        else:
            usable[column] = tuple(str(value) for (value,) in rows)
    return usable, unusable


def _last_day(record: Record, connection: duckdb.DuckDBPyConnection) -> int:
    """The last day that is over everywhere when the record ends: clocks are up to twelve hours behind UTC."""
    until = record.manifest.observed_until
    if until is None:
        until = connection.execute("SELECT max(greatest(booked_by, left_by)) FROM cases").fetchall()[0][0]
    if until is None:
        return 0
    assert isinstance(until, datetime)
    return day_number((until - timedelta(hours=12)).date()) - 1


def _cleaned(column: str) -> str:
    """A group's value without blanks around it; null where it says that it is not known."""
    spelled = ", ".join(f"'{word}'" for word in ("", *NOT_KNOWN))
    return f"CASE WHEN lower(trim({column})) NOT IN ({spelled}) THEN trim({column}) END"
