"""From an agreement's history to its row."""

from collections.abc import Sequence
from typing import Any

from evenhand.desk.agreements.models import Agreement, State
from evenhand.desk.record import history
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.projection import projects
from evenhand.record.events import Event, SubjectKind
from evenhand.record.events.agreement import (
    AgreementAmended,
    AgreementDrafted,
    AgreementEnded,
    AgreementNoticeGiven,
    AgreementReinstated,
    AgreementSigned,
    AgreementSuspended,
    AgreementSuspensionExtended,
    AgreementTookEffect,
    MeetingHeld,
    MeetingKind,
    NoticeKind,
    Party,
)
from evenhand.rules.standing import build_standings
from evenhand.rules.template import UNREAD, template_of


@projects(SubjectKind.AGREEMENT, Agreement)
def project_agreement(subject: Subject, entries: Sequence[Entry]) -> None:
    """Write the agreement's row; a history that says of no draft and no effect has none."""
    row = fold(subject, entries)
    if row is None:
        Agreement.objects.filter(agency=subject.agency, subject=subject.subject).delete()
    else:
        row.put()


def fold(subject: Subject, entries: Sequence[Entry]) -> Agreement | None:
    """The row that follows from an agreement's history, or None without a draft and an effect."""
    events = history.effective(entries)
    first = next((e for e in events if isinstance(e, AgreementDrafted | AgreementTookEffect)), None)
    if first is None:
        return None
    row = Agreement(
        subject=subject.subject, agency=subject.agency, zone=first.zone, facilities=[], documents=[]
    )
    for event in events:
        for name, value in (_terms(row, event) | _life(event)).items():
            setattr(row, name, value)
        document = getattr(event, "document_hash", None)
        if document and document not in {d["hash"] for d in row.documents}:
            row.documents.append({"hash": document, "type": event.type, "at": event.occurred_at.isoformat()})
    row.meeting_owed_since = None if row.ended else _meeting_owed_since(events)
    _stand(row, entries)
    row.unreadable = any(map(history.is_unreadable, events))
    return row


def _terms(row: Agreement, event: Event) -> dict[str, Any]:
    """What an event says of the agreement's parties and terms."""
    at = event.occurred_at
    match event:
        case AgreementDrafted():
            return {"model": event.model.value, "template": event.template, "drafted_at": at}
        case AgreementSigned(party=Party.AGENCY):
            return {"agency_signed_at": at, "agency_signer": event.signed_by or ""}
        case AgreementSigned():
            return {"ice_signed_at": at, "ice_signer": event.signed_by or ""}
        case AgreementTookEffect():
            return {
                "model": event.model.value,
                "template": event.template,
                "effective_at": at,
                "detention_agreement": event.detention_agreement or "",
                "publication_url": event.publication_url or "",
            }
        case AgreementAmended():
            return {"amended_at": at}
    return {}


def _life(event: Event) -> dict[str, Any]:
    """What an event says of the agreement's course."""
    at = event.occurred_at
    match event:
        case AgreementSuspended():
            return {
                "suspended_at": at,
                "suspension_ends_at": event.ends_at,
                "suspension_reason": event.notice_reason or "",
                "suspension_days": event.length_days,
                "how_to_answer": event.how_to_answer or "",
            }
        case AgreementSuspensionExtended() if event.ends_at:
            return {"suspension_ends_at": event.ends_at}
        case AgreementReinstated():
            return {
                "suspension_ends_at": None,
                "suspended_at": None,
                "suspension_reason": "",
                "suspension_days": None,
                "how_to_answer": "",
            }
        case AgreementNoticeGiven(kind=NoticeKind.SUSPENSION):
            return {}
        case AgreementNoticeGiven():
            return {"notice_at": event.received_at or at, "notice_by": event.party or ""}
        case AgreementEnded():
            return {"ended_at": at, "ended_by": event.party or "", "end_ground": event.ground or ""}
        case MeetingHeld(kind=MeetingKind.ANNUAL):
            return {"annual_meeting_at": at}
        case MeetingHeld():
            return {"steering_meeting_at": at}
    return {}


def _meeting_owed_since(events: Sequence[Event]) -> Any:
    """The earliest effect, meeting or reinstatement that no annual meeting and no suspension has followed
    (AGR-06 counts from each); None under a template that was not read."""
    effect = next((e for e in events if isinstance(e, AgreementTookEffect)), None)
    if effect is None or template_of(effect.model, effect.template) in (None, UNREAD):
        return None
    annual = [e.occurred_at for e in events if isinstance(e, MeetingHeld) and e.kind is MeetingKind.ANNUAL]
    paused = [e.occurred_at for e in events if isinstance(e, AgreementSuspended | AgreementEnded)]
    return min(
        (
            e.occurred_at
            for e in events
            if isinstance(e, AgreementTookEffect | AgreementReinstated | MeetingHeld)
            and not any(at > e.occurred_at for at in annual)
            and not any(at >= e.occurred_at for at in paused)
        ),
        default=None,
    )


def _stand(row: Agreement, entries: Sequence[Entry]) -> None:
    """State and facilities as the rules see them, from this agreement's events alone."""
    timeline = build_standings([], history.rows(entries)).agreements[row.agency]
    if timeline.standings:
        stands = timeline.standings[-1].fields
        row.facilities = stands["facilities"] or []
        if stands["ended"]:
            row.state = State.ENDED
        else:
            row.state = State.SUSPENDED if stands["suspended"] else State.IN_FORCE
    elif row.ended:
        row.state = State.ENDED
    else:
        row.state = State.SIGNED if row.agency_signed_at and row.ice_signed_at else State.DRAFTED
