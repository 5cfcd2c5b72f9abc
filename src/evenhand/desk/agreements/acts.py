"""The acts on an agreement, from its draft to its end (8 U.S.C. 1357(g)(1))."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from evenhand.desk.agreements.documents import Upload, kept
from evenhand.desk.agreements.models import Agreement
from evenhand.desk.record.act import Actor, Done, draft, perform
from evenhand.record.events import ActorRole
from evenhand.record.events.agreement import (
    AgreementAmended,
    AgreementDrafted,
    AgreementEnded,
    AgreementNoticeGiven,
    AgreementReinstated,
    AgreementSigned,
    AgreementSuspended,
    AgreementTookEffect,
    EndGround,
    MeetingHeld,
    MeetingKind,
    Model,
    Party,
)


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
    how_to_answer: str | None = None,
    at: datetime | None = None,
) -> Done:
    """Suspend it. Raises `RefusedError` where the notice lacks reason, length or answer (AGR-08)."""
    return _record(
        AgreementSuspended.type,
        agreement,
        by,
        at,
        party=party_of(by),
        notice_reason=notice_reason,
        length_days=length_days,
        how_to_answer=how_to_answer,
    )


def reinstate(
    agreement: Agreement, by: Actor, *, reason: str | None = None, at: datetime | None = None
) -> Done:
    return _record(AgreementReinstated.type, agreement, by, at, reason=reason)


def give_notice(
    agreement: Agreement, by: Actor, *, publication_url: str | None = None, at: datetime | None = None
) -> Done:
    """Record the notice of termination of the party for which the account acts."""
    return _record(
        AgreementNoticeGiven.type, agreement, by, at, party=party_of(by), publication_url=publication_url
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
