"""Signing in without the form counts as a sign-in of this moment, as the sign-in page's own does."""

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.http import HttpRequest

from evenhand.desk.accounts.models import User


def note_sign_in(request: HttpRequest, user: User, **_: object) -> None:
    """A receiver of Django's `user_logged_in`."""
    if not get_authentication_records(request, user):
        record_authentication(request, user, "password")
