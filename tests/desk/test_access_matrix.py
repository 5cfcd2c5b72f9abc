"""Every address x every role x own and foreign agency x signed out.

The addresses come from the project's own table: a new one without a decision, or without a way to make what it
names, fails here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from desk.county import County
from desk.objects import MAKERS, known, parts
from evenhand.desk.accounts.access import ANYONE
from evenhand.desk.accounts.models import Role

SIGNED_IN = "signed in"
TOKEN = "a token of the agency"
# What other people's rooms decide for their own addresses.
GIVEN = {
    "set_language": ANYONE,
    "api:openapi-json": ANYONE,
    "api:api-root": ANYONE,
    "account_login": ANYONE,
    "account_logout": ANYONE,
    "account_signup": ANYONE,
    "account_inactive": ANYONE,
    "account_reset_password": ANYONE,
    "account_reset_password_done": ANYONE,
    "account_reset_password_from_key": ANYONE,
    "account_reset_password_from_key_done": ANYONE,
    "account_email_verification_sent": ANYONE,
    "account_confirm_email": ANYONE,
    "account_confirm_login_code": ANYONE,
    "social/login/cancelled/": ANYONE,
    "social/login/error/": ANYONE,
    "social/signup/": ANYONE,
    "social/connections/": ANYONE,
    "socialaccount_login_cancelled": ANYONE,
    "socialaccount_login_error": ANYONE,
    "socialaccount_signup": ANYONE,
    "mfa_authenticate": ANYONE,
    "mfa_login_webauthn": ANYONE,
    "mfa_trust": ANYONE,
    "openid_connect_login": ANYONE,
    "openid_connect_callback": ANYONE,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "account_email": SIGNED_IN,
    "socialaccount_connections": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_signup_webauthn": ANYONE,
}


BY_TOKEN = {
    f"api:{name}" for name in ("bookings", "charges", "releases", "acts", "worklist", "findings", "exports")
}


@dataclass(frozen=True)
class Address:
    """One entry of the address table; `decision` is ANYONE, SIGNED_IN, roles, or None."""

    name: str
    parts: tuple[str, ...]
    decision: object
    writers: object
    ours: bool


def _walk(
    patterns: list[URLPattern | URLResolver], namespace: str = "", above: tuple[str, ...] = ()
) -> Iterator[Address]:
    for pattern in patterns:
        found = (*above, *pattern.pattern.converters, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, found)
            continue
        name = f"{namespace}{pattern.name or pattern.pattern}"
        decision = getattr(pattern.callback, "allowed", None)
        writers = getattr(pattern.callback, "writers", decision)
        named = tuple(dict.fromkeys(found))
        given = TOKEN if name in BY_TOKEN else GIVEN.get(name)
        yield Address(name, named, decision or given, writers, decision is not None)


ADDRESSES = list(_walk(get_resolver().url_patterns))
OURS = [address for address in ADDRESSES if address.ours]


def _path(address: Address, county: County) -> str:
    return reverse(address.name, kwargs=parts(address.name, county) if address.parts else {})


def test_every_address_has_a_decision() -> None:
    assert [a.name for a in ADDRESSES if a.decision is None] == []


def test_every_object_that_an_address_names_can_be_made() -> None:
    assert [a.name for a in OURS if a.parts and not known(a.name, a.parts)] == []
    assert [name for name in MAKERS if name not in {a.name for a in OURS}] == []


def test_the_table_is_walked() -> None:
    names = {a.name for a in ADDRESSES}
    assert {"complaints:show", "account_login", "mfa_index", "refusal:decide"} <= names


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_its_own_pages_and_no_other(role: Role, county: County, other_county: County) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(county.account(role))
    wrong = []
    for address in OURS:
        path = _path(address, county)
        for method in ("get", "post"):
            status = getattr(client, method)(path).status_code
            decision = address.decision if method == "get" else address.writers
            open_to = decision == ANYONE or role in decision  # type: ignore[operator]
            if status >= 500 or (status != 405 and (status == 403) == open_to):
                wrong.append((method, address.name, status))
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
def test_no_role_reaches_another_agency(role: Role, county: County, other_county: County) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(county.account(role))
    wrong = []
    for address in OURS:
        # Accounts are the administrator's, whatever the agency.
        if (
            not address.parts
            or address.decision == ANYONE
            or address.name.startswith(("accounts:", "programs:"))
        ):
            continue
        path = _path(address, other_county)
        for method in ("get", "post"):
            status = getattr(client, method)(path).status_code
            if status not in (403, 404, 405):
                wrong.append((method, address.name, status))
    assert wrong == []


def test_signed_out_nothing_opens_but_what_is_open_to_anyone(county: County) -> None:
    client = Client(raise_request_exception=False)
    wrong = []
    for address in OURS:
        response = client.get(_path(address, county))
        asked = response.status_code == 302 and response["Location"].startswith("/accounts/login/")
        if asked == (address.decision == ANYONE) and response.status_code != 405:
            wrong.append((address.name, response.status_code))
    assert wrong == []


def test_the_api_answers_nobody_without_a_token(county: County) -> None:
    signed_in = Client(raise_request_exception=False)
    signed_in.force_login(county.account(Role.COORDINATOR))
    by_token = [address for address in ADDRESSES if address.decision == TOKEN]
    assert len(by_token) == len(BY_TOKEN)
    for address in by_token:
        for client in (signed_in, Client()):
            for method in ("get", "post"):
                assert getattr(client, method)(reverse(address.name)).status_code in (401, 405), address.name


def test_what_others_made_asks_for_sign_in_where_it_must(county: County) -> None:
    client = Client(raise_request_exception=False)
    wrong = []
    for address in ADDRESSES:
        if address.decision == SIGNED_IN and not address.parts:
            path = f"/accounts/{address.name}" if "/" in address.name else reverse(address.name)
            response = client.get(path)
            if response.status_code != 302 or "/accounts/login/" not in response["Location"]:
                wrong.append((address.name, response.status_code))
    assert wrong == []


def test_an_administrator_has_no_case_in_reach(county: County) -> None:
    assert county.account(Role.ADMINISTRATOR).scope().agencies == frozenset()
