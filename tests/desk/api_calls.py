"""Calls of the API: a token, a row of a booking, a batch."""

from typing import Any
from uuid import uuid4

from django.test import Client

from desk.county import County
from evenhand.desk.api.models import Grant, issue
from evenhand.desk.record.scope import EVERYTHING, within

AGENCY = tuple(grant for grant in Grant if grant is not Grant.FEDERAL)
"""All that one token may have."""


def token(county: County, *grants: Grant, **more: Any) -> dict[str, str]:
    with within(EVERYTHING):
        _, secret = issue(county.ori, "jms", grants or AGENCY, "administrator", **more)
    return {"Authorization": f"Bearer {secret}"}


def booking(county: County, number: str = "26-1", **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "facility": county.jail,
        "booked_at": county.ago(hours=2).isoformat(),
        "name": "Doe, Sample",
        "arresting_agency": "Police",
        "charges": [{"statute": "14-33", "ncic_class": "13", "level": "misdemeanor"}],
        "race_ethnicity": "white",
        **more,
    }


def act(county: County, event_type: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An act of the designated officer on the booking 26-1, ten minutes ago."""
    return {
        "id": str(uuid4()),
        "type": event_type,
        "subject": f"{county.ori}:26-1",
        "facility": county.jail,
        "occurred_at": county.ago(minutes=10).isoformat(),
        "actor": county.officer,
        "actor_role": "designated_officer",
        "payload": payload,
        **more,
    }


def post(client: Client, path: str, rows: list[Any], headers: dict[str, str]) -> Any:
    return client.post(f"/api/v1/{path}", rows, content_type="application/json", headers=headers)
