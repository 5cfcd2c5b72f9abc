"""The acts on an agreement, from its draft to its end (8 U.S.C. 1357(g)(1)).

`document_hash` is the SHA-256 of a file that `documents.kept` keeps.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from evenhand.desk.agreements.models import Agreement, State
from evenhand.desk.agreements.projection import fold
from evenhand.desk.record.act import ActOn, Actor, NotPossibleError, draft, now, perform
from evenhand.desk.record.history import Entry, Subject
from evenhand.record.events import ActorRole, Event, SubjectKind
from evenhand.record.events.agreement import (
    AgreementAmended,
    AgreementBecameOperational,
    AgreementDrafted,
    AgreementEnded,
    AgreementLastOfficerRevoked,
    AgreementNoticeGiven,
    AgreementReinstated,
    AgreementResponseInvited,
    AgreementSigned,
    AgreementSuspended,
    AgreementSuspensionExtended,
    AgreementTookEffect,
    AmendedPart,
    ConflictNoted,
    ConflictReported,
    Delivery,
    EndGround,
    MeetingHeld,
    MeetingKind,
    Milestone,
    Model,
    NoticeKind,
    Party,
)

NOTICE_CONTENTS = ("reasons", "people_identified", "examples")
"""What ICE's notice of termination states (AGR-09J), as fields of the event."""

act_on_agreement = ActOn(fold)
"""Makes an act of a plan on an agreement."""


def _before_effect(row: Agreement) -> bool:
    return row.effective_at is None and not row.ended


def _running(row: Agreement) -> bool:
    return row.state in (State.IN_FORCE, State.SUSPENDED)


def _in_force(row: Agreement) -> bool:
    return row.state == State.IN_FORCE


def _suspended(row: Agreement) -> bool:
    return row.state == State.SUSPENDED


def may_sign(row: Agreement, party: Party) -> bool:
    """Whether the party's signature is still to come."""
    signed = row.agency_signed_at if party is Party.AGENCY else row.ice_signed_at
    return _before_effect(row) and signed is None


def party_of(by: Actor) -> Party:
    """For which party an account acts."""
    federal = (ActorRole.FEDERAL_SUPERVISOR, ActorRole.FEDERAL_OFFICER)
    return Party.ICE if by.role in federal else Party.AGENCY


def draft_agreement(
    *,
    by: Actor,
    agency: str,
    model: Model,
    template: int | None = None,
    document_hash: str | None = None,
    at: datetime | None = None,
) -> str:
    """Begin an agreement; returns its subject."""
    subject = f"{agency}-{secrets.token_hex(4)}"

    def plan(_past: Sequence[Entry]) -> list[Event]:
        return [
            draft(
                AgreementDrafted.type,
                by=by,
                subject=subject,
                agency=agency,
                occurred_at=at,
                model=model,
                template=template,
                document_hash=document_hash,
            )
        ]

    return perform(Subject(agency, SubjectKind.AGREEMENT, subject), plan)[0].event.subject


@act_on_agreement.when(_before_effect)
def sign(
    agreement: Agreement,
    by: Actor,
    *,
    signed_by: str | None = None,
    document_hash: str | None = None,
    at: datetime | None = None,
) -> Event:
    """Record the signature of the party for which the account acts; `signed_by` is the signer's office."""
    if not may_sign(agreement, party_of(by)):
        raise NotPossibleError(_("This party's signature is recorded already."))
    return _drafted(
        AgreementSigned.type,
        agreement,
        by,
        at,
        party=party_of(by),
        signed_by=signed_by,
        document_hash=document_hash,
    )


@act_on_agreement.when(_before_effect)
def take_effect(
    agreement: Agreement,
    by: Actor,
    *,
    facilities: Sequence[str] = (),
    detention_agreement: str | None = None,
    publication_url: str | None = None,
    document_hash: str | None = None,
    at: datetime | None = None,
) -> Event:
    """Put it in force for these facilities. Raises `RefusedError` without both signatures (AGR-02)."""
    return _drafted(
        AgreementTookEffect.type,
        agreement,
        by,
        at,
        model=agreement.model,
        template=agreement.template,
        facilities=tuple(facilities),
        detention_agreement=detention_agreement,
        publication_url=publication_url,
        document_hash=document_hash,
    )


@act_on_agreement.when(_running)
def amend(
    agreement: Agreement,
    by: Actor,
    *,
    part: AmendedPart | None = None,
    agency_signed_at: datetime | None = None,
    ice_signed_at: datetime | None = None,
    facilities: Sequence[str] = (),
    document_hash: str | None = None,
    at: datetime | None = None,
) -> Event:
    """Record a change in effect from `at`. Raises `RefusedError` unless both signed before (AGR-05)."""
    return _drafted(
        AgreementAmended.type,
        agreement,
        by,
        at,
        part=part,
        agency_signed_at=agency_signed_at,
        ice_signed_at=ice_signed_at,
        facilities=tuple(facilities),
        document_hash=document_hash,
    )


@act_on_agreement.when(_in_force)
def suspend(
    agreement: Agreement,
    by: Actor,
    *,
    notice_reason: str | None = None,
    length_days: int | None = None,
    ends_at: datetime | None = None,
    how_to_answer: str | None = None,
    ground: EndGround | None = None,
    at: datetime | None = None,
) -> Event:
    """Suspend it. Raises `RefusedError` where the notice lacks reason, length or answer (AGR-08)."""
    at = at or now()
    return _drafted(
        AgreementSuspended.type,
        agreement,
        by,
        at,
        party=party_of(by),
        notice_reason=notice_reason,
        length_days=length_days,
        ends_at=at + timedelta(days=length_days) if length_days and not ends_at else ends_at,
        how_to_answer=how_to_answer,
        ground=ground,
    )


@act_on_agreement.when(_suspended)
def extend_suspension(
    agreement: Agreement, by: Actor, *, ends_at: datetime, at: datetime | None = None
) -> Event:
    """Record that the suspension lasts longer than its notice said."""
    return _drafted(AgreementSuspensionExtended.type, agreement, by, at, party=party_of(by), ends_at=ends_at)


@act_on_agreement.when(_suspended)
def invite_response(agreement: Agreement, by: Actor, *, at: datetime | None = None) -> Event:
    """Record that ICE invites the agency to respond and correct, or that the agency responded."""
    return _drafted(AgreementResponseInvited.type, agreement, by, at)


@act_on_agreement.when(_running)
def become_operational(
    agreement: Agreement, by: Actor, *, milestone: Milestone, at: datetime | None = None
) -> Event:
    """Record the moment from which the time to the first review meeting counts (AGR-06F)."""
    return _drafted(AgreementBecameOperational.type, agreement, by, at, milestone=milestone)


@act_on_agreement.when(_running)
def lose_last_officer(agreement: Agreement, by: Actor, *, at: datetime | None = None) -> Event:
    """Record that ICE's revocation leaves no officer who may act (AGR-14)."""
    return _drafted(AgreementLastOfficerRevoked.type, agreement, by, at)


@act_on_agreement.when(_running)
def note_conflict(
    agreement: Agreement, by: Actor, *, reason: str | None = None, at: datetime | None = None
) -> Event:
    """Record a conflict between ICE's direction and the agency's rules (AGR-17)."""
    return _drafted(ConflictNoted.type, agreement, by, at, reason=reason)


@act_on_agreement.when(_running)
def report_conflict(agreement: Agreement, by: Actor, *, at: datetime | None = None) -> Event:
    """Record that the other side was told of the conflict."""
    return _drafted(ConflictReported.type, agreement, by, at)


@act_on_agreement.when(_suspended)
def reinstate(
    agreement: Agreement, by: Actor, *, reason: str | None = None, at: datetime | None = None
) -> Event:
    return _drafted(AgreementReinstated.type, agreement, by, at, reason=reason)


@act_on_agreement.when(_running)
def give_notice(
    agreement: Agreement,
    by: Actor,
    *,
    kind: NoticeKind = NoticeKind.TERMINATION,
    in_writing: bool | None = None,
    delivery: Delivery | None = None,
    received_at: datetime | None = None,
    publication_url: str | None = None,
    contents: Sequence[str] = (),
    at: datetime | None = None,
) -> Event:
    """Record the notice of the party for which the account acts. `contents`: what a termination by ICE says.

    Raises `RefusedError` where ICE's notice under the warrant service officer model comes in another way than
    in person or by certified or registered mail (AGR-12).
    """
    by_ice = party_of(by) is Party.ICE and kind == NoticeKind.TERMINATION
    return _drafted(
        AgreementNoticeGiven.type,
        agreement,
        by,
        at,
        party=party_of(by),
        kind=kind,
        in_writing=in_writing,
        delivery=delivery,
        received_at=received_at,
        publication_url=publication_url,
        **({name: name in contents for name in NOTICE_CONTENTS} if by_ice else {}),
    )


@act_on_agreement.when(lambda row: not row.ended)
def end(
    agreement: Agreement,
    by: Actor,
    *,
    ground: EndGround,
    reason: str | None = None,
    at: datetime | None = None,
) -> Event:
    """End it on the part of the party for which the account acts."""
    return _drafted(AgreementEnded.type, agreement, by, at, party=party_of(by), ground=ground, reason=reason)


@act_on_agreement.when(_running)
def hold_meeting(
    agreement: Agreement,
    by: Actor,
    *,
    kind: MeetingKind,
    attendees: Sequence[str] = (),
    at: datetime | None = None,
) -> Event:
    """Record a meeting of ICE and the agency; `attendees` are roles, not names."""
    return _drafted(MeetingHeld.type, agreement, by, at, kind=kind, attendees=tuple(attendees))


def _drafted(event_type: str, agreement: Agreement, by: Actor, at: datetime | None, **payload: Any) -> Event:
    return draft(
        event_type,
        by=by,
        subject=agreement.subject,
        agency=agreement.agency,
        occurred_at=at,
        **payload,
    )
