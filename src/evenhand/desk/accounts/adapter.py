"""How sign-in differs from allauth's own: nobody signs up; an administrator makes accounts."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from evenhand.desk.accounts.models import User

STAGES = {"allauth.mfa.stages.AuthenticateStage": "evenhand.desk.accounts.agency_sign_in.SecondFactorStage"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return [STAGES.get(stage, stage) for stage in super().get_login_stages()]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        from evenhand.desk.accounts.noticed import locked

        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            locked(str(credentials.get("email", "")))
            raise

    def set_password(self, user: User, password: str) -> None:
        """Write the password alone: the rest of what this request read may have changed since."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        from evenhand.desk.accounts.noticed import reset_started

        reset_started(user)
        super().send_password_reset_mail(user, email, context)
