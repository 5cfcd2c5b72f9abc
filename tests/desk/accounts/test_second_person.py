"""The administrator cannot become anyone: what takes two people, and what each of them tries alone."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test import Client

from desk.accounts.people import NEW_PASSWORD, another, client_of, code_on, told
from desk.county import PASSWORD, County
from evenhand.desk.accounts import requests
from evenhand.desk.accounts.acts import NotAllowedError, OverError
from evenhand.desk.accounts.models import FEDERAL_ROLES, Invitation, Request, Role, User
from evenhand.desk.api.models import Token
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.scope import EVERYTHING, within
from postgres import new_database

ACCOUNTS, REQUESTS = "/administration/accounts/", "/access-requests/"
FEDERAL = {
    "email": "ice@ice.test",
    "name": "Federal person",
    "role": "federal_supervisor",
    "actor": "ice-1",
    "is_active": "on",
}
TOKEN = {"agency": "NC0600000", "name": "ICE system", "grants": ["federal:write"], "days": "30"}


@pytest.fixture
def administrator(county: County) -> Client:
    return client_of(county.account(Role.ADMINISTRATOR))


@pytest.fixture
def federal(county: County) -> Client:
    return client_of(county.account(Role.FEDERAL_SUPERVISOR))


def _ask_account(administrator: Client, county: County) -> str:
    """Ask for a federal account; the holder's code."""
    return code_on(
        administrator.post(f"{ACCOUNTS}new/", FEDERAL | {"agencies": [county.ori]}).content.decode()
    )


def _decide(client: Client, decision: str = "confirm") -> Any:
    return client.post(f"{REQUESTS}{Request.objects.get().pk}/", {"decision": decision})


def _form(user: User, county: County, **changed: Any) -> dict[str, Any]:
    said = {"email": user.email, "name": user.name, "role": user.role, "agencies": [county.ori]}
    said |= {"is_active": "on"} | changed
    return {name: value for name, value in said.items() if value != ""}


def test_a_federal_account_takes_an_administrator_a_federal_person_and_the_invited(
    county: County, administrator: Client, federal: Client, client: Client
) -> None:
    code = _ask_account(administrator, county)
    assert not User.objects.filter(actor="ice-1").exists()
    path = code_on(_decide(federal).content.decode())
    user = User.objects.get(actor="ice-1")
    assert user.role in FEDERAL_ROLES
    said = {"password1": PASSWORD, "password2": PASSWORD}
    form = client.get(path)["Location"]
    assert client.post(form, said).status_code == 200
    assert client.post(form, said | {"code": "ABCD"}).status_code == 200
    assert not User.objects.get(pk=user.pk).has_usable_password()
    assert client.post(form, said | {"code": code.lower()})["Location"] == "/accounts/login/"
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    assert told("ice-1") == [
        "account.change_requested",
        "account.change_confirmed",
        "account.granted",
        "account.invited",
        "account.enrolled",
    ]


AGENCY_ROLES = [r for r in Role if r not in (Role.FEDERAL_SUPERVISOR, Role.ADMINISTRATOR)]


@pytest.mark.parametrize("role", AGENCY_ROLES)
@pytest.mark.parametrize("second", list(Role))
def test_who_confirms_an_account_of_the_agency(
    county: County, administrator: Client, role: Role, second: Role
) -> None:
    said = FEDERAL | {"role": role.value, "agencies": [county.ori]}
    administrator.post(f"{ACCOUNTS}new/", said)
    assert not User.objects.filter(actor="ice-1").exists()
    assert _decide(administrator).status_code == 404
    status = _decide(client_of(another(county, second))).status_code
    allowed = second in (Role.ADMINISTRATOR, Role.COORDINATOR, Role.FEDERAL_SUPERVISOR)
    assert (status == 200) == allowed
    assert User.objects.filter(actor="ice-1").exists() == allowed


@pytest.mark.parametrize("second", list(Role))
def test_only_an_administrator_confirms_an_administrator(
    county: County, administrator: Client, second: Role
) -> None:
    administrator.post(f"{ACCOUNTS}new/", FEDERAL | {"role": "administrator"})
    status = _decide(client_of(another(county, second))).status_code
    assert (status == 200) == (second is Role.ADMINISTRATOR)


@pytest.mark.parametrize("changed", [{"role": "coordinator"}, {"agencies": ["NC0600000", "GA0330000"]}])
def test_a_role_or_agency_is_given_by_two_people(
    county: County, other_county: County, administrator: Client, changed: dict[str, Any]
) -> None:
    user = county.account(Role.REVIEWER)
    administrator.post(f"{ACCOUNTS}{user.pk}/change/", _form(user, county, **changed))
    assert (User.objects.get(pk=user.pk).role, told(user.actor)) == ("reviewer", ["account.change_requested"])
    assert _decide(client_of(user)).status_code == 403
    covers = "role" in changed
    assert (_decide(client_of(county.account(Role.COORDINATOR))).status_code == 302) == covers
    if not covers:
        _decide(client_of(another(county, Role.ADMINISTRATOR)))
    assert told(user.actor)[-1] == "account.granted"
    with within(EVERYTHING):
        agencies = sorted(agency.pk for agency in User.objects.get(pk=user.pk).agencies.all())
    assert agencies == sorted(changed.get("agencies", [county.ori]))


def test_one_administrator_takes_away(county: County, other_county: County, administrator: Client) -> None:
    user = another(county, Role.REVIEWER, "both", county.ori, other_county.ori)
    administrator.post(f"{ACCOUNTS}{user.pk}/change/", _form(user, county))
    administrator.post(f"{ACCOUNTS}{user.pk}/change/", _form(user, county, is_active=""))
    assert told("both") == ["account.withdrawn", "account.disabled"]
    assert not User.objects.get(pk=user.pk).is_active
    assert not Request.objects.exists()


def test_what_is_taken_away_ends_what_was_asked_for(
    county: County, other_county: County, administrator: Client
) -> None:
    user = another(county, Role.REVIEWER, "both", county.ori, other_county.ori)
    path = f"{ACCOUNTS}{user.pk}/change/"
    both = [county.ori, other_county.ori]
    administrator.post(path, _form(user, county, agencies=both, role="auditor"))
    assert Request.objects.count() == 1
    administrator.post(path, _form(user, county))
    assert not Request.objects.exists()


def test_the_second_person_sees_what_is_asked_for(county: County, administrator: Client) -> None:
    administrator.post(f"{ACCOUNTS}new/", FEDERAL | {"role": "auditor", "agencies": [county.ori]})
    page = client_of(county.account(Role.COORDINATOR)).get(REQUESTS).content.decode()
    for said in ("Federal person", "ice@ice.test", "ice-1", "Auditor (reads only)", county.ori):
        assert said in page


def test_an_address_that_nobody_used_yet_is_corrected_by_two_people(
    county: County, administrator: Client
) -> None:
    user = User.objects.create_user("typo@x.test", name="N", role=Role.REVIEWER, actor="n")
    with within(EVERYTHING):
        user.agencies.add(county.ori)
    administrator.post(f"{ACCOUNTS}{user.pk}/change/", _form(user, county, email="mine@x.test"))
    assert User.objects.get(pk=user.pk).email == "typo@x.test"
    _decide(client_of(county.account(Role.COORDINATOR)))
    assert User.objects.get(pk=user.pk).email == "mine@x.test"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FEDERAL_SUPERVISOR])
def test_nobody_but_the_federal_side_confirms_a_federal_account(
    county: County, administrator: Client, role: Role
) -> None:
    _ask_account(administrator, county)
    for who in (county.account(role), another(county, role)):
        assert _decide(client_of(who)).status_code in (403, 404)
        assert _decide(client_of(who), "decline").status_code in (403, 404)
    assert not User.objects.filter(actor="ice-1").exists()


def test_a_federal_person_of_another_agency_confirms_nothing(
    county: County, other_county: County, administrator: Client
) -> None:
    stranger = client_of(other_county.account(Role.FEDERAL_SUPERVISOR))
    administrator.post(f"{ACCOUNTS}new/", FEDERAL | {"agencies": [county.ori, other_county.ori]})
    assert _decide(stranger).status_code == 404
    assert "Federal person" not in stranger.get(REQUESTS).content.decode()
    both = another(county, Role.FEDERAL_SUPERVISOR, "both", county.ori, other_county.ori)
    assert _decide(client_of(both)).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"email": "mine@county.test"},
        {"name": "Mine"},
        {"role": "coordinator"},
        {"role": "administrator", "agencies": []},
        {"agencies": ["NC0600000", "GA0330000"]},
    ],
)
def test_an_administrator_alone_changes_nothing_of_a_federal_account(
    county: County, other_county: County, administrator: Client, changed: dict[str, Any]
) -> None:
    user = county.account(Role.FEDERAL_SUPERVISOR)
    administrator.post(f"{ACCOUNTS}{user.pk}/change/", _form(user, county, **changed))
    again = User.objects.get(pk=user.pk)
    with within(EVERYTHING):
        agencies = [agency.pk for agency in again.agencies.all()]
    assert (again.email, again.name, again.role, agencies) == (user.email, user.name, user.role, [county.ori])


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FEDERAL_SUPERVISOR])
def test_no_account_becomes_a_federal_one(county: County, administrator: Client, role: Role) -> None:
    user = another(county, role)
    form = _form(user, county, role="federal_supervisor")
    administrator.post(f"{ACCOUNTS}{user.pk}/change/", form)
    assert User.objects.get(pk=user.pk).role == role


def test_an_administrator_disables_a_federal_account_but_does_not_enable_it(
    county: County, administrator: Client
) -> None:
    user = county.account(Role.FEDERAL_SUPERVISOR)
    client = client_of(user)
    path = f"{ACCOUNTS}{user.pk}/change/"
    administrator.post(path, _form(user, county, is_active=""))
    assert client.get("/supervision/").status_code == 302
    assert "Second person needed" in administrator.post(path, _form(user, county)).content.decode()
    assert not User.objects.get(pk=user.pk).is_active
    assert _decide(client).status_code == 302
    assert not User.objects.get(pk=user.pk).is_active
    assert _decide(client_of(another(county, Role.FEDERAL_SUPERVISOR))).status_code == 302
    assert User.objects.get(pk=user.pk).is_active
    assert told(user.actor)[-1] == "account.enabled"


@pytest.mark.parametrize("role", list(Role))
def test_an_account_in_use_gets_a_new_password_from_two_people_only(
    county: County, administrator: Client, role: Role
) -> None:
    user = another(county, role, "holder")
    TOTP.activate(user, generate_totp_secret())
    user.refresh_from_db()
    code = code_on(
        administrator.post(f"{ACCOUNTS}{user.pk}/invite/", {"clears_factors": "on"}).content.decode()
    )
    assert not Invitation.objects.exists()
    for who in (county.account(Role.ADMINISTRATOR), user):
        assert _decide(client_of(who)).status_code in (403, 404)
    seconds = {Role.FEDERAL_SUPERVISOR: Role.FEDERAL_SUPERVISOR, Role.ADMINISTRATOR: Role.ADMINISTRATOR}
    second = another(county, seconds.get(role, Role.COORDINATOR), "confirms")
    path = code_on(_decide(client_of(second)).content.decode())
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    invited, session = Client(), client_of(user)
    form = invited.get(path)["Location"]
    said = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    invited.post(form, said)
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    invited.post(form, said | {"code": code})
    assert User.objects.get(pk=user.pk).check_password(NEW_PASSWORD)
    assert not Authenticator.objects.filter(user=user).exists()
    assert session.get("/").status_code == 302


def test_a_coordinator_of_another_agency_confirms_no_password(
    county: County, other_county: County, administrator: Client
) -> None:
    user = county.account(Role.DESIGNATED_OFFICER)
    administrator.post(f"{ACCOUNTS}{user.pk}/invite/", {})
    assert _decide(client_of(other_county.account(Role.COORDINATOR))).status_code == 404
    assert _decide(client_of(county.account(Role.REVIEWER))).status_code == 403
    assert Request.objects.exists()


def test_an_address_is_changed_by_its_holder_and_an_administrator(
    county: County, administrator: Client
) -> None:
    user = county.account(Role.REVIEWER)
    form = _form(user, county, email="mine@county.test")
    administrator.post(f"{ACCOUNTS}{user.pk}/change/", form)
    assert User.objects.get(pk=user.pk).email == user.email
    holder = client_of(user)
    assert holder.post("/accounts/email/", {"name": "R", "email": "New@x.test"}).status_code == 302
    assert User.objects.get(pk=user.pk).email == user.email
    assert _decide(holder).status_code == 403
    assert _decide(administrator).status_code == 302
    assert User.objects.get(pk=user.pk).email == "new@x.test"
    assert holder.get("/reviews/").status_code == 302
    assert told(user.actor)[-1] == "account.details_changed"


def test_a_federal_address_is_changed_by_its_holder_and_another_federal_person(
    county: County, administrator: Client, federal: Client
) -> None:
    user = county.account(Role.FEDERAL_SUPERVISOR)
    federal.post("/accounts/email/", {"name": user.name, "email": "new@ice.test"})
    assert _decide(administrator).status_code == 404
    assert _decide(federal).status_code == 404
    _decide(client_of(another(county, Role.FEDERAL_SUPERVISOR)))
    assert User.objects.get(pk=user.pk).email == "new@ice.test"


def test_a_token_for_federal_acts_works_only_for_the_federal_person_who_confirmed_it(
    county: County, administrator: Client, federal: Client
) -> None:
    page = administrator.post("/administration/programs/tokens/new/", TOKEN).content.decode()
    assert "Second person needed" in page
    assert "evh_" not in page
    with within(EVERYTHING):
        assert not Token.objects.exists()
    assert _decide(administrator).status_code == 404
    shown = code_on(_decide(federal).content.decode())
    assert shown.startswith("evh_")
    with within(EVERYTHING):
        token = Token.objects.get()
    assert token.grants == ["federal:write"]
    assert told(f"token:{token.pk}") == ["token.issued"]
    assert shown not in administrator.get("/administration/programs/").content.decode()


def test_a_declined_request_is_over(county: County, administrator: Client, federal: Client) -> None:
    _ask_account(administrator, county)
    number = Request.objects.get().pk
    assert _decide(federal, "decline").status_code == 302
    assert federal.post(f"{REQUESTS}{number}/", {"decision": "confirm"}).status_code == 404
    assert told("ice-1") == ["account.change_requested", "account.change_declined"]


def test_a_request_ends_after_its_time(clock: Any, county: County, administrator: Client) -> None:
    _ask_account(administrator, county)
    clock.shift(49 * 3600)
    assert _decide(client_of(county.account(Role.FEDERAL_SUPERVISOR))).status_code == 404


def test_the_request_of_an_administrator_who_was_disabled_is_not_carried_out(
    county: County, administrator: Client
) -> None:
    _ask_account(administrator, county)
    User.objects.filter(role=Role.ADMINISTRATOR).update(is_active=False)
    with pytest.raises(OverError):
        requests.confirm(Request.objects.get().pk, county.account(Role.FEDERAL_SUPERVISOR))
    assert not User.objects.filter(actor="ice-1").exists()


def test_a_second_person_who_was_disabled_meanwhile_confirms_nothing(
    county: County, administrator: Client
) -> None:
    _ask_account(administrator, county)
    second = county.account(Role.FEDERAL_SUPERVISOR)
    User.objects.filter(pk=second.pk).update(is_active=False)
    with pytest.raises(NotAllowedError):
        requests.confirm(Request.objects.get().pk, second)


def test_what_two_people_do_at_once_is_done_once(tmp_path: Path) -> None:
    """Two confirmations of one request, and two uses of one invitation, in threads on one database."""
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    given = kept | {"EVENHAND_DESK_MODE": "demonstration", "EVENHAND_DESK_FOLDER": str(tmp_path)}
    if server := given.get("EVENHAND_DESK_DATABASE"):
        given["EVENHAND_DESK_DATABASE"] = new_database(server)
    script = Path(__file__).with_name("at_once.py")
    done = subprocess.run([sys.executable, script, "4"], env=given, capture_output=True, text=True)
    assert done.stdout == "4 rounds, 4 confirmed, 4 granted, 4 used, 4 enrolled\n", done.stderr


def _whole_ledger() -> bytes:
    """Every value in the ledger's tables."""
    found = b""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("ledger_"):
                cursor.execute(f"SELECT * FROM {table}")
                found += b"".join(
                    value.encode() if isinstance(value, str) else bytes(value)
                    for row in cursor.fetchall()
                    for value in row
                    if isinstance(value, (str, bytes, memoryview))
                )
    return found


def test_no_secret_is_in_the_ledger(county: County, administrator: Client, federal: Client) -> None:
    code = _ask_account(administrator, county)
    path = code_on(_decide(federal).content.decode())
    invited = Client()
    invited.post(
        invited.get(path)["Location"],
        {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "code": code},
    )
    administrator.post("/administration/programs/tokens/new/", TOKEN)
    token = code_on(_decide(federal).content.decode())
    hook = administrator.post(
        "/administration/programs/hooks/new/",
        {"agency": county.ori, "url": "https://receiver.test/path-with-a-secret"},
    ).content.decode()
    leaves = _whole_ledger()
    for secret in (code, path.split("/")[-2], NEW_PASSWORD, token, code_on(hook), "path-with-a-secret"):
        assert secret.encode() not in leaves
    assert b"receiver.test" in leaves
    with within(EVERYTHING):
        assert Occurrence.objects.filter(kind="account", agency=county.ori).count() == 0
