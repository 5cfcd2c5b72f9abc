"""Every page of the address table, opened by a role that may: axe-core finds nothing, nothing overflows."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from desk.browser.axe import ALL, LANGUAGES, Look, faults
from desk.browser.conftest import SignIn
from desk.county import County
from desk.objects import parts
from desk.test_access_matrix import ADDRESSES, OURS, SIGNED_IN, Address
from evenhand.desk.accounts.access import ANYONE
from evenhand.desk.accounts.models import Role, User

SHARES = 6
NOT_OPEN = frozenset(
    {
        # Steps that are not due, and what is not there, in the county of the tests.
        "agreements:effect",
        "agreements:extend",
        "agreements:reinstate",
        "agreements:response",
        "agreements:sign-agency",
        "agreements:sign-ice",
        "bookings:preview",
        "bookings:result",
        "officers:credential",
        "officers:unsuspend",
        "refusal:ask",
        # Of an invitation: `test_invitation`.
        "accounts:accept",
        "accounts:invitation",
        # Papers of a case that has come that far: `test_whole_case`.
        "custody:paper_detainer",
        "custody:paper_release",
        "custody:paper_transfer",
        "custody:paper_warrant",
        # Files.
        "agreements:document",
        "bookings:bad_rows",
        "mfa_download_recovery_codes",
        # Sent to, or asked by a script.
        "account_logout",
        "mfa_login_webauthn",
        # Between two steps of signing in: `test_agency_sign_in`, `test_second_factor`.
        "account_confirm_login_code",
        "agency_callback",
        "account_set_password",
        "mfa_authenticate",
        "mfa_deactivate_totp",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_view_recovery_codes",
    }
)
"""Addresses that show no page there; each other one must."""
OTHERS = [
    address
    for address in ADDRESSES
    if not address.ours and not address.parts and address.name.startswith(("account_", "mfa_"))
]
SENT_TO = {
    "account_stay",
    "set_theme",
    "refusal:confirm",
    "refusal:decide",
    "erasure:decide",
    "accounts:invite",
    "accounts:decide",
    "programs:revoke",
    "programs:stop",
}
FOR_PROGRAMS = {"alive", "ready", "metrics"}
DOWNLOADED = {"bookings:template", "erasure:document"}
PAGES = sorted(
    (a for a in OURS + OTHERS if a.name not in SENT_TO | FOR_PROGRAMS | DOWNLOADED), key=lambda a: a.name
)


def _accounts(address: Address, county: County) -> list[User | None]:
    """Those who may open it; nobody for what is open to anyone."""
    if address.decision == ANYONE:
        return [None]
    if address.decision == SIGNED_IN:
        return [county.account(Role.COORDINATOR)]
    assert isinstance(address.decision, frozenset)
    return [county.account(role) for role in Role if role in address.decision]


def _open(page: Page, address: Address, county: County, sign_in: SignIn, language: str) -> set[int]:
    """Open it as the first who gets a page there. The statuses met: {200} where somebody did."""
    path = reverse(address.name, kwargs=parts(address.name, county) if address.parts else {})
    statuses = set()
    for user in _accounts(address, county):
        page.context.clear_cookies()
        if user is not None:
            sign_in(user)
        cookie = {"name": "django_language", "value": language, "url": page.evaluate("origin")}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        response = page.goto(path)
        assert response is not None
        status = 302 if response.request.redirected_from else response.status
        if status == 200:
            assert page.locator("html").get_attribute("lang") == language
            return {200}
        statuses.add(status)
    return statuses


def _wrong(address: Address, statuses: set[int]) -> list[str]:
    """Whether a page opened that should not, or did not and should; a failure of the server always."""
    opened = statuses == {200}
    if opened == (address.name in NOT_OPEN) or not statuses <= {200, 302, 404}:
        return [f"statuses {statuses}"]
    return []


def _share(number: int) -> list[Address]:
    return PAGES[number::SHARES]


@pytest.mark.trial
@pytest.mark.parametrize("number", range(SHARES))
def test_every_page_in_one_look(page: Page, county: County, sign_in: SignIn, number: int) -> None:
    """Each page in one of the sixteen looks, all looks in turn."""
    page.goto("/complain/")
    said = {}
    for place, address in enumerate(_share(number)):
        language, scheme, width = ALL[(place * SHARES + number) * 7 % len(ALL)]
        statuses = _open(page, address, county, sign_in, language)
        look = address.name, language, scheme, width
        said[look] = _wrong(address, statuses) or (faults(page, scheme, width) if statuses == {200} else [])
    assert {look: found for look, found in said.items() if found} == {}


@pytest.mark.trial
@pytest.mark.parametrize("number", range(SHARES))
def test_every_page_in_every_look(page: Page, county: County, sign_in: SignIn, number: int) -> None:
    page.goto("/complain/")
    said: dict[tuple[str, Look], list[str]] = {}
    for address in _share(number):
        for language in LANGUAGES:
            if _open(page, address, county, sign_in, language) == {200}:
                for look in ALL:
                    if look[0] == language:
                        said[address.name, look] = faults(page, *look[1:])
    assert {look: found for look, found in said.items() if found} == {}
