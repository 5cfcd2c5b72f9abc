"""Faults of the process: scope, screening, language, citizenship claims, supervision, the record."""

import numpy as np

from evenhand.simulate.calendar import DAY, HOUR, MINUTE
from evenhand.simulate.cast import Staff
from evenhand.simulate.course import STEPS
from evenhand.simulate.faults.edits import (
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
from evenhand.simulate.faults.fault import BRIEF, FULL, INTERVIEW, PICKED_UP, Fault, Hand, Spot

_CHARGES = ("charge1", "charge2", "charge3")
_AGAIN = {**FULL, "rescreened": True}
_STEPS_AGAIN = tuple(f"{step}_again" for step in STEPS)
_NO_DUE = {**BRIEF, "due": False}
_CLAIMED, _CLAIMED_THEN_HELD = {**INTERVIEW, "claimed": True}, {**PICKED_UP, "claimed": True}


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
    Fault("SCO-01", ("SCO-01", "SCO-02", "REC-02"), INTERVIEW, edit=_interview_before_booking),
    Fault("SCO-01", ("SCO-01",), INTERVIEW, edit=drop("booked")),
    Fault("SCO-02", ("SCO-02",), INTERVIEW, edit=_charges_after_interview),
    Fault("SCO-02", ("SCO-02",), INTERVIEW, edit=blank("statute", *_CHARGES)),
    Fault("SCO-02", ("SCO-02",), INTERVIEW, edit=blank("arresting_agency", *_CHARGES)),
    Fault("SCO-04", ("SCO-04",), {**INTERVIEW, "determined": False, "due": True}, edit=_kept_for_interview),
    Fault("SCO-04", ("SCO-04", "UNI-06"), BRIEF, edit=_opened_after_due),
    Fault("SCO-05", ("SCO-05",), PICKED_UP, edit=_taken_before_due),
    Fault(
        "SCO-06",
        ("SCO-06",),
        {**PICKED_UP, "disposed": True},
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


def _kept_for_screening(hand: Hand) -> None:
    hand.move("closed", hand.when("opened") + hand.between(20 * MINUTE, 90 * MINUTE))
    hand.move("due", hand.when("closed") - hand.between(1, 19 * MINUTE))
    hand.move("released", hand.when("closed") + hand.between(5 * MINUTE, HOUR))


SAME_FOR_ALL = (
    Fault("UNI-01", ("UNI-01",), edit=_screened_late),
    Fault("UNI-01", ("UNI-01",), BRIEF, edit=drop("opened")),
    Fault("UNI-02", ("UNI-02",), _NO_DUE, edit=_closed_late),
    Fault("UNI-02", ("UNI-02",), _NO_DUE, edit=_closed_after_release),
    Fault("UNI-02", ("UNI-02",), FULL, edit=drop("closed")),
    Fault("UNI-02", ("UNI-02",), BRIEF, edit=blank("closing_reason", "closed")),
    Fault("UNI-03", ("UNI-03",), FULL, edit=swap("language", "questions")),
    Fault("UNI-03", ("UNI-03",), FULL, edit=drop("advisal")),
    Fault("UNI-03", ("UNI-03",), _AGAIN, edit=swap("language_again", "questions_again")),
    Fault("UNI-03", ("UNI-03",), _AGAIN, edit=drop(*_STEPS_AGAIN)),
    Fault("UNI-03", ("UNI-03", "UNI-07"), _AGAIN, edit=drop("reopened")),
    Fault("UNI-03", ("UNI-03",), _AGAIN, edit=drop("reopened", "reclosed")),
    Fault("UNI-05", ("UNI-05",), INTERVIEW, edit=blank("ground", "interview")),
    *(
        Fault("UNI-05", ("UNI-05",), INTERVIEW, edit=say("ground", ground, "interview"))
        for ground in ("appearance", "name", "accent", "language", "race_or_ethnicity", "religion")
    ),
    Fault("UNI-06", ("UNI-06",), BRIEF, edit=_kept_for_screening),
    Fault("UNI-07", ("UNI-07",), _AGAIN, edit=blank("reason", "reopened")),
    Fault("LAN-01", ("LAN-01",), INTERVIEW, edit=say("interpreter_asked", False, "interview")),
    Fault(
        "LAN-02",
        ("LAN-02",),
        INTERVIEW,
        edit=both(say("interpreter_needed", True, "interview"), say("interpreter_named", False, "interview")),
    ),
    Fault(
        "LAN-02",
        ("LAN-02",),
        PICKED_UP,
        edit=both(
            say("interpreter_needed", True, "warrant_served"),
            say("interpreter_named", False, "warrant_served"),
        ),
    ),
    Fault("LAN-04", ("LAN-04",), INTERVIEW, spot=Spot.ENGLISH, edit=say("advisal_given", False, "interview")),
    Fault("LAN-04", ("LAN-04",), INTERVIEW, spot=Spot.ENGLISH, edit=blank("language", "interview")),
    Fault(
        "LAN-03",
        ("LAN-03",),
        INTERVIEW,
        edit=both(say("aid_needed", True, "interview"), say("aid_given", False, "interview")),
    ),
)


# --- citizenship -------------------------------------------------------------------------------------------

CITIZENSHIP = (
    Fault("CIT-01", ("CIT-01",), _CLAIMED, edit=late("reported", "claimed", HOUR)),
    Fault("CIT-01", ("CIT-01",), _CLAIMED, edit=drop("reported")),
    Fault("CIT-02", ("CIT-02",), _CLAIMED_THEN_HELD, edit=late("resolved", "detainer", 0)),
    Fault("CIT-03", ("CIT-03",), _CLAIMED, edit=say("in_writing", False, "resolved")),
    Fault("CIT-03", ("CIT-03",), _CLAIMED, edit=blank("grounds", "resolved")),
    Fault("CIT-03", ("CIT-03",), _CLAIMED, recast=by_local_officer("resolved")),
    Fault("CIT-04", ("CIT-04",), _CLAIMED_THEN_HELD, edit=say("outcome", "citizen", "resolved")),
)


# --- supervision -------------------------------------------------------------------------------------------


def _reviewed_after_detainer(hand: Hand) -> None:
    hand.move("reviewed", hand.when("detainer") + hand.between(1, 2 * HOUR))


SUPERVISION = (
    Fault("SUP-01", ("SUP-01",), INTERVIEW, edit=drop("reviewed")),
    Fault("SUP-02", ("SUP-02",), PICKED_UP, "JEM", edit=_reviewed_after_detainer),
    Fault("SUP-03", ("SUP-03",), INTERVIEW, "JEM", recast=by_same_officer("reviewed", "determined")),
    Fault("SUP-04", ("SUP-04",), PICKED_UP, recast=by_local_officer("charging_signed")),
    Fault("SUP-05", ("SUP-05",), {**PICKED_UP, "returned": True}, edit=swap("returned", "reviewed")),
    Fault("SUP-06", ("SUP-06",), INTERVIEW, edit=late("reviewed", "determined", DAY)),
)


# --- the record --------------------------------------------------------------------------------------------


def _recorded_late(hand: Hand) -> None:
    hand.record_after("closed", DAY + np.minimum(hand.past() * 10, 5 * DAY))


def _recorded_very_late(hand: Hand) -> None:
    hand.record_after("closed", 7 * DAY + hand.past())


def _arrested_after_booking(hand: Hand) -> None:
    hand.grid.fields[("booked", "arrested_at")][hand.at] = hand.when("booked") + hand.past()


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
    Fault("REC-05", ("REC-05",), {"exported": True}, edit=blank("ground", "exported")),
)
PROCESS = (*SCOPE, *SAME_FOR_ALL, *CITIZENSHIP, *SUPERVISION, *RECORDS)
