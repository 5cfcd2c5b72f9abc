"""Encounters: most serious conviction, outcome of the determination, ICE's review and how long it took."""

from evenhand.figures.cube import Cube, Dimension, Table
from evenhand.figures.measures.base import MODEL, PLACE, Figure, by_place_and_model, figure
from evenhand.figures.ncic import class_label
from evenhand.figures.source import Source

CONVICTION, CHARGE, NEITHER = "conviction", "charge only", "neither"
REVIEWED, NOT_REVIEWED = "reviewed", "not reviewed"
NONE_MADE = "no determination"

OFFENSE = Dimension("offense", ("status", "class"))
OUTCOME = Dimension("outcome", ("outcome",))
REVIEW = Dimension("review", ("review", "result"))
_NONE = (NONE_MADE,)

_CUBE = Cube(
    "encounters",
    "Encounters",
    "encounters",
    "An encounter is a booking in which the person was interviewed under the program; it counts in the year "
    "of the first interview, and in one row by the last determination of that booking and the first review "
    "by ICE after it (8 U.S.C. 1357(g)(3)). A conviction stands before a pending charge, a charge before "
    "neither: the order of the criminality classes in ICE's annual reports (ERO report of FY 2019: "
    "convicted, pending charges, other). Within 'conviction' the class is that of the one most serious "
    "conviction that the officer named (NCIC class, the first two digits of the uniform offense code); the "
    "record holds no other, so that nothing is ranked here. Bookings are counted, not persons.",
    (PLACE, MODEL, OFFENSE, OUTCOME, REVIEW),
    (
        Table("encounters_by_offense", "Encounters by most serious conviction or charge", {"offense": 2}),
        *by_place_and_model("encounters", "Encounters", offense=1),
        *by_place_and_model("determinations", "Encounters", outcome=1),
        Table("reviews_by_outcome", "Encounters by review and outcome", {"review": 2, "outcome": 1}),
        *by_place_and_model("reviews", "Encounters", review=1),
    ),
    same={"offense": _NONE, "outcome": _NONE, "review": _NONE},
)
_NEEDS = {
    "offense": ("determination.made.conviction_class", "determination.made.pending_class"),
    "outcome": ("determination.made",),
    "review": ("determination.made", "determination.reviewed"),
}
_NOTES = (
    "Traffic offenses are one class: the record holds two digits of the code, so that driving under the "
    "influence (5403, 5404) and hit-and-run cannot be shown apart.",
    "A determination that names neither a conviction nor a charge counts as neither.",
)


def encounters(source: Source) -> Figure:
    """Counts by all dimensions; makes the table `encountered`, with `hours` to the review."""
    source.connection.execute(_ENCOUNTERED)
    rows = source.rows(_COUNTS)
    named = [(*row[:4], class_label(row[4]) if row[4] else None, *row[5:]) for row in rows]
    return figure(source, _CUBE, ["interview.held"], named, needs_of=_NEEDS, notes=_NOTES)


_ENCOUNTERED = """
CREATE OR REPLACE TEMP TABLE encountered AS
WITH met AS (
    SELECT "case", arg_min(struct_pack(agency, state, model, in_year), (moment, pos)) AS at_first
    FROM program WHERE type = 'interview.held' GROUP BY "case"
), made AS (
    SELECT "case", max(moment) AS moment,
        arg_max(struct_pack(outcome, conviction_class, pending_class), (moment, pos)) AS said
    FROM program WHERE type = 'determination.made' GROUP BY "case"
), reviewed AS (
    SELECT m."case", min(r.moment) AS moment, arg_min(r.outcome, (r.moment, r.pos)) AS result
    FROM made m JOIN program r ON r."case" = m."case" AND r.moment >= m.moment
    WHERE r.type = 'determination.reviewed' GROUP BY m."case"
)
SELECT unnest(at_first), said, result, epoch(reviewed.moment - made.moment) / 3600.0 AS hours
FROM met LEFT JOIN made USING ("case") LEFT JOIN reviewed USING ("case") WHERE at_first.in_year"""

_COUNTS = f"""
SELECT state, agency, model,
    CASE WHEN said IS NULL THEN '{NONE_MADE}' WHEN said.conviction_class IS NOT NULL THEN '{CONVICTION}'
        WHEN said.pending_class IS NOT NULL THEN '{CHARGE}' ELSE '{NEITHER}' END,
    coalesce(said.conviction_class, said.pending_class),
    CASE WHEN said IS NULL THEN '{NONE_MADE}' ELSE coalesce(said.outcome, 'not stated') END,
    CASE WHEN said IS NULL THEN '{NONE_MADE}' WHEN hours IS NULL THEN '{NOT_REVIEWED}' ELSE '{REVIEWED}' END,
    CASE WHEN hours IS NOT NULL THEN coalesce(result, 'not stated') END,
    count(*)
FROM encountered GROUP BY ALL"""
