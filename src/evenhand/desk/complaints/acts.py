"""The acts on a complaint, from its receipt to its answer (MOA Appendix B)."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from evenhand.desk.complaints.code import digest_of, new_code
from evenhand.desk.complaints.models import Complaint, TrackingCode
from evenhand.desk.complaints.projection import fold
from evenhand.desk.record import history
from evenhand.desk.record.act import ActOn, Actor, Done, NotPossibleError, draft, now, perform
from evenhand.desk.record.history import Entry, Subject
from evenhand.record.events import ActorRole, Event, SourceKind, SubjectKind
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


class AlreadySentError(Exception):
    """The same form was sent before; its complaint is in the record."""


def new_subject() -> str:
    """A public id: 128 random bits that open nothing."""
    return secrets.token_hex(16)


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
    """Record a complaint; returns its public id. `acknowledge`: the complainant sees that it came."""
    subject = new_subject()

    def plan(_past: Sequence[Entry]) -> list[Event]:
        received = draft(
            ComplaintReceived.type,
            by=by,
            subject=subject,
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
        if not acknowledge:
            return [received]
        system = Actor("desk", ActorRole.SYSTEM)
        return [
            received,
            draft(ComplaintAcknowledged.type, by=system, subject=subject, agency=agency, facility=facility),
        ]

    return perform(Subject(agency, SubjectKind.COMPLAINT, subject), plan)[0].event.subject


@dataclass(frozen=True)
class Sent:
    """A complaint that came by the public form: its public id, and the code that is shown once."""

    subject: str
    code: str = field(repr=False)


def receive_form(
    *, agency: str, about: ComplaintAbout, text: str, contact: str, language: str, once: str
) -> Sent:
    """Record a complaint that came by the public form; the page with its tracking code acknowledges it.

    `once` is the form's own random value. Raises `AlreadySentError` where the same form, filled the same, was
    sent before.
    """
    said = json.dumps([once, agency, about, text, contact])
    form = salted_hmac("evenhand.complaints.form", said, algorithm="sha256").hexdigest()
    code = new_code()
    try:
        with transaction.atomic():
            subject = receive(
                by=PUBLIC,
                agency=agency,
                about=about,
                text=text,
                contact=contact,
                channel=Channel.FORM,
                language=language,
                acknowledge=True,
            )
            TrackingCode.objects.create(agency=agency, subject=subject, digest=digest_of(code), form=form)
    except IntegrityError:
        if TrackingCode.objects.filter(form=form).exists():
            raise AlreadySentError from None
        raise
    return Sent(subject, code)


def _unresolved(row: Complaint) -> bool:
    return row.resolved_at is None


act_on_complaint = ActOn(fold)
"""Makes an act of a plan on a complaint."""


def _drafted(event_type: str, complaint: Complaint, by: Actor, at: datetime | None, **payload: Any) -> Event:
    return draft(
        event_type,
        by=by,
        subject=complaint.subject,
        agency=complaint.agency,
        facility=complaint.facility or None,
        occurred_at=at or now(),
        **payload,
    )


@act_on_complaint.when(lambda row: row.acknowledged_at is None)
def acknowledge(complaint: Complaint, by: Actor, at: datetime | None = None) -> Event:
    """The complainant was told that the complaint came."""
    return _drafted(ComplaintAcknowledged.type, complaint, by, at)


@act_on_complaint.when(_unresolved)
def assign(complaint: Complaint, by: Actor, to: str) -> Event:
    """Give it to an account, by its actor name."""
    return _drafted(ComplaintAssigned.type, complaint, by, None, assigned_to=to)


@act_on_complaint.when(lambda row: row.ice_notified_at is None)
def notify_ice(complaint: Complaint, by: Actor, at: datetime | None = None) -> Event:
    return _drafted(ComplaintIceNotified.type, complaint, by, at)


@act_on_complaint.when(lambda row: row.ice_notified_at is not None and row.opr_notified_at is None)
def notify_opr(complaint: Complaint, by: Actor, at: datetime | None = None) -> Event:
    """ICE's Office of Professional Responsibility was told."""
    return _drafted(ComplaintOprNotified.type, complaint, by, at)


@act_on_complaint.when(_unresolved)
def resolve(complaint: Complaint, by: Actor, outcome: ComplaintOutcome, reason: str) -> Event:
    """Close the inquiry. Raises `RefusedError` where the complaint is about who closes it (CMP-06)."""
    return _drafted(ComplaintResolved.type, complaint, by, None, outcome=outcome, reason=reason)


@act_on_complaint.when(lambda row: row.resolved_at is not None and row.outcome_reported_at is None)
def report_outcome(complaint: Complaint, by: Actor, at: datetime | None = None) -> Event:
    return _drafted(ComplaintOutcomeReported.type, complaint, by, at)


@act_on_complaint.when(lambda row: row.answer_kind != AnswerKind.ANSWER)
def answer(complaint: Complaint, by: Actor, kind: AnswerKind, text: str) -> Event:
    """Answer the complainant, who reads it with the tracking code."""
    return _drafted(ComplaintAnswered.type, complaint, by, None, kind=kind, text=text)


def name_officer(complaint: Complaint, by: Actor, officer: str, reason: str) -> list[Done]:
    """Correct who or what the complaint is about, once that is known, until it is resolved."""

    def plan(past: Sequence[Entry]) -> list[Event]:
        row = fold(Subject.of(complaint), past)
        received = next((e for e in history.effective(past) if isinstance(e, ComplaintReceived)), None)
        if row is None or received is None or not _unresolved(row):
            raise NotPossibleError(_("The complaint is resolved."))
        return [
            _drafted(
                ComplaintReceived.type,
                row,
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
        ]

    return perform(Subject.of(complaint), plan)


def possible(complaint: Complaint) -> dict[str, bool]:
    """Whether each act makes sense on the complaint as it is, by its name on the pages."""
    return {
        "acknowledge": acknowledge.possible(complaint),
        "assign": assign.possible(complaint),
        "name-officer": _unresolved(complaint),
        "notify-ice": notify_ice.possible(complaint),
        "notify-opr": notify_opr.possible(complaint),
        "resolve": resolve.possible(complaint),
        "report": report_outcome.possible(complaint),
        "answer": answer.possible(complaint),
    }
