"""Light, dark, or as the system: by a button, kept, without a script and without a flash."""

import pytest
from playwright.sync_api import Page, expect

from desk.browser.axe import faults
from desk.browser.conftest import Profile

LIGHT, DARK = "rgb(255, 255, 255)", "rgb(27, 27, 27)"


def _ground(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_choice_is_kept_and_stands_over_the_system(page: Page, system: str) -> None:
    page.emulate_media(color_scheme=system)  # type: ignore[arg-type]
    as_system = DARK if system == "dark" else LIGHT
    page.goto("/complain/?agency=x")
    assert _ground(page) == as_system
    for name, ground in (("Dark", DARK), ("Light", LIGHT), ("As the system", as_system)):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "true")
        assert page.url.endswith("/complain/?agency=x")
        assert _ground(page) == ground
        assert faults(page, system, 320) == []  # type: ignore[arg-type]
    assert page.locator(".desk-theme [aria-pressed=true]").count() == 1


def test_no_script_is_needed(profile: Profile) -> None:
    page = profile(java_script_enabled=False, color_scheme="light").new_page()
    page.goto("/complain/")
    page.get_by_role("button", name="Dark", exact=True).click()
    page.goto("/complain/follow/")
    expect(page.locator("body")).to_have_css("background-color", DARK)
