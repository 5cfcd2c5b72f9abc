"""Turns a refused act into a page that says which rule stands against it and what would make it lawful."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from evenhand.desk.accounts.models import User
from evenhand.desk.record.act import RefusedError, WarnedError, confirming_warnings
from evenhand.desk.record.remedies import REMEDIES
from evenhand.desk.record.scope import OutOfScopeError
from evenhand.desk.refusal.second import sealed
from evenhand.desk.timeline.names import EVENTS

REFUSED = "refused_acts"


class RefusalMiddleware:
    """409 with the refusal's page for `RefusedError`; 404 for `OutOfScopeError`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with confirming_warnings(not request.path.startswith("/api/")):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OutOfScopeError):
            raise Http404 from exception
        if isinstance(exception, RefusedError) and not request.path.startswith("/api/"):
            return refusal_page(request, exception)
        return None


def refusal_page(request: HttpRequest, refused: RefusedError) -> HttpResponse:
    """The page, and where a second person may help, the acts kept in the session for the request to them."""
    may_confirm = isinstance(refused, WarnedError)
    may_ask = not may_confirm and refused.may_be_overridden and isinstance(request.user, User)
    if may_ask or may_confirm:
        request.session[REFUSED] = {
            "acts": sealed(refused.acts),
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
