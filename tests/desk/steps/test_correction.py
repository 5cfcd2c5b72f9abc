"""A correction is a new event that names the old one and says why; the old one stays in the record."""

from uuid import UUID

import pytest
from django.test import Client

from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.agreements.models import Agreement
from evenhand.desk.officers.models import Officer
from evenhand.desk.officers.standing import State, state
from evenhand.desk.record import history
from evenhand.desk.record.act import now
from evenhand.desk.record.history import Subject
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import ActorRole, Event, SubjectKind

FEDERAL = ActorRole.FEDERAL_SUPERVISOR


def client_of(county: County, role: Role) -> Client:
    client = Client()
    client.force_login(county.account(role))
    return client


def events(kind: SubjectKind, subject: str, event_type: str) -> list[Event]:
    with within(EVERYTHING):
        return [
            e.event for e in history.load(Subject(County().ori, kind, subject)) if e.event.type == event_type
        ]


def officer_event(county: County, event_type: str) -> Event:
    return events(SubjectKind.OFFICER, county.officer, event_type)[-1]


def address(county: County, event: UUID) -> str:
    return f"/officers/{county.ori}.{county.officer}/correct/{event}/"


def test_a_wrong_day_is_corrected_and_the_standing_with_it(county: County) -> None:
    ice = client_of(county, Role.FEDERAL_SUPERVISOR)
    ice.post(
        f"/officers/{county.ori}.{county.officer}/certify/",
        {"valid_from": "2025-11-01", "valid_until": "2026-02-28"},
    )
    wrong = officer_event(county, "officer.certified")
    page = ice.get(address(county, wrong.id))
    form = page.context["form"]
    # What is shown is what gives the same moments again.
    assert {name: str(form.initial[name]) for name in ("valid_from", "valid_until")} == {
        "valid_from": "2025-11-01",
        "valid_until": "2026-02-28",
    }
    said = {"valid_from": "2025-11-01", "valid_until": "2027-02-28"}
    assert ice.post(address(county, wrong.id), said).status_code == 200
    assert officer_event(county, "officer.certified").id == wrong.id
    done = ice.post(address(county, wrong.id), said | {"reason": "a slip of the year"})
    assert done.status_code == 302
    right = officer_event(county, "officer.certified")
    assert (right.corrects, right.reason) == (wrong.id, "a slip of the year")
    assert right.occurred_at == wrong.occurred_at
    assert right.valid_until.isoformat() == "2027-03-01T05:00:00+00:00"  # type: ignore[attr-defined]
    page = ice.get(f"/officers/{county.ori}.{county.officer}/").content.decode()
    assert "corrected later" in page
    assert rebuild().differences == ()


def test_what_the_form_does_not_ask_stays(county: County) -> None:
    agency = client_of(county, Role.COORDINATOR)
    subject = f"agreement-{county.ori}"
    (signed,) = [e for e in events(SubjectKind.AGREEMENT, subject, "agreement.signed") if e.party == "agency"]  # type: ignore[attr-defined]
    said = {"signed_by": "chief deputy", "reason": "another office signed"}
    assert agency.post(f"/agreements/{county.ori}.{subject}/correct/{signed.id}/", said).status_code == 302
    right = events(SubjectKind.AGREEMENT, subject, "agreement.signed")[-1]
    assert (right.party, right.signed_by) == ("agency", "chief deputy")  # type: ignore[attr-defined]
    with within(EVERYTHING):
        assert Agreement.objects.get(subject=subject).agency_signer == "chief deputy"


def test_a_field_that_is_emptied_is_empty(county: County) -> None:
    agency = client_of(county, Role.COORDINATOR)
    subject = f"agreement-{county.ori}"
    agency.post(
        f"/agreements/{county.ori}.{subject}/meeting/", {"kind": "annual", "attendees": "sheriff\nmayor"}
    )
    wrong = events(SubjectKind.AGREEMENT, subject, "meeting.held")[-1]
    page = agency.get(f"/agreements/{county.ori}.{subject}/correct/{wrong.id}/")
    assert page.context["form"].initial["attendees"] == "sheriff\nmayor"
    said = {"kind": "steering", "attendees": "", "reason": "mixed up"}
    assert agency.post(f"/agreements/{county.ori}.{subject}/correct/{wrong.id}/", said).status_code == 302
    right = events(SubjectKind.AGREEMENT, subject, "meeting.held")[-1]
    assert (right.kind, right.attendees) == ("steering", None)  # type: ignore[attr-defined]
    with within(EVERYTHING):
        row = Agreement.objects.get(subject=subject)
    assert row.annual_meeting_at is None
    assert row.steering_meeting_at is not None


def test_only_who_may_record_it_may_correct_it(county: County, other_county: County) -> None:
    certified = officer_event(county, "officer.certified")
    agency = client_of(county, Role.COORDINATOR)
    assert agency.get(address(county, certified.id)).status_code == 404
    assert client_of(county, Role.REVIEWER).get(address(county, certified.id)).status_code == 403
    assert (
        client_of(other_county, Role.FEDERAL_SUPERVISOR).get(address(county, certified.id)).status_code == 404
    )
    subject = f"agreement-{county.ori}"
    (by_ice,) = [e for e in events(SubjectKind.AGREEMENT, subject, "agreement.signed") if e.party == "ice"]  # type: ignore[attr-defined]
    assert agency.get(f"/agreements/{county.ori}.{subject}/correct/{by_ice.id}/").status_code == 404


def test_what_was_corrected_is_not_corrected_twice(county: County) -> None:
    ice = client_of(county, Role.FEDERAL_SUPERVISOR)
    wrong = officer_event(county, "training.completed")
    said = {"course": "wso_basic", "reason": "another course"}
    assert ice.post(address(county, wrong.id), said).status_code == 302
    assert ice.post(address(county, wrong.id), said).status_code == 404
    assert ice.post(address(county, officer_event(county, "training.completed").id), said).status_code == 302


def test_a_correction_is_judged_like_any_act(county: County) -> None:
    ice = client_of(county, Role.FEDERAL_SUPERVISOR)
    wrong = officer_event(county, "officer.authorized")
    refused = ice.post(address(county, wrong.id), {"supervising_position": "x", "reason": "r"})
    assert refused.status_code == 409
    assert "AGR-04" in refused.content.decode()


def test_a_view_of_what_is_corrected_is_recorded(county: County) -> None:
    agency = client_of(county, Role.COORDINATOR)
    agency.get(address(county, officer_event(county, "officer.assigned").id))
    with within(EVERYTHING):
        assert Occurrence.objects.filter(type="access.viewed", subject=county.officer).count() == 1


def test_an_ended_suspension_is_a_correction(county: County) -> None:
    agency = client_of(county, Role.COORDINATOR)
    agency.post(f"/officers/{county.ori}.{county.officer}/suspend/", {"reason": "inquiry"})
    agency.post(f"/officers/{county.ori}.{county.officer}/unsuspend/", {"reason": "closed"})
    first, second = events(SubjectKind.OFFICER, county.officer, "officer.suspended")
    assert second.corrects == first.id
    with within(EVERYTHING):
        officer = Officer.objects.get(subject=county.officer)
    assert state(officer, now()) is State.MAY_ACT
    assert state(officer, first.occurred_at) is State.SUSPENDED


@pytest.mark.parametrize("place", ["agreements", "officers", "facilities"])
def test_unknown_events_have_no_page(county: County, place: str) -> None:
    agency = client_of(county, Role.COORDINATOR)
    subject = {
        "agreements": f"agreement-{county.ori}",
        "officers": county.officer,
        "facilities": county.jail,
    }[place]
    assert agency.get(f"/{place}/{subject}/correct/{UUID(int=1)}/").status_code == 404
