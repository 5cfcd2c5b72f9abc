"""For each rule that guards the desk's acts, an act by a page that it stands against.

`ATTEMPTS` sets the stage in a county by the desk's own acts and says who then does what on which page. For the
rules that no page runs into, `NO_PAGE` says why, and shows it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from django import forms
from django.urls import resolve

import evenhand.desk
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
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.reviews import acts as reviews
from evenhand.desk.reviews.forms import FindingForm
from evenhand.desk.screening.forms import InterviewCorrection
from evenhand.desk.steps.correction import correction_form
from evenhand.record.events import ActorRole, SubjectKind
from evenhand.record.events.booking import FORMS
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
}
LETTER: Said = {
    "functions": ["interview"],
    "valid_from": "2026-01-01",
    "until_revoked": True,
    "supervising_position": "supervisory detention and deportation officer",
}
WARRANT: Said = {"language": "es", "interpreter_needed": "no", "copy_given": "yes"}
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
    agreement, when = f"agreement-{county.ori}", county.ago(days=9)
    county.act("agreement.ended", agreement, FEDERAL, county.ago(days=10), party="ice", ground="notice")
    county.act("agreement.drafted", "agreement-2", COORDINATOR, when, model="WSO", template=2025)
    for role, party in ((COORDINATOR, "agency"), (FEDERAL, "ice")):
        county.act("agreement.signed", "agreement-2", role, when, party=party, signed_by="office")
    effect = {"model": "WSO", "template": 2025, "facilities": (county.jail,)}
    county.act("agreement.took_effect", "agreement-2", COORDINATOR, when, **effect)
    return interview(county)


def not_designated(county: County) -> Attempt:
    county.officer = "officer-9"
    nomination = {"employer": county.ori, "citizenship_attested": True, "name": "Sample Officer"}
    county.act("officer.nominated", county.officer, COORDINATOR, county.ago(days=9), **nomination)
    subject = booked(county)
    completed(county, subject)
    return interview_of(subject)


def refresher_overdue(county: County) -> Attempt:
    due = county.ago(days=2)
    county.act("refresher.required_by", county.officer, FEDERAL, county.ago(days=40), due=due)
    return interview(county)


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


def again_without_a_reason(county: County) -> Attempt:
    subject = booked(county)
    completed(county, subject)
    county.act("screening.opened", subject, OFFICER, county.ago(hours=2), form_version=FORM)
    return Attempt(Role.DESIGNATED_OFFICER, f"/screening/{subject}/", {"done": True})


# --- warrant, detainer, hold, transfer ---------------------------------------------------------------------


def detainer(flow: Flow, role: Role = Role.DESIGNATED_OFFICER) -> Attempt:
    return Attempt(role, f"/custody/{flow.subject}/detainer-issued/", {"ground": "biometric_match"})


def with_warrant(flow: Flow) -> Flow:
    flow.do("sign_warrant", "I-200", by=FEDERAL, at=20)
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
    check = {"system": "cis", "response": "record_found"}
    county.act("record_check.done", flow.subject, OFFICER, flow.ago(26), **check)
    return detainer(with_warrant(flow))


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
    flow.do("issue_detainer", form_version="2017", ground="biometric_match", at=19)
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
    return Attempt(Role.COORDINATOR, "/agreements/agreement-2/effect/", {"facilities": [county.jail]})


def of_agreement(role: Role, slug: str) -> Stage:
    return lambda county: Attempt(role, f"/agreements/agreement-{county.ori}/{slug}/")


def letter(officer: str, **more: str) -> Attempt:
    return Attempt(Role.FEDERAL_SUPERVISOR, f"/officers/{officer}/authorize/", LETTER | more)


def without(missing: str) -> Stage:
    """The authorization of an officer who lacks one of the three things that come before it."""
    course = {"course": "jem_basic"}
    before = {
        "officer.eligibility_decided": {"outcome": "eligible", "decided_by": "federal"},
        "training.completed": course,
        "examination.taken": course | {"score": 88.0, "attempt": 1, "remedial": False},
    }

    def stage(county: County) -> Attempt:
        when, officer = county.ago(days=9), "officer-9"
        nomination = {"employer": county.ori, "citizenship_attested": True, "name": "Sample Officer"}
        county.act("officer.nominated", officer, COORDINATOR, when, **nomination)
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
    return Attempt(Role.COMPLAINTS_OFFICER, f"/complaints/{reference}/resolve/", said)


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


NOTICE = {"notice_reason": "r", "length_days": 30, "how_to_answer": "in writing"}

ATTEMPTS: dict[str, Stage] = {
    "AGR-01": after_agreement("agreement.suspended", **NOTICE),
    "AGR-02": unsigned,
    "AGR-03": under_another_model,
    "AGR-04": lambda county: letter(county.officer, supervising_position=""),
    "AGR-05": of_agreement(Role.COORDINATOR, "amend"),
    "AGR-08": of_agreement(Role.FEDERAL_SUPERVISOR, "suspend"),
    "AGR-10": after_agreement("agreement.ended", ground="notice"),
    "OFF-01": after_officer("officer.left"),
    "OFF-02": without("officer.eligibility_decided"),
    "OFF-03": without("training.completed"),
    "OFF-04": without("examination.taken"),
    "OFF-05": after_officer("officer.revoked", reason="r"),
    "OFF-06": refresher_overdue,
    "OFF-07": after_officer("officer.suspended", reason="r"),
    "OFF-09": not_designated,
    "OFF-10": after_officer("officer.assigned", assigned_facility="elsewhere"),
    "SCO-01": before_the_booking,
    "SCO-02": without_a_charge,
    "SCO-03": in_another_jail,
    "SCO-04": when_release_was_due,
    "SCO-05": lambda county: transfer(county, due=False),
    "UNI-03": out_of_order,
    "UNI-05": lambda county: interview(county, ground=""),
    "UNI-07": again_without_a_reason,
    "LAN-01": lambda county: interview(county, interpreter_asked="no"),
    "LAN-02": lambda county: interview(county, interpreter_needed="yes"),
    "LAN-03": lambda county: interview(county, aid_needed="yes", aid_given="no"),
    "CIT-02": lambda county: detainer(with_claim(with_warrant(Flow(county, 40).screened(30)))),
    "CIT-03": by_word_of_mouth,
    "CIT-04": lambda county: detainer(with_claim(with_warrant(Flow(county, 40).screened(30)), "citizen")),
    "SUP-02": unreviewed,
    "SUP-03": own_review,
    "SUP-05": lambda county: detainer(
        with_warrant(Flow(county, 40).screened(30, "return")), Role.FEDERAL_SUPERVISOR
    ),
    "DET-01": lambda county: detainer(Flow(county, 40).screened(30)),
    "DET-04": unserved,
    "DET-07": served_too_early,
    "DET-09": unchecked,
    "HLD-04": cancelled,
    "TRF-01": lambda county: transfer(county, said={"destination": "ice"}),
    "TRF-03": lambda county: transfer(county, told=False),
    "CMP-06": own_complaint,
    "REV-01": before_the_sample,
    "REV-04": own_unit,
    "REC-02": check_after_the_departure,
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


def _never_recorded(*words: str) -> bool:
    desk = Path(evenhand.desk.__file__).parent
    texts = (p.read_text() for p in desk.rglob("*.py") if p.name != "names.py")
    return not any(word in text for text in texts for word in words)


def _readers_may_read(county: County) -> bool:
    """Each role that may open a case's page stands in the event in a role that may read cases."""
    roles = vars(resolve(f"/bookings/{county.ori}:B-1/").func)["allowed"]
    may = {line.split("actor_role=")[1] for line in CATALOG["REC-04"].passes}
    return {county.account(role).as_actor().role for role in roles} <= may


def _a_correction_asks_why(county: County) -> bool:
    """Each form that corrects an event wants the reason before there is an act."""
    subject = booked(county)
    with within(EVERYTHING):
        case = Case.objects.get(pk=subject)
        event = history.effective(history.load(SubjectKind.BOOKING, subject))[0]
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
    "SUP-04": NoPage("only a federal supervisor opens the page", only_federal("/supervision/x/document/")),
    "DET-02": NoPage("only a federal supervisor opens the page", only_federal("/custody/x/warrant-signed/")),
    "DET-03": NoPage("the form asks for it first", lambda county: _required(IssueDetainerForm, "ground")),
    "REV-02": NoPage(
        "the form asks for all of it first", lambda county: _required(FindingForm, *FindingForm.base_fields)
    ),
    "REC-03": NoPage("the form of a correction asks for the reason first", _a_correction_asks_why),
    "REC-04": NoPage("pages of a case open to those who may read it only", _readers_may_read),
    "REC-05": NoPage(
        "no page releases information",
        lambda county: _never_recorded("access.exported", "AccessExported"),
    ),
}
