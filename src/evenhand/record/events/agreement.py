"""Events in the life of a 287(g) agreement (8 U.S.C. 1357(g)(1))."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from evenhand.record.events.base import Event, SubjectKind


class Model(StrEnum):
    """The agreement's model; the task force model is listed by the registry only."""

    JEM = "JEM"
    WSO = "WSO"
    TFM = "TFM"


class Party(StrEnum):
    AGENCY = "agency"
    ICE = "ice"


class EndGround(StrEnum):
    NOTICE = "notice"
    PUBLIC_SAFETY = "public_safety"
    MUTUAL = "mutual"
    SUPERSEDED = "superseded"


class MeetingKind(StrEnum):
    ANNUAL = "annual"
    STEERING = "steering"


class AgreementEvent(Event):
    subject_kind: ClassVar[SubjectKind] = SubjectKind.AGREEMENT


class AgreementDrafted(AgreementEvent):
    type: ClassVar[str] = "agreement.drafted"
    model: Model
    template: int | None = None
    document_hash: str | None = None


class AgreementSigned(AgreementEvent):
    type: ClassVar[str] = "agreement.signed"
    party: Party
    signed_by: str | None = None
    document_hash: str | None = None


class AgreementTookEffect(AgreementEvent):
    type: ClassVar[str] = "agreement.took_effect"
    model: Model
    template: int | None = None
    facilities: tuple[str, ...] | None = None
    detention_agreement: str | None = None
    document_hash: str | None = None
    publication_url: str | None = None


class AgreementAmended(AgreementEvent):
    type: ClassVar[str] = "agreement.amended"
    agency_signed_at: AwareDatetime | None = None
    ice_signed_at: AwareDatetime | None = None
    facilities: tuple[str, ...] | None = None
    document_hash: str | None = None


class AgreementSuspended(AgreementEvent):
    type: ClassVar[str] = "agreement.suspended"
    party: Party | None = None
    notice_reason: str | None = None
    length_days: int | None = None
    how_to_answer: str | None = None


class AgreementReinstated(AgreementEvent):
    type: ClassVar[str] = "agreement.reinstated"


class AgreementNoticeGiven(AgreementEvent):
    type: ClassVar[str] = "agreement.notice_given"
    party: Party | None = None
    publication_url: str | None = None


class AgreementEnded(AgreementEvent):
    type: ClassVar[str] = "agreement.ended"
    party: Party | None = None
    ground: EndGround | None = None


class MeetingHeld(AgreementEvent):
    type: ClassVar[str] = "meeting.held"
    kind: MeetingKind
    attendees: tuple[str, ...] | None = None
