"""Encounters: most serious conviction, outcome of the determination, ICE's review and how long it took."""

from evenhand.figures.cube import Cube, Dimension, Table
from evenhand.figures.measures.base import MODEL, PLACE, Figure, by_place_and_model, figure
from evenhand.figures.ncic import class_label
from evenhand.figures.source import Source

CONVICTION, CHARGE, NEITHER = "conviction", "charge only", "neither"
REVIEWED, NOT_REVIEWED, UNCLEAR = "reviewed", "not reviewed", "cannot tell"
"""Unclear: it is not known which determination a review followed."""
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
    """Counts by all dimensions; makes the table `encountered`, with `hours` to the review if known."""
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
    SELECT "case", arg_max(struct_pack(moment, moment_by, pos), (moment, pos)) AS at, count(*) AS number,
        arg_max(struct_pack(outcome, conviction_class, pending_class), (moment, pos)) AS said
    FROM program WHERE type = 'determination.made' GROUP BY "case"
), reviewed AS (
    SELECT m."case", arg_min(struct_pack(moment := r.moment, moment_by := r.moment_by, pos := r.pos),
        (r.moment, r.pos)) AS at, arg_min(r.outcome, (r.moment, r.pos)) AS result
    FROM made m JOIN program r ON r."case" = m."case" AND r.moment_by >= m.at.moment
    WHERE r.type = 'determination.reviewed' GROUP BY m."case"
), joined AS (
    SELECT unnest(at_first), said, result, reviewed."case" IS NOT NULL AS reviewed,
        number = 1 OR reviewed.at.moment >= made.at.moment_by OR (reviewed.at.pos > made.at.pos
            AND reviewed.at.moment_by - made.at.moment < INTERVAL 1 MINUTE) AS sure,
        epoch(reviewed.at.moment - made.at.moment) / 3600.0 AS hours,
        epoch((reviewed.at.moment_by - reviewed.at.moment) + (made.at.moment_by - made.at.moment)) AS width
    FROM met LEFT JOIN made USING ("case") LEFT JOIN reviewed USING ("case") WHERE at_first.in_year
)
SELECT * REPLACE (CASE WHEN sure AND width < 3600 THEN greatest(hours, 0) END AS hours) FROM joined"""

_COUNTS = f"""
SELECT state, agency, model,
    CASE WHEN said IS NULL THEN '{NONE_MADE}' WHEN said.conviction_class IS NOT NULL THEN '{CONVICTION}'
        WHEN said.pending_class IS NOT NULL THEN '{CHARGE}' ELSE '{NEITHER}' END,
    coalesce(said.conviction_class, said.pending_class),
    CASE WHEN said IS NULL THEN '{NONE_MADE}' ELSE coalesce(said.outcome, 'not stated') END,
    CASE WHEN said IS NULL THEN '{NONE_MADE}' WHEN NOT reviewed THEN '{NOT_REVIEWED}'
        WHEN sure THEN '{REVIEWED}' ELSE '{UNCLEAR}' END,
    CASE WHEN reviewed AND sure THEN coalesce(result, 'not stated') END,
    count(*)
FROM encountered GROUP BY ALL"""
