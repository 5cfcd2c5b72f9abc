"""What answers tell the browser to keep, and how long a session can last."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from desk.county import County
from evenhand.desk.accounts.idle import BEGUN
from evenhand.desk.accounts.models import Role


@pytest.mark.parametrize("path", ["/", "/bookings/", "/complain/", "/accounts/login/", "/no-such-page/"])
def test_no_other_site_embeds_an_answer(county: County, path: str) -> None:
    client = Client()
    client.force_login(county.account(Role.COORDINATOR))
    headers = client.get(path).headers
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "OPTIONS"])
def test_other_methods_are_refused(county: County, method: str) -> None:
    client = Client()
    client.force_login(county.account(Role.COORDINATOR))
    answer = client.generic(method, "/bookings/")
    assert answer.status_code == 405
    assert b"session" not in answer.content


def test_signing_out_empties_what_the_browser_kept(county: County) -> None:
    client = Client()
    client.force_login(county.account(Role.COORDINATOR))
    assert client.post("/accounts/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/complain/").headers


def test_a_session_ends_after_its_longest_time_however_busy(county: County) -> None:
    client = Client()
    client.force_login(county.account(Role.COORDINATOR))
    assert client.get("/bookings/").status_code == 200
    session = client.session
    session[BEGUN] -= settings.SESSION_LONGEST - 60
    session.save()
    assert client.get("/bookings/").status_code == 200
    session[BEGUN] -= 61
    session.save()
    assert client.get("/bookings/").status_code == 302
    assert not Session.objects.filter(session_key=session.session_key).exists()
