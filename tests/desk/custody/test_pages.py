"""The pages of custody through the test client: lists, acts, refusals, what must be done, papers."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from desk.county import County
from desk.custody.flow import BOOKING, OFFICER, SIGNER, Flow
from evenhand.desk.accounts.models import Role
from evenhand.desk.custody.offers import OFFERS
from evenhand.desk.custody.papers import PAPERS
from evenhand.desk.custody.urls import urlpatterns
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SubjectKind

DETAINER = {"form_version": "2017", "box": "1", "grounds": ["final_order"]}
SERVICE = {
    "language": "es",
    "can_read": "yes",
    "interpreter_offered": "yes",
    "interpreter_needed": "no",
    "aid_needed": "no",
    "advisal_given": "yes",
    "identified": "yes",
    "reason_stated": "yes",
    "copy_given": "yes",
}


def signed_in(county: County, role: Role) -> Client:
    client = Client()
    client.force_login(county.account(role))
    return client


def post(client: Client, view: str, flow: Flow, **said: Any) -> Any:
    return client.post(reverse(f"custody:{view}", args=[flow.subject]), said)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_whole_custody_through_the_pages(county: County) -> None:
    flow = Flow(county, 40).screened(30)
    jail, officer, federal = (
        signed_in(county, role)
        for role in (Role.BOOKING_OFFICER, Role.DESIGNATED_OFFICER, Role.FEDERAL_SUPERVISOR)
    )
    steps = [
        (federal, "warrant_signed", {"form": "I-200", "signer_position": SIGNER}),
        (officer, "detainer_issued", DETAINER | {"grounds": ["biometric_match"]}),
        (officer, "detainer_served", {"language": "es", "copy_given": "yes"}),
        (officer, "ice_notified", {}),
        (jail, "release_due", {"cause": "bond"}),
        (jail, "hold_started", {"basis": "detainer"}),
        (
            officer,
            "warrant_served",
            SERVICE | {"interpreter_needed": "yes", "interpreter": "Interpreter Name"},
        ),
        (officer, "consulate_advised", {"country": "JM", "asked": "no"}),
        (officer, "consulate_notified", {"country": "JM"}),
        (officer, "transferred_in_place", {"receiving_officer": "federal-2", "receipt": "R-1"}),
        (
            jail,
            "departed",
            {
                "destination": "ice",
                "receiving_officer": "federal-2",
                "receipt": "R-1",
                "property_receipt": "P-1",
                "documents": ["I-247A", "I-200"],
                "copies_given": "yes",
            },
        ),
    ]
    for client, view, said in steps:
        answer = post(client, view, flow, **said)
        assert answer.status_code == 302, (view, text(answer))
        assert answer.url == reverse("bookings:case", args=[flow.subject])
    case = flow.case()
    assert case.destination == "ice"
    papers = {p.slug for p in PAPERS if p.ready(case)}
    assert papers == {"detainer", "warrant", "transfer"}
    page = text(jail.get(reverse("custody:paper_transfer", args=[flow.subject])))
    for said in ("federal-2", "R-1", "P-1", "I-247A, detainer"):
        assert said in page
    assert "Interpreter Name" in text(jail.get(reverse("custody:paper_warrant", args=[flow.subject])))
    assert jail.get(reverse("custody:paper_release", args=[flow.subject])).status_code == 404
    assert rebuild().differences == ()


def test_a_refused_act_says_which_rule_stands_against_it(county: County) -> None:
    flow = Flow(county, 40).screened(30)
    answer = post(signed_in(county, Role.DESIGNATED_OFFICER), "detainer_issued", flow, **DETAINER)
    assert answer.status_code == 409
    page = text(answer)
    assert "DET-01" in page
    assert "ICE Directive 10074.2" in page
    assert "Record the signed warrant" in page


@pytest.mark.parametrize(
    ("view", "said", "rules"),
    [
        ("hold_started", {"basis": "detainer"}, ("HLD-04",)),
        ("departed", {"destination": "ice"}, ("TRF-01", "SCO-05")),
    ],
)
def test_refusals_in_the_jail(
    county: County, view: str, said: dict[str, str], rules: tuple[str, ...]
) -> None:
    flow = Flow(county, 40).screened(30)
    answer = post(signed_in(county, Role.BOOKING_OFFICER), view, flow, **said)
    assert answer.status_code == 409
    assert all(rule in text(answer) for rule in rules)


def test_a_bad_form_names_the_field(county: County) -> None:
    flow = Flow(county, 40).screened(30).detained(28)
    client = signed_in(county, Role.DESIGNATED_OFFICER)
    said = {"language": "es", "interpreter_needed": "yes", "copy_given": "yes"}
    answer = post(client, "warrant_served", flow, **said)
    assert answer.status_code == 422
    assert "Enter the interpreter" in text(answer)
    answer = post(client, "detainer_cancelled", flow, at="2999-01-01T00:00")
    assert answer.status_code == 422
    assert "future" in text(answer)


def test_moments_are_those_of_the_facility(county: County) -> None:
    flow = Flow(county, 40)
    local = flow.ago(2).astimezone(ZoneInfo("America/New_York"))
    said = {"cause": "bond", "at": local.strftime("%Y-%m-%dT%H:%M")}
    post(signed_in(county, Role.BOOKING_OFFICER), "release_due", flow, **said)
    assert flow.case().release_due_at == local.replace(second=0, microsecond=0)


@pytest.mark.usefixtures("clock")
def test_the_hold_clock_names_both_clocks_and_the_earlier_counts(county: County) -> None:
    Flow(county, 90).screened(80).detained(78).held(60)
    page = text(signed_in(county, Role.BOOKING_OFFICER).get(reverse("custody:clocks")))
    assert "HLD-01," in page
    assert "HLD-01F," in page
    assert "8 CFR 287.7(d)" in page
    assert "Form I-247A (3/17)" in page
    assert "ended 12 h 00 min ago" in page
    assert "Release the person now: the form gives no more than 48 hours." in page


def test_at_the_end_the_case_says_release_and_asks_what_was_done(county: County) -> None:
    flow = Flow(county, 90).screened(80).detained(78).held(60)
    client = signed_in(county, Role.BOOKING_OFFICER)
    page = text(client.get(reverse("bookings:case", args=[flow.subject])))
    assert "Release the person now" in page
    assert "Record what was done" in page
    assert reverse("custody:still_held", args=[flow.subject]) in page
    reader = text(signed_in(county, Role.AUDITOR).get(reverse("bookings:case", args=[flow.subject])))
    assert "Release the person now" in reader
    assert "Record what was done" not in reader


def test_still_held_is_recorded_as_a_lapse_at_the_end_of_the_clock(county: County) -> None:
    flow = Flow(county, 90).screened(80).detained(78).held(60)
    client = signed_in(county, Role.BOOKING_OFFICER)
    assert post(client, "still_held", flow, why="ice_on_the_way").status_code == 302
    with within(EVERYTHING):
        lapsed = history.load(Subject(flow.county.ori, SubjectKind.BOOKING, flow.subject))[-1].event
    assert (lapsed.type, lapsed.reason, lapsed.occurred_at) == (
        "detainer.lapsed",
        "ice_on_the_way",
        flow.ago(12),
    )
    # Said once; after that only release and departure are left to record.
    assert post(client, "still_held", flow, why="other").status_code == 422
    case_page = text(client.get(reverse("bookings:case", args=[flow.subject])))
    assert reverse("custody:still_held", args=[flow.subject]) not in case_page


def test_nobody_is_still_held_before_the_clock_has_ended(county: County) -> None:
    flow = Flow(county, 90).screened(80).detained(78).held(20)
    answer = post(signed_in(county, Role.BOOKING_OFFICER), "still_held", flow, why="other")
    assert answer.status_code == 422
    assert "No clock of a detainer in effect has ended." in text(answer)


def test_detainers_show_what_is_not_served_and_what_is_late(county: County) -> None:
    late = Flow(county, 90, "B-1").screened(80).detained(40)
    early = Flow(county, 91, "B-2").screened(80)
    early.sign(10)
    early.do("issue_detainer", form_version="2017", grounds=["final_order"], at=10)
    client = signed_in(county, Role.COORDINATOR)
    page = text(client.get(reverse("custody:detainers")))
    assert page.index("B-1") < page.index("B-2")
    assert "Not served: no effect yet" in page
    assert "(DET-05)" in page
    unserved = text(client.get(reverse("custody:detainers"), {"state": "unserved"}))
    assert "B-2" in unserved
    assert "B-1" not in unserved
    late.do("notify_ice", by=OFFICER)
    assert "B-1" not in text(client.get(reverse("custody:detainers"), {"state": "untold"}))


def test_releases_due_say_what_holds(county: County) -> None:
    Flow(county, 90, "B-1").screened(80).detained(78).held(20)
    free = Flow(county, 91, "B-2")
    free.do("release_due", "served", by=BOOKING, at=2)
    page = text(signed_in(county, Role.BOOKING_OFFICER).get(reverse("custody:releases")))
    assert "Detainer (I-247A)" in page
    assert "Nothing: release the person" in page
    assert "Sentence served" in page


def test_lists_hold_no_row_of_another_agency(county: County, other_county: County) -> None:
    Flow(county, 90, "B-77").screened(80).detained(78).held(20)
    client = signed_in(other_county, Role.BOOKING_OFFICER)
    for view in ("clocks", "detainers", "releases"):
        assert "B-77" not in text(client.get(reverse(f"custody:{view}")))


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda p: p.name)
def test_another_agency_opens_nothing(county: County, other_county: County, pattern: Any) -> None:
    if "subject" not in pattern.pattern.converters:
        return
    flow = Flow(county, 90).screened(80).detained(78).held(20)
    for role in (Role.BOOKING_OFFICER, Role.DESIGNATED_OFFICER, Role.FEDERAL_SUPERVISOR):
        client = signed_in(other_county, role)
        url = reverse(f"custody:{pattern.name}", args=[flow.subject])
        assert client.get(url).status_code in (403, 404)
        assert client.post(url).status_code in (403, 404, 405)


@pytest.mark.parametrize("offer", OFFERS, ids=lambda o: o.slug)
def test_each_act_is_open_to_its_roles_alone(county: County, offer: Any) -> None:
    flow = Flow(county, 90)
    for role in Role:
        status = (
            signed_in(county, role).get(reverse(f"custody:{offer.view}", args=[flow.subject])).status_code
        )
        assert status == (200 if role in offer.roles else 403), role


def test_every_view_of_a_case_is_an_event(county: County) -> None:
    flow = Flow(county, 90)
    signed_in(county, Role.BOOKING_OFFICER).get(reverse("custody:release_due", args=[flow.subject]))
    with within(EVERYTHING):
        seen = history.load(Subject(flow.county.ori, SubjectKind.SYSTEM, flow.subject))
    assert [(e.event.type, e.event.what) for e in seen] == [("access.viewed", "custody.release-due")]


@pytest.mark.usefixtures("clock")
def test_a_wrong_time_is_corrected_on_the_form_of_its_act(county: County) -> None:
    flow = Flow(county, 90).screened(80).detained(78)
    due = flow.do("release_due", "bond", by=BOOKING, at=50)[-1].event
    flow.do("start_hold", "detainer", by=BOOKING, at=50)
    client = signed_in(county, Role.BOOKING_OFFICER)
    url = reverse("custody:release_due", args=[flow.subject]) + f"?corrects={due.id}"
    assert url.replace("&", "&amp;") in text(client.get(reverse("bookings:case", args=[flow.subject])))
    form = text(client.get(url))
    assert '<option value="bond" selected>' in form
    local = flow.ago(40).astimezone(ZoneInfo("America/New_York"))
    said = {"cause": "bond", "at": local.strftime("%Y-%m-%dT%H:%M")}
    assert client.post(url, said).status_code == 422
    assert client.post(url, {**said, "reason": "the day was mistyped"}).status_code == 302
    assert flow.case().release_due_at == local.replace(second=0, microsecond=0)
    with within(EVERYTHING):
        last = history.load(Subject(flow.county.ori, SubjectKind.BOOKING, flow.subject))[-1].event
    assert (last.corrects, last.reason) == (due.id, "the day was mistyped")
    assert "8 h 00 min left" in text(client.get(reverse("custody:clocks")))
    # What was corrected, and what another act made, cannot be corrected here.
    assert client.get(url).status_code == 404
    other = reverse("custody:released", args=[flow.subject]) + f"?corrects={last.id}"
    assert client.get(other).status_code == 404
    assert rebuild().differences == ()


def test_a_correction_is_judged_too(county: County) -> None:
    """A detainer moved to before its warrant is refused."""
    flow = Flow(county, 90).screened(80).detained(78)
    with within(EVERYTHING):
        entries = history.load(Subject(flow.county.ori, SubjectKind.BOOKING, flow.subject))
    issued = next(e.event for e in entries if e.event.type == "detainer.issued")
    local = flow.ago(79).astimezone(ZoneInfo("America/New_York"))
    url = reverse("custody:detainer_issued", args=[flow.subject]) + f"?corrects={issued.id}"
    said = DETAINER | {"at": local.strftime("%Y-%m-%dT%H:%M"), "reason": "r"}
    answer = signed_in(county, Role.DESIGNATED_OFFICER).post(url, said)
    assert answer.status_code == 409
    assert "DET-01" in text(answer)
