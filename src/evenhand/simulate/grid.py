"""A batch of bookings as a grid: bookings by slots, with the moment of each event in its cell.

Clean histories are written into it first; a fault is a small edit of it; then it is read out as events.
"""

from dataclasses import dataclass, field

import numpy as np

from evenhand.simulate.calendar import Ints
from evenhand.simulate.chance import Bools
from evenhand.simulate.slots import SLOTS, Code, code

NEVER = -(1 << 62)
"""The moment of an event that did not happen."""


@dataclass
class Grid:
    """`first`: ordinal of the batch's first booking; `county`, `facility`: numbers of the places booked at.

    `fields` holds for (slot, field) one code a booking (-1: left out), `actors` and `places` the acting
    person's and the facility's number where a slot departs from the booking's, `lags` the seconds from
    event to recording where they are set. `precision` says how exactly each booking's moments are stated, a
    value of `Precision`; None if all are exact.
    """

    first: int
    county: Ints
    facility: Ints
    moments: dict[str, Ints] = field(default_factory=dict)
    fields: dict[tuple[str, str], Ints] = field(default_factory=dict)
    actors: dict[str, Ints] = field(default_factory=dict)
    roles: dict[str, Ints] = field(default_factory=dict)
    places: dict[str, Ints] = field(default_factory=dict)
    lags: dict[str, Ints] = field(default_factory=dict)
    precision: Ints | None = None

    def __len__(self) -> int:
        return len(self.county)

    def put(self, slot: str, moments: Ints, where: Bools | None = None) -> Ints:
        """Let a slot's event happen at the moments, in all bookings or `where` true; gives the moments."""
        assert slot in SLOTS
        self.moments[slot] = moments if where is None else np.where(where, moments, NEVER)
        return self.moments[slot]

    def happens(self, slot: str) -> Bools:
        """In which bookings a slot's event happens."""
        happens: Bools = self.moments[slot] != NEVER
        return happens

    def say(self, slot: str, name: str, codes: Ints | Code | None, where: Ints | Bools | None = None) -> None:
        """Set a slot's field, in all bookings or `where`."""
        column = self.fields.get((slot, name))
        if column is None:
            fixed = code(name, SLOTS[slot].fixed.get(name))
            column = self.fields[(slot, name)] = np.full(len(self), fixed, dtype=np.int64)
        value = codes if isinstance(codes, np.ndarray) else code(name, codes)
        if where is None:
            column[:] = value
        else:
            column[where] = value[where] if isinstance(value, np.ndarray) else value


def latest(*moments: Ints) -> Ints:
    """The latest of several moments in each booking; those that never happened do not count."""
    result = moments[0]
    for other in moments[1:]:
        result = np.maximum(result, other)
    return result
