"""A refused act shows its rule; a warning may pass by a second person, and by nobody else."""

from datetime import timedelta

import pytest
from django.test import Client

from desk.county import County, booked
from desk.custody.flow import INTERVIEW
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.record import history
from evenhand.desk.record.act import RefusedError, perform
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.refusal.models import Waiting
from evenhand.desk.refusal.second import NotSecondError, approve, ask, decline
from evenhand.desk.reviews import acts
from evenhand.desk.reviews.models import Finding
from evenhand.record.events import ActorRole, Event, SubjectKind
from evenhand.record.events.oversight import ReviewBody

FINDING = {"rule": "UNI-02", "evidence": "e1", "text": "not closed", "owner": "captain", "due": "2030-01-01"}


@pytest.fixture
def review(county: County) -> str:
    with within(EVERYTHING):
        return acts.open_review(
            by=county.actor(ActorRole.REVIEWER),
            agency=county.ori,
            body=ReviewBody.COUNTY,
            reviewer_unit="auditor",
            reviewed_unit="jail",
            scope="all",
        )


def _asked(county: County, review: str) -> Client:
    """A reviewer whose finding came before any sample, and who asked for a second person."""
    client = Client()
    client.force_login(county.account(Role.REVIEWER))
    refused = client.post(f"/reviews/{review}/finding/", FINDING)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "REV-01" in page
    assert "Draw the sample, with its seed, first." in page
    assert "GAO" in page
    client.post("/second-person/ask/", {"reason": "the sample was drawn on paper"})
    return client


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_second_person_lets_a_warning_pass(county: County, review: str) -> None:
    _asked(county, review)
    second = _signed_in(county.account(Role.COORDINATOR))
    page = second.get("/second-person/").content.decode()
    assert "the sample was drawn on paper" in page
    assert "Why it is not let pass" in page
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    second.post(f"/second-person/{number}/", {"decision": "approve"})
    with within(EVERYTHING):
        assert Finding.objects.get(review=review).rule == "UNI-02"
        said = [
            e.event for e in history.load(SubjectKind.SYSTEM, review) if e.event.type == "guard.overridden"
        ]
        assert [e.second_person for e in said] == [county.account(Role.COORDINATOR).actor]
        assert not Waiting.objects.exists()


def test_the_first_person_is_not_the_second(county: County, review: str) -> None:
    _asked(county, review)
    with within(EVERYTHING):
        found = Waiting.objects.get()
        found.asked_by = county.account(Role.COORDINATOR).actor
        found.save()
    same = _signed_in(county.account(Role.COORDINATOR))
    same.post(f"/second-person/{found.pk}/", {"decision": "approve"})
    with within(EVERYTHING):
        assert not Finding.objects.filter(review=review).exists()


def test_a_reviewer_decides_nothing(county: County, review: str) -> None:
    client = _asked(county, review)
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    assert client.post(f"/second-person/{number}/", {"decision": "approve"}).status_code == 403


def test_another_agency_decides_nothing(county: County, other_county: County, review: str) -> None:
    _asked(county, review)
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    other = _signed_in(other_county.account(Role.COORDINATOR))
    assert other.post(f"/second-person/{number}/", {"decision": "approve"}).status_code == 404


def test_a_violation_offers_no_second_person(county: County) -> None:
    client = _signed_in(county.account(Role.REVIEWER))
    said = {
        "agency": county.ori,
        "body": "county",
        "reviewer_unit": "jail",
        "reviewed_unit": "jail",
        "scope": "x",
    }
    refused = client.post("/reviews/open/", said)
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "REV-04" in page
    assert "No one can override this" in page
    assert client.get("/second-person/ask/").status_code == 302


def test_what_waits_is_not_in_the_clear(county: County, review: str) -> None:
    client = _asked(county, review)
    with within(EVERYTHING):
        assert "not closed" not in str(Waiting.objects.values())
    assert "not closed" not in str(dict(client.session))


def test_a_request_runs_out(county: County, review: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _asked(county, review)
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    monkeypatch.setattr("evenhand.desk.refusal.second.RUNS_OUT", timedelta(seconds=-1))
    _signed_in(county.account(Role.COORDINATOR)).post(f"/second-person/{number}/", {"decision": "approve"})
    with within(EVERYTHING):
        assert not Finding.objects.filter(review=review).exists()


def test_looking_deletes_nothing_and_asking_deletes_what_ran_out(county: County, review: str) -> None:
    _asked(county, review)
    with within(EVERYTHING):
        Waiting.objects.update(asked_at=county.ago(hours=2))
    second = _signed_in(county.account(Role.COORDINATOR))
    assert "the sample was drawn on paper" not in second.get("/second-person/").content.decode()
    second.get("/")
    with within(EVERYTHING):
        (old,) = Waiting.objects.all()
    _asked(county, review)
    with within(EVERYTHING):
        (new,) = Waiting.objects.all()
    assert new.pk != old.pk


def _elsewhere(county: County) -> Waiting:
    """An interview by an officer who is assigned to another jail, which waits for a second person."""
    with within(EVERYTHING):
        coordinator, jail = ActorRole.COORDINATOR, {"assigned_facility": "elsewhere"}
        county.act("officer.assigned", county.officer, coordinator, county.ago(days=3), **jail)
        officer, when = ActorRole.DESIGNATED_OFFICER, county.ago(hours=1)
        interview = county.event("interview.held", booked(county), officer, when, **INTERVIEW)
        with pytest.raises(RefusedError) as refused:
            perform(interview)
        rules = [refusal.rule.id for refusal in refused.value.refusals]
        return ask(refused.value.acts, rules, county.account(Role.DESIGNATED_OFFICER), "the annex is full")


def _guarded(subject: str) -> list[Event]:
    """What the guard and second persons said of it."""
    with within(EVERYTHING):
        said = [entry.event for entry in history.load(SubjectKind.SYSTEM, subject)]
    return [event for event in said if event.type.startswith("guard.")]


def test_one_refusal_and_its_request_are_one_event(county: County, review: str) -> None:
    _asked(county, review)
    assert [(e.type, e.rule, e.second_person) for e in _guarded(review)] == [  # type: ignore[attr-defined]
        ("guard.refused", "REV-01", None)
    ]


def test_who_does_not_let_it_pass_says_why_and_that_stands_in_the_record(county: County, review: str) -> None:
    asker = _asked(county, review)
    with within(EVERYTHING):
        number = Waiting.objects.get().pk
    second = _signed_in(county.account(Role.COORDINATOR))
    said = {"decision": "decline", "reason": "draw it first"}
    second.post(f"/second-person/{number}/", said)
    refused, declined = _guarded(review)
    assert refused.second_person is None  # type: ignore[attr-defined]
    assert declined.type == "guard.refused"
    assert (declined.rule, declined.second_person) == ("REV-01", county.account(Role.COORDINATOR).actor)  # type: ignore[attr-defined]
    assert (declined.actor, declined.reason) == (county.account(Role.REVIEWER).actor, "draw it first")
    with within(EVERYTHING):
        assert not Waiting.objects.exists()
        assert not Finding.objects.filter(review=review).exists()
    name = county.account(Role.COORDINATOR).name
    page = asker.get(f"/reviews/{review}/").content.decode()
    assert f"a second person ({name}) did not let the act pass" in page
    assert "draw it first" in page
    page = asker.get(f"/reviews/{review}/", headers={"accept-language": "es"}).content.decode()
    assert f"una segunda persona ({name}) no permitió el acto" in page
    second.post(f"/second-person/{number}/", said)
    assert len(_guarded(review)) == 2


@pytest.mark.parametrize(
    ("language", "error"), [("en", "This field is required."), ("es", "Este campo es obligatorio.")]
)
def test_a_decline_without_a_reason_is_asked_for_one(
    county: County, review: str, language: str, error: str
) -> None:
    _asked(county, review)
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
    assert len(_guarded(review)) == 1


def test_the_first_person_does_not_decline_either(county: County) -> None:
    waiting = _elsewhere(county)
    with within(EVERYTHING), pytest.raises(NotSecondError):
        decline(waiting, county.account(Role.DESIGNATED_OFFICER), "changed my mind")
    with within(EVERYTHING):
        assert Waiting.objects.exists()


def test_a_violation_cannot_be_asked_for(county: County) -> None:
    with within(EVERYTHING):
        act = county.event(
            "interview.held", booked(county), ActorRole.DESIGNATED_OFFICER, county.ago(hours=1)
        )
        with pytest.raises(NotSecondError):
            ask([act], ["OFF-10", "OFF-07"], county.account(Role.DESIGNATED_OFFICER), "r")


def test_a_violation_that_came_up_since_ends_the_request(county: County) -> None:
    waiting = _elsewhere(county)
    county.act("officer.suspended", county.officer, ActorRole.COORDINATOR, county.ago(days=2), reason="r")
    with within(EVERYTHING):
        with pytest.raises(RefusedError) as refused:
            approve(waiting, county.account(Role.COORDINATOR))
        assert not refused.value.may_be_overridden
        assert not Waiting.objects.exists()
        said = [e.event for e in history.load(SubjectKind.SYSTEM, f"{county.ori}:B-1")]
    assert [e.rule for e in said if e.type == "guard.refused"] == ["OFF-10", "OFF-07", "OFF-10"]


def test_two_who_decide_at_once_record_the_act_once(county: County) -> None:
    waiting = _elsewhere(county)
    with within(EVERYTHING):
        same = Waiting.objects.get()
        approve(waiting, county.account(Role.COORDINATOR))
        with pytest.raises(NotSecondError):
            approve(same, county.account(Role.FEDERAL_SUPERVISOR))
