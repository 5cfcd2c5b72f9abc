"""Whole cases by the pages, as people at the desk do them; axe-core looks at each page on the way."""

from datetime import timedelta
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from desk.browser.attempts import WARRANT
from desk.browser.conftest import SignIn
from desk.browser.seat import Seat
from desk.county import ZONE, County
from desk.custody.flow import SIGNER
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.models import Case
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within

JAIL, OFFICER = Role.BOOKING_OFFICER, Role.DESIGNATED_OFFICER
FEDERAL, COORDINATOR = Role.FEDERAL_SUPERVISOR, Role.COORDINATOR
INTERVIEW: dict[str, str | bool | list[str]] = {
    "ground": "stated_birth_abroad",
    "language": "es",
    "can_read": "yes",
    "interpreter_offered": "yes",
    "interpreter_asked": "yes",
    "interpreter_needed": "no",
    "aid_needed": "no",
    "advisal_given": "yes",
    "stated_place_of_birth": "Distinctive Birthplace",
    "stated_citizenship": "Distinctive Citizenship",
}


@pytest.fixture
def seat(page: Page, county: County, sign_in: SignIn) -> Seat:
    return Seat(page, county, sign_in)


def _local(county: County, hours: float) -> str:
    return (county.began - timedelta(hours=hours)).astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M")


def _book(seat: Seat, number: str = "2026-1") -> str:
    """Book a person by the form; the address of the case's page."""
    seat.sit(JAIL).open("/bookings/new/").send(
        "Book",
        number=number,
        booked_at=_local(seat.county, 1),
        name="Doe, Sample",
        birth_date="1990-01-01",
        arresting_agency="Police",
        **{"charge-0-statute": "14-33", "charge-0-ncic_class": "13", "charge-0-level": "misdemeanor"},
    )
    assert "/bookings/" in seat.page.url
    return unquote(seat.page.url.partition("/bookings/")[2].rstrip("/"))


def _screen(seat: Seat, subject: str) -> None:
    seat.sit(OFFICER).open(f"/screening/{subject}/")
    while seat.page.locator('main form [name="done"]').count():
        seat.send(done=True)


def _determine(seat: Seat, subject: str) -> None:
    _screen(seat, subject)
    seat.open(f"/screening/{subject}/interview/").send(**INTERVIEW)
    seat.open(f"/screening/{subject}/check/").send(system="cis", response="record_found")
    seat.open(f"/screening/{subject}/determination/").send(
        outcome="refer",
        grounds=["records checked"],
        conviction_class="13",
        pending_class="13",
        reason="The record that was found says so.",
    )
    seat.sit(FEDERAL).open("/supervision/")
    seat.open(f"/supervision/{subject}/review/").send(outcome="concur")


def _case(subject: str) -> Case:
    with within(EVERYTHING):
        found: Case = Case.objects.get(subject=subject)
        return found


@pytest.mark.trial
def test_from_booking_to_release(seat: Seat) -> None:
    subject = _book(seat)
    _determine(seat, subject)
    custody = f"/custody/{subject}"
    seat.open(f"{custody}/warrant-signed/").send(form="I-200", signer_position=SIGNER)
    seat.sit(OFFICER).open(f"{custody}/detainer-issued/").send(grounds=["biometric_match"])
    seat.open(f"{custody}/detainer-served/").send(language="es", copy_given="yes")
    seat.open(f"{custody}/paper/detainer/")
    seat.open(f"{custody}/ice-notified/").send()
    seat.sit(JAIL).open(f"{custody}/release-due/").send(cause="bond")
    seat.open(f"{custody}/hold-started/").send(basis="detainer")
    expect(seat.open("/custody/").page.get_by_text("2026-1").first).to_be_visible()
    seat.sit(OFFICER).open(f"{custody}/warrant-served/").send(
        **WARRANT | {"interpreter_needed": "yes", "interpreter": "Sample Interpreter"}
    )
    seat.open(f"{custody}/paper/warrant/")
    seat.sit(JAIL).open(f"{custody}/released/").send()
    seat.open(f"{custody}/paper/release/")
    case = _case(subject)
    assert case.released_at is not None
    assert not case.in_custody
    seat.open(f"/bookings/{subject}/summary/")
    assert seat.found == {}
    assert rebuild().differences == ()


@pytest.mark.trial
def test_a_claim_to_citizenship_stops_the_case(seat: Seat) -> None:
    subject = _book(seat)
    _screen(seat, subject)
    seat.open(f"/screening/{subject}/claim/").send(how="stated")
    seat.send()
    seat.open(f"/screening/{subject}/interview/").send(**INTERVIEW)
    assert "The case is stopped: a claim to U.S. citizenship is open." in seat.text
    seat.sit(FEDERAL).open(f"/supervision/{subject}/claim/").send(
        outcome="evidence_of_citizenship",
        grounds=["passport"],
        in_writing=True,
        reason="A passport was shown.",
    )
    seat.open(f"/bookings/{subject}/")
    assert seat.found == {}


def test_a_refusal_shows_the_rule_and_the_way(seat: Seat) -> None:
    subject = _book(seat)
    _screen(seat, subject)
    seat.open(f"/screening/{subject}/interview/").send(**INTERVIEW | {"ground": ""})
    for said in ("We did not save this", "UNI-05", "Source", "How to comply"):
        assert said in seat.text
    assert seat.found == {}


@pytest.mark.trial
def test_from_a_complaint_to_the_end_of_an_agreement(seat: Seat) -> None:
    county = seat.county
    _book(seat)
    seat.sit(None).open("/complain/").send(agency=county.ori, about="process", text="Nobody told me why.")
    code = seat.page.locator("main .font-mono-xl").inner_text()
    number = seat.page.locator("main .font-mono-md").inner_text()
    seat.open("/complain/follow/").send(code=code)
    assert number in seat.text
    seat.sit(Role.COMPLAINTS_OFFICER).open("/complaints/").follow(number)
    page = seat.page.url.rstrip("/").rpartition("/")[2]
    seat.open(f"/complaints/{page}/assign/").send(to=county.account(Role.COMPLAINTS_OFFICER).actor)
    reference = page.partition(".")[2]
    seat.sit(Role.REVIEWER).open("/reviews/open/").send(
        agency=county.ori,
        body="county",
        reviewer_unit="county auditor",
        reviewed_unit="jail",
        scope="Whether reasons are given.",
        complaint=reference,
    )
    review = seat.page.url.rstrip("/")
    finding: dict[str, str | bool | list[str]] = {
        "rule": "UNI-02",
        "evidence": "2026-1",
        "text": "The form was not given.",
        "owner": "captain",
        "due": (county.began + timedelta(days=20)).strftime("%Y-%m-%d"),
    }
    seat.open(f"{review}/finding/").send(**finding)
    assert "Draw the sample, with its seed, first." in seat.text
    today = county.began.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d")
    seat.open(f"{review}/sample/").send(since=today, until=today, size="1")
    seat.open(f"{review}/finding/").send(**finding)
    seat.sit(Role.COMPLAINTS_OFFICER).open(f"/complaints/{county.ori}.{reference}/resolve/").send(
        outcome="sustained", reason="As the review found."
    )
    seat.open(f"/complaints/{county.ori}.{reference}/answer/").send(kind="answer", text="You were right.")
    agreement = f"/agreements/{county.ori}.agreement-{county.ori}"
    seat.sit(FEDERAL).open(f"{agreement}/suspend/").send(
        notice_reason="The review's finding.", length_days="30", how_to_answer="In writing."
    )
    seat.open(f"{agreement}/response/").send()
    last_day = (county.began + timedelta(days=60)).strftime("%Y-%m-%d")
    seat.open(f"{agreement}/extend/").send(ends_at=last_day)
    assert "extended" in seat.open(f"{agreement}/").text.casefold()
    seat.open(f"{agreement}/end/").send(ground="notice", reason="Not put right.")
    assert "ended" in seat.open(f"{agreement}/").text.casefold()
    seat.sit(None).open("/complain/follow/").send(code=code)
    assert "You were right." in seat.text
    assert seat.found == {}
