"""Posters attested each quarter; interpreters by language."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.facilities.models import Interpreter, Posters
from evenhand.desk.facilities.posters import due
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within


@pytest.fixture
def agency(county: County) -> Client:
    client = Client()
    client.force_login(county.account(Role.COORDINATOR))
    return client


def test_posters_are_attested(county: County, agency: Client) -> None:
    response = agency.post(
        f"/facilities/{county.ori}.{county.jail}/posters/", {"languages": ["en", "es", "vi"]}
    )
    assert response.status_code == 302
    page = agency.get(f"/facilities/{county.ori}.{county.jail}/").content.decode()
    assert "English, Spanish, Vietnamese" in page
    assert agency.get("/facilities/").context["rows"][0]["last"] is not None
    assert rebuild().differences == ()


@pytest.mark.parametrize(
    ("languages", "attested", "until"),
    [
        (["en", "es"], "2026-02-10T12:00", "2026-07-01T04:00"),
        (["en"], "2026-02-10T12:00", "2027-01-01T05:00"),
        # Still the last evening of March in New York.
        (["en", "es"], "2026-04-01T03:30", "2026-07-01T04:00"),
        (["en", "es"], "2026-11-10T12:00", "2027-04-01T04:00"),
    ],
)
def test_an_attestation_lasts_to_the_end_of_the_next_quarter(
    languages: list[str], attested: str, until: str
) -> None:
    posters = Posters(languages=languages, attested_at=datetime.fromisoformat(attested).replace(tzinfo=UTC))
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert due([posters], now, "America/New_York") == datetime.fromisoformat(until).replace(tzinfo=UTC)


def test_interpreters_are_found_by_language_and_their_names_are_in_no_leaf(
    county: County, agency: Client
) -> None:
    for name, languages in (("Sample One", ["es"]), ("Sample Two", ["ht", "fr"])):
        said = {"interpreter": name, "languages": languages}
        assert agency.post(f"/facilities/{county.ori}.{county.jail}/interpreter/", said).status_code == 302
    found = agency.get(f"/facilities/{county.ori}.{county.jail}/", {"language": "fr"}).context["interpreters"]
    assert [said["row"].name for said in found] == ["Sample Two"]
    store = ledger().store
    assert not any(b"Sample" in leaf for leaves in store.leaves(0, store.size()) for leaf in leaves)
    with within(EVERYTHING):
        assert Interpreter.objects.count() == 2


def test_officers_read_and_do_not_record(county: County, other_county: County) -> None:
    officer = Client()
    officer.force_login(county.account(Role.DESIGNATED_OFFICER))
    assert officer.get(f"/facilities/{county.ori}.{county.jail}/").status_code == 200
    assert (
        officer.post(f"/facilities/{county.ori}.{county.jail}/posters/", {"languages": ["en"]}).status_code
        == 403
    )
    assert officer.get(f"/facilities/{county.ori}.{other_county.jail}/").status_code == 404
