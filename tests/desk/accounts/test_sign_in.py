"""Sign-in: lock-out, idle time, fixation, second factor, passwords, open redirects."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings
from time_machine import TimeMachineFixture

from desk.county import PASSWORD, County
from evenhand.desk.accounts.models import Role, User

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def _try(client: Client, email: str, password: str, **more: str) -> int:
    return client.post(LOGIN, {"login": email, "password": password, **more}).status_code


def test_an_account_signs_in_and_out(county: County, client: Client) -> None:
    user = county.account(Role.REVIEWER)
    assert _try(client, user.email.upper(), PASSWORD) == 302
    assert client.get("/reviews/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/reviews/").status_code == 302


def test_five_failures_lock_the_account_for_a_while(county: County, client: Client) -> None:
    user = county.account(Role.REVIEWER)
    for _ in range(5):
        _try(client, user.email, "wrong")
    page = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert page.status_code == 200
    assert "Too many failed login attempts" in page.content.decode()


def test_a_disabled_account_does_not_sign_in(county: County, client: Client) -> None:
    user = county.account(Role.REVIEWER)
    user.is_active = False
    user.save()
    _try(client, user.email, PASSWORD)
    assert client.get("/reviews/").status_code == 302


def test_a_session_gets_a_new_key_at_sign_in(county: County, client: Client) -> None:
    client.get("/complain/")
    client.post("/complain/", {"agency": county.ori, "about": "process", "text": "x"})
    before = client.session.session_key
    assert before
    _try(client, county.account(Role.REVIEWER).email, PASSWORD)
    assert client.session.session_key != before


def test_a_session_ends_after_thirty_idle_minutes(
    clock: TimeMachineFixture, county: County, client: Client
) -> None:
    _try(client, county.account(Role.REVIEWER).email, PASSWORD)
    assert client.get("/reviews/").status_code == 200
    clock.shift(timedelta(minutes=30, seconds=1))
    assert client.get("/reviews/").status_code == 302


def test_an_act_keeps_the_session(clock: TimeMachineFixture, county: County, client: Client) -> None:
    _try(client, county.account(Role.REVIEWER).email, PASSWORD)
    for _ in range(3):
        clock.shift(timedelta(minutes=25))
        assert client.get("/reviews/").status_code == 200


def test_no_way_out_to_another_host(county: County, client: Client) -> None:
    user = county.account(Role.REVIEWER)
    for target in (
        "https://elsewhere.test/",
        "//elsewhere.test/",
        "javascript:alert(1)",
        "/\\elsewhere.test",
    ):
        response = client.post(
            f"{LOGIN}?next={target}", {"login": user.email, "password": PASSWORD, "next": target}
        )
        assert "elsewhere" not in response.get("Location", "")
        assert "javascript" not in response.get("Location", "")
        client.logout()
    response = client.post("/language/setlang/", {"language": "es", "next": "https://elsewhere.test/"})
    assert "elsewhere" not in response["Location"]


def test_nobody_signs_up(client: Client, db: None) -> None:
    client.post(
        "/accounts/signup/", {"email": "new@example.test", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert not User.objects.filter(email="new@example.test").exists()


def test_in_real_use_a_second_factor_comes_first(county: County, client: Client, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(county.account(Role.REVIEWER))
    response = client.get("/reviews/")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/2fa/totp/activate/"
    assert client.get("/complain/").status_code == 200


@pytest.mark.usefixtures("clock")
def test_a_one_time_password_is_asked_for_where_it_is_set_up(county: County, client: Client) -> None:
    from allauth.mfa.totp.internal.auth import (
        TOTP,
        generate_totp_secret,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    user = county.account(Role.REVIEWER)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    assert _try(client, user.email, PASSWORD) == 302
    assert client.get("/reviews/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    counter = next(yield_hotp_counters_from_time())
    code = f"{hotp_value(secret, counter):06}"
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get("/reviews/").status_code == 200


@pytest.mark.parametrize("password", ["short-but-odd7", "1q2w3e4r5t6y7u8i9o0p", "reviewer@nc0600000.test"])
def test_weak_passwords_are_refused(county: County, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, county.account(Role.REVIEWER))


def test_a_long_phrase_needs_no_sign_of_any_kind(county: County) -> None:
    validate_password("seven tall ships went by", county.account(Role.REVIEWER))


def test_an_unknown_account_costs_as_many_hashes_as_a_wrong_password(
    county: County, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash is nearly all of the time that an answer takes, so equal counts make the times alike."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    # What counts is how often it hashes, and with how many rounds.
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1000)
    user = county.account(Role.REVIEWER)
    hashed: list[int] = []
    encode = PBKDF2PasswordHasher.encode

    def counted(self: PBKDF2PasswordHasher, password: str, salt: str, iterations: int | None = None) -> str:
        hashed.append(iterations or self.iterations)
        return encode(self, password, salt, iterations)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", counted)

    def work(email: str) -> list[int]:
        hashed.clear()
        _try(Client(), email, "wrong password, but long enough")
        return list(hashed)

    user.set_password(PASSWORD)
    user.save()
    known, unknown = work(user.email), work("nobody@example.test")
    assert known == unknown == [1000]


def test_nobody_names_an_account_anew(county: County, client: Client) -> None:
    user = county.account(Role.REVIEWER)
    client.force_login(user)
    client.post("/accounts/email/", {"email": "other@example.test", "action_add": ""})
    assert user.email in client.get("/accounts/email/").content.decode()
    assert not EmailAddress.objects.filter(email="other@example.test").exists()


def test_no_browser_keeps_what_was_shown_to_an_account(county: County, client: Client) -> None:
    assert "no-store" not in client.get("/complain/").get("Cache-Control", "")
    client.force_login(county.account(Role.REVIEWER))
    assert "no-store" in client.get("/reviews/")["Cache-Control"]
