"""Invitations: one use, an end, the invited person alone; and what ends sessions."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from desk.accounts.people import NEW_PASSWORD, another, client_of, code_on, told
from desk.county import PASSWORD, County
from evenhand.desk.accounts import acts, requests
from evenhand.desk.accounts.invitation import path_of
from evenhand.desk.accounts.models import Invitation, Request, Role, User
from evenhand.desk.environment import Environment
from evenhand.desk.record.scope import EVERYTHING, within

ACCOUNTS = "/administration/accounts/"
SAID = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}


@pytest.fixture
def administrator(county: County) -> Client:
    return client_of(county.account(Role.ADMINISTRATOR))


@pytest.fixture
def invited(county: County) -> User:
    user = User.objects.create_user("new@x.test", name="New", role=Role.REVIEWER, actor="new")
    user.agencies.add(county.ori)
    county.account(Role.COORDINATOR)
    return user


def _link(administrator: Client, user: User) -> str:
    """A link for the account; its code is left in `CODES`."""
    page = administrator.post(f"{ACCOUNTS}{user.pk}/invite/").content.decode()
    coordinator = User.objects.get(role=Role.COORDINATOR)
    done = requests.confirm(Request.objects.get().pk, coordinator)
    assert done.link is not None
    assert done.link.secret is not None
    link = path_of(done.link.secret)
    CODES[link] = code_on(page)
    return link


CODES: dict[str, str] = {}


def _use(client: Client, link: str, **said: str) -> Any:
    return client.post(client.get(link)["Location"], SAID | {"code": CODES.get(link, "")} | said)


def test_the_invited_sets_a_password_once(administrator: Client, invited: User, client: Client) -> None:
    link = _link(administrator, invited)
    assert _use(client, link).status_code == 302
    assert User.objects.get(pk=invited.pk).check_password(NEW_PASSWORD)
    assert _use(Client(), link, password1=PASSWORD, password2=PASSWORD).status_code == 404
    assert User.objects.get(pk=invited.pk).check_password(NEW_PASSWORD)
    asked = ["account.change_requested", "account.change_confirmed"]
    assert told("new") == [*asked, "account.invited", "account.enrolled"]


def test_the_link_is_kept_as_a_hash_and_not_in_the_session(
    administrator: Client, invited: User, client: Client
) -> None:
    link = _link(administrator, invited)
    secret = link.split("/")[-2]
    assert secret not in str(Invitation.objects.values().get())
    client.get(link)
    assert secret not in str(dict(client.session))


@pytest.mark.parametrize("hours", [0, 73, 1000])
def test_an_invitation_lasts_at_most_three_days(hours: int) -> None:
    with pytest.raises(ValueError, match="invitation_hours"):
        Environment(invitation_hours=hours)


def test_an_invitation_that_ended_opens_nothing(
    clock: Any, administrator: Client, invited: User, client: Client
) -> None:
    link = _link(administrator, invited)
    form = client.get(link)["Location"]
    clock.shift(timedelta(hours=49))
    assert client.get(form).status_code == 404
    assert client.post(form, SAID).status_code == 404
    assert not User.objects.get(pk=invited.pk).has_usable_password()


def test_a_newer_invitation_ends_the_older(administrator: Client, invited: User, client: Client) -> None:
    first, second = (_link(administrator, invited) for _ in range(2))
    assert _use(client, first).status_code == 404
    assert _use(client, second).status_code == 302


def test_a_disabled_account_and_a_changed_address_end_the_invitation(
    county: County, administrator: Client, invited: User, client: Client
) -> None:
    form = {"name": "New", "role": "reviewer", "agencies": [county.ori]}
    link = _link(administrator, invited)
    asked = requests.ask_correction(
        county.account(Role.ADMINISTRATOR), invited, name="New", email="other@x.test"
    )
    requests.confirm(asked.request.pk, county.account(Role.COORDINATOR))
    assert _use(client, link).status_code == 404
    link = _link(administrator, invited)
    administrator.post(f"{ACCOUNTS}{invited.pk}/change/", form | {"email": "other@x.test"})
    assert _use(client, link).status_code == 404


def test_a_weak_password_is_not_taken(administrator: Client, invited: User, client: Client) -> None:
    form = client.get(_link(administrator, invited))["Location"]
    code = {"code": next(reversed(CODES.values()))}
    for password in ("short", "a" * 201):
        assert client.post(form, code | {"password1": password, "password2": password}).status_code == 200
    assert client.post(form, code | SAID | {"password2": PASSWORD}).status_code == 200
    assert not User.objects.get(pk=invited.pk).has_usable_password()


@pytest.mark.parametrize("path", ["/invitation/", "/invitation/guessed/"])
def test_a_guessed_link_opens_nothing(county: County, client: Client, path: str) -> None:
    page = client.get(path, follow=True)
    assert page.status_code == 404
    assert client.post("/invitation/", SAID).status_code == 404


def test_five_wrong_codes_end_the_link(county: County, client: Client) -> None:
    user, administrator = county.account(Role.REVIEWER), county.account(Role.ADMINISTRATOR)
    asked = requests.ask_invitation(administrator, user, clears_factors=False)
    done = requests.confirm(asked.request.pk, county.account(Role.COORDINATOR))
    assert done.link is not None
    link = f"/invitation/{done.link.secret}/"
    for _ in range(5):
        _use(client, link, code="WRONG")
    assert _use(client, link, code=asked.code).status_code == 404
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_with_a_mail_server_nobody_but_the_invited_sees_the_link(
    administrator: Client,
    invited: User,
    client: Client,
    settings: Settings,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.INVITATIONS_BY_MAIL = True
    with django_capture_on_commit_callbacks(execute=True):
        code = code_on(administrator.post(f"{ACCOUNTS}{invited.pk}/invite/").content.decode())
        coordinator = client_of(User.objects.get(role=Role.COORDINATOR))
        number, said = Request.objects.get().pk, {"decision": "confirm"}
        page = coordinator.post(f"/access-requests/{number}/", said, headers={"host": "localhost"})
    assert "/invitation/" not in page.content.decode()
    (sent,) = mail.outbox
    assert sent.to == ["new@x.test"]
    link = next(word for word in sent.body.split() if "/invitation/" in word)
    assert _use(client, link, code=code).status_code == 302


def test_the_sign_in_page_resets_no_federal_and_no_new_account(county: County, invited: User) -> None:
    federal, reviewer = county.account(Role.FEDERAL_SUPERVISOR), county.account(Role.REVIEWER)
    for email in (federal.email, invited.email, reviewer.email):
        Client().post("/accounts/password/reset/", {"email": email})
    links = [sent for sent in mail.outbox if "/password/reset/key/" in sent.body]
    assert [sent.to for sent in links] == [[reviewer.email]]
    assert told(reviewer.actor) == ["account.reset_started"]
    assert told(federal.actor) == []


def _reset_link(user: User) -> str:
    Client().post("/accounts/password/reset/", {"email": user.email})
    return next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)


@pytest.mark.parametrize("changed", ["nothing", "role", "access", "address", "federal"])
def test_a_reset_link_ends_with_a_change_of_access(county: County, changed: str) -> None:
    user = county.account(Role.REVIEWER)
    path = _reset_link(user).removeprefix("http://testserver")
    match changed:
        case "role":
            User.objects.filter(pk=user.pk).update(role=Role.AUDITOR)
        case "federal":
            User.objects.filter(pk=user.pk).update(role=Role.FEDERAL_SUPERVISOR)
        case "access":
            acts.end_sessions(user)
        case "address":
            User.objects.filter(pk=user.pk).update(email="other@x.test")
    client = Client()
    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], SAID)
    works = changed == "nothing"
    assert User.objects.get(pk=user.pk).check_password(NEW_PASSWORD) == works


def test_an_old_address_resets_nothing(county: County) -> None:
    user = county.account(Role.REVIEWER)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    asked = requests.ask_details(user, name="R", email="new@x.test")
    requests.confirm(asked.request.pk, county.account(Role.ADMINISTRATOR))
    Client().post("/accounts/password/reset/", {"email": user.email})
    assert not [sent for sent in mail.outbox if "/password/reset/key/" in sent.body]


# --- sessions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed", [{"role": "auditor"}, {"agencies": ["NC0600000"]}, {"is_active": ""}], ids=str
)
def test_sessions_end_when_access_changes(
    county: County, other_county: County, administrator: Client, changed: dict[str, Any]
) -> None:
    user = another(county, Role.REVIEWER, "both", county.ori, other_county.ori)
    session = client_of(user)
    assert session.get("/reviews/").status_code == 200
    said = {"email": user.email, "name": user.name, "role": "reviewer"}
    said |= {"agencies": [county.ori, other_county.ori], "is_active": "on"} | changed
    administrator.post(f"{ACCOUNTS}{user.pk}/change/", {name: value for name, value in said.items() if value})
    for request in Request.objects.all():
        requests.confirm(request.pk, another(county, Role.ADMINISTRATOR))
    assert session.get("/reviews/")["Location"].startswith("/accounts/login/")


def test_other_sessions_end_when_a_second_factor_changes(county: County) -> None:
    user = county.account(Role.REVIEWER)
    other = client_of(user)
    TOTP.activate(user, generate_totp_secret())
    assert other.get("/reviews/").status_code == 302
    other = client_of(User.objects.get(pk=user.pk))
    assert other.get("/reviews/").status_code == 200
    Authenticator.objects.filter(user=user).delete()
    assert other.get("/reviews/").status_code == 302
    assert told(user.actor) == ["account.factor_enrolled", "account.factor_removed"]


@pytest.mark.django_db(transaction=True)
def test_the_session_in_which_a_factor_is_added_goes_on(client: Client) -> None:
    county = County()
    county.found()
    user = county.account(Role.REVIEWER)
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    assert client.get("/reviews/").status_code == 200
    assert told(user.actor) == ["account.factor_enrolled"] * 2


def test_a_password_that_is_changed_ends_other_sessions_and_leaves_an_event(county: County) -> None:
    user = county.account(Role.REVIEWER)
    client, other = client_of(user), client_of(user)
    said = {"oldpassword": PASSWORD, **SAID}
    client.post("/accounts/password/change/", said)
    assert client.get("/reviews/").status_code == 200
    assert other.get("/reviews/").status_code == 302
    assert told(user.actor) == ["account.password_changed"]


def test_what_a_request_read_before_does_not_undo_a_change(county: County) -> None:
    """A holder sets a password in a request that began before the account was disabled."""
    from allauth.account.adapter import get_adapter

    stale = User.objects.get(pk=county.account(Role.REVIEWER).pk)
    User.objects.filter(pk=stale.pk).update(is_active=False, role=Role.AUDITOR)
    get_adapter().set_password(stale, NEW_PASSWORD)
    now = User.objects.get(pk=stale.pk)
    assert (now.is_active, now.role) == (False, Role.AUDITOR)


# --- sign-in -----------------------------------------------------------------------------------------------


def test_many_failures_leave_one_event(county: County, client: Client) -> None:
    cache.clear()
    user = county.account(Role.REVIEWER)
    for _ in range(12):
        client.post("/accounts/login/", {"login": user.email, "password": "wrong"})
    client.post("/accounts/login/", {"login": "nobody@x.test", "password": "wrong"})
    assert told(user.actor) == ["account.locked"]


def test_wrong_second_factors_leave_one_event(county: County, client: Client) -> None:
    user = county.account(Role.REVIEWER)
    TOTP.activate(user, generate_totp_secret())
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    for _ in range(8):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert told(user.actor)[1:] == ["account.locked"]


GUARDED = [
    (Role.ADMINISTRATOR, "/administration/accounts/new/"),
    (Role.ADMINISTRATOR, "/administration/programs/tokens/new/"),
    (Role.ADMINISTRATOR, "/administration/programs/hooks/new/"),
    (Role.COORDINATOR, "/export/"),
]


@pytest.mark.parametrize(("role", "path"), GUARDED)
def test_what_matters_needs_a_recent_sign_in(clock: Any, county: County, role: Role, path: str) -> None:
    client = client_of(county.account(role))
    assert client.get(path).status_code == 200
    clock.shift(timedelta(minutes=16))
    for method in (client.get, client.post):
        assert method(path)["Location"].startswith("/accounts/reauthenticate/?next=")
    done = client.post(f"/accounts/reauthenticate/?next={path}", {"password": PASSWORD})
    assert done["Location"] == path
    assert client.get(path).status_code == 200


def test_who_has_no_password_here_signs_in_anew(clock: Any, county: County) -> None:
    user = county.account(Role.COORDINATOR)
    user.set_unusable_password()
    user.save()
    client = client_of(user)
    clock.shift(timedelta(minutes=16))
    assert client.get("/export/")["Location"] == "/accounts/login/?next=/export/"
    assert client.get("/").status_code == 302


def test_nothing_leads_elsewhere_after_confirming(clock: Any, county: County) -> None:
    client = client_of(county.account(Role.COORDINATOR))
    clock.shift(timedelta(minutes=16))
    sent = client.post("/export/", headers={"referer": "https://elsewhere.test/export/"})
    assert sent["Location"] == "/accounts/reauthenticate/?next=%2F"


@pytest.mark.parametrize("role", list(Role))
def test_nobody_sees_a_page_before_a_second_factor(county: County, settings: Settings, role: Role) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client = client_of(county.account(role))
    for path in ("/", "/bookings/", "/administration/", "/access-requests/", "/accounts/email/"):
        assert client.get(path)["Location"] == "/accounts/2fa/totp/activate/", path


def test_an_invitation_is_for_who_was_invited(county: County, administrator: Client) -> None:
    """A link opens the account that it was made for, whoever is signed in."""
    user = User.objects.create_user("n@x.test", name="N", role=Role.REVIEWER, actor="n")
    with within(EVERYTHING):
        user.agencies.add(county.ori)
    county.account(Role.COORDINATOR)
    link = _link(administrator, user)
    _use(client_of(another(county, Role.AUDITOR)), link)
    assert User.objects.get(pk=user.pk).check_password(NEW_PASSWORD)
    assert Invitation.objects.get().used_at <= timezone.now()
