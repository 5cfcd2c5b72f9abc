"""Takes the pictures of the desk's main pages for its documentation: `make screenshots`.

Starts the desk on its made-up county, signs in as each role by the form, and writes `docs/desk/*.png`.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "desk"
PASSWORD = "evenhand demonstration"
PICTURES = [
    # name, role, path, language, width, dark
    ("home", "coordinator", "/", "en", 1280, False),
    ("worklist", "designated-officer", "/screening/", "en", 1280, False),
    ("bookings", "booking-officer", "/bookings/", "en", 1280, False),
    ("clock", "booking-officer", "/custody/", "en", 1280, True),
    ("supervision", "federal-supervisor", "/supervision/", "en", 1280, False),
    ("lapses", "coordinator", "/lapses/", "es", 1280, False),
    ("complain", "", "/complain/", "es", 360, False),
    ("administration", "administrator", "/administration/", "en", 1280, False),
]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _picture(browser: Browser, at: str, picture: tuple[str, str, str, str, int, bool]) -> None:
    name, role, path, language, width, dark = picture
    context = browser.new_context(
        base_url=at, viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    if role:
        page.goto("/accounts/login/")
        page.locator("[name=login]").fill(f"{role}@demo.invalid")
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{at}/")
    context.add_cookies([{"name": "django_language", "value": language, "url": at}])
    page.goto(path)
    page.screenshot(path=OUT / f"{name}.png")
    print(OUT / f"{name}.png")
    context.close()


def main() -> None:
    """Take all pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    port, found = _free_port(), shutil.which("chromium")
    at = f"http://127.0.0.1:{port}"
    evenhand = Path(sys.executable).with_name("evenhand")
    with tempfile.TemporaryDirectory() as folder:
        command = [evenhand, "serve", "--demonstration", "--folder", folder, "--address", f"127.0.0.1:{port}"]
        served = subprocess.Popen([*map(str, command), "--workers", "1"], stderr=subprocess.DEVNULL)
        try:
            _wait(port)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
                for picture in PICTURES:
                    _picture(browser, at, picture)
        finally:
            served.terminate()
            served.wait()


def _wait(port: int, seconds: int = 300) -> None:
    for _ in range(seconds):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(1)
    raise SystemExit("the desk did not start")


if __name__ == "__main__":
    main()
