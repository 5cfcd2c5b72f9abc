"""Every event type as a typed, versioned class, and their registry by name."""

from typing import Any

from evenhand.record.events import account, agreement, booking, officer, oversight, privacy
from evenhand.record.events.base import (
    ENVELOPE,
    KNOWN,
    STORED,
    ActorRole,
    Event,
    FieldSpec,
    SourceKind,
    SubjectKind,
    payload_fields,
)
from evenhand.record.events.public import ALWAYS, PUBLIC

__all__ = [
    "ENVELOPE",
    "EVENT_TYPES",
    "FIELDS",
    "KNOWN",
    "PUBLIC",
    "ActorRole",
    "Event",
    "FieldSpec",
    "SourceKind",
    "SubjectKind",
    "json_schema",
    "parse",
    "types_of",
]

EVENT_TYPES: dict[str, type[Event]] = {
    cls.type: cls
    for module in (agreement, officer, booking, oversight, privacy, account)
    for cls in vars(module).values()
    if isinstance(cls, type) and issubclass(cls, Event) and "type" in vars(cls)
}

FIELDS: dict[str, dict[str, FieldSpec]] = {
    name: {spec.name: spec for spec in payload_fields(cls)} for name, cls in EVENT_TYPES.items()
}


def types_of(kind: SubjectKind) -> tuple[str, ...]:
    """The names of the event types of one kind of subject, in the order of their definition."""
    return tuple(name for name, cls in EVENT_TYPES.items() if cls.subject_kind is kind)


def parse(data: dict[str, Any], *, stored: bool = True) -> Event:
    """An event from a mapping with the keys `type`, `version`, the envelope and the payload.

    The bounds of values (`bounds`) are checked of a new event only, not of one that is `stored` already.

    Raises `KeyError` for an unknown type, `ValueError` for an unknown version or a bad field.
    """
    rest = dict(data)
    cls = EVENT_TYPES[rest.pop("type")]
    version = rest.pop("version", cls.version)
    if version != cls.version:
        raise ValueError(f"{cls.type} version {version} is not known; known: {cls.version}")
    return cls.model_validate(rest, context=STORED if stored else None)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of every event type: one definition a type, chosen by `type`.

    `x-personal` marks the fields of the personal part; `x-public` says why a public leaf may show it.
    """
    definitions: dict[str, Any] = {}
    for name, cls in EVENT_TYPES.items():
        schema = cls.model_json_schema(ref_template="#/$defs/{model}")
        definitions.update(schema.pop("$defs", {}))
        schema["properties"] = {
            "type": {"const": name},
            "version": {"const": cls.version},
            **schema["properties"],
        }
        schema["required"] = ["type", "version", *schema["required"]]
        for spec in FIELDS[name].values():
            if spec.personal:
                schema["properties"][spec.name]["x-personal"] = True
        for field, why in PUBLIC.get(name, {}).items():
            schema["properties"][field]["x-public"] = why
        definitions[name] = schema
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Evenhand events",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in EVENT_TYPES],
        "$defs": definitions,
        "x-public-leaf": ALWAYS,
    }
