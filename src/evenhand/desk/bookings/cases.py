"""Finding a case, opening it for an account, and what that account can do next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.bookings.models import Case, Stage
from evenhand.desk.bookings.people import name_from
from evenhand.desk.record import history
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.viewed import viewed
from evenhand.record.events.booking import ClosingReason
from evenhand.rules.catalog import CATALOG
from evenhand.rules.clock import deadline


def case_or_404(subject: Subject) -> Case:
    """The case in scope. Raises `Http404` where there is none."""
    found: Case | None = Case.objects.filter(agency=subject.agency, subject=subject.subject).first()
    if found is None:
        raise Http404
    return found


def opened(
    user: User, subject: Subject, what: str = "case", *, sent: bool = False
) -> tuple[Case, list[Entry]]:
    """A case and its history for a page that shows it; the view is recorded. Raises `Http404`.

    `sent`: a form is sent. What it does is an event of its own; where it is bad, `form_page` records the
    view of the page that comes back.
    """
    case = case_or_404(subject)
    entries = history.load(subject)
    if not sent:
        viewed(user, entries, what=what)
    return name_from(case, entries), entries


def report_by(case: Case) -> datetime | None:
    """By when ICE is told of an open claim that was not reported: the bound of CIT-01."""
    if not case.claim_open or case.claim_reported_at is not None:
        return None
    assert case.claimed_at is not None
    return deadline(case.claimed_at, CATALOG["CIT-01"].spans[0], case.zone)


def form_page(request: HttpRequest, case: Case, template: str, shown: dict[str, Any]) -> HttpResponse:
    """The page of a form on a case: as it was opened, or with what is wrong after it was sent."""
    if not shown["form"].is_bound:
        return render(request, template, shown)
    assert isinstance(request.user, User)
    viewed(request.user, history.load(Subject.of(case)), what="form")
    return render(request, template, shown, status=422)


@dataclass(frozen=True)
class Next:
    """Something that the account can do on a case. `first`: what its stage asks for."""

    text: str
    url: str
    first: bool = False


def next_acts(case: Case, role: str) -> list[Next]:
    """What a role can do on a case as it stands, what is asked for first."""
    by_role = {
        Role.BOOKING_OFFICER: _for_booking_officer,
        Role.DESIGNATED_OFFICER: _for_designated_officer,
        Role.FEDERAL_SUPERVISOR: _for_federal_supervisor,
    }
    offer = by_role.get(Role(role))
    return sorted(offer(case), key=lambda act: not act.first) if offer else []


def _url(name: str, case: Case) -> str:
    return reverse(name, args=[case])


def _for_booking_officer(case: Case) -> list[Next]:
    return [Next(_("Add a charge"), _url("bookings:charge", case)), *_claim(case)]


def _claim(case: Case) -> list[Next]:
    if not case.claim_open:
        return [Next(_("Record a claim to U.S. citizenship"), _url("screening:claim", case))]
    if case.claim_reported_at is None:
        return [Next(_("Record that ICE was told of the claim"), _url("screening:claim", case), first=True)]
    return []


def _for_designated_officer(case: Case) -> list[Next]:
    acts = _claim(case)
    if case.claim_open or case.ended_by_claim:
        if case.screening_closed_at is None:
            acts.append(Next(_("Close the screening"), _url("screening:close", case)))
        return acts
    if case.screening_closed_at is None:
        acts.append(Next(_("Go on with the screening"), _url("screening:steps", case), first=True))
        acts.append(Next(_("Close the screening"), _url("screening:close", case)))
        return acts
    acts.append(Next(_("Screen again"), _url("screening:reopen", case)))
    if case.closing_reason == ClosingReason.COMPLETED:
        acts.append(Next(_("Interview"), _url("screening:interview", case)))
    acts.append(Next(_("Record a check"), _url("screening:check", case)))
    if case.stage in (Stage.INTERVIEWED, Stage.RETURNED) or case.record_checks:
        due = case.stage in (Stage.INTERVIEWED, Stage.RETURNED)
        acts.append(Next(_("Make a determination"), _url("screening:determination", case), first=due))
    if case.stage == Stage.DECIDED:
        acts.append(Next(_("Prepare a charging document"), _url("screening:document", case)))
    return acts


def _for_federal_supervisor(case: Case) -> list[Next]:
    acts = _claim(case)
    if case.claim_open:
        acts.append(Next(_("Resolve the claim"), _url("supervision:claim", case), first=True))
    if case.stage == Stage.REVIEW:
        acts.append(Next(_("Review the determination"), _url("supervision:review", case), first=True))
    if case.unsigned_since is not None:
        acts.append(Next(_("Sign the charging document"), _url("supervision:document", case), first=True))
    return acts
