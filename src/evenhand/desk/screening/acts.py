"""The acts of screening: the same steps for everyone booked, in the form's order; for some, an interview.

A claim to U.S. citizenship stops the case: until ICE has resolved it nothing here is done but to report it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from evenhand.desk.bookings.acts import FORM, act_on_case, on_case
from evenhand.desk.bookings.models import Case
from evenhand.desk.record.act import Actor, BadActError, NotPossibleError
from evenhand.record.events import Event, SourceKind
from evenhand.record.events.booking import (
    FORMS,
    ChargingDocumentPrepared,
    ChargingForm,
    CheckResponse,
    CheckSystem,
    CitizenshipClaimed,
    CitizenshipReported,
    ClaimHow,
    ClosingReason,
    DeterminationMade,
    DeterminationOutcome,
    InterviewGround,
    InterviewHeld,
    RecordCheckDone,
    ScreeningClosed,
    ScreeningOpened,
    ScreeningStepDone,
    Step,
)

DESK = SourceKind.DESK


def steps_of(case: Case) -> tuple[Step, ...]:
    """The steps of the form under which the case's screening was opened, in their order."""
    return FORMS.get(case.form_version, FORMS[FORM])


def next_step(case: Case) -> Step | None:
    """The step that comes next; None where all are done."""
    return next((step for step in steps_of(case) if step.value not in case.steps_done), None)


def _need_open(case: Case) -> None:
    if case.claim_open:
        raise NotPossibleError(_("The case is stopped: a claim to U.S. citizenship is open."))
    if case.screening_opened_at is None or case.screening_closed_at is not None:
        raise NotPossibleError(_("The screening is not open."))


@act_on_case
def do_step(
    case: Case, step: str, by: Actor, at: datetime | None = None, source: SourceKind = DESK
) -> list[Event]:
    """Record that a step was done; the last one closes the screening as completed."""
    _need_open(case)
    if case.screenings > 1:
        raise NotPossibleError(_("A second screening is recorded with all its steps together."))
    if step != next_step(case):
        raise NotPossibleError(_("The steps are done in the form's order: reload the page."))
    done = on_case(
        ScreeningStepDone.type, case, by, at, source=source, form_version=case.form_version, step=step
    )
    if step != steps_of(case)[-1]:
        return [done]
    closed = on_case(
        ScreeningClosed.type, case, by, at, source=source, closing_reason=ClosingReason.COMPLETED
    )
    return [done, closed]


@act_on_case
def do_steps_again(
    case: Case, by: Actor, at: datetime | None = None, source: SourceKind = DESK
) -> list[Event]:
    """Record all steps of a second screening and close it; those of the first stand beside them."""
    _need_open(case)
    if case.screenings < 2:
        raise NotPossibleError(_("This is the first screening: do its steps one by one."))
    acts = [
        on_case(
            ScreeningStepDone.type, case, by, at, source=source, form_version=case.form_version, step=step
        )
        for step in steps_of(case)
    ]
    acts.append(
        on_case(ScreeningClosed.type, case, by, at, source=source, closing_reason=ClosingReason.COMPLETED)
    )
    return acts


@act_on_case
def close(
    case: Case, reason: ClosingReason, by: Actor, at: datetime | None = None, source: SourceKind = DESK
) -> Event:
    """Close a screening for a neutral reason. A refusal to answer is one, and no mark against anyone."""
    if reason is ClosingReason.COMPLETED:
        raise BadActError({"closing_reason": _("A screening is completed by its last step.")})
    if reason is ClosingReason.CLAIM_UPHELD and not case.ended_by_claim:
        raise BadActError({"closing_reason": _("ICE has not resolved a claim to U.S. citizenship so.")})
    if case.screening_opened_at is None or case.screening_closed_at is not None:
        raise NotPossibleError(_("The screening is not open."))
    return on_case(ScreeningClosed.type, case, by, at, source=source, closing_reason=reason)


@act_on_case
def reopen(
    case: Case, reason: str, by: Actor, at: datetime | None = None, source: SourceKind = DESK
) -> Event:
    """Open the screening once more, with the reason why (UNI-07)."""
    if case.screening_closed_at is None:
        raise NotPossibleError(_("The screening is open."))
    if case.claim_open:
        raise NotPossibleError(_("The case is stopped: a claim to U.S. citizenship is open."))
    if not reason:
        raise BadActError({"reason": _("Say why this person is screened again.")})
    return on_case(ScreeningOpened.type, case, by, at, source=source, form_version=FORM, reason=reason)


@dataclass(frozen=True)
class Interview:
    """An interview under 8 U.S.C. 1357(a)(1). The answers and the interpreter's name are personal."""

    ground: InterviewGround | None
    language: str
    interpreter_needed: bool | None
    aid_needed: bool
    advisal_given: bool
    interpreter_asked: bool = True
    interpreter: str = ""
    interpreter_offered: bool | None = None
    can_read: bool | None = None
    aid_given: bool | None = None
    stated_place_of_birth: str = ""
    stated_citizenship: str = ""


@act_on_case
def hold_interview(
    case: Case,
    interview: Interview,
    by: Actor,
    at: datetime | None = None,
    *,
    corrects: UUID | None = None,
    reason: str = "",
    source: SourceKind = DESK,
) -> Event:
    """Record an interview, or correct one. It follows a completed screening, the same for everyone."""
    _need_going_on(case)
    if case.screening_closed_at is None or case.closing_reason != ClosingReason.COMPLETED:
        raise NotPossibleError(_("Complete the screening first: its steps are the same for everyone."))
    return on_case(
        InterviewHeld.type,
        case,
        by,
        at,
        source=source,
        corrects=corrects,
        reason=reason,
        interpreter_named=bool(interview.interpreter) if interview.interpreter_needed else None,
        interpreter_used=bool(interview.interpreter),
        advisal_language=interview.language if interview.advisal_given else None,
        **vars(interview),
    )


def _need_going_on(case: Case) -> None:
    if case.claim_open:
        raise NotPossibleError(_("The case is stopped: a claim to U.S. citizenship is open."))
    if case.ended_by_claim:
        raise NotPossibleError(_("The case is over: ICE found U.S. citizenship, or evidence of it."))


@act_on_case
def record_check(
    case: Case,
    system: CheckSystem,
    response: CheckResponse,
    by: Actor,
    at: datetime | None = None,
    source: SourceKind = DESK,
    logged: bool | None = None,
) -> Event:
    """Record that a system was asked, its own answer, and whether the query was logged."""
    _need_going_on(case)
    said = {"system": system, "response": response, "logged": logged}
    return on_case(RecordCheckDone.type, case, by, at, source=source, **said)


@act_on_case
def claim(
    case: Case, how: ClaimHow, by: Actor, at: datetime | None = None, source: SourceKind = DESK
) -> Event:
    """Record a claim to U.S. citizenship, or a sign of it. It stops the case."""
    if case.claim_open:
        raise NotPossibleError(_("A claim is open already."))
    return on_case(CitizenshipClaimed.type, case, by, at, source=source, how=how)


@act_on_case
def report_claim(
    case: Case, by: Actor, at: datetime | None = None, source: SourceKind = DESK, *, exigent: str = ""
) -> Event:
    """Record that ICE was told of the claim: at once, within one hour (CIT-01H); `exigent` is why not."""
    if not case.claim_open:
        raise NotPossibleError(_("No claim is open."))
    if case.claim_reported_at is not None:
        raise NotPossibleError(_("The claim was reported already."))
    return on_case(CitizenshipReported.type, case, by, at, source=source, exigent=exigent)


def need_none_waiting(case: Case) -> None:
    """Raise `NotPossibleError` while a determination waits for its review."""
    if case.determined_at is not None and case.reviewed_at is None:
        raise NotPossibleError(_("A determination waits for the supervisor already."))


@act_on_case
def determine(
    case: Case,
    outcome: DeterminationOutcome,
    grounds: Sequence[str],
    by: Actor,
    at: datetime | None = None,
    *,
    conviction_class: str = "",
    pending_class: str = "",
    reason: str = "",
    source: SourceKind = DESK,
) -> Event:
    """Record the officer's conclusion; it goes to the federal supervisor.

    `conviction_class`, `pending_class`: the NCIC classes of the most serious conviction and pending charge.
    """
    _need_going_on(case)
    if case.interviewed_at is None and not case.record_checks:
        raise NotPossibleError(_("Hold the interview, or record a check, first."))
    need_none_waiting(case)
    if not grounds:
        raise BadActError({"grounds": _("Name the grounds of the determination.")})
    return on_case(
        DeterminationMade.type,
        case,
        by,
        at,
        source=source,
        reason=reason,
        outcome=outcome,
        grounds=tuple(grounds),
        conviction_class=conviction_class,
        pending_class=pending_class,
    )


@act_on_case
def prepare_document(
    case: Case, form: ChargingForm, by: Actor, at: datetime | None = None, source: SourceKind = DESK
) -> Event:
    """Record that a charging document was prepared; an ICE officer signs it (SUP-04)."""
    _need_going_on(case)
    return on_case(ChargingDocumentPrepared.type, case, by, at, source=source, form=form)
