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


class Function(StrEnum):
    """Delegated functions as the agreements' appendices list them."""

    INTERVIEW = "interview"
    PROCESS = "process"
    SERVE_WARRANTS = "serve_warrants"
    OATHS_AND_EVIDENCE = "oaths_and_evidence"
    CHARGING_DOCUMENTS = "charging_documents"
    DETAIN_AND_TRANSPORT = "detain_and_transport"
    ISSUE_DETAINERS = "issue_detainers"


class OfficerEvent(Event):
    subject_kind: ClassVar[SubjectKind] = SubjectKind.OFFICER


class OfficerNominated(OfficerEvent):
    type: ClassVar[str] = "officer.nominated"
    name: PersonalText = None
    employer: str | None = None
    citizenship_attested: bool | None = None


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


class OfficerRevoked(OfficerEvent):
    type: ClassVar[str] = "officer.revoked"


class OfficerLeft(OfficerEvent):
    type: ClassVar[str] = "officer.left"
