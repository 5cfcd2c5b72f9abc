"""In real use nobody works without a second factor (CJIS Security Policy, IA-2, not verified in full)."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from evenhand.desk.accounts.agency_sign_in import had_second_factor
from evenhand.desk.accounts.models import User

OPEN = (
    *(f"/accounts/{name}/" for name in ("2fa", "login", "logout", "reauthenticate", "stay", "oidc")),
    "/accounts/password/reset/",
    "/invitation/",
    "/language/",
    "/theme/",
    "/static/",
    "/complain/",
    "/api/",
)
"""What opens to an account before it has a second factor: the way to one, and what needs no account."""


class SecondFactorMiddleware:
    """Sends an account without a second factor, here or at its agency, to the page that sets one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if (
            settings.SECOND_FACTOR_REQUIRED
            and isinstance(user, User)
            and not request.path.startswith(OPEN)
            and not is_mfa_enabled(user)
            and not had_second_factor(request, user)
        ):
            return redirect("mfa_activate_totp")
        return self.get_response(request)
