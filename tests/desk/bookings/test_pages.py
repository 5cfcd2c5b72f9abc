"""Bookings through the pages: by hand, charges, dispositions, corrections, the list, scope."""

import json

import pytest
from django.db import connection

from desk.casework import Desk
from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.acts import Booking, Charge, KnownBookingError, book, correct
from evenhand.desk.bookings.models import Case
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import ActorRole, SubjectKind
from evenhand.record.events.booking import ChargeLevel, PersonBooked

BOOKER, OFFICER = Role.BOOKING_OFFICER, Role.DESIGNATED_OFFICER


def test_a_booking_opens_the_screening_by_itself(desk: Desk) -> None:
    subject = desk.book()
    booked, charge, opened = desk.events(subject)
    assert (booked.type, charge.type, opened.type) == ("person.booked", "charge.recorded", "screening.opened")
    assert (opened.actor, opened.actor_role) == ("desk", ActorRole.SYSTEM)
    assert charge.occurred_at == booked.occurred_at
    assert charge.arresting_agency == "Police"
    assert abs((booked.occurred_at - desk.county.ago(minutes=30)).total_seconds()) < 60


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"booked_at": ""}, "required"),
        ({"booked_at": "2999-01-01T00:00"}, "future"),
        ({"booked_at": "2026-03-08T02:30"}, "exist"),
        ({"arrested_at": "2026-11-24T23:59", "booked_at": "2026-11-20T10:00"}, "arrest comes before"),
        ({"number": "a\u202eb"}, "printable"),
        ({"charge-0-statute": ""}, "required"),
        ({"charge-0-ncic_class": "00"}, "Select a valid choice"),
        ({"facility": "nowhere"}, "Select a valid choice"),
        ({"birth_date": "2999-01-01"}, "comes before the booking"),
    ],
)
def test_a_bad_booking_is_told_of_and_nothing_is_recorded(
    desk: Desk, said: dict[str, str], wrong: str
) -> None:
    answer = desk.post(BOOKER, "/bookings/new/", **desk.booking(**said))
    assert answer.status_code == 422
    assert wrong in answer.content.decode()
    with within(EVERYTHING):
        assert not Case.objects.exists()


def test_a_number_is_taken_once(desk: Desk) -> None:
    desk.book()
    answer = desk.post(BOOKER, "/bookings/new/", **desk.booking())
    assert answer.status_code == 422
    assert "This number is in the record" in answer.content.decode()


@pytest.mark.parametrize(("said", "stated"), [("yes", True), ("no", False), ("", None)])
def test_a_booking_states_whether_the_person_is_a_foreign_national(
    desk: Desk, said: str, stated: bool | None
) -> None:
    subject = desk.book(foreign_national=said)
    booked = desk.events(subject)[0]
    assert isinstance(booked, PersonBooked)
    assert booked.foreign_national is stated
    page = desk.get(BOOKER, f"/bookings/{subject}/correct/{booked.id}/").content.decode()
    assert f'value="{said or "yes"}"' in page
    assert ("checked" in page) == (stated is not None)


def test_the_same_booking_is_known_as_the_same(county: County) -> None:
    by = county.actor(ActorRole.BOOKING_OFFICER)
    charge = Charge("14-33", "13", ChargeLevel.FELONY)
    facts = {"agency": county.ori, "facility": county.jail, "number": "B-9", "name": "Roe, Sample"}
    one = Booking(**facts, booked_at=county.ago(hours=1), arresting_agency="Police", charges=(charge,))
    other = Booking(**facts, booked_at=county.ago(hours=2), arresting_agency="Police", charges=(charge,))
    with within(EVERYTHING):
        book(one, by)
        for again, same in ((one, True), (other, False)):
            with pytest.raises(KnownBookingError) as known:
                book(again, by)
            assert known.value.same is same
            assert known.value.differs == ([] if same else ["booked_at"])


def test_charges_and_dispositions(desk: Desk) -> None:
    subject = desk.book()
    said = {"statute": "20-138.1", "ncic_class": "54", "level": "misdemeanor", "charge_agency": "Patrol"}
    desk.did(BOOKER, f"/bookings/{subject}/charge/", **said)
    url = f"/bookings/{subject}/charge/2/disposition/"
    assert desk.post(BOOKER, url, disposition="dropped_for_transfer").status_code == 422
    desk.did(BOOKER, url, disposition="dismissed")
    second = desk.case(subject).charges[1]
    assert (second["no"], second["agency"], second["disposition"]) == (2, "Patrol", "dismissed")
    page = desk.get(OFFICER, f"/bookings/{subject}/").content.decode()
    assert "54 Traffic Offenses" in page
    assert "Dismissed" in page
    assert desk.get(BOOKER, f"/bookings/{subject}/charge/7/disposition/").status_code == 404


def test_a_correction_takes_the_place_of_the_entry_and_keeps_the_groups(desk: Desk) -> None:
    county = desk.county
    by = county.actor(ActorRole.BOOKING_OFFICER)
    booking = Booking(
        county.ori,
        county.jail,
        "B-3",
        county.ago(minutes=50),
        "Deo, Sample",
        arresting_agency="Police",
        charges=(Charge("14-33", "13", ChargeLevel.FELONY),),
        race_ethnicity="group A",
        sex="sex B",
    )
    with within(EVERYTHING):
        subject = book(booking, by)
    wrong = desk.events(subject)[0]
    url = f"/bookings/{subject}/correct/{wrong.id}/"
    said = {"booked_at": desk.local(40), "name": "Doe, Sample", "arresting_agency": "Sheriff"}
    assert desk.post(BOOKER, url, **said).status_code == 422
    assert desk.post(OFFICER, url, **said, reason="x").status_code == 403
    desk.did(BOOKER, url, **said, reason="the name was misspelt")
    case = desk.case(subject)
    assert (case.name, case.arresting_agency) == ("Doe, Sample", "Sheriff")
    booked, charge = desk.events(subject)[-2:]
    assert (booked.corrects, booked.reason) == (wrong.id, "the name was misspelt")
    assert charge.occurred_at == booked.occurred_at == case.booked_at
    assert _personal(subject) == [
        {"name": "Deo, Sample", "race_ethnicity": "group A", "sex": "sex B"},
        {"name": "Doe, Sample", "race_ethnicity": "group A", "sex": "sex B"},
    ]
    assert desk.post(BOOKER, url, **said, reason="again").status_code == 422
    assert rebuild().differences == ()


def _personal(subject: str) -> list[dict[str, str]]:
    """The personal parts of the bookings of a subject, as the ledger keeps them."""
    with within(EVERYTHING), connection.cursor() as cursor:
        found = []
        for entry in history.load(Subject(County().ori, SubjectKind.BOOKING, subject)):
            if entry.event.type == "person.booked":
                cursor.execute("SELECT personal FROM ledger_opening WHERE seq = %s", [entry.seq])
                found.append(json.loads(bytes(cursor.fetchone()[0])))
        return found


def test_an_entry_of_another_kind_is_not_corrected_here(desk: Desk) -> None:
    subject = desk.book()
    opened = desk.events(subject)[2]
    assert desk.get(BOOKER, f"/bookings/{subject}/correct/{opened.id}/").status_code == 404
    from evenhand.desk.record.act import BadActError

    by = desk.county.actor(ActorRole.BOOKING_OFFICER)
    with within(EVERYTHING), pytest.raises(BadActError):
        correct(desk.case(subject), opened.id, by, opened.occurred_at, {}, "no reason")


def test_a_correction_that_breaks_the_order_is_refused(desk: Desk) -> None:
    subject = desk.book(minutes=30)
    wrong = desk.events(subject)[1]
    said = {"at": desk.local(45), "statute": "14-33", "ncic_class": "13", "level": "felony", "reason": "x"}
    answer = desk.post(BOOKER, f"/bookings/{subject}/correct/{wrong.id}/", **said)
    assert answer.status_code == 409
    assert "REC-02" in answer.content.decode()


def test_the_list_is_narrowed_by_number_facility_and_stage(desk: Desk) -> None:
    one = desk.book("B-1", name="Doe, Sample")
    two = desk.book("B-2", minutes=20, name="Roe, Sample")
    desk.screen(two)

    def found(**query: str) -> set[str]:
        page = desk.get(Role.REVIEWER, "/bookings/", **query).content.decode()
        return {subject for subject in (one, two) if f"/bookings/{subject}/" in page}

    assert found() == {one, two}
    assert found(q="b-2") == {two}
    assert found(q="b-") == {one, two}
    assert found(q="-2") == set()
    assert found(q="doe") == found(q="Doe, Sample") == found(q="oe") == set()
    assert found(stage="closed") == {two}
    assert found(facility=desk.county.jail) == {one, two}
    assert found(q="1990-01-31") == set()


def test_a_view_of_a_case_is_an_event_of_the_case_and_a_list_is_none(desk: Desk) -> None:
    subject = desk.book()
    before = len(desk.events(subject, SubjectKind.SYSTEM))
    desk.get(OFFICER, "/bookings/")
    desk.get(OFFICER, "/screening/")
    assert len(desk.events(subject, SubjectKind.SYSTEM)) == before
    assert desk.post(OFFICER, f"/screening/{subject}/", step="advisal").status_code == 422
    assert len(desk.events(subject, SubjectKind.SYSTEM)) == before + 1
    for path in (
        f"/bookings/{subject}/",
        f"/bookings/{subject}/summary/",
        f"/screening/{subject}/interview/",
    ):
        assert desk.get(OFFICER, path).status_code == 200
    seen = [e for e in desk.events(subject, SubjectKind.SYSTEM) if e.type == "access.viewed"]
    assert [e.what for e in seen[-3:]] == ["case", "summary", "interview"]
    assert {e.actor for e in seen[-3:]} == {desk.county.officer}


def test_another_agency_sees_nothing(desk: Desk, other_county: County) -> None:
    subject = desk.book()
    foreign = Desk(other_county)
    for role, path in (
        (OFFICER, f"/bookings/{subject}/"),
        (OFFICER, f"/screening/{subject}/"),
        (OFFICER, f"/screening/{subject}/interview/"),
        (BOOKER, f"/bookings/{subject}/charge/"),
        (Role.FEDERAL_SUPERVISOR, f"/supervision/{subject}/review/"),
    ):
        assert foreign.get(role, path).status_code == 404, path
    for role, path in ((OFFICER, "/bookings/"), (OFFICER, "/screening/"), (BOOKER, "/bookings/")):
        assert subject not in foreign.get(role, path).content.decode()
    answer = foreign.post(BOOKER, "/bookings/new/", **desk.booking("B-7"))
    assert answer.status_code == 422


def test_a_booking_cannot_name_another_agency(desk: Desk, other_county: County) -> None:
    desk.did(BOOKER, "/bookings/new/", **desk.booking("B-8", agency=other_county.ori, subject="x", name="Y"))
    assert desk.case(f"{desk.county.ori}:B-8").agency == desk.county.ori


def test_what_is_written_is_shown_as_text(desk: Desk) -> None:
    payload = "<script>alert(1)</script>"
    subject = desk.book(name=payload, arresting_agency=payload, **{"charge-0-statute": payload})
    for path in (f"/bookings/{subject}/", "/bookings/", "/screening/", f"/bookings/{subject}/summary/"):
        assert payload not in desk.get(OFFICER, path).content.decode()
