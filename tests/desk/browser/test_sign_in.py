"""Signing in by the form, and the pages that need no account."""

from playwright.sync_api import Page, expect

from desk.county import PASSWORD, County
from evenhand.desk.accounts.models import Role


def test_signing_in_and_out_by_the_form(page: Page, county: County) -> None:
    user = county.account(Role.COORDINATOR)
    page.goto("/agreements/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign In", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Agreements")
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign Out").click()
    page.goto("/agreements/")
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_wrong_password_says_nothing_about_the_account(page: Page, county: County) -> None:
    said = []
    for email in (county.account(Role.COORDINATOR).email, "nobody@example.test"):
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign In", exact=True).click()
        said.append(page.get_by_role("alert").first.inner_text())
    assert said[0] == said[1]
