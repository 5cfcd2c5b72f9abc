"""The acts on an officer, from nomination to the end of authority (8 U.S.C. 1357(g)(2), MOA IV)."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from evenhand.desk.officers.models import Officer
from evenhand.desk.record import history
from evenhand.desk.record.act import Actor, Done, draft, in_the_future, now, perform
from evenhand.record.events import SubjectKind
from evenhand.record.events.officer import (
    BackgroundCheckDone,
    Course,
    Eligibility,
    ExaminationTaken,
    Function,
    OfficerAssigned,
    OfficerAuthorized,
    OfficerCertified,
    OfficerCredentialIssued,
    OfficerCredentialRequested,
    OfficerCredentialReturned,
    OfficerEligibilityDecided,
    OfficerForm70006Issued,
    OfficerLeaveNoticeGiven,
    OfficerLeft,
    OfficerNominated,
    OfficerRevoked,
    OfficerSuspended,
    Position,
    Prerequisite,
    RefresherCompleted,
    RefresherRequiredBy,
    TrainingCompleted,
)


def nominate(
    *,
    by: Actor,
    agency: str,
    name: str,
    employer: str | None = None,
    citizenship_attested: bool | None = None,
    prerequisites: Sequence[Prerequisite] = (),
    subject: str | None = None,
    at: datetime | None = None,
) -> str:
    """Name an officer to ICE; returns the officer's subject, which is the actor of the officer's account."""
    subject = subject or f"officer-{secrets.token_hex(4)}"
    perform(
        draft(
            OfficerNominated.type,
            by=by,
            subject=subject,
            agency=agency,
            occurred_at=at,
            name=name,
            employer=employer or agency,
            citizenship_attested=citizenship_attested,
            prerequisites=tuple(prerequisites),
        )
    )
    return subject


def check_background(
    officer: Officer, by: Actor, *, questionnaire: bool | None = None, at: datetime | None = None
) -> Done:
    """Record ICE's background investigation; `questionnaire`: the candidate completed ICE's own before."""
    return _record(BackgroundCheckDone.type, officer, by, at, questionnaire=questionnaire)


def decide_eligibility(
    officer: Officer,
    by: Actor,
    *,
    outcome: Eligibility,
    decided_by: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Record ICE's decision after the background investigation; `decided_by` is an office."""
    return _record(OfficerEligibilityDecided.type, officer, by, at, outcome=outcome, decided_by=decided_by)


def complete_training(officer: Officer, by: Actor, *, course: Course, at: datetime | None = None) -> Done:
    return _record(TrainingCompleted.type, officer, by, at, course=course)


def take_examination(
    officer: Officer,
    by: Actor,
    *,
    course: Course,
    score: float,
    attempt: int,
    remedial: bool = False,
    at: datetime | None = None,
) -> Done:
    """Record an examination; `score` is in percent."""
    return _record(
        ExaminationTaken.type, officer, by, at, course=course, score=score, attempt=attempt, remedial=remedial
    )


def certify(
    officer: Officer,
    by: Actor,
    *,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    at: datetime | None = None,
) -> Done:
    """Record the certificate, valid from when it is given where no other day is."""
    return _record(OfficerCertified.type, officer, by, at, valid_from=valid_from, valid_until=valid_until)


def authorize(
    officer: Officer,
    by: Actor,
    *,
    functions: Sequence[Function] = (),
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    until_revoked: bool = False,
    supervising_position: str | None = None,
    signed_by_position: Position | None = None,
    at: datetime | None = None,
) -> Done:
    """Record the letter of authorization.

    Raises `RefusedError` without background check, eligibility, training or a passed examination (OFF-02 to
    OFF-04), before the certificate or if the field office director did not sign (OFF-12), or where the letter
    names no functions (AGR-04).
    """
    return _record(
        OfficerAuthorized.type,
        officer,
        by,
        at,
        functions=tuple(functions),
        valid_from=valid_from,
        valid_until=valid_until,
        until_revoked=until_revoked,
        supervising_position=supervising_position,
        signed_by_position=signed_by_position,
    )


def issue_form_70_006(officer: Officer, by: Actor, *, at: datetime | None = None) -> Done:
    """ICE Form 70-006, the designation of an immigration officer."""
    return _record(OfficerForm70006Issued.type, officer, by, at)


def issue_credential(officer: Officer, by: Actor, *, at: datetime | None = None) -> Done:
    return _record(OfficerCredentialIssued.type, officer, by, at)


def return_credential(officer: Officer, by: Actor, *, at: datetime | None = None) -> Done:
    return _record(OfficerCredentialReturned.type, officer, by, at)


def assign(
    officer: Officer,
    by: Actor,
    *,
    assigned_facility: str,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    at: datetime | None = None,
) -> Done:
    """Assign the officer to a jail."""
    return _record(
        OfficerAssigned.type,
        officer,
        by,
        at,
        assigned_facility=assigned_facility,
        valid_from=valid_from,
        valid_until=valid_until,
    )


def require_refresher(officer: Officer, by: Actor, *, due: datetime, at: datetime | None = None) -> Done:
    """Require refresher training by a moment."""
    return _record(RefresherRequiredBy.type, officer, by, at, due=due)


def complete_refresher(officer: Officer, by: Actor, *, at: datetime | None = None) -> Done:
    return _record(RefresherCompleted.type, officer, by, at, course=Course.REFRESHER)


def suspend(
    officer: Officer,
    by: Actor,
    *,
    reason: str,
    valid_until: datetime | None = None,
    at: datetime | None = None,
) -> Done:
    """Suspend the officer from `at` on, until a moment or until the suspension is ended."""
    start = at or now()
    return _record(
        OfficerSuspended.type, officer, by, start, valid_from=start, valid_until=valid_until, reason=reason
    )


def end_suspension(officer: Officer, by: Actor, *, reason: str, at: datetime | None = None) -> list[Done]:
    """End every suspension that stands at `at`: each is corrected to have lasted until then."""
    moment = at or now()
    if moment > now():
        raise in_the_future("occurred_at")
    return [
        _record(
            OfficerSuspended.type,
            officer,
            by,
            suspension.occurred_at,
            valid_from=suspension.valid_from or suspension.occurred_at,
            valid_until=max(moment, suspension.valid_from or suspension.occurred_at),
            corrects=suspension.id,
            reason=reason,
        )
        for suspension in _suspensions(officer, moment)
    ]


def _suspensions(officer: Officer, moment: datetime) -> list[OfficerSuspended]:
    events = history.effective(history.load(SubjectKind.OFFICER, officer.subject))
    return [
        e
        for e in events
        if isinstance(e, OfficerSuspended) and (e.valid_until is None or e.valid_until > moment)
    ]


def revoke(
    officer: Officer,
    by: Actor,
    *,
    reason: str,
    written: bool | None = None,
    effective_from: datetime | None = None,
    signed_by_position: Position | None = None,
    at: datetime | None = None,
) -> Done:
    """End the officer's authority. Raises `RefusedError` where the notice is not in writing (OFF-13)."""
    return _record(
        OfficerRevoked.type,
        officer,
        by,
        at,
        reason=reason,
        written=written,
        effective_from=effective_from,
        signed_by_position=signed_by_position,
    )


def request_credential(officer: Officer, by: Actor, *, at: datetime | None = None) -> Done:
    """The field office director asks for the credential."""
    return _record(OfficerCredentialRequested.type, officer, by, at)


def give_leave_notice(officer: Officer, by: Actor, *, at: datetime | None = None) -> Done:
    """The agency tells ICE that the officer will stop taking part."""
    return _record(OfficerLeaveNoticeGiven.type, officer, by, at)


def leave(officer: Officer, by: Actor, *, reason: str | None = None, at: datetime | None = None) -> Done:
    """The officer's employment with the agency ended."""
    return _record(OfficerLeft.type, officer, by, at, reason=reason)


def _record(
    event_type: str,
    officer: Officer,
    by: Actor,
    at: datetime | None,
    corrects: UUID | None = None,
    reason: str | None = None,
    **payload: Any,
) -> Done:
    return perform(
        draft(
            event_type,
            by=by,
            subject=officer.subject,
            agency=officer.agency,
            occurred_at=at,
            corrects=corrects,
            reason=reason,
            **payload,
        )
    )
