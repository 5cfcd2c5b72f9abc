"""When the idle time of a session starts anew: with what a person asks for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

UNATTENDED = "X-Unattended"
"""The header of a request that a page makes by itself, maybe with nobody before it."""


class IdleMiddleware:
    """Saves the session, and so its end, with each request but unattended ones."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if UNATTENDED not in request.headers and not request.session.is_empty():
            request.session.modified = True
        return self.get_response(request)
