"""What an ID token must hold for the desk to rely on it."""

import hmac
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.utils import base64url_encode

from desk.provider.running import KEY, new_key
from evenhand.desk.accounts.id_token import BadTokenError, verified

ISSUER, CLIENT = "https://sso.example.test", "desk"
OTHER = new_key()


def _published(pem: str, **more: str) -> dict[str, str]:
    public = load_pem_private_key(pem.encode(), None).public_key()
    return json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(public)) | {"kid": "1", "use": "sig"} | more  # type: ignore[arg-type]


KEYS = {"keys": [_published(KEY), _published(OTHER, kid="2")]}


def _token(key: str = KEY, algorithm: str = "RS256", kid: str | None = "1", **claims: Any) -> str:
    said = {"iss": ISSUER, "sub": "7", "aud": CLIENT, "iat": time.time(), "exp": time.time() + 60} | claims
    kept = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm, headers={"kid": kid} if kid else {})


def _shared_secret_from_the_public_key() -> str:
    """What the library would not sign: HS256 with the published key as the secret."""
    secret = json.dumps(KEYS["keys"][0])
    _, claims, _ = _token().split(".")
    header = base64url_encode(json.dumps({"alg": "HS256", "kid": "1"}).encode()).decode()
    said = f"{header}.{claims}"
    return f"{said}.{base64url_encode(hmac.digest(secret.encode(), said.encode(), 'sha256')).decode()}"


def _verified(token: str, keys: dict[str, Any] = KEYS) -> dict[str, Any]:
    return verified(token, keys, issuer=ISSUER, client=CLIENT)


@pytest.mark.parametrize(
    "made",
    [
        _token,
        lambda: _token(OTHER, kid="2"),
        lambda: _token(aud=[CLIENT, "other"], azp=CLIENT),
        lambda: _token(iat=time.time() + 30),
        lambda: _token(exp=time.time() - 30),
    ],
    ids=["plain", "second key", "several audiences", "clock ahead", "clock behind"],
)
def test_what_the_issuer_signed_for_the_desk_is_taken(made: Callable[[], str]) -> None:
    assert _verified(made())["sub"] == "7"


@pytest.mark.parametrize(
    "made",
    [
        lambda: _token(OTHER),
        lambda: _token(kid="3"),
        lambda: _token(kid=None),
        lambda: _token("", algorithm="none"),
        _shared_secret_from_the_public_key,
        lambda: _token(iss="https://elsewhere.test"),
        lambda: _token(aud="other"),
        lambda: _token(aud=[CLIENT, "other"], azp="other"),
        lambda: _token(exp=time.time() - 90),
        lambda: _token(iat=time.time() + 90),
        *(partial(_token, **{name: None}) for name in ("iss", "sub", "aud", "exp", "iat")),
        lambda: "no token",
    ],
    ids=[
        "another's key",
        "a key not published",
        "no key named, of two",
        "unsigned",
        "signed with what is public",
        "issuer",
        "audience",
        "another client's",
        "run out",
        "of the future",
        "no iss",
        "no sub",
        "no aud",
        "no exp",
        "no iat",
        "no token",
    ],
)
def test_any_other_is_turned_away(made: Callable[[], str]) -> None:
    with pytest.raises(BadTokenError):
        _verified(made())


def test_the_only_key_needs_no_name() -> None:
    assert _verified(_token(kid=None), {"keys": [_published(KEY)]})["sub"] == "7"


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": [_published(KEY, use="enc")]}, {"keys": "1"}])
def test_without_a_key_to_sign_with_nothing_is_taken(keys: dict[str, Any]) -> None:
    with pytest.raises(BadTokenError):
        _verified(_token(), keys)
