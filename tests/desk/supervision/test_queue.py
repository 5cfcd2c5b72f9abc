"""The federal supervisor's queue: the oldest first, late ones marked, turn-around, reviews and refusals."""

from datetime import timedelta

import pytest

from desk.casework import Desk
from desk.county import County, booked
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.models import Stage
from evenhand.desk.record.scope import EVERYTHING, Scope, within
from evenhand.desk.supervision import acts
from evenhand.desk.supervision.turnaround import turnaround
from evenhand.record.events import ActorRole
from evenhand.record.events.booking import ReviewOutcome

FEDERAL, OFFICER = Role.FEDERAL_SUPERVISOR, Role.DESIGNATED_OFFICER


def _determined(county: County, number: str, hours: float) -> str:
    subject = booked(county, number, hours=hours + 1)
    county.act(
        "determination.made",
        subject,
        ActorRole.DESIGNATED_OFFICER,
        county.ago(hours=hours),
        outcome="refer",
        grounds=("records checked",),
    )
    return subject


def test_the_oldest_comes_first_and_late_ones_are_marked(desk: Desk) -> None:
    subjects = [_determined(desk.county, f"Q-{n}", hours) for n, hours in ((1, 3), (2, 30), (3, 12))]
    page = desk.get(FEDERAL, "/supervision/").content.decode()
    places = [page.index(f"/supervision/{subjects[n]}/review/") for n in (1, 2, 0)]
    assert places == sorted(places)
    assert page.count("(SUP-06)") == 1


@pytest.mark.parametrize(("outcome", "stage"), [("return", Stage.RETURNED), ("reject", Stage.RETURNED)])
def test_returned_and_rejected_need_reasons(desk: Desk, outcome: str, stage: Stage) -> None:
    subject = _determined(desk.county, "Q-1", 1)
    url = f"/supervision/{subject}/review/"
    assert desk.post(FEDERAL, url, outcome=outcome).status_code == 422
    desk.review(subject, outcome, "the record check is missing")
    case = desk.case(subject)
    assert (case.stage, case.review) == (stage, outcome)
    assert "the record check is missing" in desk.get(OFFICER, f"/bookings/{subject}/").content.decode()
    assert subject in desk.get(OFFICER, "/screening/").content.decode()


def test_a_returned_determination_is_made_again_and_concurred_in(desk: Desk) -> None:
    subject = desk.book()
    desk.screen(subject)
    desk.interview(subject)
    desk.determine(subject)
    desk.review(subject, "return", "ask the support center")
    desk.check(subject)
    desk.determine(subject)
    desk.review(subject)
    assert desk.case(subject).stage == Stage.DECIDED


def test_nobody_reviews_twice(desk: Desk) -> None:
    subject = _determined(desk.county, "Q-1", 1)
    desk.review(subject)
    assert desk.post(FEDERAL, f"/supervision/{subject}/review/", outcome="concur").status_code == 422


def test_a_local_officer_cannot_review(desk: Desk) -> None:
    from evenhand.desk.record.act import RefusedError

    subject = _determined(desk.county, "Q-1", 1)
    assert desk.post(OFFICER, f"/supervision/{subject}/review/", outcome="concur").status_code == 403
    with within(EVERYTHING), pytest.raises(RefusedError) as refused:
        acts.review(desk.case(subject), ReviewOutcome.CONCUR, desk.county.actor(ActorRole.DESIGNATED_OFFICER))
    assert [r.rule.id for r in refused.value.refusals] == ["SUP-03"]


def test_a_charging_document_is_signed_by_ice_alone(desk: Desk) -> None:
    from evenhand.desk.record.act import RefusedError
    from evenhand.record.events.booking import ChargingForm

    subject = _determined(desk.county, "Q-1", 1)
    desk.review(subject)
    desk.did(OFFICER, f"/screening/{subject}/document/", form="I-862")
    with within(EVERYTHING), pytest.raises(RefusedError) as refused:
        acts.sign_document(
            desk.case(subject), ChargingForm.NTA, desk.county.actor(ActorRole.DESIGNATED_OFFICER)
        )
    assert [r.rule.id for r in refused.value.refusals] == ["SUP-04"]


def test_turnaround_counts_each_review_with_the_determination_before_it(county: County) -> None:
    for number, (made, reviewed) in enumerate([(50, 48), (40, 30), (60, 30), (24 * 40, 24 * 40 - 1)]):
        subject = _determined(county, f"T-{number}", made)
        county.act(
            "determination.reviewed",
            subject,
            ActorRole.FEDERAL_SUPERVISOR,
            county.ago(hours=reviewed),
            outcome="concur",
        )
    with within(EVERYTHING):
        found = turnaround(county.began)
    # 2, 10 and 30 hours; the fourth is older than 30 days.
    assert (found.reviews, found.median, found.late) == (3, timedelta(hours=10), 1)
    assert found.p90 == timedelta(hours=26)
    with within(Scope(frozenset({"GA0330000"}))):
        assert turnaround(county.began).reviews == 0
