"""Pages of the upload of bookings: the file, what its rows will become, what became of them."""

import csv
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.bookings import mapping as mappings
from evenhand.desk.bookings import record_upload, uploaded
from evenhand.desk.bookings.forms import FacilityField
from evenhand.desk.bookings.models import PendingUpload, UploadOutcome, number_of
from evenhand.desk.bookings.uploaded import Upload
from evenhand.desk.places.models import Agency
from evenhand.desk.record.act import confirming_warnings
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.timeline.names import EVENTS
from evenhand.record.events.booking import PersonBooked
from evenhand.record.spreadsheet import as_text

UPLOADERS = (Role.BOOKING_OFFICER, Role.COORDINATOR)
"""Roles that upload a jail's file."""
WAITS = timedelta(hours=1)
"""How long a file that was read waits to be recorded, and how long its outcome is shown."""
SHOWN = 200
"""Rows of a table on a page."""

TEMPLATE_COLUMNS = {
    "number": gettext_lazy("Booking number. Required."),
    "facility": gettext_lazy("Code of the facility. Required where your agency has several."),
    "booked_at": gettext_lazy("Time of booking in the facility's time, 2026-11-24 13:05. Required."),
    "name": gettext_lazy("Last name, first name. Required."),
    "birth_date": gettext_lazy("Date of birth, 1990-01-31."),
    "arrested_at": gettext_lazy("Time of arrest."),
    "arresting_agency": gettext_lazy("Agency that arrested."),
    "foreign_national": gettext_lazy("yes or no; blank if nobody asked."),
    "statute": gettext_lazy("Section or text of the offense. Required for a charge."),
    "ncic_class": gettext_lazy("First two digits of the NCIC code."),
    "level": gettext_lazy("felony, misdemeanor, infraction, ordinance or hold."),
    "charge_agency": gettext_lazy("Agency that charged, where it is not the arresting agency."),
    "person_key": gettext_lazy("The jail's own key for the person. Kept apart from the public record."),
    "race_ethnicity": gettext_lazy("Kept apart for statistics of uniformity; no page shows it."),
    "sex": gettext_lazy("Kept apart for statistics of uniformity; no page shows it."),
}
"""The columns of the desk's own template, each with what it holds."""


class AgencyField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the agencies in scope; where there is one, it is chosen and not asked for."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Agency.objects.none(), label=gettext_lazy("Agency"), **kwargs)

    def offer(self) -> None:
        self.queryset = Agency.objects.all()
        found = list(self.queryset[:2])
        if len(found) == 1:
            self.initial, self.required, self.widget = found[0].agency, False, forms.HiddenInput()

    def clean(self, value: Any) -> Any:
        return super().clean(value or self.initial)


class UploadForm(forms.Form):
    """A file of bookings."""

    agency = AgencyField()
    facility = FacilityField(
        label=gettext_lazy("Facility"),
        required=False,
        help_text=gettext_lazy("For rows that name none."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV, Excel, JSON lines or Parquet, at most 5 MB and 5,000 rows."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].offer()  # type: ignore[attr-defined]
        self.fields["facility"].offer()  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > uploaded.MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(size)s MB. Split it.") % {"size": uploaded.MAX_BYTES // 10**6}
            )
        return file

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        agency, facility = said.get("agency"), said.get("facility")
        if agency and facility and facility.agency != agency.agency:
            self.add_error(
                "facility", _("This facility belongs to another agency. Choose one of the agency.")
            )
        return said

    def read(self) -> Upload:
        """Read the file. Raises `FileError`."""
        said = self.cleaned_data
        return uploaded.read(said["file"].read(), said["file"].name, said["agency"], said["facility"])


@allow(*UPLOADERS)
@require_http_methods(["GET", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    """Take a file; what its rows will become is shown before anything is recorded."""
    _forget_old()
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            read = form.read()
        except uploaded.FileError as error:
            form.add_error("file", str(error))
        else:
            _keep(request.user, read)
            return redirect("bookings:preview")
    agencies = [(agency, mappings.in_use(agency).kept) for agency in Agency.objects.all()]
    shown = {"form": form, "agencies": agencies, "columns": TEMPLATE_COLUMNS}
    return render(request, "bookings/upload.html", shown, status=422 if form.is_bound else 200)


def _forget_old() -> None:
    """Delete what is no longer shown, whoever's it is: it holds names."""
    before = timezone.now() - WAITS
    with within(EVERYTHING):
        PendingUpload.objects.filter(uploaded_at__lt=before).delete()
        UploadOutcome.objects.filter(uploaded_at__lt=before).delete()


def _keep(user: User, read: Upload) -> None:
    """Keep what was read until its sender decides, in place of an earlier file and its outcome."""
    with within(EVERYTHING):
        UploadOutcome.objects.filter(uploaded_by=user.actor).delete()
    PendingUpload.objects.filter(uploaded_by=user.actor).delete()
    PendingUpload.objects.create(
        agency=read.agency, uploaded_by=user.actor, uploaded_at=timezone.now(), content=read.dump()
    )


def _keep_outcome(user: User, read: Upload, outcome: record_upload.Outcome) -> None:
    said = {"agency": read.agency, "uploaded_at": timezone.now(), "content": _shown(read, outcome)}
    with within(EVERYTHING):
        # In place of an earlier one, also where that was of an agency that the account has left.
        UploadOutcome.objects.update_or_create(uploaded_by=user.actor, defaults=said)


def _pending(user: User) -> PendingUpload | None:
    since = timezone.now() - WAITS
    return PendingUpload.objects.filter(uploaded_by=user.actor, uploaded_at__gte=since).first()


@allow(*UPLOADERS)
@require_http_methods(["GET", "POST"])
def preview(request: SignedInRequest) -> HttpResponse:
    """Show what the rows of the file will become; record them when the sender says so."""
    pending = _pending(request.user)
    if pending is None:
        return redirect("bookings:upload")
    replaced = request.method == "POST" and request.POST.get("upload") != str(pending.pk)
    if request.method == "POST" and not replaced:
        taken, _of = PendingUpload.objects.filter(pk=pending.pk).delete()
        if "cancel" in request.POST:
            return redirect("bookings:upload")
        if not taken:  # The same was sent twice at once, and the other request records it.
            return redirect("bookings:result")
        read = Upload.load(pending.content)
        with confirming_warnings(False):
            outcome = record_upload.record(read, request.user.as_actor())
        _keep_outcome(request.user, read, outcome)
        return redirect("bookings:result")
    read = Upload.load(pending.content)
    outcome, new = record_upload.foresee(read)
    shown = {
        "outcome": _shown(read, outcome),
        "upload": pending.pk,
        "replaced": replaced,
        "bookings": [_line(opening) for opening in new[:SHOWN]],
        "changes": outcome.recorded or outcome.added,
    }
    return render(request, "bookings/preview.html", shown, status=422 if replaced else 200)


def _line(opening: list[Any]) -> dict[str, Any]:
    booked = opening[0]
    assert isinstance(booked, PersonBooked)
    return {
        "row": booked.source_row,
        "number": number_of(booked),
        "name": booked.name,
        "booked_at": booked.occurred_at,
        "zone": booked.zone,
        "facility": booked.facility,
        "charges": len(opening) - 1,
    }


def _shown(read: Upload, outcome: record_upload.Outcome) -> dict[str, Any]:
    """What became, or will become, of a file, as it is kept for the pages."""
    problems = sorted([*read.problems, *outcome.problems], key=lambda problem: (problem.file, problem.row))
    return {
        "file": read.file,
        "rows": read.rows,
        "recorded": outcome.recorded,
        "known": outcome.known,
        "added": [(str(EVENTS[name]), number) for name, number in sorted(outcome.added.items())],
        "bad_rows": len({(problem.file, problem.row) for problem in problems}),
        "problems": [asdict(problem) for problem in problems],
        "unused": read.unused,
        "counts": read.counts,
    }


@allow(*UPLOADERS)
@require_GET
def result(request: SignedInRequest) -> HttpResponse:
    """What became of the last file."""
    outcome = _outcome(request.user)
    if outcome is None:
        return redirect("bookings:upload")
    return render(request, "bookings/result.html", {"outcome": outcome.content})


@allow(*UPLOADERS)
@require_GET
def bad_rows(request: SignedInRequest) -> HttpResponse:
    """The rows of the last file that were not recorded, with what is wrong and what to do, as CSV."""
    outcome = _outcome(request.user)
    if outcome is None:
        raise Http404
    return _csv("bad-rows.csv", _PROBLEM, outcome.content["problems"])


def _outcome(user: User) -> UploadOutcome | None:
    since = timezone.now() - WAITS
    return UploadOutcome.objects.filter(uploaded_by=user.actor, uploaded_at__gte=since).first()


@allow(*UPLOADERS)
@require_GET
def template(request: SignedInRequest) -> HttpResponse:
    """The desk's own template: a CSV file with the columns and no row."""
    return _csv("bookings.csv", tuple(TEMPLATE_COLUMNS), [])


_PROBLEM = ("file", "row", "number", "column", "value", "problem", "remedy")


def _csv(name: str, columns: tuple[str, ...], rows: list[Mapping[str, Any]]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\N{BYTE ORDER MARK}")
    writer = csv.writer(response)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([as_text(row[column]) for column in columns])
    return response
