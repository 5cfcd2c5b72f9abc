"""The queries behind the claims' measures on a record."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from evenhand.record.events import SubjectKind
from evenhand.record.query import create_standing
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
def open_record(record: Record) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with the views `booking` and `officer`: events that no later event corrects."""
    connection = duckdb.connect(config={"memory_limit": MEMORY})
    try:
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        for kind, types in _READ.items():
            create_standing(connection, str(kind), kind, record.parts(kind), types)
        connection.execute("SET VARIABLE observed_until = $end", {"end": record.manifest.observed_until})
        yield connection
    finally:
        connection.close()


CERTIFIED = """
WITH certified AS (
    SELECT subject AS actor, coalesce(valid_from, occurred_at) AS since,
        coalesce(valid_until, TIMESTAMPTZ '9999-01-01 00:00:00+00') AS until
    FROM officer WHERE type = 'officer.certified'
), acts AS (
    SELECT id, actor, occurred_at FROM booking WHERE type IN ('interview.held', 'determination.made')
        AND actor_role NOT IN ('federal_officer', 'federal_supervisor')
)
SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM certified c WHERE c.actor = a.actor
    AND c.since <= a.occurred_at AND a.occurred_at < c.until)), count(*) FROM acts a"""

REVIEWED = """
WITH last_review AS (
    SELECT "case", max(occurred_at) AS at FROM booking WHERE type = 'determination.reviewed' GROUP BY "case"
)
SELECT count(*) FILTER (WHERE r.at >= m.occurred_at), count(*)
FROM booking m LEFT JOIN last_review r USING ("case") WHERE m.type = 'determination.made'"""

LEVELS = """
WITH met AS (
    SELECT "case", min(occurred_at) AS at FROM booking WHERE type = 'interview.held' GROUP BY "case"
), charged AS (
    SELECT c."case", min(CASE c.level WHEN 'felony' THEN 1 WHEN 'misdemeanor' THEN 2 WHEN 'infraction' THEN 3
        WHEN 'ordinance' THEN 4 ELSE 5 END) AS rank
    FROM booking c JOIN met m USING ("case")
    WHERE c.type = 'charge.recorded' AND c.occurred_at <= m.at AND c.level IS DISTINCT FROM 'hold'
        AND EXISTS (SELECT 1 FROM booking b WHERE b."case" = c."case" AND b.type = 'person.booked'
            AND b.occurred_at <= m.at)
    GROUP BY c."case"
)
SELECT CASE rank WHEN 1 THEN 'felony' WHEN 2 THEN 'misdemeanor' WHEN 3 THEN 'infraction'
    WHEN 4 THEN 'ordinance' WHEN 5 THEN 'not stated' ELSE 'no earlier charge' END AS level, count(*)
FROM met LEFT JOIN charged USING ("case") GROUP BY level"""

COVERAGE = """
WITH booked AS (
    SELECT "case", min(occurred_at) AS at FROM booking WHERE type = 'person.booked' GROUP BY "case"
), closed AS (
    SELECT DISTINCT "case" FROM booking WHERE type = 'screening.closed' AND closing_reason IS NOT NULL
)
SELECT count(c."case"), count(*) FROM booked b LEFT JOIN closed c USING ("case")
WHERE b.at <= getvariable('observed_until') - INTERVAL 24 HOUR"""

FOLLOWED = """
WITH met AS (
    SELECT "case", min(occurred_at) AS at FROM booking WHERE type = 'interview.held' GROUP BY "case"
), ended AS (
    SELECT e."case", arg_max(CASE WHEN e.type = 'custody.released' THEN 'released'
        WHEN e.destination = 'ice' THEN 'handed over to ICE' ELSE 'other custody' END,
        (e.occurred_at, -e.pos)) AS what
    FROM booking e JOIN met m USING ("case")
    WHERE e.type IN ('custody.released', 'custody.departed') AND e.occurred_at >= m.at GROUP BY e."case"
)
SELECT coalesce(what, 'not known') AS what, count(*) FROM met LEFT JOIN ended USING ("case")
GROUP BY 1 ORDER BY 1"""
