"""Before an idle session ends a page asks whether anyone is there; when it ends, the page signs out.

The pages' clock is stopped and moves only where a test moves it. The server's session lives for 30 minutes of
real time, which no test takes.
"""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from desk.browser.axe import faults
from desk.browser.conftest import SignIn
from desk.county import County
from evenhand.desk.accounts.models import Role

BEFORE_THE_WARNING = "26:59"
"""The session ends 29 minutes after an act, and the page asks two minutes before."""


@pytest.fixture
def left_alone(page: Page, county: County, sign_in: SignIn) -> Page:
    """A page of somebody signed in, at the last second before it asks."""
    sign_in(county.account(Role.REVIEWER))
    page.clock.install(time=county.began)
    page.clock.pause_at(county.began + timedelta(seconds=1))
    page.goto("/reviews/")
    page.clock.fast_forward(BEFORE_THE_WARNING)
    expect(_asked(page)).not_to_be_visible()
    return page


def _signed_out(page: Page, path: str) -> None:
    """The page is the one for signing in, from which it leads back."""
    ended = f"/accounts/login/?next={quote(path, safe='')}"
    page.wait_for_url(lambda url: url.endswith(ended))


def _asked(page: Page) -> Locator:
    return page.get_by_role("alertdialog", name="Are you still there?")


def test_a_warning_that_the_keyboard_answers(left_alone: Page) -> None:
    page = left_alone
    page.clock.fast_forward("00:01")
    expect(_asked(page)).to_be_visible()
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    expect(page.get_by_role("timer")).to_have_text("2:00")
    page.clock.fast_forward("00:57")
    expect(page.get_by_role("timer")).to_have_text("1:03")
    # What is behind is out of reach.
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog, body').id || 'browser'") in (
            "desk-idle",
            "browser",
        )
    page.get_by_role("button", name="Stay signed in").focus()
    with page.expect_response("**/accounts/stay/") as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 204
    expect(_asked(page)).not_to_be_visible()
    page.clock.fast_forward(BEFORE_THE_WARNING)
    expect(_asked(page)).not_to_be_visible()
    page.clock.fast_forward("00:01")
    expect(_asked(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(_asked(page)).not_to_be_visible()
    assert page.goto("/reviews/").status == 200  # type: ignore[union-attr]
    expect(page.get_by_role("heading", level=1)).to_have_text("Reviews")


def test_at_the_end_nothing_stays_on_the_screen(left_alone: Page) -> None:
    page = left_alone
    page.clock.fast_forward("00:01")
    expect(_asked(page)).to_be_visible()
    other = page.context.new_page()
    other.goto("/agreements/")
    # The first page knows of the other: its own end is 29 minutes away again.
    page.clock.fast_forward("00:01")
    expect(_asked(page)).not_to_be_visible()
    page.clock.fast_forward("29:01")
    _signed_out(page, "/reviews/")
    _signed_out(other, "/agreements/")
    alive = Session.objects.filter(expire_date__gt=timezone.now())
    assert not any("_auth_user_id" in session.get_decoded() for session in alive)
    page.goto("/reviews/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign In")


def test_an_act_in_one_tab_keeps_the_others(left_alone: Page) -> None:
    page = left_alone
    page.clock.fast_forward("00:01")
    expect(_asked(page)).to_be_visible()
    other = page.context.new_page()
    other.goto("/agreements/")
    page.clock.fast_forward("00:01")
    expect(_asked(page)).not_to_be_visible()


def test_signing_out_in_one_tab_ends_the_others(left_alone: Page) -> None:
    page = left_alone
    other = page.context.new_page()
    other.goto("/accounts/logout/")
    other.locator("main form button").click()
    page.clock.fast_forward("00:01")
    _signed_out(page, "/reviews/")


@pytest.mark.parametrize(("language", "scheme", "width"), [("en", "light", 320), ("es", "dark", 1024)])
def test_the_warning_is_for_everyone(left_alone: Page, language: str, scheme: str, width: int) -> None:
    page = left_alone
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.evaluate("origin")}])
    page.goto("/reviews/")
    page.clock.fast_forward("27:00")
    page.get_by_role("alertdialog").wait_for()
    # axe-core needs the page's timers to run; the time of day stays.
    page.clock.resume()
    page.clock.set_fixed_time(page.evaluate("Date.now()"))
    assert faults(page, scheme, width) == []  # type: ignore[arg-type]
    title = page.locator("#desk-idle-title").inner_text()
    assert title == {"en": "Are you still there?", "es": "¿Sigue ahí?"}[language]


def test_who_is_not_signed_in_is_not_asked(page: Page) -> None:
    page.goto("/complain/")
    assert page.locator("#desk-idle").count() == 0
