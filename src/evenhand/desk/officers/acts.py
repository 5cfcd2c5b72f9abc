"""The acts on an officer, from nomination to the end of authority (8 U.S.C. 1357(g)(2), MOA IV)."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from evenhand.desk.officers.models import Officer
from evenhand.desk.officers.projection import fold
from evenhand.desk.record import history
from evenhand.desk.record.act import ActOn, Actor, Done, NotPossibleError, draft, in_the_future, now, perform
from evenhand.desk.record.history import Entry, Subject
from evenhand.record.events import Event, SubjectKind
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

act_on_officer = ActOn(fold)
"""Makes an act of a plan on an officer."""


def _employed(row: Officer) -> bool:
    return not row.stands(now()).get("left")


def _authorized(row: Officer) -> bool:
    return bool(row.authorized_at) and not row.stands(now()).get("revoked")


def suspended(row: Officer) -> bool:
    """Whether a suspension of the officer is in effect."""
    return bool(row.stands(now()).get("suspended"))


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

    def plan(past: Sequence[Entry]) -> list[Event]:
        if past:
            raise NotPossibleError(_("This officer is in the record already."))
        return [
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
        ]

    return perform(Subject(agency, SubjectKind.OFFICER, subject), plan)[0].event.subject


@act_on_officer.when(_employed)
def check_background(
    officer: Officer, by: Actor, *, questionnaire: bool | None = None, at: datetime | None = None
) -> Event:
    """Record ICE's background investigation; `questionnaire`: the candidate completed ICE's own before."""
    return _drafted(BackgroundCheckDone.type, officer, by, at, questionnaire=questionnaire)


@act_on_officer.when(_employed)
def decide_eligibility(
    officer: Officer,
    by: Actor,
    *,
    outcome: Eligibility,
    decided_by: str | None = None,
    at: datetime | None = None,
) -> Event:
    """Record ICE's decision after the background investigation; `decided_by` is an office."""
    return _drafted(OfficerEligibilityDecided.type, officer, by, at, outcome=outcome, decided_by=decided_by)


@act_on_officer.when(_employed)
def complete_training(officer: Officer, by: Actor, *, course: Course, at: datetime | None = None) -> Event:
    return _drafted(TrainingCompleted.type, officer, by, at, course=course)


@act_on_officer.when(_employed)
def take_examination(
    officer: Officer,
    by: Actor,
    *,
    course: Course,
    score: float,
    attempt: int,
    remedial: bool = False,
    at: datetime | None = None,
) -> Event:
    """Record an examination; `score` is in percent."""
    return _drafted(
        ExaminationTaken.type, officer, by, at, course=course, score=score, attempt=attempt, remedial=remedial
    )


@act_on_officer.when(_employed)
def certify(
    officer: Officer,
    by: Actor,
    *,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    at: datetime | None = None,
) -> Event:
    """Record the certificate, valid from when it is given where no other day is."""
    return _drafted(OfficerCertified.type, officer, by, at, valid_from=valid_from, valid_until=valid_until)


@act_on_officer.when(_employed)
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
) -> Event:
    """Record the letter of authorization.

    Raises `RefusedError` without background check, eligibility, training or a passed examination (OFF-02 to
    OFF-04), before the certificate or if the field office director did not sign (OFF-12), or where the letter
    names no functions (AGR-04).
    """
    return _drafted(
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


@act_on_officer.when(_employed)
def issue_form_70_006(officer: Officer, by: Actor, *, at: datetime | None = None) -> Event:
    """ICE Form 70-006, the designation of an immigration officer."""
    return _drafted(OfficerForm70006Issued.type, officer, by, at)


@act_on_officer.when(lambda row: _employed(row) and not row.credential_out)
def issue_credential(officer: Officer, by: Actor, *, at: datetime | None = None) -> Event:
    return _drafted(OfficerCredentialIssued.type, officer, by, at)


@act_on_officer.when(lambda row: row.credential_out)
def return_credential(officer: Officer, by: Actor, *, at: datetime | None = None) -> Event:
    return _drafted(OfficerCredentialReturned.type, officer, by, at)


@act_on_officer.when(_employed)
def assign(
    officer: Officer,
    by: Actor,
    *,
    assigned_facility: str,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    at: datetime | None = None,
) -> Event:
    """Assign the officer to a jail."""
    return _drafted(
        OfficerAssigned.type,
        officer,
        by,
        at,
        assigned_facility=assigned_facility,
        valid_from=valid_from,
        valid_until=valid_until,
    )


@act_on_officer.when(_authorized)
def require_refresher(officer: Officer, by: Actor, *, due: datetime, at: datetime | None = None) -> Event:
    """Require refresher training by a moment."""
    return _drafted(RefresherRequiredBy.type, officer, by, at, due=due)


@act_on_officer.when(_authorized)
def complete_refresher(officer: Officer, by: Actor, *, at: datetime | None = None) -> Event:
    return _drafted(RefresherCompleted.type, officer, by, at, course=Course.REFRESHER)


@act_on_officer.when(_authorized)
def suspend(
    officer: Officer,
    by: Actor,
    *,
    reason: str,
    valid_until: datetime | None = None,
    at: datetime | None = None,
) -> Event:
    """Suspend the officer from `at` on, until a moment or until the suspension is ended."""
    start = at or now()
    return _drafted(
        OfficerSuspended.type, officer, by, start, valid_from=start, valid_until=valid_until, reason=reason
    )


def end_suspension(officer: Officer, by: Actor, *, reason: str, at: datetime | None = None) -> list[Done]:
    """End every suspension that stands at `at`: each is corrected to have lasted until then."""

    def plan(past: Sequence[Entry]) -> list[Event]:
        moment = at or now()
        if moment > now():
            raise in_the_future("occurred_at")
        suspensions = [
            e
            for e in history.effective(past)
            if isinstance(e, OfficerSuspended) and (e.valid_until is None or e.valid_until > moment)
        ]
        if not suspensions:
            raise NotPossibleError(_("No suspension is in effect."))
        return [
            _drafted(
                OfficerSuspended.type,
                officer,
                by,
                suspension.occurred_at,
                valid_from=suspension.valid_from or suspension.occurred_at,
                valid_until=max(moment, suspension.valid_from or suspension.occurred_at),
                corrects=suspension.id,
                reason=reason,
            )
            for suspension in suspensions
        ]

    return perform(Subject.of(officer), plan)


@act_on_officer.when(_authorized)
def revoke(
    officer: Officer,
    by: Actor,
    *,
    reason: str,
    written: bool | None = None,
    effective_from: datetime | None = None,
    signed_by_position: Position | None = None,
    at: datetime | None = None,
) -> Event:
    """End the officer's authority. Raises `RefusedError` where the notice is not in writing (OFF-13)."""
    return _drafted(
        OfficerRevoked.type,
        officer,
        by,
        at,
        reason=reason,
        written=written,
        effective_from=effective_from,
        signed_by_position=signed_by_position,
    )


@act_on_officer.when(lambda row: row.credential_out)
def request_credential(officer: Officer, by: Actor, *, at: datetime | None = None) -> Event:
    """The field office director asks for the credential."""
    return _drafted(OfficerCredentialRequested.type, officer, by, at)


@act_on_officer.when(_employed)
def give_leave_notice(officer: Officer, by: Actor, *, at: datetime | None = None) -> Event:
    """The agency tells ICE that the officer will stop taking part."""
    return _drafted(OfficerLeaveNoticeGiven.type, officer, by, at)


@act_on_officer.when(_employed)
def leave(officer: Officer, by: Actor, *, reason: str | None = None, at: datetime | None = None) -> Event:
    """The officer's employment with the agency ended."""
    return _drafted(OfficerLeft.type, officer, by, at, reason=reason)


def _drafted(
    event_type: str,
    officer: Officer,
    by: Actor,
    at: datetime | None,
    corrects: UUID | None = None,
    reason: str | None = None,
    **payload: Any,
) -> Event:
    return draft(
        event_type,
        by=by,
        subject=officer.subject,
        agency=officer.agency,
        occurred_at=at,
        corrects=corrects,
        reason=reason,
        **payload,
    )
