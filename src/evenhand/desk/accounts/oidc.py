"""What the environment says of the agency's own sign-in, as Django's settings want it."""

from typing import Any
from urllib.parse import urlsplit

from evenhand.desk.environment import Environment

PROVIDER = "agency"
"""Its name among the addresses."""
DESCRIPTION = "/.well-known/openid-configuration"
"""Where an issuer describes itself, by which some operators name it (Discovery 1.0, section 4)."""


def providers(environment: Environment) -> dict[str, Any]:
    """allauth's `SOCIALACCOUNT_PROVIDERS`; no app in it where no issuer is named."""
    app = {
        "provider_id": PROVIDER,
        "name": environment.oidc_name,
        "client_id": environment.oidc_client,
        "secret": environment.oidc_secret.get_secret_value(),
        "settings": {
            "server_url": environment.oidc_issuer.removesuffix(DESCRIPTION).rstrip("/"),
            "second_factor": list(environment.oidc_second_factor),
        },
    }
    return {
        "openid_connect": {
            "provider_class": "evenhand.desk.accounts.agency_sign_in.AgencyProvider",
            # RFC 9700, section 2.1.1: also for a client that holds a secret.
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [app] if environment.oidc_issuer else [],
        }
    }


def form_targets(environment: Environment) -> list[str]:
    """The origins to which the form that begins the sign-in leads on: browsers hold each step of such a
    redirect against the policy's `form-action`.
    """
    addresses = (environment.oidc_issuer, *environment.oidc_origins)
    parts = [urlsplit(address) for address in addresses if address]
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts})
