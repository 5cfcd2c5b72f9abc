"""Pages of custody: the hold clock, detainers, releases due, each act, and the papers."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.bookings.cases import opened
from evenhand.desk.bookings.forms import in_zone, zone_of
from evenhand.desk.bookings.models import Case
from evenhand.desk.bookings.people import named
from evenhand.desk.bookings.submit import submitted
from evenhand.desk.bookings.views import PAGE, READS
from evenhand.desk.custody import consulate
from evenhand.desk.custody.clocks import RELEASE, clocks, order_of_duty, read, watched
from evenhand.desk.custody.filters import DetainerFilter, FacilityFilter
from evenhand.desk.custody.labels import BASES, CAUSES
from evenhand.desk.custody.models import Clock
from evenhand.desk.custody.offers import CORRECTED, Offer, held
from evenhand.desk.custody.panel import must
from evenhand.desk.custody.papers import Paper, latest
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.record.viewed import listed
from evenhand.record.events import Event
from evenhand.record.events.booking import ConsulateAdvised

View = Callable[..., HttpResponseBase]


@allow(*READS)
@require_safe
def hold_clock(request: SignedInRequest) -> HttpResponse:
    """Everyone held past release due whose clock runs or has ended, by the end of the first clock."""
    now = timezone.now()
    search = FacilityFilter(request.GET)
    page = Paginator(order_of_duty(RELEASE, search.code()), PAGE).get_page(request.GET.get("page"))
    lines = watched([(row["agency"], row["subject"]) for row in page], now)
    people = named([line.case for line in lines])
    listed(request.user, people, what="custody.clocks", facility=search.code())
    return _list(request, "custody/clocks.html", search, page, lines, now)


@allow(*READS)
@require_safe
def detainers(request: SignedInRequest) -> HttpResponse:
    """Detainers in effect of persons in the jail, the oldest first: served or not, ICE told or late."""
    now = timezone.now()
    search = DetainerFilter(request.GET)
    rows = Case.objects.filter(
        detainer_issued_at__isnull=False, detainer_ended_at=None, released_at=None, departed_at=None
    )
    page = _page(request, search.narrowed(rows).order_by("detainer_issued_at", "subject"))
    stage = search.cleaned_data.get("state", "")
    listed(request.user, page, what="custody.detainers", facility=search.code(), stage=stage)
    owed = {
        (clock.agency, clock.subject): read(clock, now)
        for clock in Clock.objects.filter(
            rule="DET-05", done_at=None, subject__in=[case.subject for case in page]
        )
    }
    lines = [{"case": case, "owed": owed.get(case.pk), "held": held(case)} for case in page]
    return _list(request, "custody/detainers.html", search, page, lines, now)


@allow(*READS)
@require_safe
def releases(request: SignedInRequest) -> HttpResponse:
    """Everyone in the jail whose release is due, the longest due first, and what holds each."""
    now = timezone.now()
    search = FacilityFilter(request.GET)
    rows = Case.objects.filter(
        Q(transferred_at=None), release_due_at__isnull=False, released_at=None, departed_at=None
    )
    page = _page(request, search.narrowed(rows).order_by("release_due_at", "subject"))
    listed(request.user, page, what="custody.releases", facility=search.code())
    first = {line.case.pk: line.first for line in watched([case.pk for case in page], now)}
    lines = [
        {
            "case": case,
            "cause": CAUSES.get(case.release_cause, ""),
            "basis": BASES.get(case.hold_basis, "") if held(case) else "",
            "clock": first.get(case.pk),
        }
        for case in page
    ]
    return _list(request, "custody/releases.html", search, page, lines, now)


def _list(
    request: SignedInRequest,
    template: str,
    search: FacilityFilter,
    page: Page[Any],
    lines: Sequence[object],
    now: datetime,
) -> HttpResponse:
    """A list; each row has the time of its own facility, the page that of the one chosen, or of the first."""
    lists = [
        (_("Hold clock"), reverse("custody:clocks")),
        (_("Releases due"), reverse("custody:releases")),
        (_("Detainers"), reverse("custody:detainers")),
    ]
    shown = {"search": search, "page": page, "lines": lines, "now": now, "lists": lists}
    with timezone.override(zone_of(search.code())):
        return render(request, template, shown)


def _page(request: SignedInRequest, rows: Any) -> Page[Case]:
    found: Page[Case] = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    found.object_list = named(found)
    return found


def act_view(offer: Offer) -> View:
    """The page of one act of custody."""

    @allow(*offer.roles)
    @require_http_methods(["GET", "POST"])
    def view(request: SignedInRequest, subject: Subject) -> HttpResponse:
        case, entries = opened(request.user, subject, f"custody.{offer.slug}")
        with in_zone(case):
            wrong = _corrected(offer, entries, request.GET.get("corrects"))
            form = offer.form(
                request.POST if request.method == "POST" else None,
                case=case,
                corrects=wrong,
                initial=_initial(offer, entries),
            )
            if form.is_bound and submitted(form, lambda: form.perform(request.user.as_actor())):
                messages.success(request, str(offer.done))
                return redirect("bookings:case", subject=subject)
            now = timezone.now()
            shown = {
                "case": case,
                "form": form,
                "offer": offer,
                "corrects": wrong is not None,
                "must": None if wrong else must(case, clocks(case, now), request.user.role),
                "notes": _notes(offer),
            }
            return render(request, "custody/act.html", shown, status=422 if form.is_bound else 200)

    view.__name__ = view.__qualname__ = offer.view
    view.__doc__ = f"{offer.slug.replace('-', ' ')}."
    return view


def _corrected(offer: Offer, entries: list[history.Entry], event: str | None) -> Event | None:
    """The event that the form corrects. Raises `Http404` for one that this act cannot correct."""
    if event is None:
        return None
    found = next((e for e in history.effective(entries) if str(e.id) == event), None)
    if found is None or CORRECTED.get(found.type) is not offer:
        raise Http404
    return found


def _initial(offer: Offer, entries: list[history.Entry]) -> dict[str, Any]:
    """For the notice to the consulate, the country that the person gave: on this form and nowhere else."""
    if offer.slug != "consulate-notified":
        return {}
    advised = [e for e in history.effective(entries) if isinstance(e, ConsulateAdvised)]
    return {"country": advised[-1].country} if advised else {}


def _notes(offer: Offer) -> list[tuple[str, Any]]:
    if not offer.slug.startswith("consulate"):
        return []
    return [(consulate.country_name(code), note) for code, note in consulate.NOTES.items()]


def paper_view(paper: Paper) -> View:
    """One paper of a case, in the language of the page or in that of `?language=`."""

    @allow(*READS)
    @require_safe
    def view(request: SignedInRequest, subject: Subject) -> HttpResponse:
        case, entries = opened(request.user, subject, f"paper.{paper.slug}")
        if not paper.ready(case):
            raise Http404
        asked = request.GET.get("language", "")
        language = asked if translation.check_for_language(asked) and asked in ("en", "es") else None
        with in_zone(case), translation.override(language or translation.get_language()):
            found = latest(paper, history.effective(entries))
            lines = [
                {"name": name, "value": value, "kind": _kind(value)}
                for name, value in paper.lines(found)
                if value not in (None, "", [])
            ]
            shown = {"case": case, "paper": paper, "lines": lines, "printed_at": timezone.now()}
            return render(request, "custody/paper.html", shown)

    view.__name__ = view.__qualname__ = paper.view
    view.__doc__ = f"{paper.slug}, to be printed."
    return view


def _kind(value: Any) -> str:
    if isinstance(value, datetime):
        return "moment"
    return "list" if isinstance(value, list) else "text"
