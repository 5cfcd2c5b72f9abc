"""Encounters by most serious conviction, by charge only, and neither."""

from evenhand.figures.cube import Cube, Dimension, Table
from evenhand.figures.measures.base import MODEL, PLACE, Figure, by_place_and_model, figure
from evenhand.figures.ncic import class_label
from evenhand.figures.source import Source

CONVICTION, CHARGE, NEITHER, NONE_MADE = "conviction", "charge only", "neither", "no determination"

_CUBE = Cube(
    "encounters",
    "Encounters by most serious conviction",
    "encounters",
    "An encounter is a booking in which the person was interviewed under the program; it counts in the year "
    "of the first interview, and in one row by the last determination of that booking. A conviction stands "
    "before a pending charge, a charge before neither: the order of the criminality classes in ICE's annual "
    "reports (ERO report of FY 2019: convicted, pending charges, other). Within 'conviction' the class is "
    "that of the one most serious conviction that the officer named (NCIC class, the first two digits of the "
    "uniform offense code); the record holds no other, so that nothing is ranked here. Bookings are counted, "
    "not persons.",
    (PLACE, MODEL, Dimension("offense", ("status", "class"))),
    (
        Table("encounters_by_offense", "Encounters by most serious conviction or charge", {"offense": 2}),
        *by_place_and_model("encounters", "Encounters", offense=1),
    ),
)
_NEEDS = ("interview.held", "determination.made.conviction_class", "determination.made.pending_class")
_NOTES = (
    "Traffic offenses are one class: the record holds two digits of the code, so that driving under the "
    "influence (5403, 5404) and hit-and-run cannot be shown apart.",
    "A determination that names neither a conviction nor a charge counts as neither.",
)


def encounters(source: Source) -> Figure:
    """Counts by place, model, and status with NCIC class."""
    rows = source.rows(_SQL)
    named = [
        (state, agency, model, status, class_label(code) if code else None, n)
        for state, agency, model, status, code, n in rows
    ]
    return figure(source, _CUBE, _NEEDS, named, notes=_NOTES)


_SQL = f"""
WITH met AS (
    SELECT "case", arg_min(agency, (moment, pos)) AS agency, arg_min(state, (moment, pos)) AS state,
        arg_min(model, (moment, pos)) AS model, arg_min(in_year, (moment, pos)) AS in_year
    FROM program WHERE type = 'interview.held' GROUP BY "case"
), last AS (
    SELECT "case", arg_max(struct_pack(c := conviction_class, p := pending_class), (moment, pos)) AS made
    FROM program WHERE type = 'determination.made' GROUP BY "case"
)
SELECT state, agency, model,
    CASE WHEN made IS NULL THEN '{NONE_MADE}' WHEN made.c IS NOT NULL THEN '{CONVICTION}'
        WHEN made.p IS NOT NULL THEN '{CHARGE}' ELSE '{NEITHER}' END AS status,
    coalesce(made.c, made.p) AS class, count(*) AS n
FROM met LEFT JOIN last USING ("case") WHERE in_year GROUP BY ALL"""
