"""Which roles may open a page. Every view carries its decision; one without is a failing test."""

import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.record.scope import NOTHING, within

V = TypeVar("V", bound=Callable[..., HttpResponseBase])

READERS = frozenset({Role.REVIEWER, Role.AUDITOR, Role.FEDERAL_SUPERVISOR, Role.COORDINATOR})
"""Roles that read all of their agencies."""
SAFE = ("GET", "HEAD", "OPTIONS")
ANYONE = "anyone"
"""The decision of a page that needs no account."""


class SignedInRequest(HttpRequest):
    """A request behind `allow`: its user is an account."""

    user: User


def allow(*roles: Role, writers: Iterable[Role] | None = None) -> Callable[[V], V]:
    """Open the view to these roles, within the account's agencies; others get 403, or the sign-in page.

    `writers`: the roles that may also send its form; None is all of them.
    """
    may_write = frozenset(roles if writers is None else writers)

    def decide(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                return redirect_to_login(request.get_full_path())
            if user.role not in (roles if request.method in SAFE else may_write):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.allowed = frozenset(roles)  # type: ignore[attr-defined]
        guarded.writers = may_write  # type: ignore[attr-defined]
        return cast(V, guarded)

    return decide


def anyone(view: V) -> V:
    """Open the view to everyone, signed in or not."""
    view.allowed = ANYONE  # type: ignore[attr-defined]
    return view


def recent_sign_in(view: V) -> V:
    """Open the view only to who signed in, or confirmed it, within `RECENT_SIGN_IN`; under `allow`.

    For what a stolen session must not do: grant access, make tokens and webhooks, erase, export.
    """

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        records = get_authentication_records(request, request.user)
        latest = max((record["at"] for record in records), default=0)
        if time.time() - latest < settings.RECENT_SIGN_IN:
            return view(request, *args, **kwargs)
        return _sign_in_again(request)

    guarded.needs_recent_sign_in = True  # type: ignore[attr-defined]
    return cast(V, guarded)


def _sign_in_again(request: SignedInRequest) -> HttpResponseBase:
    """Ask for password or second factor, then go back to the page; nothing that was sent is kept."""
    back = request.get_full_path() if request.method in SAFE else request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    flows = [flow["id"] for flow in get_reauthentication_flows(request.user)]
    if not flows:
        # Who signs in at the agency alone does so again there.
        logout(request)
        return redirect_to_login(back)
    messages.info(request, _("Confirm that it is you. Then enter the change again."))
    name = "account_reauthenticate" if "reauthenticate" in flows else "mfa_reauthenticate"
    return redirect(f"{reverse(name)}?{urlencode({'next': back})}")


class ScopeMiddleware:
    """Runs each request within the scope of its account; no browser or proxy keeps what it answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            with within(NOTHING):
                return self.get_response(request)
        with within(user.scope()):
            response = self.get_response(request)
        patch_cache_control(response, private=True, no_store=True)
        return response
