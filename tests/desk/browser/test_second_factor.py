"""Second factors in a browser: codes by an app, passkeys; the pages that only an account with one sees."""

from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect
from pytest_django import Settings

from desk.browser.axe import faults
from desk.browser.conftest import SignIn
from desk.county import PASSWORD, County
from evenhand.desk.accounts.models import Role


def _code(secret: str) -> str:
    return f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06}"


def _password(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign In", exact=True).click()


def test_codes_by_an_app(page: Page, county: County, sign_in: SignIn, settings: Settings) -> None:
    # A loaded machine may need longer than the half minute that a code counts.
    settings.MFA_TOTP_TOLERANCE = 20
    user = county.account(Role.REVIEWER)
    sign_in(user)
    page.goto("/accounts/2fa/totp/activate/")
    assert faults(page, "light", 1024) == []
    picture = page.locator("main img").first
    assert picture.evaluate("e => e.complete && e.naturalWidth > 0")
    secret = page.locator("main input[disabled], main input[readonly]").first.input_value()
    page.locator("main [name=code]").fill(_code(secret))
    page.locator("main form button").first.click()
    found = {}
    for path in ("2fa/recovery-codes/", "2fa/", "2fa/totp/deactivate/", "2fa/reauthenticate/"):
        page.goto(f"/accounts/{path}")
        found[path] = faults(page, "dark", 320)
    page.context.clear_cookies()
    _password(page, user.email)
    expect(page.locator("main [name=code]")).to_be_visible()
    found["2fa/authenticate/"] = faults(page, "light", 640)
    page.goto("/reviews/")
    expect(page.locator("main [name=code]")).to_be_visible()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_a_passkey_signs_in(page: Page, server: str, county: County, sign_in: SignIn) -> None:
    """With a virtual authenticator of the browser; a passkey needs a host's name, not its number."""
    host = server.replace("127.0.0.1", "localhost")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    user = county.account(Role.REVIEWER)
    sign_in(user)
    cookies = [c | {"domain": "localhost"} for c in page.context.cookies()]
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.goto(f"{host}/accounts/2fa/webauthn/add/")
    page.locator("main [name=name]").fill("Key of the reviewer")
    page.locator("main label[for=id_passwordless]").click()
    page.locator("main form button").first.click()
    page.wait_for_url("**/recovery-codes/**")
    page.context.clear_cookies()
    page.goto(f"{host}/accounts/login/?next=/reviews/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reviews")
