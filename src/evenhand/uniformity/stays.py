"""The stays of one part with the moments from which times are measured, for both reports of uniformity.

Stays and their moments are those of `record.episode`, so that uniformity, its watch, figures and rules
measure the same delay. Every moment is two instants: `due_at` the earliest, `due_by` the latest.
"""

import duckdb

from evenhand.record.episode.table import create_stays
from evenhand.record.events import SubjectKind
from evenhand.record.part import EventPart
from evenhand.record.query import create_standing

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
)
"""The event types that uniformity reads itself; the rest of custody comes from the stays."""


def first(name: str, condition: str) -> str:
    """SQL for the moment of the first event that meets a condition: `name_at` and `name_by`."""
    return (
        f"min(occurred_at) FILTER ({condition}) AS {name}_at, "
        f"min(coalesce(occurred_by, occurred_at)) FILTER ({condition}) AS {name}_by"
    )


def read_part(connection: duckdb.DuckDBPyConnection, part: EventPart) -> None:
    """Create or replace the views `events` (types of `READ`) and `clocks` (one row a stay) of a part.

    Beside the columns of `record.episode.table`, `clocks` has the moments `held` (a hold on a detainer was
    started), `hold` and `hold_stop`: the time on the detainer, from the later of `held` and `free` to the end
    of the hold or of local custody.
    """
    create_standing(connection, "events", SubjectKind.BOOKING, [part], READ)
    create_stays(connection, "stays", part)
    connection.execute(_CLOCKS)


def minutes(start: str, last: str, grid_min: int) -> str:
    """SQL for the time between two moments on a grid of minutes: from earliest to earliest instant."""
    return f"greatest(epoch_us({last}_at) - epoch_us({start}_at), 0) // {60_000_000 * grid_min}"


def imprecise(start: str, last: str, width_min: int) -> str:
    """SQL for whether the time between two moments is not known to less than so many minutes."""
    width = f"(epoch_us({start}_by) - epoch_us({start}_at)) + (epoch_us({last}_by) - epoch_us({last}_at))"
    return f"(unsure OR coalesce({width} >= {60_000_000 * width_min}, true))"


_STARTED = "type = 'custody.hold_started' AND basis = 'detainer'"
_ENDED = "type = 'custody.hold_ended' AND coalesce(basis, 'detainer') = 'detainer'"
_CLOCKS = f"""
CREATE OR REPLACE TEMP VIEW clocks AS
WITH holds AS (
    SELECT s."case", s.number, {first("held", _STARTED)}, {first("hold_end", _ENDED)}
    FROM events e JOIN stays s ON s."case" = e."case" AND e.pos >= s.first_pos AND e.pos < s.end_pos
    WHERE e.type IN ('custody.hold_started', 'custody.hold_ended') GROUP BY ALL
), ends AS (
    SELECT s.*, held_at, held_by, least(hold_end_at, ended_at) AS hold_stop_at,
        least(hold_end_by, ended_by) AS hold_stop_by
    FROM stays s LEFT JOIN holds USING ("case", number)
)
SELECT *, CASE WHEN held_at IS NOT NULL THEN greatest(held_at, free_at) END AS hold_at,
    CASE WHEN held_at IS NOT NULL AND (free_at IS NULL OR free_by IS NOT NULL)
        THEN greatest(held_by, free_by) END AS hold_by
FROM ends"""
