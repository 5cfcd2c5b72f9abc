"""The pages of designated officers."""

from functools import cache

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evenhand.desk.accounts.access import READERS, SignedInRequest, allow
from evenhand.desk.accounts.models import Role
from evenhand.desk.officers.forms import SearchForm
from evenhand.desk.officers.lapses import credential_due
from evenhand.desk.officers.models import Officer
from evenhand.desk.officers.standing import against_acts, against_authorization, form_of, state
from evenhand.desk.officers.steps import STEPS, find
from evenhand.desk.places.models import Facility
from evenhand.desk.record import history
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.remedies import REMEDIES
from evenhand.desk.record.viewed import viewed
from evenhand.desk.refusal.told import told
from evenhand.desk.timeline.lines import lines
from evenhand.desk.timeline.names import named
from evenhand.rules.rule import Rule

PAGE = 50


@allow(*READERS)
@require_safe
def officer_list(request: SignedInRequest) -> HttpResponse:
    """Officers in scope by name, searched by name, filtered by facility and where they stand today."""
    search, now = SearchForm(request.GET), timezone.now()
    wanted = search.cleaned_data if search.is_valid() else {}
    names = dict(Facility.objects.values_list("code", "name"))
    rows, form = [], cache(form_of)
    for officer in Officer.objects.filter(name__icontains=wanted.get("q", "")).order_by("name", "subject"):
        facility = officer.stands(now).get("assigned_facility", "")
        stands = state(officer, now, form(officer.agency))
        if wanted.get("state") in (None, "", stands) and wanted.get("facility") in (None, "", facility):
            rows.append({"officer": officer, "state": stands, "facility": names.get(facility, facility)})
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "search": search,
        "now": now,
        "may_nominate": request.user.role == Role.COORDINATOR,
    }
    return render(request, "officers/list.html", context)


@allow(*READERS)
@require_safe
def show(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """One officer: authority today, what is missing, the history and what may be done next."""
    officer = find(subject)
    return _page(request, officer)


@allow(Role.DESIGNATED_OFFICER)
@require_safe
def own(request: SignedInRequest) -> HttpResponse:
    """An officer's own page."""
    officer = Officer.objects.filter(subject=request.user.actor).first()
    if officer is None:
        raise Http404
    return _page(request, officer)


def _page(request: SignedInRequest, officer: Officer) -> HttpResponse:
    entries = history.load(Subject.of(officer))
    viewed(request.user, entries, what="officer")
    context = _facts(officer, entries) | {
        "steps": STEPS.open_to(request.user, officer),
        "lines": lines(entries, STEPS.correctable(request.user, entries)),
        "refusals": told(Subject.of(officer)),
        "own": officer.subject == request.user.actor,
    }
    return render(request, "officers/show.html", context)


@allow(*READERS)
@require_safe
def summary(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """The same for paper."""
    officer = find(subject)
    entries = history.load(Subject.of(officer))
    viewed(request.user, entries, what="officer")
    return render(request, "officers/summary.html", _facts(officer, entries) | {"lines": lines(entries)})


def _facts(officer: Officer, entries: list[Entry]) -> dict[str, object]:
    now, form = timezone.now(), form_of(officer.agency)
    stands = officer.stands(now)
    facility = Facility.objects.filter(
        agency=officer.agency, code=stands.get("assigned_facility", "")
    ).first()
    return {
        "officer": officer,
        "state": state(officer, now, form),
        "stands": stands,
        "facility": facility.name if facility else stands.get("assigned_facility", ""),
        "functions": [named(code) for code in officer.functions],
        "credential_due": credential_due(officer),
        "against_acts": [_with_remedy(rule) for rule in against_acts(stands, form)],
        "against_authorization": [
            _with_remedy(refusal.rule) for refusal in against_authorization(officer, entries, now)
        ],
        "now": now,
    }


def _with_remedy(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "sentence": rule.sentence,
        "citations": [str(c) for c in rule.citations],
        "remedy": REMEDIES[rule.id],
    }
