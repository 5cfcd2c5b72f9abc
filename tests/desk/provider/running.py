"""The provider as a process of its own on the loopback, and the desk as its client."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pytest_django import Settings

from evenhand.desk.accounts.oidc import PROVIDER, form_targets, providers
from evenhand.desk.environment import Environment
from waiting import HANGS

PASSWORD = "a password at the provider"


def new_key() -> str:
    """A private key in PEM."""
    made = rsa.generate_private_key(65537, 2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


KEY = new_key()
"""The one that the provider signs with, for tokens that only it could have made."""


@dataclass(frozen=True)
class Person:
    """Somebody who has an account at the provider."""

    email: str
    verified: bool = True
    second_factor: bool = False


@contextmanager
def running(*people: Person) -> Iterator[str]:
    """Start it with these people, each with `PASSWORD`; yields the issuer's address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    with tempfile.TemporaryDirectory() as folder:
        given = kept | {
            "PROVIDER_FOLDER": folder,
            "PROVIDER_KEY": KEY,
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "desk.provider"],
            env=given,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin
        assert process.stdout
        try:
            for person in people:
                process.stdin.write(json.dumps(vars(person) | {"password": PASSWORD}) + "\n")
            process.stdin.close()
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()


def join(settings: Settings, issuer: str, desk: str, second_factor: tuple[str, ...] = ("mfa",)) -> None:
    """Register the desk at the provider (RFC 7591), and set the desk as its operator would."""
    said = httpx.post(
        f"{issuer}/identity/o/api/clients",
        json={
            "client_name": "desk",
            "redirect_uris": [f"{desk}/accounts/oidc/{PROVIDER}/login/callback/"],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_post",
            "scope": "openid profile email",
        },
        timeout=HANGS,
    )
    assert said.status_code == 201, said.text
    environment = Environment(
        oidc_issuer=issuer,
        oidc_client=said.json()["client_id"],
        oidc_secret=said.json()["client_secret"],
        oidc_second_factor=second_factor,
    )
    settings.SOCIALACCOUNT_PROVIDERS = providers(environment)
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": directives | {"form-action": ["'self'", *form_targets(environment)]}
    }
