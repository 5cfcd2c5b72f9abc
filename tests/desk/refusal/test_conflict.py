"""Somebody was faster: the second person's page says what was recorded meanwhile, and loses nothing typed."""

import re
from pathlib import Path

import pytest

from desk.casework import DETERMINATION, Desk
from desk.county import County
from desk.custody.flow import BOOKING, Flow
from evenhand.desk.accounts.models import Role
from evenhand.desk.record.act import ConflictError, RefusedError
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.record.sent_form import FIELD
from evenhand.desk.refusal.models import Waiting
from evenhand.desk.refusal.second import Judged, approve, ask
from evenhand.record.events.officer import Prerequisite

DESK = Path(__file__).parents[3] / "src/evenhand/desk"
OFFICER, FEDERAL, JAIL = Role.DESIGNATED_OFFICER, Role.FEDERAL_SUPERVISOR, Role.BOOKING_OFFICER


def _number(desk: Desk, role: Role, url: str) -> str:
    """The number of the form on a page that is opened now."""
    found = re.search(rf'name="{FIELD}" value="([^"]+)"', desk.get(role, url).content.decode())
    assert found is not None
    return found[1]


def _determined(desk: Desk) -> str:
    subject = desk.book()
    desk.screen(subject)
    desk.interview(subject)
    desk.determine(subject)
    return subject


def test_who_is_slower_sees_what_was_recorded_meanwhile(desk: Desk) -> None:
    subject = _determined(desk)
    url = f"/supervision/{subject}/review/"
    opened = _number(desk, FEDERAL, url)
    desk.review(subject)
    answer = desk.post(FEDERAL, url, outcome="reject", reason="the record is of another", **{FIELD: opened})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The record has changed" in page
    assert "Review of the determination" in page or "Determination reviewed" in page
    assert desk.county.account(FEDERAL).name in page
    assert "the record is of another" in page
    assert desk.types(subject).count("determination.reviewed") == 1


def test_where_nothing_happened_meanwhile_the_form_says_what_is_wrong(desk: Desk) -> None:
    subject = _determined(desk)
    desk.review(subject)
    url = f"/supervision/{subject}/review/"
    answer = desk.post(FEDERAL, url, outcome="reject", reason="r", **{FIELD: _number(desk, FEDERAL, url)})
    assert answer.status_code == 422
    assert "No determination of this case waits for a review" in answer.content.decode()


def test_a_step_that_another_took_is_a_conflict(desk: Desk) -> None:
    url = f"/officers/{desk.county.ori}.{desk.county.officer}/"
    opened = _number(desk, Role.COORDINATOR, f"{url}leave/")
    desk.did(Role.COORDINATOR, f"{url}leave/", reason="retired")
    answer = desk.post(Role.COORDINATOR, f"{url}leave/", reason="moved away", **{FIELD: opened})
    assert answer.status_code == 409
    assert "moved away" in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "page", "said", "event"),
    [
        (
            OFFICER,
            "/screening/{}/check/",
            {"system": "lesc", "response": "record_found"},
            "record_check.done",
        ),
        (OFFICER, "/screening/{}/determination/", DETERMINATION, "determination.made"),
        (JAIL, "/bookings/{}/charge/", {"statute": "14-34"}, "charge.recorded"),
    ],
)
def test_a_form_sent_twice_records_once(
    desk: Desk, role: Role, page: str, said: dict[str, object], event: str
) -> None:
    subject = desk.book()
    desk.screen(subject)
    desk.interview(subject)
    before = desk.types(subject).count(event)
    url = page.format(subject)
    form = {FIELD: _number(desk, role, url)}
    desk.did(role, url, **said, **form)
    desk.did(role, url, **said, **form)
    assert desk.types(subject).count(event) == before + 1


def test_the_same_said_on_a_new_page_is_another_act(desk: Desk) -> None:
    subject = desk.book()
    url, said = f"/screening/{subject}/check/", {"system": "lesc", "response": "record_found"}
    for _ in range(2):
        desk.did(OFFICER, url, **said, **{FIELD: _number(desk, OFFICER, url)})
    assert desk.types(subject).count("record_check.done") == 2


def test_a_corrected_form_is_no_repetition(desk: Desk) -> None:
    """By the back button, with another answer."""
    subject = desk.book()
    url = f"/screening/{subject}/check/"
    form = {FIELD: _number(desk, OFFICER, url)}
    desk.did(OFFICER, url, system="lesc", response="record_found", **form)
    desk.did(OFFICER, url, system="cis", response="record_found", **form)
    assert desk.types(subject).count("record_check.done") == 2


def test_a_booking_sent_twice_is_one_booking(desk: Desk) -> None:
    said = desk.booking() | {FIELD: _number(desk, JAIL, "/bookings/new/")}
    for _ in range(2):
        desk.did(JAIL, "/bookings/new/", **said)
    assert desk.types(f"{desk.county.ori}:B-1").count("person.booked") == 1


def test_a_nomination_sent_twice_is_one_officer(desk: Desk) -> None:
    url = "/officers/nominate/"
    said = {
        "agency": desk.county.ori,
        "name": "New, Officer",
        "citizenship_attested": "yes",
        "prerequisites": list(Prerequisite),
        FIELD: _number(desk, Role.COORDINATOR, url),
    }
    first, second = (desk.post(Role.COORDINATOR, url, **said) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302), first.content.decode()[-2000:]
    assert first.headers["Location"] == second.headers["Location"]


@pytest.mark.parametrize("number", ["", "x", "ffffffff-ffff-ffff-ffff-ffffffffffff"])
def test_a_form_with_a_made_up_number_is_recorded(desk: Desk, number: str) -> None:
    subject = desk.book()
    said = {"system": "lesc", "response": "record_found", FIELD: number}
    desk.did(OFFICER, f"/screening/{subject}/check/", **said)
    assert desk.types(subject).count("record_check.done") == 1


def test_another_persons_form_is_not_the_same(desk: Desk) -> None:
    """The number of a form is no key: with it, the sender counts."""
    subject = desk.book()
    form = {FIELD: _number(desk, OFFICER, f"/screening/{subject}/claim/")}
    url = f"/screening/{subject}/claim/"
    desk.did(OFFICER, url, how="stated", **form)
    desk.did(JAIL, url, **form)
    assert desk.types(subject)[-2:] == ["citizenship.claimed", "citizenship.reported"]


def test_an_override_is_not_recorded_onto_another_history(county: County) -> None:
    """What a second person approves is the act that was asked for, on the record that was."""
    flow = Flow(county, 40).screened(30)
    flow.do("issue_detainer", form_version="2017", box="2", escape_risk=True, at=20)
    flow.do("serve_detainer", language="es", copy_given=True, at=19)
    flow.do("release_due", "bond", by=BOOKING, at=1)
    with within(EVERYTHING):
        with pytest.raises(RefusedError) as refused:
            flow.do("start_hold", "detainer", by=BOOKING)
        rules = [refusal.rule.id for refusal in refused.value.refusals]
        judged = Judged(refused.value.acts, refused.value.size)
        waiting = ask(judged, rules, county.account(JAIL), "why")
        flow.do("start_hold", "other_agency", by=BOOKING)
        with pytest.raises(ConflictError):
            approve(waiting, county.account(Role.COORDINATOR))
        assert not Waiting.objects.exists()
    assert flow.case().hold_basis == "other_agency"


def test_a_warned_act_is_not_confirmed_onto_another_history(desk: Desk) -> None:
    flow = Flow(desk.county, 40).screened(30).detained(28).held(20)
    client = desk.client(JAIL)
    warned = client.post(f"/custody/{flow.subject}/departed/", {"destination": "ice"})
    assert warned.status_code == 409
    assert "Save anyway" in warned.content.decode()
    flow.do("release", by=BOOKING)
    assert client.post("/warnings/confirm/").status_code == 409
    assert flow.case().departed_at is None


def test_every_form_of_an_act_has_a_number() -> None:
    """But for those that record nothing: filters of lists, settings, accounts, signing in."""
    numbered = {"bookings", "complaints", "custody", "refusal", "screening", "steps", "supervision"}
    # The public form has a number of its own kind; a search that is sent again is a second search.
    nothing = {"mapping.html", "upload.html", "preview.html", "follow.html", "complain.html", "search.html"}
    without = [
        str(path.relative_to(DESK))
        for room in numbered
        for path in (DESK / room).rglob("*.html")
        if path.name not in nothing and "{% csrf_token %}" in (said := path.read_text())
        if said.count("{% csrf_token %}") != said.count("{% form_number %}")
    ]
    assert without == []
    assert "{% form_number %}" in (DESK / "templates/desk/entry.html").read_text()
