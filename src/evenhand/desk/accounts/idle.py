"""The end of an idle session is put off by what a person asks for, and written at most once a minute.

A session written at every request costs a synced commit each. It may end up to a minute early, never late.
"""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

UNATTENDED = "X-Unattended"
"""The header of a request that a page makes by itself, maybe with nobody before it."""
KEY = "renewed"
EVERY = 60
"""Seconds between two writes."""


class IdleMiddleware:
    """Renews the session of an account that goes on working."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if UNATTENDED not in request.headers and not request.session.is_empty():
            session, now = request.session, int(time.time())
            if now - session.get(KEY, 0) >= min(EVERY, session.get_expiry_age() // 2):
                session[KEY] = now
        return self.get_response(request)
