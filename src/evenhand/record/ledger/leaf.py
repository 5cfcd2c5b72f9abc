"""Leaves, format 2: an event in three parts, each of which commits to the next under a salt of its own.

    public leaf    {"agency":"TX0000000","appended_on":"2026-03-01","commitment":"hmac-sha256:9f...","leaf":2}
    case part      {"agency":"TX0000000", ..., "commitment":"hmac-sha256:5c...", "id":"0198...", ...}
    personal part  {"birth_date":"1990-01-01","name":"..."}

The tree hashes the public leaf, and only it is published. It commits to the case part, which holds every
field that is not personal and commits to the personal part. A commitment is HMAC-SHA-256 under a random salt
of 256 bits over the canonical bytes (RFC 8785) of a part. Who has a salt and a part can show that the part is
what was committed to. Who has neither learns nothing, however few values a field can have.

The public leaf of an event type that `events.public` names also shows the fields named there, moments to the
day. Fields that are not given are left out. Instants are UTC with microseconds, ids lower-case.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, get_args
from uuid import UUID

import rfc8785
from pydantic import AwareDatetime

from evenhand.record.events import EVENT_TYPES, FIELDS, PUBLIC, Event
from evenhand.record.ledger.errors import LedgerError, VerificationError

LEAF_FORMAT = 2
COMMITMENT = "commitment"
APPENDED_AT = "appended_at"
APPENDED_ON = "appended_on"
SALT_BYTES = 32
MAX_LEAF = 65_535
"""What the two bytes of a length in an entry bundle can say. A case part may be as long."""
PREFIX = "hmac-sha256:"
DAY = len("2026-01-02")


class Opening(NamedTuple):
    """The canonical bytes of a part and the salt under which they are committed to."""

    part: bytes
    salt: bytes


class Entry(NamedTuple):
    """What a store keeps of one event. `personal` is None where the event has no personal part."""

    id: bytes
    leaf: bytes
    case: Opening
    personal: Opening | None = None


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, part: bytes) -> str:
    """The commitment to the canonical bytes of a part. Raises `ValueError` for a short salt."""
    if len(salt) < SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return PREFIX + hmac.digest(salt, part, "sha256").hex()


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


def moments_of(event_type: str) -> frozenset[str]:
    """The fields of an event type that are moments."""
    fields = EVENT_TYPES[event_type].model_fields
    return frozenset(n for n, f in fields.items() if AwareDatetime in (f.annotation, *get_args(f.annotation)))


_SHOWN = {
    event_type: tuple((name, DAY if name in moments_of(event_type) else None) for name in fields)
    for event_type, fields in PUBLIC.items()
}
"""For each type that shows more than the rest: the fields, and how much of the text of each."""


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
    """The fields of an event's case part and of its personal part, those not given left out."""
    given = {name: value for name, value in vars(event).items() if value is not None}
    personal = {name: given.pop(name) for name in _PERSONAL[event.type] if name in given}
    given["type"], given["version"] = event.type, event.version
    return given, personal


@lru_cache(maxsize=1024)
def _quoted(text: str) -> str:
    return _ENCODE(text)


def public_leaf(case: Mapping[str, Any], committed: str) -> bytes:
    """The public leaf of an event, from the fields of its case part (as JSON has them) and the commitment.

    Raises `LookupError` or `TypeError` where the fields are not those of an event.
    """
    shown, moment = _SHOWN.get(case["type"]), case.get(APPENDED_AT)
    if shown is None and moment is not None:
        # Nearly all leaves, and each read makes one: a third of the time that `canonical` takes.
        return (
            f'{{"agency":{_quoted(case["agency"])},"{APPENDED_ON}":"{moment[:DAY]}",'
            f'"{COMMITMENT}":"{committed}","leaf":{LEAF_FORMAT}}}'
        ).encode()
    leaf = {"agency": case["agency"], COMMITMENT: committed, "leaf": LEAF_FORMAT}
    if moment is not None:
        leaf[APPENDED_ON] = moment[:DAY]
    for name, length in shown or ():
        if name in case:
            leaf[name] = case[name] if length is None else case[name][:length]
    return canonical(leaf)


def entry_of(
    event: Event,
    *,
    appended_at: datetime | None = None,
    salt: bytes | None = None,
    personal_salt: bytes | None = None,
) -> Entry:
    """The leaf of one event with its openings. `appended_at` is the ledger's own time, where it gives one.

    The salts are new ones where they are not given. Raises `LedgerError` for a value that canonical JSON
    cannot hold, or an event too long for a bundle.
    """
    fields, secret = parts_of(event)
    if appended_at is not None:
        fields[APPENDED_AT] = appended_at
    personal = None
    if secret:
        personal = Opening(canonical(secret), personal_salt or new_salt())
        fields[COMMITMENT] = commitment(personal.salt, personal.part)
    case = Opening(canonical(fields), salt or new_salt())
    if len(case.part) > MAX_LEAF:
        raise LedgerError(f"the event has {len(case.part)} bytes, {MAX_LEAF} are allowed: shorten its texts.")
    written = {name: value if isinstance(value, str) else _written(value) for name, value in fields.items()}
    return Entry(event.id.bytes, public_leaf(written, commitment(case.salt, case.part)), case, personal)


def _written(value: Any) -> Any:
    return instant(value) if isinstance(value, datetime) else value


def opens(committing: Mapping[str, Any], opening: Opening) -> bool:
    """Whether a part and its salt are those that a leaf or a case part (as parsed JSON) commits to."""
    given = committing.get(COMMITMENT)
    if not isinstance(given, str) or len(opening.salt) != SALT_BYTES:
        return False
    return hmac.compare_digest(given, commitment(opening.salt, opening.part))


def open_case(number: int, leaf: bytes, case: Opening) -> dict[str, Any]:
    """The fields of a case part, with its commitment and `appended_at`.

    Raises `VerificationError` where the leaf does not commit to it.
    """
    try:
        fields = json.loads(case.part)
        if len(case.salt) == SALT_BYTES and public_leaf(fields, commitment(case.salt, case.part)) == leaf:
            return dict(fields)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, LedgerError):
        pass
    raise VerificationError(
        "its case part or salt is not what the leaf commits to", place=f"leaf {number} of the store"
    )


def open_personal(number: int, case: Mapping[str, Any], personal: Opening | None) -> dict[str, Any] | None:
    """The fields of a personal part; None where the event has none, or it is not there any more.

    Raises `VerificationError` where the case part does not commit to it.
    """
    if personal is None:
        return None
    if not opens(case, personal):
        raise VerificationError(
            "its personal part or salt is not what the case part commits to",
            place=f"leaf {number} of the store",
        )
    return dict(json.loads(personal.part))


def event_fields(case: Mapping[str, Any], personal: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields of an event, as `events.parse` takes them."""
    fields = {**case, **(personal or {})}
    fields.pop(COMMITMENT, None)
    fields.pop(APPENDED_AT, None)
    return fields
