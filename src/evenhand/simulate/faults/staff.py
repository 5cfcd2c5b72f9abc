"""Faults of officers' histories and of agreements."""

from evenhand.record.events import SubjectKind
from evenhand.simulate.calendar import DAY
from evenhand.simulate.chance import Dice
from evenhand.simulate.faults.background import RowFault, Test, assign, has, move, past, put, remove, rows
from evenhand.simulate.rows import History

_TWO_YEARS = 730 * DAY
_OFFICER, _AGREEMENT = SubjectKind.OFFICER, SubjectKind.AGREEMENT


# --- officers ----------------------------------------------------------------------------------------------


def _failed_examination(history: History, dice: Dice) -> None:
    rows(history, "examination.taken")[-1]["score"] = dice.one(400, 699) / 10


def _third_attempt(history: History, _dice: Dice) -> None:
    rows(history, "examination.taken")[-1]["attempt"] = 3


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
    return history.model == "JEM" and len(asked) > 1 and asked[1]["occurred_at"] <= until


def _asked_too_soon(history: History, dice: Dice) -> None:
    """The second refresher is due less than two years after the first, yet taken in time."""
    first = rows(history, "refresher.completed")[0]["occurred_at"]
    rows(history, "refresher.required_by")[1]["due"] = first + _TWO_YEARS - dice.one(1, 9 * DAY)


def _goes(history: History, until: int) -> bool:
    return has("officer.credential_returned")(history, until) and bool(
        rows(history, "officer.left") or rows(history, "officer.revoked")
    )


def _returned_late(history: History, dice: Dice) -> None:
    gone = (rows(history, "officer.left") or rows(history, "officer.revoked"))[0]["occurred_at"]
    put(rows(history, "officer.credential_returned")[0], gone + 30 * DAY + past(dice))


_AUTHORIZED = has("officer.authorized")
OFFICERS = (
    *(
        RowFault("AGR-04", _OFFICER, _AUTHORIZED, assign("officer.authorized", name, value))
        for name, value in (
            ("functions", None),
            ("supervising_position", None),
            ("valid_from", None),
            ("until_revoked", False),
        )
    ),
    RowFault("OFF-02", _OFFICER, _AUTHORIZED, remove("officer.eligibility_decided")),
    RowFault("OFF-02", _OFFICER, _AUTHORIZED, assign("officer.eligibility_decided", "outcome", "ineligible")),
    RowFault("OFF-02", _OFFICER, _AUTHORIZED, move("officer.eligibility_decided", "officer.authorized", 0)),
    RowFault("OFF-03", _OFFICER, _AUTHORIZED, remove("training.completed")),
    RowFault("OFF-03", _OFFICER, _AUTHORIZED, move("training.completed", "officer.authorized", 0)),
    RowFault("OFF-04", _OFFICER, _AUTHORIZED, _failed_examination),
    RowFault("OFF-04", _OFFICER, _AUTHORIZED, _third_attempt),
    RowFault("OFF-04", _OFFICER, _AUTHORIZED, remove("examination.taken")),
    RowFault("OFF-04", _OFFICER, _AUTHORIZED, _failed_twice),
    RowFault("OFF-04", _OFFICER, _AUTHORIZED, _one_examination_too_many),
    RowFault("OFF-06S", _OFFICER, _second_refresher_is_asked, _asked_too_soon),
    RowFault("OFF-08", _OFFICER, _goes, _returned_late),
    RowFault("OFF-08", _OFFICER, _goes, remove("officer.credential_returned")),
)


# --- agreements --------------------------------------------------------------------------------------------


def _amended(name: str, late: bool) -> RowFault:
    def edit(history: History, dice: Dice) -> None:
        row = rows(history, "agreement.amended")[0]
        row[name] = row["occurred_at"] + past(dice) if late else None

    return RowFault("AGR-05", _AGREEMENT, has("agreement.amended"), edit)


def _needs_its_first_meeting(history: History, until: int) -> bool:
    """Neither the record nor the agreement ends before the first meeting must have been held."""
    effect = rows(history, "agreement.took_effect")[0]["occurred_at"]
    ended = rows(history, "agreement.ended")
    end = min([until, *(r["occurred_at"] for r in ended)])
    return bool(effect + 400 * DAY < end)


def _no_first_meeting(history: History, _dice: Dice) -> None:
    first = rows(history, "meeting.held", kind="annual")[0]
    history.rows = [r for r in history.rows if r is not first]


def _notice_too_late(history: History, dice: Dice) -> None:
    end = rows(history, "agreement.ended")[0]["occurred_at"]
    put(rows(history, "agreement.notice_given")[0], end - 90 * DAY + past(dice))


def _suspended_under_jem(history: History, until: int) -> bool:
    return history.model == "JEM" and has("agreement.suspended")(history, until)


_IN_EFFECT: Test = has("agreement.took_effect")
_ENDS: Test = has("agreement.ended")
AGREEMENTS = (
    RowFault("AGR-02", _AGREEMENT, _IN_EFFECT, remove("agreement.signed", party="ice")),
    RowFault(
        "AGR-02", _AGREEMENT, _IN_EFFECT, move("agreement.signed", "agreement.took_effect", 0, party="agency")
    ),
    _amended("ice_signed_at", late=False),
    _amended("agency_signed_at", late=True),
    RowFault("AGR-06", _AGREEMENT, _needs_its_first_meeting, _no_first_meeting),
    *(
        RowFault("AGR-08", _AGREEMENT, _suspended_under_jem, assign("agreement.suspended", name, None))
        for name in ("notice_reason", "length_days", "how_to_answer")
    ),
    RowFault("AGR-09", _AGREEMENT, _ENDS, _notice_too_late),
    RowFault("AGR-09", _AGREEMENT, _ENDS, remove("agreement.notice_given")),
)
STAFF = (*OFFICERS, *AGREEMENTS)
