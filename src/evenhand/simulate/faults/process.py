"""Faults of the process: scope, screening, language, citizenship claims, supervision, the record."""

import numpy as np

from evenhand.simulate.calendar import DAY, HOUR, MINUTE
from evenhand.simulate.cast import Staff
from evenhand.simulate.course import STEPS
from evenhand.simulate.faults.edits import (
    Edit,
    blank,
    both,
    by_local_officer,
    by_same_officer,
    by_staff,
    drop,
    late,
    say,
    swap,
)
from evenhand.simulate.faults.fault import BRIEF, FULL, INTERVIEW, PICKED_UP, Broken, Fault, Hand

_CHARGES = ("charge1", "charge2", "charge3")
_AGAIN = {**FULL, "rescreened": True}
_STEPS_AGAIN = tuple(f"{step}_again" for step in STEPS)
_NO_DUE = {**BRIEF, "due": False}
_CLAIMED, _CLAIMED_THEN_HELD = {**INTERVIEW, "claimed": True}, {**PICKED_UP, "claimed": True}
_JEM = "JEM"
"""The model that delegates interviews and screening."""


# --- scope -------------------------------------------------------------------------------------------------


def _interview_before_booking(hand: Hand) -> None:
    hand.move("interview", hand.when("booked") - hand.between(1, 20 * MINUTE))


def _charges_after_interview(hand: Hand) -> None:
    hand.shift(hand.when("interview") - hand.when("charge1") + hand.past(), *_CHARGES)


def _kept_for_interview(hand: Hand) -> None:
    """Due before the interview, let go soon after it."""
    last = hand.when("check1") + 20 * MINUTE
    hand.move("due", hand.when("interview") - hand.between(1, 14 * MINUTE))
    hand.move("released", last + hand.between(5 * MINUTE, 30 * MINUTE))


def _opened_after_due(hand: Hand) -> None:
    hand.move("due", hand.when("opened") - hand.between(1, 50))
    hand.move("released", hand.when("closed") + hand.between(5 * MINUTE, 30 * MINUTE))


def _taken_before_due(hand: Hand) -> None:
    hand.move("due", hand.when("departed") + hand.past())
    hand.move("warrant_served", hand.when("departed") - 20 * MINUTE)


SCOPE = (
    Fault(
        "SCO-01",
        ("SCO-01", "SCO-02"),
        INTERVIEW,
        _JEM,
        edit=_interview_before_booking,
        alone=True,
    ),
    Fault("SCO-02", ("SCO-02",), INTERVIEW, _JEM, edit=_charges_after_interview, alone=True),
    *(
        Fault("SCO-02", ("SCO-02",), INTERVIEW, _JEM, edit=say("level", level, *_CHARGES), alone=True)
        for level in ("hold", "infraction")
    ),
    Fault(
        "SCO-04",
        ("SCO-04",),
        {**INTERVIEW, "determined": False, "due": True},
        _JEM,
        edit=_kept_for_interview,
    ),
    Fault("SCO-04", ("SCO-04",), BRIEF, _JEM, edit=_opened_after_due),
    Fault("SCO-05", ("SCO-05",), PICKED_UP, edit=_taken_before_due),
    Fault(
        "SCO-06",
        ("SCO-06",),
        {**PICKED_UP, "disposed": True},
        "WSO",
        edit=both(say("disposition", "dropped_for_transfer", "disposed"), blank("reason", "disposed")),
    ),
)


# --- the same for everyone ---------------------------------------------------------------------------------


def _screened_late(hand: Hand) -> None:
    earlier = hand.when("opened") - HOUR - hand.past()
    arrested = hand.grid.fields[("booked", "arrested_at")]
    arrested[hand.at] += earlier - hand.when("booked")
    hand.move("booked", earlier)


def _closed_late(hand: Hand) -> None:
    hand.move("closed", hand.when("booked") + DAY + hand.past())
    hand.move("released", hand.when("closed") + hand.between(5 * MINUTE, DAY))


def _closed_after_release(hand: Hand) -> None:
    hand.move("released", hand.when("closed"))
    hand.shift(hand.past(), "closed")


def _in_spanish(hand: Hand) -> None:
    for name in ("language", "advisal_language"):
        hand.say("interview", name, "es")


def _kept_for_screening(hand: Hand) -> None:
    hand.move("closed", hand.when("opened") + hand.between(20 * MINUTE, 90 * MINUTE))
    hand.move("due", hand.when("closed") - hand.between(1, 19 * MINUTE))
    hand.move("released", hand.when("closed") + hand.between(5 * MINUTE, HOUR))


def _interpreter(slot: str, language: str, *, found: bool, on_warrant: bool | None = None) -> Edit:
    """The person speaks a language, and an interpreter is needed; one is found or not."""

    def edit(hand: Hand) -> None:
        for name in ("language", "advisal_language"):
            hand.say(slot, name, language)
        hand.say(slot, "interpreter_needed", True)
        for name in ("interpreter_used", "interpreter_named"):
            hand.say(slot, name, found)
        if slot == "warrant_served":
            hand.say(slot, "interpreter_on_warrant", found if on_warrant is None else on_warrant)

    return edit


def _advised_in_another_language(hand: Hand) -> None:
    hand.say("interview", "language", "vi")
    hand.say("interview", "advisal_language", "en")


SAME_FOR_ALL = (
    Fault("UNI-01", ("UNI-01",), model=_JEM, edit=_screened_late),
    Fault("UNI-01", ("UNI-01",), BRIEF, _JEM, edit=drop("opened")),
    Fault("UNI-02", ("UNI-02",), _NO_DUE, _JEM, edit=_closed_late),
    Fault("UNI-02", ("UNI-02",), _NO_DUE, _JEM, edit=_closed_after_release),
    Fault("UNI-02", ("UNI-02",), FULL, _JEM, edit=drop("closed")),
    Fault("UNI-02", ("UNI-02",), BRIEF, _JEM, edit=blank("closing_reason", "closed")),
    Fault("UNI-03", ("UNI-03",), FULL, _JEM, edit=swap("language", "questions")),
    Fault("UNI-03", ("UNI-03",), FULL, _JEM, edit=drop("advisal")),
    Fault("UNI-03", ("UNI-03",), _AGAIN, _JEM, edit=swap("language_again", "questions_again")),
    Fault("UNI-03", ("UNI-03",), _AGAIN, _JEM, edit=drop(*_STEPS_AGAIN)),
    Fault("UNI-03", ("UNI-03",), _AGAIN, _JEM, edit=drop("reopened")),
    Fault("UNI-03", ("UNI-03",), _AGAIN, _JEM, edit=drop("reopened", "reclosed")),
    *(
        Fault("UNI-05", ("UNI-05",), INTERVIEW, _JEM, edit=say("ground", ground, "interview"))
        for ground in ("race_or_ethnicity", "religion")
    ),
    Fault("UNI-05R", ("UNI-05R",), INTERVIEW, _JEM, edit=blank("ground", "interview")),
    *(
        Fault("UNI-05R", ("UNI-05R",), INTERVIEW, _JEM, edit=say("ground", ground, "interview"))
        for ground in ("appearance", "name", "accent", "language")
    ),
    Fault("UNI-06", ("UNI-06",), BRIEF, _JEM, edit=_kept_for_screening),
    Fault("UNI-07", ("UNI-07",), _AGAIN, _JEM, edit=blank("reason", "reopened")),
    Fault("LAN-01", ("LAN-01",), INTERVIEW, _JEM, edit=say("interpreter_asked", False, "interview")),
    Fault("LAN-02", ("LAN-02",), INTERVIEW, _JEM, edit=_interpreter("interview", "es", found=False)),
    Fault("LAN-02", ("LAN-02",), PICKED_UP, edit=_interpreter("warrant_served", "es", found=False)),
    Fault(
        "LAN-02N",
        ("LAN-02N",),
        PICKED_UP,
        "WSO",
        edit=_interpreter("warrant_served", "es", found=True, on_warrant=False),
    ),
    Fault(
        "LAN-03",
        ("LAN-03",),
        INTERVIEW,
        _JEM,
        edit=both(say("aid_needed", True, "interview"), say("aid_given", False, "interview")),
    ),
    Fault(
        "LAN-03",
        ("LAN-03",),
        PICKED_UP,
        edit=both(say("aid_needed", True, "warrant_served"), say("aid_given", False, "warrant_served")),
    ),
    Fault("LAN-04T", ("LAN-04T",), INTERVIEW, _JEM, edit=_advised_in_another_language),
    Fault("LAN-05", ("LAN-05",), INTERVIEW, _JEM, edit=_interpreter("interview", "so", found=True)),
    Fault(
        "LAN-06",
        ("LAN-06",),
        INTERVIEW,
        _JEM,
        edit=both(say("interpreter_offered", False, "interview"), _in_spanish),
    ),
    Fault(
        "LAN-06",
        ("LAN-06",),
        PICKED_UP,
        edit=both(
            say("interpreter_offered", False, "warrant_served"),
            say("language", "es", "warrant_served"),
            say("can_read", True, "warrant_served"),
        ),
    ),
)


# --- citizenship -------------------------------------------------------------------------------------------


def _handed_over_with_the_claim_open(hand: Hand) -> None:
    """The claim is heard in the hold and ICE resolves it after the departure."""
    hand.move("claimed", hand.when("departed") - hand.between(5 * MINUTE, 40 * MINUTE))
    hand.move("reported", hand.when("claimed") + hand.between(1, 4 * MINUTE))
    hand.move("resolved", hand.when("departed") + hand.past())


_HELD_ON_A_CLAIM = ("CIT-02", "CIT-05")
CITIZENSHIP = (
    Fault("CIT-01", ("CIT-01",), _CLAIMED, _JEM, edit=drop("reported")),
    Fault("CIT-01H", ("CIT-01H",), _CLAIMED, _JEM, edit=late("reported", "claimed", HOUR)),
    Fault("CIT-02", _HELD_ON_A_CLAIM, _CLAIMED_THEN_HELD, edit=late("resolved", "detainer", 0)),
    Fault("CIT-05", _HELD_ON_A_CLAIM, _CLAIMED_THEN_HELD, edit=_handed_over_with_the_claim_open),
    Fault("CIT-03", ("CIT-03",), _CLAIMED, edit=say("in_writing", False, "resolved")),
    Fault("CIT-03", ("CIT-03",), _CLAIMED, edit=blank("grounds", "resolved")),
    Fault("CIT-03", ("CIT-03",), _CLAIMED, _JEM, recast=by_local_officer("resolved")),
    Fault("CIT-04", ("CIT-04",), _CLAIMED_THEN_HELD, edit=say("outcome", "citizen", "resolved")),
)


# --- supervision -------------------------------------------------------------------------------------------


def _reviewed_after_service(hand: Hand) -> Broken:
    hand.move("reviewed", hand.when("warrant_served") + hand.between(1, 4 * MINUTE))
    late_by = hand.when("reviewed") - hand.when("determined")
    return {"SUP-06": late_by > DAY}


SUPERVISION = (
    Fault("SUP-01", ("SUP-01",), INTERVIEW, _JEM, edit=drop("reviewed")),
    Fault("SUP-02", ("SUP-02",), PICKED_UP, _JEM, edit=_reviewed_after_service),
    Fault("SUP-03", ("SUP-03", "SUP-01"), INTERVIEW, _JEM, recast=by_same_officer("reviewed", "determined")),
    Fault("SUP-04", ("SUP-04",), PICKED_UP, _JEM, recast=by_local_officer("charging_signed")),
    Fault("SUP-05", ("SUP-05",), {**PICKED_UP, "returned": True}, _JEM, edit=swap("returned", "reviewed")),
    Fault("SUP-06", ("SUP-06",), INTERVIEW, _JEM, edit=late("reviewed", "determined", DAY)),
)


# --- the record --------------------------------------------------------------------------------------------


def _recorded_late(hand: Hand) -> None:
    hand.record_after("closed", DAY + np.minimum(hand.past() * 10, 5 * DAY))


def _recorded_very_late(hand: Hand) -> None:
    hand.record_after("closed", 7 * DAY + hand.past())


def _arrested_after_booking(hand: Hand) -> None:
    hand.grid.fields[("booked", "arrested_at")][hand.at] = hand.when("booked") + hand.past()


def _coordinated_late(hand: Hand) -> None:
    hand.say("exported", "coordinated_at", hand.when("exported") + hand.past())


def _media_without_public_affairs(hand: Hand) -> None:
    hand.say("exported", "recipient", "media")
    hand.say("exported", "coordinated_with", "ice_officer")


_EXPORTED = {"exported": True}
RECORDS = (
    Fault("REC-01", ("REC-01",), edit=_recorded_late),
    Fault("REC-01V", ("REC-01", "REC-01V"), edit=_recorded_very_late),
    Fault("REC-02", ("REC-02",), edit=_arrested_after_booking),
    Fault(
        "REC-02",
        ("REC-02",),
        {**INTERVIEW, "determined": False, "due": False, "second_check": False},
        edit=late("check1", "released", 0),
    ),
    Fault("REC-03", ("REC-03",), {"corrected": True}, edit=blank("reason", "charge1_fix")),
    Fault("REC-04", ("REC-04",), {"viewed": True}, edit=blank("ground", "viewed")),
    Fault(
        "REC-04",
        ("REC-04",),
        {"viewed": True},
        recast=by_staff("viewed", Staff.ADMINISTRATOR, "administrator"),
    ),
    Fault("REC-05", ("REC-05",), _EXPORTED, edit=say("legal_ground", "none", "exported")),
    Fault("REC-05", ("REC-05",), _EXPORTED, edit=_coordinated_late),
    Fault("REC-05", ("REC-05",), _EXPORTED, edit=_media_without_public_affairs),
    Fault(
        "REC-06",
        ("REC-06",),
        INTERVIEW,
        edit=both(say("system", "ncic", "check1"), say("logged", False, "check1")),
    ),
)
PROCESS = (*SCOPE, *SAME_FOR_ALL, *CITIZENSHIP, *SUPERVISION, *RECORDS)
