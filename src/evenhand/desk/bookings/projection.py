"""From a booking's history to its row: the last word on each thing, corrections applied."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from evenhand.desk.bookings.models import Case, Stage, number_of
from evenhand.desk.bookings.people import name_key
from evenhand.desk.record import history
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.projection import projects
from evenhand.record.events import ActorRole, Event, SubjectKind
from evenhand.record.events.booking import (
    BailRefused,
    BailSet,
    BailTendered,
    ChargeDisposed,
    ChargeRecorded,
    ChargingDocumentPrepared,
    ChargingDocumentSigned,
    CitizenshipClaimed,
    CitizenshipReported,
    CitizenshipResolved,
    ConsulateAdvised,
    ConsulateNotified,
    CustodyDeparted,
    CustodyHoldEnded,
    CustodyHoldStarted,
    CustodyMoved,
    CustodyReleased,
    CustodyReleaseDue,
    CustodyReturned,
    CustodyTransferredInPlace,
    DetainerCancelled,
    DetainerIceNotified,
    DetainerIssued,
    DetainerLapsed,
    DetainerServed,
    DeterminationMade,
    DeterminationReviewed,
    InterviewHeld,
    PersonBooked,
    RecordCheckDone,
    ReviewOutcome,
    ScreeningClosed,
    ScreeningOpened,
    ScreeningStepDone,
    WarrantServed,
    WarrantSigned,
)

FEDERAL = (ActorRole.FEDERAL_OFFICER, ActorRole.FEDERAL_SUPERVISOR)


@projects(SubjectKind.BOOKING, Case)
def project_case(subject: Subject, entries: Sequence[Entry]) -> None:
    """Write the case's row; a history without a booking, or with all of it corrected away, has none."""
    row = fold(subject, entries)
    if row is None:
        Case.objects.filter(agency=subject.agency, subject=subject.subject).delete()
        return
    row.put()


def fold(subject: Subject, entries: Sequence[Entry]) -> Case | None:
    """The row that follows from a booking's history, or None without a booking."""
    events = history.effective(entries)
    booked = next((e for e in events if isinstance(e, PersonBooked)), None)
    if booked is None:
        return None
    case = Case(
        subject=subject.subject,
        number="".join(c if c.isprintable() else "\ufffd" for c in number_of(booked)),
        agency=subject.agency,
        facility=booked.facility or "",
        zone=booked.zone,
        last_seq=entries[-1].seq,
        person_seq=next(entry.seq for entry in entries if entry.event.id == booked.id),
        name_key=name_key(booked.agency, booked.name),
        booked_at=booked.occurred_at,
        arrested_at=booked.arrested_at,
        arresting_agency=booked.arresting_agency or "",
        charges=[],
        steps_done=[],
        record_checks=[],
        documents=[],
        determination_grounds=[],
    )
    for event in events:
        if event.facility == case.facility:
            case.zone = event.zone
        _apply(case, event)
    case.stage = _stage(case)
    case.unreadable = any(map(history.is_unreadable, events))
    return case


def _apply(case: Case, event: Event) -> None:
    """Take one event into the row. A later event of a kind takes the place of an earlier one."""
    at, who = event.occurred_at, event.actor or ""
    match event:
        case ChargeRecorded() | ChargeDisposed():
            case.charges = _charges(case.charges, event)
        case ScreeningOpened():
            _set(case, screening_opened_at=at, form_version=event.form_version or "", steps_done=[])
            _set(case, screening_closed_at=None, closing_reason="", screenings=case.screenings + 1)
        case ScreeningStepDone():
            case.steps_done = [*case.steps_done, event.step.value]
        case ScreeningClosed():
            _set(case, screening_closed_at=at, closing_reason=event.closing_reason or "")
        case InterviewHeld():
            _set(case, interviewed_at=at, interviewed_by=who)
        case RecordCheckDone():
            done = {"system": event.system or "", "response": event.response or "", "at": at.isoformat()}
            case.record_checks = [*case.record_checks, done]
        case CitizenshipClaimed():
            _set(case, claimed_at=at, claim_reported_at=None, claim_resolved_at=None, claim_outcome="")
        case CitizenshipReported():
            case.claim_reported_at = at
        case CitizenshipResolved() if event.actor_role in FEDERAL:
            # Only a federal officer resolves a claim; another's word leaves it open.
            _set(case, claim_resolved_at=at, claim_outcome=event.outcome.value)
        case DeterminationMade():
            _set(case, determined_at=at, determined_by=who, determination=event.outcome.value)
            _set(case, determination_grounds=list(event.grounds or ()))
            _set(case, conviction_class=event.conviction_class or "", pending_class=event.pending_class or "")
            _set(case, reviewed_at=None, reviewed_by="", review="")
        case DeterminationReviewed():
            _set(case, reviewed_at=at, reviewed_by=who, review=event.outcome.value)
        case ChargingDocumentPrepared() | ChargingDocumentSigned():
            case.documents = _documents(case.documents, event)
            waiting = [d["prepared"] for d in case.documents if not d["signed"]]
            case.unsigned_since = datetime.fromisoformat(min(waiting)) if waiting else None
        case _:
            _apply_custody(case, event)


def _apply_custody(case: Case, event: Event) -> None:
    at, who = event.occurred_at, event.actor or ""
    match event:
        case WarrantSigned():
            _set(case, warrant_signed_at=at, warrant_form=event.form or "")
        case WarrantServed():
            case.warrant_served_at = at
        case DetainerIssued():
            _set(case, detainer_issued_at=at, detainer_issued_by=who, detainer_ended_at=None)
            _set(case, detainer_notified_at=None, detainer_served_at=None)
        case DetainerIceNotified():
            case.detainer_notified_at = at
        case DetainerServed():
            case.detainer_served_at = at
        case DetainerCancelled() | DetainerLapsed():
            case.detainer_ended_at = at
        case BailSet():
            _set(case, bail_set_at=at, bail_tendered_at=None, bail_refused_at=None)
        case BailTendered():
            _set(case, bail_tendered_at=at, bail_refused_at=None)
        case BailRefused():
            case.bail_refused_at = at
        case CustodyMoved() if event.to_facility:
            case.facility = event.to_facility
        case CustodyReturned():
            _set(case, departed_at=None, destination="")
        case CustodyReleaseDue():
            _set(case, release_due_at=at, release_cause=event.cause or "")
        case CustodyHoldStarted():
            _set(case, hold_started_at=at, hold_basis=event.basis.value, hold_ended_at=None)
        case CustodyHoldEnded():
            case.hold_ended_at = at
        case ConsulateAdvised():
            _set(case, consulate_advised_at=at, consulate_owed=event.notification_owed)
        case ConsulateNotified():
            case.consulate_notified_at = at
        case CustodyTransferredInPlace():
            case.transferred_at = at
        case CustodyReleased():
            _set(case, released_at=at)
        case CustodyDeparted():
            _set(case, departed_at=at, destination=event.destination.value)


def _set(case: Case, **values: Any) -> None:
    for name, value in values.items():
        setattr(case, name, value)


def _charges(known: list[dict[str, Any]], event: ChargeRecorded | ChargeDisposed) -> list[dict[str, Any]]:
    """The charges by number, each with its disposition once there is one."""
    by_number = {charge["no"]: dict(charge) for charge in known}
    charge = by_number.setdefault(event.charge_no, {"no": event.charge_no})
    if isinstance(event, ChargeDisposed):
        charge["disposition"] = event.disposition or ""
    else:
        charge |= {
            "statute": event.statute or "",
            "ncic": event.ncic_class or "",
            "level": event.level or "",
            "agency": event.arresting_agency or "",
        }
    return [by_number[no] for no in sorted(by_number)]


def _documents(
    known: list[dict[str, str]], event: ChargingDocumentPrepared | ChargingDocumentSigned
) -> list[dict[str, str]]:
    """The charging documents in the order of preparation; a signature goes to the oldest unsigned one."""
    form, at = (event.form.value if event.form else ""), event.occurred_at.isoformat()
    documents = [dict(document) for document in known]
    if isinstance(event, ChargingDocumentPrepared):
        return [*documents, {"form": form, "prepared": at, "signed": ""}]
    for document in documents:
        if document["form"] == form and not document["signed"]:
            document["signed"] = at
            return documents
    return documents


def _stage(case: Case) -> Stage:
    if case.claim_open:
        return Stage.STOPPED
    if case.determined_at is not None:
        if case.reviewed_at is None:
            return Stage.REVIEW
        return Stage.DECIDED if case.review == ReviewOutcome.CONCUR else Stage.RETURNED
    if case.screening_closed_at is not None:
        # Where custody is over nothing more is to be determined.
        return Stage.INTERVIEWED if case.interviewed_at and case.in_custody else Stage.CLOSED
    return Stage.SCREENING if case.steps_done else Stage.WAITING
