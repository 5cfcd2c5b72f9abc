"""Pages of bookings: the list, a case, booking by hand, charges, dispositions, corrections, the summary."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings import acts, offenses
from evenhand.desk.bookings.cases import form_page, next_acts, opened, report_by
from evenhand.desk.bookings.forms import (
    BookingForm,
    ChargeForm,
    ChargeFormSet,
    DispositionForm,
    NameSearchForm,
    SearchForm,
    correction_form,
    in_zone,
    zone_of,
)
from evenhand.desk.bookings.labels import DISPOSITIONS, LEVELS
from evenhand.desk.bookings.models import Case
from evenhand.desk.bookings.panels import panels
from evenhand.desk.bookings.people import named, with_exact_name
from evenhand.desk.bookings.submit import submitted
from evenhand.desk.bookings.timeline import timeline
from evenhand.desk.places.models import Agency
from evenhand.desk.record.history import Subject
from evenhand.desk.record.viewed import listed, searched
from evenhand.desk.refusal.told import told
from evenhand.desk.timeline.lines import account_names
from evenhand.record.events.booking import Disposition
from evenhand.record.events.privacy import SearchGround

READS = (
    Role.BOOKING_OFFICER,
    Role.DESIGNATED_OFFICER,
    Role.COORDINATOR,
    Role.FEDERAL_SUPERVISOR,
    Role.REVIEWER,
    Role.AUDITOR,
)
"""Roles that see bookings."""
INTERVIEW_READS = (Role.DESIGNATED_OFFICER, Role.FEDERAL_SUPERVISOR, Role.REVIEWER, Role.AUDITOR)
"""Roles that may open the interview form, the only page with what was stated of birth and citizenship."""
PAGE = 50
MOST_FOUND = 200
"""Bookings of one name that a search shows."""


@allow(*READS)
@require_GET
def cases(request: SignedInRequest) -> HttpResponse:
    """All bookings, the latest first; narrowed by booking number, facility and stage."""
    search = SearchForm(request.GET)
    rows = Case.objects.order_by("-booked_at", "subject")
    number = code = stage = ""
    if search.is_valid():
        said = search.cleaned_data
        number, stage = said["q"], said["stage"]
        code = said["facility"].code if said["facility"] else ""
        if number:
            rows = rows.filter(number__istartswith=number)
        if code:
            rows = rows.filter(facility=code)
        if stage:
            rows = rows.filter(stage=stage)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    page.object_list = named(page)
    listed(request.user, page, what="bookings", facility=code, stage=stage, number=number)
    return render(
        request,
        "bookings/cases.html",
        {"search": search, "page": page, "unreadable": rows.filter(unreadable=True).count()},
    )


@allow(*READS)
@require_http_methods(["GET", "POST"])
def search_by_name(request: SignedInRequest) -> HttpResponse:
    """Find bookings by the exact full name, for a reason; each search is recorded.

    The results are the answer to the form itself, so that the name is in no address.
    """
    if request.GET:
        return redirect("bookings:search")  # A name that somebody typed into the address leaves it.
    form = NameSearchForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "bookings/search.html", {"form": form}, status=422 if form.is_bound else 200)
    said = form.cleaned_data
    agencies = [agency.agency for agency in Agency.objects.all()]
    with transaction.atomic():
        found = named(with_exact_name(said["name"], agencies)[:MOST_FOUND])
        searched(
            request.user,
            agencies,
            found,
            what="bookings",
            ground=SearchGround(said["ground"]),
            note=said["note"],
        )
    return render(request, "bookings/search.html", {"form": form, "found": found, "searched": True})


def shown_charges(case: Case) -> list[dict[str, Any]]:
    """The charges of a case in words."""
    return [
        {
            "no": charge["no"],
            "statute": charge.get("statute", ""),
            "offense": offenses.named(charge.get("ncic", "")),
            "level": LEVELS.get(charge.get("level", ""), ""),
            "agency": charge.get("agency", ""),
            "disposition": DISPOSITIONS.get(charge.get("disposition", ""), ""),
        }
        for charge in case.charges
    ]


def done_by(case: Case) -> dict[str, str]:
    """Who interviewed, determined and reviewed, by the names of their accounts."""
    actors = {
        "interview": case.interviewed_by,
        "determination": case.determined_by,
        "review": case.reviewed_by,
    }
    names = account_names(set(actors.values()))
    return {what: names.get(actor, actor) for what, actor in actors.items()}


def _shown(request: SignedInRequest, subject: Subject, what: str) -> dict[str, Any]:
    case, entries = opened(request.user, subject, what)
    return {
        "case": case,
        "charges": shown_charges(case),
        "timeline": timeline(entries),
        "refusals": told(subject),
        "next_acts": next_acts(case, request.user.role),
        "corrects": request.user.role == Role.BOOKING_OFFICER,
        "correctable": acts.CORRECTED,
        "report_by": report_by(case),
        "done_by": done_by(case),
        "reads_interview": request.user.role in INTERVIEW_READS,
    }


@allow(*READS)
@require_GET
def case_page(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """One booking: its facts, charges, timeline, refusals, and what can be done next."""
    shown = _shown(request, subject, "case")
    with in_zone(shown["case"]):
        shown["panels"] = panels(request, shown["case"], request.user.role, timezone.now())
        return render(request, "bookings/case.html", shown)


@allow(*READS)
@require_GET
def summary(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """The case on one page to be printed."""
    shown = _shown(request, subject, "summary")
    with in_zone(shown["case"]):
        return render(request, "bookings/summary.html", {**shown, "printed_at": timezone.now()})


@allow(Role.BOOKING_OFFICER)
@require_http_methods(["GET", "POST"])
def book(request: SignedInRequest) -> HttpResponse:
    """Book a person by hand, with one charge or more; the screening opens by itself."""
    posted = request.POST if request.method == "POST" else None
    with timezone.override(zone_of(posted.get("facility") if posted else None)):
        form = BookingForm(posted, initial={"booked_at": timezone.now()})
        charges = ChargeFormSet(posted, prefix="charge")
        if posted is not None and charges.is_valid():
            made: list[Subject] = []

            def act() -> None:
                said = [one for one in charges if one.cleaned_data]
                booking = form.booking(tuple(one.charge(no) for no, one in enumerate(said, start=1)))
                acts.book(booking, request.user.as_actor())
                made.append(booking.key)

            if submitted(form, act):
                messages.success(request, _("Booked. The screening is open."))
                return redirect("bookings:case", subject=made[0])
        status = 200 if posted is None else 422
        return render(request, "bookings/book.html", {"form": form, "charges": charges}, status=status)


@allow(Role.BOOKING_OFFICER)
@require_http_methods(["GET", "POST"])
def charge(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """Add a charge to a booking."""
    case, _entries = opened(request.user, subject, "charge", sent=request.method == "POST")
    form = ChargeForm(request.POST or None)
    if request.method == "POST" and submitted(
        form, lambda: acts.record_charge(case, form.charge(), request.user.as_actor())
    ):
        messages.success(request, _("The charge is recorded."))
        return redirect("bookings:case", subject=subject)
    return _form(request, case, form, _("Add a charge"))


@allow(Role.BOOKING_OFFICER)
@require_http_methods(["GET", "POST"])
def disposition(request: SignedInRequest, subject: Subject, number: int) -> HttpResponse:
    """Record how a charge ended."""
    case, _entries = opened(request.user, subject, "charge", sent=request.method == "POST")
    if number not in {charge["no"] for charge in case.charges}:
        raise Http404
    with in_zone(case):
        form = DispositionForm(request.POST or None)

        def act() -> None:
            said = form.cleaned_data
            ended = Disposition(said["disposition"])
            acts.dispose(case, number, ended, request.user.as_actor(), said["at"], said["reason"])

        if request.method == "POST" and submitted(form, act):
            messages.success(request, _("The disposition is recorded."))
            return redirect("bookings:case", subject=subject)
        return _form(request, case, form, _("Disposition of charge %(number)s") % {"number": number})


@allow(Role.BOOKING_OFFICER)
@require_http_methods(["GET", "POST"])
def correct(request: SignedInRequest, subject: Subject, event: UUID) -> HttpResponse:
    """Correct a booking, a charge or a disposition, with the reason."""
    case, entries = opened(request.user, subject, "correction", sent=request.method == "POST")
    wrong = next((e.event for e in entries if e.event.id == event), None)
    if wrong is None or wrong.type not in acts.CORRECTED:
        raise Http404
    kind = correction_form(wrong.type)
    with in_zone(case):
        form = kind(request.POST or None, initial=kind.initial_of(wrong))  # type: ignore[arg-type]

        def act() -> None:
            reason = form.cleaned_data["reason"]
            by = request.user.as_actor()
            acts.correct(case, event, by, form.moment(), form.changed(), reason)

        if request.method == "POST" and submitted(form, act):
            messages.success(request, _("The correction is recorded."))
            return redirect("bookings:case", subject=subject)
        return _form(request, case, form, _("Correct an entry"))


def _form(request: HttpRequest, case: Case, form: Any, title: str) -> HttpResponse:
    return form_page(request, case, "bookings/form.html", {"case": case, "form": form, "title": title})
