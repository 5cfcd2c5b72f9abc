"""Leaves: an event's canonical bytes (RFC 8785), its personal part replaced by a salted commitment.

    {"agency":"TX0000000", ..., "commitment":"hmac-sha256:9f...", "id":"0198...", ..., "version":1}

The commitment is HMAC-SHA-256 under a random salt of 256 bits over the canonical bytes of the personal part.
Who has the salt and the personal part can show that they are what was committed to; who has neither learns
nothing, however few values a field can have. An event without a personal part has no commitment.
Fields that are not given are left out. Instants are UTC with microseconds, ids lower-case.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import rfc8785

from evenhand.record.events import FIELDS, Event
from evenhand.record.ledger.errors import LedgerError

COMMITMENT = "commitment"
APPENDED_AT = "appended_at"
SALT_BYTES = 32
MAX_LEAF = 65_535
"""What the two bytes of a length in an entry bundle can say."""
PREFIX = "hmac-sha256:"


class Entry(NamedTuple):
    """What a store keeps of one event. `personal` and `salt` are both given or both None."""

    id: bytes
    leaf: bytes
    personal: bytes | None = None
    salt: bytes | None = None


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, personal: bytes) -> str:
    """The commitment to the canonical bytes of a personal part. Raises `ValueError` for a short salt."""
    if len(salt) < SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return PREFIX + hmac.digest(salt, personal, "sha256").hex()


def instant(moment: datetime) -> str:
    """`2026-01-02T03:04:05.123456Z`"""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_ENCODE = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), default=_plain
).encode
_SAFE = 2**53
_PERSONAL = {t: tuple(n for n, s in specs.items() if s.personal) for t, specs in FIELDS.items()}


def _needs_care(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, int) and not -_SAFE < value < _SAFE)


def canonical(fields: Mapping[str, Any]) -> bytes:
    """RFC 8785 bytes of fields with ASCII names. Raises `LedgerError` for what JSON cannot hold."""
    try:
        # The C encoder writes the same bytes ten times as fast, but for fractions and for lone surrogates,
        # which do not survive `encode`.
        text = _ENCODE(fields)
        if any(map(_needs_care, fields.values())):
            return rfc8785.dumps(json.loads(text))
        return text.encode()
    except ValueError as error:
        raise LedgerError(f"a value cannot be written as JSON: {error}.") from None


def parts_of(event: Event) -> tuple[dict[str, Any], dict[str, Any]]:
    """The public and the personal fields of an event, those not given left out."""
    given = {name: value for name, value in vars(event).items() if value is not None}
    personal = {name: given.pop(name) for name in _PERSONAL[event.type] if name in given}
    given["type"], given["version"] = event.type, event.version
    return given, personal


def entry_of(event: Event, *, appended_at: datetime | None = None, salt: bytes | None = None) -> Entry:
    """The leaf of one event with its opening. `appended_at` is the ledger's own time, where it gives one.

    Raises `LedgerError` for a value that canonical JSON cannot hold, or a leaf too long for a bundle.
    """
    public, personal = parts_of(event)
    if appended_at is not None:
        public[APPENDED_AT] = appended_at
    secret = None
    if personal:
        secret = canonical(personal)
        salt = salt or new_salt()
        public[COMMITMENT] = commitment(salt, secret)
    leaf = canonical(public)
    if len(leaf) > MAX_LEAF:
        raise LedgerError(f"the event has {len(leaf)} bytes, {MAX_LEAF} are allowed: shorten its texts.")
    return Entry(event.id.bytes, leaf, secret, salt if secret is not None else None)


def opens(leaf: Mapping[str, Any], personal: bytes, salt: bytes) -> bool:
    """Whether a personal part and its salt are those that a leaf (as parsed JSON) commits to."""
    given = leaf.get(COMMITMENT)
    return isinstance(given, str) and hmac.compare_digest(given, commitment(salt, personal))
