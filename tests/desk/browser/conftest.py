"""Headless Chromium against the desk itself: its address, a page of it, and signing in."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from desk.browser.server import serving
from evenhand.desk.accounts.models import User
from waiting import HANGS

# Playwright keeps an event loop in this thread; nothing of Django's runs in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CEILING = HANGS * 1000
expect.set_options(timeout=CEILING)
SignIn = Callable[[User], None]
Profile = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    assert found, "no chromium: run scripts/chromium.sh"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=SWITCHES, timeout=CEILING)
        yield started
        started.close()


@pytest.fixture
def server(db: None, collected: Path) -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def elsewhere() -> list[str]:
    """The addresses besides the desk's that a test's pages may ask; it adds its own."""
    return []


@pytest.fixture
def profile(browser: Browser, server: str) -> Iterator[Profile]:
    """Opens fresh profiles of the browser, with Playwright's options; they are closed after the test."""
    with ExitStack() as opened:

        def fresh(**options: object) -> BrowserContext:
            context = browser.new_context(base_url=server, locale="en-US", **options)  # type: ignore[arg-type]
            opened.callback(context.close)
            context.set_default_timeout(CEILING)
            return context

        yield fresh


@pytest.fixture
def page(profile: Profile, server: str, elsewhere: list[str]) -> Iterator[Page]:
    """A page of a fresh profile; the test fails if a page asks another host, or its scripts fail."""
    context = profile()
    page = context.new_page()
    wrong: list[str] = []

    def watch(request: Request) -> None:
        if not request.url.replace("localhost", "127.0.0.1").startswith(
            (server, "data:", "blob:", *elsewhere)
        ):
            wrong.append(f"request to {request.url}")

    context.on("request", watch)
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda said: (
            wrong.append(f"{page.url}: {said.text}") if "Content Security Policy" in said.text else None
        ),
    )
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def sign_in(page: Page, server: str) -> SignIn:
    """Signs an account in without the form, which has a test of its own, as if the password was just given."""

    def enter(user: User) -> None:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session.update(
            {
                "account_authentication_methods": [
                    {"method": "password", "at": time.time(), "reauthenticated": True}
                ],
                "account_authentication_methods_user": str(user.pk),
            }
        )
        session.save()
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server}])

    return enter
