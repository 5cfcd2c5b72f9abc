"""Settings with which a desk for real use does not start: each with its name and the remedy."""

import re
import zlib
from collections.abc import Iterator
from ipaddress import ip_address
from itertools import pairwise

from evenhand.desk.environment import PREFIX, Environment

KEY_LENGTH, TOKEN_LENGTH, PASSWORD_LENGTH = 50, 32, 15
RANDOM = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_DISTINCT = 10
_DENSE = 0.75


def weak_settings(own: Environment) -> list[str]:
    """What is weak in the settings themselves; empty where nothing is."""
    return [f"{PREFIX}{name}: {what}" for name, what in (*_secrets(own), *_hosts(own), *_leads(own))]


def _secrets(own: Environment) -> Iterator[tuple[str, str]]:
    key, token = own.secret_key.get_secret_value(), own.metrics_token.get_secret_value()
    if not random_enough(key, KEY_LENGTH):
        yield "SECRET_KEY", f"give at least {KEY_LENGTH} random characters: {RANDOM}"
    if token and not random_enough(token, TOKEN_LENGTH):
        yield "METRICS_TOKEN", f"give at least {TOKEN_LENGTH} random characters: {RANDOM}"
    if token and token == key:
        yield "METRICS_TOKEN", "give one of its own; the secret key signs sessions."
    for name, secret in (("DATABASE_PASSWORD", own.database_password), ("OIDC_SECRET", own.oidc_secret)):
        value = secret.get_secret_value()
        if value and (len(value) < PASSWORD_LENGTH or len(set(value)) < _DISTINCT):
            yield name, f"give one of at least {PASSWORD_LENGTH} different characters."
    if own.oidc_issuer and not (own.oidc_client and own.oidc_secret.get_secret_value()):
        yield "OIDC_CLIENT", "give it, and OIDC_SECRET, as the issuer did."


def _hosts(own: Environment) -> Iterator[tuple[str, str]]:
    if not own.hosts:
        yield "HOSTS", "name the hosts by which the desk is reached."
    for host in own.hosts:
        if not _whole_name(host):
            yield "HOSTS", f"{host!r} is not one host; give its whole name, such as desk.example.gov."
    if "invalid" in own.origin or "://" in own.origin or not _whole_name(own.origin.partition("/")[0]):
        yield "ORIGIN", "name the ledger by host and path, without https://: desk.example.gov/ledger."


def _leads(own: Environment) -> Iterator[tuple[str, str]]:
    if not own.behind_proxy:
        yield "BEHIND_PROXY", "put a proxy in front that ends TLS, and set it to true."
    for name, addresses in (("OIDC_ISSUER", (own.oidc_issuer,)), ("OIDC_ORIGINS", own.oidc_origins)):
        if any(address.lower().startswith("http:") for address in addresses):
            yield name, "name it by https; what it says is believed for its certificate."
    for network in own.webhook_networks:
        if not network.is_private or network.prefixlen < (8 if network.version == 4 else 16):
            yield "WEBHOOK_NETWORKS", f"{network} is not a private network; name yours, such as 10.20.0.0/16."
    if own.webhook_ca is not None and not own.webhook_ca.is_file():
        yield "WEBHOOK_CA", f"there is no file {own.webhook_ca}; name the certificate authority's PEM file."


def random_enough(secret: str, length: int) -> bool:
    """Whether a secret is long and does not repeat itself, as one that a program drew."""
    steps = {ord(after) - ord(before) for before, after in pairwise(secret)}
    return (
        len(secret) >= length
        and len(set(secret)) >= _DISTINCT
        and len(steps) >= _DISTINCT
        and len(zlib.compress(secret.encode(), 9)) >= _DENSE * len(secret)
    )


def _whole_name(host: str) -> bool:
    """Whether it is one host's whole name, or an address: no suffix, wildcard, port or scheme."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        labels = host.split(".")
        return (
            len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
        )
    return True
