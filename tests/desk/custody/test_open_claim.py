"""An open claim to U.S. citizenship stops every act on immigration grounds, and never a release."""

from typing import Any

import pytest

from desk.county import County
from desk.custody.flow import BOOKING, FEDERAL, OFFICER, SERVE, Flow
from desk.custody.test_acts import TO_ICE, refused
from evenhand.desk.custody.clocks import clocks
from evenhand.desk.record.act import RefusedError
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within

BARE = {"form_version": "2017", "grounds": ["final_order"]}


def claimed(flow: Flow, at: float) -> Flow:
    flow.county.act("citizenship.claimed", flow.subject, OFFICER, flow.ago(at), how="stated")
    return flow


def resolved(flow: Flow, at: float, outcome: str, by: Any = FEDERAL) -> Flow:
    said = {"outcome": outcome, "grounds": ("passport",), "in_writing": True}
    flow.county.act("citizenship.resolved", flow.subject, by, flow.ago(at), **said)
    return flow


@pytest.fixture
def flow(county: County) -> Flow:
    """Everything is ready for a hold and a transfer, but for the claim."""
    made = claimed(Flow(county, 40).screened(30).detained(28), 20)
    made.do("release_due", "bond", by=BOOKING, at=10)
    return made


@pytest.mark.parametrize(
    ("act", "values", "said"),
    [
        ("issue_detainer", (), BARE),
        ("serve_warrant", (), SERVE),
        ("start_hold", ("detainer",), {}),
        ("transfer_in_place", (), {"receiving_officer": "federal-2", "receipt": "R-1"}),
        ("depart", (), TO_ICE),
    ],
)
@pytest.mark.parametrize("by", [OFFICER, FEDERAL])
def test_no_act_on_immigration_grounds(flow: Flow, act: str, values: Any, said: Any, by: Any) -> None:
    if act == "issue_detainer":
        flow.do("cancel_detainer", by=FEDERAL, at=9)
    assert {"CIT-02", "CIT-05"} <= refused(flow, act, *values, by=by, **said)


def test_release_and_other_departures_go_on(flow: Flow) -> None:
    flow.do("depart", destination="hospital", by=BOOKING, at=9)
    flow.do("come_back", by=BOOKING, at=8)
    flow.do("release", by=BOOKING, at=7)
    assert not flow.case().in_custody
    assert rebuild().differences == ()


def test_only_ice_resolves_it(flow: Flow) -> None:
    resolved(flow, 9, "not_shown", by=OFFICER)
    assert flow.case().claim_open
    assert "CIT-05" in refused(flow, "start_hold", "detainer", by=BOOKING)
    resolved(flow, 8, "not_shown")
    flow.do("start_hold", "detainer", by=BOOKING, at=7)


def test_a_hold_that_runs_ends_within_the_hour(county: County) -> None:
    flow = claimed(Flow(county, 40).screened(30).detained(28).held(10), 0.5)
    with within(EVERYTHING):
        rules = [reading.clock.rule for reading in clocks(flow.case(), county.began)]
    assert "CIT-05" in rules
    flow.do("release", by=BOOKING)


@pytest.mark.parametrize("outcome", ["citizen", "evidence_of_citizenship"])
def test_a_finding_of_citizenship_ends_the_case_and_is_never_refused(county: County, outcome: str) -> None:
    flow = resolved(claimed(Flow(county, 40).screened(30).detained(28), 20), 10, outcome)
    flow.do("release_due", "bond", by=BOOKING, at=5)
    assert "CIT-04" in refused(flow, "start_hold", "detainer", by=BOOKING)
    assert "CIT-04" in refused(flow, "depart", by=BOOKING, **TO_ICE)
    flow.do("release", by=BOOKING)


def test_a_second_determination_needs_a_new_review(county: County) -> None:
    flow = Flow(county, 40).screened(30).detained(28)
    county.act("determination.made", flow.subject, OFFICER, flow.ago(20), outcome="refer", grounds=("r",))
    flow.do("release_due", "bond", by=BOOKING, at=10)
    for act, said in (("serve_warrant", SERVE), ("depart", TO_ICE)):
        assert refused(flow, act, **said) == {"SUP-02"}
    stale = {"outcome": "concur"}
    with pytest.raises(RefusedError):
        county.act("determination.reviewed", flow.subject, FEDERAL, flow.ago(25), **stale)
    county.act("determination.reviewed", flow.subject, FEDERAL, flow.ago(9), **stale)
    flow.do("serve_warrant", **SERVE, at=8)


def test_nobody_reviews_what_was_not_determined(county: County) -> None:
    flow = Flow(county, 40)
    with pytest.raises(RefusedError):
        county.act("determination.reviewed", flow.subject, FEDERAL, outcome="concur")


def test_the_service_of_a_warrant_starts_the_clock_of_departure(county: County) -> None:
    flow = Flow(county, 40).screened(30).sign(20, "I-205")
    flow.do("release_due", "bond", by=BOOKING, at=10)
    flow.do("serve_warrant", **SERVE, at=9)
    with within(EVERYTHING):
        found = {r.clock.rule: r.due_at for r in clocks(flow.case(), county.began)}
    assert found["HLD-02"] == flow.ago(-39)
