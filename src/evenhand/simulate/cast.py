"""Who acts in each slot of each booking, and in what role."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from evenhand.simulate.calendar import Ints
from evenhand.simulate.chance import Bools
from evenhand.simulate.grid import Grid
from evenhand.simulate.officers import Roster
from evenhand.simulate.slots import ROLES, SLOTS, Who
from evenhand.simulate.world import County


class Staff(IntEnum):
    """Each county's staff beside the designated officers."""

    CLERK = 0
    SUPERVISOR = 1
    FEDERAL = 2
    ADMINISTRATOR = 3


ROLE = {name: place for place, name in enumerate(ROLES)}
_ROLE_OF = {
    Who.CLERK: "booking_officer",
    Who.SUPERVISOR: "federal_supervisor",
    Who.FEDERAL: "federal_officer",
}
_STAFF_OF = {Who.CLERK: Staff.CLERK, Who.SUPERVISOR: Staff.SUPERVISOR, Who.FEDERAL: Staff.FEDERAL}


@dataclass(frozen=True)
class Places:
    """Counties and facilities as tables: `first_facility[k]` and `jails[k]` number county k's facilities.

    Actors are numbered: first all officers, then each county's staff, `first_staff` being the first of them.
    `annex[k]` is the number of the facility that county k's agreement does not name.
    """

    counties: list[County]
    first_facility: Ints
    jails: Ints
    annex: Ints
    weights: Ints
    roster: Roster
    first_staff: int

    def staff(self, county: Ints, kind: Staff) -> Ints:
        """The number of a county's clerk, federal supervisor, federal officer or administrator."""
        return self.first_staff + county * len(Staff) + kind


def cast_all(grid: Grid, places: Places, jem: Bools, post: Ints, driven: Bools) -> None:
    """Give every slot its actor and role.

    `jem`: where the agreement delegates all functions; `driven`: where a designated officer drives to ICE.
    """
    staff = {kind: places.staff(grid.county, kind) for kind in Staff}
    roles = {name: np.full(len(grid), place) for name, place in ROLE.items()}
    for name in grid.moments:
        who = SLOTS[name].who
        if who in _STAFF_OF:
            grid.actors[name], grid.roles[name] = staff[_STAFF_OF[who]], roles[_ROLE_OF[who]]
            continue
        local = grid.happens(name) & (jem | (who is Who.SERVER))
        actor, role = staff[Staff.FEDERAL].copy(), roles["federal_officer"].copy()
        actor[local] = places.roster.on_duty(grid.facility[local], post[local], grid.moments[name][local])
        role[local] = ROLE["designated_officer"]
        grid.actors[name], grid.roles[name] = actor, role
    at = np.flatnonzero(driven & grid.happens("departed"))
    drivers = np.full(len(grid), -1, dtype=np.int64)
    drivers[at] = places.roster.on_duty(grid.facility[at], post[at], grid.moments["departed"][at])
    grid.say("departed", "transporter", drivers)
    actor, role = grid.actors["departed"].copy(), grid.roles["departed"].copy()
    actor[at], role[at] = drivers[at], ROLE["designated_officer"]
    grid.actors["departed"], grid.roles["departed"] = actor, role
