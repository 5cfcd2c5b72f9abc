"""The key in the link that the sign-in page mails for a forgotten password."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from evenhand.desk.accounts.models import User


class ResetKey(PasswordResetTokenGenerator):
    """It ends when the account's access or address changes, and opens no federal account."""

    key_salt = "evenhand.desk.accounts.reset"

    def check_token(self, user: AbstractBaseUser | None, token: str | None) -> bool:
        return isinstance(user, User) and not user.federal and super().check_token(user, token)

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        assert isinstance(user, User)
        return f"{super()._make_hash_value(user, timestamp)}{user.role}{user.epoch}"
