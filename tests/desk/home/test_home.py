"""The home page of each role: what is due and late, what changed, and nobody's name."""

from datetime import timedelta

import pytest
from django.test import Client

from desk.casework import complain
from desk.county import ZONE, County, booked
from evenhand.desk.accounts.models import Role
from evenhand.desk.complaints import acts as complaints
from evenhand.desk.complaints.models import Complaint, number_of
from evenhand.desk.home import due as registry
from evenhand.desk.home.changes import KINDS
from evenhand.desk.home.due import DueItem, due_for
from evenhand.desk.places.models import Agency
from evenhand.desk.record.act import now
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.refusal.models import Waiting
from evenhand.desk.reviews import acts as reviews
from evenhand.record.events import ActorRole
from evenhand.record.events.officer import Prerequisite
from evenhand.record.events.oversight import ReviewBody


def home(county: County, role: Role):  # type: ignore[no-untyped-def]
    client = Client()
    client.force_login(county.account(role))
    response = client.get("/")
    assert response.status_code == 200
    return response


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_home_page_without_names(county: County, other_county: County, role: Role) -> None:
    booked(county)
    page = home(county, role).content.decode()
    assert "Doe" not in page
    assert other_county.ori not in page
    assert set(KINDS) == set(Role)


def test_an_administrator_sees_no_case(county: County) -> None:
    booked(county)
    response = home(county, Role.ADMINISTRATOR)
    assert response.context["changes"] == []
    assert county.ori not in response.content.decode()


def test_what_changed_is_what_happened_last(county: County) -> None:
    booked(county)
    changes = home(county, Role.BOOKING_OFFICER).context["changes"]
    assert [str(c.name) for c in changes] == ["Screening opened", "Charge recorded", "Person booked"]
    assert all(c.subject == f"{county.ori}:B-1" for c in changes)
    coordinator = home(county, Role.COORDINATOR).context["changes"]
    assert f"/officers/{county.ori}.{county.officer}/" in {c.url for c in coordinator}
    assert not any(
        c.url for c in home(county, Role.DESIGNATED_OFFICER).context["changes"] if "agree" in c.url
    )


def test_a_coordinator_finds_what_is_late_and_due(county: County) -> None:
    until = now() + timedelta(days=10)
    county.act(
        "officer.certified",
        "officer-9",
        ActorRole.FEDERAL_SUPERVISOR,
        county.ago(days=1),
        valid_until=until,
    )
    context = home(county, Role.COORDINATOR).context
    assert [str(i.text) for i in context["late"]] == [
        f"Annual meeting of ICE and the agency: agreement-{county.ori}"
    ]
    assert "End of a certificate: officer-9" in [str(i.text) for i in context["due"]]


def test_an_officer_finds_the_own_refresher(county: County) -> None:
    county.act(
        "refresher.required_by",
        county.officer,
        ActorRole.FEDERAL_SUPERVISOR,
        county.ago(days=9),
        due=county.ago(days=1),
    )
    late = home(county, Role.DESIGNATED_OFFICER).context["late"]
    assert [(str(i.text), i.url) for i in late] == [("Refresher training", "/officers/own/")]


def test_a_federal_supervisor_finds_what_waits_for_ice(county: County) -> None:
    county.act(
        "officer.nominated",
        "officer-9",
        ActorRole.COORDINATOR,
        name="Sample",
        employer=county.ori,
        citizenship_attested=True,
        prerequisites=tuple(Prerequisite),
    )
    county.act("agreement.drafted", "second", ActorRole.COORDINATOR, model="WSO", template=2025)
    due = {i.url: str(i.text) for i in home(county, Role.FEDERAL_SUPERVISOR).context["due"]}
    assert "signature" in due[f"/agreements/{county.ori}.second/"]
    assert f"/officers/{county.ori}.officer-9/" in due


def _texts(county: County, role: Role) -> list[str]:
    context = home(county, role).context
    return [str(i.text) for i in [*context["late"], *context["due"]]]


def test_complaints_reviews_and_second_persons_are_due_too(county: County) -> None:
    with within(EVERYTHING):
        reference = complain(county, county.officer)
        number = number_of(reference)
        review = reviews.open_review(
            by=county.actor(ActorRole.REVIEWER),
            agency=county.ori,
            body=ReviewBody.COUNTY,
            reviewer_unit="auditor",
            reviewed_unit="jail",
            scope="all",
        )
        Waiting.objects.create(
            agency=county.ori,
            acts=[],
            rules=[],
            reason="r",
            asked_by=county.officer,
            asked_at=now(),
        )
    assert f"Notify ICE: {number}" in _texts(county, Role.COMPLAINTS_OFFICER)
    assert not any(number in text for text in _texts(county, Role.FEDERAL_SUPERVISOR))
    with within(EVERYTHING):
        complaints.notify_ice(
            Complaint.objects.get(subject=reference), county.actor(ActorRole.COMPLAINTS_OFFICER)
        )
    opr = f"ICE notifies its Office of Professional Responsibility: {number}"
    assert opr in _texts(county, Role.FEDERAL_SUPERVISOR)
    assert f"Sample to be drawn: {review}" in _texts(county, Role.REVIEWER)
    assert "An act waits for you as a second person" in _texts(county, Role.COORDINATOR)
    assert "Your request to a second person runs out" in _texts(county, Role.DESIGNATED_OFFICER)
    assert _texts(county, Role.BOOKING_OFFICER) == []


def test_due_items_stand_in_the_order_of_their_bounds(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = now()

    def room(_user: object, _now: object) -> list[DueItem]:
        return [
            DueItem("unbound", "/", None, False, "x"),
            DueItem("next", "/", at + timedelta(hours=1), False, "x"),
            DueItem("overdue", "/", at - timedelta(hours=1), True, "x"),
        ]

    monkeypatch.setattr(registry, "_PROVIDERS", [room])
    items = due_for(county.account(Role.COORDINATOR), at)
    assert [i.text for i in items] == ["overdue", "next", "unbound"]


def test_what_is_due_is_told_in_the_time_of_its_place(county: County) -> None:
    """Also to an account of several agencies, the first of which is elsewhere."""
    officer = county.account(Role.DESIGNATED_OFFICER)
    with within(EVERYTHING):
        booked(county)
        officer.agencies.add(
            Agency.objects.create(agency="AZ0000500", name="A", state="AZ", zone="Asia/Tokyo")
        )
    page = home(county, Role.DESIGNATED_OFFICER)
    assert page.context["agencies"][0].zone == "Asia/Tokyo"
    assert page.context["due"]
    assert {item.zone for item in page.context["due"]} == {ZONE}
    assert "JST" not in page.content.decode()
