"""From an officer's history to the row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from evenhand.desk.officers.models import Officer
from evenhand.desk.record import history
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.projection import projects
from evenhand.record.events import Event, SubjectKind
from evenhand.record.events.officer import (
    OfficerAuthorized,
    OfficerCredentialIssued,
    OfficerCredentialRequested,
    OfficerCredentialReturned,
    OfficerLeft,
    OfficerNominated,
    OfficerRevoked,
    RefresherCompleted,
    RefresherRequiredBy,
)
from evenhand.rules.standing import build_standings, to_json


@projects(SubjectKind.OFFICER, Officer)
def project_officer(subject: Subject, entries: Sequence[Entry]) -> None:
    """Write the officer's row; a history without a nomination has one by the subject alone."""
    row = fold(subject, entries)
    if row is None:
        Officer.objects.filter(agency=subject.agency, subject=subject.subject).delete()
    else:
        row.put()


def fold(subject: Subject, entries: Sequence[Entry]) -> Officer | None:
    """The row that follows from an officer's history, or None without one."""
    events = history.effective(entries)
    if not events:
        return None
    row = Officer(
        subject=subject.subject,
        agency=subject.agency,
        zone=events[0].zone,
        nominated_at=events[0].occurred_at,
        functions=[],
        standings=_standings(subject, entries),
        refresher_due_at=_refresher_due(events),
    )
    for event in events:
        for name, value in _changes(row, event).items():
            setattr(row, name, value)
    row.unreadable = any(map(history.is_unreadable, events))
    return row


def _changes(row: Officer, event: Event) -> dict[str, Any]:
    """The fields of the row that an event sets."""
    at = event.occurred_at
    match event:
        case OfficerNominated():
            return {"name": event.name or "", "employer": event.employer or "", "nominated_at": at}
        case OfficerAuthorized():
            return {
                "functions": [f.value for f in event.functions or ()],
                "supervising_position": event.supervising_position or "",
                "authorized_at": at,
            }
        case OfficerCredentialIssued():
            return {"credential_out": True, "credential_owed_since": None}
        case OfficerCredentialReturned():
            return {"credential_out": False, "credential_owed_since": None}
        case OfficerRevoked() | OfficerLeft() | OfficerCredentialRequested() if row.credential_out:
            return {"credential_owed_since": row.credential_owed_since or at}
    return {}


def _refresher_due(events: Sequence[Event]) -> datetime | None:
    """The earliest day by which a refresher is required that none has followed."""
    done = [e.occurred_at for e in events if isinstance(e, RefresherCompleted)]
    return min(
        (
            e.due
            for e in events
            if isinstance(e, RefresherRequiredBy) and not any(d >= e.occurred_at for d in done)
        ),
        default=None,
    )


def _standings(subject: Subject, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    return to_json(build_standings(history.rows(entries), []).officers[subject.subject])
