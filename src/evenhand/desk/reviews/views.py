"""The pages of reviews: list, one review, and its acts."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.submit import submitted
from evenhand.desk.complaints.models import number_of
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.record.viewed import viewed
from evenhand.desk.refusal.told import told
from evenhand.desk.reviews import acts
from evenhand.desk.reviews.forms import ExtendForm, FindingForm, OpenForm, ReasonForm, SampleForm
from evenhand.desk.reviews.models import Finding, Review, findings_of
from evenhand.desk.reviews.sample import draw, frame
from evenhand.desk.timeline.lines import lines
from evenhand.record.events import SubjectKind
from evenhand.record.events.oversight import ReviewBody
from evenhand.rules.catalog import CATALOG

READERS = (Role.REVIEWER, Role.AUDITOR, Role.COORDINATOR, Role.FEDERAL_SUPERVISOR, Role.COMPLAINTS_OFFICER)
WRITERS = (Role.REVIEWER,)


@allow(*READERS)
@require_safe
def review_list(request: SignedInRequest) -> HttpResponse:
    """Reviews in scope, open ones first, and the corrective actions that are open, by their due date."""
    context = {
        "reviews": Review.objects.order_by("closed_at", "-opened_at"),
        "findings": Finding.objects.filter(done_at=None).order_by("due"),
        "now": timezone.now(),
    }
    return render(request, "reviews/list.html", context)


@allow(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def open_review(request: SignedInRequest) -> HttpResponse:
    form = OpenForm(request.POST or None, initial={"complaint": request.GET.get("complaint", "")})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        subject = acts.open_review(
            by=request.user.as_actor(),
            agency=said["agency"],
            body=ReviewBody(said["body"]),
            reviewer_unit=said["reviewer_unit"],
            reviewed_unit=said["reviewed_unit"],
            scope=said["scope"],
            complaint=said["complaint"],
        )
        return redirect("reviews:show", Subject(said["agency"], SubjectKind.REVIEW, subject))
    return render(request, "reviews/act.html", {"form": form, "title": _("Open a review")})


@allow(*READERS)
@require_safe
def show(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """One review: scope, sample, findings with their actions, history."""
    review = get_object_or_404(Review, agency=subject.agency, subject=subject.subject)
    entries = history.load(subject)
    viewed(request.user, entries, what="review")
    found = list(findings_of(review).order_by("made_at", "finding"))
    context = {
        "review": review,
        "complaint_number": number_of(review.complaint),
        "sample": sample_of(review) if request.user.role in (Role.REVIEWER, Role.AUDITOR) else [],
        "findings": [{"finding": f, "sentence": _sentence(f.rule)} for f in found],
        "refusals": told(subject),
        "lines": lines(entries),
        "now": timezone.now(),
        "writes": request.user.role in WRITERS and review.closed_at is None,
    }
    return render(request, "reviews/show.html", context)


def _sentence(rule: str) -> str:
    return _(CATALOG[rule].sentence) if rule in CATALOG else ""


def sample_of(review: Review) -> list[str]:
    """The sample of a review, drawn again from its seed; empty before it was drawn."""
    if review.since is None or review.until is None or review.size is None:
        return []
    known = frame(review.agency, review.since, review.until, before_seq=review.drawn_seq)
    return draw(known, review.size, review.seed)


def _day(day: date, zone: str) -> datetime:
    """Midnight at the beginning of a day, in the agency's zone."""
    return datetime.combine(day, time(), ZoneInfo(zone))


@allow(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: SignedInRequest, subject: Subject, name: str, finding: str = "") -> HttpResponse:
    """One act of a review: its form, then the act."""
    sent = request.method == "POST"
    # What is closed or done has no form; where it was closed since, the act itself says so.
    still = {} if sent else {"closed_at": None}
    review = get_object_or_404(Review, agency=subject.agency, subject=subject.subject, **still)
    if finding:
        get_object_or_404(findings_of(review), finding=finding, **({} if sent else {"done_at": None}))
    title, kind = _FORMS[name]
    form = kind(request.POST if sent else None)
    if submitted(form, lambda: _perform(review, request, name, finding, form.cleaned_data)):
        return redirect("reviews:show", subject)
    return render(request, "reviews/act.html", {"form": form, "title": title, "review": review})


_FORMS: dict[str, tuple[str | Promise, type[forms.Form]]] = {
    "sample": (gettext_lazy("Draw the sample"), SampleForm),
    "finding": (gettext_lazy("Record a finding"), FindingForm),
    "extend": (gettext_lazy("Extend a corrective action"), ExtendForm),
    "done": (gettext_lazy("A corrective action is done"), ReasonForm),
    "close": (gettext_lazy("Close the review"), ReasonForm),
}


def _perform(
    review: Review, request: SignedInRequest, name: str, finding: str, said: dict[str, object]
) -> None:
    by = request.user.as_actor()

    def end(field: str) -> datetime:
        day = said[field]
        assert isinstance(day, date)
        return _day(day + timedelta(days=1), review.zone)

    match name:
        case "sample":
            first, size = said["since"], said["size"]
            assert isinstance(first, date)
            assert isinstance(size, int)
            acts.draw_sample(review, by, size, _day(first, review.zone), end("until"))
        case "finding":
            evidence = said["evidence"]
            assert isinstance(evidence, list)
            acts.make_finding(
                review,
                by,
                rule=str(said["rule"]),
                evidence=evidence,
                text=str(said["text"]),
                owner=str(said["owner"]),
                due=end("due"),
            )
        case "extend":
            acts.extend(review, by, finding, end("due"), str(said["reason"]))
        case "done":
            acts.mark_done(review, by, finding, str(said["reason"]))
        case "close":
            acts.close(review, by, str(said["reason"]))
