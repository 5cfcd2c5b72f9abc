"""The link with which an account's holder sets a password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from evenhand.desk.accounts.models import User


def invitation(user: User) -> str:
    """The link's path: it works once, for `PASSWORD_RESET_TIMEOUT` seconds."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=(user_pk_to_url_str(user), key))
