"""For each rule that guards the desk's acts, an act by a page that it stands against.

`ATTEMPTS` sets the stage in a county by the desk's own acts and says who then does what on which page. For the
rules that no page runs into, `NO_PAGE` says why, and shows it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django import forms
from django.urls import resolve

from desk.casework import complain
from desk.county import ZONE, County, booked
from desk.custody.flow import Flow
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.acts import Booking, book
from evenhand.desk.bookings.forms import ChargeCorrection, DispositionCorrection, FactsCorrection
from evenhand.desk.bookings.models import Case
from evenhand.desk.custody.forms import IssueDetainerForm
from evenhand.desk.officers.forms import CertifyForm
from evenhand.desk.places.models import Facility
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.reviews import acts as reviews
from evenhand.desk.reviews.forms import FindingForm
from evenhand.desk.screening.forms import InterviewCorrection, ReopenForm
from evenhand.desk.steps.correction import correction_form
from evenhand.record.events import ActorRole, SubjectKind
from evenhand.record.events.booking import FORMS
from evenhand.record.events.officer import Prerequisite
from evenhand.record.events.oversight import ReviewBody
from evenhand.rules.catalog import CATALOG

Said = dict[str, str | bool | list[str]]
OFFICER, JAIL = ActorRole.DESIGNATED_OFFICER, ActorRole.BOOKING_OFFICER
FEDERAL, COORDINATOR = ActorRole.FEDERAL_SUPERVISOR, ActorRole.COORDINATOR
INTERVIEW: Said = {
    "ground": "prior_record",
    "language": "es",
    "interpreter_asked": "yes",
    "interpreter_needed": "no",
    "aid_needed": "no",
    "advisal_given": "yes",
    "can_read": "yes",
    "interpreter_offered": "yes",
}
LETTER: Said = {
    "functions": ["interview"],
    "valid_from": "2026-01-01",
    "until_revoked": True,
    "supervising_position": "supervisory detention and deportation officer",
    "signed_by_position": "field_office_director",
}
WARRANT: Said = {
    "identified": "yes",
    "reason_stated": "yes",
    "language": "es",
    "can_read": "yes",
    "interpreter_offered": "yes",
    "interpreter_needed": "no",
    "aid_needed": "no",
    "advisal_given": "yes",
    "copy_given": "yes",
}
DETAINER: Said = {"form_version": "2017", "box": "1", "grounds": ["biometric_match"]}
NOTICE: Said = {"kind": "termination", "in_writing": "yes", "delivery": "other"}
TO_ICE: Said = {"destination": "ice", "receiving_officer": "federal-2", "receipt": "R-1"}
FINDING: Said = {"rule": "UNI-02", "evidence": "e1", "text": "t", "owner": "captain", "due": "2030-01-01"}
FORM = max(FORMS)


@dataclass(frozen=True)
class Attempt:
    """Who does it, on which page, and what is entered in its form."""

    role: Role
    path: str
    said: Said = field(default_factory=dict)


Stage = Callable[[County], Attempt]


def local(county: County, hours: float) -> str:
    return county.ago(hours=hours).astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M")


# --- interviews --------------------------------------------------------------------------------------------


def steps_done(county: County, subject: str, *steps: str, at: float) -> None:
    """Steps of the screening, the first so many hours ago, each a minute after the other."""
    for place, step in enumerate(steps):
        when = county.ago(hours=at - place / 60)
        county.act("screening.step_done", subject, OFFICER, when, form_version=FORM, step=step)


def completed(county: County, subject: str, at: float = 4) -> None:
    steps_done(county, subject, *FORMS[FORM], at=at)
    county.act("screening.closed", subject, OFFICER, county.ago(hours=at - 0.5), closing_reason="completed")


def interview_of(subject: str, **more: str) -> Attempt:
    return Attempt(Role.DESIGNATED_OFFICER, f"/screening/{subject}/interview/", INTERVIEW | more)


def interview(county: County, **more: str) -> Attempt:
    """An interview after a completed screening."""
    subject = booked(county)
    completed(county, subject)
    return interview_of(subject, **more)


def after_agreement(event: str, **said: object) -> Stage:
    """An interview after something happened to the agreement."""

    def stage(county: County) -> Attempt:
        county.act(event, f"agreement-{county.ori}", FEDERAL, county.ago(days=1), party="ice", **said)
        return interview(county)

    return stage


def after_officer(event: str, **said: object) -> Stage:
    """An interview after something happened to the officer's authority."""

    def stage(county: County) -> Attempt:
        county.act(event, county.officer, FEDERAL, county.ago(days=1), **said)
        return interview(county)

    return stage


def under_another_model(county: County) -> Attempt:
    warrant_service(county)
    return interview(county)


def warrant_service(county: County) -> None:
    """The jail agreement ended, and one on the service of warrants took effect."""
    agreement, when = f"agreement-{county.ori}", county.ago(days=9)
    county.act("agreement.ended", agreement, FEDERAL, county.ago(days=10), party="ice", ground="notice")
    county.act("agreement.drafted", "agreement-2", COORDINATOR, when, model="WSO", template=2025)
    for role, party in ((COORDINATOR, "agency"), (FEDERAL, "ice")):
        county.act("agreement.signed", "agreement-2", role, when, party=party, signed_by="office")
    effect = {"model": "WSO", "template": 2025, "facilities": (county.jail,)}
    county.act("agreement.took_effect", "agreement-2", COORDINATOR, when, **effect)


def suspended_service(county: County) -> Attempt:
    warrant_service(county)
    county.act("agreement.suspended", "agreement-2", FEDERAL, county.ago(days=5), party="ice")
    return service(Flow(county, 40))


def unnamed_interpreter(county: County) -> Attempt:
    warrant_service(county)
    used = {"interpreter_needed": "yes", "interpreter": "I. P.", "interpreter_on_warrant": "no"}
    return service(Flow(county, 40), **used)


def notice_by_email(county: County) -> Attempt:
    warrant_service(county)
    return Attempt(Role.FEDERAL_SUPERVISOR, "/agreements/NC0600000.agreement-2/notice-ice/", NOTICE)


def nominated(county: County, officer: str = "officer-9") -> None:
    nomination = {"employer": county.ori, "citizenship_attested": True, "name": "Sample Officer"}
    conditions = {"prerequisites": tuple(Prerequisite)}
    county.act("officer.nominated", officer, COORDINATOR, county.ago(days=9), **nomination, **conditions)


def interview_by_another(county: County, *events: tuple[str, dict[str, object]]) -> Attempt:
    """An interview by a nominated officer after these events alone."""
    subject = booked(county)
    completed(county, subject)
    county.officer = "officer-9"
    nominated(county)
    for number, (event, said) in enumerate(events):
        county.act(event, county.officer, FEDERAL, county.ago(days=8 - number / 10), **said)
    return interview_of(subject)


def not_designated(county: County) -> Attempt:
    return interview_by_another(county)


def without_the_form(county: County) -> Attempt:
    return interview_by_another(county, ("officer.certified", {}))


def no_longer_assigned(county: County) -> Attempt:
    with within(EVERYTHING):
        taken = history.effective(history.load(Subject(county.ori, SubjectKind.OFFICER, county.officer)))
    assigned = next(event for event in taken if event.type == "officer.assigned")
    until = {"assigned_facility": county.jail, "valid_until": county.ago(days=2)}
    corrects = {"corrects": assigned.id, "reason": "it ended"}
    county.act(assigned.type, county.officer, COORDINATOR, assigned.occurred_at, **until, **corrects)
    return interview(county)


def refresher_in_the_past(county: County) -> Attempt:
    return Attempt(
        Role.FEDERAL_SUPERVISOR, f"/officers/{county.ori}.{county.officer}/refresher/", {"due": "2020-01-01"}
    )


def unwritten_revocation(county: County) -> Attempt:
    said: Said = {"reason": "r", "written": "no"}
    return Attempt(Role.FEDERAL_SUPERVISOR, f"/officers/{county.ori}.{county.officer}/revoke/", said)


def without_conditions(county: County) -> Attempt:
    said: Said = {"name": "Sample Officer", "citizenship_attested": True}
    return Attempt(Role.COORDINATOR, "/officers/nominate/", said)


def before_the_booking(county: County) -> Attempt:
    return interview(county, at=local(county, 8))


def without_a_charge(county: County) -> Attempt:
    booking = Booking(county.ori, county.jail, "B-2", county.ago(hours=6), "Roe, Sample")
    with within(EVERYTHING):
        subject = book(booking, county.actor(JAIL), opened_at=county.ago(hours=5.9))
    completed(county, subject)
    return interview_of(subject)


def in_another_jail(county: County) -> Attempt:
    Facility.objects.create(code="jail-9", agency=county.ori, name="Annex", zone=ZONE)
    county.jail = "jail-9"
    return interview(county)


def when_release_was_due(county: County) -> Attempt:
    attempt = interview(county)
    subject = f"{county.ori}:B-1"
    county.act("custody.release_due", subject, JAIL, county.ago(hours=1), cause="bond")
    return attempt


def check_after_the_departure(county: County) -> Attempt:
    flow = Flow(county, 40)
    flow.do("release_due", "bond", by=JAIL, at=2)
    flow.do("release", by=JAIL, at=1)
    said: Said = {"system": "lesc", "response": "record_found"}
    return Attempt(Role.DESIGNATED_OFFICER, f"/screening/{flow.subject}/check/", said)


# --- screening ---------------------------------------------------------------------------------------------


def out_of_order(county: County) -> Attempt:
    subject = booked(county)
    first, second, *others, _last = FORMS[FORM]
    steps_done(county, subject, second, first, *others, at=4)
    return Attempt(Role.DESIGNATED_OFFICER, f"/screening/{subject}/", {"done": True})


# --- warrant, detainer, hold, transfer ---------------------------------------------------------------------


def detainer(flow: Flow, role: Role = Role.DESIGNATED_OFFICER, **more: str | list[str]) -> Attempt:
    return Attempt(role, f"/custody/{flow.subject}/detainer-issued/", DETAINER | more)


def service(flow: Flow, **more: str) -> Attempt:
    """A warrant's service when release is due."""
    with_warrant(flow)
    flow.do("release_due", "bond", by=JAIL, at=1)
    path = f"/custody/{flow.subject}/warrant-served/"
    return Attempt(Role.DESIGNATED_OFFICER, path, WARRANT | more)


def without_the_function(county: County) -> Attempt:
    flow = Flow(county, 40).screened(30)
    letter = {"functions": ("interview",), "until_revoked": True, "supervising_position": "supervisor"}
    signer = {"signed_by_position": "field_office_director"}
    county.act("officer.authorized", county.officer, FEDERAL, county.ago(hours=29), **letter, **signer)
    return service(flow)


def unsigned_position(county: County) -> Attempt:
    flow = Flow(county, 40).screened(30)
    return Attempt(Role.FEDERAL_SUPERVISOR, f"/custody/{flow.subject}/warrant-signed/", {"form": "I-200"})


def not_charged(county: County) -> Attempt:
    flow = Flow.of(county, without_a_charge(county).path.split("/")[2])
    flow.sign(2)
    return detainer(flow)


def after_the_48_hours(county: County) -> Attempt:
    flow = Flow(county, 100).screened(90).detained(80).held(62)
    flow.do("transfer_in_place", receiving_officer="federal-2", receipt="R-1", at=61)
    return Attempt(Role.BOOKING_OFFICER, f"/custody/{flow.subject}/departed/", TO_ICE)


def driven_elsewhere(county: County) -> Attempt:
    attempt = transfer(county)
    said = TO_ICE | {"driven_by_actor": "yes", "facility_approved": "no"}
    return Attempt(Role.DESIGNATED_OFFICER, attempt.path, said)


def without_a_warrant(county: County) -> Attempt:
    flow = Flow(county, 40).screened(30)
    flow.do("issue_detainer", form_version="2017", box="2", escape_risk=True, at=20)
    flow.do("serve_detainer", language="es", copy_given=True, at=19)
    return held(flow)


def bail_refused(county: County) -> Attempt:
    flow = Flow(county, 40)
    flow.do("set_bail", by=JAIL, at=10)
    flow.do("tender_bail", by=JAIL, at=2)
    path = f"/custody/{flow.subject}/bail-refused/"
    return Attempt(Role.BOOKING_OFFICER, path, {"refused_for": "detainer"})


def with_warrant(flow: Flow) -> Flow:
    flow.sign(20, "I-200")
    return flow


def with_claim(flow: Flow, outcome: str = "") -> Flow:
    """A claim to U.S. citizenship was made, and resolved where `outcome` says how."""
    county = flow.county
    county.act("citizenship.claimed", flow.subject, OFFICER, flow.ago(19), how="stated")
    if outcome:
        said = {"outcome": outcome, "grounds": ("passport",), "in_writing": True}
        county.act("citizenship.resolved", flow.subject, FEDERAL, flow.ago(18), **said)
    return flow


def determined(flow: Flow, by: ActorRole = OFFICER) -> Flow:
    """A determination waits for its review."""
    said = {"outcome": "refer", "grounds": ("records checked",)}
    flow.county.act("determination.made", flow.subject, by, flow.ago(25), **said)
    return flow


def unreviewed(county: County) -> Attempt:
    flow = determined(Flow(county, 40))
    return service(flow)


def unchecked(county: County) -> Attempt:
    flow = determined(Flow(county, 40))
    county.act("determination.reviewed", flow.subject, FEDERAL, flow.ago(24), outcome="concur")
    return detainer(with_warrant(flow))


def own_review(county: County) -> Attempt:
    flow = determined(Flow(county, 40), by=FEDERAL)
    return Attempt(Role.FEDERAL_SUPERVISOR, f"/supervision/{flow.subject}/review/", {"outcome": "concur"})


def by_word_of_mouth(county: County) -> Attempt:
    flow = with_claim(Flow(county, 40))
    said: Said = {"outcome": "not_shown", "grounds": ["records checked"], "reason": "r"}
    return Attempt(Role.FEDERAL_SUPERVISOR, f"/supervision/{flow.subject}/claim/", said)


def held(flow: Flow) -> Attempt:
    """A hold on a detainer, release being due."""
    flow.do("release_due", "bond", by=JAIL, at=1)
    return Attempt(Role.BOOKING_OFFICER, f"/custody/{flow.subject}/hold-started/", {"basis": "detainer"})


def unserved(county: County) -> Attempt:
    flow = with_warrant(Flow(county, 40).screened(30))
    flow.do("issue_detainer", form_version="2017", grounds=["biometric_match"], at=19)
    return held(flow)


def cancelled(county: County) -> Attempt:
    flow = Flow(county, 40).screened(30).detained(20)
    flow.do("cancel_detainer", by=FEDERAL, at=10)
    return held(flow)


def served_too_early(county: County) -> Attempt:
    flow = Flow(county, 80).screened(70).detained(60)
    flow.do("release_due", "bond", by=JAIL, at=1)
    said = WARRANT | {"at": local(county, 40)}
    return Attempt(Role.DESIGNATED_OFFICER, f"/custody/{flow.subject}/warrant-served/", said)


def transfer(county: County, *, due: bool = True, told: bool = True, said: Said = TO_ICE) -> Attempt:
    flow = Flow(county, 40).screened(30).detained(20)
    if told:
        flow.do("advise_consulate", country="MX", asked=False, at=10)
    if due:
        flow.do("release_due", "bond", by=JAIL, at=1)
    return Attempt(Role.BOOKING_OFFICER, f"/custody/{flow.subject}/departed/", said)


# --- agreements and officers -------------------------------------------------------------------------------


def unsigned(county: County) -> Attempt:
    county.act("agreement.drafted", "agreement-2", COORDINATOR, model="JEM", template=2025)
    return Attempt(
        Role.COORDINATOR, "/agreements/NC0600000.agreement-2/effect/", {"facilities": [county.jail]}
    )


def of_agreement(role: Role, slug: str, **said: str) -> Stage:
    return lambda county: Attempt(
        role, f"/agreements/{county.ori}.agreement-{county.ori}/{slug}/", dict(said)
    )


def letter(officer: str, **more: str | list[str]) -> Attempt:
    return Attempt(Role.FEDERAL_SUPERVISOR, f"/officers/{County().ori}.{officer}/authorize/", LETTER | more)


def without(missing: str) -> Stage:
    """The authorization of an officer who lacks one of the things that come before it."""
    course = {"course": "jem_basic"}
    before: dict[str, dict[str, object]] = {
        "background_check.done": {},
        "officer.eligibility_decided": {"outcome": "eligible", "decided_by": "federal"},
        "training.completed": course,
        "examination.taken": course | {"score": 88.0, "attempt": 1, "remedial": False},
        "officer.certified": {},
    }

    def stage(county: County) -> Attempt:
        when, officer = county.ago(days=9), "officer-9"
        nominated(county)
        for event, said in before.items():
            if event != missing:
                county.act(event, officer, FEDERAL, when, **said)
        return letter(officer)

    return stage


# --- complaints and reviews --------------------------------------------------------------------------------


def own_complaint(county: County) -> Attempt:
    officer = county.account(Role.COMPLAINTS_OFFICER)
    reference = complain(county, officer.actor)
    said: Said = {"outcome": "unfounded", "reason": "r"}
    return Attempt(Role.COMPLAINTS_OFFICER, f"/complaints/{county.ori}.{reference}/resolve/", said)


def before_the_sample(county: County) -> Attempt:
    with within(EVERYTHING):
        review = reviews.open_review(
            by=county.actor(ActorRole.REVIEWER),
            agency=county.ori,
            body=ReviewBody.COUNTY,
            reviewer_unit="auditor",
            reviewed_unit="jail",
            scope="all",
        )
    return Attempt(Role.REVIEWER, f"/reviews/{review}/finding/", FINDING)


def own_unit(county: County) -> Attempt:
    unit: Said = {"reviewer_unit": "jail", "reviewed_unit": "jail"}
    said: Said = {"agency": county.ori, "body": "county", "scope": "all", **unit}
    return Attempt(Role.REVIEWER, "/reviews/open/", said)


ATTEMPTS: dict[str, Stage] = {
    "AGR-01": suspended_service,
    "AGR-02": unsigned,
    "AGR-03": under_another_model,
    "AGR-04": lambda county: letter(county.officer, functions=[]),
    "AGR-05": of_agreement(Role.COORDINATOR, "amend", part="main_text"),
    "AGR-08": of_agreement(Role.FEDERAL_SUPERVISOR, "suspend"),
    "AGR-10": after_agreement("agreement.ended", ground="notice"),
    "AGR-11": of_agreement(Role.COORDINATOR, "end", ground="notice"),
    "AGR-12": notice_by_email,
    "OFF-01": after_officer("officer.left"),
    "OFF-02": without("officer.eligibility_decided"),
    "OFF-03": without("training.completed"),
    "OFF-04": without("examination.taken"),
    "OFF-05": without_the_form,
    "OFF-06": refresher_in_the_past,
    "OFF-07": after_officer("officer.suspended", reason="r"),
    "OFF-09": not_designated,
    "OFF-10": no_longer_assigned,
    "OFF-11": after_officer("officer.credential_returned"),
    "OFF-12": without("officer.certified"),
    "OFF-13": unwritten_revocation,
    "OFF-15": without_conditions,
    "SCO-01": before_the_booking,
    "SCO-02": without_a_charge,
    "SCO-03": in_another_jail,
    "SCO-04": when_release_was_due,
    "SCO-05": lambda county: transfer(county, due=False),
    "UNI-03": out_of_order,
    "UNI-05": lambda county: interview(county, ground=""),
    "UNI-05R": lambda county: interview(county, ground=""),
    "LAN-01": lambda county: interview(county, interpreter_asked="no"),
    "LAN-02": lambda county: interview(county, interpreter_needed="yes"),
    "LAN-02N": unnamed_interpreter,
    "LAN-04T": lambda county: interview(county, language="fr", advisal_given="no"),
    "LAN-06": lambda county: interview(county, interpreter_offered="no"),
    "LAN-03": lambda county: interview(county, aid_needed="yes", aid_given="no"),
    "CIT-02": lambda county: detainer(with_claim(with_warrant(Flow(county, 40).screened(30)))),
    "CIT-03": by_word_of_mouth,
    "CIT-04": lambda county: detainer(with_claim(with_warrant(Flow(county, 40).screened(30)), "citizen")),
    "CIT-05": lambda county: service(with_claim(Flow(county, 40).screened(30))),
    "SUP-02": unreviewed,
    "SUP-03": own_review,
    "SUP-05": lambda county: detainer(with_warrant(Flow(county, 40).screened(30, "return"))),
    "DET-01": lambda county: detainer(Flow(county, 40).screened(30)),
    "DET-02": unsigned_position,
    "DET-03": lambda county: detainer(with_warrant(Flow(county, 40).screened(30)), grounds=[]),
    "DET-04": unserved,
    "DET-07": served_too_early,
    "DET-09": unchecked,
    "DET-10": not_charged,
    "DET-11": without_the_function,
    "DET-12": lambda county: detainer(Flow(county, 40).screened(30).sign(20, "I-205")),
    "DET-13": lambda county: service(Flow(county, 40).screened(30), identified="no"),
    "HLD-03": after_the_48_hours,
    "HLD-04": cancelled,
    "TRF-01": lambda county: transfer(county, said={"destination": "ice"}),
    "TRF-05": driven_elsewhere,
    "AUT-01": without_a_warrant,
    "AUT-02": lambda county: detainer(Flow(county, 40).screened(30), box="2", escape_risk="no"),
    "BAL-01": bail_refused,
    "CMP-06": own_complaint,
    "REV-01": before_the_sample,
    "REV-04": own_unit,
    "REC-02": check_after_the_departure,
    "REC-05": lambda county: Attempt(
        Role.COORDINATOR, "/export/", {"recipient": "media", "legal_ground": "none"}
    ),
}


# --- rules that no page runs into --------------------------------------------------------------------------


@dataclass(frozen=True)
class NoPage:
    """Why no page runs into a rule, and whether that is so."""

    why: str
    holds: Callable[[County], bool]


def only_federal(path: str) -> Callable[[County], bool]:
    return lambda county: vars(resolve(path).func)["allowed"] == {Role.FEDERAL_SUPERVISOR}


def _required(form: type[forms.Form], *names: str) -> bool:
    return all(form.base_fields[name].required for name in names)


def _readers_may_read(county: County) -> bool:
    """Each role that may open a case's page stands in the event in a role that may read cases."""
    roles = vars(resolve(f"/bookings/{county.ori}:B-1/").func)["allowed"]
    may = {line.split("actor_role=")[1] for line in CATALOG["REC-04"].passes}
    return {county.account(role).as_actor().role for role in roles} <= may


def _a_correction_asks_why(county: County) -> bool:
    """Each form that corrects an event wants the reason before there is an act."""
    subject = booked(county)
    with within(EVERYTHING):
        case = Case.objects.get(subject=subject)
        event = history.effective(history.load(Subject(county.ori, SubjectKind.BOOKING, subject)))[0]
    forms_of_corrections: tuple[forms.Form, ...] = (
        InterviewCorrection(),
        IssueDetainerForm(case=case, corrects=event),
        correction_form(CertifyForm, None, event),
        FactsCorrection(),
        ChargeCorrection(),
        DispositionCorrection(),
    )
    return all(form.fields["reason"].required for form in forms_of_corrections)


NO_PAGE: dict[str, NoPage] = {
    "SUP-04": NoPage(
        "only a federal supervisor opens the page", only_federal("/supervision/NC0600000:x/document/")
    ),
    "UNI-07": NoPage("the form asks for the reason first", lambda county: _required(ReopenForm, "reason")),
    "REV-02": NoPage(
        "the form asks for all of it first", lambda county: _required(FindingForm, *FindingForm.base_fields)
    ),
    "REC-03": NoPage("the form of a correction asks for the reason first", _a_correction_asks_why),
    "REC-04": NoPage("pages of a case open to those who may read it only", _readers_may_read),
}
