"""The ID token's check (OpenID Connect Core 1.0, section 3.1.3.7), signature included.

The standard lets a client that fetched the token itself over TLS go without the signature. It is checked all
the same, so that not the connection alone stands for who signs in.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import jwt
from allauth.socialaccount.providers.oauth2.client import OAuth2Error

SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Those by a key that is the issuer's alone: no secret shared with the desk, and never "none"."""
LEEWAY = timedelta(minutes=1)
"""How far the provider's clock may be from the desk's."""
REQUIRED = ["iss", "sub", "aud", "exp", "iat"]


class BadTokenError(OAuth2Error):  # type: ignore[misc]
    """An ID token that cannot be relied on; the message says why and names nobody."""


def verified(token: str, keys: Mapping[str, Any], *, issuer: str, client: str) -> dict[str, Any]:
    """The claims of a token that the issuer signed, for this client and still valid.

    `keys` is the issuer's published key set (RFC 7517). Raises `BadTokenError`.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=_signing_key(token, keys),
            algorithms=SIGNATURES,
            issuer=issuer,
            audience=client,
            leeway=LEEWAY,
            options={"require": REQUIRED},
        )
    except jwt.PyJWTError as error:
        raise BadTokenError(str(error)) from error
    # Step 5: of several audiences, the one that the token was issued to.
    if claims.get("azp", client) != client:
        raise BadTokenError("it was issued to another client")
    return claims


def _signing_key(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """The key that the token names, or the only one there is where it names none (RFC 7517, section 4.5)."""
    named = jwt.get_unverified_header(token).get("kid")
    signing = [key for key in jwt.PyJWKSet.from_dict(dict(keys)) if key.public_key_use in (None, "sig")]
    found = [key for key in signing if named in (None, key.key_id)]
    if len(found) != 1:
        raise BadTokenError("the issuer publishes no such key")
    return found[0]
