"""Somebody at the provider's pages: signs in there and consents, by HTTP."""

from urllib.parse import urljoin

import html5lib
import httpx

from desk.provider.running import PASSWORD
from waiting import HANGS


def consent(address: str, email: str) -> str:
    """From the address to which the desk sends the browser, to the one at the desk to which it is sent back."""
    with httpx.Client(follow_redirects=True, timeout=HANGS) as browser:
        login = browser.get(address)
        said = browser.post(**_form(login, login=email, password=PASSWORD))
        back = browser.post(**_form(said, action="grant"), follow_redirects=False)
        assert back.status_code == 302, back.text
        return back.headers["Location"]


def _form(page: httpx.Response, **said: str) -> dict[str, object]:
    """The last form of a page filled in: where it goes, and what with."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    form = tree.findall(".//form")[-1]
    fields: dict[str, list[str]] = {}
    for field in form.iter("input"):
        if field.get("name") and field.get("name") not in said:
            fields.setdefault(field.get("name"), []).append(field.get("value", ""))
    return {"url": urljoin(str(page.url), form.get("action") or str(page.url)), "data": fields | said}
