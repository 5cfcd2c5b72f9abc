"""The cases of a record, one row a booking, and their daily counts by stratum and group."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb
import numpy as np

from evenhand.progress import Report
from evenhand.record.events import SubjectKind
from evenhand.record.query import create_standing, scan
from evenhand.record.store import Record
from evenhand.uniformity.bookings import BOOKED, GROUP_COLUMNS, MOST_GROUPS, NO_CLASS, NOT_KNOWN, READ
from evenhand.uniformity.measures import STEP_BITS
from evenhand.uniformity.watch.blocks import Daily
from evenhand.uniformity.watch.watched import Watched

_EPOCH = date(1970, 1, 1)
_STEPS = " | ".join(
    f"bool_or(type = 'screening.step_done' AND step = '{step}')::TINYINT * {bit}::TINYINT"
    for step, bit in STEP_BITS.items()
)
_FIRST = {
    "booked_at": "type = 'person.booked'",
    "opened_at": "type = 'screening.opened'",
    "interview_at": "type = 'interview.held'",
    "referred_at": "type = 'determination.made' AND outcome = 'refer'",
    "detainer_at": "type = 'detainer.issued'",
    "hold_at": "type = 'custody.hold_started' AND basis = 'detainer'",
    "hold_end_at": "type = 'custody.hold_ended' AND coalesce(basis, 'detainer') = 'detainer'",
    "due_at": "type = 'custody.release_due'",
    "exit_at": "type IN ('custody.released', 'custody.departed')",
}
_DAYS = {"booked_at": "booked_on", "hold_at": "held_on", "due_at": "due_on"}
"""The days on which cases begin."""
_OTHER = f"""
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
            f"SELECT {column} FROM cases WHERE {column} IS NOT NULL "
            "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        ).fetchall()
        return str(rows[0][0])

    def daily(self, watched: Watched, column: str, groups: Sequence[str]) -> Daily:
        """The counts of a measure for a group column; `groups` has the reference first."""
        begins = watched.begins
        day = _DAYS[begins]
        time, seen = "0", watched.event
        among = f"{begins} IS NOT NULL AND {watched.among} AND list_position(?, {column}) IS NOT NULL"
        if watched.is_time:
            follow = f"{begins} + INTERVAL {watched.follow_min} MINUTE"
            end = f"least({watched.stop}, {watched.lost}, {follow})"
            time = f"(epoch({end}) - epoch({begins}))::BIGINT // {60 * watched.grid_min}"
            seen = f"coalesce({watched.stop} = {end}, false)"
            among += f" AND {end} >= {begins}"
        columns = self.connection.execute(
            f"SELECT stratum, {day} AS day, list_position(?, {column}) - 1 AS g, {time} AS time, "
            f"count(*) AS cases, count(*) FILTER ({seen}) AS events "
            f"FROM cases WHERE {among} AND ({seen}) IS NOT NULL AND {day} <= ? GROUP BY ALL",
            [list(groups), list(groups), self.last - watched.settled],
        ).fetchnumpy()
        return Daily(
            *(np.asarray(columns[name]).astype(np.int64) for name in ("stratum", "day", "g", "time")),
            *(np.asarray(columns[name]).astype(np.int64) for name in ("cases", "events")),
        )


def read_cases(
    record: Record, connection: duckdb.DuckDBPyConnection, progress: Report = lambda *_: None
) -> Cases:
    """Make the table `cases` from the record's bookings. Events that a later one corrects are left out."""
    firsts = ", ".join(f"min(occurred_at) FILTER ({when}) AS {name}" for name, when in _FIRST.items())
    times = ", ".join(f"{name} TIMESTAMPTZ" for name in _FIRST)
    groups = ", ".join(f"{name} VARCHAR" for name in GROUP_COLUMNS)
    # By the facility's clock.
    days = ", ".join(
        f"(timezone(zone, {instant})::DATE - DATE '1970-01-01')::BIGINT AS {day}"
        for instant, day in _DAYS.items()
    )
    connection.execute(
        f"CREATE TABLE rows ({times}, zone VARCHAR, facility VARCHAR, class VARCHAR, form VARCHAR, "
        f"steps TINYINT, {groups})"
    )
    parts = record.parts(SubjectKind.BOOKING)
    for number, part in enumerate(parts):
        progress("bookings", number, len(parts))
        create_standing(connection, "events", SubjectKind.BOOKING, [part], READ)
        joined, chosen = "", ", ".join("NULL" for _ in GROUP_COLUMNS)
        if personal := part.personal_file(BOOKED):
            joined = f"LEFT JOIN {scan(personal)} p ON p.id = w.booked_id"
            chosen = ", ".join(_cleaned(f"p.{name}") for name in GROUP_COLUMNS)
        connection.execute(
            f'INSERT INTO rows WITH w AS (SELECT {firsts}, {_OTHER} FROM events GROUP BY "case") '
            f"SELECT {', '.join(_FIRST)}, zone, facility, coalesce(class, '{NO_CLASS}'), form, steps, "
            f"{chosen} FROM w {joined} WHERE booked_at IS NOT NULL"
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
    total = connection.execute("SELECT count(*) FROM cases").fetchall()[0][0]
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
        until = connection.execute("SELECT max(greatest(booked_at, exit_at)) FROM cases").fetchall()[0][0]
    if until is None:
        return 0
    assert isinstance(until, datetime)
    return day_number((until - timedelta(hours=12)).date()) - 1


def _cleaned(column: str) -> str:
    """A group's value without blanks around it; null where it says that it is not known."""
    spelled = ", ".join(f"'{word}'" for word in ("", *NOT_KNOWN))
    return f"CASE WHEN lower(trim({column})) NOT IN ({spelled}) THEN trim({column}) END"
