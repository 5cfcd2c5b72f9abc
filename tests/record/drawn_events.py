"""A strategy for events of every type, valid by their class."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

from hypothesis import strategies as st
from pydantic import AwareDatetime

from evenhand.record.events import EVENT_TYPES, Event

INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
_READABLE = st.characters(
    exclude_categories=("Cs", "Cc", "Zl", "Zp"),
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)
TEXT = st.text(_READABLE | st.sampled_from("\n\t"), min_size=1, max_size=20)

NCIC_CLASS = st.from_regex(r"[0-9]{2}", fullmatch=True)


def _value(annotation: Any) -> st.SearchStrategy[Any]:
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        # Of the patterns that a field may state there is one: the NCIC class.
        return NCIC_CLASS if "pattern" in str(marks) else _value(inner)
    if get_origin(annotation) in (tuple, list):
        return st.lists(_value(get_args(annotation)[0]), max_size=3).map(tuple)
    options = get_args(annotation)
    if type(None) in options:
        return st.one_of(st.none(), *(_value(o) for o in options if o is not type(None)))
    if annotation is AwareDatetime:
        return INSTANTS
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return st.sampled_from(list(annotation))
    simple: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(0, 10_000),
        float: st.floats(0, 100),
        str: TEXT,
        UUID: st.uuids(),
    }
    return simple[annotation]


SPECIAL = {
    "subject": st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20),
    "agency": st.from_regex(r"[A-Z]{2}[0-9]{7}", fullmatch=True),
    "zone": st.sampled_from(["America/New_York", "Pacific/Honolulu"]),
}


def events(name: str) -> st.SearchStrategy[Event]:
    """Events of one type."""
    cls = EVENT_TYPES[name]
    fields = {
        field: SPECIAL[field] if field in SPECIAL else _value(info.annotation)
        for field, info in cls.model_fields.items()
    }
    spans = st.none() | st.timedeltas(timedelta(0), timedelta(days=2))
    return st.builds(_event, st.just(cls), spans, st.fixed_dictionaries(fields))


def _event(cls: type[Event], span: timedelta | None, fields: dict[str, Any]) -> Event:
    latest = None if span is None else fields["occurred_at"] + span
    return cls(**fields | {"occurred_by": latest})
