"""Who calls: a bearer token, and the scope that it opens."""

import threading
from typing import TypeGuard

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.throttling import AuthRateThrottle

from evenhand.desk.api.models import Grant, Token, digest_of
from evenhand.desk.record.scope import EVERYTHING, Scope, narrow, within

PER_MINUTE = "600/m"


class ApiRequest(HttpRequest):
    """A request behind a token."""

    auth: Token


class Bearer(HttpBearer):
    """`Authorization: Bearer evh_...`; the call then reaches the token's agency and no other."""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        with within(EVERYTHING):
            found = Token.objects.filter(digest=digest_of(token)).first()
        if found is None or not found.valid(timezone.now()):
            return None
        narrow(Scope(frozenset({found.agency})))
        return found


def need(request: HttpRequest, *grants: Grant) -> Token:
    """The caller's token. Raises 403 where it has none of these grants."""
    assert _has_token(request)
    if not any(request.auth.may(grant) for grant in grants):
        raise HttpError(
            403, _("this token may not do that: it needs one of %(grants)s") % {"grants": ", ".join(grants)}
        )
    return request.auth


def _has_token(request: HttpRequest) -> TypeGuard[ApiRequest]:
    return isinstance(getattr(request, "auth", None), Token)


class TokenThrottle(AuthRateThrottle, threading.local):
    """So many calls a minute for each token.

    Ninja keeps the count of the call at hand on this object, which all threads of a server share: so each
    thread has its own.
    """

    def __init__(self) -> None:
        super().__init__(PER_MINUTE)
