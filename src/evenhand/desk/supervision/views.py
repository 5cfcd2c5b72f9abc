"""Pages of the federal supervisor: the queue, reviews, claims to resolve, documents to sign."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings import labels, offenses
from evenhand.desk.bookings.cases import form_page, opened, report_by
from evenhand.desk.bookings.forms import in_zone
from evenhand.desk.bookings.models import Case, Stage
from evenhand.desk.bookings.submit import submitted
from evenhand.desk.bookings.timeline import timeline
from evenhand.desk.bookings.views import PAGE, done_by, shown_charges
from evenhand.desk.record.history import Subject
from evenhand.desk.record.viewed import listed
from evenhand.desk.supervision import acts
from evenhand.desk.supervision.forms import ClaimResolutionForm, ReviewForm, SignForm
from evenhand.desk.supervision.turnaround import queued, turnaround
from evenhand.desk.timeline.lines import account_names
from evenhand.record.events.booking import ChargingForm, ClaimOutcome, ReviewOutcome

SUPERVISOR = Role.FEDERAL_SUPERVISOR


@allow(SUPERVISOR)
@require_GET
def queue(request: SignedInRequest) -> HttpResponse:
    """Determinations that wait for review, the oldest first; open claims; documents to sign; turn-around."""
    now = timezone.now()
    rows = Case.objects.filter(stage=Stage.REVIEW).order_by("determined_at", "subject")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = account_names({case.determined_by for case in page})
    claims = Case.objects.filter(stage=Stage.STOPPED).order_by("claimed_at", "subject")[:PAGE]
    documents = Case.objects.filter(unsigned_since__isnull=False).order_by("unsigned_since", "subject")[:PAGE]
    listed(request.user, [*page, *claims, *documents], what="supervision")
    shown = {
        "page": page,
        "queue": [queued(case, now, names) for case in page],
        "claims": [(case, report_by(case)) for case in claims],
        "documents": documents,
        "turnaround": turnaround(now),
        "now": now,
    }
    return render(request, "supervision/queue.html", shown)


@allow(SUPERVISOR)
@require_http_methods(["GET", "POST"])
def review(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """Concur in a determination, return or reject it, with what it rests on in sight."""
    case, entries = opened(request.user, subject, "review", sent=request.method == "POST")
    with in_zone(case):
        form = ReviewForm(request.POST if request.method == "POST" else None)

        def act() -> None:
            said = form.cleaned_data
            acts.review(case, ReviewOutcome(said["outcome"]), request.user.as_actor(), reason=said["reason"])

        if form.is_bound and submitted(form, act):
            messages.success(request, _("The review is recorded."))
            return redirect("supervision:queue")
        if case.determined_at is None:
            raise Http404
        shown = {
            "case": case,
            "form": form,
            "queued": queued(case, timezone.now()),
            "charges": shown_charges(case),
            "timeline": timeline(entries),
            "outcome": labels.DETERMINATIONS.get(case.determination, case.determination),
            "grounds": [labels.DETERMINATION_GROUNDS.get(g, g) for g in case.determination_grounds],
            "conviction": offenses.named(case.conviction_class),
            "pending": offenses.named(case.pending_class),
            "officer": done_by(case)["determination"],
        }
        return form_page(request, case, "supervision/review.html", shown)


@allow(SUPERVISOR)
@require_http_methods(["GET", "POST"])
def claim(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """Resolve a claim to U.S. citizenship, in writing and with grounds."""
    case, entries = opened(request.user, subject, "claim", sent=request.method == "POST")
    with in_zone(case):
        form = ClaimResolutionForm(request.POST if request.method == "POST" else None)

        def act() -> None:
            said = form.cleaned_data
            acts.resolve_claim(
                case,
                ClaimOutcome(said["outcome"]),
                said["grounds"],
                request.user.as_actor(),
                in_writing=said["in_writing"],
                reason=said["reason"],
            )

        if form.is_bound and submitted(form, act):
            messages.success(request, _("The claim is resolved."))
            return redirect("bookings:case", subject=subject)
        shown = {
            "case": case,
            "form": form,
            "report_by": report_by(case),
            "timeline": timeline(entries),
        }
        return form_page(request, case, "supervision/claim.html", shown)


@allow(SUPERVISOR)
@require_http_methods(["GET", "POST"])
def document(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """Sign a charging document."""
    case, _entries = opened(request.user, subject, "document", sent=request.method == "POST")
    with in_zone(case):
        form = SignForm(request.POST if request.method == "POST" else None, case=case)

        def act() -> None:
            acts.sign_document(case, ChargingForm(form.cleaned_data["form"]), request.user.as_actor())

        if form.is_bound and submitted(form, act):
            messages.success(request, _("The document is signed."))
            return redirect("supervision:queue")
        return form_page(request, case, "supervision/document.html", {"case": case, "form": form})
