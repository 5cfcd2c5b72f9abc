"""The public's pages on complaints, and those of the offices that answer them."""

from collections.abc import Callable
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from evenhand.desk.accounts.access import SignedInRequest, allow, anyone
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.bookings.submit import submitted
from evenhand.desk.complaints import acts
from evenhand.desk.complaints.code import digest_of
from evenhand.desk.complaints.deadlines import deadlines
from evenhand.desk.complaints.forms import (
    AnswerForm,
    AssignForm,
    FollowForm,
    MomentForm,
    OfficerForm,
    PublicForm,
    ResolveForm,
    StaffForm,
)
from evenhand.desk.complaints.limit import sent_too_many, tried_too_many
from evenhand.desk.complaints.models import Complaint, TrackingCode
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.record.scope import EVERYTHING, Scope, within
from evenhand.desk.record.viewed import listed, viewed
from evenhand.desk.refusal.told import told
from evenhand.desk.reviews.models import Review
from evenhand.desk.timeline.lines import lines
from evenhand.desk.timeline.names import named
from evenhand.record.events import Event, SubjectKind
from evenhand.record.events.oversight import (
    AnswerKind,
    Channel,
    ComplaintAbout,
    ComplaintAnswered,
    ComplaintOutcome,
    ComplaintReceived,
)

READERS = (Role.COMPLAINTS_OFFICER, Role.COORDINATOR, Role.FEDERAL_SUPERVISOR, Role.REVIEWER, Role.AUDITOR)
OFFICE = (Role.COMPLAINTS_OFFICER,)


# --- for everyone ------------------------------------------------------------------------------------------


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """The form for anyone, without an account (MOA Appendix B)."""
    if request.method == "POST":
        return _sent(request)
    return render(request, "complaints/complain.html", {"form": PublicForm()})


@never_cache
def _sent(request: HttpRequest) -> HttpResponse:
    """Record what was sent and show the tracking code.

    The code goes into this answer and nowhere else: no session, no address, no page to be loaded again.
    """
    if sent_too_many(request, "complain"):
        return render(request, "complaints/too_many.html", status=429)
    form = PublicForm(request.POST)
    if not form.is_valid() or form.cleaned_data["website"]:
        return render(request, "complaints/complain.html", {"form": form})
    said = form.cleaned_data
    with within(Scope(frozenset({said["agency"]}))):
        try:
            sent = acts.receive_form(
                agency=said["agency"],
                about=ComplaintAbout(said["about"]),
                text=said["text"],
                contact=said["contact"],
                language=get_language() or "en",
                once=said["once"],
            )
        except acts.AlreadySentError:
            return render(request, "complaints/already_sent.html", status=409)
        complaint = Complaint.objects.get(agency=said["agency"], subject=sent.subject)
    return render(request, "complaints/sent.html", {"code": sent.code, "complaint": complaint})


@anyone
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """How a complaint stands, to whoever has its tracking code. What the complainant wrote is not shown."""
    if request.method == "POST" and sent_too_many(request, "follow"):
        return render(request, "complaints/too_many.html", status=429)
    form = FollowForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "complaints/follow.html", {"form": form})
    if tried_too_many():
        return render(request, "complaints/too_many.html", status=429)
    with within(EVERYTHING):
        known = TrackingCode.objects.filter(digest=digest_of(form.cleaned_data["code"])).first()
    if known is None:
        form.add_error("code", _("No complaint has this tracking code. Check each character."))
        return render(request, "complaints/follow.html", {"form": form}, status=404)
    with within(Scope(frozenset({known.agency}))):
        complaint = get_object_or_404(Complaint, agency=known.agency, subject=known.subject)
        events = history.effective(history.load(Subject.of(complaint)))
    answers = [e for e in events if isinstance(e, ComplaintAnswered)]
    return render(request, "complaints/standing.html", {"complaint": complaint, "answers": answers})


# --- for the offices ---------------------------------------------------------------------------------------


@allow(*READERS)
@require_safe
def complaint_list(request: SignedInRequest) -> HttpResponse:
    """Complaints in scope, those with the next deadline first; `?all=1` also those that are done."""
    now = timezone.now()
    everything = request.GET.get("all") == "1"
    rows = []
    for complaint in Complaint.objects.order_by("received_at"):
        if complaint.open or everything:
            pending = [d for d in deadlines(complaint) if d.done is None]
            rows.append({"complaint": complaint, "next": pending[0] if pending else None})
    shown = [row["complaint"] for row in rows]
    listed(request.user, shown, what="complaints", stage="" if everything else "open")
    rows.sort(key=lambda row: (row["next"] is None, row["next"].due if row["next"] else now))
    return render(request, "complaints/list.html", {"rows": rows, "now": now, "all": everything})


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: SignedInRequest) -> HttpResponse:
    """Enter a complaint that came by letter, telephone or in person."""
    form = StaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        received = acts.receive(
            by=request.user.as_actor(),
            agency=said["agency"],
            about=ComplaintAbout(said["about"]),
            officer=said["officer"],
            text=said["text"],
            contact=said["contact"],
            channel=Channel(said["channel"]),
            language=said["language"],
            occurred_at=said["occurred_at"],
        )
        return redirect("complaints:show", Subject(said["agency"], SubjectKind.COMPLAINT, received))
    return render(request, "complaints/enter.html", {"form": form})


@allow(*READERS)
@require_safe
def show(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """One complaint with its text, its deadlines, its history, and the acts that this role may do next."""
    complaint = _complaint_or_404(subject)
    entries = history.load(subject)
    viewed(request.user, entries, what="complaint")
    events = history.effective(entries)
    context = {
        "complaint": complaint,
        "received": _received(events),
        "answers": [e for e in events if isinstance(e, ComplaintAnswered)],
        "lines": lines(entries),
        "refusals": told(subject),
        "outcome": named(complaint.outcome),
        "deadlines": deadlines(complaint),
        "has_code": TrackingCode.objects.filter(agency=complaint.agency, subject=complaint.subject).exists(),
        "reviews": Review.objects.filter(agency=subject.agency, complaint=subject.subject),
        "now": timezone.now(),
        "acts": _acts(request.user, complaint) if complaint.open or request.user.role in OFFICE else [],
    }
    return render(request, "complaints/show.html", context)


def _complaint_or_404(subject: Subject) -> Complaint:
    found: Complaint = get_object_or_404(Complaint, agency=subject.agency, subject=subject.subject)
    return found


def _received(events: list[Event]) -> ComplaintReceived:
    found = next((e for e in events if isinstance(e, ComplaintReceived)), None)
    if found is None:
        raise Http404
    return found


Act = Callable[[User, Complaint, dict[str, str | datetime | None]], object]


def _at(complaint: Complaint, said: dict[str, str | datetime | None]) -> datetime | None:
    return cast("datetime | None", said["at"])


_ACTS: dict[str, tuple[tuple[Role, ...], Act]] = {
    "acknowledge": (OFFICE, lambda u, c, s: acts.acknowledge(c, u.as_actor(), _at(c, s))),
    "notify-ice": (OFFICE, lambda u, c, s: acts.notify_ice(c, u.as_actor(), _at(c, s))),
    "notify-opr": (
        (Role.FEDERAL_SUPERVISOR,),
        lambda u, c, s: acts.notify_opr(c, u.as_actor(), _at(c, s)),
    ),
    "assign": (OFFICE, lambda u, c, s: acts.assign(c, u.as_actor(), str(s["to"]))),
    "resolve": (
        OFFICE,
        lambda u, c, s: acts.resolve(c, u.as_actor(), ComplaintOutcome(str(s["outcome"])), str(s["reason"])),
    ),
    "report": (OFFICE, lambda u, c, s: acts.report_outcome(c, u.as_actor(), _at(c, s))),
    "answer": (
        OFFICE,
        lambda u, c, s: acts.answer(c, u.as_actor(), AnswerKind(str(s["kind"])), str(s["text"])),
    ),
    "name-officer": (
        OFFICE,
        lambda u, c, s: acts.name_officer(c, u.as_actor(), str(s["officer"]), str(s["reason"])),
    ),
}
_MOMENT = ("acknowledge", "notify-ice", "notify-opr", "report")


_WORDS = {
    "acknowledge": gettext_lazy("Record the acknowledgement"),
    "assign": gettext_lazy("Assign"),
    "name-officer": gettext_lazy("Name the officer"),
    "notify-ice": gettext_lazy("Record the notice to ICE"),
    "notify-opr": gettext_lazy("Record the notice to the Office of Professional Responsibility"),
    "resolve": gettext_lazy("Resolve"),
    "report": gettext_lazy("Record the outcome's report to ICE"),
    "answer": gettext_lazy("Answer the complainant"),
}


def _acts(user: User, complaint: Complaint) -> list[tuple[str, str | Promise]]:
    """The acts that this account may do on the complaint now, each with its words."""
    possible = acts.possible(complaint)
    return [(n, text) for n, text in _WORDS.items() if possible[n] and user.role in _ACTS[n][0]]


@allow(Role.COMPLAINTS_OFFICER, Role.FEDERAL_SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: SignedInRequest, subject: Subject, name: str) -> HttpResponse:
    """One act on a complaint: its form, then the act."""
    complaint = _complaint_or_404(subject)
    if name not in _ACTS or request.user.role not in _ACTS[name][0]:
        raise Http404
    if request.method != "POST" and not acts.possible(complaint)[name]:
        raise Http404
    with timezone.override(ZoneInfo(complaint.zone)):
        form = _form(request, complaint, name)
        if submitted(form, lambda: _ACTS[name][1](request.user, complaint, form.cleaned_data)):
            return redirect("complaints:show", subject)
    context = {
        "complaint": complaint,
        "form": form,
        "title": _WORDS[name],
        "back": reverse("complaints:show", args=[subject]),
    }
    return render(request, "complaints/act.html", context)


def _form(request: SignedInRequest, complaint: Complaint, name: str) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    match name:
        case "assign":
            return AssignForm(data, accounts=_office(complaint.agency))
        case "resolve":
            return ResolveForm(data)
        case "answer":
            return AnswerForm(data)
        case "name-officer":
            return OfficerForm(data, agency=complaint.agency)
    assert name in _MOMENT
    return MomentForm(data)


def _office(agency: str) -> list[tuple[str, str]]:
    """The accounts of an agency's complaints office, by actor name."""
    rows = User.objects.filter(role=Role.COMPLAINTS_OFFICER, agencies=agency, is_active=True)
    return [(user.actor, user.name) for user in rows.order_by("name")]
