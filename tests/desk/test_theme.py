"""The choice of colors: a cookie that only the desk reads, and no way out to another host."""

import pytest
from django.test import Client


@pytest.mark.parametrize("chosen", ["light", "dark", "system"])
def test_the_colors_stand_in_the_page_before_any_script(db: None, client: Client, chosen: str) -> None:
    response = client.post("/theme/", {"theme": chosen, "next": "/complain/?a=b"})
    assert response["Location"] == "/complain/?a=b"
    assert response.cookies["desk_theme"]["httponly"]
    head = client.get("/complain/").content.decode().partition("<script")[0]
    scheme = {"light": "light", "dark": "dark", "system": "light dark"}[chosen]
    assert f'<meta name="color-scheme" content="{scheme}">' in head
    assert ("dark.css" in head) == (chosen != "light")
    assert ("prefers-color-scheme" in head) == (chosen == "system")


@pytest.mark.parametrize("back", ["https://elsewhere.test/", "//elsewhere.test", "javascript:alert(1)"])
def test_it_leads_nowhere_else(db: None, client: Client, back: str) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": back})["Location"] == "/"


def test_other_words_are_not_kept(db: None, client: Client) -> None:
    assert "desk_theme" not in client.post("/theme/", {"theme": '"><script>'}).cookies
    client.cookies["desk_theme"] = '"><script>'
    assert 'content="light dark"' in client.get("/complain/").content.decode()
