"""An invited person sets a password and a second factor before anything else opens."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from desk.browser.axe import faults
from desk.browser.conftest import SignIn
from desk.county import County
from evenhand.desk.accounts import requests
from evenhand.desk.accounts.invitation import path_of
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.record.scope import EVERYTHING, within

PASSWORD = "a new sentence of my own"


@pytest.mark.trial
def test_an_invited_person_enrolls(page: Page, county: County, sign_in: SignIn, settings: Settings) -> None:
    administrator, second = county.account(Role.ADMINISTRATOR), county.account(Role.FEDERAL_SUPERVISOR)
    with within(EVERYTHING):
        asked = requests.ask_account(
            administrator,
            email="ice@ice.test",
            name="Federal person",
            role=Role.FEDERAL_SUPERVISOR.value,
            actor="ice-1",
            agencies=[county.ori],
        )
    page.goto("/complain/")
    sign_in(second)
    page.goto("/access-requests/")
    found = {"requests": faults(page, "light", 320)}
    page.get_by_role("button", name="Confirm change").click()
    found["invited"] = faults(page, "dark", 640)
    link = page.locator("main code").inner_text()
    page.context.clear_cookies()
    settings.SECOND_FACTOR_REQUIRED = True
    page.goto(link)
    assert "/invitation/" in page.url
    assert link not in page.url
    found["accept"] = faults(page, "light", 320)
    page.get_by_label("Code").fill(asked.code)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your password is set")).to_be_visible()
    page.get_by_label("Email").fill("ice@ice.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.goto("/supervision/")
    assert "/accounts/" in page.url
    page.context.clear_cookies()
    page.goto(path_of("used"))
    found["ended"] = faults(page, "dark", 1024)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert User.objects.get(actor="ice-1").check_password(PASSWORD)
