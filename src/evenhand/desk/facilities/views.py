"""The pages of facilities."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evenhand.desk.accounts.access import READERS, SignedInRequest, allow
from evenhand.desk.accounts.models import Role
from evenhand.desk.facilities.forms import LanguageForm
from evenhand.desk.facilities.models import Interpreter, Posters
from evenhand.desk.facilities.posters import counts, due
from evenhand.desk.facilities.steps import STEPS, find
from evenhand.desk.places.models import Facility
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.timeline.lines import lines
from evenhand.desk.timeline.names import named

_IN_THE_JAIL = (Role.DESIGNATED_OFFICER, Role.BOOKING_OFFICER)


@allow(*READERS, *_IN_THE_JAIL)
@require_safe
def facility_list(request: SignedInRequest) -> HttpResponse:
    """Facilities in scope, with the last attestation of posters and the next that is due."""
    now = timezone.now()
    rows = [_row(facility, now) for facility in Facility.objects.all()]
    return render(request, "facilities/list.html", {"rows": rows, "now": now})


def _row(facility: Facility, now: datetime) -> dict[str, object]:
    attested = list(
        Posters.objects.filter(agency=facility.agency, facility=facility.code).order_by("-attested_at")
    )
    return {
        "facility": facility,
        "attested": [_said(p) for p in attested],
        "last": next((p for p in attested if counts(p)), None),
        "due": due(attested, now, facility.zone),
        "interpreters": Interpreter.objects.filter(agency=facility.agency, facility=facility.code).count(),
    }


def _said(row: Posters | Interpreter) -> dict[str, object]:
    return {"row": row, "languages": [named(code) for code in row.languages]}


@allow(*READERS, *_IN_THE_JAIL)
@require_safe
def show(request: SignedInRequest, subject: Subject) -> HttpResponse:
    """One facility: its posters, and its interpreters by language."""
    facility, now = find(subject), timezone.now()
    form = LanguageForm(request.GET)
    language = form.cleaned_data["language"] if form.is_valid() else ""
    of_facility = Interpreter.objects.filter(agency=facility.agency, facility=facility.code)
    interpreters = of_facility.order_by("name", "qualified_at")
    entries = history.load(subject)
    context = _row(facility, now) | {
        "lines": lines(entries, STEPS.correctable(request.user, entries)),
        "interpreters": [_said(i) for i in interpreters if not language or language in i.languages],
        "form": form,
        "steps": STEPS.open_to(request.user, facility),
        "now": now,
    }
    return render(request, "facilities/show.html", context)
