"""The OpenAPI document: the schemas of rows, and what a call answers when it is turned away.

Rows are read one by one, so that a bad one does not stop the others. Ninja therefore knows a batch as a list
of objects, and is told here what they are.
"""

from typing import Any

from ninja import NinjaAPI, Schema
from ninja.operation import Operation

from evenhand.desk.api.rows import MOST

REFERENCE = "#/components/schemas/{model}"


class Problem(Schema):
    """Why the whole call was turned away: a sentence, or (422) what is wrong with each parameter."""

    detail: str | list[dict[str, Any]]


ANSWERS: dict[frozenset[int], type[Schema]] = {frozenset({400, 401, 403, 404, 413, 415, 422, 429}): Problem}
"""400 not JSON of one meaning; 401 no valid token; 403 a token without the grant; 404 another agency's;
413 too many rows or bytes; 415 another content type; 422 a bad parameter; 429 too many calls."""

_ROWS: dict[str, type[Schema]] = {}


def body_of(kind: type[Schema]) -> dict[str, Any]:
    """The documentation of a call whose body is rows of `kind`."""
    _ROWS[kind.__name__] = kind
    rows = {
        "type": "array",
        "maxItems": MOST,
        "items": {"$ref": REFERENCE.format(model=kind.__name__)},
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": rows}}}}


_FIRST = "$request.body#/0"
LINKS: dict[str, dict[str, dict[str, Any]]] = {
    "bookings": {
        "charge": {
            "operationId": "charges",
            "requestBody": [{"number": f"{_FIRST}/number", "charge_no": 1, "at": f"{_FIRST}/booked_at"}],
            "description": "A charge is added to a booking that was sent before.",
        },
        "release": {
            "operationId": "releases",
            "requestBody": [{"number": f"{_FIRST}/number", "kind": "done", "at": f"{_FIRST}/booked_at"}],
            "description": "The person of a booking that was sent before has left.",
        },
        "again": {
            "operationId": "bookings",
            "requestBody": "$request.body",
            "description": "What is sent again is answered with `already`.",
        },
        "worklist": {
            "operationId": "worklist",
            "parameters": {"facility": f"{_FIRST}/facility"},
            "description": "A booking opens a screening at its facility.",
        },
    },
    "worklist": {
        "next": {
            "operationId": "worklist",
            "parameters": {"cursor": "$response.body#/next"},
            "description": "The page that follows.",
        }
    },
    "findings": {
        "next": {
            "operationId": "findings",
            "parameters": {"after": "$response.body#/next"},
            "description": "The page that follows.",
        }
    },
}
"""For each call, by its name, the calls that can follow a good answer, and what they take from it."""


class DocumentedApi(NinjaAPI):
    """An API whose document holds the rows' schemas too, and names each call by its function."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> Any:
        said = super().get_openapi_schema(**options)
        schemas: dict[str, Any] = said["components"]["schemas"]
        for name, kind in _ROWS.items():
            schema = kind.model_json_schema(ref_template=REFERENCE)
            schemas |= schema.pop("$defs", {})
            schemas[name] = schema
        for path in said["paths"].values():
            for call in path.values():
                if links := LINKS.get(call["operationId"]):
                    call["responses"][200]["links"] = links
        return said
