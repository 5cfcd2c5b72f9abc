"""Pages of which htmx puts a part in place."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect


class InPlaceMiddleware:
    """Where a request for a part is sent elsewhere, such as to sign in, the whole page goes there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if getattr(request, "htmx", False) and "Location" in response.headers:
            return HttpResponseClientRedirect(response.headers["Location"])
        return response
