"""What is counted: each measure turns a record's acts of one fiscal year into a cube."""

from collections.abc import Callable

from evenhand.figures.measures.base import Figure
from evenhand.figures.measures.complaints import complaints
from evenhand.figures.measures.custody import bookings, departures, holds, releases, transfers
from evenhand.figures.measures.encounters import encounters
from evenhand.figures.measures.officers import officers, officers_over_the_year
from evenhand.figures.measures.oversight import agreements, oversight
from evenhand.figures.source import Source

MEASURES: tuple[Callable[[Source], Figure], ...] = (
    encounters,
    bookings,
    holds,
    transfers,
    departures,
    releases,
    complaints,
    officers,
    officers_over_the_year,
    agreements,
    oversight,
)
"""In the order in which the report shows them."""
