"""A record opened for counting: its acts of one fiscal year as DuckDB tables, and what it can tell."""

import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb
import pyarrow as pa

from evenhand.figures.lacking import lacks
from evenhand.figures.models import timelines
from evenhand.figures.place import state_of
from evenhand.figures.year import FiscalYear
from evenhand.record.damage import naming_damage
from evenhand.record.episode.stays import EXIT_TYPES, TEMPORARY
from evenhand.record.episode.table import create_stays
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.record.query import create_standing, listed
from evenhand.record.store import Record

MEMORY = "3GB"
NO_MODEL = "no agreement in force"

COUNTED = (
    "person.booked",
    "custody.hold_started",
    "custody.released",
    "custody.departed",
    "custody.transferred_in_place",
)
"""Acts that are counted one by one; of exits those that end a stay, one for each stay."""
PROGRAM = ("interview.held", "determination.made", "determination.reviewed")
"""Acts that are followed through a booking."""

Row = dict[str, Any]


class Source:
    """A record with the acts of one fiscal year.

    An act belongs to the year by its facility's local day. An act that a later event corrects is left out;
    the correcting event counts. An act whose time is a range belongs to the year if the whole range does;
    `straddling` says whether some ranges cross its ends. Tables: `counted` (type, state, agency,
    model, kind, acts) and `program` (type, case, pos, agency, state, model, moment, moment_by, in_year,
    outcome, conviction_class, pending_class).
    """

    def __init__(self, record: Record, year: FiscalYear, scratch: Path) -> None:
        self.record = record
        self.year = year
        self._spill = scratch / ".spill"
        self.connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(self._spill)})
        self.connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        self._zones()
        self._models()
        self._acts()

    def close(self) -> None:
        self.connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def lacks(self, names: Iterable[str]) -> tuple[str, ...]:
        """Which of `type` or `type.field` names the record's sources do not provide."""
        return lacks(self.record.manifest, names)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def events(self, kind: SubjectKind) -> list[Row]:
        """The events of a kind that stand uncorrected, for kinds with few; empty columns are left out."""
        rows = [row for _, history in self.record.histories(kind) for row in history]
        corrected = {row["corrects"] for row in rows if "corrects" in row}
        return [row for row in rows if row["id"] not in corrected]

    @property
    def last_moment(self) -> datetime:
        """The last instant of the year in the record's first time zone, or of the record if earlier."""
        return self.span_of(self.zone_names[0])[1] - timedelta(microseconds=1)

    @property
    def zone_names(self) -> list[str]:
        return self.record.manifest.zones or ["UTC"]

    def span_of(self, zone: str) -> tuple[datetime, datetime]:
        """The part of the year that the record covers, as a zone's clock has it."""
        since, until = self.year.bounds(zone)
        end = self.record.manifest.observed_until
        return since, max(since, min(until, end)) if end else until

    def in_year(self, event: Row) -> bool:
        since, until = self.year.bounds(event["zone"])
        return bool(since <= event["occurred_at"] < until)

    # --- tables --------------------------------------------------------------------------------------------

    def _zones(self) -> None:
        """`zones`: the year's first instant and end in each time zone of the record."""
        rows = []
        for zone in self.zone_names:
            try:
                ZoneInfo(zone)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise RecordError(
                    f"the record's time zone {zone!r} is not known: run the intake again."
                ) from None
            rows.append((zone, *self.year.bounds(zone)))
        moment = pa.timestamp("us", tz="UTC")
        names = ("zone", "since", "until")
        types = (pa.string(), moment, moment)
        self._table("zones", names, types, rows)

    def _models(self) -> None:
        """`models`: which model stood for an agency, from one instant up to the next."""
        self.has_models = not self.lacks(["agreement.took_effect.model"])
        events = self.events(SubjectKind.AGREEMENT) if self.has_models else []
        self.timelines = timelines(events)
        rows = [
            (agency, span.model, span.since, span.until)
            for agency, spans in self.timelines.items()
            for span in spans
        ]
        moment = pa.timestamp("us", tz="UTC")
        names = ("agency", "model", "since", "until")
        self._table("models", names, (pa.string(), pa.string(), moment, moment), rows)
        agencies = sorted({*self.record.manifest.agencies, *self.timelines})
        states = [(agency, state_of(agency)) for agency in agencies]
        self._table("places", ("agency", "state"), (pa.string(), pa.string()), states)

    def _table(
        self, name: str, columns: Sequence[str], types: Sequence[pa.DataType], rows: Sequence[Sequence[Any]]
    ) -> None:
        arrays = [pa.array([row[n] for row in rows], kind) for n, kind in enumerate(types)]
        table = pa.table(arrays, names=list(columns))
        self.connection.register(f"_{name}", table)
        self.connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM _{name}")
        self.connection.unregister(f"_{name}")

    def _acts(self) -> None:
        with naming_damage(self.record, "the booking events"):
            kind, types = SubjectKind.BOOKING, (*COUNTED, *PROGRAM)
            create_standing(self.connection, "events", kind, self.record.parts(kind), types)
            self._exits()
            self.connection.execute(_COUNTED)
            straddling = "SELECT count(*) FROM acts JOIN zones USING (zone) WHERE " + _STRADDLES
            self.straddling = bool(self.rows(straddling)[0][0])
            self.connection.execute(_PROGRAM)

    def _exits(self) -> None:
        """`exits`: for each stay that ended, the exit that is counted.

        One leaving may be recorded both as a release and as a departure: then it is a departure.
        """
        self.connection.execute(_EXITS)
        (several,) = self.rows('SELECT list(DISTINCT "case") FROM several')[0]
        if not several:
            return
        cases = set(several)
        for part in self.record.parts(SubjectKind.BOOKING):
            if not cases.isdisjoint(range(part.first_case, part.first_case + part.cases)):
                create_stays(self.connection, "stays", part, cases)
                self.connection.execute(_OF_STAYS)
                self.connection.unregister("stays")


_WITH_MODEL = """
LEFT JOIN places p ON p.agency = e.agency
LEFT JOIN models m ON m.agency = e.agency AND m.since <= e.occurred_at AND e.occurred_at < m.until"""
_STANDING = "coalesce(m.model, '" + NO_MODEL + "') AS model"

_BY = "coalesce(e.occurred_by, e.occurred_at)"
_IN_YEAR = f"z.since <= e.occurred_at AND {_BY} < z.until"
_STRADDLES = (
    "(occurred_at < since AND occurred_by >= since) OR (occurred_at < until AND occurred_by >= until)"
)
_IS_EXIT = f"type IN ({listed(EXIT_TYPES)}) AND coalesce(destination, '') NOT IN ({listed(TEMPORARY)})"
_EXITS = f"""
CREATE TEMP TABLE exits AS SELECT "case", pos FROM events WHERE {_IS_EXIT};
CREATE TEMP TABLE several AS
SELECT "case", pos, type FROM events WHERE {_IS_EXIT}
    AND "case" IN (SELECT "case" FROM exits GROUP BY "case" HAVING count(*) > 1);"""

_OF_STAYS = """
DELETE FROM exits WHERE pos IN (
    SELECT pos FROM (
        SELECT x.pos, row_number() OVER (
            PARTITION BY x."case", s.number ORDER BY x.type <> 'custody.departed', x.pos) AS place
        FROM several x JOIN stays s
            ON s."case" = x."case" AND x.pos >= s.first_pos AND x.pos < s.end_pos)
    WHERE place > 1)"""

_COUNTED = f"""
CREATE TEMP VIEW acts AS
FROM events WHERE type IN ({listed([t for t in COUNTED if t not in EXIT_TYPES])})
UNION ALL FROM events WHERE type IN ({listed(EXIT_TYPES)}) AND pos IN (SELECT pos FROM exits);
CREATE TEMP TABLE counted AS
SELECT e.type, coalesce(p.state, 'not stated') AS state, e.agency, {_STANDING},
    coalesce(e.basis, e.cause, e.destination, 'not stated') AS kind, count(*) AS acts
FROM acts e JOIN zones z ON z.zone = e.zone AND {_IN_YEAR}
{_WITH_MODEL}
GROUP BY ALL"""

_PROGRAM = f"""
CREATE TEMP TABLE program AS
SELECT e.type, e."case", e.pos, e.agency, coalesce(p.state, 'not stated') AS state, {_STANDING},
    e.occurred_at AS moment, {_BY} AS moment_by, {_IN_YEAR} AS in_year,
    e.outcome, e.conviction_class, e.pending_class
FROM events e JOIN zones z ON z.zone = e.zone
{_WITH_MODEL}
WHERE e.type IN ({listed(PROGRAM)})"""
