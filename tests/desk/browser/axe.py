"""axe-core over a page, in both languages, light and dark, at the widths of phones to wide screens."""

from itertools import product
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LANGUAGES = ("en", "es")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (320, 640, 1024, 1920)
ALL = tuple(product(LANGUAGES, SCHEMES, WIDTHS))
Look = tuple[str, Literal["light", "dark"], int]
_READY = "typeof axe !== 'undefined'"
_RUN = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"


def faults(page: Page, scheme: Literal["light", "dark"], width: int) -> list[str]:
    """What axe-core finds on the page that is open, and whether it must be scrolled sideways."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    # Half a megabyte of script: once a page is enough.
    if not page.evaluate(_READY):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(_RUN)
    said = [
        f"{v['id']}: {n['html'][:120]}: {n['failureSummary'][:200]}" for v in found for n in v["nodes"][:3]
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        said.append(f"wider than {width} px")
    return said
