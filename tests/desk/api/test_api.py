"""The API: bookings and releases in, idempotent, row by row; each token in its own agency."""

from datetime import timedelta

import pytest
from django.test import Client

from desk.api_calls import act, booking, post, token
from desk.county import County
from evenhand.desk.api.models import Grant
from evenhand.desk.bookings.models import Case, Stage
from evenhand.desk.record.scope import EVERYTHING, within


def test_good_rows_are_recorded_and_bad_ones_say_what_is_wrong(county: County, client: Client) -> None:
    rows = [
        booking(county),
        booking(county, "26-2", facility="nowhere"),
        booking(county, "26-3", booked_at="yesterday"),
        booking(county, "26-4"),
    ]
    said = post(client, "bookings", rows, token(county)).json()
    assert [r["status"] for r in said["results"]] == ["recorded", "invalid", "invalid", "recorded"]
    assert said["results"][1]["wrong"][0]["field"] == "facility"
    assert said["results"][2]["wrong"][0]["field"] == "booked_at"
    assert (said["recorded"], said["failed"]) == (2, 2)
    with within(EVERYTHING):
        assert Case.objects.get(number="26-1").stage == Stage.WAITING


def test_what_is_sent_again_is_there_already_and_a_change_is_a_conflict(
    county: County, client: Client
) -> None:
    headers = token(county)
    post(client, "bookings", [booking(county)], headers)
    rows = [booking(county), booking(county, name="Roe, Other")]
    said = post(client, "bookings", rows, headers).json()
    assert [r["status"] for r in said["results"]] == ["already", "conflict"]


def test_charges_and_releases_follow(county: County, client: Client) -> None:
    headers = token(county)
    post(client, "bookings", [booking(county)], headers)
    at = county.ago(minutes=30).isoformat()
    ended = {"number": "26-1", "charge_no": 1, "at": at, "disposition": "dismissed"}
    more = {"number": "26-1", "charge_no": 2, "at": at, "statute": "20-28"}
    first = post(client, "charges", [ended, more, more], headers).json()
    assert [r["status"] for r in first["results"]] == ["recorded", "recorded", "already"]
    again = post(client, "charges", [ended, more], headers).json()
    assert [r["status"] for r in again["results"]] == ["already", "already"]
    due = {"number": "26-1", "kind": "due", "at": at, "cause": "dismissed"}
    done = {"number": "26-1", "kind": "done", "at": county.ago(minutes=5).isoformat(), "cause": "dismissed"}
    first = post(client, "releases", [due, done], headers).json()
    assert first["recorded"] == 2, first
    assert post(client, "releases", [due, done], headers).json()["already"] == 2
    missing = post(client, "releases", [due | {"number": "none"}], headers).json()
    assert missing["results"][0]["wrong"][0]["field"] == "number"


def test_an_act_without_authority_is_refused_with_rule_and_remedy(county: County, client: Client) -> None:
    headers = token(county)
    post(client, "bookings", [booking(county)], headers)
    said = act(county, "detainer.issued", {"form_version": "2017", "ground": "biometric_match"})
    result = post(client, "acts", [said], headers).json()["results"][0]
    assert result["status"] == "refused"
    rules = {r["rule"]: r for r in result["refusals"]}
    assert {"DET-01", "DET-09"} <= set(rules)
    assert all(r["citations"] and r["remedy"] and r["sentence"] for r in rules.values())


def test_an_act_sent_twice_is_recorded_once(county: County, client: Client) -> None:
    headers = token(county)
    post(client, "bookings", [booking(county)], headers)
    said = act(county, "citizenship.claimed", {"how": "stated"})
    assert [r["status"] for r in post(client, "acts", [said, said], headers).json()["results"]] == [
        "recorded",
        "already",
    ]
    assert post(client, "acts", [said], headers).json()["already"] == 1


def test_federal_acts_need_a_grant_of_their_own(county: County, client: Client) -> None:
    headers = token(county, Grant.BOOKINGS, Grant.ACTS)
    post(client, "bookings", [booking(county)], headers)
    federal = {"actor": "federal-1", "actor_role": "federal_supervisor"}
    said = act(county, "warrant.signed", {"form": "I-200"}, **federal)
    result = post(client, "acts", [said], headers).json()["results"][0]
    assert (result["status"], result["wrong"][0]["field"]) == ("invalid", "actor_role")


@pytest.mark.parametrize(
    ("path", "grant"), [("bookings", Grant.RELEASES), ("releases", Grant.BOOKINGS), ("acts", Grant.BOOKINGS)]
)
def test_a_token_does_what_it_was_given_for(county: County, client: Client, path: str, grant: Grant) -> None:
    assert post(client, path, [], token(county, grant)).status_code == 403


def test_without_a_good_token_nothing(county: County, client: Client) -> None:
    expired = token(county, lasts=timedelta(seconds=-1))
    for headers in ({}, {"Authorization": "Bearer evh_wrong"}, expired):
        for path in ("worklist", "findings"):
            assert client.get(f"/api/v1/{path}", headers=headers).status_code == 401
        assert post(client, "bookings", [], headers).status_code == 401


def test_a_token_reaches_its_own_agency_alone(county: County, other_county: County, client: Client) -> None:
    post(client, "bookings", [booking(county)], token(county))
    other = token(other_county)
    assert client.get("/api/v1/worklist", headers=other).json()["rows"] == []
    said = act(
        other_county,
        "screening.closed",
        {"closing_reason": "refused"},
        subject=f"{county.ori}:26-1",
    )
    result = post(client, "acts", [said], other).json()["results"][0]
    assert (result["status"], result["wrong"][0]["field"]) == ("invalid", "subject")
    due = {"number": "26-1", "kind": "due", "at": county.ago(minutes=5).isoformat()}
    assert post(client, "releases", [due], other).json()["failed"] == 1


def test_the_worklist_comes_in_order_of_booking_page_by_page(
    county: County, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evenhand.desk.api import lists

    monkeypatch.setattr(lists, "PAGE", 3)
    headers = token(county)
    rows = [
        booking(county, f"26-{n}", booked_at=county.ago(hours=1 + (n * 7) % 10).isoformat()) for n in range(8)
    ]
    post(client, "bookings", rows, headers)
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get("/api/v1/worklist", {"cursor": cursor}, headers=headers).json()
        seen += [row["number"] for row in page["rows"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert seen == [row["number"] for row in sorted(rows, key=lambda r: (r["booked_at"], r["number"]))]
    assert "Doe" not in str(page)
    assert client.get("/api/v1/worklist", {"cursor": "x"}, headers=headers).status_code == 400


def test_findings_of_the_last_audit_come_out(county: County, client: Client) -> None:
    from evenhand.desk.findings.run import run

    headers = token(county)
    post(client, "bookings", [booking(county, booked_at=county.ago(days=3).isoformat())], headers)
    counts = run()
    assert counts
    rows = client.get("/api/v1/findings", headers=headers).json()["rows"]
    assert {row["rule"] for row in rows} <= set(counts)
    assert all(row["citations"] for row in rows)


def test_a_batch_has_its_limit(county: County, client: Client) -> None:
    assert post(client, "bookings", [{}] * 1001, token(county)).status_code == 413


@pytest.mark.usefixtures("clock")
@pytest.mark.trial
def test_a_token_has_its_rate(county: County, client: Client) -> None:
    headers = token(county)
    statuses = [client.get("/api/v1/worklist", headers=headers).status_code for _ in range(610)]
    assert statuses == [200] * 600 + [429] * 10


def test_an_act_may_state_its_latest_moment(county: County, client: Client) -> None:
    headers = token(county)
    post(client, "bookings", [booking(county)], headers)
    claimed = act(county, "citizenship.claimed", {"how": "stated"})
    known = claimed | {"occurred_by": county.ago(minutes=5).isoformat()}
    assert post(client, "acts", [known], headers).json()["recorded"] == 1
    assert post(client, "acts", [known], headers).json()["already"] == 1
    assert post(client, "acts", [claimed], headers).json()["results"][0]["status"] == "conflict"
    early = act(county, "citizenship.claimed", {"how": "stated"}, occurred_by=county.ago(hours=1).isoformat())
    late = act(county, "citizenship.claimed", {"how": "stated"}, occurred_by=county.ago(hours=-2).isoformat())
    said = post(client, "acts", [early, late], headers).json()
    assert [r["status"] for r in said["results"]] == ["invalid", "invalid"]
    assert said["results"][1]["wrong"][0]["field"] == "occurred_by"
