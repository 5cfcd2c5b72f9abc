"""A refused act shows its rule; a warning may pass by a second person, and by nobody else."""

from datetime import timedelta

import pytest
from django.test import Client

from desk.county import County, booked
from desk.custody.flow import BOOKING, Flow
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.record import history
from evenhand.desk.record.act import RefusedError
from evenhand.desk.record.history import Subject
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.refusal.models import Waiting
from evenhand.desk.refusal.second import Judged, NotSecondError, approve, ask, decline
from evenhand.record.events import ActorRole, Event, SubjectKind

JAIL = Role.BOOKING_OFFICER
REASON = "the warrant lies with the court"


def _held(county: County) -> Flow:
    """A person on a detainer in box 2, without a warrant, whose release is due."""
    flow = Flow(county, 40).screened(30)
    flow.do("issue_detainer", form_version="2017", box="2", escape_risk=True, at=20)
    flow.do("serve_detainer", language="es", copy_given=True, at=19)
    flow.do("release_due", "bond", by=BOOKING, at=1)
    return flow


@pytest.fixture
def held(county: County) -> Flow:
    return _held(county)


def _asked(county: County, held: Flow) -> Client:
    """A booking officer whose hold has no authority, and who asked for a second person."""
    client = Client()
    client.force_login(county.account(JAIL))
    refused = client.post(f"/custody/{held.subject}/hold-started/", {"basis": "detainer"})
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "AUT-01" in page
    assert "Release the person, or record a warrant" in page
    assert "Miranda-Olivares" in page
    client.post("/second-person/ask/", {"reason": REASON})
    return client


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_second_person_lets_a_warning_pass(county: County, held: Flow) -> None:
    _asked(county, held)
    second = _signed_in(county.account(Role.COORDINATOR))
    page = second.get("/second-person/").content.decode()
    assert "the warrant lies with the court" in page
    assert "Why it is not let pass" in page
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    second.post(f"/second-person/{number}/", {"decision": "approve"})
    with within(EVERYTHING):
        assert held.case().hold_started_at is not None
        said = [
            e.event
            for e in history.load(Subject(county.ori, SubjectKind.SYSTEM, held.subject))
            if e.event.type == "guard.overridden"
        ]
        assert [e.second_person for e in said] == [county.account(Role.COORDINATOR).actor]
        assert not Waiting.objects.exists()


def test_the_first_person_is_not_the_second(county: County, held: Flow) -> None:
    _asked(county, held)
    with within(EVERYTHING):
        found = Waiting.objects.get()
        found.asked_by = county.account(Role.COORDINATOR).actor
        found.save()
    same = _signed_in(county.account(Role.COORDINATOR))
    same.post(f"/second-person/{found.pk}/", {"decision": "approve"})
    with within(EVERYTHING):
        assert held.case().hold_started_at is None


def test_a_reviewer_decides_nothing(county: County, held: Flow) -> None:
    client = _asked(county, held)
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    assert client.post(f"/second-person/{number}/", {"decision": "approve"}).status_code == 403


def test_another_agency_decides_nothing(county: County, other_county: County, held: Flow) -> None:
    _asked(county, held)
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    other = _signed_in(other_county.account(Role.COORDINATOR))
    assert other.post(f"/second-person/{number}/", {"decision": "approve"}).status_code == 404


def test_a_violation_offers_no_second_person(county: County) -> None:
    flow = Flow(county, 40).screened(30)
    client = _signed_in(county.account(Role.DESIGNATED_OFFICER))
    said = {"form_version": "2017", "box": "1", "grounds": ["final_order"], "escape_risk": "yes"}
    refused = client.post(f"/custody/{flow.subject}/detainer-issued/", said)
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "DET-01" in page
    assert "No one can override this" in page
    assert client.get("/second-person/ask/").status_code == 302


def test_a_term_that_only_warns_may_be_overridden(county: County) -> None:
    """OFF-13 is a violation under one template and, as a promise, a warning under another."""
    client = _signed_in(county.account(Role.FEDERAL_SUPERVISOR))
    said = {"reason": "r", "written": "no"}
    refused = client.post(f"/officers/{county.ori}.{county.officer}/revoke/", said)
    assert refused.status_code == 409
    assert "OFF-13" in refused.content.decode()
    client.post("/second-person/ask/", {"reason": "the letter is in the mail"})
    second = _signed_in(county.account(Role.COORDINATOR))
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    second.post(f"/second-person/{number}/", {"decision": "approve"})
    with within(EVERYTHING):
        said_of = [
            entry.event for entry in history.load(Subject(county.ori, SubjectKind.OFFICER, county.officer))
        ]
        assert said_of[-1].type == "officer.revoked"
        assert not Waiting.objects.exists()


def test_what_waits_is_not_in_the_clear(county: County, held: Flow) -> None:
    client = _asked(county, held)
    with within(EVERYTHING):
        assert "detainer" not in str(Waiting.objects.values())
    assert "hold_started" not in str(dict(client.session))


def test_a_request_runs_out(county: County, held: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    _asked(county, held)
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    monkeypatch.setattr("evenhand.desk.refusal.second.RUNS_OUT", timedelta(seconds=-1))
    _signed_in(county.account(Role.COORDINATOR)).post(f"/second-person/{number}/", {"decision": "approve"})
    with within(EVERYTHING):
        assert held.case().hold_started_at is None


def test_looking_deletes_nothing_and_asking_deletes_what_ran_out(county: County, held: Flow) -> None:
    _asked(county, held)
    with within(EVERYTHING):
        Waiting.objects.update(asked_at=county.ago(hours=2))
    second = _signed_in(county.account(Role.COORDINATOR))
    assert "the warrant lies with the court" not in second.get("/second-person/").content.decode()
    second.get("/")
    with within(EVERYTHING):
        (old,) = Waiting.objects.all()
    _asked(county, held)
    with within(EVERYTHING):
        (new,) = Waiting.objects.all()
    assert new.pk != old.pk


def _waiting(held: Flow) -> Waiting:
    """A hold without a warrant, which waits for a second person."""
    county = held.county
    with within(EVERYTHING):
        with pytest.raises(RefusedError) as refused:
            held.do("start_hold", "detainer", by=BOOKING)
        rules = [refusal.rule.id for refusal in refused.value.refusals]
        judged = Judged(refused.value.acts, refused.value.size)
        return ask(judged, rules, county.account(JAIL), REASON)


def _guarded(subject: str) -> list[Event]:
    """What the guard and second persons said of it."""
    with within(EVERYTHING):
        said = [entry.event for entry in history.load(Subject(County().ori, SubjectKind.SYSTEM, subject))]
    return [event for event in said if event.type.startswith("guard.")]


def test_one_refusal_and_its_request_are_one_event(county: County, held: Flow) -> None:
    _asked(county, held)
    assert [(e.type, e.rule, e.second_person) for e in _guarded(held.subject)] == [  # type: ignore[attr-defined]
        ("guard.refused", "AUT-01", None)
    ]


def test_who_does_not_let_it_pass_says_why_and_that_stands_in_the_record(county: County, held: Flow) -> None:
    asker = _asked(county, held)
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    second = _signed_in(county.account(Role.COORDINATOR))
    said = {"decision": "decline", "reason": "draw it first"}
    second.post(f"/second-person/{number}/", said)
    refused, declined = _guarded(held.subject)
    assert refused.second_person is None  # type: ignore[attr-defined]
    assert declined.type == "guard.refused"
    assert (declined.rule, declined.second_person) == ("AUT-01", county.account(Role.COORDINATOR).actor)  # type: ignore[attr-defined]
    assert (declined.actor, declined.reason) == (county.account(JAIL).actor, "draw it first")
    with within(EVERYTHING):
        assert not Waiting.objects.exists()
        assert held.case().hold_started_at is None
    name = county.account(Role.COORDINATOR).name
    page = asker.get(f"/bookings/{held.subject}/").content.decode()
    assert f"a second person ({name}) did not let the act pass" in page
    assert "draw it first" in page
    page = asker.get(f"/bookings/{held.subject}/", headers={"accept-language": "es"}).content.decode()
    assert f"una segunda persona ({name}) no permitió el acto" in page
    second.post(f"/second-person/{number}/", said)
    assert len(_guarded(held.subject)) == 2


@pytest.mark.parametrize(
    ("language", "error"), [("en", "This field is required."), ("es", "Este campo es obligatorio.")]
)
def test_a_decline_without_a_reason_is_asked_for_one(
    county: County, held: Flow, language: str, error: str
) -> None:
    _asked(county, held)
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    second = _signed_in(county.account(Role.COORDINATOR))
    page = second.post(
        f"/second-person/{number}/",
        {"decision": "decline", "reason": " "},
        headers={"accept-language": language},
    )
    assert error in page.content.decode()
    with within(EVERYTHING):
        assert Waiting.objects.exists()
    assert len(_guarded(held.subject)) == 1


def test_the_first_person_does_not_decline_either(county: County) -> None:
    waiting = _waiting(_held(county))
    with within(EVERYTHING), pytest.raises(NotSecondError):
        decline(waiting, county.account(JAIL), "changed my mind")
    with within(EVERYTHING):
        assert Waiting.objects.exists()


def test_a_violation_cannot_be_asked_for(county: County) -> None:
    with within(EVERYTHING):
        act = county.event(
            "interview.held", booked(county), ActorRole.DESIGNATED_OFFICER, county.ago(hours=1)
        )
        with pytest.raises(NotSecondError):
            ask(Judged((act,), 0), ["AUT-01", "OFF-07"], county.account(Role.DESIGNATED_OFFICER), "r")


def test_a_violation_that_came_up_since_ends_the_request(county: County) -> None:
    """ICE cancelled the detainer before the hold, and it is recorded only now."""
    waiting = _waiting(_held(county))
    cancelled = county.ago(minutes=1)
    county.act("detainer.cancelled", f"{county.ori}:B-1", ActorRole.FEDERAL_SUPERVISOR, cancelled)
    with within(EVERYTHING):
        with pytest.raises(RefusedError) as refused:
            approve(waiting, county.account(Role.COORDINATOR))
        assert not refused.value.may_be_overridden
        assert not Waiting.objects.exists()
        said = [e.event for e in history.load(Subject(county.ori, SubjectKind.SYSTEM, f"{county.ori}:B-1"))]
    assert [e.rule for e in said if e.type == "guard.refused"] == ["AUT-01", "HLD-04", "AUT-01"]


def test_two_who_decide_at_once_record_the_act_once(county: County) -> None:
    waiting = _waiting(_held(county))
    with within(EVERYTHING):
        same = Waiting.objects.get()
        approve(waiting, county.account(Role.COORDINATOR))
        with pytest.raises(NotSecondError):
            approve(same, county.account(Role.FEDERAL_SUPERVISOR))
