"""The hold clock in a browser: it counts down by itself, also where the server is away, and without scripts."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from desk.browser.conftest import Profile, SignIn
from desk.browser.seat import Seat
from desk.county import County
from desk.custody.flow import Flow
from evenhand.desk.accounts.models import Role

JAIL = Role.BOOKING_OFFICER


@pytest.fixture
def flow(county: County) -> Flow:
    """Held since 47 hours and a half: the form's clock ends in half an hour."""
    made = Flow(county, 90).screened(80).detained(78)
    made.do("notify_ice", at=77)
    return made.held(47.5)


@pytest.mark.usefixtures("clock")
def test_it_counts_down_while_the_server_is_away(
    page: Page, county: County, flow: Flow, sign_in: SignIn, settings: Settings
) -> None:
    settings.SESSION_COOKIE_AGE = 3600
    sign_in(county.account(JAIL))
    page.clock.install(time=county.began)
    page.clock.pause_at(county.began + timedelta(seconds=1))
    page.goto("/custody/")
    left = page.locator("tbody tr td").nth(2).locator("[data-due]")
    expect(left).to_have_text("0 h 29 min left")
    page.context.set_offline(True)
    page.clock.fast_forward("20:00")
    expect(left).to_have_text("0 h 09 min left")
    page.clock.fast_forward("15:00")
    expect(left).to_have_text("ended 0 h 05 min ago")


@pytest.mark.usefixtures("clock")
def test_without_scripts_it_says_the_same(
    page: Page, profile: Profile, county: County, flow: Flow, sign_in: SignIn
) -> None:
    sign_in(county.account(JAIL))
    plain = profile(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())
    quiet = plain.new_page()
    quiet.goto("/custody/")
    said = quiet.locator("tbody").inner_text()
    assert "0 h 30 min left" in said
    assert "Ends within 4 hours" in said
    assert quiet.get_by_role("link", name="Update").is_visible()


def test_at_its_end_what_was_done_is_recorded(page: Page, county: County, sign_in: SignIn) -> None:
    flow = Flow(county, 90).screened(80).detained(78)
    flow.do("notify_ice", at=77)
    flow.held(60)
    seat = Seat(page, county, sign_in).sit(JAIL).open("/custody/")
    assert "Release the person now: the form gives no more than 48 hours." in seat.text
    seat.follow("B-1")
    seat.follow("The person is still here").send(why="ice_on_the_way")
    assert "Release the person now" in seat.text
    assert seat.page.get_by_role("link", name="The person is still here").count() == 0
    seat.follow("The person was released").send()
    assert "Released" in seat.text
    assert "Release the person now" not in seat.text
    assert "Nobody is held" in seat.open("/custody/").text
    assert seat.found == {}
