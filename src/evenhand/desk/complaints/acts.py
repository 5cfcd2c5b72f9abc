"""The acts on a complaint, from its receipt to its answer (MOA Appendix B)."""

import secrets
from datetime import datetime
from typing import Any

from evenhand.desk.complaints.models import Complaint
from evenhand.desk.record.act import Actor, Done, draft, now, perform, perform_together
from evenhand.desk.record.scope import EVERYTHING
from evenhand.record.events import ActorRole, SourceKind
from evenhand.record.events.oversight import (
    AnswerKind,
    Channel,
    ComplaintAbout,
    ComplaintAcknowledged,
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintIceNotified,
    ComplaintOprNotified,
    ComplaintOutcome,
    ComplaintOutcomeReported,
    ComplaintReceived,
    ComplaintResolved,
    ComplaintScope,
)

PUBLIC = Actor("public", ActorRole.PUBLIC)
SCOPE_OF_REFERENCES = EVERYTHING
"""A reference number is looked up in all agencies: whoever has it may know how its complaint stands."""
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters that are not mistaken for one another."""


def new_reference() -> str:
    """A reference number that nobody guesses: 12 of 30 letters, 59 bits."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return "-".join(("C", drawn[:4], drawn[4:8], drawn[8:]))


def receive(
    *,
    by: Actor,
    agency: str,
    about: ComplaintAbout,
    text: str,
    channel: Channel,
    language: str,
    contact: str = "",
    officer: str = "",
    scope: ComplaintScope | None = None,
    state_law_bar: bool | None = None,
    facility: str | None = None,
    occurred_at: datetime | None = None,
    acknowledge: bool = False,
) -> str:
    """Record a complaint; returns its reference number. `acknowledge`: the number itself acknowledges it."""
    reference = new_reference()
    received = draft(
        ComplaintReceived.type,
        by=by,
        subject=reference,
        agency=agency,
        facility=facility,
        occurred_at=occurred_at,
        source=SourceKind.DESK,
        about=about,
        officer=officer,
        scope=scope,
        state_law_bar=state_law_bar,
        channel=channel,
        language=language,
        text=text,
        contact=contact,
    )
    acts = [received]
    if acknowledge:
        system = Actor("desk", ActorRole.SYSTEM)
        acts.append(
            draft(ComplaintAcknowledged.type, by=system, subject=reference, agency=agency, facility=facility)
        )
    perform_together(acts)
    return reference


def _record(event_type: str, complaint: Complaint, by: Actor, at: datetime | None, **payload: Any) -> Done:
    return perform(
        draft(
            event_type,
            by=by,
            subject=complaint.subject,
            agency=complaint.agency,
            facility=complaint.facility or None,
            occurred_at=at or now(),
            **payload,
        )
    )


def acknowledge(complaint: Complaint, by: Actor, at: datetime | None = None) -> Done:
    """The complainant was told that the complaint came."""
    return _record(ComplaintAcknowledged.type, complaint, by, at)


def assign(complaint: Complaint, by: Actor, to: str) -> Done:
    """Give it to an account, by its actor name."""
    return _record(ComplaintAssigned.type, complaint, by, None, assigned_to=to)


def notify_ice(complaint: Complaint, by: Actor, at: datetime | None = None) -> Done:
    return _record(ComplaintIceNotified.type, complaint, by, at)


def notify_opr(complaint: Complaint, by: Actor, at: datetime | None = None) -> Done:
    """ICE's Office of Professional Responsibility was told."""
    return _record(ComplaintOprNotified.type, complaint, by, at)


def resolve(complaint: Complaint, by: Actor, outcome: ComplaintOutcome, reason: str) -> Done:
    """Close the inquiry. Raises `RefusedError` where the complaint is about who closes it (CMP-06)."""
    return _record(ComplaintResolved.type, complaint, by, None, outcome=outcome, reason=reason)


def report_outcome(complaint: Complaint, by: Actor, at: datetime | None = None) -> Done:
    return _record(ComplaintOutcomeReported.type, complaint, by, at)


def answer(complaint: Complaint, by: Actor, kind: AnswerKind, text: str) -> Done:
    """Answer the complainant, who reads it under the reference number."""
    return _record(ComplaintAnswered.type, complaint, by, None, kind=kind, text=text)


def name_officer(
    complaint: Complaint, received: ComplaintReceived, by: Actor, officer: str, reason: str
) -> Done:
    """Correct who or what the complaint is about, once that is known."""
    return _record(
        ComplaintReceived.type,
        complaint,
        by,
        received.occurred_at,
        about=ComplaintAbout.DESIGNATED_OFFICER,
        officer=officer,
        scope=received.scope,
        state_law_bar=received.state_law_bar,
        channel=received.channel,
        language=received.language,
        text=received.text,
        contact=received.contact,
        corrects=received.id,
        reason=reason,
    )
