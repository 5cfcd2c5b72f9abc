"""The choice of colors, and staying signed in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from evenhand.desk.accounts.access import SignedInRequest, allow, anyone
from evenhand.desk.accounts.models import Role
from evenhand.desk.shell.theme import named

A_YEAR = 365 * 86_400


@anyone
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the colors chosen in a cookie, and go back to the page."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    chosen = named(request.POST.get("theme", ""))
    if chosen is not None:
        response.set_cookie(
            settings.THEME_COOKIE_NAME,
            chosen,
            max_age=A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@allow(*Role)
@require_POST
def stay(request: SignedInRequest) -> HttpResponse:
    """An act, as each request is: the time without one begins anew."""
    return HttpResponse(status=204)
