"""Faults of complaints and of reviews."""

import numpy as np

from evenhand.record.events import SubjectKind
from evenhand.simulate.calendar import DAY, HOUR, working_days_after
from evenhand.simulate.chance import Dice
from evenhand.simulate.faults.background import (
    ALL_FORMS,
    JEM_FORMS,
    Edit,
    RowFault,
    Test,
    also,
    assign,
    move,
    past,
    put,
    remove,
    rows,
)
from evenhand.simulate.rows import History

_COMPLAINT, _REVIEW = SubjectKind.COMPLAINT, SubjectKind.REVIEW


# --- complaints --------------------------------------------------------------------------------------------


def _about(*kinds: str) -> Test:
    return lambda history, _until: rows(history, "complaint.received")[0]["about"] in kinds


def _any(_history: History, _until: int) -> bool:
    return True


def _after_working_days(start: int, days: int, zone: str, *, skip_holidays: bool) -> int:
    return int(working_days_after(np.array([start]), days, zone, skip_holidays=skip_holidays)[0])


def _tell_ice(history: History, moment: int) -> None:
    """ICE is told then, and passes it on a day later."""
    put(rows(history, "complaint.ice_notified")[0], moment)
    put(rows(history, "complaint.opr_notified")[0], moment + DAY)


def _ice_told_late_by_working_days(history: History, dice: Dice) -> None:
    received = rows(history, "complaint.received")[0]["occurred_at"]
    clock = _after_working_days(received, 2, history.zone, skip_holidays=False)
    _tell_ice(history, clock + past(dice))


def _ice_told_late(history: History, dice: Dice) -> None:
    received = rows(history, "complaint.received")[0]["occurred_at"]
    _tell_ice(history, received + 48 * HOUR + past(dice))


def _passed_on_late(history: History, dice: Dice) -> None:
    told = rows(history, "complaint.ice_notified")[0]["occurred_at"]
    clock = _after_working_days(told, 5, history.zone, skip_holidays=True)
    put(rows(history, "complaint.opr_notified")[0], clock + past(dice))


def _closed_by_the_officer(history: History, _dice: Dice) -> None:
    row = rows(history, "complaint.resolved")[0]
    row["actor"] = rows(history, "complaint.received")[0]["officer"]
    row["actor_role"] = "designated_officer"


def _resolved_late(history: History, dice: Dice) -> None:
    """Answered in time, in the meantime, and reported when it is resolved."""
    received = rows(history, "complaint.received")[0]["occurred_at"]
    row = rows(history, "complaint.answered")[0]
    put(row, received + dice.one(30 * DAY, 80 * DAY))
    row["kind"] = "status"
    resolved = received + 90 * DAY + past(dice)
    put(rows(history, "complaint.resolved")[0], resolved)
    put(rows(history, "complaint.outcome_reported")[0], resolved + DAY)


def _told_by_the_agency(history: History, _dice: Dice) -> None:
    """ICE's own notice to its office stays; the agency's is left out."""
    gone = rows(history, "complaint.opr_notified", actor_role="complaints_officer")
    history.rows = [r for r in history.rows if r not in gone]


def _under(*forms: str) -> Test:
    """Fits where such an agreement is in force throughout the complaint."""
    return lambda history, _until: all(history.form_at(r["occurred_at"]) in forms for r in history.rows)


def _passed_on(*forms: str) -> Test:
    return also(_under(*forms), _about("designated_officer", "undesignated"))


_RECEIVED = "complaint.received"
_OFFICER = also(_about("designated_officer"), _under(*ALL_FORMS))
_OTHER = also(_about("undesignated"), _under("J20", "J25", "W25"))
_OTHER_AT_ALL = also(_about("undesignated"), _under(*ALL_FORMS))
_OFFICER_JEM = also(_about("designated_officer"), _under(*JEM_FORMS))
_OFFICER_NOT_W19 = also(_about("designated_officer"), _under("J20", "J25", "W25"))
_OFFICER_W19 = also(_about("designated_officer"), _under("W19"))
_W19 = _under("W19")
# Under W19 the agency reports to OPR too, and its own report counts for ICE's.
_NOT_W19 = _passed_on("J20", "J25", "W25")
COMPLAINTS = (
    RowFault("CMP-01", _COMPLAINT, _OFFICER, _ice_told_late_by_working_days),
    RowFault("CMP-01", _COMPLAINT, _OFFICER, remove("complaint.ice_notified")),
    RowFault("CMP-02", _COMPLAINT, _OTHER, _ice_told_late),
    RowFault("CMP-02", _COMPLAINT, _OTHER_AT_ALL, remove("complaint.ice_notified")),
    RowFault(
        "CMP-03", _COMPLAINT, _OFFICER_JEM, move("complaint.outcome_reported", "complaint.resolved", 30 * DAY)
    ),
    RowFault("CMP-03", _COMPLAINT, _OFFICER_NOT_W19, remove("complaint.outcome_reported")),
    RowFault("CMP-03", _COMPLAINT, _OFFICER_W19, remove("complaint.outcome_reported"), breaks=("CMP-08",)),
    RowFault("CMP-04", _COMPLAINT, _NOT_W19, _passed_on_late),
    RowFault("CMP-04", _COMPLAINT, _NOT_W19, remove("complaint.opr_notified")),
    RowFault("CMP-05", _COMPLAINT, _any, move("complaint.acknowledged", _RECEIVED, 7 * DAY)),
    RowFault("CMP-05", _COMPLAINT, _any, move("complaint.answered", _RECEIVED, 90 * DAY)),
    RowFault("CMP-05", _COMPLAINT, _any, remove("complaint.acknowledged")),
    RowFault("CMP-06", _COMPLAINT, _about("designated_officer"), _closed_by_the_officer),
    RowFault("CMP-07", _COMPLAINT, _W19, _resolved_late),
    RowFault("CMP-08", _COMPLAINT, _OFFICER_W19, _told_by_the_agency),
)


# --- reviews -----------------------------------------------------------------------------------------------


def _first(event_type: str, name: str) -> Edit:
    """Leave a field out of the first such event."""

    def edit(history: History, _dice: Dice) -> None:
        rows(history, event_type)[0][name] = None

    return edit


def _drawn_too_late(history: History, dice: Dice) -> None:
    found = max(r["occurred_at"] for r in rows(history, "review.finding_made"))
    put(rows(history, "review.sample_drawn")[0], found + past(dice))


def _first_finding(history: History) -> str:
    return str(rows(history, "review.finding_made")[0]["finding"])


def _done_late(history: History, dice: Dice) -> None:
    finding = _first_finding(history)
    set_, extended = (
        rows(history, f"review.{name}", finding=finding) for name in ("corrective_action_set", "extended")
    )
    due = max(r["due"] for r in (*set_, *extended))
    put(rows(history, "review.done", finding=finding)[0], due + past(dice))


def _never_done(history: History, dice: Dice) -> None:
    remove("review.done", finding=_first_finding(history))(history, dice)


def _without_reason(history: History, dice: Dice) -> None:
    """Extended without a reason, and done after the first date."""
    finding = _first_finding(history)
    due = rows(history, "review.corrective_action_set", finding=finding)[0]["due"]
    remove("review.extended", finding=finding)(history, dice)
    row = rows(history, "review.finding_made", finding=finding)[0]
    history.add(
        due - DAY, "review.extended", row["actor"], row["actor_role"], finding=finding, due=due + 20 * DAY
    )
    put(rows(history, "review.done", finding=finding)[0], due + past(dice))


def _no_action(history: History, dice: Dice) -> None:
    remove("review.corrective_action_set", finding=_first_finding(history))(history, dice)


def _reviews_itself(history: History, _dice: Dice) -> None:
    row = rows(history, "review.opened")[0]
    row["reviewer_unit"] = row["reviewed_unit"]


REVIEWS = (
    RowFault("REV-01", _REVIEW, _any, assign("review.sample_drawn", "seed", None)),
    RowFault("REV-01", _REVIEW, _any, _drawn_too_late),
    RowFault("REV-01", _REVIEW, _any, remove("review.sample_drawn")),
    RowFault("REV-02", _REVIEW, _any, _first("review.finding_made", "evidence")),
    RowFault("REV-02", _REVIEW, _any, _first("review.finding_made", "rule")),
    RowFault("REV-02", _REVIEW, _any, _first("review.corrective_action_set", "owner")),
    RowFault("REV-02", _REVIEW, _any, _no_action),
    RowFault("REV-03", _REVIEW, _any, _done_late),
    RowFault("REV-03", _REVIEW, _any, _never_done),
    RowFault("REV-03", _REVIEW, _any, _without_reason),
    RowFault("REV-04", _REVIEW, _any, _reviews_itself),
)
OVERSIGHT = (*COMPLAINTS, *REVIEWS)
