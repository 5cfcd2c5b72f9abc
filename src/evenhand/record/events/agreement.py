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
    """On what ground an agreement ended or was suspended."""

    NOTICE = "notice"
    PUBLIC_SAFETY = "public_safety"
    MUTUAL = "mutual"
    SUPERSEDED = "superseded"


class AmendedPart(StrEnum):
    """Which part of the agreement an amendment changes."""

    MAIN_TEXT = "main_text"
    APPENDIX_A = "appendix_a"
    APPENDIX_B = "appendix_b"


class NoticeKind(StrEnum):
    SUSPENSION = "suspension"
    TERMINATION = "termination"


class Delivery(StrEnum):
    """How a notice reached the other side."""

    PERSONAL = "personal"
    CERTIFIED_MAIL = "certified_mail"
    REGISTERED_MAIL = "registered_mail"
    OTHER = "other"


class Milestone(StrEnum):
    """From when the agreements count the time to the first review meeting (section V.B)."""

    FIRST_AUTHORIZATION = "first_authorization"
    INITIAL_CLASS_CERTIFIED = "initial_class_certified"


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


class AgreementBecameOperational(AgreementEvent):
    """`milestone`: the first officer was authorized, or the initial class of officers was certified."""

    type: ClassVar[str] = "agreement.became_operational"
    milestone: Milestone


class AgreementAmended(AgreementEvent):
    type: ClassVar[str] = "agreement.amended"
    part: AmendedPart | None = None
    agency_signed_at: AwareDatetime | None = None
    ice_signed_at: AwareDatetime | None = None
    facilities: tuple[str, ...] | None = None
    document_hash: str | None = None


class AgreementSuspended(AgreementEvent):
    """`ends_at`: until when the suspension lasts, as the notice states it."""

    type: ClassVar[str] = "agreement.suspended"
    party: Party | None = None
    notice_reason: str | None = None
    length_days: int | None = None
    ends_at: AwareDatetime | None = None
    how_to_answer: str | None = None
    ground: EndGround | None = None


class AgreementSuspensionExtended(AgreementEvent):
    type: ClassVar[str] = "agreement.suspension_extended"
    party: Party | None = None
    length_days: int | None = None
    ends_at: AwareDatetime | None = None


class AgreementResponseInvited(AgreementEvent):
    """ICE invites the agency to respond and correct, or the agency's response is recorded."""

    type: ClassVar[str] = "agreement.response_invited"


class AgreementLastOfficerRevoked(AgreementEvent):
    """ICE revoked an authority, and no officer of the agency is left to act under the agreement."""

    type: ClassVar[str] = "agreement.last_officer_revoked"


class AgreementReinstated(AgreementEvent):
    type: ClassVar[str] = "agreement.reinstated"


class AgreementNoticeGiven(AgreementEvent):
    """`reasons`, `people_identified` and `examples` say whether the notice of termination has them."""

    type: ClassVar[str] = "agreement.notice_given"
    party: Party | None = None
    kind: NoticeKind | None = None
    delivery: Delivery | None = None
    in_writing: bool | None = None
    received_at: AwareDatetime | None = None
    publication_url: str | None = None
    reasons: bool | None = None
    people_identified: bool | None = None
    examples: bool | None = None


class AgreementEnded(AgreementEvent):
    type: ClassVar[str] = "agreement.ended"
    party: Party | None = None
    ground: EndGround | None = None


class ConflictNoted(AgreementEvent):
    """A conflict between ICE's direction or policy and the agency's rules was noticed."""

    type: ClassVar[str] = "conflict.noted"


class ConflictReported(AgreementEvent):
    type: ClassVar[str] = "conflict.reported"


class MeetingHeld(AgreementEvent):
    type: ClassVar[str] = "meeting.held"
    kind: MeetingKind
    attendees: tuple[str, ...] | None = None
