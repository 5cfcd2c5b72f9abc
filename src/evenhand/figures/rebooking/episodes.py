"""Releases and the next booking of the same person, counted by whole days."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from evenhand.figures.rebooking.survival import Durations
from evenhand.record.damage import naming_damage
from evenhand.record.episode.stays import EXIT_TYPES, TEMPORARY
from evenhand.record.episode.table import create_stays
from evenhand.record.events import SubjectKind
from evenhand.record.query import create_standing, listed, scan
from evenhand.record.store import Record

MEMORY = "3GB"
_READ = ("person.booked", "custody.released")
NOT_STATED = "not stated"
POLICIES = (
    "One release a person, the first that the record holds, so that nobody counts twice.",
    "Only releases to the street. A person who left in the custody of another authority, or went to a "
    "hospital or a court, was not released here. If a person comes back without a new booking, such as after "
    "a weekend out, the release before it does not count; a later one does.",
    "The next booking is the same person's next one, under the same booking number or another, on the day of "
    "the release or later. A stay that began before the release and lasted beyond it is no new booking.",
    "Days are the facility's own; a release and a booking on one day are no day apart. People are left out "
    "if the day is not known, or if the stay can't be told from another.",
    "Who is not booked again is followed to the end of what the record observed.",
)
LIMITS = (
    "A booking is an arrest, not a conviction, and no sign of guilt.",
    "Bookings in another jail are not seen. People who died, moved away or were removed from the country "
    "count as not booked again, so that the share among those who are still there may be greater.",
    "Who is released, and when, is chosen by courts and jails. Differences between causes of release are no "
    "effects of the release.",
    "Persons are joined by the record's own key; a wrong key makes two persons of one, or one of two.",
)


class NoEpisodesError(ValueError):
    """The record cannot tell of re-booking, for want of `lacking`."""

    def __init__(self, lacking: str) -> None:
        super().__init__(f"cannot tell: the record lacks {lacking}")
        self.lacking = lacking


@dataclass(frozen=True)
class Episodes:
    """Durations in whole days from release, by the cause of release.

    `persons` are people with a key, released or not; `left_out` those whose days are not known.
    """

    by_cause: dict[str, Durations]
    persons: int
    left_out: int = 0

    @property
    def all(self) -> Durations:
        joined = [
            row for d in self.by_cause.values() for row in zip(d.days, d.events, d.numbers, strict=True)
        ]
        return durations(joined)


def durations(rows: list[tuple[int, bool, int]]) -> Durations:
    """From rows of days, whether an event ended them, and how many; alike rows are added up."""
    counts: dict[tuple[int, bool], int] = defaultdict(int)
    for days, event, number in rows:
        counts[days, event] += number
    keys = sorted(counts)
    return Durations([d for d, _ in keys], [e for _, e in keys], [counts[key] for key in keys])


def together(groups: Iterable[Durations]) -> Durations:
    """Several groups as one."""
    return durations([row for d in groups for row in zip(d.days, d.events, d.numbers, strict=True)])


def episodes(record: Record, scratch: Path) -> Episodes:
    """Read the episodes of a record.

    Raises `NoEpisodesError` when it lacks keys of persons, releases, or the moment that it ends.
    """
    manifest = record.manifest
    lacking = [name for name in _READ if name not in manifest.provides]
    parts = record.parts(SubjectKind.BOOKING)
    personal = [path for part in parts if (path := part.personal_file("person.booked"))]
    if lacking or not parts:
        lacking = lacking or ["person.booked"]
        raise NoEpisodesError(", ".join(lacking))
    if not personal:
        raise NoEpisodesError("person.booked.person_key")
    if manifest.observed_until is None:
        raise NoEpisodesError("the moment until which it observed")
    connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(scratch / ".spill")})
    with closing(connection), naming_damage(record):
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        connection.execute(_SPELLS)
        for part in parts:
            if path := part.personal_file("person.booked"):
                types = ("person.booked", *EXIT_TYPES)
                create_standing(connection, "standing", SubjectKind.BOOKING, [part], types)
                create_stays(connection, "stays", part)
                connection.execute(f"CREATE OR REPLACE TEMP VIEW personal AS FROM {scan(path)}")
                connection.execute(_OF_PART)
        rows = connection.execute(_QUERY, {"end": manifest.observed_until}).fetchall()
        keys = "SELECT count(DISTINCT person) FROM spells"
        (persons,) = connection.execute(keys).fetchall()[0]
    if not persons:
        raise NoEpisodesError("person.booked.person_key")
    if not rows:
        raise NoEpisodesError("any release of someone with a person_key")
    by_cause: dict[str, list[tuple[int, bool, int]]] = defaultdict(list)
    left_out = 0
    for cause, days, event, number in rows:
        if days is None:
            left_out += number
        else:
            by_cause[cause].append((days, event, number))
    if not by_cause:
        raise NoEpisodesError("any release that is known to the day")
    return Episodes({cause: durations(found) for cause, found in sorted(by_cause.items())}, persons, left_out)


_SPELLS = """
CREATE TEMP TABLE spells (person VARCHAR, zone VARCHAR, "case" BIGINT, number INTEGER,
    began_at TIMESTAMPTZ, began_by TIMESTAMPTZ, since TIMESTAMPTZ, left_at TIMESTAMPTZ, left_by TIMESTAMPTZ,
    unsure BOOLEAN, comes_back BOOLEAN, released BOOLEAN, cause VARCHAR)"""
"""The stays of people with a key. `since`: the last booking up to this stay; `comes_back`: the next stay of
the booking number began without a booking."""

_OF_PART = f"""
INSERT INTO spells
WITH booked AS (
    SELECT e."case", any_value(p.person_key) AS person, any_value(e.zone) AS zone
    FROM standing e JOIN personal p ON p.id = e.id
    WHERE e.type = 'person.booked' AND p.person_key IS NOT NULL GROUP BY e."case"
), exits AS (
    SELECT s."case", s.number, arg_min(e.cause, e.pos) FILTER (e.type = 'custody.released') AS cause,
        bool_or(e.type = 'custody.departed') AS departed
    FROM standing e JOIN stays s ON s."case" = e."case" AND e.pos >= s.first_pos AND e.pos < s.end_pos
    WHERE e.type IN ({listed(EXIT_TYPES)}) AND coalesce(e.destination, '') NOT IN ({listed(TEMPORARY)})
    GROUP BY ALL
)
SELECT b.person, b.zone, s."case", s.number, s.began_at, s.began_by,
    max(s.began_at) OVER (PARTITION BY s."case" ORDER BY s.number), s.left_at, s.left_by, s.unsure,
    lead(s.began_at IS NULL, 1, false) OVER (PARTITION BY s."case" ORDER BY s.number), NOT x.departed, x.cause
FROM stays s JOIN booked b USING ("case") LEFT JOIN exits x USING ("case", number)"""

_QUERY = """
WITH days AS (
    SELECT *, CAST(timezone(zone, began_at) AS DATE) AS began_day,
        CAST(timezone(zone, began_by) AS DATE) AS began_day_by,
        CAST(timezone(zone, left_at) AS DATE) AS left_day,
        CAST(timezone(zone, left_by) AS DATE) AS left_day_by
    FROM spells WHERE person IS NOT NULL
), first AS (
    SELECT person, arg_min(struct_pack(since, zone, cause, day := left_day,
        known := left_day = left_day_by AND NOT unsure), (left_at, "case", number)) AS it
    FROM days WHERE released AND NOT comes_back AND left_at <= $end AND left_at >= since GROUP BY person
), next AS (
    SELECT f.person, arg_min(struct_pack(day := b.began_day, known := b.began_day = b.began_day_by),
        b.began_at) AS it
    FROM first f JOIN days b ON b.person = f.person AND b.began_at > f.it.since AND b.began_day >= f.it.day
    WHERE b.began_at <= $end GROUP BY f.person
)
SELECT coalesce(f.it.cause, 'not stated') AS cause,
    CASE WHEN f.it.known AND coalesce(n.it.known, true) THEN
        CAST(coalesce(n.it.day, CAST(timezone(f.it.zone, $end) AS DATE)) - f.it.day AS INTEGER) END AS days,
    n.it IS NOT NULL AS event, count(*) AS number
FROM first f LEFT JOIN next n USING (person) GROUP BY ALL ORDER BY ALL"""
