"""What the provider says of how somebody signed in: who is in the group gave a second factor."""

from collections.abc import Iterable
from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter

GROUP = "second factor"


class Adapter(DefaultOIDCAdapter):
    def get_claims(
        self,
        purpose: str,
        user: Any,
        client: Any,
        scopes: Iterable[str],
        email: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        claims = super().get_claims(purpose, user, client, scopes, email, **more)
        if purpose == "id_token":
            factors = ["otp", "mfa"] if user.groups.filter(name=GROUP).exists() else []
            claims["amr"] = ["pwd", *factors]
        return claims
