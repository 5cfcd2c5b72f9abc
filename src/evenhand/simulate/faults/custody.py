"""Faults of custody: detainer and warrant, the hold clock, transfer to ICE."""

import numpy as np

from evenhand.simulate.calendar import DAY, HOUR, MINUTE, Ints, working_days_after
from evenhand.simulate.chance import Bools
from evenhand.simulate.faults.edits import blank, both, by_local_officer, drop, late, say
from evenhand.simulate.faults.fault import (
    BRIEF,
    CANCELLED_IN_HOLD,
    LAPSED,
    PICKED_UP,
    TRANSFERRED,
    Broken,
    Fault,
    Hand,
    Spot,
)
from evenhand.simulate.slots import code

_TAIL = ("disposed", "warrant_served", "due", "hold", "away_in_hold", "back_in_hold", "hold_over", "departed")
"""The end of a booking that is picked up."""
_HELD_TOO_LONG = ("HLD-01", "HLD-01F", "HLD-02")
"""A warrant was served before release due: with it, custody passes to ICE (App. A)."""


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


def _removed_without_order(hand: Hand) -> None:
    for slot in ("signed", "warrant_served"):
        hand.say(slot, "form", "I-205")
    for name in ("ground", "grounds"):
        hand.say("detainer", name, "biometric_match")


def _not_the_form_that_was_signed(hand: Hand) -> None:
    signed = hand.grid.fields[("signed", "form")][hand.at]
    both = code("form", "I-200") + code("form", "I-205")
    hand.say("warrant_served", "form", both - signed)


def _charged_with_holds(hand: Hand) -> None:
    for slot in ("charge1", "charge2", "charge3"):
        hand.say(slot, "level", "hold")
        hand.say(slot, "statute", "Hold for another agency")
        hand.say(slot, "ncic_class", None)


def _held_after_cancelling(hand: Hand) -> None:
    hand.move("hold_over", hand.when("cancelled") + HOUR + hand.past())
    hand.move("released", hand.when("hold_over"))


def _no_ground(hand: Hand) -> None:
    for name in ("ground", "grounds"):
        hand.say("detainer", name, None)
    # The warrant is one of arrest, which needs no final order.
    for slot in ("signed", "warrant_served"):
        hand.say(slot, "form", "I-200")


def _signed_late(hand: Hand) -> None:
    """After the detainer, yet before the service."""
    hand.move("signed", hand.when("detainer") + hand.between(1, 4 * MINUTE))


def _checked_after_detainer(hand: Hand) -> None:
    hand.move("check1", hand.when("detainer") + hand.between(1, 30 * MINUTE))


DETAINERS = (
    Fault("DET-01", ("DET-01",), PICKED_UP, edit=both(_signed_late, say("escape_risk", True, "detainer"))),
    Fault(
        "AUT-02",
        ("AUT-02", "DET-01"),
        PICKED_UP,
        edit=both(_signed_late, say("escape_risk", False, "detainer")),
    ),
    Fault("DET-02", ("DET-02",), PICKED_UP, recast=by_local_officer("signed")),
    Fault("DET-03", ("DET-03",), PICKED_UP, edit=_no_ground),
    Fault("DET-04", ("DET-04",), PICKED_UP, edit=late("detainer_served", "hold", 0)),
    Fault("DET-04", ("DET-04",), PICKED_UP, edit=drop("detainer_served")),
    Fault("DET-05", ("DET-05",), PICKED_UP, "JEM", edit=late("notified", "detainer", DAY)),
    Fault("DET-05", ("DET-05",), PICKED_UP, "JEM", edit=drop("notified")),
    Fault("DET-06", ("DET-06",), PICKED_UP, "WSO", edit=_told_late),
    Fault("DET-06", ("DET-06",), PICKED_UP, "WSO", edit=blank("ice_notified_at", "warrant_served")),
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
    Fault("DET-10", ("DET-10", "SCO-02"), PICKED_UP, "JEM", edit=_charged_with_holds, alone=True),
    Fault("DET-11", ("DET-11",), PICKED_UP, edit=_not_the_form_that_was_signed),
    Fault("DET-12", ("DET-12",), PICKED_UP, edit=_removed_without_order),
    Fault("DET-13", ("DET-13",), PICKED_UP, edit=say("identified", False, "warrant_served")),
    Fault("DET-13", ("DET-13",), PICKED_UP, edit=say("reason_stated", False, "warrant_served")),
    Fault("AUT-01", ("AUT-01",), {**PICKED_UP, "served": False}, spot=Spot.BARRED),
)


# --- the hold clock ----------------------------------------------------------------------------------------


def _held_past_regulation(hand: Hand) -> Broken:
    hand.move("departed", regulation_clock(hand, hand.when("due")) + hand.past())
    hand.move("hold_over", hand.when("departed"))
    return {"HLD-03": _handed_over_past_grace(hand)}


def _handed_over_past_grace(hand: Hand) -> Bools:
    """More than 48 hours after custody passed to ICE, and an hour, which is our own bound."""
    late: Bools = hand.when("departed") > hand.when("due") + 49 * HOUR
    return late


def _held_past_form(hand: Hand) -> Broken:
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
    return {"HLD-03": _handed_over_past_grace(hand)}


def _kept_after_lapse(hand: Hand) -> Broken:
    hand.move("released", hand.when("lapsed") + HOUR + hand.past())
    hand.move("hold_over", hand.when("released"))
    return {"HLD-01": hand.when("released") > regulation_clock(hand, hand.when("due"))}


def _handed_over_late(hand: Hand) -> Broken:
    hand.move("departed", hand.when("due") + 48 * HOUR + hand.past())
    return {"HLD-03": _handed_over_past_grace(hand)}


def _for_notice_alone(hand: Hand) -> None:
    hand.say("detainer", "form_version", "I-247G")
    hand.say("detainer", "box", None)


def _held_on_a_cancelled_detainer(hand: Hand) -> None:
    hand.move("cancelled", hand.when("due") - hand.between(1, 5 * MINUTE))


def _detainer_after_hold(hand: Hand) -> None:
    hand.move("detainer", hand.when("hold") + hand.between(1, 30 * MINUTE))
    hand.shift(hand.when("detainer") + MINUTE - hand.when("notified"), "notified")


HOLDS = (
    Fault("HLD-01", _HELD_TOO_LONG, PICKED_UP, edit=_held_past_regulation),
    Fault("HLD-01", _HELD_TOO_LONG, PICKED_UP, edit=drop("departed", "hold_over")),
    Fault("HLD-01F", ("HLD-01F", "HLD-02"), PICKED_UP, edit=_held_past_form),
    Fault("HLD-01F", ("HLD-01F", "HLD-02"), LAPSED, edit=_kept_after_lapse),
    Fault("HLD-02", ("HLD-02",), TRANSFERRED, edit=_handed_over_late),
    Fault("HLD-02", ("HLD-02",), TRANSFERRED, edit=drop("departed")),
    Fault("HLD-03", ("HLD-03", "HLD-02"), TRANSFERRED, edit=late("departed", "due", 50 * HOUR)),
    Fault("HLD-04", ("HLD-04",), PICKED_UP, edit=_held_on_a_cancelled_detainer),
    Fault("HLD-04", ("HLD-04",), PICKED_UP, edit=_detainer_after_hold),
    Fault("HLD-04", ("HLD-04",), PICKED_UP, edit=_for_notice_alone),
    Fault("HLD-05", ("HLD-05",), PICKED_UP, edit=blank("cause", "due")),
    Fault("HLD-06", ("HLD-06",), BRIEF, edit=late("released", "due", 6 * HOUR)),
)


# --- transfer ----------------------------------------------------------------------------------------------


def _advised_after_departure(hand: Hand) -> None:
    hand.move("consulate", hand.when("departed") + hand.past())


def _stored_without_staff(hand: Hand) -> None:
    hand.move("a_file", hand.when("detainer") + HOUR)
    hand.say("a_file", "ice_staff_assigned", False)


def _refused_for_the_detainer(hand: Hand) -> None:
    hand.say("bail_refused", "refused_for", "detainer")
    hand.move("bail_refused", hand.when("bail_tendered") + hand.between(10, 2 * MINUTE))


TRANSFERS = (
    Fault("TRF-01", ("TRF-01",), PICKED_UP, edit=blank("receipt", "departed")),
    Fault("TRF-01", ("TRF-01",), PICKED_UP, edit=blank("receiving_officer", "departed")),
    Fault("TRF-03", ("TRF-03",), {**PICKED_UP, "owed": False}, edit=drop("consulate")),
    Fault("TRF-03", ("TRF-03",), {**PICKED_UP, "owed": False}, edit=_advised_after_departure),
    Fault("TRF-03", ("TRF-03",), {**PICKED_UP, "owed": True}, edit=drop("consulate_told")),
    Fault(
        "TRF-05",
        ("TRF-05",),
        {**PICKED_UP, "driven": True},
        "JEM",
        edit=say("facility_approved", False, "departed"),
    ),
    Fault("REC-07", ("REC-07",), PICKED_UP, "JEM", edit=_stored_without_staff),
    Fault("BAL-01", ("BAL-01",), {**PICKED_UP, "bail": True}, edit=_refused_for_the_detainer),
)
CUSTODY = (*DETAINERS, *HOLDS, *TRANSFERS)
