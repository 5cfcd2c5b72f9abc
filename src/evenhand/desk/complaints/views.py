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
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from evenhand.desk.accounts.access import SignedInRequest, allow, anyone
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.complaints import acts
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
from evenhand.desk.complaints.limit import sent_too_many
from evenhand.desk.complaints.models import Complaint
from evenhand.desk.record import history
from evenhand.desk.record.scope import Scope, within
from evenhand.desk.record.viewed import viewed
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
SENT = "complaint_sent"


# --- for everyone ------------------------------------------------------------------------------------------


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """The form for anyone, without an account (MOA Appendix B)."""
    form = PublicForm(request.POST or None)
    if request.method == "POST" and sent_too_many(request):
        return render(request, "complaints/too_many.html", status=429)
    if request.method == "POST" and form.is_valid() and not form.cleaned_data["website"]:
        said = form.cleaned_data
        with within(Scope(frozenset({said["agency"]}))):
            reference = acts.receive(
                by=acts.PUBLIC,
                agency=said["agency"],
                about=ComplaintAbout(said["about"]),
                text=said["text"],
                contact=said["contact"],
                channel=Channel.FORM,
                language=get_language() or "en",
                acknowledge=True,
            )
        request.session[SENT] = reference
        return redirect("complaints:sent")
    return render(request, "complaints/complain.html", {"form": form})


@anyone
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The reference number, to whoever just sent the complaint."""
    reference = request.session.get(SENT)
    if reference is None:
        return redirect("complaints:complain")
    return render(request, "complaints/sent.html", {"reference": reference})


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """How a complaint stands, to whoever has its number. Nothing that was written is shown."""
    form = FollowForm(request.POST or None)
    if request.method == "POST" and sent_too_many(request):
        return render(request, "complaints/too_many.html", status=429)
    if request.method != "POST" or not form.is_valid():
        return render(request, "complaints/follow.html", {"form": form})
    with within(acts.SCOPE_OF_REFERENCES):
        complaint = Complaint.objects.filter(pk=form.cleaned_data["reference"]).first()
        if complaint is None:
            form.add_error("reference", _("There is no complaint of this number: look at each sign again."))
            return render(request, "complaints/follow.html", {"form": form}, status=404)
        events = history.effective(history.load(SubjectKind.COMPLAINT, complaint.pk))
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
    rows.sort(key=lambda row: (row["next"] is None, row["next"].due if row["next"] else now))
    return render(request, "complaints/list.html", {"rows": rows, "now": now, "all": everything})


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: SignedInRequest) -> HttpResponse:
    """Enter a complaint that came by letter, telephone or in person."""
    form = StaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        reference = acts.receive(
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
        return redirect("complaints:show", reference)
    return render(request, "complaints/enter.html", {"form": form})


@allow(*READERS)
@require_safe
def show(request: SignedInRequest, reference: str) -> HttpResponse:
    """One complaint with its text, its deadlines, its history, and the acts that this role may do next."""
    complaint = get_object_or_404(Complaint, pk=reference)
    entries = history.load(SubjectKind.COMPLAINT, reference)
    viewed(request.user, entries, what="complaint")
    events = history.effective(entries)
    context = {
        "complaint": complaint,
        "received": _received(events),
        "answers": [e for e in events if isinstance(e, ComplaintAnswered)],
        "lines": lines(entries),
        "refusals": told(reference),
        "outcome": named(complaint.outcome),
        "deadlines": deadlines(complaint),
        "reviews": Review.objects.filter(complaint=reference),
        "now": timezone.now(),
        "acts": _acts(request.user, complaint) if complaint.open or request.user.role in OFFICE else [],
    }
    return render(request, "complaints/show.html", context)


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
    "name-officer": (OFFICE, lambda u, c, s: _name_officer(u, c, s)),
}
_MOMENT = ("acknowledge", "notify-ice", "notify-opr", "report")


def _name_officer(user: User, complaint: Complaint, said: dict[str, str | datetime | None]) -> object:
    received = _received(history.effective(history.load(SubjectKind.COMPLAINT, complaint.pk)))
    return acts.name_officer(complaint, received, user.as_actor(), str(said["officer"]), str(said["reason"]))


def _acts(user: User, complaint: Complaint) -> list[tuple[str, str]]:
    """The acts that this account may do on the complaint now, each with its words."""
    words = {
        "acknowledge": (_("Record the acknowledgement"), complaint.acknowledged_at is None),
        "assign": (_("Assign"), complaint.resolved_at is None),
        "name-officer": (_("Name the officer"), complaint.resolved_at is None),
        "notify-ice": (_("Record the notice to ICE"), complaint.ice_notified_at is None),
        "notify-opr": (
            _("Record the notice to the Office of Professional Responsibility"),
            complaint.ice_notified_at is not None and complaint.opr_notified_at is None,
        ),
        "resolve": (_("Resolve"), complaint.resolved_at is None),
        "report": (
            _("Record the outcome's report to ICE"),
            complaint.resolved_at is not None and complaint.outcome_reported_at is None,
        ),
        "answer": (_("Answer the complainant"), complaint.answer_kind != AnswerKind.ANSWER),
    }
    return [(name, text) for name, (text, now) in words.items() if now and user.role in _ACTS[name][0]]


@allow(Role.COMPLAINTS_OFFICER, Role.FEDERAL_SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: SignedInRequest, reference: str, name: str) -> HttpResponse:
    """One act on a complaint: its form, then the act."""
    complaint = get_object_or_404(Complaint, pk=reference)
    offered = dict(_acts(request.user, complaint))
    if name not in offered:
        raise Http404
    with timezone.override(ZoneInfo(complaint.zone)):
        form = _form(request, complaint, name)
        if request.method == "POST" and form.is_valid():
            _ACTS[name][1](request.user, complaint, form.cleaned_data)
            return redirect("complaints:show", reference)
    context = {
        "complaint": complaint,
        "form": form,
        "title": offered[name],
        "back": reverse("complaints:show", args=[reference]),
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
