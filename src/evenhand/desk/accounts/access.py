"""Which roles may open a page. Every view carries its decision; one without is a failing test."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control

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
