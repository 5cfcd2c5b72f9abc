"""One row a stay of a booking, made once from the record; all statistics start from these.

What is counted of a booking (shares, groups, months) stands in the row of its first stay; a time stands in
the row of each stay that has it.

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
from evenhand.record.query import create_events, quoted, scan
from evenhand.record.store import Record
from evenhand.uniformity.measures import SHARES, STEP_BITS, TIMES, TO_SCREENING, Time
from evenhand.uniformity.stays import BOOKED, first, imprecise, minutes, read_part

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
HOUR_BANDS = ("00 to 06", "06 to 12", "12 to 18", "18 to 24", "not known")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "not known")
SETTLED_DAYS = 30
"""A booking that has not ended counts in shares only after so many days: what is missing may yet come."""
NOT_TOLD = 2
"""In a share's column: the record does not tell whether this booking had the event."""
UNORDERED = -1
"""In a time's column: the end lies before the start."""
IMPRECISE = -2
"""In a time's column: the moments are not known well enough, or the stay cannot be told from the next."""
MINOR_CLASS = "54"
"""NCIC class of traffic offenses: a misdemeanor of it counts as minor."""
NO_CLASS = "not stated"


@dataclass(frozen=True)
class Bookings:
    """The table `bookings` of a connection, and what its codes mean.

    Beside the strata and the groups it has the number of the stay, one column for each share (null: not of
    its population, 1 or 0: the event or not, `NOT_TOLD`) and two for each time (null, `UNORDERED`,
    `IMPRECISE`, or the time on its grid; and whether the end was seen). Strata are those of the booking, for
    all its stays.

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

    def sizes(self) -> dict[str, dict[str, int]]:
        """How many bookings each group has, by column."""
        return {column: self._sizes(column) for column in self.groups}

    def _sizes(self, column: str) -> dict[str, int]:
        counted = f"SELECT {column}::VARCHAR, count(*) FROM bookings WHERE stay_no = 1 GROUP BY 1"
        rows = self.connection.execute(counted).fetchall()
        return {group: count for group, count in rows if group is not None}


def read_bookings(
    record: Record, connection: duckdb.DuckDBPyConnection, progress: Report = lambda *_: None
) -> Bookings:
    """Make the table `bookings`. Memory follows the number of stays (about 70 bytes each)."""
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
        read_part(connection, part)
        connection.execute(_insert(part.personal_file(BOOKED), groups, until))
    progress("bookings", len(parts), len(parts))
    connection.execute("DELETE FROM bookings WHERE facility IS NULL")
    kept = connection.execute("SELECT count(*) FROM bookings WHERE stay_no = 1").fetchall()[0][0]
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
    columns = [
        "stay_no INTEGER",
        "facility facility_code",
        "agency agency_code",
        "class class_code",
        "hour TINYINT",
    ]
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
    {first("booked", "type = 'person.booked'")},
    min(pos) FILTER (type = 'person.booked') AS booked_pos,
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
    {first("any_opened", "type = 'screening.opened'")},
    min(pos) FILTER (type = 'screening.opened') AS opened_pos,
    max(form_version) FILTER (type = 'screening.opened') AS form,
    ({_STEPS}) AS steps,
    min(occurred_at) FILTER (type = 'interview.held') AS interview_at,
    coalesce(bool_or(outcome = 'refer') FILTER (type = 'determination.made'), false) AS referred,
    min(occurred_at) FILTER (type = 'detainer.issued') AS detainer_at,
    coalesce(bool_or(type = 'custody.hold_started' AND basis = 'detainer'), false) AS held_on_detainer
"""
# The least of a booking's charges: 0 is no minor offense, 1 is not known, 2 is minor.
_MINOR = "CASE least WHEN 0 THEN false WHEN 2 THEN true END"


def _insert(personal: Path | None, groups: Collection[str], until: datetime | None) -> str:
    end = f"TIMESTAMPTZ '{until.isoformat()}'" if until else "NULL::TIMESTAMPTZ"
    joined, chosen = "", ["NULL"] * len(groups)
    if groups and personal:
        joined = f"LEFT JOIN {scan(personal)} p ON p.id = w.booked_id"
        chosen = [f"{_cleaned(f'p.{group}')}::{group}" for group in groups]
    settled = f"coalesce(closed OR booked_by <= {end} - INTERVAL {SETTLED_DAYS} DAY, true)"
    columns = [
        "number",
        "facility",
        "agency",
        f"coalesce(class, '{NO_CLASS}')",
        _same_day("CASE WHEN hour(local) // 6 = hour(local_by) // 6 THEN hour(local) // 6 END", _NO_HOUR),
        _same_day("isodow(local) - 1", _NO_DAY),
        f"CASE WHEN {_MONTH.format('local')} = {_MONTH.format('local_by')} THEN {_MONTH.format('local')} END",
        _MINOR,
        *chosen,
    ]
    for share in SHARES:
        event = f"coalesce(({share.event})::TINYINT, {NOT_TOLD})"
        columns.append(f"CASE WHEN number = 1 AND {settled} AND ({share.population}) THEN {event} END")
    for time in TIMES:
        columns += [_time(time), f"{time.stop}_at IS NOT NULL"]
    lasts = ", ".join(
        f"coalesce({time.stop}_{e}, {f'{time.lost}_{e}, ' if time.lost else ''}{end}) AS {time.id}_{e}"
        for time in TIMES
        for e in ("at", "by")
    )
    return f"""
        INSERT INTO bookings
        WITH wide AS (
            SELECT "case", {_WIDE} FROM events GROUP BY "case"
        ), to_ice AS (
            SELECT DISTINCT "case" FROM stays WHERE to_ice_at IS NOT NULL
        ), joined AS (
            SELECT c.*, wide.* EXCLUDE ("case"), to_ice."case" IS NOT NULL AS to_ice,
                timezone(zone, booked_at) AS local, timezone(zone, booked_by) AS local_by,
                {_in_stay("booked")} AS first_booking, {_in_stay("opened")} AS first_opened,
                CASE WHEN first_opened THEN any_opened_at END AS opened_at,
                CASE WHEN first_opened THEN any_opened_by END AS opened_by
            FROM clocks c JOIN wide USING ("case") LEFT JOIN to_ice USING ("case")
        ), w AS (SELECT *, {lasts} FROM joined)
        SELECT {", ".join(columns)} FROM w {joined}
    """


_NO_HOUR, _NO_DAY = len(HOUR_BANDS) - 1, len(WEEKDAYS) - 1
_MONTH = "(year({0}) * 12 + month({0}) - 1)"


def _same_day(value: str, otherwise: int) -> str:
    """SQL for a value of the booking's local time; something else where it is not known to the day."""
    return f"CASE WHEN local::DATE = local_by::DATE THEN coalesce({value}, {otherwise}) ELSE {otherwise} END"


def _in_stay(name: str) -> str:
    """SQL for whether the booking's first event of a type is one of the stay."""
    return f"coalesce({name}_pos >= first_pos AND {name}_pos < end_pos, false)"


def _time(time: Time) -> str:
    """SQL for a time on its grid; the moments of its end are called by its own name."""
    of = f"{time.start}_at IS NOT NULL AND {time.id}_at IS NOT NULL"
    if time is TO_SCREENING:
        of += " AND first_booking"
    return (
        f"CASE WHEN {of} THEN CASE "
        f"WHEN {imprecise(time.start, time.id, time.width_min)} THEN {IMPRECISE} "
        f"WHEN {time.id}_by < {time.start}_at THEN {UNORDERED} "
        f"ELSE {minutes(time.start, time.id, time.grid_min)} END END"
    )
