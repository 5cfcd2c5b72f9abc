"""A case's row is what its history says."""

from desk.county import County, booked
from evenhand.desk.bookings.models import Case, Stage
from evenhand.desk.bookings.people import named
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import ActorRole


def _case(subject: str) -> Case:
    with within(EVERYTHING):
        return named([Case.objects.get(subject=subject)])[0]


def test_a_booking_waits_for_screening(county: County) -> None:
    case = _case(booked(county))
    assert (case.stage, case.number, case.name) == (Stage.WAITING, "B-1", "Doe, Sample")
    assert case.charges == [
        {"no": 1, "statute": "14-33", "ncic": "13", "level": "misdemeanor", "agency": "Police"}
    ]
    assert case.in_custody


def test_a_claim_stops_the_case_until_it_is_resolved(county: County) -> None:
    subject = booked(county)
    county.act("citizenship.claimed", subject, ActorRole.DESIGNATED_OFFICER, how="stated")
    assert _case(subject).stage == Stage.STOPPED
    county.act(
        "citizenship.resolved",
        subject,
        ActorRole.FEDERAL_SUPERVISOR,
        outcome="not_shown",
        grounds=("records",),
        in_writing=True,
    )
    assert _case(subject).stage == Stage.WAITING


def test_a_correction_takes_the_place_of_what_it_corrects(county: County) -> None:
    subject = booked(county)
    done = county.act(
        "charge.recorded", subject, ActorRole.BOOKING_OFFICER, county.ago(hours=5), charge_no=2, statute="1"
    )
    county.act(
        "charge.recorded",
        subject,
        ActorRole.BOOKING_OFFICER,
        county.ago(hours=5),
        charge_no=3,
        statute="2",
        corrects=done.event.id,
        reason="the number was mistyped",
    )
    assert [charge["no"] for charge in _case(subject).charges] == [1, 3]
    assert rebuild().differences == ()
