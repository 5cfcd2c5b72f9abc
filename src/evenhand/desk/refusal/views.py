"""Asking a second person, and deciding as one."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.home.links import page_of
from evenhand.desk.record.act import confirming_warnings, perform_judged
from evenhand.desk.record.catalog import CATALOG
from evenhand.desk.record.history import Subject
from evenhand.desk.refusal.forms import ReasonForm
from evenhand.desk.refusal.middleware import REFUSED
from evenhand.desk.refusal.models import Waiting
from evenhand.desk.refusal.second import SECONDS, NotSecondError, approve, ask, decline, opened, waiting_for
from evenhand.desk.timeline.lines import account_names
from evenhand.desk.timeline.names import EVENTS
from evenhand.record.events import Event

WRITERS = tuple(role for role in Role if role not in (Role.AUDITOR, Role.ADMINISTRATOR))


@allow(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_second(request: SignedInRequest) -> HttpResponse:
    """Ask a second person to let the act pass that was refused just now."""
    kept = request.session.get(REFUSED)
    if kept is None:
        return redirect("/")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask(opened(kept["acts"]), kept["rules"], request.user, form.cleaned_data["reason"])
            messages.success(request, _("A second person is asked. The request runs out in one hour."))
        except NotSecondError:
            messages.error(request, _("The act was refused long ago: enter it again."))
        del request.session[REFUSED]
        return redirect("/")
    rules = [CATALOG[rule] for rule in kept["rules"]]
    return render(request, "refusal/ask.html", {"form": form, "rules": rules})


@allow(*WRITERS)
@require_POST
def confirm(request: SignedInRequest) -> HttpResponse:
    """Record the act that rules warned of just now."""
    kept = request.session.pop(REFUSED, None)
    if kept is None:
        return redirect("/")
    try:
        judged = opened(kept["acts"])
    except NotSecondError:
        messages.error(request, _("Too much time has passed. Enter it again."))
        return redirect("/")
    with confirming_warnings(False):
        perform_judged(judged.acts, judged.size)
    messages.success(request, _("Saved. The warnings were logged."))
    return redirect(page_of(Subject.of(judged.acts[0]), request.user) or "/")


@allow(*SECONDS)
@require_safe
def waiting(request: SignedInRequest) -> HttpResponse:
    """The acts that wait for a second person of this account's agencies."""
    return _waiting(request, {})


def _waiting(request: SignedInRequest, sent: dict[int, ReasonForm]) -> HttpResponse:
    """The page, with what was sent for some of the requests and is to be put right."""
    found = waiting_for(request.user, timezone.now())
    names = account_names({w.asked_by for w in found})
    rows = [
        {
            "waiting": w,
            "by": names.get(w.asked_by, w.asked_by),
            "acts": [_told(act, request.user) for act in opened(w.acts).acts],
            "rules": [CATALOG[rule] for rule in w.rules],
            "form": sent.get(w.pk) or _why_not(w.pk),
        }
        for w in found
    ]
    return render(request, "refusal/waiting.html", {"rows": rows})


def _why_not(number: int, sent: QueryDict | None = None) -> ReasonForm:
    """The form of one request, whose fields are told apart from those of the others on the page."""
    form = ReasonForm(sent, auto_id=f"id_{number}_%s")
    form.fields["reason"].label = _("Why it is not let pass")
    return form


def _told(act: Event, user: User) -> dict[str, object]:
    """An act as a second person is told of it: what, when, and where the history is that it belongs to."""
    page = page_of(Subject.of(act), user)
    return {
        "what": EVENTS[act.type],
        "at": act.occurred_at,
        "zone": act.zone,
        "of": act.subject,
        "page": page,
    }


@allow(*SECONDS)
@require_POST
def decide(request: SignedInRequest, number: int) -> HttpResponse:
    """Let the act pass, or not; not takes a reason."""
    found = get_object_or_404(Waiting, pk=number)
    try:
        if request.POST.get("decision") == "approve":
            approve(found, request.user)
            messages.success(request, _("The act is recorded, with you as the second person."))
        else:
            form = _why_not(number, request.POST)
            if not form.is_valid():
                return _waiting(request, {number: form})
            decline(found, request.user, form.cleaned_data["reason"])
            messages.success(
                request, _("The act was not let pass. That stands in the record, with you and your reason.")
            )
    except NotSecondError:
        messages.error(
            request,
            _("The request has run out or was decided, or it is your own: another person must decide."),
        )
    return redirect("refusal:waiting")
