"""Faults of officers' histories and of agreements."""

from evenhand.record.events import SubjectKind
from evenhand.simulate.calendar import DAY
from evenhand.simulate.chance import Dice
from evenhand.simulate.faults.background import (
    ALL_FORMS,
    JEM_FORMS,
    WSO_FORMS,
    Edit,
    RowFault,
    Test,
    also,
    assign,
    has,
    move,
    past,
    put,
    remove,
    rows,
    under,
)
from evenhand.simulate.rows import History

_TWO_YEARS = 730 * DAY
_OFFICER, _AGREEMENT = SubjectKind.OFFICER, SubjectKind.AGREEMENT


# --- officers ----------------------------------------------------------------------------------------------


def _failed_examination(history: History, dice: Dice) -> None:
    rows(history, "examination.taken")[-1]["score"] = dice.one(400, 699) / 10


def _sat_before(history: History, *, score: float, remedial: bool) -> None:
    """Two more examinations before the others."""
    first = rows(history, "examination.taken")[0]
    for days in (3, 6):
        earlier = {**first, "score": score, "attempt": 1, "remedial": remedial}
        put(earlier, first["occurred_at"] - days * DAY)
        history.rows.append(earlier)


def _failed_twice(history: History, dice: Dice) -> None:
    _sat_before(history, score=dice.one(400, 699) / 10, remedial=False)


def _one_examination_too_many(history: History, dice: Dice) -> None:
    _sat_before(history, score=float(dice.one(70, 100)), remedial=True)


def _second_refresher_is_asked(history: History, until: int) -> bool:
    asked = rows(history, "refresher.required_by")
    return under("refresher.required_by", *JEM_FORMS)(history, until) and len(asked) > 1


def _asked_too_soon(history: History, dice: Dice) -> None:
    """The second refresher is due less than two years after the first, yet taken in time."""
    first = rows(history, "refresher.completed")[0]["occurred_at"]
    rows(history, "refresher.required_by")[1]["due"] = first + _TWO_YEARS - dice.one(1, 9 * DAY)


def _asked_too_soon_after_the_course(history: History, dice: Dice) -> None:
    """The first refresher is due less than two years after the initial course, yet taken in time."""
    row = rows(history, "refresher.required_by")[0]
    row["due"] = rows(history, "training.completed")[0]["occurred_at"] + _TWO_YEARS - dice.one(1, 9 * DAY)
    put(rows(history, "refresher.completed")[0], row["occurred_at"] + 20 * DAY)


def _a_refresher_is_asked(history: History, until: int) -> bool:
    return under("refresher.required_by", *JEM_FORMS)(history, until)


def _goes(history: History, until: int) -> bool:
    return under("officer.credential_returned", *ALL_FORMS)(history, until) and bool(
        rows(history, "officer.left") or rows(history, "officer.revoked")
    )


def _returned_late(history: History, dice: Dice) -> None:
    gone = (rows(history, "officer.left") or rows(history, "officer.revoked"))[0]["occurred_at"]
    put(rows(history, "officer.credential_returned")[0], gone + 30 * DAY + past(dice))


def _done_late(history: History, dice: Dice) -> None:
    first = rows(history, "refresher.required_by")[0]
    put(rows(history, "refresher.completed")[0], first["due"] + past(dice))


def _asked_to(history: History, until: int) -> bool:
    """A refresher is due within the record."""
    asked = rows(history, "refresher.required_by")
    return under("refresher.required_by", *ALL_FORMS)(history, until) and bool(
        len(asked) == 1 and asked[0]["due"] + DAY < until
    )


def _told_late_of_leaving(history: History, dice: Dice) -> None:
    left = rows(history, "officer.left")[0]["occurred_at"]
    put(rows(history, "officer.leave_notice_given")[0], left - 90 * DAY + past(dice))


def _lacks(name: str) -> Edit:
    def edit(history: History, _dice: Dice) -> None:
        row = rows(history, "officer.nominated")[0]
        row["prerequisites"] = [each for each in row["prerequisites"] if each != name]

    return edit


def _one_function_too_many(history: History, _dice: Dice) -> None:
    row = rows(history, "officer.authorized")[0]
    row["functions"] = [*row["functions"], "interview"]


_AUTHORIZED = under("officer.authorized", *ALL_FORMS)
_BY_JEM, _BY_WSO = under("officer.authorized", *JEM_FORMS), under("officer.authorized", *WSO_FORMS)
_NOMINATED = under("officer.nominated", *ALL_FORMS)
_REVOKED_BY_JEM, _REVOKED_BY_WSO = under("officer.revoked", *JEM_FORMS), under("officer.revoked", *WSO_FORMS)
_LEFT_WSO = also(under("officer.left", *WSO_FORMS), has("officer.left"))
OFFICERS = (
    RowFault("AGR-04", _OFFICER, _BY_WSO, _one_function_too_many),
    RowFault("AGR-04P", _OFFICER, _AUTHORIZED, assign("officer.authorized", "supervising_position", None)),
    RowFault("OFF-02", _OFFICER, _BY_JEM, remove("officer.eligibility_decided")),
    RowFault("OFF-02", _OFFICER, _BY_JEM, assign("officer.eligibility_decided", "outcome", "ineligible")),
    RowFault("OFF-02", _OFFICER, _BY_JEM, move("officer.eligibility_decided", "officer.authorized", 0)),
    RowFault("OFF-02", _OFFICER, _BY_JEM, remove("background_check.done")),
    RowFault(
        "OFF-02Q",
        _OFFICER,
        under("background_check.done", *WSO_FORMS),
        assign("background_check.done", "questionnaire", False),
    ),
    RowFault("OFF-03", _OFFICER, _AUTHORIZED, remove("training.completed")),
    RowFault("OFF-03", _OFFICER, _AUTHORIZED, move("training.completed", "officer.authorized", 0)),
    RowFault("OFF-04", _OFFICER, _AUTHORIZED, _failed_examination),
    RowFault("OFF-04", _OFFICER, _AUTHORIZED, remove("examination.taken")),
    RowFault("OFF-04", _OFFICER, _AUTHORIZED, _failed_twice),
    RowFault("OFF-04", _OFFICER, _AUTHORIZED, _one_examination_too_many),
    RowFault("OFF-06", _OFFICER, _asked_to, _done_late),
    RowFault("OFF-06", _OFFICER, _asked_to, remove("refresher.completed")),
    RowFault("OFF-06S", _OFFICER, _second_refresher_is_asked, _asked_too_soon),
    RowFault("OFF-06S", _OFFICER, _a_refresher_is_asked, _asked_too_soon_after_the_course),
    RowFault("OFF-08", _OFFICER, _goes, _returned_late),
    RowFault("OFF-08", _OFFICER, _goes, remove("officer.credential_returned")),
    RowFault(
        "OFF-12",
        _OFFICER,
        _AUTHORIZED,
        assign("officer.authorized", "signed_by_position", "deportation_officer"),
    ),
    RowFault("OFF-13", _OFFICER, _REVOKED_BY_WSO, assign("officer.revoked", "written", False)),
    RowFault(
        "OFF-13",
        _OFFICER,
        _REVOKED_BY_JEM,
        assign("officer.revoked", "signed_by_position", "deportation_officer"),
    ),
    RowFault("OFF-14", _OFFICER, _LEFT_WSO, _told_late_of_leaving),
    RowFault("OFF-14", _OFFICER, _LEFT_WSO, remove("officer.leave_notice_given")),
    RowFault("OFF-15", _OFFICER, _NOMINATED, _lacks("facility_security_training")),
    RowFault("OFF-15", _OFFICER, _NOMINATED, _lacks("inmate_rules")),
)


# --- agreements --------------------------------------------------------------------------------------------


def _amended(name: str, late: bool) -> RowFault:
    def edit(history: History, dice: Dice) -> None:
        row = rows(history, "agreement.amended")[0]
        row[name] = row["occurred_at"] + past(dice) if late else None

    return RowFault("AGR-05", _AGREEMENT, under("agreement.amended", *ALL_FORMS), edit)


def _needs_its_first_meeting(history: History, until: int) -> bool:
    """Neither the record nor the agreement ends before the first meeting must have been held."""
    effect = rows(history, "agreement.took_effect")[0]["occurred_at"]
    ended = rows(history, "agreement.ended")
    end = min([until, *(r["occurred_at"] for r in ended)])
    return bool(effect + 400 * DAY < end) and history.form_at(effect) is not None


def _needs_its_second_meeting(history: History, until: int) -> bool:
    """Neither the record nor the agreement ends before the meeting after the first must have been held."""
    meetings = rows(history, "meeting.held", kind="annual")
    ended = rows(history, "agreement.ended")
    end = min([until, *(r["occurred_at"] for r in ended)])
    return (
        len(meetings) > 1
        and bool(meetings[0]["occurred_at"] + 400 * DAY < end)
        and history.form_at(meetings[0]["occurred_at"]) is not None
    )


def _no_second_meeting(history: History, _dice: Dice) -> None:
    second = rows(history, "meeting.held", kind="annual")[1]
    history.rows = [r for r in history.rows if r is not second]


def _no_first_meeting(history: History, _dice: Dice) -> None:
    first = rows(history, "meeting.held", kind="annual")[0]
    history.rows = [r for r in history.rows if r is not first]


def _ends(model: str, party: str) -> Test:
    def fits(history: History, until: int) -> bool:
        ended = rows(history, "agreement.ended", party=party, ground="notice")
        return history.model == model and bool(ended) and ended[0]["occurred_at"] <= until

    return fits


def _notice_too_late(history: History, dice: Dice) -> None:
    end = rows(history, "agreement.ended")[0]["occurred_at"]
    row = rows(history, "agreement.notice_given")[0]
    put(row, end - 90 * DAY + past(dice))
    row["received_at"] = row["occurred_at"]


def _received_too_late(history: History, dice: Dice) -> None:
    end = rows(history, "agreement.ended")[0]["occurred_at"]
    rows(history, "agreement.notice_given")[0]["received_at"] = end - 90 * DAY + past(dice)


def _not_extended(history: History, _dice: Dice) -> None:
    """The suspension was to be over long before the end, and nothing was said."""
    row = rows(history, "agreement.suspended")[0]
    row["length_days"] = 30
    row["ends_at"] = row["occurred_at"] + 30 * DAY


def _left_without_officers(history: History, dice: Dice) -> None:
    suspended = rows(history, "agreement.suspended")[0]["occurred_at"]
    put(rows(history, "agreement.last_officer_revoked")[0], suspended - 30 * DAY - past(dice))


def _conflict(history: History, until: int) -> bool:
    noted = rows(history, "conflict.noted")
    return (
        bool(noted)
        and bool(noted[0]["occurred_at"] + 30 * DAY < until)
        and bool(history.form_at(noted[0]["occurred_at"]))
    )


def _reported_late(history: History, dice: Dice) -> None:
    noted = rows(history, "conflict.noted")[0]["occurred_at"]
    put(rows(history, "conflict.reported")[0], noted + 8 * DAY + past(dice))


def _suspended_under_jem(history: History, until: int) -> bool:
    return under("agreement.suspended", *JEM_FORMS)(history, until)


_IN_EFFECT: Test = under("agreement.took_effect", *ALL_FORMS)
_JEM_ICE, _JEM_AGENCY, _WSO_ICE = _ends("JEM", "ice"), _ends("JEM", "agency"), _ends("WSO", "ice")
_WSO_AGENCY = _ends("WSO", "agency")
AGREEMENTS = (
    RowFault("AGR-02", _AGREEMENT, _IN_EFFECT, remove("agreement.signed", party="ice")),
    RowFault(
        "AGR-02", _AGREEMENT, _IN_EFFECT, move("agreement.signed", "agreement.took_effect", 0, party="agency")
    ),
    _amended("ice_signed_at", late=False),
    _amended("agency_signed_at", late=True),
    RowFault("AGR-06", _AGREEMENT, _needs_its_second_meeting, _no_second_meeting),
    RowFault("AGR-06F", _AGREEMENT, _needs_its_first_meeting, _no_first_meeting, ("AGR-06",)),
    *(
        RowFault("AGR-08", _AGREEMENT, _suspended_under_jem, assign("agreement.suspended", name, None))
        for name in ("notice_reason", "how_to_answer")
    ),
    RowFault("AGR-09", _AGREEMENT, _WSO_ICE, _notice_too_late),
    RowFault("AGR-09", _AGREEMENT, _WSO_AGENCY, _received_too_late),
    RowFault("AGR-09", _AGREEMENT, _WSO_AGENCY, remove("agreement.notice_given")),
    RowFault("AGR-09J", _AGREEMENT, _JEM_ICE, _notice_too_late),
    RowFault("AGR-09J", _AGREEMENT, _JEM_ICE, assign("agreement.notice_given", "reasons", False)),
    RowFault("AGR-09J", _AGREEMENT, _JEM_ICE, assign("agreement.notice_given", "publication_url", None)),
    RowFault("AGR-11", _AGREEMENT, _JEM_AGENCY, assign("agreement.notice_given", "in_writing", False)),
    RowFault("AGR-11", _AGREEMENT, _JEM_AGENCY, remove("agreement.notice_given")),
    RowFault("AGR-12", _AGREEMENT, _WSO_ICE, assign("agreement.notice_given", "delivery", "other")),
    RowFault("AGR-13", _AGREEMENT, _JEM_ICE, _not_extended),
    RowFault("AGR-14", _AGREEMENT, _JEM_ICE, _left_without_officers),
    RowFault("AGR-15", _AGREEMENT, _JEM_ICE, remove("agreement.response_invited")),
    RowFault("AGR-17", _AGREEMENT, _conflict, remove("conflict.reported")),
    RowFault("AGR-17", _AGREEMENT, _conflict, _reported_late),
)
STAFF = (*OFFICERS, *AGREEMENTS)
