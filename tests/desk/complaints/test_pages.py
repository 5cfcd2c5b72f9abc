"""The complaint pages: the public form in two languages, following by number, the office's acts."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.complaints.models import Complaint
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.scope import EVERYTHING, within

TEXT = "They would not let me call my lawyer."


def _send(client: Client, county: County, **more: str) -> str:
    """Send the public form; the reference number that the next page shows."""
    said = {"agency": county.ori, "about": "process", "text": TEXT, **more}
    response = client.post("/complain/", said, follow=True)
    found = re.search(r"C-\w{4}-\w{4}-\w{4}", response.content.decode())
    assert found, response.content.decode()
    return found[0]


def _office(client: Client, county: County, role: Role = Role.COMPLAINTS_OFFICER) -> None:
    client.force_login(county.account(role))


def test_anyone_complains_and_follows_it_without_an_account(county: County, client: Client) -> None:
    reference = _send(client, county)
    page = client.post("/complain/follow/", {"reference": f" {reference.lower()} "}).content.decode()
    assert reference in page
    assert "There is no answer yet" in page
    assert TEXT not in page


def test_an_unknown_number_shows_nothing(county: County, client: Client) -> None:
    response = client.post("/complain/follow/", {"reference": "C-2222-2222-2222"})
    assert response.status_code == 404
    assert "no complaint of this number" in response.content.decode()


def test_a_program_that_fills_every_field_sends_nothing(county: County, client: Client) -> None:
    client.post("/complain/", {"agency": county.ori, "about": "process", "text": "x", "website": "http://x"})
    with within(EVERYTHING):
        assert not Complaint.objects.exists()


def test_the_form_is_limited_by_address(county: County, client: Client) -> None:
    statuses = {
        client.post("/complain/follow/", {"reference": "C"}, REMOTE_ADDR="10.9.9.9").status_code
        for _ in range(40)
    }
    assert 429 in statuses


def test_behind_a_proxy_the_visitors_address_counts(
    county: County, client: Client, settings: Settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def sent(said: str) -> int:
        more = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": said}
        return client.post("/complain/follow/", {"reference": "C"}, **more).status_code  # type: ignore[arg-type]

    # The first address is what the visitor said; the last is what the proxy saw.
    assert 429 in {sent(f"198.51.100.{n}, 192.0.2.7") for n in range(40)}
    assert sent("192.0.2.7, 192.0.2.8") != 429


def test_the_office_answers_and_the_complainant_reads_it(county: County, client: Client) -> None:
    reference = _send(client, county, about="designated_officer")
    office = Client()
    _office(office, county)
    assert TEXT in office.get(f"/complaints/{reference}/").content.decode()
    for name, said in (
        ("assign", {"to": county.account(Role.COMPLAINTS_OFFICER).actor}),
        ("notify-ice", {}),
        ("resolve", {"outcome": "sustained", "reason": "as the recording shows"}),
        ("report", {}),
        ("answer", {"kind": "answer", "text": "You were right, and it will not happen again."}),
    ):
        response = office.post(f"/complaints/{reference}/{name}/", said)
        assert response.status_code == 302, (name, response.content.decode())
    page = client.post("/complain/follow/", {"reference": reference}).content.decode()
    assert "You were right" in page
    assert "No complaint is open" in office.get("/complaints/").content.decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Complaint received", "Complaint resolved", "not sustained", "No review follows from it.")),
        ("es", ("Queja recibida", "Queja resuelta", "no confirmada", "Ninguna revisión se deriva de ella.")),
    ],
)
def test_the_history_is_told_by_name(
    county: County, client: Client, language: str, said: tuple[str, ...]
) -> None:
    reference = _send(client, county)
    office = Client(headers={"accept-language": language})
    _office(office, county)
    office.post(f"/complaints/{reference}/resolve/", {"outcome": "not_sustained", "reason": "no trace of it"})
    page = office.get(f"/complaints/{reference}/").content.decode()
    assert all(name in page for name in said)
    assert "no trace of it" in page
    assert "complaint.re" not in page
    assert "not_sustained" not in page
    assert 'href="/complaints/"' in page.partition("<main")[2]


def test_every_view_of_a_complaint_is_an_event(county: County, client: Client) -> None:
    reference = _send(client, county)
    _office(client, county, Role.AUDITOR)
    client.get(f"/complaints/{reference}/")
    with within(EVERYTHING):
        seen = Occurrence.objects.get(subject=reference, type="access.viewed")
    assert seen.actor == county.account(Role.AUDITOR).actor


def test_an_auditor_only_reads(county: County, client: Client) -> None:
    reference = _send(client, county)
    _office(client, county, Role.AUDITOR)
    assert client.get(f"/complaints/{reference}/resolve/").status_code == 403


def test_another_agency_sees_nothing(county: County, other_county: County, client: Client) -> None:
    reference = _send(client, county)
    _office(client, other_county)
    assert reference not in client.get("/complaints/").content.decode()
    assert client.get(f"/complaints/{reference}/").status_code == 404


def test_a_letter_is_entered_with_its_moment_and_a_future_one_is_refused(
    county: County, client: Client
) -> None:
    _office(client, county)
    said = {
        "agency": county.ori,
        "channel": "letter",
        "about": "designated_officer",
        "officer": county.officer,
        "language": "en",
        "text": TEXT,
    }
    response = client.post("/complaints/enter/", said | {"occurred_at": "2026-01-05T09:30"})
    assert response.status_code == 302
    wrong = client.post("/complaints/enter/", said | {"officer": "nobody"})
    assert "no officer of that number" in wrong.content.decode()
