"""Leaves: an event's canonical bytes (RFC 8785), its personal part replaced by a salted commitment.

    {"agency":"TX0000000", ..., "commitment":"hmac-sha256:9f...", "id":"0198...", ..., "version":1}

The commitment is HMAC-SHA-256 under a random salt of 256 bits over the canonical bytes of the personal part.
Who has the salt and the personal part can show that they are what was committed to; who has neither learns
nothing, however few values a field can have. An event without a personal part has no commitment.
Fields that are not given are left out. Instants are UTC with microseconds, ids lower-case.
"""

import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

import rfc8785

from evenhand.record.events import FIELDS, Event
from evenhand.record.ledger.errors import LedgerError

COMMITMENT = "commitment"
APPENDED_AT = "appended_at"
SALT_BYTES = 32
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
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value


def canonical(fields: Mapping[str, Any]) -> bytes:
    """RFC 8785 bytes of the fields that are given."""
    return rfc8785.dumps({k: _plain(v) for k, v in fields.items() if v is not None})


def parts_of(event: Event) -> tuple[dict[str, Any], dict[str, Any]]:
    """The public and the personal fields of an event, those not given left out."""
    given = {name: value for name, value in dict(event).items() if value is not None}
    personal = {n: given.pop(n) for n, s in FIELDS[event.type].items() if s.personal and n in given}
    return {"type": event.type, "version": event.version, **given}, personal


def entry_of(event: Event, *, appended_at: datetime | None = None, salt: bytes | None = None) -> Entry:
    """The leaf of one event with its opening. `appended_at` is the ledger's own time, where it gives one.

    Raises `LedgerError` for a value that canonical JSON cannot hold.
    """
    public, personal = parts_of(event)
    if appended_at is not None:
        public[APPENDED_AT] = appended_at
    try:
        if not personal:
            return Entry(event.id.bytes, canonical(public))
        secret = canonical(personal)
        salt = salt or new_salt()
        public[COMMITMENT] = commitment(salt, secret)
        return Entry(event.id.bytes, canonical(public), secret, salt)
    except rfc8785.CanonicalizationError as error:
        raise LedgerError(f"event {event.id}: {error}; give a value that JSON can hold.") from None


def opens(leaf: Mapping[str, Any], personal: bytes, salt: bytes) -> bool:
    """Whether a personal part and its salt are those that a leaf (as parsed JSON) commits to."""
    given = leaf.get(COMMITMENT)
    return isinstance(given, str) and hmac.compare_digest(given, commitment(salt, personal))
