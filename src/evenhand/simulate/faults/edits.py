"""The edits that many faults share, as functions that make them."""

from collections.abc import Callable

from evenhand.simulate.cast import Staff
from evenhand.simulate.faults.fault import Hand, Recast
from evenhand.simulate.officers import Unfit
from evenhand.simulate.slots import Code

Edit = Callable[[Hand], None]
RecastEdit = Callable[[Recast], None]


def blank(name: str, *slots: str) -> Edit:
    """Leave a field out."""
    return say(name, None, *slots)


def say(name: str, value: Code | None, *slots: str) -> Edit:
    """Give a field another value."""

    def edit(hand: Hand) -> None:
        for slot in slots:
            hand.say(slot, name, value)

    return edit


def drop(*slots: str) -> Edit:
    """Leave events out."""
    return lambda hand: hand.drop(*slots)


def late(slot: str, after: str, bound: int) -> Edit:
    """Let an event come later than the bound (seconds) after another."""
    return lambda hand: hand.move(slot, hand.when(after) + bound + hand.past())


def swap(one: str, other: str) -> Edit:
    """Let two events change places."""

    def edit(hand: Hand) -> None:
        first, second = hand.when(one), hand.when(other)
        hand.move(one, second)
        hand.move(other, first)

    return edit


def both(*edits: Edit) -> Edit:
    """One edit after another."""

    def edit(hand: Hand) -> None:
        for each in edits:
            each(hand)

    return edit


def by_local_officer(slot: str) -> RecastEdit:
    """The designated officer on duty acts."""
    return lambda recast: recast.act(slot, recast.on_duty(slot), "designated_officer")


def by_same_officer(slot: str, other: str) -> RecastEdit:
    """The officer who acted in another slot acts here too."""
    return lambda recast: recast.act(
        slot, recast.hand.grid.actors[other][recast.hand.at], "designated_officer"
    )


def by_unfit_officer(slot: str, kind: Unfit) -> RecastEdit:
    """An officer acts who must not."""
    return lambda recast: recast.by_unfit(slot, kind)


def by_staff(slot: str, kind: Staff, role: str) -> RecastEdit:
    """Someone of the county's staff acts."""
    return lambda recast: recast.act(slot, recast.staff(kind), role)
