"""A chair at the desk: one browser in which people of each role sit down in turn and do the work by its pages."""

from urllib.parse import unquote, urlsplit

from django.urls import resolve
from playwright.sync_api import Locator, Page

from desk.browser.axe import faults
from desk.browser.conftest import SignIn
from desk.county import County
from evenhand.desk.accounts.models import Role


class Seat:
    """axe-core looks at each kind of page that comes by; what it finds is in `found`."""

    def __init__(self, page: Page, county: County, sign_in: SignIn) -> None:
        self.page = page
        self.county = county
        self.sign_in = sign_in
        self.seen: set[str] = set()
        self.found: dict[str, list[str]] = {}

    def sit(self, role: Role | None) -> "Seat":
        """Whoever sat here gets up, and somebody of this role signs in; None is anybody, without account."""
        self.page.context.clear_cookies()
        if role is not None:
            self.sign_in(self.county.account(role))
        return self

    def open(self, path: str) -> "Seat":
        self.page.goto(path)
        return self.look()

    def follow(self, name: str) -> "Seat":
        self._click(self.page.get_by_role("link", name=name, exact=True).first)
        return self.look()

    def send(self, button: str = "", **said: str | bool | list[str]) -> "Seat":
        """Fill in the form of the page by the fields' names, and send it."""
        return self.enter(button, **said).look()

    def enter(self, button: str = "", **said: str | bool | list[str]) -> "Seat":
        """The same, without a look by axe-core at what comes."""
        for name, value in said.items():
            self._say(name, value)
        form = self.page.locator("main form")
        named = form.get_by_role("button", name=button, exact=True)
        self._click((named if button else form.locator("button:not(.usa-button--unstyled)")).first)
        return self

    def _click(self, what: Locator) -> None:
        """Returns when the page that comes is there: a click itself may return before."""
        with self.page.expect_navigation():
            what.click()

    def look(self) -> "Seat":
        heading = self.page.locator("h1").first.inner_text()
        # Once is enough for pages of one address with one heading.
        key = f"{resolve(unquote(urlsplit(self.page.url).path)).view_name}: {heading}"
        if key not in self.seen:
            self.seen.add(key)
            if wrong := faults(self.page, "light", 1024):
                self.found[key] = wrong
        return self

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def _say(self, name: str, value: str | bool | list[str]) -> None:
        fields = self.page.locator(f'main [name="{name}"]')
        # A page that lacks the field would else be waited for until the ceiling.
        assert fields.count(), f"no field {name} on {self.page.url}:\n{self.text}"
        kind = fields.first.evaluate("e => e.type")
        match kind:
            case "radio":
                self._tick(fields, [str(value)])
            case "checkbox":
                self._tick(fields, value if isinstance(value, list) else ["on"] if value else [])
            case "select-one":
                fields.select_option(str(value))
            case _:
                fields.fill(str(value))

    def _tick(self, fields: Locator, values: list[str]) -> None:
        """By the labels, which is what people see and touch: the design system draws the boxes there."""
        for value in values:
            found = fields.locator(f'xpath=self::*[@value="{value}" or not(@value)]').first
            self.page.locator(f'main label[for="{found.get_attribute("id")}"]').first.click()
            assert found.is_checked()
