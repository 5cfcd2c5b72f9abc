"""Determinations, their review by ICE, and how long the review took."""

from evenhand.figures.cube import Cube, Dimension, Table
from evenhand.figures.measures.base import MODEL, PLACE, Figure, by_place_and_model, figure
from evenhand.figures.source import Source

REVIEWED, NOT_REVIEWED = "reviewed", "not reviewed"

_CUBE = Cube(
    "determinations",
    "Determinations and their review",
    "determinations",
    "Determinations made in the year, each with its outcome and the first review by ICE that followed it "
    "before the next determination of the same booking (8 U.S.C. 1357(g)(3)).",
    (PLACE, MODEL, Dimension("outcome", ("outcome",)), Dimension("review", ("review", "result"))),
    (
        Table(
            "determinations_by_review", "Determinations by review and outcome", {"review": 2, "outcome": 1}
        ),
        *by_place_and_model("determinations", "Determinations", outcome=1),
        *by_place_and_model("reviews", "Determinations", review=1),
    ),
)
_NEEDS = ("determination.made", "determination.reviewed")
_FIRST_REVIEW = """
CREATE OR REPLACE TEMP TABLE determined AS
WITH made AS (
    SELECT *, lead(moment) OVER (PARTITION BY "case" ORDER BY moment, pos) AS next_one
    FROM program WHERE type = 'determination.made'
)
SELECT any_value(m.state) AS state, any_value(m.agency) AS agency, any_value(m.model) AS model,
    coalesce(any_value(m.outcome), 'not stated') AS outcome,
    arg_min(r.outcome, (r.moment, r.pos)) AS review,
    epoch(min(r.moment) - any_value(m.moment)) / 3600.0 AS hours
FROM made m LEFT JOIN program r ON r.type = 'determination.reviewed' AND r."case" = m."case"
    AND r.moment >= m.moment AND (m.next_one IS NULL OR r.moment < m.next_one)
WHERE m.in_year GROUP BY m."case", m.pos"""


def determinations(source: Source) -> Figure:
    """Counts by place, model, outcome and review; makes the table `determined` with `hours` to it."""
    source.connection.execute(_FIRST_REVIEW)
    rows = source.rows(
        f"SELECT state, agency, model, outcome, if(review IS NULL, '{NOT_REVIEWED}', '{REVIEWED}'), review, "
        "count(*) FROM determined GROUP BY ALL"
    )
    return figure(source, _CUBE, _NEEDS, rows)
