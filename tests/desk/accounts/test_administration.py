"""The administrator makes accounts and places, and invites; nothing else can be set through the forms."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.test import Client

from desk.county import PASSWORD, County
from evenhand.desk.accounts.administrators import LastAdministratorError, able
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


def _said(user: User, **changed: object) -> dict[str, object]:
    """The form of an account as it stands, with something changed; an empty word leaves a tick out."""
    said = {"email": user.email, "name": user.name, "role": user.role, "agencies": [], "is_active": "on"}
    return {name: value for name, value in (said | changed).items() if value != ""}


@pytest.mark.parametrize("changed", [{"is_active": ""}, {"role": "auditor", "agencies": ["NC0600000"]}])
def test_the_last_administrator_stays(
    county: County, administrator: Client, changed: dict[str, object]
) -> None:
    user = county.account(Role.ADMINISTRATOR)
    # One who has no means to sign in does not count.
    User.objects.create_user("new@example.test", name="New", role=Role.ADMINISTRATOR, actor="new")
    path = f"/administration/accounts/{user.pk}/change/"
    page = administrator.post(path, _said(user, **changed))
    assert page.status_code == 200
    assert "last administrator" in page.content.decode()
    assert able().get() == user
    assert list(user.agencies.all()) == []
    User.objects.create_user("b@example.test", PASSWORD, name="B", role=Role.ADMINISTRATOR, actor="b")
    done = administrator.post(path, _said(user, **changed))
    assert done["Location"] == ("/accounts/login/" if "is_active" in changed else "/")
    assert able().get().actor == "b"
    assert administrator.get("/administration/").status_code == (302 if "is_active" in changed else 403)


def test_the_last_administrator_is_not_deleted(county: County) -> None:
    user = county.account(Role.ADMINISTRATOR)
    with pytest.raises(LastAdministratorError), transaction.atomic():
        user.delete()
    assert able().get() == user


def test_an_administrator_at_the_agency_counts(county: County, administrator: Client) -> None:
    user = county.account(Role.ADMINISTRATOR)
    other = User.objects.create_user("b@example.test", name="B", role=Role.ADMINISTRATOR, actor="b")
    SocialAccount.objects.create(user=other, provider="agency", uid="x")
    path = f"/administration/accounts/{user.pk}/change/"
    assert administrator.post(path, _said(user, is_active="")).status_code == 302


def test_administrators_who_demote_each_other_at_once(tmp_path: Path) -> None:
    """In processes of their own on one database: one of them stays, each time."""
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    given = kept | {"EVENHAND_DESK_MODE": "demonstration", "EVENHAND_DESK_FOLDER": str(tmp_path)}
    script = Path(__file__).with_name("demoting.py")
    done = subprocess.run([sys.executable, script, "10"], env=given, capture_output=True, text=True)
    assert done.stdout == "10 rounds, 10 refused, 10 administrators left\n", done.stderr


def test_the_first_administrator_is_made_by_a_command(tmp_path: Path) -> None:
    given = os.environ | {"EVENHAND_DESK_HOSTS": '["desk.example.gov"]', "EVENHAND_DESK_MODE": "real"}
    given |= {"EVENHAND_DESK_FOLDER": str(tmp_path), "EVENHAND_DESK_SECRET_KEY": "k" * 60}
    given.pop("DJANGO_SETTINGS_MODULE", None)
    evenhand = Path(sys.executable).with_name("evenhand")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([evenhand, "desk", *arguments], env=given, capture_output=True, text=True)

    assert run("manage", "migrate", "-v0").returncode == 0
    first, again = run("administrator", "First@x.gov"), run("administrator", "first@x.gov")
    assert re.fullmatch(r"https://desk\.example\.gov/accounts/password/reset/key/\S+\n", first.stdout)
    assert again.returncode == 0
    taken = run("administrator", "other@x.gov", "--actor", "first@x.gov")
    assert taken.returncode == 1
    assert "name in the record" in taken.stderr
    assert "Traceback" not in taken.stderr


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
