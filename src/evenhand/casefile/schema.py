"""The JSON Schema of case files, for editors that complete and check YAML while it is written."""

from functools import cache
from typing import Any

import pyarrow as pa

from evenhand.casefile.case import TYPES
from evenhand.casefile.read import EVENT_KEYS, REQUIRED
from evenhand.record.events import FIELDS, ActorRole, FieldSpec

_TEXT = {"type": "string", "minLength": 1}
_MOMENT = {"$ref": "#/$defs/moment"}
_DESCRIPTIONS = {
    "finding": "What a court or an auditor found.",
    "uncertain": "What you are not sure of.",
    "sources": "Your sources: text, a list, or a source for each event type.",
    "agency": "The agency's ORI.",
    "zone": "The time zone of all times in the file, such as America/New_York.",
    "from": "When your sources begin.",
    "until": "When your sources end.",
    "none": "Event types that your sources would show. A type listed only here did not happen.",
    "events": "The events, in any order.",
    "should": "The answers that you expect, by rule.",
}


@cache
def case_schema() -> dict[str, Any]:
    """The schema as plain JSON values."""
    text_or_list = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
    properties: dict[str, Any] = {
        "finding": {"type": ["string", "null"]},
        "uncertain": {"anyOf": [*text_or_list["anyOf"], {"type": "null"}]},
        "sources": {
            "anyOf": [
                *text_or_list["anyOf"],
                {
                    "type": "object",
                    "propertyNames": {"enum": list(TYPES)},
                    "additionalProperties": _TEXT,
                },
                {"type": "null"},
            ]
        },
        "agency": {"type": "string", "minLength": 7, "maxLength": 9},
        "zone": _TEXT,
        "from": _MOMENT,
        "until": _MOMENT,
        "none": {"type": ["array", "null"], "items": {"enum": list(TYPES)}},
        "events": {"type": "array", "minItems": 1, "items": {"oneOf": _events()}},
        "should": {"type": ["object", "null"], "additionalProperties": _TEXT},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Evenhand case file",
        "description": "One history, written by hand, for `evenhand case`.",
        "type": "object",
        "properties": {
            name: {"description": _DESCRIPTIONS[name], **spec} for name, spec in properties.items()
        },
        "required": list(REQUIRED),
        "additionalProperties": False,
        "$defs": {"moment": _moment()},
    }


def _moment() -> dict[str, Any]:
    def block(*names: str, required: tuple[str, ...]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": dict.fromkeys(names, _TEXT),
            "required": list(required),
            "additionalProperties": False,
        }

    return {
        "description": "A day, a time, `about` either, or a range, in local time.",
        "anyOf": [
            {
                "type": "string",
                "pattern": r"^(about +)?\d{4}-\d{2}-\d{2}([ T]+\d{1,2}:\d{2}.*)?$",
                "examples": ["2012-03-14", "2012-03-14 15:00", "about 2012-03-14 15:00"],
            },
            block("from", "to", required=("from", "to")),
            block("about", "within", required=("about",)),
        ],
    }


def _events() -> list[dict[str, Any]]:
    return [
        {
            "title": name,
            "type": "object",
            "properties": {"type": {"const": name}, **_envelope(), **_fields(name)},
            "required": ["at", "type"],
            "additionalProperties": False,
        }
        for name in TYPES
    ]


def _envelope() -> dict[str, Any]:
    text = {"type": ["string", "null"]}
    known = dict.fromkeys((name for name in EVENT_KEYS if name != "type"), text)
    return known | {
        "at": _MOMENT,
        "recorded_at": _MOMENT,
        "actor_role": {"enum": [*map(str, ActorRole), None]},
    }


def _fields(event_type: str) -> dict[str, Any]:
    return {spec.name: _field(spec) for spec in FIELDS[event_type].values() if not spec.personal}


def _field(spec: FieldSpec) -> dict[str, Any]:
    if pa.types.is_list(spec.arrow):
        item = _single(spec, spec.arrow.value_type)
        return {"anyOf": [item, {"type": "array", "items": item}, {"type": "null"}]}
    return {"anyOf": [_single(spec, spec.arrow), {"type": "null"}]}


def _single(spec: FieldSpec, arrow: Any) -> dict[str, Any]:
    if spec.codes:
        # YAML reads an unquoted number, such as a box on a form, as a number.
        numbers = [int(code) for code in spec.codes if code.isdigit()]
        return {"enum": [*map(str, spec.codes), *numbers]}
    if pa.types.is_boolean(arrow):
        return {"enum": [True, False, "yes", "no", "true", "false"]}
    if pa.types.is_timestamp(arrow):
        return {"type": "string"}
    if pa.types.is_integer(arrow):
        return {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^-?\d+$"}]}
    if pa.types.is_floating(arrow):
        return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}]}
    return {"type": ["string", "number", "boolean"]}
