"""The end of an idle session is put off by what a person asks for, but not written at every request.

Each write is a synced commit: `IDLE_PRECISION` says how many seconds lie between two.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponseBase

BEGUN = "begun"
UNATTENDED = "X-Unattended"
"""The header of a request that a page makes by itself, maybe with nobody before it."""
KEY = "renewed"


def kept_for() -> int:
    """Seconds after an act for which its session is sure to live."""
    return int(settings.SESSION_COOKIE_AGE - settings.IDLE_PRECISION)


class IdleMiddleware:
    """Renews the session of an account that goes on working, and ends it after its longest time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        session, now = request.session, int(time.time())
        if SESSION_KEY in session:
            if BEGUN not in session:
                session[BEGUN] = now
            if now - session[BEGUN] >= settings.SESSION_LONGEST:
                session.flush()
        by_a_person = UNATTENDED not in request.headers and not session.is_empty()
        if by_a_person and now - session.get(KEY, 0) >= settings.IDLE_PRECISION:
            session[KEY] = now
        return self.get_response(request)
