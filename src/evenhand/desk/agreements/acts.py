"""The acts on an agreement, from its draft to its end (8 U.S.C. 1357(g)(1))."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from evenhand.desk.agreements.documents import Upload, kept
from evenhand.desk.agreements.models import Agreement
from evenhand.desk.record.act import Actor, Done, draft, now, perform
from evenhand.record.events import ActorRole
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
    document: "Upload | None" = None,
    at: datetime | None = None,
) -> str:
    """Begin an agreement; returns its subject."""
    subject = f"{agency}-{secrets.token_hex(4)}"
    with kept(document) as sha256:
        perform(
            draft(
                AgreementDrafted.type,
                by=by,
                subject=subject,
                agency=agency,
                occurred_at=at,
                model=model,
                template=template,
                document_hash=sha256,
            )
        )
    return subject


def sign(
    agreement: Agreement,
    by: Actor,
    *,
    signed_by: str | None = None,
    document: "Upload | None" = None,
    at: datetime | None = None,
) -> Done:
    """Record the signature of the party for which the account acts; `signed_by` is the signer's office."""
    with kept(document) as sha256:
        return _record(
            AgreementSigned.type,
            agreement,
            by,
            at,
            party=party_of(by),
            signed_by=signed_by,
            document_hash=sha256,
        )


def take_effect(
    agreement: Agreement,
    by: Actor,
    *,
    facilities: Sequence[str] = (),
    detention_agreement: str | None = None,
    publication_url: str | None = None,
    document: "Upload | None" = None,
    at: datetime | None = None,
) -> Done:
    """Put it in force for these facilities. Raises `RefusedError` without both signatures (AGR-02)."""
    with kept(document) as sha256:
        return _record(
            AgreementTookEffect.type,
            agreement,
            by,
            at,
            model=agreement.model,
            template=agreement.template,
            facilities=tuple(facilities),
            detention_agreement=detention_agreement,
            publication_url=publication_url,
            document_hash=sha256,
        )


def amend(
    agreement: Agreement,
    by: Actor,
    *,
    part: AmendedPart | None = None,
    agency_signed_at: datetime | None = None,
    ice_signed_at: datetime | None = None,
    facilities: Sequence[str] = (),
    document: "Upload | None" = None,
    at: datetime | None = None,
) -> Done:
    """Record a change in effect from `at`. Raises `RefusedError` unless both signed before (AGR-05)."""
    with kept(document) as sha256:
        return _record(
            AgreementAmended.type,
            agreement,
            by,
            at,
            part=part,
            agency_signed_at=agency_signed_at,
            ice_signed_at=ice_signed_at,
            facilities=tuple(facilities),
            document_hash=sha256,
        )


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
) -> Done:
    """Suspend it. Raises `RefusedError` where the notice lacks reason, length or answer (AGR-08)."""
    at = at or now()
    return _record(
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


def extend_suspension(
    agreement: Agreement, by: Actor, *, ends_at: datetime, at: datetime | None = None
) -> Done:
    """Record that the suspension lasts longer than its notice said."""
    return _record(AgreementSuspensionExtended.type, agreement, by, at, party=party_of(by), ends_at=ends_at)


def invite_response(agreement: Agreement, by: Actor, *, at: datetime | None = None) -> Done:
    """Record that ICE invites the agency to respond and correct, or that the agency responded."""
    return _record(AgreementResponseInvited.type, agreement, by, at)


def become_operational(
    agreement: Agreement, by: Actor, *, milestone: Milestone, at: datetime | None = None
) -> Done:
    """Record the moment from which the time to the first review meeting counts (AGR-06F)."""
    return _record(AgreementBecameOperational.type, agreement, by, at, milestone=milestone)


def lose_last_officer(agreement: Agreement, by: Actor, *, at: datetime | None = None) -> Done:
    """Record that ICE's revocation leaves no officer who may act (AGR-14)."""
    return _record(AgreementLastOfficerRevoked.type, agreement, by, at)


def note_conflict(
    agreement: Agreement, by: Actor, *, reason: str | None = None, at: datetime | None = None
) -> Done:
    """Record a conflict between ICE's direction and the agency's rules (AGR-17)."""
    return _record(ConflictNoted.type, agreement, by, at, reason=reason)


def report_conflict(agreement: Agreement, by: Actor, *, at: datetime | None = None) -> Done:
    """Record that the other side was told of the conflict."""
    return _record(ConflictReported.type, agreement, by, at)


def reinstate(
    agreement: Agreement, by: Actor, *, reason: str | None = None, at: datetime | None = None
) -> Done:
    return _record(AgreementReinstated.type, agreement, by, at, reason=reason)


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
) -> Done:
    """Record the notice of the party for which the account acts. `contents`: what a termination by ICE says.

    Raises `RefusedError` where ICE's notice under the warrant service officer model comes in another way than
    in person or by certified or registered mail (AGR-12).
    """
    by_ice = party_of(by) is Party.ICE and kind == NoticeKind.TERMINATION
    return _record(
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


def end(
    agreement: Agreement,
    by: Actor,
    *,
    ground: EndGround,
    reason: str | None = None,
    at: datetime | None = None,
) -> Done:
    """End it on the part of the party for which the account acts."""
    return _record(AgreementEnded.type, agreement, by, at, party=party_of(by), ground=ground, reason=reason)


def hold_meeting(
    agreement: Agreement,
    by: Actor,
    *,
    kind: MeetingKind,
    attendees: Sequence[str] = (),
    at: datetime | None = None,
) -> Done:
    """Record a meeting of ICE and the agency; `attendees` are roles, not names."""
    return _record(MeetingHeld.type, agreement, by, at, kind=kind, attendees=tuple(attendees))


def _record(event_type: str, agreement: Agreement, by: Actor, at: datetime | None, **payload: Any) -> Done:
    return perform(
        draft(
            event_type,
            by=by,
            subject=agreement.subject,
            agency=agreement.agency,
            occurred_at=at,
            **payload,
        )
    )
