"""Signing in at the agency's own provider in a browser, which holds each redirect against the policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from desk.browser.axe import faults
from desk.browser.conftest import Profile
from desk.county import County
from desk.provider.running import PASSWORD, Person, join, running
from evenhand.desk.accounts.models import Role

REVIEWER, STRANGER = "reviewer@nc0600000.test", "stranger@nc0600000.test"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running(Person(REVIEWER, second_factor=True), Person(STRANGER)) as address:
        yield address


@pytest.fixture
def joined(issuer: str, server: str, settings: Settings, county: County, elsewhere: list[str]) -> str:
    county.account(Role.REVIEWER)
    join(settings, issuer, server)
    elsewhere.append(issuer)
    settings.SECOND_FACTOR_REQUIRED = True
    return issuer


def _at_the_agency(page: Page, issuer: str, email: str) -> None:
    page.get_by_role("button", name="Agency sign-in").click()
    page.wait_for_url(f"{issuer}/**")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/authorize?**")
    page.locator("button[value=grant]").click()


def test_signing_in_at_the_agency(page: Page, joined: str) -> None:
    page.goto("/reviews/")
    assert faults(page, "light", 320) == []
    _at_the_agency(page, joined, REVIEWER)
    expect(page.get_by_role("heading", level=1)).to_have_text("Reviews")


def test_somebody_without_an_account_is_told(page: Page, joined: str) -> None:
    page.goto("/accounts/login/")
    _at_the_agency(page, joined, STRANGER)
    expect(page.get_by_role("heading", level=1)).to_have_text("No account here")
    assert faults(page, "dark", 320) == []
    page.goto("/reviews/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign In")


def test_a_browser_holds_the_redirect_against_the_policy(
    profile: Profile, server: str, joined: str, settings: Settings
) -> None:
    """So the issuer's origin must stand there: without it the sign-in does not leave the desk."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert directives["form-action"] == ["'self'", joined]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives | {"form-action": ["'self'"]}}
    page = profile().new_page()
    page.goto("/accounts/login/")
    with page.expect_console_message(lambda said: "form-action" in said.text):
        page.get_by_role("button", name="Agency sign-in").click()
    assert page.url == f"{server}/accounts/login/"
