"""Faults of custody: detainer and warrant, the hold clock, transfer to ICE."""

import numpy as np

from evenhand.simulate.calendar import DAY, HOUR, MINUTE, Ints, working_days_after
from evenhand.simulate.faults.edits import blank, by_local_officer, drop, late, say
from evenhand.simulate.faults.fault import (
    BRIEF,
    CANCELLED_IN_HOLD,
    LAPSED,
    PICKED_UP,
    TRANSFERRED,
    Broken,
    Fault,
    Hand,
)

_TAIL = ("disposed", "warrant_served", "due", "hold", "consulate", "consulate_told", "hold_over", "departed")
"""The end of a booking that is picked up."""
_HELD_TOO_LONG = ("HLD-01", "HLD-01F")


def regulation_clock(hand: Hand, start: Ints) -> Ints:
    """48 hours after each start, Saturdays, Sundays and federal holidays not counted."""
    ends = np.empty_like(start)
    zones = np.array(hand.zones())
    for zone in sorted(set(zones.tolist())):
        here = zones == zone
        ends[here] = working_days_after(start[here], 2, zone, skip_holidays=True)
    return ends


# --- detainer and warrant ----------------------------------------------------------------------------------


def _served_early(hand: Hand) -> None:
    hand.shift(3 * DAY, *_TAIL)
    hand.move("warrant_served", hand.when("due") - DAY - hand.past())


def _served_after_departure(hand: Hand) -> None:
    hand.move("warrant_served", hand.when("departed") + hand.past())


def _told_late(hand: Hand) -> None:
    hand.say("warrant_served", "ice_notified_at", HOUR + hand.past())


def _held_after_cancelling(hand: Hand) -> None:
    hand.move("hold_over", hand.when("cancelled") + HOUR + hand.past())
    hand.move("released", hand.when("hold_over"))


def _checked_after_detainer(hand: Hand) -> None:
    hand.move("check1", hand.when("detainer") + hand.between(1, 30 * MINUTE))


DETAINERS = (
    Fault("DET-01", ("DET-01",), PICKED_UP, edit=drop("signed")),
    Fault("DET-01", ("DET-01",), PICKED_UP, edit=late("signed", "detainer", 0)),
    Fault("DET-02", ("DET-02",), PICKED_UP, recast=by_local_officer("signed")),
    Fault("DET-03", ("DET-03",), PICKED_UP, edit=blank("ground", "detainer")),
    Fault("DET-04", ("DET-04",), PICKED_UP, edit=late("detainer_served", "hold", 0)),
    Fault("DET-04", ("DET-04",), PICKED_UP, edit=drop("detainer_served")),
    Fault("DET-05", ("DET-05",), PICKED_UP, "JEM", edit=late("notified", "detainer", DAY)),
    Fault("DET-05", ("DET-05",), PICKED_UP, "JEM", edit=drop("notified")),
    Fault("DET-06", ("DET-06",), PICKED_UP, "WSO", edit=_told_late),
    Fault("DET-07", ("DET-07",), PICKED_UP, edit=_served_early),
    Fault("DET-07", ("DET-07", "REC-02"), PICKED_UP, edit=_served_after_departure),
    Fault("DET-08", ("DET-08",), CANCELLED_IN_HOLD, edit=_held_after_cancelling),
    Fault("DET-09", ("DET-09",), PICKED_UP, "JEM", edit=drop("check1", "check2")),
    Fault("DET-09", ("DET-09",), PICKED_UP, "JEM", edit=blank("response", "check1", "check2")),
    Fault(
        "DET-09",
        ("DET-09",),
        {**PICKED_UP, "second_check": False},
        "JEM",
        edit=_checked_after_detainer,
    ),
)


# --- the hold clock ----------------------------------------------------------------------------------------


def _held_past_regulation(hand: Hand) -> None:
    hand.move("departed", regulation_clock(hand, hand.when("due")) + hand.past())
    hand.move("hold_over", hand.when("departed"))


def _held_past_form(hand: Hand) -> None:
    """Past 48 hours, but within the regulation's clock: the end is moved to before a weekend."""
    due = hand.when("due")
    shift = np.zeros_like(due)
    for day in range(6, -1, -1):
        moved = due + day * DAY
        room = regulation_clock(hand, moved) - moved - 48 * HOUR
        shift = np.where(room >= 6 * HOUR, day * DAY, shift)
    hand.shift(shift, *_TAIL)
    hand.move("departed", hand.when("due") + 48 * HOUR + hand.past())
    hand.move("hold_over", hand.when("departed"))


def _kept_after_lapse(hand: Hand) -> Broken:
    hand.move("released", hand.when("lapsed") + HOUR + hand.past())
    hand.move("hold_over", hand.when("released"))
    return {"HLD-01": hand.when("released") > regulation_clock(hand, hand.when("due"))}


def _held_on_a_cancelled_detainer(hand: Hand) -> None:
    hand.move("cancelled", hand.when("hold") - hand.between(1, 5 * MINUTE))


def _detainer_after_hold(hand: Hand) -> None:
    hand.move("detainer", hand.when("hold") + hand.between(1, 30 * MINUTE))
    hand.shift(hand.when("detainer") + MINUTE - hand.when("notified"), "notified")


HOLDS = (
    Fault("HLD-01", _HELD_TOO_LONG, PICKED_UP, edit=_held_past_regulation),
    Fault("HLD-01", _HELD_TOO_LONG, PICKED_UP, edit=drop("departed", "hold_over")),
    Fault("HLD-01F", ("HLD-01F",), PICKED_UP, edit=_held_past_form),
    Fault("HLD-02", ("HLD-02",), TRANSFERRED, edit=late("departed", "transferred", 48 * HOUR)),
    Fault("HLD-02", ("HLD-02",), TRANSFERRED, edit=drop("departed")),
    Fault("HLD-03", ("HLD-03", "HLD-01F"), LAPSED, edit=_kept_after_lapse),
    Fault("HLD-04", ("HLD-04",), PICKED_UP, edit=_held_on_a_cancelled_detainer),
    Fault("HLD-04", ("HLD-04",), PICKED_UP, edit=_detainer_after_hold),
    Fault("HLD-05", ("HLD-05",), PICKED_UP, edit=blank("cause", "due")),
    Fault("HLD-06", ("HLD-06",), BRIEF, edit=late("released", "due", 6 * HOUR)),
)


# --- transfer ----------------------------------------------------------------------------------------------


def _advised_after_departure(hand: Hand) -> None:
    hand.move("consulate", hand.when("departed") + hand.past())


TRANSFERS = (
    Fault("TRF-01", ("TRF-01",), PICKED_UP, edit=blank("receipt", "departed")),
    Fault("TRF-01", ("TRF-01",), PICKED_UP, edit=blank("receiving_officer", "departed")),
    Fault("TRF-02", ("TRF-02",), PICKED_UP, edit=blank("property_receipt", "departed")),
    Fault("TRF-03", ("TRF-03",), {**PICKED_UP, "owed": False}, edit=drop("consulate")),
    Fault("TRF-03", ("TRF-03",), {**PICKED_UP, "owed": False}, edit=_advised_after_departure),
    Fault("TRF-03", ("TRF-03",), {**PICKED_UP, "owed": True}, edit=drop("consulate_told")),
    Fault("TRF-04", ("TRF-04",), PICKED_UP, edit=blank("documents", "departed")),
    Fault("TRF-04", ("TRF-04",), PICKED_UP, edit=say("copies_given", False, "departed")),
)
CUSTODY = (*DETAINERS, *HOLDS, *TRANSFERS)
