"""What is wrong with a value, in the reader's language: Pydantic's own sentences are English alone."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

_NO_TEXT = _("it is no text")
_NO_WHOLE_NUMBER = _("it is no whole number")
_NO_NUMBER = _("it is no number")
_NEITHER = _("it is neither true nor false")
_NO_MOMENT = _("it is no moment: give date, time and offset, such as 2026-11-24T14:05:00-05:00")
_NO_UUID = _("it is no UUID")
_NO_LIST = _("it is no list")
_NO_OBJECT = _("it is no object with named fields")
_NONE_OF = _("it is none of %(expected)s")

SENTENCES = {
    "missing": _("it is missing"),
    "extra_forbidden": _("there is no such field"),
    "string_type": _NO_TEXT,
    "string_too_short": _("it needs at least %(min_length)s characters"),
    "string_too_long": _("it may have at most %(max_length)s characters"),
    "subject_bounds": _("Use at most 200 printable characters, without spaces at the beginning or end"),
    "agency_bounds": _("An ORI has letters and digits only"),
    "text_bounds": _("Remove control characters and characters that change the direction of the text"),
    "number_bounds": _("Give a number of at most 2147483647"),
    "moment_bounds": _("Give a time after 1900 and before 2200"),
    "offset_bounds": _("Give an offset from UTC between -12:00 and +14:00"),
    "string_pattern_mismatch": _("it has not the form %(pattern)s"),
    "int_type": _NO_WHOLE_NUMBER,
    "int_parsing": _NO_WHOLE_NUMBER,
    "int_parsing_size": _NO_WHOLE_NUMBER,
    "int_from_float": _NO_WHOLE_NUMBER,
    "float_type": _NO_NUMBER,
    "float_parsing": _NO_NUMBER,
    "finite_number": _NO_NUMBER,
    "greater_than_equal": _("it must be at least %(ge)s"),
    "less_than_equal": _("it may be at most %(le)s"),
    "bool_type": _NEITHER,
    "bool_parsing": _NEITHER,
    "enum": _NONE_OF,
    "literal_error": _NONE_OF,
    "datetime_type": _NO_MOMENT,
    "datetime_parsing": _NO_MOMENT,
    "datetime_from_date_parsing": _NO_MOMENT,
    "timezone_aware": _("the offset from UTC is missing: end it with Z or such as -05:00"),
    "uuid_type": _NO_UUID,
    "uuid_parsing": _NO_UUID,
    "list_type": _NO_LIST,
    "tuple_type": _NO_LIST,
    "too_long": _("it may have at most %(max_length)s entries"),
    "dict_type": _NO_OBJECT,
    "model_type": _NO_OBJECT,
}
"""By the type of Pydantic's error; its context fills them in."""


def what_is_wrong(error: Mapping[str, Any]) -> str:
    """One of Pydantic's errors as a sentence; its own, in English, for a type that has none here."""
    sentence = SENTENCES.get(error["type"])
    if sentence is None:
        return str(error["msg"])
    # Lists of codes hold an English "or".
    said = {name: str(value).replace(" or ", ", ") for name, value in error.get("ctx", {}).items()}
    return str(sentence) % said


def wrong_fields(error: ValidationError) -> dict[str, str]:
    """What is wrong with each field that a form or an act has."""
    return {str(e["loc"][0]) if e["loc"] else "": what_is_wrong(e) for e in error.errors()}
