"""The acts of custody, and the guard's refusal of each that lacks its authority."""

from typing import Any

import pytest

from desk.county import County
from desk.custody.flow import BOOKING, FEDERAL, OFFICER, SERVE, Flow
from evenhand.desk.record import history
from evenhand.desk.record.act import BadActError, RefusedError, WarnedError, confirming_warnings
from evenhand.desk.record.history import Subject
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SubjectKind

TO_ICE: dict[str, Any] = {
    "destination": "ice",
    "receiving_officer": "federal-2",
    "receipt": "R-1",
    "property_receipt": "P-1",
    "documents": ("I-247A", "I-200"),
    "copies_given": True,
}


def refused(flow: Flow, act: str, *values: Any, **more: Any) -> set[str]:
    with pytest.raises(RefusedError) as error:
        flow.do(act, *values, **more)
    return {refusal.rule.id for refusal in error.value.refusals}


def test_from_the_detainer_to_the_departure(county: County) -> None:
    flow = Flow(county, 40).screened(30).detained(28)
    flow.do("notify_ice", at=27)
    flow.held(20)
    flow.do("serve_warrant", **SERVE | {"interpreter_needed": True, "interpreter": "I. P."}, at=19)
    flow.do("advise_consulate", country="CN", asked=False, at=18)
    flow.do("notify_consulate", country="CN", at=17)
    flow.do("transfer_in_place", receiving_officer="federal-2", receipt="R-1", at=3)
    flow.do("depart", by=BOOKING, at=1, **TO_ICE)
    case = flow.case()
    assert (case.destination, case.in_custody) == ("ice", False)
    assert case.charges[0]["disposition"] == "bail"
    assert rebuild().differences == ()


def test_the_country_stays_in_the_personal_part(county: County) -> None:
    flow = Flow(county, 40)
    flow.do("advise_consulate", country="CN", asked=False)
    with within(EVERYTHING):
        entries = history.load(Subject(flow.county.ori, SubjectKind.BOOKING, flow.subject))
    assert entries[-1].event.country == "CN"
    assert "country" not in history.row_of(entries[-1].event)
    assert "CN" not in str(vars(flow.case()).values())


@pytest.mark.parametrize(
    ("country", "asked", "owed"), [("CN", False, True), ("MX", False, False), ("MX", True, True)]
)
def test_a_consulate_is_owed_notice_by_list_or_request(
    county: County, country: str, asked: bool, owed: bool
) -> None:
    flow = Flow(county, 4)
    flow.do("advise_consulate", country=country, asked=asked)
    assert flow.case().consulate_owed is owed


def test_a_local_officer_signs_no_warrant(county: County) -> None:
    assert refused(Flow(county, 4), "sign_warrant", "I-200", by=OFFICER) == {"DET-02"}


def test_a_detainer_needs_warrant_checks_review_and_ground(county: County) -> None:
    flow = Flow(county, 9)
    rules = refused(flow, "issue_detainer", form_version="2017")
    assert rules == {"AUT-02", "DET-01", "DET-03", "DET-09"}
    flow.screened(8)
    stated = {"grounds": ["final_order"], "escape_risk": True}
    assert refused(flow, "issue_detainer", form_version="2017", **stated) == {"DET-01"}


def test_a_returned_determination_is_not_acted_on(county: County) -> None:
    flow = Flow(county, 9).screened(8, "return")
    flow.sign(7, "I-200")
    rules = refused(flow, "issue_detainer", form_version="2017", grounds=["final_order"])
    assert rules == {"SUP-05"}
    # ICE's own officers are not bound by it.
    flow.do("issue_detainer", form_version="2017", grounds=["final_order"], by=FEDERAL)


def test_no_hold_without_a_detainer_served(county: County) -> None:
    flow = Flow(county, 9).screened(8)
    flow.do("release_due", "dismissed", by=BOOKING, at=2)
    assert refused(flow, "start_hold", "detainer", by=BOOKING) == {"AUT-01", "HLD-04"}
    flow.sign(1.5, "I-205")
    flow.do("issue_detainer", form_version="2017", grounds=["final_order"], at=1.5)
    assert refused(flow, "start_hold", "detainer", by=BOOKING) == {"DET-04"}
    flow.do("serve_detainer", language="en", copy_given=True, at=1)
    flow.do("start_hold", "detainer", by=BOOKING)


def test_no_hold_on_a_cancelled_detainer(county: County) -> None:
    flow = Flow(county, 9).screened(8).detained(7)
    flow.do("cancel_detainer", by=FEDERAL, at=6)
    assert "HLD-04" in refused(flow, "start_hold", "detainer", by=BOOKING)


def test_a_warrant_is_not_served_after_the_person_has_gone(county: County) -> None:
    flow = Flow(county, 40).screened(30).detained(28)
    flow.do("release_due", "bond", by=BOOKING, at=20)
    flow.do("release", by=BOOKING, at=19)
    assert "REC-02" in refused(flow, "serve_warrant", **SERVE)


def test_an_open_claim_stops_detainer_service_and_transfer(county: County) -> None:
    flow = Flow(county, 40).screened(30)
    flow.sign(29, "I-200")
    county.act("citizenship.claimed", flow.subject, OFFICER, flow.ago(28), how="stated")
    assert "CIT-02" in refused(flow, "issue_detainer", form_version="2017", grounds=["final_order"])
    assert "CIT-02" in refused(flow, "serve_warrant", **SERVE)
    flow.do("release_due", "bond", by=BOOKING, at=2)
    assert "CIT-02" in refused(flow, "transfer_in_place", receiving_officer="f", receipt="r")


def test_a_claim_resolved_for_the_person_ends_the_case(county: County) -> None:
    flow = Flow(county, 40).screened(30)
    flow.sign(29, "I-200")
    county.act("citizenship.claimed", flow.subject, OFFICER, flow.ago(28), how="stated")
    county.act(
        "citizenship.resolved",
        flow.subject,
        FEDERAL,
        flow.ago(27),
        outcome="citizen",
        grounds=("passport",),
        in_writing=True,
    )
    assert "CIT-04" in refused(flow, "issue_detainer", form_version="2017", grounds=["final_order"])


def test_ice_takes_custody_only_after_release_is_due(county: County) -> None:
    flow = Flow(county, 40).screened(30).detained(28)
    with pytest.raises(BadActError, match="release is due"):
        flow.do("transfer_in_place", receiving_officer="federal-2", receipt="R-1")
    flow.do("advise_consulate", country="MX", asked=False)
    assert refused(flow, "depart", by=BOOKING, **TO_ICE) == {"SCO-05"}


def test_a_transfer_without_officer_and_receipt_is_warned_of(county: County) -> None:
    flow = Flow(county, 40).screened(30).detained(28).held(20)
    with confirming_warnings(), pytest.raises(WarnedError) as error:
        flow.do("depart", destination="ice", by=BOOKING)
    assert {refusal.rule.id for refusal in error.value.refusals} == {"TRF-01"}


def test_nothing_comes_after_the_departure(county: County) -> None:
    flow = Flow(county, 40).screened(30)
    flow.do("release_due", "bond", by=BOOKING, at=20)
    flow.do("depart", destination="hospital", by=BOOKING, at=19)
    for act, values in (("start_hold", ["other_agency"]), ("end_hold", []), ("release", [])):
        with pytest.raises(BadActError, match="left the jail"):
            flow.do(act, *values, by=BOOKING)


def test_a_corrected_act_has_no_clock(county: County) -> None:
    from evenhand.desk.custody.models import Clock

    flow = Flow(county, 9)
    due = flow.do("release_due", "bond", by=BOOKING, at=3)[-1].event
    with within(EVERYTHING):
        assert [c.rule for c in Clock.objects.all()] == ["HLD-06"]
    flow.do("release_due", "bond", by=BOOKING, at=2, corrects=due.id, reason="the hour was mistyped")
    with within(EVERYTHING):
        (clock,) = Clock.objects.all()
    assert clock.since == flow.ago(2)
    assert rebuild().differences == ()


@pytest.mark.parametrize(
    ("act", "values", "says"),
    [
        ("notify_ice", {}, "No detainer is in effect"),
        ("serve_detainer", {"language": "es", "copy_given": True}, "No detainer is in effect"),
        ("cancel_detainer", {}, "No detainer is in effect"),
        ("lapse_detainer", {}, "No detainer is in effect"),
        (
            "serve_warrant",
            {"language": "es", "copy_given": True, "interpreter_needed": False},
            "No warrant is signed",
        ),
        ("end_hold", {}, "No hold is in effect"),
    ],
)
def test_an_act_without_what_it_acts_on_is_no_act(
    county: County, act: str, values: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadActError, match=says):
        Flow(county, 9).do(act, **values)


def test_release_is_due_once(county: County) -> None:
    flow = Flow(county, 9)
    flow.do("release_due", "bond", by=BOOKING, at=3)
    with pytest.raises(BadActError, match="correct that"):
        flow.do("release_due", "served", by=BOOKING, at=2)
