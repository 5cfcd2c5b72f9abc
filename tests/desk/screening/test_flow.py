"""Screening through the pages: the steps, the interview, the determination, a claim, closing, screening again."""

import pytest

from desk.casework import INTERVIEW, Desk
from desk.county import County
from desk.custody.flow import Flow
from desk.custody.test_pages import SERVICE
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.models import Stage
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.refusal.models import Waiting
from evenhand.record.events import SubjectKind
from evenhand.record.events.booking import RecordCheckDone

OFFICER, FEDERAL = Role.DESIGNATED_OFFICER, Role.FEDERAL_SUPERVISOR


def test_a_whole_case(desk: Desk) -> None:
    subject = desk.book()
    assert desk.case(subject).stage == Stage.WAITING
    desk.screen(subject)
    assert desk.case(subject).closing_reason == "completed"
    desk.interview(subject)
    assert desk.case(subject).stage == Stage.INTERVIEWED
    desk.check(subject)
    desk.determine(subject, conviction_class="13", pending_class="54")
    assert desk.case(subject).stage == Stage.REVIEW
    desk.review(subject)
    assert desk.case(subject).stage == Stage.DECIDED
    desk.did(OFFICER, f"/screening/{subject}/document/", form="I-862")
    assert "I-862" in desk.get(FEDERAL, f"/supervision/{subject}/document/").content.decode()
    desk.did(FEDERAL, f"/supervision/{subject}/document/", form="I-862")
    assert desk.case(subject).unsigned_since is None
    assert desk.types(subject) == [
        "person.booked",
        "charge.recorded",
        "screening.opened",
        *["screening.step_done"] * 4,
        "screening.closed",
        "interview.held",
        "record_check.done",
        "determination.made",
        "determination.reviewed",
        "charging_document.prepared",
        "charging_document.signed",
    ]
    assert rebuild().differences == ()


def test_the_steps_come_in_the_forms_order(desk: Desk) -> None:
    subject = desk.book()
    answer = desk.post(OFFICER, f"/screening/{subject}/", step="questions", done="on")
    assert answer.status_code == 422
    assert "in the form&#x27;s order" in answer.content.decode()
    assert "screening.step_done" not in desk.types(subject)


def test_a_step_needs_the_officers_word(desk: Desk) -> None:
    subject = desk.book()
    assert desk.post(OFFICER, f"/screening/{subject}/", step="language").status_code == 422


@pytest.mark.parametrize("reason", ["refused", "released_before", "medical", "not_in_force"])
def test_a_screening_is_closed_for_a_neutral_reason(desk: Desk, reason: str) -> None:
    subject = desk.book()
    desk.did(OFFICER, f"/screening/{subject}/close/", closing_reason=reason)
    case = desk.case(subject)
    assert (case.stage, case.closing_reason) == (Stage.CLOSED, reason)


def test_nobody_closes_it_as_completed_by_hand(desk: Desk) -> None:
    subject = desk.book()
    assert desk.post(OFFICER, f"/screening/{subject}/close/", closing_reason="completed").status_code == 422


def test_no_interview_without_the_steps_that_are_put_to_everyone(desk: Desk) -> None:
    subject = desk.book()
    answer = desk.post(OFFICER, f"/screening/{subject}/interview/", **INTERVIEW)
    assert answer.status_code == 422
    assert "interview.held" not in desk.types(subject)


def test_no_determination_without_an_interview_or_a_check(desk: Desk) -> None:
    subject = desk.book()
    desk.screen(subject)
    said = {"outcome": "no_action", "grounds": ["statement"], "reason": "x"}
    assert desk.post(OFFICER, f"/screening/{subject}/determination/", **said).status_code == 422


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("LAN-01", {"interpreter_asked": "no"}),
        ("LAN-01", {"interpreter_needed": ""}),
        ("LAN-02", {"interpreter_needed": "yes"}),
        ("LAN-03", {"aid_needed": "yes", "aid_given": "no"}),
    ],
)
def test_an_interview_is_warned_of_and_saved_all_the_same(
    desk: Desk, rule: str, said: dict[str, str]
) -> None:
    subject = desk.book()
    desk.screen(subject)
    officer = desk.client(OFFICER)
    answer = officer.post(f"/screening/{subject}/interview/", {**INTERVIEW, **said})
    assert answer.status_code == 409
    assert rule in answer.content.decode()
    assert "interview.held" not in desk.types(subject)
    assert officer.post("/warnings/confirm/").status_code == 302
    assert rule in {e.rule for e in desk.events(subject, SubjectKind.SYSTEM) if e.type == "guard.warned"}
    assert rule in desk.get(OFFICER, f"/bookings/{subject}/").content.decode()
    assert "interview.held" in desk.types(subject)


def test_an_interview_without_a_ground_is_refused(desk: Desk) -> None:
    subject = desk.book()
    desk.screen(subject)
    answer = desk.post(OFFICER, f"/screening/{subject}/interview/", **{**INTERVIEW, "ground": ""})
    assert answer.status_code == 409
    assert "UNI-05" in {e.rule for e in desk.events(subject, SubjectKind.SYSTEM) if e.type == "guard.refused"}
    assert "interview.held" not in desk.types(subject)


@pytest.mark.parametrize(
    "ground", ["appearance", "name", "accent", "language", "race_or_ethnicity", "religion"]
)
def test_a_forbidden_ground_is_not_offered(desk: Desk, ground: str) -> None:
    subject = desk.book()
    desk.screen(subject)
    page = desk.get(OFFICER, f"/screening/{subject}/interview/").content.decode()
    assert f'value="{ground}"' not in page
    answer = desk.post(OFFICER, f"/screening/{subject}/interview/", **{**INTERVIEW, "ground": ground})
    assert answer.status_code == 422


def test_an_interview_without_a_charge_is_refused(desk: Desk) -> None:
    from evenhand.desk.bookings.acts import Booking, book
    from evenhand.desk.record.scope import EVERYTHING, within

    county = desk.county
    booking = Booking(county.ori, county.jail, "B-2", county.ago(minutes=30), "Roe, Sample")
    with within(EVERYTHING):
        subject = book(booking, county.account(Role.BOOKING_OFFICER).as_actor())
    desk.screen(subject)
    answer = desk.post(OFFICER, f"/screening/{subject}/interview/", **INTERVIEW)
    assert answer.status_code == 409
    assert "SCO-02" in answer.content.decode()


def test_nobody_is_kept_to_be_interviewed(desk: Desk) -> None:
    subject = desk.book()
    desk.screen(subject)
    from evenhand.record.events import ActorRole

    county = desk.county
    county.act("custody.release_due", subject, ActorRole.BOOKING_OFFICER, county.ago(minutes=5), cause="bond")
    answer = desk.post(OFFICER, f"/screening/{subject}/interview/", **INTERVIEW)
    assert answer.status_code == 409
    assert "SCO-04" in answer.content.decode()


def test_an_officer_without_a_certificate_is_refused(county: County) -> None:
    desk = Desk(county)
    subject = desk.book()
    desk.screen(subject)
    from evenhand.record.events import ActorRole

    signer = {"written": True, "signed_by_position": "field_office_director"}
    county.act("officer.revoked", county.officer, ActorRole.FEDERAL_SUPERVISOR, reason="for cause", **signer)
    answer = desk.post(OFFICER, f"/screening/{subject}/interview/", **INTERVIEW)
    assert answer.status_code == 409
    assert "OFF-07" in answer.content.decode()


def test_only_a_federal_supervisor_overrides_a_rule_on_supervision(county: County) -> None:
    from evenhand.record.events import ActorRole

    desk = Desk(county)
    subject = desk.book()
    desk.screen(subject)
    desk.interview(subject)
    desk.check(subject)
    desk.determine(subject)
    flow = Flow.of(county, subject)
    flow.sign(0)
    flow.do("release_due", "bond", by=ActorRole.BOOKING_OFFICER, at=0)
    officer = desk.client(OFFICER)
    answer = officer.post(f"/custody/{subject}/warrant-served/", SERVICE)
    assert answer.status_code == 409
    assert "SUP-02" in answer.content.decode()
    officer.post("/second-person/ask/", {"reason": "ICE concurred by telephone."})
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    assert desk.post(Role.COORDINATOR, f"/second-person/{number}/", decision="approve").status_code == 302
    assert "warrant.served" not in desk.types(subject)
    desk.did(FEDERAL, f"/second-person/{number}/", decision="approve")
    assert "warrant.served" in desk.types(subject)


def test_an_interview_is_corrected_with_a_reason(desk: Desk) -> None:
    subject = desk.book()
    desk.screen(subject)
    desk.interview(subject)
    url = f"/screening/{subject}/interview/"
    assert desk.post(OFFICER, url, **{**INTERVIEW, "language": "fr"}).status_code == 422
    desk.did(OFFICER, url, **{**INTERVIEW, "language": "fr", "reason": "the wrong line was chosen"})
    held = [e for e in desk.events(subject) if e.type == "interview.held"]
    assert [e.language for e in held] == ["es", "fr"]
    assert held[1].corrects == held[0].id
    assert held[1].stated_place_of_birth == "Brobdingnag"


def test_a_claim_stops_the_case_until_ice_resolves_it(desk: Desk) -> None:
    subject = desk.book()
    desk.did(OFFICER, f"/screening/{subject}/", step="language", done="on")
    assert f"/screening/{subject}/claim/" in desk.get(OFFICER, f"/screening/{subject}/").content.decode()
    desk.did(OFFICER, f"/screening/{subject}/claim/", how="stated")
    case = desk.case(subject)
    assert case.stage == Stage.STOPPED
    for page in (f"/bookings/{subject}/", f"/screening/{subject}/", f"/screening/{subject}/claim/"):
        assert "CIT-01" in desk.get(OFFICER, page).content.decode()
    for path, said in (
        ("", {"step": "advisal", "done": "on"}),
        ("interview/", INTERVIEW),
        ("check/", {"system": "lesc", "response": "no_record"}),
        ("determination/", {"outcome": "refer", "grounds": ["statement"], "reason": "x"}),
        ("document/", {"form": "I-862"}),
    ):
        answer = desk.post(OFFICER, f"/screening/{subject}/{path}", **said)
        assert answer.status_code == 422, path
        assert "topped: " in answer.content.decode()
    desk.did(OFFICER, f"/screening/{subject}/claim/")
    assert desk.case(subject).claim_reported_at is not None
    assert "CIT-01" not in desk.get(OFFICER, f"/bookings/{subject}/").content.decode()
    said = {"outcome": "not_shown", "grounds": ["records checked"], "reason": "searched", "in_writing": "on"}
    desk.did(FEDERAL, f"/supervision/{subject}/claim/", **said)
    assert desk.case(subject).stage == Stage.SCREENING
    assert rebuild().differences == ()


def test_a_claim_that_is_upheld_closes_the_screening_before_its_last_step(desk: Desk) -> None:
    subject = desk.book()
    desk.did(OFFICER, f"/screening/{subject}/", step="language", done="on")
    close = f"/screening/{subject}/close/"
    assert desk.post(OFFICER, close, closing_reason="claim_upheld").status_code == 422
    desk.did(OFFICER, f"/screening/{subject}/claim/", how="stated")
    desk.did(OFFICER, f"/screening/{subject}/claim/")
    said = {"outcome": "citizen", "grounds": ["records checked"], "reason": "found", "in_writing": "on"}
    desk.did(FEDERAL, f"/supervision/{subject}/claim/", **said)
    desk.did(OFFICER, close, closing_reason="claim_upheld")
    case = desk.case(subject)
    assert (case.stage, case.closing_reason) == (Stage.CLOSED, "claim_upheld")
    assert rebuild().differences == ()


def test_a_claim_resolved_by_word_of_mouth_is_refused(desk: Desk) -> None:
    subject = desk.book()
    desk.did(Role.BOOKING_OFFICER, f"/screening/{subject}/claim/", how="document")
    said = {"outcome": "citizen", "grounds": ["birth certificate"], "reason": "seen"}
    answer = desk.post(FEDERAL, f"/supervision/{subject}/claim/", **said)
    assert answer.status_code == 409
    assert "CIT-03" in answer.content.decode()
    assert desk.case(subject).claim_open


def test_a_finding_of_citizenship_ends_the_case(desk: Desk) -> None:
    subject = desk.book()
    desk.screen(subject)
    desk.interview(subject)
    desk.did(OFFICER, f"/screening/{subject}/claim/", how="document")
    said = {"outcome": "citizen", "grounds": ["passport"], "reason": "seen", "in_writing": "on"}
    desk.did(FEDERAL, f"/supervision/{subject}/claim/", **said)
    answer = desk.post(OFFICER, f"/screening/{subject}/check/", system="lesc", response="no_record")
    assert answer.status_code == 422
    assert "The case is over" in answer.content.decode()


def test_a_check_states_whether_the_query_was_logged(desk: Desk) -> None:
    subject = desk.book()
    desk.screen(subject)
    desk.interview(subject)
    url, said = f"/screening/{subject}/check/", {"system": "ncic", "response": "no_record"}
    for logged in ("yes", "no", ""):
        desk.did(OFFICER, url, **said, logged=logged)
    checks = [e for e in desk.events(subject) if isinstance(e, RecordCheckDone)]
    assert [check.logged for check in checks] == [True, False, None]


def test_a_second_screening_needs_a_reason_and_does_every_step_again(desk: Desk) -> None:
    subject = desk.book()
    desk.screen(subject)
    assert desk.post(OFFICER, f"/screening/{subject}/again/").status_code == 422
    desk.did(OFFICER, f"/screening/{subject}/again/", reason="no interpreter was there")
    assert desk.case(subject).stage == Stage.WAITING
    page = desk.get(OFFICER, f"/screening/{subject}/").content.decode()
    assert all(name in page for name in ("Language", "Advisal", "Questions", "Attestation"))
    desk.did(OFFICER, f"/screening/{subject}/", done="on")
    case = desk.case(subject)
    assert (case.screenings, case.closing_reason, len(case.steps_done)) == (2, "completed", 4)
    assert rebuild().differences == ()
