"""One row a booking, made once from the record's events; all statistics start from these.

This is the only place that reads groups: the personal part's columns of `GROUP_COLUMNS`. Events that a later
event corrects are left out. The rows stay in a DuckDB of this run.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from evenhand.progress import Report
from evenhand.record.events import SubjectKind
from evenhand.record.part import EventPart
from evenhand.record.query import create_events, create_standing, quoted, scan
from evenhand.record.store import Record
from evenhand.uniformity.measures import SHARES, STEP_BITS, TIMES

BOOKED = "person.booked"
READ = (
    BOOKED,
    "charge.recorded",
    "screening.opened",
    "screening.step_done",
    "interview.held",
    "determination.made",
    "detainer.issued",
    "custody.hold_started",
    "custody.hold_ended",
    "custody.release_due",
    "custody.released",
    "custody.departed",
    "custody.transferred_in_place",
)
"""The event types from which a booking's row is made."""
GROUP_COLUMNS = ("race_ethnicity", "sex", "age_group")
NOT_KNOWN = (
    "unknown",
    "unk",
    "u",
    "not stated",
    "not known",
    "refused",
    "missing",
    "n/a",
    "na",
    "none",
    "-",
    "?",
)
"""Spellings, in any case, by which a jail says that a group is not known."""
MOST_GROUPS = 40
HOUR_BANDS = ("00 to 06", "06 to 12", "12 to 18", "18 to 24")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SETTLED_DAYS = 30
"""A booking that has not ended counts in shares only after so many days: what is missing may yet come."""
NOT_TOLD = 2
"""In a share's column: the record does not tell whether this booking had the event."""
UNORDERED = -1
"""In a time's column: the end lies before the start."""
MINOR_CLASS = "54"
"""NCIC class of traffic offenses: a misdemeanor of it counts as minor."""
NO_CLASS = "not stated"


@dataclass(frozen=True)
class Bookings:
    """The table `bookings` of a connection, and what its codes mean.

    Beside the strata and the groups it has one column for each share (null: not of its population, 1 or 0:
    the event or not, `NOT_TOLD`) and two for each time (null, `UNORDERED`, or the time on its grid; and
    whether the end was seen).

    `groups` gives the values of each usable group column in the order of their codes; `unusable` why a column
    is not used. `facilities`, `classes` and `agencies` likewise. `left_out` counts bookings by reason.
    """

    connection: duckdb.DuckDBPyConnection
    provides: dict[str, list[str]]
    facilities: tuple[str, ...]
    agencies: tuple[str, ...]
    classes: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    unusable: dict[str, str]
    until: datetime | None
    total: int
    left_out: dict[str, int] = field(default_factory=dict)


def read_bookings(
    record: Record, connection: duckdb.DuckDBPyConnection, progress: Report = lambda *_: None
) -> Bookings:
    """Make the table `bookings`. Memory follows the number of bookings (about 70 bytes each)."""
    parts = record.parts(SubjectKind.BOOKING)
    facilities, agencies, classes = _places_and_classes(connection, parts)
    groups, unusable = _groups(connection, [p for part in parts if (p := part.personal_file(BOOKED))])
    for name, values in {
        "facility_code": facilities,
        "agency_code": agencies,
        "class_code": classes,
        **groups,
    }.items():
        _enum(connection, name, values)
    until = record.manifest.observed_until or _latest(connection, record)
    _create(connection, groups)
    for number, part in enumerate(parts):
        progress("bookings", number, len(parts))
        create_standing(connection, "events", SubjectKind.BOOKING, [part], READ)
        connection.execute(_insert(part.personal_file(BOOKED), groups, until))
    progress("bookings", len(parts), len(parts))
    connection.execute("DELETE FROM bookings WHERE facility IS NULL")
    kept = connection.execute("SELECT count(*) FROM bookings").fetchall()[0][0]
    total = sum(part.cases for part in parts)
    left_out = {"no booking event": total - kept} if total > kept else {}
    provides = {name: list(fields) for name, fields in record.manifest.provides.items()}
    return Bookings(
        connection, provides, facilities, agencies, classes, groups, unusable, until, kept, left_out
    )


def _places_and_classes(
    connection: duckdb.DuckDBPyConnection, parts: Sequence[EventPart]
) -> tuple[tuple[str, ...], ...]:
    """Return the facilities, agencies and charge classes of all bookings, each sorted."""
    create_events(connection, "named", SubjectKind.BOOKING, parts, (BOOKED, "charge.recorded"))
    rows = connection.execute(
        f"SELECT DISTINCT type = '{BOOKED}' AS booked, coalesce(facility, agency), agency, ncic_class "
        "FROM named"
    ).fetchall()
    facilities = {facility for booked, facility, _, _ in rows if booked}
    agencies = {agency for booked, _, agency, _ in rows if booked}
    classes = {NO_CLASS} | {c for *_, c in rows if c is not None}
    return tuple(sorted(facilities)), tuple(sorted(agencies)), tuple(sorted(classes))


def _values(connection: duckdb.DuckDBPyConnection, files: list[Path], value: str) -> tuple[str, ...]:
    if not files:
        return ()
    rows = connection.execute(f"SELECT DISTINCT {value} AS v FROM {scan(*files)} ORDER BY v").fetchall()
    return tuple(row[0] for row in rows if row[0] is not None)


def _groups(
    connection: duckdb.DuckDBPyConnection, files: list[Path]
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    groups: dict[str, tuple[str, ...]] = {}
    unusable: dict[str, str] = {}
    for column in GROUP_COLUMNS:
        values = _values(connection, files, _cleaned(column))
        if not values:
            unusable[column] = "the record holds no value of it"
        elif len(values) > MOST_GROUPS:
            unusable[column] = f"{len(values)} different values: map them to a list of at most {MOST_GROUPS}"
        else:
            groups[column] = values
    return groups, unusable


def _cleaned(column: str) -> str:
    """A group's value without blanks around it; null where it says that it is not known."""
    spelled = ", ".join(f"'{word}'" for word in ("", *NOT_KNOWN))
    return f"CASE WHEN lower(trim({column})) NOT IN ({spelled}) THEN trim({column}) END"


def _enum(connection: duckdb.DuckDBPyConnection, name: str, values: Collection[str]) -> None:
    listed = ", ".join(map(quoted, values or ("-",)))
    connection.execute(f"CREATE TYPE {name} AS ENUM ({listed})")


def _latest(connection: duckdb.DuckDBPyConnection, record: Record) -> datetime | None:
    files = record.files(SubjectKind.BOOKING)
    if not files:
        return None
    found = connection.execute(f"SELECT max(occurred_at) FROM {scan(*files)}").fetchall()[0][0]
    assert found is None or isinstance(found, datetime)
    return found


def _create(connection: duckdb.DuckDBPyConnection, groups: Collection[str]) -> None:
    columns = ["facility facility_code", "agency agency_code", "class class_code", "hour TINYINT"]
    columns += ["weekday TINYINT", "month SMALLINT", "minor BOOLEAN"]
    columns += [f"{group} {group}" for group in groups]
    columns += [f"{share.id} TINYINT" for share in SHARES]
    for time in TIMES:
        columns += [f"{time.id} INTEGER", f"{time.id}_seen BOOLEAN"]
    connection.execute(f"CREATE TABLE bookings ({', '.join(columns)})")


_STEPS = " | ".join(
    f"bool_or(type = 'screening.step_done' AND step = '{step}')::TINYINT * {bit}::TINYINT"
    for step, bit in STEP_BITS.items()
)
_WIDE = f"""
    min(occurred_at) FILTER (type = 'person.booked') AS booked_at,
    arg_min(id, pos) FILTER (type = 'person.booked') AS booked_id,
    any_value(coalesce(facility, agency)) FILTER (type = 'person.booked') AS facility,
    any_value(agency) FILTER (type = 'person.booked') AS agency,
    any_value(zone) FILTER (type = 'person.booked') AS zone,
    arg_min(coalesce(ncic_class, '{NO_CLASS}'), charge_no) FILTER (type = 'charge.recorded') AS class,
    min(CASE
        WHEN level IN ('felony', 'hold') OR (level = 'misdemeanor' AND ncic_class <> '{MINOR_CLASS}') THEN 0
        WHEN level IN ('infraction', 'ordinance') OR ncic_class = '{MINOR_CLASS}' AND level IS NOT NULL THEN 2
        ELSE 1 END
    ) FILTER (type = 'charge.recorded') AS least,
    min(occurred_at) FILTER (type = 'screening.opened') AS opened_at,
    max(form_version) FILTER (type = 'screening.opened') AS form,
    ({_STEPS}) AS steps,
    min(occurred_at) FILTER (type = 'interview.held') AS interview_at,
    coalesce(bool_or(outcome = 'refer') FILTER (type = 'determination.made'), false) AS referred,
    min(occurred_at) FILTER (type = 'detainer.issued') AS detainer_at,
    min(occurred_at) FILTER (type = 'custody.hold_started' AND basis = 'detainer') AS hold_at,
    min(occurred_at) FILTER (
        type = 'custody.hold_ended' AND coalesce(basis, 'detainer') = 'detainer') AS hold_end_at,
    max(occurred_at) FILTER (type = 'custody.release_due') AS due_at,
    min(occurred_at) FILTER (type IN ('custody.released', 'custody.departed')) AS exit_at,
    min(occurred_at) FILTER (type = 'custody.transferred_in_place'
        OR (type = 'custody.departed' AND destination = 'ice')) AS ice_at
"""
# The least of a booking's charges: 0 is no minor offense, 1 is not known, 2 is minor.
_MINOR = "CASE least WHEN 0 THEN false WHEN 2 THEN true END"


def _insert(personal: Path | None, groups: Collection[str], until: datetime | None) -> str:
    end = f"TIMESTAMPTZ '{until.isoformat()}'" if until else "NULL::TIMESTAMPTZ"
    joined, chosen = "", ["NULL"] * len(groups)
    if groups and personal:
        joined = f"LEFT JOIN {scan(personal)} p ON p.id = w.booked_id"
        chosen = [f"{_cleaned(f'p.{group}')}::{group}" for group in groups]
    settled = f"coalesce(exit_at IS NOT NULL OR booked_at <= {end} - INTERVAL {SETTLED_DAYS} DAY, true)"
    columns = [
        "facility",
        "agency",
        f"coalesce(class, '{NO_CLASS}')",
        "hour(local) // 6",
        "isodow(local) - 1",
    ]
    columns += ["year(local) * 12 + month(local) - 1", _MINOR, *chosen]
    for share in SHARES:
        event = f"coalesce(({share.event})::TINYINT, {NOT_TOLD})"
        columns.append(f"CASE WHEN {settled} AND ({share.population}) THEN {event} END")
    for time in TIMES:
        last = f"coalesce({time.stop}, {time.lost}, {end})"
        grid = f"(epoch_us({last}) - epoch_us({time.start})) // {60_000_000 * time.grid_min}"
        columns.append(
            f"CASE WHEN {last} >= {time.start} THEN {grid} WHEN {last} < {time.start} THEN {UNORDERED} END"
        )
        columns.append(f"({time.stop}) IS NOT NULL")
    return f"""
        INSERT INTO bookings
        WITH wide AS (
            SELECT "case", {_WIDE} FROM events GROUP BY "case"
        ), w AS (SELECT *, timezone(zone, booked_at) AS local FROM wide)
        SELECT {", ".join(columns)} FROM w {joined}
    """
