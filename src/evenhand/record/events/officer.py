"""Events of a designated officer: nomination, training, authority and its end (8 U.S.C. 1357(g)(2))."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from evenhand.record.events.base import Event, PersonalText, SubjectKind


class Eligibility(StrEnum):
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"


class Course(StrEnum):
    JEM_BASIC = "jem_basic"
    WSO_BASIC = "wso_basic"
    REFRESHER = "refresher"


class Position(StrEnum):
    """Positions of federal officers that the agreements or regulations name."""

    FIELD_OFFICE_DIRECTOR = "field_office_director"
    DEPUTY_FIELD_OFFICE_DIRECTOR = "deputy_field_office_director"
    ASSISTANT_FIELD_OFFICE_DIRECTOR = "assistant_field_office_director"
    SUPERVISORY_DEPORTATION_OFFICER = "supervisory_deportation_officer"
    SUPERVISORY_DETENTION_AND_DEPORTATION_OFFICER = "supervisory_detention_and_deportation_officer"
    DEPORTATION_OFFICER = "deportation_officer"
    OTHER = "other"


class Function(StrEnum):
    """Delegated functions as the agreements' appendices list them."""

    INTERVIEW = "interview"
    PROCESS = "process"
    SERVE_WARRANTS = "serve_warrants"
    OATHS_AND_EVIDENCE = "oaths_and_evidence"
    CHARGING_DOCUMENTS = "charging_documents"
    DETAIN_AND_TRANSPORT = "detain_and_transport"
    ISSUE_DETAINERS = "issue_detainers"


class Prerequisite(StrEnum):
    """The other conditions of nomination (agreements, section IV.B)."""

    KNOWLEDGE_AND_AUTHORITY = "knowledge_and_authority"
    ENFORCEMENT_EXPERIENCE = "enforcement_experience"
    FACILITY_SECURITY_TRAINING = "facility_security_training"
    INMATE_RULES = "inmate_rules"
    DATABASE_ACCESS = "database_access"


class OfficerEvent(Event):
    subject_kind: ClassVar[SubjectKind] = SubjectKind.OFFICER


class OfficerNominated(OfficerEvent):
    type: ClassVar[str] = "officer.nominated"
    name: PersonalText = None
    employer: str | None = None
    citizenship_attested: bool | None = None
    prerequisites: tuple[Prerequisite, ...] | None = None


class BackgroundCheckDone(OfficerEvent):
    """`questionnaire`: whether the candidate completed ICE's questionnaire before."""

    type: ClassVar[str] = "background_check.done"
    questionnaire: bool | None = None


class OfficerEligibilityDecided(OfficerEvent):
    type: ClassVar[str] = "officer.eligibility_decided"
    outcome: Eligibility
    decided_by: str | None = None


class TrainingCompleted(OfficerEvent):
    type: ClassVar[str] = "training.completed"
    course: Course | None = None


class ExaminationTaken(OfficerEvent):
    type: ClassVar[str] = "examination.taken"
    course: Course | None = None
    score: float | None = None
    attempt: int | None = None
    remedial: bool | None = None


class RefresherCompleted(OfficerEvent):
    type: ClassVar[str] = "refresher.completed"
    course: Course | None = None


class RefresherRequiredBy(OfficerEvent):
    type: ClassVar[str] = "refresher.required_by"
    due: AwareDatetime


class OfficerCertified(OfficerEvent):
    type: ClassVar[str] = "officer.certified"
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None


class OfficerAuthorized(OfficerEvent):
    type: ClassVar[str] = "officer.authorized"
    functions: tuple[Function, ...] | None = None
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    until_revoked: bool | None = None
    supervising_position: str | None = None
    signed_by_position: Position | None = None


class OfficerForm70006Issued(OfficerEvent):
    type: ClassVar[str] = "officer.form_70_006_issued"


class OfficerCredentialIssued(OfficerEvent):
    type: ClassVar[str] = "officer.credential_issued"


class OfficerCredentialReturned(OfficerEvent):
    type: ClassVar[str] = "officer.credential_returned"


class OfficerAssigned(OfficerEvent):
    type: ClassVar[str] = "officer.assigned"
    assigned_facility: str
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None


class OfficerSuspended(OfficerEvent):
    type: ClassVar[str] = "officer.suspended"
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None


class OfficerCredentialRequested(OfficerEvent):
    """The field office director asks for the credentials."""

    type: ClassVar[str] = "officer.credential_requested"


class OfficerRevoked(OfficerEvent):
    type: ClassVar[str] = "officer.revoked"
    effective_from: AwareDatetime | None = None
    written: bool | None = None
    signed_by_position: Position | None = None


class OfficerLeaveNoticeGiven(OfficerEvent):
    """The agency tells ICE that the officer will stop taking part."""

    type: ClassVar[str] = "officer.leave_notice_given"


class OfficerLeft(OfficerEvent):
    type: ClassVar[str] = "officer.left"
