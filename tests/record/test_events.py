import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.cli import main
from evenhand.record.columns import event_schema, personal_schema, type_schema
from evenhand.record.events import EVENT_TYPES, FIELDS, SubjectKind, json_schema, parse, types_of
from record.drawn_events import events

PUBLISHED = Path(__file__).parents[2] / "docs" / "events.schema.json"


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def as_json(event: Any) -> dict[str, Any]:
    given = event.model_dump(mode="json", exclude_none=True)
    return {"type": event.type, "version": event.version, **given}


@settings(max_examples=300)
@given(st.sampled_from(sorted(EVENT_TYPES)).flatmap(events))
def test_an_event_survives_json_and_meets_the_schema(event) -> None:
    data = json.loads(json.dumps(as_json(event)))
    validator().validate(data)
    assert parse(data) == event


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"version": 2}, "version 2 is not known"),
        ({"surprise": 1}, "Extra inputs are not permitted"),
        ({"agency": "short"}, "agency"),
        ({"occurred_at": "2025-06-02T08:00:00"}, "timezone"),
        ({"destination": "nowhere"}, "destination"),
    ],
)
def test_a_bad_event_is_refused_by_class_and_schema(change: dict[str, Any], problem: str) -> None:
    data = {
        "type": "custody.departed",
        "version": 1,
        "id": "00000000-0000-7000-8000-000000000001",
        "subject": "b-1",
        "agency": "NC0600000",
        "occurred_at": "2025-06-02T08:00:00Z",
        "zone": "America/New_York",
        "source_kind": "import",
        "destination": "ice",
    }
    parse(data)
    validator().validate(data)
    with pytest.raises(ValueError, match=problem):
        parse(data | change)
    # JSON Schema's date-time has no way to ask for an offset that a validator must check.
    if "occurred_at" not in change:
        assert not validator().is_valid(data | change)


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(KeyError):
        parse({"type": "person.ranked"})
    assert not validator().is_valid({"type": "person.ranked"})


@pytest.mark.parametrize("kind", list(SubjectKind))
def test_personal_fields_stand_in_a_table_of_their_own(kind: SubjectKind) -> None:
    personal = {
        spec.name for name in EVENT_TYPES for spec in FIELDS[name].values()
        if spec.personal and EVENT_TYPES[name].subject_kind is kind
    }  # fmt: skip
    assert not personal & set(event_schema(kind).names)
    types = types_of(kind)
    assert not personal & {name for each in types for name in type_schema(each).names}
    assert personal == {name for each in types for name in personal_schema(each).names} - {"id", "case"}


def test_the_published_schema_is_current() -> None:
    printed = CliRunner().invoke(main, ["record", "schema"]).stdout
    assert PUBLISHED.read_text(encoding="utf-8") == printed, (
        "run `evenhand record schema --out docs/events.schema.json`"
    )
