"""What a fault is: a small edit of a clean history, with the rules that it breaks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from evenhand.simulate.calendar import HOUR, Ints
from evenhand.simulate.cast import ROLE, Places, Staff
from evenhand.simulate.chance import Bools, Dice
from evenhand.simulate.course import Depth, Ending
from evenhand.simulate.grid import NEVER, Grid
from evenhand.simulate.officers import Unfit
from evenhand.simulate.slots import Code


class Spot(StrEnum):
    """Where a faulted booking is made, if not anywhere."""

    TROUBLED = "a jail where officers who must not act are on duty"
    UNSIGNED = "a county without an agreement"
    PAUSED = "a county whose agreement is suspended"
    BARRED = "a county without an agreement, in a state that bars holds on a detainer"
    ENGLISH = "a jail whose posters are in English alone"
    UNCONNECTED = "a jail without an agreement for ICE's network"


@dataclass(frozen=True)
class Breach:
    """Bookings (by their numbers) that break a rule."""

    rule: str
    bookings: Ints


@dataclass
class Hand:
    """The bookings of one batch that take the same fault, under its hand. `at`: their places in the grid."""

    grid: Grid
    at: Ints
    dice: Dice
    places: Places

    def when(self, slot: str) -> Ints:
        """The moments of a slot's event."""
        return self.grid.moments[slot][self.at]

    def move(self, slot: str, moments: Ints) -> None:
        """Let a slot's event happen at other moments."""
        self.grid.moments[slot][self.at] = moments

    def shift(self, by: int | Ints, *slots: str) -> None:
        """Move events by seconds, where they happen."""
        for slot in slots:
            now = self.when(slot)
            self.move(slot, np.where(now == NEVER, NEVER, now + by))

    def drop(self, *slots: str) -> None:
        """Leave events out."""
        for slot in slots:
            self.grid.moments[slot][self.at] = NEVER

    def say(self, slot: str, name: str, value: Ints | Code | None) -> None:
        """Set a field, for all alike or for each its own, or leave it out (None)."""
        if isinstance(value, np.ndarray):
            codes = np.full(len(self.grid), -1, dtype=np.int64)
            codes[self.at] = value
            value = codes
        self.grid.say(slot, name, value, self.at)

    def record_after(self, slot: str, seconds: Ints) -> None:
        """Let an event be recorded so long after it happened."""
        lags = self.grid.lags.setdefault(slot, np.full(len(self.grid), -1, dtype=np.int64))
        lags[self.at] = seconds

    def past(self) -> Ints:
        """How far past a bound: from one second to five hours, mostly little."""
        return self.dice.early(1, 5 * HOUR, len(self.at))

    def between(self, low: int, high: int) -> Ints:
        """A number for each booking."""
        return self.dice.between(low, high, len(self.at))

    def zones(self) -> list[str]:
        """Each booking's time zone."""
        return [self.places.counties[k].zone for k in self.grid.county[self.at]]


@dataclass
class Recast:
    """Changing who acts, after everyone has been cast."""

    hand: Hand
    post: Ints
    unfit: Mapping[Unfit, Ints]

    def act(self, slot: str, actor: Ints, role: str) -> None:
        """Give a slot's act to another actor in another role."""
        grid, at = self.hand.grid, self.hand.at
        grid.actors[slot], grid.roles[slot] = grid.actors[slot].copy(), grid.roles[slot].copy()
        grid.actors[slot][at] = actor
        grid.roles[slot][at] = ROLE[role]

    def staff(self, kind: Staff) -> Ints:
        """The county's clerk, supervisor, federal officer or administrator."""
        return self.hand.places.staff(self.hand.grid.county[self.hand.at], kind)

    def on_duty(self, slot: str) -> Ints:
        """The designated officer on duty when the slot's event happens."""
        hand = self.hand
        facility = hand.grid.facility[hand.at]
        return hand.places.roster.on_duty(facility, self.post[hand.at], hand.when(slot))

    def by_unfit(self, slot: str, kind: Unfit) -> None:
        """An officer who must not act does it."""
        self.act(slot, self.unfit[kind][self.hand.grid.county[self.hand.at]], "designated_officer")

    def place(self, slot: str, facility: Ints) -> None:
        """Let a slot's event happen at another facility."""
        grid, at = self.hand.grid, self.hand.at
        column = grid.places.setdefault(slot, grid.facility.copy())
        column[at] = facility


Broken = Mapping[str, Bools]
"""Rules that only some of the bookings under a hand break."""
Wants = Mapping[str, int | bool]


_ALWAYS = frozenset({"earlier_stay"})
_WITH_DETAINER = _ALWAYS | {"absent", "in_hold", "moved"}


@dataclass(frozen=True)
class Fault:
    """A fault of bookings. `rule` is the rule whose rate it belongs to; `breaks` all that it always breaks.

    `wants` says which course the booking is put on, `model` and `spot` where. `edit` changes moments and
    fields, `recast` changes who acts. `alone`: its bookings have no irregularity beside it.
    """

    rule: str
    breaks: tuple[str, ...]
    wants: Wants = field(default_factory=dict)
    model: str | None = None
    spot: Spot | None = None
    edit: Callable[[Hand], Broken | None] | None = None
    recast: Callable[[Recast], None] | None = None
    alone: bool = False

    @property
    def keeps(self) -> frozenset[str]:
        """The irregularities that its bookings may have as well."""
        if self.alone:
            return frozenset()
        return _WITH_DETAINER if self.wants.get("depth") == Depth.DETAINER else _ALWAYS


PLAIN: Wants = {
    "rescreened": False,
    "corrected": False,
    "returned": False,
    "claimed": False,
    "departs": False,
    "disposed": False,
    "viewed": False,
    "exported": False,
    "driven": False,
}
"""The course of a faulted booking, where its fault wants nothing else."""
BRIEF: Wants = {"depth": Depth.BRIEF, "due": True}
FULL: Wants = {"depth": Depth.FULL}
INTERVIEW: Wants = {"depth": Depth.INTERVIEW, "determined": True}
PICKED_UP: Wants = {"depth": Depth.DETAINER, "ending": Ending.PICKED_UP, "served": True, "charging": True}
TRANSFERRED: Wants = {
    "depth": Depth.DETAINER,
    "ending": Ending.TRANSFERRED,
    "detention_agreement": False,
}
LAPSED: Wants = {"depth": Depth.DETAINER, "ending": Ending.LAPSED}
CANCELLED_IN_HOLD: Wants = {"depth": Depth.DETAINER, "ending": Ending.CANCELLED_IN_HOLD}
