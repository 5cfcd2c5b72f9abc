"""Releases and the next booking of the same person, counted by whole days."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from evenhand.figures.rebooking.survival import Durations
from evenhand.record.damage import naming_damage
from evenhand.record.events import SubjectKind
from evenhand.record.query import create_standing, scan
from evenhand.record.store import Record

MEMORY = "3GB"
_READ = ("person.booked", "custody.released")
NOT_STATED = "not stated"
POLICIES = (
    "One release a person, the first that the record holds, so that nobody counts twice.",
    "Only releases to the street. Who left in the custody of another authority was not released here.",
    "The next booking is the same person's next one, on the day of the release or later. A stay that began "
    "before the release and lasted beyond it is no new booking.",
    "Days are the facility's own; a release and a booking on one day are no day apart.",
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
    """Durations in whole days from release, by the cause of release."""

    by_cause: dict[str, Durations]
    persons: int
    """People with a key, released or not."""

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
        create_standing(connection, "standing", SubjectKind.BOOKING, parts, _READ)
        connection.execute(f"CREATE TEMP VIEW personal AS FROM {scan(*personal)}")
        rows = connection.execute(_QUERY, {"end": manifest.observed_until}).fetchall()
        keys = "SELECT count(DISTINCT person_key) FROM personal"
        (persons,) = connection.execute(keys).fetchall()[0]
    if not persons:
        raise NoEpisodesError("person.booked.person_key")
    if not rows:
        raise NoEpisodesError("any release of someone with a person_key")
    by_cause: dict[str, list[tuple[int, bool, int]]] = defaultdict(list)
    for cause, days, event, number in rows:
        by_cause[cause].append((days, event, number))
    return Episodes({cause: durations(found) for cause, found in sorted(by_cause.items())}, persons)


_QUERY = """
WITH booked AS (
    SELECT p.person_key AS person, e."case", e.occurred_at AS at,
        CAST(timezone(e.zone, e.occurred_at) AS DATE) AS day, e.zone
    FROM standing e JOIN personal p ON p.id = e.id
    WHERE e.type = 'person.booked' AND p.person_key IS NOT NULL
), released AS (
    SELECT "case", min(occurred_at) AS at, arg_min(cause, occurred_at) AS cause
    FROM standing WHERE type = 'custody.released' GROUP BY "case"
), first AS (
    SELECT b.person, arg_min(struct_pack(booked := b.at, zone := b.zone, cause := r.cause,
        day := CAST(timezone(b.zone, r.at) AS DATE)), (r.at, b."case")) AS it
    FROM booked b JOIN released r USING ("case") WHERE r.at <= $end AND r.at >= b.at GROUP BY b.person
), next AS (
    SELECT f.person, min(b.day) AS day
    FROM first f JOIN booked b ON b.person = f.person AND b.at > f.it.booked AND b.day >= f.it.day
    WHERE b.at <= $end GROUP BY f.person
)
SELECT coalesce(it.cause, 'not stated') AS cause,
    CAST(coalesce(n.day, CAST(timezone(it.zone, $end) AS DATE)) - it.day AS INTEGER) AS days,
    n.day IS NOT NULL AS event, count(*) AS number
FROM first LEFT JOIN next n USING (person) GROUP BY ALL ORDER BY ALL"""
