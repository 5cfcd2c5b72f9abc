"""What a value of an event may be: the one check for forms, uploads, the API and every other writer.

Each bound is wide enough for every honest value and narrow enough that no page, file or computation can
fail because of it. Stored events are read without this check: what is in a ledger stays there.
"""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import PydanticCustomError, PydanticKnownError

FIRST, END = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Moments lie after the first and before the second: beyond them a time zone leaves the calendar."""
OFFSETS = timedelta(hours=-12), timedelta(hours=14)
"""The offsets from UTC that are in use anywhere."""
MOST_INTEGER = 2**31 - 1
"""What every database and every JSON reader takes as a whole number."""
MOST_ENTRIES = 500
"""Entries of a list."""
SUBJECT, LINE, TEXT = 200, 200, 20_000
"""Characters of a subject, of a text of one line, of a text of several."""

_TEXTS = frozenset({"reason", "text", "notice_reason", "how_to_answer", "contact", "exigent"})
"""Fields in which people write more than a line."""
_SHORT = {
    "facility": 64,
    "to_facility": 64,
    "assigned_facility": 64,
    "zone": 64,
    "birth_date": 32,
    "language": 64,
    "seed": 64,
    "publication_url": 500,
    "source_file": 500,
    "document_hash": 64,
}
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the order of what is shown after them."""


def within_bounds(name: str, value: Any) -> Any:
    """The value of a field as it is. Raises a Pydantic error that says what is wrong with it."""
    if isinstance(value, str):
        _text(name, value)
    elif isinstance(value, datetime):
        _moment(value)
    elif isinstance(value, bool):
        pass
    elif isinstance(value, int | float):
        if abs(value) > MOST_INTEGER or value != value:
            raise PydanticCustomError("number_bounds", "Give a number of at most 2147483647")
    elif isinstance(value, tuple):
        if len(value) > MOST_ENTRIES:
            known = {"field_type": "Tuple", "max_length": MOST_ENTRIES, "actual_length": len(value)}
            raise PydanticKnownError("too_long", known)
        for entry in value:
            within_bounds(name, entry)
    return value


def is_moment(value: datetime) -> bool:
    """Whether a moment lies within the bounds of events."""
    return FIRST < value < END


def _moment(value: datetime) -> None:
    offset = value.utcoffset() or timedelta()
    if not OFFSETS[0] <= offset <= OFFSETS[1]:
        raise PydanticCustomError("offset_bounds", "Give an offset from UTC between -12:00 and +14:00")
    if not is_moment(value):
        raise PydanticCustomError("moment_bounds", "Give a time after 1900 and before 2200")


def _text(name: str, value: str) -> None:
    if name == "subject" and not is_number(value):
        raise PydanticCustomError(
            "subject_bounds",
            "Use at most 200 printable characters, without spaces at the beginning or end",
        )
    if name == "agency" and not (value.isascii() and value.isalnum()):
        raise PydanticCustomError("agency_bounds", "An ORI has letters and digits only")
    most = TEXT if name in _TEXTS else _SHORT.get(name, LINE)
    if len(value) > most:
        raise PydanticKnownError("string_too_long", {"max_length": most})
    if not value.isprintable() and any(map(_is_hidden, value)):
        raise PydanticCustomError(
            "text_bounds", "Remove control characters and characters that change the direction of the text"
        )


def is_number(value: str) -> bool:
    """Whether a text can be the number of a booking, complaint or other subject: what a person can read."""
    return 0 < len(value) <= SUBJECT and value.isprintable() and value == value.strip()


def _is_hidden(character: str) -> bool:
    if character < "\x7f":
        return character < " " and character not in "\n\r\t"
    return character in _OVERRIDES or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
