"""Events of complaints, reviews, facilities and of the system itself."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from evenhand.record.events.base import Code, Event, PersonalText, SubjectKind


class ComplaintAbout(StrEnum):
    DESIGNATED_OFFICER = "designated_officer"
    UNDESIGNATED = "undesignated"
    PROCESS = "process"


class ComplaintScope(StrEnum):
    """What the complaint may lead to (agreements, Appendix B)."""

    AGREEMENT_BREACH = "agreement_breach"
    DISCIPLINE = "discipline"
    CRIMINAL_CASE = "criminal_case"
    LAWSUIT = "lawsuit"
    OTHER = "other"


class Recipient(StrEnum):
    MEDIA = "media"
    PUBLIC = "public"
    AGENCY = "agency"
    COURT = "court"
    OTHER = "other"


class LegalGround(StrEnum):
    """Why information may be released."""

    COURT_ORDER = "court_order"
    PUBLIC_RECORDS_LAW = "public_records_law"
    FREEDOM_OF_INFORMATION_ACT = "freedom_of_information_act"
    PRIVACY_ACT_REQUEST = "privacy_act_request"
    STATE_RECORD = "state_record"
    OTHER = "other"
    NONE = "none"


class Coordinator(StrEnum):
    """With whom a release was coordinated."""

    ICE_PUBLIC_AFFAIRS = "ice_public_affairs"
    ICE_OFFICER = "ice_officer"


class Channel(StrEnum):
    FORM = "form"
    LETTER = "letter"
    TELEPHONE = "telephone"
    IN_PERSON = "in_person"
    OTHER = "other"


class ComplaintOutcome(StrEnum):
    SUSTAINED = "sustained"
    NOT_SUSTAINED = "not_sustained"
    UNFOUNDED = "unfounded"
    WITHDRAWN = "withdrawn"


class AnswerKind(StrEnum):
    ANSWER = "answer"
    STATUS = "status"


class ReviewBody(StrEnum):
    ICE_OPR = "ice_opr"
    CRCL = "crcl"
    OIG = "oig"
    COUNTY = "county"
    INTERNAL = "internal"


class ComplaintEvent(Event):
    subject_kind: ClassVar[SubjectKind] = SubjectKind.COMPLAINT


class ComplaintReceived(ComplaintEvent):
    type: ClassVar[str] = "complaint.received"
    about: ComplaintAbout
    officer: str | None = None
    scope: ComplaintScope | None = None
    state_law_bar: bool | None = None
    channel: Channel | None = None
    language: Code | None = None
    text: PersonalText = None
    contact: PersonalText = None


class ComplaintAcknowledged(ComplaintEvent):
    type: ClassVar[str] = "complaint.acknowledged"


class ComplaintIceNotified(ComplaintEvent):
    type: ClassVar[str] = "complaint.ice_notified"


class ComplaintOprNotified(ComplaintEvent):
    type: ClassVar[str] = "complaint.opr_notified"


class ComplaintAssigned(ComplaintEvent):
    type: ClassVar[str] = "complaint.assigned"
    assigned_to: str | None = None


class ComplaintResolved(ComplaintEvent):
    type: ClassVar[str] = "complaint.resolved"
    outcome: ComplaintOutcome | None = None


class ComplaintOutcomeReported(ComplaintEvent):
    type: ClassVar[str] = "complaint.outcome_reported"


class ComplaintAnswered(ComplaintEvent):
    type: ClassVar[str] = "complaint.answered"
    kind: AnswerKind | None = None
    text: PersonalText = None


class ReviewEvent(Event):
    subject_kind: ClassVar[SubjectKind] = SubjectKind.REVIEW


class ReviewOpened(ReviewEvent):
    type: ClassVar[str] = "review.opened"
    body: ReviewBody
    reviewer_unit: str | None = None
    reviewed_unit: str | None = None
    complaint: str | None = None


class ReviewSampleDrawn(ReviewEvent):
    """`since` and `until` bound the bookings that the sample was drawn from; `drawn_from` is their number."""

    type: ClassVar[str] = "review.sample_drawn"
    seed: str | None = None
    size: int | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    drawn_from: int | None = None


class ReviewFindingMade(ReviewEvent):
    type: ClassVar[str] = "review.finding_made"
    finding: Code
    rule: Code | None = None
    evidence: tuple[Code, ...] | None = None


class ReviewCorrectiveActionSet(ReviewEvent):
    type: ClassVar[str] = "review.corrective_action_set"
    finding: Code
    owner: str | None = None
    due: AwareDatetime | None = None


class ReviewExtended(ReviewEvent):
    type: ClassVar[str] = "review.extended"
    finding: Code
    due: AwareDatetime


class ReviewDone(ReviewEvent):
    type: ClassVar[str] = "review.done"
    finding: Code


class ReviewClosed(ReviewEvent):
    type: ClassVar[str] = "review.closed"


class FacilityEvent(Event):
    subject_kind: ClassVar[SubjectKind] = SubjectKind.FACILITY


class PosterAttested(FacilityEvent):
    type: ClassVar[str] = "poster.attested"
    languages: tuple[Code, ...] | None = None


class IsaSigned(FacilityEvent):
    """An interconnection security agreement for ICE's network or equipment was signed."""

    type: ClassVar[str] = "isa.signed"


class IceEquipmentInstalled(FacilityEvent):
    """The facility uses network access or equipment that ICE provides (agreements, section IV.E)."""

    type: ClassVar[str] = "ice_equipment.installed"


class InterpreterQualified(FacilityEvent):
    type: ClassVar[str] = "interpreter.qualified"
    languages: tuple[Code, ...] | None = None
    interpreter: PersonalText = None


class SystemEvent(Event):
    """An act of the system or an administrator on another subject, which `subject` names."""

    subject_kind: ClassVar[SubjectKind] = SubjectKind.SYSTEM


class AccessViewed(SystemEvent):
    type: ClassVar[str] = "access.viewed"
    what: Code
    ground: Code | None = None


class AccessExported(SystemEvent):
    """`state_record`: the records are solely the state's, so that the agreement does not bind the release."""

    type: ClassVar[str] = "access.exported"
    what: Code
    ground: Code | None = None
    recipient: Recipient | None = None
    legal_ground: LegalGround | None = None
    state_record: bool | None = None
    coordinated_with: Coordinator | None = None
    coordinated_at: AwareDatetime | None = None


class RecordCorrected(SystemEvent):
    type: ClassVar[str] = "record.corrected"
    what: Code
    ground: Code | None = None


class ErasedPart(StrEnum):
    """Which parts of an event were erased; `case` includes the personal part."""

    PERSONAL = "personal"
    CASE = "case"


class RecordErased(SystemEvent):
    """An order to erase parts of an event was carried out. `subject` is the number of the event's leaf."""

    type: ClassVar[str] = "record.erased"
    what: ErasedPart
    court_order: str


class LedgerContinued(SystemEvent):
    """The ledger continues an older log, whose name, number of leaves and root (hexadecimal) it states."""

    type: ClassVar[str] = "ledger.continued"
    origin: str
    size: int
    root: str


class GuardRefused(SystemEvent):
    """`second_person`: who was asked to let the act pass and did not; `reason` then says why."""

    type: ClassVar[str] = "guard.refused"
    rule: Code
    second_person: str | None = None


class GuardWarned(SystemEvent):
    """A rule warned of an act, which was recorded all the same; `reason` is the act's type."""

    type: ClassVar[str] = "guard.warned"
    rule: Code


class GuardOverridden(SystemEvent):
    type: ClassVar[str] = "guard.overridden"
    rule: Code
    second_person: str
