"""The administrator makes accounts and places, and invites; nothing else can be set through the forms."""

import getpass
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.socialaccount.models import SocialAccount
from click.testing import CliRunner
from django.db import transaction
from django.test import Client

from desk.accounts.people import client_of, code_on, told
from desk.county import PASSWORD, County
from evenhand.desk.accounts import operator
from evenhand.desk.accounts.administrators import LastAdministratorError, able
from evenhand.desk.accounts.models import Invitation, Request, Role, User
from evenhand.desk.accounts.noticed import locked
from evenhand.desk.accounts.operator import record_start
from evenhand.desk.api.models import Token
from evenhand.desk.command import desk
from evenhand.desk.environment import Environment
from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record.export import export
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.webhooks.models import Hook
from evenhand.record.events import SubjectKind

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
    code = code_on(administrator.post("/administration/accounts/new/", said).content.decode())
    assert not User.objects.filter(actor=county.officer).exists()
    number = Request.objects.get().pk
    coordinator = client_of(county.account(Role.COORDINATOR))
    page = coordinator.post(f"/access-requests/{number}/", {"decision": "confirm"}).content.decode()
    link = code_on(page)
    form = client.get(link, follow=True)
    said = {"password1": PASSWORD, "password2": PASSWORD, "code": code}
    assert client.post(form.redirect_chain[-1][0], said).status_code == 302
    assert (
        client.post("/accounts/login/", {"login": "officer@example.test", "password": PASSWORD}).status_code
        == 302
    )
    assert client.get("/").status_code == 200
    assert Client().get(link, follow=True).status_code == 404


def test_a_disabled_account_is_signed_out_at_once(
    county: County, administrator: Client, client: Client
) -> None:
    user = county.account(Role.REVIEWER)
    client.force_login(user)
    said = {"email": user.email, "name": user.name, "role": user.role, "agencies": [county.ori]}
    administrator.post(f"/administration/accounts/{user.pk}/change/", said)
    assert client.get("/reviews/").status_code == 302


def test_name_and_address_of_an_account_in_use_are_its_holders_to_change(
    county: County, administrator: Client
) -> None:
    user = county.account(Role.REVIEWER)
    said = _said(user, email="x@x.test", name="x", agencies=[county.ori], actor="other", password="x")
    administrator.post(f"/administration/accounts/{user.pk}/change/", said)
    again = User.objects.get(pk=user.pk)
    assert (again.actor, again.name, again.email) == (user.actor, "Reviewer", user.email)
    assert again.check_password(PASSWORD)
    assert not Request.objects.exists()


@pytest.mark.parametrize(("role", "agencies"), [("administrator", ["NC0600000"]), ("reviewer", [])])
def test_agencies_fit_the_role(county: County, administrator: Client, role: str, agencies: list[str]) -> None:
    said = NEW | {"role": role, "actor": "a-1", "agencies": agencies}
    assert administrator.post("/administration/accounts/new/", said).status_code == 200
    assert not Request.objects.exists()


def _said(user: User, **changed: object) -> dict[str, object]:
    """The form of an account as it stands, with something changed; an empty word leaves a tick out."""
    said = {"email": user.email, "name": user.name, "role": user.role, "agencies": [], "is_active": "on"}
    return {name: value for name, value in (said | changed).items() if value != ""}


def test_the_last_administrator_stays(county: County) -> None:
    """Two administrators cannot end with none who can sign in."""
    user = county.account(Role.ADMINISTRATOR)
    # One who has no means to sign in does not count.
    other = User.objects.create_user("b@example.test", name="B", role=Role.ADMINISTRATOR, actor="b")
    client = Client()
    client.force_login(other)
    path = f"/administration/accounts/{user.pk}/change/"
    page = client.post(path, _said(user, is_active=""))
    assert "last administrator" in page.content.decode()
    assert able().get() == user
    other.set_password(PASSWORD)
    other.save()
    client.force_login(other)
    assert client.post(path, _said(user, is_active="")).status_code == 302
    assert able().get() == other


@pytest.mark.parametrize(
    "changed",
    [
        {"is_active": ""},
        {"role": "auditor", "agencies": ["NC0600000"]},
        {"role": "federal_supervisor", "agencies": ["NC0600000"]},
        {"email": "other@example.test"},
        {"name": "Somebody else"},
    ],
)
def test_nobody_changes_their_own_access(
    county: County, administrator: Client, changed: dict[str, object]
) -> None:
    user = county.account(Role.ADMINISTRATOR)
    User.objects.create_user("b@example.test", PASSWORD, name="B", role=Role.ADMINISTRATOR, actor="b")
    before = User.objects.filter(pk=user.pk).values().get()
    page = administrator.post(f"/administration/accounts/{user.pk}/change/", _said(user, **changed))
    assert "Another administrator changes your account" in page.content.decode()
    assert User.objects.filter(pk=user.pk).values().get() == before
    assert administrator.post(f"/administration/accounts/{user.pk}/invite/").status_code == 302
    assert not Invitation.objects.exists()


def test_the_last_administrator_is_not_deleted(county: County) -> None:
    user = county.account(Role.ADMINISTRATOR)
    with pytest.raises(LastAdministratorError), transaction.atomic():
        user.delete()
    assert able().get() == user


def test_an_administrator_at_the_agency_counts(county: County, administrator: Client) -> None:
    user = county.account(Role.ADMINISTRATOR)
    other = User.objects.create_user("b@example.test", name="B", role=Role.ADMINISTRATOR, actor="b")
    SocialAccount.objects.create(user=other, provider="agency", uid="x")
    third = User.objects.create_user("c@example.test", name="C", role=Role.ADMINISTRATOR, actor="c")
    client = Client()
    client.force_login(third)
    path = f"/administration/accounts/{user.pk}/change/"
    assert client.post(path, _said(user, is_active="")).status_code == 302


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
    assert re.fullmatch(r"https://desk\.example\.gov/invitation/\S+\n", first.stdout)
    assert again.returncode == 0
    taken = run("administrator", "other@x.gov", "--actor", "first@x.gov")
    assert taken.returncode == 1
    assert "name in the record" in taken.stderr
    assert "Traceback" not in taken.stderr
    assert "password" in run("manage", "changepassword", "first@x.gov").stderr


@pytest.fixture
def place(db: None) -> str:
    Agency.objects.create(agency="NC0600000", name="A", state="NC", zone="America/New_York")
    return "NC0600000"


def _commanded(*arguments: str) -> str:
    done = CliRunner().invoke(desk, arguments)
    return done.output if done.exit_code == 0 else f"failed: {done.output}"


def test_the_first_federal_account_takes_two_recorded_steps(place: str, client: Client) -> None:
    said = ("--name", "Federal person", "--agency", place)
    asked = _commanded("federal", "request", "ice@ice.test", *said)
    number, code = re.findall(r"request (\d+)\ncode (\w+)", asked)[0]
    assert not User.objects.exists()
    assert _commanded("federal", "confirm", number).startswith("failed")
    link = _commanded("federal", "confirm", number, "--confirmed-by", "FOD X, letter of May 1").strip()
    assert _commanded("federal", "confirm", number, "--confirmed-by", "X").startswith("failed")
    again = _commanded("federal", "request", "ice@ice.test", *said)
    client.get(link)
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/invitation/", passwords | {"code": code}).status_code == 302
    assert again.startswith("request")
    refused = _commanded("federal", "request", "ice2@ice.test", *said)
    assert refused.startswith("failed")
    assert "who can sign in" in refused
    with within(EVERYTHING):
        events = Occurrence.objects.filter(kind="account", subject="ice@ice.test").order_by("seq")
        found = [(event.type, event.actor) for event in events]
    who = f"command line: {getpass.getuser()}"
    assert found == [
        ("account.change_requested", who),
        ("account.change_confirmed", "FOD X, letter of May 1"),
        ("account.granted", who),
        ("account.invited", who),
        ("account.change_requested", who),
        ("account.enrolled", "ice@ice.test"),
    ]


def test_the_command_for_administrators_opens_no_other_account(county: County) -> None:
    for role in Role:
        found = _commanded("administrator", county.account(role).email)
        assert found.startswith("failed") == (role is not Role.ADMINISTRATOR)


def test_a_start_records_changed_settings_and_accounts_without_an_event(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    past_the_desk = county.account(Role.FEDERAL_SUPERVISOR)
    locked(past_the_desk.email)
    for _ in range(2):
        record_start()
    assert told(past_the_desk.actor) == ["account.locked", "account.found"]
    monkeypatch.setattr(operator, "environment", lambda: Environment(oidc_second_factor=("mfa",)))
    record_start()
    with within(EVERYTHING):
        assert Occurrence.objects.filter(type="settings.recorded").count() == 2


def test_tokens_webhooks_and_places_leave_events(county: County, administrator: Client) -> None:
    programs = "/administration/programs"
    token = {"agency": county.ori, "name": "jms", "grants": ["bookings:write"], "days": "30"}
    administrator.post(f"{programs}/tokens/new/", token)
    administrator.post(f"{programs}/hooks/new/", {"agency": county.ori, "url": "https://receiver.test/x"})
    with within(EVERYTHING):
        number, hook = Token.objects.get().pk, Hook.objects.get().pk
    for _ in range(2):
        administrator.post(f"{programs}/tokens/{number}/revoke/")
        administrator.post(f"{programs}/hooks/{hook}/stop/")
    assert told(f"token:{number}") == ["token.issued", "token.revoked"]
    assert told(f"webhook:{hook}") == ["webhook.added", "webhook.stopped"]
    agency = {"agency": "tx0010000", "name": "A", "state": "TX", "zone": "America/Chicago"}
    administrator.post("/administration/agencies/new/", agency)
    assert told("TX0010000") == ["place.added"]
    page = administrator.post("/administration/agencies/new/", agency | {"agency": "desk00000"})
    assert "desk itself" in page.content.decode()


def test_exports_leave_accounts_out(county: County, administrator: Client, tmp_path: Path) -> None:
    agency = {"agency": "tx0010000", "name": "A", "state": "TX", "zone": "America/Chicago"}
    administrator.post("/administration/agencies/new/", agency)
    with within(EVERYTHING):
        manifest = export(tmp_path / "record")
    assert SubjectKind.ACCOUNT not in manifest.parts
    assert "place.added" not in manifest.provides
    assert SubjectKind.AGREEMENT in manifest.parts


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
