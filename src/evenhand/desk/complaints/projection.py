"""From a complaint's history to its row."""

from collections.abc import Sequence
from typing import Any

from evenhand.desk.complaints.models import Complaint
from evenhand.desk.record import history
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.projection import projects
from evenhand.record.events import Event, SubjectKind
from evenhand.record.events.oversight import (
    AnswerKind,
    ComplaintAcknowledged,
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintIceNotified,
    ComplaintOprNotified,
    ComplaintOutcomeReported,
    ComplaintReceived,
    ComplaintResolved,
)


@projects(SubjectKind.COMPLAINT, Complaint)
def project_complaint(subject: Subject, entries: Sequence[Entry]) -> None:
    row = fold(subject, entries)
    if row is None:
        Complaint.objects.filter(agency=subject.agency, subject=subject.subject).delete()
    else:
        row.put()


def fold(subject: Subject, entries: Sequence[Entry]) -> Complaint | None:
    """The row that follows from a complaint's history, or None without a receipt."""
    events = history.effective(entries)
    received = next((e for e in events if isinstance(e, ComplaintReceived)), None)
    if received is None:
        return None
    row = Complaint(
        subject=subject.subject,
        agency=subject.agency,
        facility=received.facility or "",
        zone=received.zone,
        about=received.about.value,
        officer=received.officer or "",
        channel=received.channel or "",
        language=received.language or "",
        received_at=received.occurred_at,
    )
    for event in events:
        for name, value in _changes(row, event).items():
            setattr(row, name, value)
    row.unreadable = any(map(history.is_unreadable, events))
    return row


def _changes(row: Complaint, event: Event) -> dict[str, Any]:
    """The fields of the row that an event sets. The first notice of a kind counts, the last outcome does."""
    at = event.occurred_at
    match event:
        case ComplaintAcknowledged():
            return {"acknowledged_at": row.acknowledged_at or at}
        case ComplaintIceNotified():
            return {"ice_notified_at": row.ice_notified_at or at}
        case ComplaintOprNotified():
            return {"opr_notified_at": row.opr_notified_at or at}
        case ComplaintAssigned():
            return {"assigned_at": at, "assigned_to": event.assigned_to or ""}
        case ComplaintResolved():
            return {"resolved_at": at, "outcome": event.outcome or ""}
        case ComplaintOutcomeReported():
            return {"outcome_reported_at": row.outcome_reported_at or at}
        case ComplaintAnswered():
            if row.answer_kind == AnswerKind.ANSWER:
                return {}
            return {"answered_at": at, "answer_kind": event.kind or ""}
    return {}
