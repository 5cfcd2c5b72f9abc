"""What is sent again: the same is there already, other content is a conflict that names fields and no value."""

from typing import Any

import pytest
from django.test import Client

from desk.api_calls import booking, post, token
from desk.county import County
from evenhand.desk.bookings.models import Case
from evenhand.desk.record.scope import EVERYTHING, within


def _result(client: Client, path: str, row: dict[str, Any], headers: dict[str, str]) -> Any:
    return post(client, path, [row], headers).json()["results"][0]


FULL = {"birth_date": "1990-01-31", "person_key": "K-1", "sex": "female", "age_group": "25-34"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Roe, Other"),
        ("birth_date", "1991-01-31"),
        ("race_ethnicity", "black"),
        ("sex", "male"),
        ("age_group", "35-44"),
        ("person_key", "K-2"),
        ("sex", ""),
        ("arrested_at", "2026-01-01T00:00:00Z"),
    ],
)
def test_a_booking_with_another_value_in_any_field_is_a_conflict(
    county: County, client: Client, field: str, value: str
) -> None:
    headers, row = token(county), booking(county, **FULL)
    assert _result(client, "bookings", row, headers)["status"] == "recorded"
    assert _result(client, "bookings", row, headers)["status"] == "already"
    again = post(client, "bookings", [row | {field: value}], headers)
    result = again.json()["results"][0]
    assert (result["status"], result["differs"]) == ("conflict", [field])
    assert not value or value not in again.content.decode()
    assert row.get(field) is None or row[field] not in again.content.decode()


def test_charges_of_a_booking_are_compared_by_number(county: County, client: Client) -> None:
    headers, row = token(county), booking(county)
    _result(client, "bookings", row, headers)
    charge = row["charges"][0]
    other = row | {"charges": [charge | {"level": "felony"}]}
    assert _result(client, "bookings", other, headers)["differs"] == ["charges.1.level"]
    for charges in ([], [charge, charge]):
        assert _result(client, "bookings", row | {"charges": charges}, headers)["differs"] == ["charges"]


def test_a_charge_may_be_its_statute_alone(county: County, client: Client) -> None:
    headers = token(county)
    row = booking(county, charges=[{"statute": "14-33", "ncic_class": None, "level": None}])
    assert _result(client, "bookings", row, headers)["status"] == "recorded"
    assert _result(client, "bookings", row, headers)["status"] == "already"
    with within(EVERYTHING):
        assert Case.objects.get(number="26-1").charges[0]["statute"] == "14-33"


def test_a_charge_added_later_does_not_make_the_booking_another(county: County, client: Client) -> None:
    headers, row = token(county), booking(county)
    _result(client, "bookings", row, headers)
    more = {"number": "26-1", "charge_no": 2, "at": county.ago(minutes=30).isoformat(), "statute": "20-28"}
    assert _result(client, "charges", more, headers)["status"] == "recorded"
    assert _result(client, "bookings", row, headers)["status"] == "already"
    for changed in ({"level": "felony"}, {"statute": "20-29"}, {"ncic_class": "54"}):
        result = _result(client, "charges", more | changed, headers)
        assert (result["status"], result["differs"]) == ("conflict", list(changed))


def test_a_release_with_another_cause_or_moment_is_a_conflict(county: County, client: Client) -> None:
    headers = token(county)
    _result(client, "bookings", booking(county), headers)
    at = county.ago(minutes=30).isoformat()
    due = {"number": "26-1", "kind": "due", "at": at, "cause": "dismissed"}
    assert _result(client, "releases", due, headers)["status"] == "recorded"
    assert _result(client, "releases", due | {"cause": "bond"}, headers)["differs"] == ["cause"]
    later = county.ago(minutes=20).isoformat()
    assert _result(client, "releases", due | {"at": later}, headers)["differs"] == ["at"]


def _claim(county: County, number: str = "26-1") -> dict[str, Any]:
    return {
        "id": "018f0000-0000-7000-8000-000000000002",
        "type": "citizenship.claimed",
        "subject": f"{county.ori}:{number}",
        "facility": county.jail,
        "occurred_at": county.ago(minutes=10).isoformat(),
        "actor": county.officer,
        "actor_role": "designated_officer",
        "payload": {"how": "stated"},
    }


def test_an_act_of_the_same_id_with_other_content_is_a_conflict(county: County, client: Client) -> None:
    headers, act = token(county), _claim(county)
    _result(client, "bookings", booking(county), headers)
    other = act | {"payload": {}, "occurred_at": county.ago(minutes=9).isoformat()}
    in_one_batch = post(client, "acts", [act, other], headers).json()["results"]
    assert [r["status"] for r in in_one_batch] == ["recorded", "conflict"]
    assert _result(client, "acts", act, headers)["status"] == "already"
    assert _result(client, "acts", other, headers)["differs"] == ["occurred_at", "payload.how"]
    assert _result(client, "acts", act | {"type": "citizenship.reported", "payload": {}}, headers)[
        "differs"
    ] == ["type"]


def test_an_id_that_another_agency_used_is_as_good_as_any(
    county: County, other_county: County, client: Client
) -> None:
    theirs, ours = token(other_county), token(county)
    _result(client, "bookings", booking(other_county, "26-9"), theirs)
    _result(client, "bookings", booking(county), ours)
    assert _result(client, "acts", _claim(other_county, "26-9"), theirs)["status"] == "recorded"
    result = _result(client, "acts", _claim(county), ours)
    assert result["status"] == "recorded"
    assert _result(client, "acts", _claim(county), ours) == result | {"status": "already"}
    assert _result(client, "acts", _claim(other_county, "26-9"), theirs)["event"] != result["event"]
