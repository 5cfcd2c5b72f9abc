"""Lists that htmx narrows and pages in place, and the same lists without scripts; a list that refreshes itself."""

import re
from importlib import import_module

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect
from pytest_django import Settings

from desk.browser.attempts import completed, determined
from desk.browser.axe import faults
from desk.browser.conftest import Profile, SignIn
from desk.county import County, booked
from desk.custody.flow import Flow
from evenhand.desk.accounts.models import Role

READER = Role.COORDINATOR
STORED = "JSON.stringify([{...sessionStorage}, {...localStorage}])"


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    rooms = ("bookings", "screening", "custody", "supervision", "officers", "agreements")
    # All of them before any is changed: they import from each other.
    for views in [import_module(f"evenhand.desk.{room}.views") for room in rooms]:
        monkeypatch.setattr(views, "PAGE", 2)


@pytest.fixture
def bookings(county: County) -> County:
    """Five of them, all of one name."""
    for number in range(1, 6):
        booked(county, f"B-{number}", hours=number)
    return county


@pytest.fixture
def quiet(page: Page, profile: Profile) -> Page:
    """A browser without scripts, in which nobody has signed in yet."""
    return profile(java_script_enabled=False).new_page()


def expect_numbers(page: Page, *numbers: str) -> None:
    """Waits until the list shows these bookings, in this order."""
    expect(page.locator("#found tbody th")).to_have_text(list(numbers))


def whole_pages(page: Page) -> list[str]:
    """The pages that are loaded as a whole from now on."""
    loaded: list[str] = []
    page.on("domcontentloaded", lambda shown: loaded.append(shown.url))
    return loaded


def test_a_list_is_paged_in_place(page: Page, bookings: County, sign_in: SignIn) -> None:
    sign_in(bookings.account(READER))
    page.goto("/bookings/")
    loaded = whole_pages(page)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#found")).to_contain_text("Page 2 of 3")
    expect_numbers(page, "B-3", "B-4")
    page.wait_for_url("**/bookings/?page=2")
    expect(page.get_by_role("link", name="Next")).to_be_focused()
    assert faults(page, "dark", 320) == []
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#found")).to_contain_text("Page 3 of 3")
    assert loaded == []
    # What a person is called is not left behind in the browser; the way back asks the server again.
    assert "Doe" not in page.evaluate(STORED)
    page.go_back()
    expect(page.locator("#found")).to_contain_text("Page 2 of 3")
    page.wait_for_url("**/bookings/?page=2")
    expect_numbers(page, "B-3", "B-4")


def test_the_queue_is_paged_in_place(page: Page, county: County, sign_in: SignIn) -> None:
    for number in (1, 2, 3):
        determined(Flow(county, 40, f"B-{number}"))
    sign_in(county.account(Role.FEDERAL_SUPERVISOR))
    page.goto("/supervision/")
    loaded = whole_pages(page)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#found")).to_contain_text("Page 2 of 2")
    expect_numbers(page, "B-3")
    assert loaded == []


def test_a_list_is_narrowed_in_place(page: Page, bookings: County, sign_in: SignIn) -> None:
    sign_in(bookings.account(READER))
    page.goto("/bookings/?page=2")
    loaded = whole_pages(page)
    page.locator("main [name=q]").fill("B-5")
    page.keyboard.press("Enter")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    expect_numbers(page, "B-5")
    expect(page).to_have_url(re.compile(r"\bq=B-5\b"))
    assert "page=" not in page.url
    expect(page.locator("#found-said")).to_have_text("1 booking, by time of booking")
    expect(page.locator("main [name=q]")).to_be_focused()
    page.locator("main [name=stage]").select_option("closed")
    expect(page.locator("#found")).to_contain_text("No booking is found.")
    assert faults(page, "light", 1024) == []
    assert loaded == []


@pytest.mark.trial
@pytest.mark.parametrize(
    ("role", "path", "field", "value"),
    [
        (Role.FEDERAL_SUPERVISOR, "/agreements/", "state", "ended"),
        (READER, "/officers/", "state", "revoked"),
        (READER, "/lapses/", "days", "30"),
        (READER, "/screening/", "facility", "jail-1"),
        (Role.BOOKING_OFFICER, "/custody/", "facility", "jail-1"),
        (Role.BOOKING_OFFICER, "/custody/releases/", "facility", "jail-1"),
        (Role.BOOKING_OFFICER, "/custody/detainers/", "state", "unserved"),
    ],
)
def test_each_list_is_narrowed_in_place(
    page: Page, quiet: Page, bookings: County, sign_in: SignIn, role: Role, path: str, field: str, value: str
) -> None:
    """By a choice alone; what comes is what a browser without scripts gets."""
    sign_in(bookings.account(role))
    page.goto(path)
    loaded = whole_pages(page)
    with page.expect_response(lambda answer: f"{field}={value}" in answer.url):
        page.locator(f"main [name={field}]").select_option(value)
    page.wait_for_url(f"**{path}?*{field}={value}*")
    assert loaded == []
    quiet.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    quiet.goto(path)
    quiet.locator(f"main [name={field}]").select_option(value)
    quiet.locator("main form button").first.click()
    assert f"{field}={value}" in quiet.url
    seen, plain = page.locator("#found").inner_text(), quiet.locator("#found").inner_text()
    assert _without_times(seen) == _without_times(plain)


def _without_times(text: str) -> list[str]:
    return [line for line in text.splitlines() if "As of" not in line]


def test_without_scripts_a_list_is_paged_and_narrowed(
    page: Page, quiet: Page, bookings: County, sign_in: SignIn
) -> None:
    sign_in(bookings.account(READER))
    quiet.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    quiet.goto("/bookings/")
    quiet.get_by_role("link", name="Next").click()
    expect_numbers(quiet, "B-3", "B-4")
    quiet.locator("main [name=q]").fill("B-5")
    quiet.get_by_role("button", name="Show").click()
    expect_numbers(quiet, "B-5")


def test_what_follows_an_answer_is_shown_with_it(
    page: Page, quiet: Page, county: County, sign_in: SignIn
) -> None:
    """The interview's further questions, with and without scripts: it is the design's rules that show them."""
    subject = booked(county)
    completed(county, subject)
    sign_in(county.account(Role.DESIGNATED_OFFICER))
    quiet.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    for shown in (page, quiet):
        shown.goto(f"/screening/{subject}/interview/")
        for asked, follows in (("interpreter_needed", "interpreter"), ("aid_needed", "aid_given")):
            field = shown.locator(f"main [name={follows}]")
            expect(field).to_be_hidden()
            shown.locator(f"main [name={asked}]").select_option("yes")
            expect(field).to_be_visible()
    assert faults(page, "light", 320) == []
    page.locator("main [name=interpreter]").fill("Sample Interpreter")
    page.locator("main [name=interpreter_needed]").select_option("no")
    expect(page.locator("main [name=interpreter]")).to_be_hidden()


def test_where_a_part_fails_the_page_is_loaded_as_a_whole(
    page: Page, bookings: County, sign_in: SignIn
) -> None:
    """Signed out meanwhile: the sign-in page comes, and leads back to the list that was asked for."""
    sign_in(bookings.account(READER))
    page.goto("/bookings/")
    Session.objects.all().delete()
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**/accounts/login/?next=/bookings/%3Fpage%3D2")
    expect(page.locator("[name=login]")).to_be_visible()


def test_the_hold_clock_brings_itself_up_to_date(
    page: Page, county: County, sign_in: SignIn, settings: Settings
) -> None:
    """Every minute, and without keeping alive the session of somebody who has gone."""
    settings.IDLE_PRECISION = 0
    Flow(county, 90, "B-1").screened(80).detained(78).held(47.5)
    sign_in(county.account(Role.BOOKING_OFFICER))
    page.clock.install()
    page.goto("/custody/")
    page.locator("#found tbody a").first.focus()
    loaded, ends = whole_pages(page), _end()
    Flow(county, 90, "B-2").screened(80).detained(78).held(40)
    with page.expect_response("**/custody/"):
        page.clock.fast_forward("01:05")
    expect(page.locator("#found tbody tr")).to_have_count(2)
    expect(page.get_by_role("link", name="B-1")).to_be_focused()
    assert faults(page, "light", 320) == []
    assert loaded == []
    assert _end() == ends
    # Who updates the list is there.
    page.get_by_role("link", name="Update").click()
    expect(page.locator("#found-said")).to_have_text("2 persons")
    assert _end() > ends


def _end() -> object:
    return Session.objects.get().expire_date


def test_when_the_session_has_ended_no_name_stays_on_the_screen(
    page: Page, county: County, sign_in: SignIn
) -> None:
    Flow(county, 90).screened(80).detained(78).held(47.5)
    sign_in(county.account(Role.BOOKING_OFFICER))
    page.clock.install()
    page.goto("/custody/")
    expect(page.locator("main")).to_contain_text("Doe")
    Session.objects.all().delete()
    page.clock.fast_forward("01:05")
    page.wait_for_url("**/accounts/login/?next=/custody/")
