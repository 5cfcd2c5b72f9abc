"""The acts of a review: opened, sample drawn, findings with corrective actions, closed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from evenhand.desk.record import history
from evenhand.desk.record.act import Actor, BadActError, Done, NotPossibleError, draft, now, perform
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.reviews.models import Finding, Review
from evenhand.desk.reviews.projection import findings, fold
from evenhand.desk.reviews.sample import frame, new_seed
from evenhand.record.events import Event, SubjectKind
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

    def plan(_past: Sequence[Entry]) -> list[Event]:
        return [
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
        ]

    return perform(Subject(agency, SubjectKind.REVIEW, subject), plan)[0].event.subject


def _draft(event_type: str, review: Review, by: Actor, *, reason: str | None = None, **payload: Any) -> Event:
    return draft(event_type, by=by, subject=review.subject, agency=review.agency, reason=reason, **payload)


def _perform(review: Review, plan: Callable[[Review, Sequence[Finding]], Sequence[Event]]) -> list[Done]:
    """Perform a plan on a review that is open, and its findings, as its history stands."""

    def planned(past: Sequence[Entry]) -> Sequence[Event]:
        fresh = fold(Subject.of(review), past)
        if fresh is None or fresh.closed_at is not None:
            raise NotPossibleError(_("The review is closed."))
        return plan(fresh, findings(review.subject, history.effective(past)))

    return perform(Subject.of(review), planned)


def _need_open(found: Sequence[Finding], name: str) -> None:
    """Raise `NotPossibleError` unless there is a finding of that name whose corrective action is open."""
    if not any(finding.finding == name and finding.done_at is None for finding in found):
        raise NotPossibleError(_("This corrective action is recorded as done."))


def draw_sample(review: Review, by: Actor, size: int, since: datetime, until: datetime) -> list[Done]:
    """Record a seed made on the spot, so that nobody chose it, and from how many bookings was drawn.

    It is drawn once: whoever could draw again could choose.
    """

    def plan(fresh: Review, _found: Sequence[Finding]) -> list[Event]:
        if fresh.sampled_at is not None:
            raise NotPossibleError(_("The sample was drawn already."))
        subjects = frame(fresh.agency, since, until)
        if not subjects:
            raise BadActError({"until": _("no booking in this period: choose another one")})
        return [
            _draft(
                ReviewSampleDrawn.type,
                fresh,
                by,
                seed=new_seed(),
                size=min(size, len(subjects)),
                since=since,
                until=until,
                drawn_from=len(subjects),
            )
        ]

    return _perform(review, plan)


def make_finding(
    review: Review, by: Actor, *, rule: str, evidence: Sequence[str], text: str, owner: str, due: datetime
) -> list[Done]:
    """Record a finding together with its corrective action (REV-02)."""

    def plan(fresh: Review, found: Sequence[Finding]) -> list[Event]:
        name = f"F{len(found) + 1}"
        made = _draft(
            ReviewFindingMade.type, fresh, by, reason=text, finding=name, rule=rule, evidence=tuple(evidence)
        )
        return [made, _draft(ReviewCorrectiveActionSet.type, fresh, by, finding=name, owner=owner, due=due)]

    return _perform(review, plan)


def extend(review: Review, by: Actor, finding: str, due: datetime, reason: str) -> list[Done]:
    """Give a corrective action more time, with the reason (REV-03)."""

    def plan(fresh: Review, found: Sequence[Finding]) -> list[Event]:
        _need_open(found, finding)
        return [_draft(ReviewExtended.type, fresh, by, reason=reason, finding=finding, due=due)]

    return _perform(review, plan)


def mark_done(review: Review, by: Actor, finding: str, reason: str) -> list[Done]:
    """The corrective action is done; `reason` says what was done."""

    def plan(fresh: Review, found: Sequence[Finding]) -> list[Event]:
        _need_open(found, finding)
        return [_draft(ReviewDone.type, fresh, by, reason=reason, finding=finding)]

    return _perform(review, plan)


def close(review: Review, by: Actor, reason: str) -> list[Done]:
    """Close the review. Raises `NotPossibleError` while a corrective action is open."""

    def plan(fresh: Review, found: Sequence[Finding]) -> list[Event]:
        if any(finding.done_at is None for finding in found):
            still = _("a corrective action is still open: record it as done first")
            raise NotPossibleError(still, "reason")
        return [_draft(ReviewClosed.type, fresh, by, reason=reason)]

    return _perform(review, plan)
