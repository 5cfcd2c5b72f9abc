"""Left cuts and moves: what is done to a history once all its moments are settled."""

import numpy as np

from evenhand.record.events import SubjectKind
from evenhand.simulate.calendar import Ints
from evenhand.simulate.grid import NEVER, Grid
from evenhand.simulate.slots import KIND


def cut_on_the_left(grid: Grid, cut_at: Ints) -> None:
    """Leave out what came before some moment of the stay: the record begins there."""
    at = np.flatnonzero(cut_at >= 0)
    if not len(at):
        return
    of_booking = [slot for slot in grid.moments if KIND[slot] is SubjectKind.BOOKING]
    moments = np.stack([grid.moments[slot][at] for slot in of_booking])
    first = grid.moments["booked"][at]
    last = moments.max(axis=0)
    begins = np.minimum(last, first + 1 + (last - first) * cut_at[at] // 1000)
    for slot, when in zip(of_booking, moments, strict=True):
        grid.moments[slot][at] = np.where(when < begins, NEVER, when)


def move_to_other_jails(grid: Grid, first_facility: Ints, jails: Ints) -> None:
    """Let what follows a move happen at the agency's next jail. Agencies with one jail move nobody."""
    moved = grid.moments["moved"]
    moved[jails[grid.county] < 2] = NEVER
    at = np.flatnonzero(moved != NEVER)
    first, count = first_facility[grid.county], jails[grid.county]
    to = first + (grid.facility - first + 1) % np.maximum(count, 1)
    grid.say("moved", "to_facility", to)
    for slot, moments in grid.moments.items():
        later = at[moments[at] > moved[at]]
        if len(later):
            places = grid.places.setdefault(slot, grid.facility.copy())
            places[later] = to[later]
