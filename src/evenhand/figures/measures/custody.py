"""Bookings, holds, transfers, departures and releases, each as acts of the year."""

from evenhand.figures.cube import Cube, Dimension
from evenhand.figures.measures.base import MODEL, PLACE, Figure, by_place_and_model, figure
from evenhand.figures.source import Source

_STRADDLING = (
    "Some acts are left out: their moments are not known well enough to tell in which fiscal year they lie."
)


def bookings(source: Source) -> Figure:
    """Counts by place and model."""
    return _acts(source, "person.booked", "bookings", "Bookings", "Admissions to a jail on an arrest.")


def holds(source: Source) -> Figure:
    """Counts by place, model and basis."""
    return _acts(
        source,
        "custody.hold_started",
        "holds",
        "Holds",
        "Holds started in the year, by what they rested on. How long a hold lasted is judged by the audit.",
        "basis",
    )


def transfers(source: Source) -> Figure:
    """Counts by place and model."""
    return _acts(
        source,
        "custody.transferred_in_place",
        "transfers",
        "Transfers in place",
        "Legal custody passed to ICE inside the jail. The person's departure is counted apart.",
    )


def departures(source: Source) -> Figure:
    """Counts by place, model and destination."""
    return _acts(
        source,
        "custody.departed",
        "departures",
        "Departures",
        "The person left the jail in the custody of another authority. Each stay that ended so counts once, "
        "even if the source also records a release. Trips to a hospital or a court and moves between the "
        "agency's facilities do not count.",
        "destination",
    )


def releases(source: Source) -> Figure:
    """Counts by place, model and cause."""
    return _acts(
        source,
        "custody.released",
        "releases",
        "Releases",
        "The person was released to the street. Each stay that ended so counts once. A booking can have "
        "several stays, such as before and after a weekend out.",
        "cause",
    )


def _acts(
    source: Source, event: str, name: str, title: str, definition: str, kind: str | None = None
) -> Figure:
    kinds = (Dimension(kind, (kind,)),) if kind else ()
    cube = Cube(
        name,
        title,
        title.lower(),
        definition,
        (PLACE, MODEL, *kinds),
        by_place_and_model(name, title, **({kind: 1} if kind else {})),
    )
    column = "kind, " if kind else ""
    rows = source.rows(
        f"SELECT state, agency, model, {column}CAST(sum(acts) AS BIGINT) FROM counted WHERE type = '{event}' "
        "GROUP BY ALL"
    )
    notes = [_STRADDLING] if source.straddling else []
    return figure(source, cube, [event], rows, notes=notes)
