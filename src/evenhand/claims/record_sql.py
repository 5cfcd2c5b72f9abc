"""The queries behind the claims' measures on a record."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from evenhand.record.episode.stays import TEMPORARY
from evenhand.record.episode.table import SCHEMA, create_stays
from evenhand.record.events import SubjectKind
from evenhand.record.query import create_standing, listed
from evenhand.record.store import Record

MEMORY = "3GB"
_READ = {
    SubjectKind.BOOKING: (
        "person.booked",
        "charge.recorded",
        "screening.closed",
        "interview.held",
        "determination.made",
        "determination.reviewed",
        "custody.released",
        "custody.departed",
    ),
    SubjectKind.OFFICER: ("officer.certified",),
}
"""The event types that the queries read."""


@contextmanager
def open_record(record: Record, *, with_stays: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with the views `booking` and `officer`: events that no later event corrects.

    With `with_stays` it also has `stays`, one row a stay (`record.episode.table`).
    """
    connection = duckdb.connect(config={"memory_limit": MEMORY})
    try:
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        for kind, types in _READ.items():
            create_standing(connection, str(kind), kind, record.parts(kind), types)
        if with_stays:
            connection.register("stays_none", SCHEMA.empty_table())
            connection.execute("CREATE TEMP TABLE stays AS FROM stays_none")
            for part in record.parts(SubjectKind.BOOKING):
                create_stays(connection, "of_part", part)
                connection.execute("INSERT INTO stays FROM of_part")
        connection.execute("SET VARIABLE observed_until = $end", {"end": record.manifest.observed_until})
        yield connection
    finally:
        connection.close()


CERTIFIED = """
WITH certified AS (
    SELECT subject AS actor, coalesce(valid_from, occurred_at) AS since,
        coalesce(valid_from, occurred_by, occurred_at) AS since_by,
        coalesce(valid_until, TIMESTAMPTZ '9999-01-01 00:00:00+00') AS until
    FROM officer WHERE type = 'officer.certified'
), acts AS (
    SELECT id, actor, occurred_at AS at, coalesce(occurred_by, occurred_at) AS latest FROM booking
    WHERE type IN ('interview.held', 'determination.made')
        AND actor_role NOT IN ('federal_officer', 'federal_supervisor')
), judged AS (
    SELECT EXISTS (SELECT 1 FROM certified c WHERE c.actor = a.actor
            AND c.since_by <= a.at AND a.latest < c.until) AS sure,
        EXISTS (SELECT 1 FROM certified c WHERE c.actor = a.actor
            AND c.since <= a.latest AND a.at < c.until) AS possible
    FROM acts a
)
SELECT count(*) FILTER (sure), count(*) FILTER (sure OR NOT possible) FROM judged"""
"""An act of which it is not known whether it came before the certification is left out."""

REVIEWED = """
WITH last_review AS (
    SELECT "case", max(coalesce(occurred_by, occurred_at)) AS latest, arg_max(occurred_at, pos) AS at,
        max(pos) AS pos
    FROM booking WHERE type = 'determination.reviewed' GROUP BY "case"
), made AS (
    SELECT "case", pos, occurred_at AS at, coalesce(occurred_by, occurred_at) AS latest,
        count(*) OVER (PARTITION BY "case") AS number
    FROM booking WHERE type = 'determination.made'
), judged AS (
    SELECT CASE WHEN r."case" IS NULL OR r.latest < m.at THEN 0
        WHEN number = 1 OR r.at >= m.latest OR (r.pos > m.pos AND r.latest - m.at < INTERVAL 1 MINUTE) THEN 1
        END AS after
    FROM made m LEFT JOIN last_review r USING ("case")
)
SELECT count(*) FILTER (after = 1), count(after) FROM judged"""
"""A determination and a review of which it is not known which came first are left out."""

ORDER_NOT_KNOWN = "cannot tell which came first"
_SURE = (
    "(coalesce(e.occurred_by, e.occurred_at) <= m.at OR (e.pos < m.pos AND e.occurred_at = m.at "
    "AND e.occurred_by < e.occurred_at + INTERVAL 1 MINUTE))"
)
"""Whether an event surely came before the interview, or in the same minute and before it in the record."""
LEVELS = f"""
WITH met AS (
    SELECT "case", arg_min(pos, (occurred_at, pos)) AS pos, min(occurred_at) AS at,
        min(coalesce(occurred_by, occurred_at)) AS latest
    FROM booking WHERE type = 'interview.held' GROUP BY "case"
), before AS (
    SELECT e."case", coalesce(bool_or({_SURE}) FILTER (e.type = 'person.booked'), false) AS booked,
        coalesce(bool_or(true) FILTER (e.type = 'person.booked'), false) AS may_be_booked,
        min(CASE e.level WHEN 'felony' THEN 1 WHEN 'misdemeanor' THEN 2 WHEN 'infraction' THEN 3
            WHEN 'ordinance' THEN 4 ELSE 5 END) FILTER (e.type = 'charge.recorded' AND {_SURE}) AS rank,
        coalesce(bool_or(true) FILTER (e.type = 'charge.recorded'), false) AS may_be_charged
    FROM booking e JOIN met m USING ("case")
    WHERE (e.type = 'person.booked' OR (e.type = 'charge.recorded' AND e.level IS DISTINCT FROM 'hold'))
        AND e.occurred_at <= m.latest
    GROUP BY e."case"
)
SELECT CASE WHEN booked AND rank = 1 THEN 'felony' WHEN booked AND rank = 2 THEN 'misdemeanor'
    WHEN booked AND rank = 3 THEN 'infraction' WHEN booked AND rank = 4 THEN 'ordinance'
    WHEN booked AND rank = 5 THEN 'not stated'
    WHEN may_be_booked AND may_be_charged THEN '{ORDER_NOT_KNOWN}'
    ELSE 'no earlier charge' END AS level, count(*)
FROM met LEFT JOIN before USING ("case") GROUP BY level"""

COVERAGE = """
WITH booked AS (
    SELECT "case", min(coalesce(occurred_by, occurred_at)) AS at
    FROM booking WHERE type = 'person.booked' GROUP BY "case"
), closed AS (
    SELECT DISTINCT "case" FROM booking WHERE type = 'screening.closed' AND closing_reason IS NOT NULL
)
SELECT count(c."case"), count(*) FROM booked b LEFT JOIN closed c USING ("case")
WHERE b.at <= getvariable('observed_until') - INTERVAL 24 HOUR"""

FOLLOWED = f"""
WITH met AS (
    SELECT "case", min(pos) AS pos FROM booking WHERE type = 'interview.held' GROUP BY "case"
), spell AS (
    SELECT s."case", s.first_pos, s.end_pos, s.to_ice_at IS NOT NULL AS to_ice, s.left_at IS NOT NULL AS gone,
        s.unsure
    FROM met m JOIN stays s ON s."case" = m."case" AND m.pos >= s.first_pos AND m.pos < s.end_pos
), departed AS (
    SELECT DISTINCT e."case" FROM booking e
    JOIN spell s ON s."case" = e."case" AND e.pos >= s.first_pos AND e.pos < s.end_pos
    WHERE e.type = 'custody.departed' AND coalesce(e.destination, '') NOT IN ({listed(TEMPORARY)})
)
SELECT CASE WHEN unsure THEN 'not known' WHEN to_ice THEN 'handed over to ICE'
    WHEN d."case" IS NOT NULL THEN 'other custody' WHEN gone THEN 'released' ELSE 'not known' END AS what,
    count(*)
FROM spell LEFT JOIN departed d USING ("case") GROUP BY 1 ORDER BY 1"""
"""How the stay in which the first interview was held ended."""
