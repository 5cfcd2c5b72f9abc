"""The desk without a mouse: signing in, booking a person, the first steps of the screening."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from desk.county import PASSWORD, ZONE, County
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.models import Case
from evenhand.desk.record.scope import EVERYTHING, within

_FOCUS = "(document.activeElement.name || document.activeElement.innerText || '').trim()"


def _to(page: Page, what: str) -> None:
    """Press Tab until the field or button of that name has the focus, and see that the focus shows."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(_FOCUS) == what:
            shown = page.evaluate(
                "(e => { const s = getComputedStyle(e), l = e.labels && e.labels[0];"
                " return [s, l && getComputedStyle(l, '::before')].some("
                " s => s && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) })"
                "(document.activeElement)"
            )
            assert shown, f"the focus does not show on {what}"
            return
    raise AssertionError(f"Tab does not lead to {what}")


def _type(page: Page, **said: str) -> None:
    for name, value in said.items():
        _to(page, name)
        page.keyboard.type(value)


def test_without_a_mouse(page: Page, county: County) -> None:
    page.goto("/accounts/login/?next=/bookings/new/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    _type(page, login=county.account(Role.BOOKING_OFFICER).email, password=PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Book a person")
    when = (county.began - timedelta(hours=1)).astimezone(ZoneInfo(ZONE))
    _type(page, number="2026-7")
    _to(page, "booked_at")
    page.keyboard.type(when.strftime("%m%d%Y"))
    page.keyboard.press("ArrowRight")
    page.keyboard.type(when.strftime("%I%M%p"))
    _type(page, name="Doe, Sample", arresting_agency="Police")
    _type(page, **{"charge-0-statute": "14-33", "charge-0-ncic_class": "13", "charge-0-level": "Misd"})
    _to(page, "Book")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Booking 2026-7")
    with within(EVERYTHING):
        case = Case.objects.get(number="2026-7")
    assert abs(case.booked_at - when) < timedelta(minutes=1)
