"""The worklist is in the order of booking, whatever the persons are, and says by when each is closed."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.casework import Desk
from desk.county import County, booked
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.acts import Booking, Charge, Origin, book_all
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.screening.worklist import close_by, open_screenings, waiting
from evenhand.record.events import ActorRole
from evenhand.record.events.booking import ChargeLevel

TAGS = count()
PERSON = st.fixed_dictionaries(
    {
        "minutes": st.integers(1, 20_000),
        "name": st.sampled_from(["Alpha, A", "Zeta, Z", "", "Ñandú, É"]),
        "ncic": st.sampled_from(["09", "54", "13"]),
        "level": st.sampled_from(list(ChargeLevel)),
        "birth": st.sampled_from(["", "1950-01-01", "2005-12-31"]),
        "group": st.sampled_from(["a", "b", ""]),
    }
)


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(people=st.lists(PERSON, min_size=2, max_size=8))
def test_only_booking_time_orders_it(people: list[dict[str, object]], county: County) -> None:
    tag = next(TAGS)
    bookings = [
        Booking(
            county.ori,
            county.jail,
            f"{tag}-{place}",
            county.ago(minutes=p["minutes"]),  # type: ignore[arg-type]
            str(p["name"]),
            birth_date=str(p["birth"]),
            arresting_agency="Police",
            charges=(Charge("x", str(p["ncic"]), ChargeLevel(str(p["level"]))),),
            race_ethnicity=str(p["group"]),
        )
        for place, p in enumerate(people)
    ]
    with within(EVERYTHING):
        origins = [Origin() for _ in bookings]
        book_all(bookings, county.actor(ActorRole.BOOKING_OFFICER), origins)
        shown = [case.booked_at for case in open_screenings()]
    assert shown == sorted(shown)
    assert len(shown) >= len(bookings)


def test_a_screening_past_24_hours_is_late(desk: Desk) -> None:
    subject = desk.book(minutes=60)
    case = desk.case(subject)
    assert close_by(case) == case.booked_at + timedelta(hours=24)
    assert not waiting(case, case.booked_at + timedelta(hours=24)).late
    assert waiting(case, case.booked_at + timedelta(hours=24, seconds=1)).late


def test_it_shows_the_step_that_comes_next(desk: Desk) -> None:
    subject = desk.book()
    assert "Language" in _worklist(desk)
    desk.did(Role.DESIGNATED_OFFICER, f"/screening/{subject}/", step="language", done="on")
    assert "Advisal" in _worklist(desk)
    desk.did(Role.DESIGNATED_OFFICER, f"/screening/{subject}/claim/", how="stated")
    assert "Stopped" in _worklist(desk)


def test_a_closed_screening_leaves_it(desk: Desk) -> None:
    subject = desk.book()
    assert subject in _worklist(desk)
    desk.screen(subject)
    assert subject not in _worklist(desk)


def _worklist(desk: Desk) -> str:
    return str(desk.get(Role.DESIGNATED_OFFICER, "/screening/").content.decode())


def test_it_says_that_an_older_one_waits(desk: Desk) -> None:
    older, newer = desk.book("B-1", minutes=50), desk.book("B-2", minutes=40)

    def page(subject: str) -> str:
        return str(desk.get(Role.DESIGNATED_OFFICER, f"/screening/{subject}/").content.decode())

    assert "An older screening waits: B-1" in page(newer)
    assert "An older screening waits" not in page(older)
    desk.did(Role.DESIGNATED_OFFICER, f"/screening/{older}/close/", closing_reason="medical")
    assert "An older screening waits" not in page(newer)


@pytest.mark.parametrize("path", ["/screening/", "/bookings/", "/supervision/"])
def test_a_list_asks_the_database_no_more_for_more_rows(desk: Desk, path: str) -> None:
    def asked() -> int:
        client = desk.client(Role.FEDERAL_SUPERVISOR)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    booked_and_determined(desk.county, 1)
    asked()  # The first view of a list in an hour is recorded.
    few = asked()
    booked_and_determined(desk.county, 20)
    assert asked() == few


def booked_and_determined(county: County, cases: int) -> None:
    for n in range(cases):
        subject = booked(county, f"D-{cases}-{n}")
        county.act(
            "determination.made",
            subject,
            ActorRole.DESIGNATED_OFFICER,
            outcome="refer",
            grounds=("statement",),
        )
