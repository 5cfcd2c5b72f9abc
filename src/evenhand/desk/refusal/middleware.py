"""Turns a refused act into a page that says which rule blocks it and how to comply, and a conflict into one
that says what was recorded meanwhile.
"""

from collections.abc import Callable

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from evenhand.desk.accounts.models import User
from evenhand.desk.home.links import page_of
from evenhand.desk.record.act import ConflictError, RefusedError, WarnedError, confirming_warnings
from evenhand.desk.record.remedies import REMEDIES
from evenhand.desk.record.scope import OutOfScopeError
from evenhand.desk.record.sent_form import FIELD, sending
from evenhand.desk.refusal.second import Judged, sealed
from evenhand.desk.timeline.lines import account_names
from evenhand.desk.timeline.names import EVENTS

REFUSED = "refused_acts"


class RefusalMiddleware:
    """409 with a page for `RefusedError` and `ConflictError`; 404 for `OutOfScopeError`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/api/"):
            return self.get_response(request)
        with confirming_warnings():
            if request.method != "POST":
                return self.get_response(request)
            with sending(request.POST.get(FIELD, ""), _sent(request)):
                return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OutOfScopeError):
            raise Http404 from exception
        if isinstance(exception, ConflictError):
            return conflict_page(request, exception)
        if isinstance(exception, RefusedError) and not request.path.startswith("/api/"):
            return refusal_page(request, exception)
        return None


def _sent(request: HttpRequest) -> list[str]:
    """All that a form sends: who, where to, what."""
    who = request.user.actor if isinstance(request.user, User) else ""
    said = [part for name, values in sorted(request.POST.lists()) for part in (name, *values)]
    files = [
        f"{name}:{file.name}:{file.size}"
        for name, sent in sorted(request.FILES.lists())
        for file in sent
        if isinstance(file, UploadedFile)
    ]
    return [who, request.get_full_path(), *said, *files]


def conflict_page(request: HttpRequest, conflict: ConflictError) -> HttpResponse:
    """The page: what was recorded meanwhile, and what was typed, so that nothing of it is lost."""
    names = account_names({entry.event.actor for entry in conflict.meanwhile if entry.event.actor})
    hidden = ("csrfmiddlewaretoken", FIELD)
    context = {
        "why": conflict.why,
        "meanwhile": [
            {
                "what": EVENTS[entry.event.type],
                "at": entry.event.recorded_at or entry.event.occurred_at,
                "who": names.get(entry.event.actor or "", entry.event.actor or ""),
                "zone": entry.event.zone,
            }
            for entry in conflict.meanwhile
        ],
        "typed": [(n, values) for n, values in request.POST.lists() if n not in hidden and any(values)],
        # What a second person or a confirmation decides has no form to be filled in again.
        "form": "" if request.path.startswith("/second-person/") else request.get_full_path(),
        "page": page_of(conflict.subject, request.user) if isinstance(request.user, User) else None,
    }
    return render(request, "refusal/conflict.html", context, status=409)


def refusal_page(request: HttpRequest, refused: RefusedError) -> HttpResponse:
    """The page, and where a second person may help, the acts kept in the session for the request to them."""
    may_confirm = isinstance(refused, WarnedError)
    may_ask = not may_confirm and refused.may_be_overridden and isinstance(request.user, User)
    if may_ask or may_confirm:
        request.session[REFUSED] = {
            "acts": sealed(Judged(refused.acts, refused.size)),
            "rules": sorted({r.rule.id for r in (refused.blocking or refused.refusals)}),
        }
    rows = [
        {
            "rule": refusal.rule,
            "citations": [str(citation) for citation in refusal.rule.citations],
            "unverified": any(citation.unverified for citation in refusal.rule.citations),
            "remedy": REMEDIES[refusal.rule.id],
            "missing": refusal.missing,
            "blocks": refusal.blocks,
            "severity": refusal.severity,
            "why": refusal.explanation,
        }
        for refusal in {r.rule.id: r for r in refused.refusals}.values()
    ]
    context = {
        "act": EVENTS[refused.act.type],
        "rows": rows,
        "may_ask": may_ask,
        "may_confirm": may_confirm,
    }
    return render(request, "refusal/refused.html", context, status=409)
