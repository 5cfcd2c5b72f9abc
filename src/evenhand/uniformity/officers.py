"""For supervisors: how often each officer's determinations refer, drawn towards the common share.

Officers differ by chance alone when they have few cases; that is what the drawing together undoes. The rows
stand in the order of the officers' ids, never by size: a rank among officers says more of chance than of them
(Goldstein and Spiegelhalter 1996, JRSS A 159:385).
"""

import duckdb
import numpy as np

from evenhand.record.events import SubjectKind
from evenhand.record.query import create_standing
from evenhand.record.store import Record
from evenhand.uniformity.results import Officer
from evenhand.uniformity.statistics.estimate import Cannot
from evenhand.uniformity.statistics.shrinkage import shrink

NEEDS = ("determination.made.actor", "determination.made.outcome")
WARNING = (
    "For supervisors. The figures are not adjusted for the cases an officer had. Do not rank officers by "
    "them: most of the order among officers with few cases is chance. An interval apart from the common "
    "share is a reason to read cases, and no finding about a person."
)


def officers(record: Record, connection: duckdb.DuckDBPyConnection) -> list[Officer]:
    """Return each officer who made determinations, in the order of their ids."""
    kind = SubjectKind.BOOKING
    create_standing(connection, "determinations", kind, record.parts(kind), ["determination.made"])
    rows = connection.execute(
        """
        SELECT actor, count(*), count(*) FILTER (outcome = 'refer') FROM determinations
        WHERE actor IS NOT NULL GROUP BY actor ORDER BY actor
        """
    ).fetchall()
    counts = np.array([row[1:] for row in rows], dtype=np.int64).reshape(-1, 2)
    found = shrink(counts[:, 1], counts[:, 0])
    result = []
    for place, (actor, cases, referred) in enumerate(rows):
        if isinstance(found, Cannot):
            row = Officer(actor, cases, referred, referred / cases, None, None, None, found.reason)
        else:
            drawn = found.shares[place]
            row = Officer(actor, cases, referred, referred / cases, drawn.value, drawn.low, drawn.high)
        result.append(row)
    return result
