"""A review: sample by a recorded seed, findings with corrective actions, closing."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.county import County, booked
from evenhand.desk.record.act import BadActError, RefusedError, WarnedError, confirming_warnings
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.reviews import acts
from evenhand.desk.reviews.models import Finding, Review
from evenhand.desk.reviews.sample import draw, frame, new_seed
from evenhand.record.events import ActorRole
from evenhand.record.events.oversight import ReviewBody


@pytest.fixture(autouse=True)
def everything(db: None):  # type: ignore[no-untyped-def]
    with within(EVERYTHING):
        yield


def _opened(county: County, unit: str = "county auditor") -> Review:
    subject = acts.open_review(
        by=county.actor(ActorRole.REVIEWER),
        agency=county.ori,
        body=ReviewBody.COUNTY,
        reviewer_unit=unit,
        reviewed_unit="jail",
        scope="screenings of the quarter",
    )
    return _again(subject)


def _again(subject: str) -> Review:
    found: Review = Review.objects.get(subject=subject)
    return found


def test_a_review_from_sample_to_closing(county: County) -> None:
    for number in range(8):
        booked(county, f"B-{number}")
    review, by = _opened(county), county.actor(ActorRole.REVIEWER)
    acts.draw_sample(review, by, 3, county.ago(days=2), county.ago(days=-1))
    review = _again(review.subject)
    assert (review.size, review.drawn_from) == (3, 8)
    due = county.ago(days=-30)
    acts.make_finding(review, by, rule="UNI-02", evidence=["e1"], text="not closed", owner="captain", due=due)
    with pytest.raises(BadActError, match="still open"):
        acts.close(review, by, "done")
    acts.extend(review, by, "F1", due + timedelta(days=10), "the form is at the printer")
    found = Finding.objects.get(review=review.subject)
    assert (found.first_due, found.due) == (due, due + timedelta(days=10))
    acts.mark_done(review, by, "F1", "closed")
    acts.close(review, by, "done")
    assert _again(review.subject).closed_at is not None
    assert rebuild().differences == ()


def test_the_sample_is_drawn_again_from_its_seed_though_bookings_came_since(county: County) -> None:
    for number in range(6):
        booked(county, f"B-{number}")
    review, by = _opened(county), county.actor(ActorRole.REVIEWER)
    acts.draw_sample(review, by, 2, county.ago(days=2), county.ago(days=-1))
    review = _again(review.subject)
    first = draw(
        frame(review.agency, review.since, review.until, before_seq=review.drawn_seq), 2, review.seed
    )  # type: ignore[arg-type]
    booked(county, "B-late")
    again = draw(
        frame(review.agency, review.since, review.until, before_seq=review.drawn_seq), 2, review.seed
    )  # type: ignore[arg-type]
    assert first == again
    assert len(first) == 2


def test_a_unit_does_not_review_itself(county: County) -> None:
    with pytest.raises(RefusedError) as refused:
        _opened(county, unit="jail")
    assert [r.rule.id for r in refused.value.refusals] == ["REV-04"]


def test_a_finding_before_the_sample_is_warned_of(county: County) -> None:
    review, by = _opened(county), county.actor(ActorRole.REVIEWER)
    with confirming_warnings(), pytest.raises(WarnedError) as refused:
        acts.make_finding(
            review, by, rule="UNI-02", evidence=["e"], text="x", owner="captain", due=county.ago(days=-9)
        )
    assert [r.rule.id for r in refused.value.refusals] == ["REV-01"]


def test_an_empty_period_has_no_sample(county: County) -> None:
    with pytest.raises(BadActError, match="no booking"):
        acts.draw_sample(
            _opened(county), county.actor(ActorRole.REVIEWER), 3, county.ago(days=9), county.ago(days=8)
        )


@given(st.sets(st.text(min_size=1), max_size=60), st.integers(0, 70))
def test_a_sample_has_its_size_and_no_booking_twice(subjects: set[str], size: int) -> None:
    drawn = draw(subjects, size, new_seed())
    assert len(drawn) == len(set(drawn)) == min(size, len(subjects))
    assert set(drawn) <= subjects


def test_each_booking_is_as_likely_as_another() -> None:
    subjects, rounds = [f"B-{n}" for n in range(10)], 4000
    counts = dict.fromkeys(subjects, 0)
    for _ in range(rounds):
        for subject in draw(subjects, 3, new_seed()):
            counts[subject] += 1
    # 0.3 each; six standard deviations, so that it fails by chance once in 50 million runs.
    assert all(abs(n / rounds - 0.3) < 6 * (0.3 * 0.7 / rounds) ** 0.5 for n in counts.values())
