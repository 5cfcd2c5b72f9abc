"""History on two times: listings, gaps, endings as windows, what took whose place, requests, changes."""

from dataclasses import replace
from datetime import date

import pytest

from evenhand.registry.decisions import Override, Verdict
from evenhand.registry.history import Span, Status, spans_of
from evenhand.registry.registry import Registry
from registry.sheets import Row, registry_of

ELK = Row()
NESS = Row("Ness County Sheriff's Office", county="Ness County")


def statuses(registry: Registry) -> dict[str, Status]:
    return {key: a.status for key, a in registry.agreements.items()}


@pytest.mark.parametrize(
    ("mask", "spans", "bridged"),
    [
        (0b1, [(0, 0)], 0),
        (0b1011, [(0, 3)], 1),
        (0b10011, [(0, 1), (4, 4)], 0),
        (0b1010101, [(0, 6)], 3),
        (0b11100111, [(0, 2), (5, 7)], 0),
        (0b100100, [(2, 2), (5, 5)], 0),
    ],
)
def test_spans_bridge_a_gap_of_one_sheet(mask: int, spans: list[tuple[int, int]], bridged: int) -> None:
    assert spans_of(mask) == ([Span(a, b) for a, b in spans], bridged)


def test_an_ending_is_a_window() -> None:
    registry = registry_of([[ELK, NESS], [ELK, NESS], [NESS], [NESS], [NESS]])
    ended = next(a for a in registry.agreements.values() if "elk" in a.key)
    assert ended.status is Status.ENDED
    assert "last listed on 2025-06-03, missing from the sheet of 2025-06-04" in ended.reason
    assert next(a for a in registry.agreements.values() if "ness" in a.key).status is Status.ACTIVE


def test_a_gap_of_one_sheet_is_no_ending() -> None:
    registry = registry_of([[ELK, NESS], [NESS], [ELK, NESS]])
    elk = next(a for a in registry.agreements.values() if "elk" in a.key)
    assert (elk.status, len(elk.spans), elk.bridged) == (Status.ACTIVE, 1, 1)
    last_gap = registry_of([[ELK, NESS], [ELK, NESS], [NESS]])
    elk = next(a for a in last_gap.agreements.values() if "elk" in a.key)
    assert elk.status is Status.UNCLEAR
    assert "a gap of one sheet is no ending" in elk.reason


def test_a_longer_gap_breaks_the_listing_but_not_the_agreement() -> None:
    registry = registry_of([[ELK, NESS], [NESS], [NESS], [NESS], [ELK, NESS]])
    elk = next(a for a in registry.agreements.values() if "elk" in a.key)
    assert (elk.status, [(s.first, s.last) for s in elk.spans]) == (Status.ACTIVE, [(0, 0), (4, 4)])
    assert [c.what for c in registry.changes if c.agreement == elk.key] == [
        "first listed",
        "missing",
        "listed again",
    ]


def test_a_retyped_day_is_one_agreement_and_a_renewal_is_two() -> None:
    retyped = registry_of(
        [[Row(signed="2025-06-12")], [Row(signed="2025-06-11")], [Row(signed="2025-06-11")]]
    )
    (agreement,) = retyped.agreements.values()
    assert agreement.signed == date(2025, 6, 11)
    assert agreement.other_days == [date(2025, 6, 12)]
    assert [(c.what, c.before, c.after) for c in retyped.changes if c.what == "signing day"] == [
        ("signing day", "2025-06-12", "2025-06-11")
    ]
    old = Row(signed="2020-06-09", link="https://www.ice.gov/old.pdf")
    new = Row(signed="2025-02-24", link="https://www.ice.gov/new.pdf")
    renewed = registry_of([[old], [old], [new], [new]])
    assert len(renewed.agreements) == 2
    first = next(a for a in renewed.agreements.values() if a.signed == date(2020, 6, 9))
    assert first.status is Status.SUPERSEDED
    assert first.superseded_by in renewed.agreements


def test_a_day_that_moves_far_without_a_document_is_left_for_review() -> None:
    rows = [[Row(signed="2025-01-15")]] * 2 + [[Row(signed="2025-05-08")]] * 2
    registry = registry_of(rows)
    assert len(registry.agreements) == 2
    (open_,) = registry.review
    assert open_.step == "day corrected"
    override = Override("agreement", open_.left, open_.right, Verdict.SAME, "one signing, mistyped")
    settled = registry_of(rows, overrides=[override])
    assert len(settled.agreements) == 1
    assert not settled.review
    decision = next(d for d in settled.decisions if d.step == "day corrected")
    assert decision.overridden_by == "one signing, mistyped"


def test_a_listing_without_a_document_that_comes_back_with_a_new_day_is_left_for_review() -> None:
    old, new = Row(signed="2025-07-31"), Row(signed="2025-09-09", link="https://www.ice.gov/new.pdf")
    registry = registry_of([[old], [old], [], [], [new]])
    assert len(registry.agreements) == 2
    (open_,) = registry.review
    assert "no document" in open_.reason
    documented = replace(old, link="https://www.ice.gov/old.pdf")
    assert not registry_of([[documented], [documented], [], [], [new]]).review
    assert not registry_of([[old], [old], *[[]] * 9, [new]]).review


def test_an_override_reverses_a_join() -> None:
    rows = [[Row(signed="2025-06-12")], [Row(signed="2025-06-11")]]
    joined = next(d for d in registry_of(rows).decisions if d.step == "day corrected")
    override = Override("agreement", joined.left, joined.right, Verdict.DIFFERENT, "two agreements")
    assert len(registry_of(rows, overrides=[override]).agreements) == 2


def test_a_doubled_row_is_one_agreement() -> None:
    registry = registry_of([[ELK, ELK, NESS], [ELK, NESS]])
    assert len(registry.agreements) == 2
    assert len(registry.corpus.content) == 5


def test_a_day_left_out_is_the_same_agreement() -> None:
    registry = registry_of([[Row(signed="")], [Row(signed="")], [Row(signed="2025-06-02")]])
    (agreement,) = registry.agreements.values()
    assert agreement.signed == date(2025, 6, 2)
    assert any(d.step == "day missing" and d.verdict == "same" for d in registry.decisions)


def test_a_corrected_model_with_one_document_is_one_agreement() -> None:
    link = "https://www.ice.gov/doclib/287gMOA/Elk_WSO.pdf"
    wrong, right = Row(model="JEM", link=link), Row(model="WSO", link=link)
    registry = registry_of([[wrong], [wrong], [right], [right]])
    (agreement,) = registry.agreements.values()
    assert str(agreement.model) == "WSO"
    assert any(d.step == "model corrected" and d.verdict == "same" for d in registry.decisions)


def test_a_row_given_to_another_body_stays_one_agreement() -> None:
    sheriff = Row("Elk County Sheriff's Office", model="WSO", county="Elk County")
    jail = Row("Elk County Detention Center", model="WSO", county="Elk County")
    registry = registry_of([[sheriff], [sheriff], [jail], [jail]])
    (agreement,) = registry.agreements.values()
    assert "detention" in agreement.agency
    assert len(registry.agencies) == 2


def test_a_request_before_and_its_outcome() -> None:
    asked = Row(signed="")
    registry = registry_of(
        in_force=[[NESS], [NESS], [NESS, ELK], [NESS, ELK]],
        pending=[[asked], [asked], [], []],
    )
    elk = next(a for a in registry.agreements.values() if "elk" in a.key)
    assert (elk.first_pending, elk.last_pending) == (date(2025, 6, 2), date(2025, 6, 3))
    (request,) = registry.requests
    assert (request.outcome, request.agreement) == ("signed", elk.key)
    dropped = registry_of([[NESS]] * 5, pending=[[asked], [asked, NESS], [NESS], [NESS], [NESS]])
    outcomes = {r.agency.split("|")[1]: r.outcome for r in dropped.requests}
    assert outcomes["elk county sheriff office"] == "dropped"


def test_a_request_whose_model_was_put_right_is_answered_by_that_model_s_agreement() -> None:
    wrong, right = Row(signed="", model="WSO"), Row(signed="", model="TFM")
    signed = Row(signed="2025-06-05", model="TFM")
    registry = registry_of([[NESS], [NESS], [NESS], [NESS, signed]], pending=[[wrong], [right], [right], []])
    agreement = next(key for key in registry.agreements if "elk" in key)
    assert {(str(r.model), r.outcome, r.agreement) for r in registry.requests} == {
        ("WSO", "signed", agreement),
        ("TFM", "signed", agreement),
    }
    beside = registry_of([[NESS]] * 5, pending=[[wrong], [wrong, right], [right], [], []])
    assert {r.outcome for r in beside.requests} == {"dropped"}


def test_an_agreement_given_to_another_body_answers_the_one_that_asked() -> None:
    asked = Row(signed="", county="Elk County")
    sheriff = Row(county="Elk County")
    jail = Row("Elk County Jail", county="Elk County")
    registry = registry_of(
        [[NESS], [NESS, sheriff], [NESS, sheriff], [NESS, jail], [NESS, jail]],
        pending=[[asked], [], [], [], []],
    )
    (request,) = registry.requests
    agreement = registry.agreements[request.agreement]
    assert request.outcome == "signed"
    assert "jail" in agreement.agency
    assert len(agreement.listed_under) == 2


def test_a_request_whose_model_was_left_out_is_answered_by_the_agency_s_next_agreement() -> None:
    asked, unsaid = Row(signed="", model="WSO"), Row(signed="", model="")
    wso = Row(model="WSO")
    registry = registry_of(
        in_force=[[NESS], [NESS], [NESS], [NESS, wso], [NESS, wso]],
        pending=[[unsaid], [asked], [asked], [], []],
    )
    (elk,) = (a for a in registry.agreements.values() if "elk" in a.key)
    assert {r.outcome for r in registry.requests} == {"signed"}
    assert {r.agreement for r in registry.requests} == {elk.key}
    assert (elk.first_pending, elk.last_pending) == (date(2025, 6, 2), date(2025, 6, 4))
    (reason,) = (r.reason for r in registry.requests if str(r.model) == "unclear")
    assert reason == "the model was left out; one of WSO is listed since 2025-06-05"


def test_two_towns_of_one_name_listed_at_once_are_two_agencies() -> None:
    a = Row("Union Township Police Department", state="PENNSYLVANIA", county="Washington County")
    b = Row(
        "Union Township Police Department",
        state="PENNSYLVANIA",
        county="Lawrence County",
        signed="2025-04-04",
    )
    registry = registry_of([[a, b], [a, b]])
    assert len(registry.agencies) == len(registry.agreements) == 2
    (decision,) = [d for d in registry.decisions if d.step == "county"]
    assert decision.verdict == "different"
    taken_up = registry_of([[a, b], [a, Row(b.agency, state=b.state, signed=b.signed)]])
    assert len(taken_up.agreements) == 2, "the county was left out, the signing day tells"
    unsaid = registry_of([[a, b], [a, b, Row(b.agency, state=b.state, signed="2025-05-05")]])
    assert len(unsaid.agreements) == 3
    assert {d.reason for d in unsaid.review} == {"it gives no county, and the name is listed in two"}


def test_a_county_corrected_from_sheet_to_sheet_is_one_agency() -> None:
    a = Row("Union Township Police Department", state="PENNSYLVANIA", county="Washington County")
    b = Row(a.agency, state=a.state, county="Lawrence County")
    registry = registry_of([[a], [a], [b], [b]])
    assert len(registry.agencies) == len(registry.agreements) == 1
    assert [c.what for c in registry.changes] == ["first listed", "county"]
    assert any(d.step == "county" and d.verdict == "same" for d in registry.decisions)
