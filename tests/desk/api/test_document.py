"""The OpenAPI document says what the API does: valid, complete, and each call under its own name."""

import json
from typing import Any

import schemathesis

from evenhand.desk.api.models import Grant
from evenhand.desk.api.urls import document, urlpatterns

METHODS = {"get", "post", "put", "patch", "delete"}


def _references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if "$ref" in part else set()
        return own.union(*map(_references, part.values()))
    return set().union(*map(_references, part)) if isinstance(part, list) else set()


def test_it_is_valid_openapi_3_1() -> None:
    said = json.loads(document())
    assert said["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(said).validate()


def test_each_schema_that_it_names_is_there() -> None:
    said = json.loads(document())
    known = {f"#/components/schemas/{name}" for name in said["components"]["schemas"]}
    assert _references(said) <= known
    assert {"BookingIn", "ChargeRow", "ReleaseIn", "ActIn"} <= set(said["components"]["schemas"])


def test_each_call_is_in_it_and_needs_a_token() -> None:
    said = json.loads(document())
    addresses = {f"/api/v1/{p.pattern}" for p in urlpatterns[0].url_patterns} - {
        "/api/v1/",
        "/api/v1/openapi.json",
    }
    calls = [(path, call) for path, item in said["paths"].items() for m, call in item.items() if m in METHODS]
    assert {path for path, _ in calls} == addresses
    assert all(call["security"] == [{"Bearer": []}] for _, call in calls)
    assert len({call["operationId"] for _, call in calls}) == len(calls) >= len(Grant)
