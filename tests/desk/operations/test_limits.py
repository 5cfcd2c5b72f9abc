"""Limits on sign-in and what belongs to it are counted in the database, and nobody can push a count out."""

from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings
from time_machine import TimeMachineFixture

from desk.county import PASSWORD, County
from evenhand.desk import settings as real
from evenhand.desk.accounts.models import Role


@pytest.fixture(autouse=True)
def limits(db: None, settings: Settings) -> Iterator[None]:
    settings.CACHES = real.CACHES
    call_command("createcachetable", verbosity=0)
    cache.clear()
    yield
    cache.clear()


def _sign_in(client: Client, email: str, password: str = "wrong words here") -> str:
    return client.post("/accounts/login/", {"login": email, "password": password}).content.decode()


def _rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM desk_cache")
        return int(cursor.fetchone()[0])


def test_failures_to_sign_in_are_counted_in_the_database(county: County) -> None:
    user = county.account(Role.COORDINATOR)
    for _ in range(5):
        _sign_in(Client(), user.email)
    assert _rows() > 0
    # Another process has nothing but the table.
    assert "Too many failed" in _sign_in(Client(), user.email, PASSWORD)
    assert "_auth_user_id" not in Client().session


def test_a_thousand_other_names_push_no_count_out(county: County, clock: TimeMachineFixture) -> None:
    user = county.account(Role.COORDINATOR)
    for _ in range(5):
        _sign_in(Client(), user.email)
    for n in range(1000):
        cache.set(f"allauth:rl:other:{n}", [0.0], 900)
    assert "Too many failed" in _sign_in(Client(), user.email, PASSWORD)
    assert _rows() > 1000
    clock.shift(1000)
    cache.set("one more", 1, 900)
    assert _rows() == 1, "what has expired is deleted"


def test_guesses_of_a_second_factor_are_counted_over_all_sessions(county: County) -> None:
    user = county.account(Role.COORDINATOR)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)

    def guess(code: str) -> str:
        client = Client()
        _sign_in(client, user.email, PASSWORD)
        page = client.post("/accounts/2fa/authenticate/", {"code": code}).content.decode()
        assert "_auth_user_id" not in client.session
        return page

    pages = [guess("000000") for _ in range(6)]
    assert "Too many failed" in pages[-1]
    right = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert "Too many failed" in guess(right)


def test_passwords_are_not_reset_without_end(county: County) -> None:
    statuses = [
        Client().post("/accounts/password/reset/", {"email": "one@a.test"}).status_code for _ in range(30)
    ]
    assert 429 in statuses
    assert _rows() > 0
