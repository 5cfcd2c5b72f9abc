"""The administrator makes accounts and places, and invites; nothing else can be set through the forms."""

import re

import pytest
from django.test import Client

from desk.county import PASSWORD, County
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record.scope import EVERYTHING, within

NEW = {"email": "Officer@Example.test", "name": "Officer", "role": "designated_officer", "is_active": "on"}


@pytest.fixture
def administrator(county: County) -> Client:
    client = Client()
    client.force_login(county.account(Role.ADMINISTRATOR))
    return client


def test_an_invited_officer_sets_a_password_and_works(
    county: County, administrator: Client, client: Client
) -> None:
    said = NEW | {"actor": county.officer, "agencies": [county.ori]}
    assert administrator.post("/administration/accounts/new/", said).status_code == 302
    user = User.objects.get(actor=county.officer)
    page = administrator.post(f"/administration/accounts/{user.pk}/invite/").content.decode()
    link = re.search(r"<code>(http[^<]+)</code>", page)
    assert link
    form = client.get(link[1], follow=True)
    done = client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert done.status_code == 302
    assert (
        client.post("/accounts/login/", {"login": "officer@example.test", "password": PASSWORD}).status_code
        == 302
    )
    assert client.get("/").status_code == 200
    assert Client().get(link[1], follow=True).content.decode().count("password1") == 0


def test_a_disabled_account_is_signed_out_at_once(
    county: County, administrator: Client, client: Client
) -> None:
    user = county.account(Role.REVIEWER)
    client.force_login(user)
    said = {"email": user.email, "name": user.name, "role": user.role, "agencies": [county.ori]}
    administrator.post(f"/administration/accounts/{user.pk}/change/", said)
    assert client.get("/reviews/").status_code == 302


def test_the_name_in_the_record_never_changes(county: County, administrator: Client) -> None:
    user = county.account(Role.REVIEWER)
    said = {"email": user.email, "name": "x", "role": user.role, "agencies": [county.ori], "actor": "other"}
    administrator.post(
        f"/administration/accounts/{user.pk}/change/", said | {"is_active": "on", "password": "x"}
    )
    again = User.objects.get(pk=user.pk)
    assert (again.actor, again.name) == (user.actor, "x")
    assert again.check_password(PASSWORD)


@pytest.mark.parametrize(("role", "agencies"), [("administrator", ["NC0600000"]), ("reviewer", [])])
def test_agencies_fit_the_role(county: County, administrator: Client, role: str, agencies: list[str]) -> None:
    said = NEW | {"role": role, "actor": "a-1", "agencies": agencies}
    assert administrator.post("/administration/accounts/new/", said).status_code == 200
    assert not User.objects.filter(actor="a-1").exists()


def test_places_are_entered(county: County, administrator: Client) -> None:
    agency = {"agency": "tx0010000", "name": "A", "state": "TX", "zone": "America/Chicago"}
    assert administrator.post("/administration/agencies/new/", agency).status_code == 302
    jail = {"code": "jail-9", "agency": "TX0010000", "name": "Jail", "zone": "America/Chicago"}
    assert administrator.post("/administration/facilities/new/", jail).status_code == 302
    with within(EVERYTHING):
        assert Agency.objects.get(pk="TX0010000").zone == "America/Chicago"
        assert Facility.objects.get(pk="jail-9").agency == "TX0010000"


def test_the_pages_show_no_case(county: County, administrator: Client) -> None:
    from desk.county import booked

    booked(county)
    for path in ("/administration/", f"/administration/accounts/{county.account(Role.REVIEWER).pk}/"):
        assert "Doe, Sample" not in administrator.get(path).content.decode()
