"""The end of an idle session is put off by each request, and written at most once a minute.

A session written at every request costs a synced commit each. It may end up to a minute early, never late.
"""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

KEY = "renewed"
EVERY = 60
"""Seconds between two writes."""


class IdleMiddleware:
    """Renews the session of an account that goes on working."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        session, now = request.session, int(time.time())
        if not session.is_empty() and now - session.get(KEY, 0) >= min(EVERY, session.get_expiry_age() // 2):
            session[KEY] = now
        return self.get_response(request)
