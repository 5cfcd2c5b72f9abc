"""The end of an idle session is put off by what a person asks for, but not written at every request.

Each write is a synced commit: `IDLE_PRECISION` says how many seconds lie between two.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

UNATTENDED = "X-Unattended"
"""The header of a request that a page makes by itself, maybe with nobody before it."""
KEY = "renewed"


def kept_for() -> int:
    """Seconds after an act for which its session is sure to live."""
    return int(settings.SESSION_COOKIE_AGE - settings.IDLE_PRECISION)


class IdleMiddleware:
    """Renews the session of an account that goes on working."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if UNATTENDED not in request.headers and not request.session.is_empty():
            session, now = request.session, int(time.time())
            if now - session.get(KEY, 0) >= settings.IDLE_PRECISION:
                session[KEY] = now
        return self.get_response(request)
