"""Calls of the API: a token, a row of a booking, a batch."""

from typing import Any

from django.test import Client

from desk.county import County
from evenhand.desk.api.models import Grant, issue
from evenhand.desk.record.scope import EVERYTHING, within


def token(county: County, *grants: Grant, **more: Any) -> dict[str, str]:
    with within(EVERYTHING):
        _, secret = issue(county.ori, "jms", list(grants or Grant), "administrator", **more)
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


def post(client: Client, path: str, rows: list[Any], headers: dict[str, str]) -> Any:
    return client.post(f"/api/v1/{path}", rows, content_type="application/json", headers=headers)
