"""The pages of agreements."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evenhand.desk.accounts.access import READERS, SignedInRequest, allow
from evenhand.desk.accounts.models import Role
from evenhand.desk.agreements import documents
from evenhand.desk.agreements.deadlines import earliest_end, next_meeting, suspension_end
from evenhand.desk.agreements.forms import SearchForm
from evenhand.desk.agreements.models import Agreement
from evenhand.desk.agreements.steps import STEPS, find
from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.refusal.told import told
from evenhand.desk.timeline.lines import lines
from evenhand.desk.timeline.names import CODES, named

PAGE = 50


@allow(*READERS)
@require_safe
def agreement_list(request: SignedInRequest) -> HttpResponse:
    """Agreements in scope by agency, the latest first, searched by agency, filtered by state and model."""
    search = SearchForm(request.GET)
    said = search.cleaned_data if search.is_valid() else {}
    wanted = {name: value for name, value in said.items() if value}
    sought = wanted.pop("q", "")
    named_so = Agency.objects.filter(name__icontains=sought).values("agency")
    found = Agreement.objects.filter(
        Q(subject__icontains=sought) | Q(agency__icontains=sought) | Q(agency__in=named_so), **wanted
    ).order_by("agency", "-drafted_at", "subject")
    agencies = dict(Agency.objects.values_list("agency", "name"))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "agreement": a,
            "agency": agencies.get(a.agency, a.agency),
            "model": named(a.model),
            "meeting": next_meeting(a),
        }
        for a in page
    ]
    context = {
        "page": page,
        "rows": rows,
        "search": search,
        "now": timezone.now(),
        "may_draft": request.user.role == Role.COORDINATOR,
    }
    return render(request, "agreements/list.html", context)


@allow(*READERS)
@require_safe
def show(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """One agreement: its terms, what it owes, its files, its history and what may be done next."""
    agreement = find(subject)
    entries = history.load(subject)
    context = _facts(agreement) | {
        "steps": STEPS.open_to(request.user, agreement),
        "lines": lines(entries, STEPS.correctable(request.user, entries)),
        "refusals": told(subject),
    }
    return render(request, "agreements/show.html", context)


@allow(*READERS)
@require_safe
def summary(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """The same for paper."""
    context = _facts(find(subject)) | {"lines": lines(history.load(subject))}
    return render(request, "agreements/summary.html", context)


def _facts(agreement: Agreement) -> dict[str, object]:
    names = dict(Facility.objects.filter(agency=agreement.agency).values_list("code", "name"))
    agency = Agency.objects.filter(agency=agreement.agency).first()
    return {
        "agreement": agreement,
        "agency": agency.name if agency else agreement.agency,
        "model": named(agreement.model),
        "facilities": [names.get(code, code) for code in agreement.facilities],
        "meeting": next_meeting(agreement),
        "suspension_end": suspension_end(agreement),
        "earliest_end": earliest_end(agreement),
        "ended_by": named(agreement.ended_by),
        "notice_by": named(agreement.notice_by),
        "end_ground": CODES.get(agreement.end_ground, ""),
        "now": timezone.now(),
    }


@allow(*READERS)
@require_safe
def document(request: SignedInRequest, subject: Subject, sha256: str) -> HttpResponse:
    """A file of the agreement, as an attachment, after a look at its hash."""
    agreement = find(subject)
    if sha256 not in {d["hash"] for d in agreement.documents}:
        raise Http404
    try:
        content = documents.read(sha256)
    except documents.DocumentError as error:
        return render(
            request, "agreements/no_document.html", {"why": error, "agreement": agreement}, status=410
        )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{_("agreement")}-{sha256[:12]}.pdf"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
