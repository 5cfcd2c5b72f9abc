"""Every page of the address table, opened by a role that may: axe-core finds nothing, nothing overflows."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from desk.browser.axe import ALL, Look, faults
from desk.browser.conftest import SignIn
from desk.county import County
from desk.objects import parts
from desk.test_access_matrix import ADDRESSES, OURS, SIGNED_IN, Address
from evenhand.desk.accounts.access import ANYONE
from evenhand.desk.accounts.models import Role

SHARES = 6
OTHERS = [
    address
    for address in ADDRESSES
    if not address.ours
    and not address.parts
    and address.name.startswith(("account_", "mfa_"))
    # Files and answers to scripts are no pages.
    and not address.name.endswith(("_login_webauthn", "_download_recovery_codes", "_signup_webauthn"))
]
PAGES = sorted(OURS + OTHERS, key=lambda a: a.name)


def _role(address: Address) -> Role | None:
    """A role that may open it, or nobody for what is open to anyone."""
    if address.decision == ANYONE:
        return None
    if address.decision == SIGNED_IN:
        return Role.COORDINATOR
    assert isinstance(address.decision, frozenset)
    return min(address.decision, key=list(Role).index)


def _open(page: Page, address: Address, county: County, sign_in: SignIn, language: str) -> bool:
    """Open it; False where it is no page: an address for sending only, a file, or one that leads elsewhere."""
    page.context.clear_cookies()
    role = _role(address)
    if role is not None:
        sign_in(county.account(role))
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": page.evaluate("origin") or ""}]
    )
    path = reverse(address.name, kwargs=parts(address.name, county) if address.parts else {})
    response = page.request.get(path, max_redirects=0)
    if response.status in (302, 405) or "text/html" not in response.headers.get("content-type", ""):
        return False
    assert response.status == 200, f"{path}: {response.status}"
    page.goto(path)
    assert page.locator("html").get_attribute("lang") == language
    return True


def _share(number: int) -> list[Address]:
    return PAGES[number::SHARES]


@pytest.mark.parametrize("number", range(SHARES))
def test_every_page_in_one_look(page: Page, county: County, sign_in: SignIn, number: int) -> None:
    """Each page in one of the sixteen looks, all looks in turn; the trial has every page in each."""
    page.goto("/complain/")
    said = {}
    for place, address in enumerate(_share(number)):
        language, scheme, width = ALL[(place * SHARES + number) * 7 % len(ALL)]
        if _open(page, address, county, sign_in, language):
            said[address.name, language, scheme, width] = faults(page, scheme, width)
    assert {look: found for look, found in said.items() if found} == {}


@pytest.mark.trial
@pytest.mark.parametrize("number", range(SHARES))
def test_every_page_in_every_look(page: Page, county: County, sign_in: SignIn, number: int) -> None:
    page.goto("/complain/")
    said: dict[tuple[str, Look], list[str]] = {}
    for address in _share(number):
        for language in ("en", "es"):
            if _open(page, address, county, sign_in, language):
                for look in ALL:
                    if look[0] == language:
                        said[address.name, look] = faults(page, *look[1:])
    assert {look: found for look, found in said.items() if found} == {}
