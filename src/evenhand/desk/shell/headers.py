"""What every answer tells the browser to forget and not to share; only the methods that pages use."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.urls import reverse

METHODS = ("GET", "HEAD", "POST")


class HeadersMiddleware:
    """No other site embeds an answer, and signing out empties what the browser kept.

    `accounts/access.py` keeps what an account is shown out of every cache.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in METHODS:
            # TRACE above all: it would send back the request with its cookies.
            return HttpResponseNotAllowed(METHODS)
        response = self.get_response(request)
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if request.method == "POST" and request.path == reverse("account_logout"):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
