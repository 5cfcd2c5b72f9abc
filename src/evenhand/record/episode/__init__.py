"""Episodes of a booking: stays in jail, absences, holds, release due times and exits."""

from evenhand.record.episode.order import in_order, natural_place
from evenhand.record.episode.stays import (
    EXIT_TYPES,
    HANDOVER_TYPES,
    STAY_TYPES,
    TEMPORARY,
    Found,
    Stay,
    stays_of,
)

__all__ = [
    "EXIT_TYPES",
    "HANDOVER_TYPES",
    "STAY_TYPES",
    "TEMPORARY",
    "Found",
    "Stay",
    "in_order",
    "natural_place",
    "stays_of",
]
