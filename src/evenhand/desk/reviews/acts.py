"""The acts of a review: opened, sample drawn, findings with corrective actions, closed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from evenhand.desk.record.act import Actor, BadActError, Done, draft, now, perform, perform_together
from evenhand.desk.reviews.models import Finding, Review
from evenhand.desk.reviews.sample import frame, new_seed
from evenhand.record.events import Event
from evenhand.record.events.oversight import (
    ReviewBody,
    ReviewClosed,
    ReviewCorrectiveActionSet,
    ReviewDone,
    ReviewExtended,
    ReviewFindingMade,
    ReviewOpened,
    ReviewSampleDrawn,
)
from evenhand.record.ledger.identity import uuid7


def open_review(
    *,
    by: Actor,
    agency: str,
    body: ReviewBody,
    reviewer_unit: str,
    reviewed_unit: str,
    scope: str,
    complaint: str = "",
    occurred_at: datetime | None = None,
) -> str:
    """Open a review; returns its subject. `scope` says what is looked at. Raises `RefusedError` (REV-04)."""
    subject = f"{agency}:review-{uuid7(now())}"
    perform(
        draft(
            ReviewOpened.type,
            by=by,
            subject=subject,
            agency=agency,
            occurred_at=occurred_at,
            reason=scope,
            body=body,
            reviewer_unit=reviewer_unit,
            reviewed_unit=reviewed_unit,
            complaint=complaint,
        )
    )
    return subject


def _draft(event_type: str, review: Review, by: Actor, *, reason: str | None = None, **payload: Any) -> Event:
    return draft(event_type, by=by, subject=review.subject, agency=review.agency, reason=reason, **payload)


def draw_sample(review: Review, by: Actor, size: int, since: datetime, until: datetime) -> Done:
    """Record a seed made on the spot, so that nobody chose it, and from how many bookings was drawn."""
    subjects = frame(review.agency, since, until)
    if not subjects:
        raise BadActError({"until": _("no booking in this period: choose another one")})
    return perform(
        _draft(
            ReviewSampleDrawn.type,
            review,
            by,
            seed=new_seed(),
            size=min(size, len(subjects)),
            since=since,
            until=until,
            drawn_from=len(subjects),
        )
    )


def make_finding(
    review: Review, by: Actor, *, rule: str, evidence: Sequence[str], text: str, owner: str, due: datetime
) -> list[Done]:
    """Record a finding together with its corrective action (REV-02)."""
    name = f"F{Finding.objects.filter(review=review.subject).count() + 1}"
    made = _draft(
        ReviewFindingMade.type, review, by, reason=text, finding=name, rule=rule, evidence=tuple(evidence)
    )
    action = _draft(ReviewCorrectiveActionSet.type, review, by, finding=name, owner=owner, due=due)
    return perform_together([made, action])


def extend(review: Review, by: Actor, finding: str, due: datetime, reason: str) -> Done:
    """Give a corrective action more time, with the reason (REV-03)."""
    return perform(_draft(ReviewExtended.type, review, by, reason=reason, finding=finding, due=due))


def mark_done(review: Review, by: Actor, finding: str, reason: str) -> Done:
    """The corrective action is done; `reason` says what was done."""
    return perform(_draft(ReviewDone.type, review, by, reason=reason, finding=finding))


def close(review: Review, by: Actor, reason: str) -> Done:
    """Close the review. Raises `BadActError` while a corrective action is open."""
    if Finding.objects.filter(review=review.subject, done_at=None).exists():
        raise BadActError({"reason": _("a corrective action is still open: record it as done first")})
    return perform(_draft(ReviewClosed.type, review, by, reason=reason))
