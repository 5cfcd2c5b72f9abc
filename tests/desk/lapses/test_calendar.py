"""What lapses in 30, 60 and 90 days, on fixed dates."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.lapses.lapse import lapses_until
from evenhand.desk.record.scope import EVERYTHING, Scope, within
from evenhand.record.events import ActorRole

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
COORDINATOR, FEDERAL = ActorRole.COORDINATOR, ActorRole.FEDERAL_SUPERVISOR


@pytest.fixture
def on_that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands at NOW, for the record as for the pages."""
    # Loaded before, so that no module keeps the clock of this test.
    import evenhand.desk.urls  # noqa: F401
    from evenhand.desk.record import act

    monkeypatch.setattr(act, "now", lambda: NOW)
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def county(on_that_day: None, db: None) -> County:
    made = County(began=NOW)
    made.found()
    made.certify()
    return made


def _named(days: int) -> list[tuple[str, str]]:
    with within(EVERYTHING):
        found = lapses_until(NOW + timedelta(days=days))
    return [(lapse.at.date().isoformat(), str(lapse.what)) for lapse in found]


def test_the_calendar_names_each_end_once(county: County) -> None:
    until = NOW + timedelta(days=45)
    county.act("officer.certified", county.officer, FEDERAL, county.ago(days=1), valid_until=until)
    county.act(
        "officer.certified",
        "officer-9",
        FEDERAL,
        county.ago(days=2),
        valid_from=county.ago(days=2),
        valid_until=NOW + timedelta(days=20),
    )
    county.act(
        "refresher.required_by", county.officer, FEDERAL, county.ago(days=1), due=NOW + timedelta(days=80)
    )
    county.act(
        "officer.assigned",
        county.officer,
        COORDINATOR,
        county.ago(days=1),
        assigned_facility=county.jail,
        valid_until=NOW + timedelta(days=10),
    )
    # The agreement began 400 days ago and had no meeting: it was owed after 396 days.
    past = [("2026-11-20", "Annual meeting of ICE and the agency")]
    month = [("2026-12-14", "End of a certificate")]
    # The county's first certificate has no end, nor has its first assignment: neither lapses.
    quarter = [("2027-01-01", "Attestation of the posters")]
    assert _named(30) == [*past, *month]
    assert _named(60) == [*past, *month, *quarter]
    assert _named(90) == [*past, *month, *quarter, ("2027-02-12", "Refresher training")]
    with within(EVERYTHING):
        last = lapses_until(NOW + timedelta(days=90))[-1]
    # The day that is due is still in time, and the calendar gives it and not the moment after.
    assert last.at == NOW + timedelta(days=80)


def test_what_was_renewed_is_not_named(county: County) -> None:
    until = NOW + timedelta(days=5)
    for begin, end in ((county.ago(days=9), until), (county.ago(days=1), until + timedelta(days=700))):
        county.act("officer.certified", "officer-9", FEDERAL, begin, valid_from=begin, valid_until=end)
    assert not [what for _, what in _named(90) if what == "End of a certificate"]


def test_a_suspensions_end_and_a_credential_owed(county: County) -> None:
    county.act(
        "agreement.suspended",
        f"agreement-{county.ori}",
        FEDERAL,
        county.ago(days=1),
        notice_reason="audit",
        length_days=30,
        how_to_answer="in writing",
    )
    county.act("officer.suspended", county.officer, COORDINATOR, valid_until=NOW + timedelta(days=3))
    assert ("2026-12-23", "End of the suspension's stated length") in _named(30)
    assert ("2026-11-27", "End of a suspension") in _named(30)
    county.act("officer.revoked", county.officer, FEDERAL)
    assert ("2026-12-24", "Return of the credential") in _named(60)
    assert ("2026-11-27", "End of a suspension") not in _named(30)


def test_the_page_groups_by_month_and_marks_the_past(county: County) -> None:
    client = Client()
    client.force_login(county.account(Role.COORDINATOR))
    groups = client.get("/lapses/", {"days": "60"}).context["groups"]
    assert [(title, len(found)) for title, found in groups] == [
        ("Already past", 1),
        ("In the next 30 days", 0),
        ("In 30 to 60 days", 1),
    ]
    assert len(client.get("/lapses/", {"days": "x"}).context["groups"]) == 4


def test_the_calendar_holds_its_own_agencies_alone(county: County) -> None:
    with within(Scope(frozenset({"GA0330000"}))):
        assert lapses_until(NOW + timedelta(days=90)) == []
