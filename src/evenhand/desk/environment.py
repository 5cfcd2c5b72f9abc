"""The desk's settings, each from an environment variable that begins with `EVENHAND_DESK_`."""

from enum import StrEnum
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, IPvAnyNetwork, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "EVENHAND_DESK_"


class Mode(StrEnum):
    DEMONSTRATION = "demonstration"
    REAL = "real"


class Environment(BaseSettings):
    """What the operator decides. `docs/desk/settings.md` is made from these descriptions."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    mode: Mode = Field(
        Mode.REAL, description="`real`, or `demonstration`: made-up data, a notice on every page."
    )
    folder: Path = Field(
        Path("desk"), description="Where the database, the ledger's keys and uploaded files are kept."
    )
    database: str = Field(
        "", description="PostgreSQL: `postgresql://user@host/name`; empty: SQLite in the folder."
    )
    database_password: SecretStr = Field(SecretStr(""), description="The password of the database's user.")
    secret_key: SecretStr = Field(
        SecretStr(""), description="At least 50 random characters; signs sessions and tokens."
    )
    name_search_key: SecretStr = Field(
        SecretStr(""),
        description="At least 32 random characters: the key of the hashes that find a person by exact name. "
        "Empty: the file `name-search.key` in the folder, made at the first use. Set it where machines "
        "share a database. No backup has it; after a change run `evenhand rebuild`.",
    )
    hosts: tuple[str, ...] = Field((), description='The names it is reached by, in JSON: `["desk.x.gov"]`.')
    origin: str = Field("evenhand.invalid/desk", description="The ledger's name, on its checkpoints.")
    behind_proxy: bool = Field(
        False, description="True where a proxy ends TLS and sets `X-Forwarded-Proto`; it must overwrite it."
    )
    proxies: tuple[IPvAnyNetwork, ...] = Field(
        (ip_network("127.0.0.0/8"), ip_network("::1")),
        description="Where the proxy connects from, in JSON: addresses or networks. From any other, "
        "forwarded headers are dropped.",
    )
    oidc_issuer: str = Field(
        "", description="The agency's own sign-in by OpenID Connect: its issuer's address."
    )
    oidc_name: str = Field("Agency sign-in", description="What the button for it says.")
    oidc_client: str = Field("", description="The client's id there.")
    oidc_secret: SecretStr = Field(SecretStr(""), description="The client's secret there.")
    oidc_origins: tuple[str, ...] = Field(
        (), description="Further hosts through which it leads, in JSON; the issuer's own needs no mention."
    )
    oidc_second_factor: tuple[str, ...] = Field(
        (),
        description="What `amr` or `acr` in its ID token says of a second factor, in JSON, such as "
        '`["mfa"]`: then the desk asks for none. Else it asks for its own.',
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="The bearer token for `/metrics`, at least 32 random characters; empty: no such page.",
    )
    webhook_networks: tuple[IPvAnyNetwork, ...] = Field(
        (),
        description="Private networks to which webhooks may lead, in JSON, such as "
        '`["10.20.0.0/16"]`; empty: only public addresses.',
    )
    webhook_ca: Path | None = Field(
        None,
        description="A PEM file with your own certificate authority for webhooks, beside the public ones.",
    )
    mail_server: str = Field("", description="`host:port` of the mail server; empty: no mail is sent.")
    mail_user: str = Field("", description="The mail server's user.")
    mail_password: SecretStr = Field(SecretStr(""), description="The mail server's password.")
    mail_from: str = Field("", description="The sender of the desk's mail.")
    will_as_violation: bool = Field(
        False,
        description='True: a breach of a duty that an agreement states with "will" is a violation, which '
        "nobody can override. Otherwise it is a warning.",
    )
    invitation_hours: int = Field(
        48, ge=1, le=72, description="Hours for which an invitation or a request for access is open."
    )
    database_connection_age: int = Field(60, description="Seconds for which a database connection is kept.")

    @field_validator("name_search_key")
    @classmethod
    def _cannot_be_guessed(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < 32:
            raise ValueError("give at least 32 random characters, or leave it empty")
        return value

    @field_validator("oidc_issuer", "oidc_origins")
    @classmethod
    def _leads_to_a_host(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        """What is no web address would widen the content security policy in which its origin stands."""
        for address in (value,) if isinstance(value, str) and value else value:
            parts = urlsplit(address)
            strange = set(parts.netloc) & set("@*;, '\"")
            if parts.scheme not in ("https", "http") or not parts.hostname or strange:
                raise ValueError(f"{address!r} is no web address; write it as https://host/...")
        return value


@cache
def environment() -> Environment:
    """The settings as they stood at the first call. Raises pydantic's `ValidationError` for a bad one."""
    return Environment()
