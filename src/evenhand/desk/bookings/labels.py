"""What the codes of a booking's events are called on pages."""

from collections.abc import Iterable
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.record.events.booking import (
    ChargeLevel,
    CheckResponse,
    CheckSystem,
    ClaimHow,
    ClaimOutcome,
    ClosingReason,
    DeterminationOutcome,
    Disposition,
    InterviewGround,
    ReviewOutcome,
    Step,
)
from evenhand.record.events.privacy import SearchGround

Labels = dict[str, Promise | str]

SEARCH_GROUNDS: Labels = {
    SearchGround.CUSTODY: _("Work on this person's custody or screening"),
    SearchGround.COUNSEL_OR_FAMILY: _("Attorney or family asks"),
    SearchGround.COURT: _("Court asks or orders"),
    SearchGround.COMPLAINT: _("Complaint or review"),
    SearchGround.RECORDS_REQUEST: _("Records request"),
    SearchGround.OTHER: _("Other"),
}

LEVELS: Labels = {
    ChargeLevel.FELONY: _("Felony"),
    ChargeLevel.MISDEMEANOR: _("Misdemeanor"),
    ChargeLevel.INFRACTION: _("Infraction"),
    ChargeLevel.ORDINANCE: _("Ordinance"),
    ChargeLevel.HOLD: _("Hold for another authority"),
}
DISPOSITIONS: Labels = {
    Disposition.CONVICTED: _("Convicted"),
    Disposition.ACQUITTED: _("Acquitted"),
    Disposition.DISMISSED: _("Dismissed"),
    Disposition.NOT_FILED: _("Not filed"),
    Disposition.BAIL: _("Bail"),
    Disposition.RECOGNIZANCE: _("Own recognizance"),
    Disposition.SENTENCE_SERVED: _("Sentence served"),
    Disposition.DROPPED_FOR_TRANSFER: _("Dropped for a transfer"),
    Disposition.TRANSFERRED: _("Transferred to another court"),
    Disposition.OTHER: _("Other"),
}
STEPS: Labels = {
    Step.LANGUAGE: _("Language"),
    Step.ADVISAL: _("Advisal"),
    Step.QUESTIONS: _("Questions"),
    Step.ATTESTATION: _("Attestation"),
}
CLOSINGS: Labels = {
    ClosingReason.COMPLETED: _("Completed"),
    ClosingReason.RELEASED_BEFORE: _("Released before"),
    ClosingReason.MEDICAL: _("Medical"),
    ClosingReason.REFUSED: _("Declined to answer"),
    ClosingReason.NOT_IN_FORCE: _("Agreement not in force"),
    ClosingReason.CLAIM_UPHELD: _("Claim to U.S. citizenship upheld: no further step is owed"),
}
GROUNDS: Labels = {
    InterviewGround.STATED_BIRTH_ABROAD: _("Stated birth outside the United States"),
    InterviewGround.STATED_CITIZENSHIP_ABROAD: _("Stated citizenship of another country"),
    InterviewGround.PRIOR_RECORD: _("Prior immigration record"),
    InterviewGround.FEDERAL_REQUEST: _("Request of a federal officer"),
    InterviewGround.ASKED_TO_BE_INTERVIEWED: _("Asked to be interviewed"),
}
SYSTEMS: Labels = {
    CheckSystem.NCIC: _("NCIC (FBI)"),
    CheckSystem.IDENT: _("IDENT (DHS)"),
    CheckSystem.CIS: _("Central Index System (USCIS)"),
    CheckSystem.LESC: _("Law Enforcement Support Center (ICE)"),
    CheckSystem.STATE: _("State criminal history"),
}
RESPONSES: Labels = {
    CheckResponse.RECORD_FOUND: _("Record found"),
    CheckResponse.NO_RECORD: _("No record"),
    CheckResponse.UNAVAILABLE: _("No answer: system unavailable"),
}
CLAIMS: Labels = {
    ClaimHow.STATED: _("The person said so"),
    ClaimHow.DOCUMENT: _("A document says so"),
    ClaimHow.RECORD_SIGN: _("A record gives a sign of it"),
}
CLAIM_OUTCOMES: Labels = {
    ClaimOutcome.CITIZEN: _("U.S. citizen"),
    ClaimOutcome.EVIDENCE_OF_CITIZENSHIP: _("Evidence of U.S. citizenship"),
    ClaimOutcome.NOT_SHOWN: _("Not shown"),
}
CLAIM_GROUNDS: Labels = {
    "birth certificate": _("Birth certificate"),
    "passport": _("U.S. passport"),
    "certificate of citizenship": _("Certificate of citizenship or naturalization"),
    "document seen": _("Another document seen"),
    "records checked": _("Records checked"),
    "interview": _("Interview"),
}
DETERMINATIONS: Labels = {
    DeterminationOutcome.NO_ACTION: _("No action"),
    DeterminationOutcome.REFER: _("Refer to ICE"),
    DeterminationOutcome.CANNOT_DETERMINE: _("Cannot determine"),
}
DETERMINATION_GROUNDS: Labels = {
    "records checked": _("Records checked"),
    "statement": _("Statement in the interview"),
    "document seen": _("Document seen"),
    "biometric match": _("Biometric match in a federal system"),
    "final order": _("Final order of removal"),
    "pending proceedings": _("Pending removal proceedings"),
    "no ground found": _("No ground found"),
}
REVIEWS: Labels = {
    ReviewOutcome.CONCUR: _("Concurred"),
    ReviewOutcome.RETURN: _("Returned"),
    ReviewOutcome.REJECT: _("Rejected"),
}


def choices(labels: Labels, only: Iterable[StrEnum | str] | None = None) -> list[tuple[str, Promise | str]]:
    """For a form: the codes with their labels, all or those given."""
    chosen = labels if only is None else {str(code): labels[code] for code in only}
    return [(str(code), label) for code, label in chosen.items()]
