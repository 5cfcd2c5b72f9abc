"""Events of one booking: charges, screening, determination, detainer, custody."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from evenhand.record.events.base import Code, Event, NcicClass, PersonalText, SubjectKind
from evenhand.record.events.officer import Position


class ChargeLevel(StrEnum):
    FELONY = "felony"
    MISDEMEANOR = "misdemeanor"
    INFRACTION = "infraction"
    ORDINANCE = "ordinance"
    HOLD = "hold"


class Disposition(StrEnum):
    CONVICTED = "convicted"
    ACQUITTED = "acquitted"
    DISMISSED = "dismissed"
    NOT_FILED = "not_filed"
    BAIL = "bail"
    RECOGNIZANCE = "recognizance"
    SENTENCE_SERVED = "sentence_served"
    DROPPED_FOR_TRANSFER = "dropped_for_transfer"
    TRANSFERRED = "transferred"
    OTHER = "other"


class Step(StrEnum):
    """Steps of the screening form; `FORMS` gives the list and order of each form version."""

    ADVISAL = "advisal"
    LANGUAGE = "language"
    QUESTIONS = "questions"
    ATTESTATION = "attestation"


FORMS: dict[str, tuple[Step, ...]] = {
    "2020": (Step.LANGUAGE, Step.ADVISAL, Step.QUESTIONS),
    "2025": (Step.LANGUAGE, Step.ADVISAL, Step.QUESTIONS, Step.ATTESTATION),
}


class ClosingReason(StrEnum):
    COMPLETED = "completed"
    RELEASED_BEFORE = "released_before"
    MEDICAL = "medical"
    REFUSED = "refused"
    NOT_IN_FORCE = "not_in_force"
    CLAIM_UPHELD = "claim_upheld"


class InterviewGround(StrEnum):
    """Why an interview under 8 U.S.C. 1357(a)(1) was held.

    The grounds from `appearance` on are those that no interview may rest on; they exist so that a record that
    names one can be read and judged.
    """

    STATED_BIRTH_ABROAD = "stated_birth_abroad"
    STATED_CITIZENSHIP_ABROAD = "stated_citizenship_abroad"
    PRIOR_RECORD = "prior_record"
    FEDERAL_REQUEST = "federal_request"
    ASKED_TO_BE_INTERVIEWED = "asked_to_be_interviewed"
    APPEARANCE = "appearance"
    NAME = "name"
    ACCENT = "accent"
    LANGUAGE = "language"
    RACE_OR_ETHNICITY = "race_or_ethnicity"
    RELIGION = "religion"
    COLOR = "color"
    NATIONAL_ORIGIN = "national_origin"
    GENDER = "gender"
    SEXUAL_ORIENTATION = "sexual_orientation"
    GENDER_IDENTITY = "gender_identity"


class CheckSystem(StrEnum):
    NCIC = "ncic"
    IDENT = "ident"
    CIS = "cis"
    LESC = "lesc"
    STATE = "state"


class CheckResponse(StrEnum):
    """The queried system's own answer, as it gave it; never our inference."""

    RECORD_FOUND = "record_found"
    NO_RECORD = "no_record"
    UNAVAILABLE = "unavailable"


class ClaimHow(StrEnum):
    STATED = "stated"
    DOCUMENT = "document"
    RECORD_SIGN = "record_sign"


class ClaimOutcome(StrEnum):
    CITIZEN = "citizen"
    EVIDENCE_OF_CITIZENSHIP = "evidence_of_citizenship"
    NOT_SHOWN = "not_shown"


class DeterminationOutcome(StrEnum):
    NO_ACTION = "no_action"
    REFER = "refer"
    CANNOT_DETERMINE = "cannot_determine"


class ReviewOutcome(StrEnum):
    CONCUR = "concur"
    RETURN = "return"
    REJECT = "reject"


I247A_FORMS = ("I-247A", "2017", "3/17")
"""How a detainer's `form_version` names Form I-247A."""
NOTICE_ONLY_FORMS = ("I-247G", "I-247N")
"""Forms that ask for notice of a release and for no hold."""


class DetainerBox(StrEnum):
    """Box 1 of Form I-247A states probable cause; box 2 names a person whom ICE lent to the agency."""

    ONE = "1"
    TWO = "2"


class ReviewFound(StrEnum):
    """What a neutral reviewer found of a detainer's probable cause."""

    PROBABLE_CAUSE = "probable_cause"
    NO_PROBABLE_CAUSE = "no_probable_cause"


class RefusalReason(StrEnum):
    DETAINER = "detainer"
    OTHER = "other"


class WarrantForm(StrEnum):
    I_200 = "I-200"
    I_205 = "I-205"


class ProbableCause(StrEnum):
    """The four grounds printed on Form I-247A (3/17)."""

    FINAL_ORDER = "final_order"
    PENDING_PROCEEDINGS = "pending_proceedings"
    BIOMETRIC_MATCH = "biometric_match"
    STATEMENTS_OR_EVIDENCE = "statements_or_evidence"


class ChargingForm(StrEnum):
    NTA = "I-862"
    I_213 = "I-213"
    OTHER = "other"


class ReleaseCause(StrEnum):
    BOND = "bond"
    DISMISSED = "dismissed"
    SERVED = "served"
    RECOGNIZANCE = "recognizance"
    ACQUITTED = "acquitted"
    NOT_FILED = "not_filed"
    OTHER = "other"


class HoldBasis(StrEnum):
    DETAINER = "detainer"
    JUDICIAL_WARRANT = "judicial_warrant"
    OTHER_AGENCY = "other_agency"


class Destination(StrEnum):
    """`abroad`: the person leaves the country, by removal or by voluntary departure."""

    ICE = "ice"
    OTHER_AGENCY = "other_agency"
    PRISON = "prison"
    HOSPITAL = "hospital"
    COURT = "court"
    ABROAD = "abroad"


class BookingEvent(Event):
    subject_kind: ClassVar[SubjectKind] = SubjectKind.BOOKING


class PersonBooked(BookingEvent):
    """Groups are read by uniformity statistics only; they never reach a rule or a screening page.

    `foreign_national`: whether the jail has a foreign nationality on record, which starts its duties under
    the Vienna Convention on Consular Relations; null if it was not asked.
    """

    type: ClassVar[str] = "person.booked"
    foreign_national: bool | None = None
    arrested_at: AwareDatetime | None = None
    arresting_agency: str | None = None
    person_key: PersonalText = None
    name: PersonalText = None
    birth_date: PersonalText = None
    race_ethnicity: PersonalText = None
    sex: PersonalText = None
    age_group: PersonalText = None


class ImmigrationArrestMade(BookingEvent):
    """An immigration officer arrests the person under civil immigration law.

    The arrest that leads to a booking is `person.booked`'s `arrested_at`. `method`: how ICE came to the
    person, in ICE's words.
    """

    type: ClassVar[str] = "immigration_arrest.made"
    method: Code | None = None


class ChargeRecorded(BookingEvent):
    type: ClassVar[str] = "charge.recorded"
    charge_no: int
    statute: str | None = None
    ncic_class: NcicClass | None = None
    level: ChargeLevel | None = None
    arresting_agency: str | None = None


class ChargeDisposed(BookingEvent):
    type: ClassVar[str] = "charge.disposed"
    charge_no: int
    disposition: Disposition | None = None


class ScreeningOpened(BookingEvent):
    type: ClassVar[str] = "screening.opened"
    form_version: Code | None = None


class ScreeningStepDone(BookingEvent):
    type: ClassVar[str] = "screening.step_done"
    form_version: Code | None = None
    step: Step


class ScreeningClosed(BookingEvent):
    type: ClassVar[str] = "screening.closed"
    closing_reason: ClosingReason | None = None


class InterviewHeld(BookingEvent):
    """`interpreter_used`: an interpreter took part; `interpreter_named`: the record names the interpreter."""

    type: ClassVar[str] = "interview.held"
    ground: InterviewGround | None = None
    language: Code | None = None
    can_read: bool | None = None
    interpreter_offered: bool | None = None
    interpreter_asked: bool | None = None
    interpreter_needed: bool | None = None
    interpreter_used: bool | None = None
    interpreter_named: bool | None = None
    aid_needed: bool | None = None
    aid_given: bool | None = None
    advisal_given: bool | None = None
    advisal_language: Code | None = None
    interpreter: PersonalText = None
    stated_place_of_birth: PersonalText = None
    stated_citizenship: PersonalText = None


class RecordCheckDone(BookingEvent):
    type: ClassVar[str] = "record_check.done"
    system: CheckSystem | None = None
    response: CheckResponse | None = None
    logged: bool | None = None


class CitizenshipClaimed(BookingEvent):
    type: ClassVar[str] = "citizenship.claimed"
    how: ClaimHow | None = None


class CitizenshipReported(BookingEvent):
    """`exigent`: the reason, if the report could not come in time."""

    type: ClassVar[str] = "citizenship.reported"
    exigent: str | None = None


class CitizenshipResolved(BookingEvent):
    type: ClassVar[str] = "citizenship.resolved"
    outcome: ClaimOutcome
    grounds: tuple[Code, ...] | None = None
    in_writing: bool | None = None


class DeterminationMade(BookingEvent):
    type: ClassVar[str] = "determination.made"
    outcome: DeterminationOutcome
    grounds: tuple[Code, ...] | None = None
    conviction_class: NcicClass | None = None
    pending_class: NcicClass | None = None


class DeterminationReviewed(BookingEvent):
    type: ClassVar[str] = "determination.reviewed"
    outcome: ReviewOutcome


class WarrantSigned(BookingEvent):
    type: ClassVar[str] = "warrant.signed"
    form: WarrantForm | None = None
    signer_position: Position | None = None


class WarrantServed(BookingEvent):
    """`ice_notified_at`: when ICE was told of the service, as the warrant service officer model asks."""

    type: ClassVar[str] = "warrant.served"
    form: WarrantForm | None = None
    language: Code | None = None
    can_read: bool | None = None
    copy_given: bool | None = None
    ice_notified_at: AwareDatetime | None = None
    interpreter_offered: bool | None = None
    interpreter_needed: bool | None = None
    interpreter_used: bool | None = None
    interpreter_named: bool | None = None
    interpreter_on_warrant: bool | None = None
    aid_needed: bool | None = None
    aid_given: bool | None = None
    advisal_given: bool | None = None
    advisal_language: Code | None = None
    identified: bool | None = None
    reason_stated: bool | None = None
    interpreter: PersonalText = None


class DetainerIssued(BookingEvent):
    """`ground` is the one stated, or the first; `grounds` are all; `escape_risk`: whether a likelihood of
    escape is stated (8 U.S.C. 1357(a)(2)); `office`: the ICE office that issued it; `lift_reason`: why ICE's
    table no longer lists the detainer as active, in ICE's words, where the table gives no day for it."""

    type: ClassVar[str] = "detainer.issued"

    form_version: Code | None = None
    box: DetainerBox | None = None
    ground: ProbableCause | None = None
    grounds: tuple[ProbableCause, ...] | None = None
    escape_risk: bool | None = None
    office: Code | None = None
    lift_reason: Code | None = None


class DetainerIceNotified(BookingEvent):
    type: ClassVar[str] = "detainer.ice_notified"


class DetainerReviewed(BookingEvent):
    """A neutral reviewer outside ICE looked at the probable cause."""

    type: ClassVar[str] = "detainer.reviewed"
    outcome: ReviewFound | None = None


class DetainerServed(BookingEvent):
    type: ClassVar[str] = "detainer.served"
    language: Code | None = None
    copy_given: bool | None = None


class DetainerCancelled(BookingEvent):
    type: ClassVar[str] = "detainer.cancelled"


class DetainerLapsed(BookingEvent):
    type: ClassVar[str] = "detainer.lapsed"


class ChargingDocumentPrepared(BookingEvent):
    type: ClassVar[str] = "charging_document.prepared"
    form: ChargingForm | None = None


class ChargingDocumentSigned(BookingEvent):
    type: ClassVar[str] = "charging_document.signed"
    form: ChargingForm | None = None


class BailSet(BookingEvent):
    type: ClassVar[str] = "bail.set"


class BailTendered(BookingEvent):
    """Bail was offered to the jail for the person."""

    type: ClassVar[str] = "bail.tendered"


class BailRefused(BookingEvent):
    type: ClassVar[str] = "bail.refused"
    refused_for: RefusalReason | None = None


class AFileStored(BookingEvent):
    """The person's A-file is kept in the jail; `ice_staff_assigned`: whether ICE staff works there."""

    type: ClassVar[str] = "a_file.stored"
    ice_staff_assigned: bool | None = None


class CustodyReleaseDue(BookingEvent):
    """When nothing local holds the person any more."""

    type: ClassVar[str] = "custody.release_due"
    cause: ReleaseCause | None = None


class CustodyHoldStarted(BookingEvent):
    type: ClassVar[str] = "custody.hold_started"
    basis: HoldBasis


class CustodyHoldEnded(BookingEvent):
    type: ClassVar[str] = "custody.hold_ended"
    basis: HoldBasis | None = None


class CustodyReleased(BookingEvent):
    """Released from the jail to the street."""

    type: ClassVar[str] = "custody.released"
    cause: ReleaseCause | None = None


class CustodyTransferredInPlace(BookingEvent):
    """Legal custody passes to ICE inside the jail."""

    type: ClassVar[str] = "custody.transferred_in_place"
    receiving_officer: str | None = None
    receipt: str | None = None
    detention_agreement: str | None = None
    writ: bool | None = None


class CustodyMoved(BookingEvent):
    """The person moves to another facility of the same agency and stays in its custody."""

    type: ClassVar[str] = "custody.moved"
    to_facility: str | None = None


class CustodyReturned(BookingEvent):
    """The person comes back from a temporary absence, such as a hospital or a court."""

    type: ClassVar[str] = "custody.returned"


class CustodyDeparted(BookingEvent):
    """The person leaves the jail in the custody of another authority, or for a temporary absence.

    `writ`: a court's order or writ asks for the transfer; `transporter`: the officer who drives.
    """

    type: ClassVar[str] = "custody.departed"
    destination: Destination
    receiving_officer: str | None = None
    receipt: str | None = None
    writ: bool | None = None
    transporter: str | None = None
    facility_approved: bool | None = None
    property_receipt: str | None = None
    documents: tuple[Code, ...] | None = None
    copies_given: bool | None = None


class ConsulateAdvised(BookingEvent):
    type: ClassVar[str] = "consulate.advised"
    notification_owed: bool | None = None
    country: PersonalText = None


class ConsulateNotified(BookingEvent):
    type: ClassVar[str] = "consulate.notified"
    country: PersonalText = None
