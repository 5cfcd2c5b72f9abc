"""Whom a program may name: people of its agency whom the desk knows, in the roles that its token was granted."""

from typing import Any

import pytest
from django.test import Client

from desk.api_calls import act, booking, post, token
from desk.casework import Desk
from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.api.models import AGENCY_ROLES, Grant, Token, TokenError, issue
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import ActorRole, SubjectKind

CHECK = "record_check.done", {"system": "cis", "response": "no_record"}


@pytest.fixture
def sent(county: County, client: Client) -> Any:
    """Sends an act on the booking 26-1 with a token; its result."""
    post(client, "bookings", [booking(county)], token(county, Grant.BOOKINGS))

    def send(headers: dict[str, str], **more: Any) -> Any:
        name, payload = more.pop("said", CHECK)
        return post(client, "acts", [act(county, name, payload, **more)], headers).json()["results"][0]

    return send


def _wrong(result: Any) -> list[str]:
    assert result["status"] == "invalid", result
    return [wrong["field"] for wrong in result["wrong"]]


@pytest.mark.parametrize("role", sorted({*ActorRole} - {*AGENCY_ROLES}))
def test_no_token_of_the_agency_states_these_roles(county: County, sent: Any, role: str) -> None:
    assert _wrong(sent(token(county), actor="desk", actor_role=role)) == ["actor_role"]


def test_a_role_that_was_not_granted_is_not_stated(county: County, sent: Any) -> None:
    headers = token(county, Grant.ACTS, roles=[ActorRole.BOOKING_OFFICER])
    assert _wrong(sent(headers)) == ["actor_role"]
    name = county.account(Role.BOOKING_OFFICER).actor
    assert sent(headers, actor=name, actor_role="booking_officer")["status"] == "recorded"


def test_a_person_whom_the_desk_does_not_know_does_not_act(county: County, sent: Any) -> None:
    for role in AGENCY_ROLES:
        assert _wrong(sent(token(county), actor="nobody", actor_role=role.value)) == ["actor"]


def test_a_person_acts_in_the_role_of_the_account(county: County, sent: Any) -> None:
    clerk = county.account(Role.BOOKING_OFFICER).actor
    assert _wrong(sent(token(county), actor=clerk, actor_role="coordinator")) == ["actor"]
    assert _wrong(sent(token(county), actor=clerk, actor_role="designated_officer")) == ["actor"]


def test_an_auditor_only_reads(county: County, sent: Any) -> None:
    auditor = county.account(Role.AUDITOR).actor
    assert _wrong(sent(token(county), actor=auditor, actor_role="reviewer")) == ["actor"]


def test_an_account_that_may_not_sign_in_does_not_act(county: County, sent: Any) -> None:
    clerk, officer = county.account(Role.BOOKING_OFFICER), county.account(Role.DESIGNATED_OFFICER)
    for account in (clerk, officer):
        account.is_active = False
        account.save()
    assert _wrong(sent(token(county), actor=clerk.actor, actor_role="booking_officer")) == ["actor"]
    assert _wrong(sent(token(county))) == ["actor"]


def test_people_of_another_agency_do_not_act(county: County, other_county: County, sent: Any) -> None:
    clerk = other_county.account(Role.BOOKING_OFFICER).actor
    assert _wrong(sent(token(county), actor=clerk, actor_role="booking_officer")) == ["actor"]
    assert _wrong(sent(token(county), actor=other_county.officer)) == ["actor"]


def test_an_officer_acts_with_a_certificate_in_force(county: County, sent: Any) -> None:
    assert sent(token(county))["status"] == "recorded"
    before = county.ago(days=379).isoformat()
    assert _wrong(sent(token(county), occurred_at=before)) == ["actor"]
    notice = {"reason": "r", "written": True, "signed_by_position": "field_office_director"}
    county.act("officer.revoked", county.officer, ActorRole.FEDERAL_SUPERVISOR, county.ago(hours=1), **notice)
    # The certificate stands; that the authority ended is the guard's to say, as on the pages.
    made = {"outcome": "no_action", "grounds": ["r"]}
    assert sent(token(county), said=("determination.made", made))["status"] == "refused"


REVIEW = "determination.reviewed", {"outcome": "concur"}


def test_federal_acts_need_a_federal_token_and_a_federal_account(county: County, sent: Any) -> None:
    made = {"outcome": "no_action", "grounds": ["r"]}
    assert sent(token(county), said=("determination.made", made))["status"] == "recorded"
    supervisor = {"actor": county.account(Role.FEDERAL_SUPERVISOR).actor, "actor_role": "federal_supervisor"}
    federal = token(county, Grant.FEDERAL)
    now = {"occurred_at": county.began.isoformat()}
    assert _wrong(sent(token(county), said=REVIEW, **supervisor, **now)) == ["actor_role"]
    named = {"actor": county.account(Role.COORDINATOR).actor, "actor_role": "federal_supervisor"}
    assert _wrong(sent(federal, said=REVIEW, **named, **now)) == ["actor"]
    assert _wrong(sent(federal)) == ["actor_role"]
    assert sent(federal, said=REVIEW, **supervisor, **now)["status"] == "recorded"


@pytest.mark.parametrize("grant", [Grant.ACTS, Grant.BOOKINGS, Grant.RELEASES])
def test_no_token_writes_for_both_sides(county: County, grant: Grant) -> None:
    with within(EVERYTHING), pytest.raises(TokenError):
        issue(county.ori, "both", [Grant.FEDERAL, grant], "administrator")
    administrator = Desk(county)
    said = {"agency": county.ori, "name": "both", "grants": [Grant.FEDERAL, grant], "days": 30}
    page = administrator.post(Role.ADMINISTRATOR, "/administration/programs/tokens/new/", **said)
    assert "Make a token for each" in page.content.decode()
    with within(EVERYTHING):
        assert not Token.objects.filter(name="both").exists()


def test_a_role_needs_the_grant_of_its_side(county: County) -> None:
    with within(EVERYTHING), pytest.raises(TokenError):
        issue(county.ori, "x", [Grant.ACTS], "a", roles=[ActorRole.FEDERAL_SUPERVISOR])
    with within(EVERYTHING), pytest.raises(TokenError):
        issue(county.ori, "x", [Grant.BOOKINGS], "a", roles=[ActorRole.COORDINATOR])


def test_each_event_names_the_token_that_sent_it(county: County, sent: Any, desk: Desk) -> None:
    sent(token(county))
    with within(EVERYTHING):
        tokens = {t.identity for t in Token.objects.all()}
        entries = history.load(Subject(county.ori, SubjectKind.BOOKING, f"{county.ori}:26-1"))
    assert {entry.event.source_file for entry in entries} == tokens
    page = desk.get(Role.COORDINATOR, f"/bookings/{county.ori}:26-1/").content.decode()
    assert "as sent by the program jms" in page


def test_an_act_corrects_only_what_holds(county: County, sent: Any) -> None:
    """One entry is corrected once; an entry of another booking, or of another type, is none to correct."""
    with within(EVERYTHING):
        booked = history.load(Subject(county.ori, SubjectKind.BOOKING, f"{county.ori}:26-1"))[0].event
    headers = token(county)
    assert _wrong(sent(headers, corrects=str(booked.id), reason="r")) == [""]
    first = sent(headers)
    assert first["status"] == "recorded"
    with within(EVERYTHING):
        check = history.load(Subject(county.ori, SubjectKind.BOOKING, f"{county.ori}:26-1"))[-1].event
    again = {"corrects": str(check.id), "reason": "misread"}
    assert sent(headers, **again)["status"] == "recorded"
    assert _wrong(sent(headers, **again)) == [""]


def test_one_determination_waits_and_is_reviewed_once(county: County, sent: Any) -> None:
    """Concur, return and reject of one determination contradict one another, also where a program says so."""
    made = "determination.made", {"outcome": "no_action", "grounds": ["r"]}
    assert sent(token(county), said=made)["status"] == "recorded"
    assert _wrong(sent(token(county), said=made)) == [""]
    supervisor = {"actor": county.account(Role.FEDERAL_SUPERVISOR).actor, "actor_role": "federal_supervisor"}
    more = supervisor | {"occurred_at": county.began.isoformat(), "reason": "r"}
    federal = token(county, Grant.FEDERAL)
    results = [
        sent(federal, said=("determination.reviewed", {"outcome": outcome}), **more)["status"]
        for outcome in ("return", "concur", "reject")
    ]
    assert results == ["recorded", "invalid", "invalid"]
