"""From a review's history to its row and those of its findings."""

from collections.abc import Sequence

from evenhand.desk.record import history
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.projection import projects
from evenhand.desk.reviews.models import Finding, Review
from evenhand.record.events import Event, SubjectKind
from evenhand.record.events.oversight import (
    ReviewClosed,
    ReviewCorrectiveActionSet,
    ReviewDone,
    ReviewExtended,
    ReviewFindingMade,
    ReviewOpened,
    ReviewSampleDrawn,
)


@projects(SubjectKind.REVIEW, Review, Finding)
def project_review(subject: Subject, entries: Sequence[Entry]) -> None:
    review = fold(subject, entries)
    Finding.objects.filter(agency=subject.agency, review=subject.subject).delete()
    if review is None:
        Review.objects.filter(agency=subject.agency, subject=subject.subject).delete()
        return
    review.put()
    Finding.objects.bulk_create(findings(subject.subject, history.effective(entries)))


def fold(subject: Subject, entries: Sequence[Entry]) -> Review | None:
    """The row that follows from a review's history, or None before it is opened."""
    events = history.effective(entries)
    opened = next((e for e in events if isinstance(e, ReviewOpened)), None)
    if opened is None:
        return None
    review = Review(
        subject=subject.subject,
        agency=subject.agency,
        zone=opened.zone,
        body=opened.body.value,
        reviewer=opened.actor or "",
        reviewer_unit=opened.reviewer_unit or "",
        reviewed_unit=opened.reviewed_unit or "",
        scope=opened.reason or "",
        complaint=opened.complaint or "",
        opened_at=opened.occurred_at,
    )
    places = {entry.event.id: entry.seq for entry in entries}
    for event in events:
        match event:
            case ReviewSampleDrawn():
                review.seed, review.size = event.seed or "", event.size
                review.since, review.until = event.since, event.until
                review.drawn_from, review.drawn_seq = event.drawn_from, places[event.id]
                review.sampled_at = event.occurred_at
            case ReviewClosed():
                review.closed_at = event.occurred_at
    review.unreadable = any(map(history.is_unreadable, events))
    return review


def findings(review: str, events: Sequence[Event]) -> list[Finding]:
    """The findings of a review from its effective events, in the order in which they were made."""
    found: dict[str, Finding] = {}
    for event in events:
        match event:
            case ReviewFindingMade():
                found[event.finding] = Finding(
                    review=review,
                    agency=event.agency,
                    finding=event.finding,
                    rule=event.rule or "",
                    evidence=list(event.evidence or ()),
                    text=event.reason or "",
                    made_at=event.occurred_at,
                )
            case ReviewCorrectiveActionSet(finding=name) if name in found:
                found[name].owner = event.owner or ""
                found[name].first_due = found[name].due = event.due
            case ReviewExtended(finding=name) if name in found:
                found[name].due = event.due
            case ReviewDone(finding=name) if name in found:
                found[name].done_at = event.occurred_at
    return list(found.values())
