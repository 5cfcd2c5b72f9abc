"""Texts that are no texts, in every field that takes one: answered row by row, never a failure of the server."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from desk.api_calls import AGENCY
from desk.county import County
from evenhand.desk.api.models import issue
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within

HOSTILE = [
    "nul \x00 within",
    "half a pair \ud800",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE ledger_entry; --",
    "\u202egnp.exe",
    "x" * 100_000,
    "",
    10**30,
    -1,
    {"$ne": 1},
    ["a"],
    True,
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30T00:00:00Z",
]
NOW = datetime.now(UTC).isoformat()
ROWS: dict[str, dict[str, Any]] = {
    "bookings": {
        "number": "1",
        "facility": "jail-1",
        "booked_at": NOW,
        "name": "n",
        "birth_date": "1990-01-01",
        "arrested_at": NOW,
        "arresting_agency": "a",
        "charges": [],
        "person_key": "k",
        "race_ethnicity": "r",
        "sex": "s",
        "age_group": "g",
    },
    "charges": {
        "number": "26-1",
        "charge_no": 5,
        "at": NOW,
        "statute": "s",
        "reason": "r",
        "level": "felony",
    },
    "releases": {"number": "26-1", "kind": "due", "at": NOW, "cause": "bail"},
    "acts": {
        "id": "018f0000-0000-7000-8000-000000000009",
        "type": "citizenship.claimed",
        "subject": "NC0600000:26-1",
        "facility": "jail-1",
        "occurred_at": NOW,
        "actor": "officer-1",
        "actor_role": "designated_officer",
        "corrects": "018f0000-0000-7000-8000-000000000001",
        "reason": "r",
        "payload": {"how": "stated"},
    },
}
FIELDS = [(path, field) for path, row in ROWS.items() for field in row]


def _headers(county: County) -> dict[str, str]:
    with within(EVERYTHING):
        _, secret = issue(county.ori, "jms", AGENCY, "administrator")
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize(("path", "field"), FIELDS)
def test_a_hostile_value_is_one_rows_matter(county: County, client: Client, path: str, field: str) -> None:
    headers = _headers(county)
    booking = ROWS["bookings"] | {"number": "26-1"}
    send = {"content_type": "application/json", "headers": headers}
    assert client.post("/api/v1/bookings", [booking], **send).json()["recorded"] == 1
    rows = [ROWS[path] | {field: value} for value in HOSTILE]
    answer = client.post(f"/api/v1/{path}", rows, **send)
    assert answer.status_code == 200, answer.content[:500]
    assert len(answer.json()["results"]) == len(HOSTILE)
    assert rebuild().differences == ()


@pytest.mark.parametrize("body", ["", "{}", "[", "null", "[1]", '["a"]', "[[]]", "[" * 50_000, '"\\ud800"'])
def test_a_body_that_is_no_batch_is_turned_away(county: County, client: Client, body: str) -> None:
    answer = client.post("/api/v1/bookings", body, content_type="application/json", headers=_headers(county))
    assert answer.status_code in (400, 422), answer.content[:500]


@pytest.mark.parametrize(
    "value",
    [
        "\x00",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        "a|b",
        "9999-12-31T23:59:59+00:00|x",
        "0001-01-01T00:00:00+14:00|x",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_hostile_parameter_is_answered(county: County, client: Client, value: str) -> None:
    headers = _headers(county)
    for path, names in (("worklist", ("facility", "cursor")), ("findings", ("rule", "since", "after"))):
        for name in names:
            answer = client.get(f"/api/v1/{path}", {name: value}, headers=headers)
            assert answer.status_code in (200, 400, 422), answer.content[:500]
