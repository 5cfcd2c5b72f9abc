"""Pages of the upload of bookings: the file, what became of it, and its bad rows as CSV."""

import csv
from dataclasses import asdict
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings import rows
from evenhand.desk.bookings.forms import FacilityField
from evenhand.record.spreadsheet import as_text

KEPT = "bookings.upload"
"""Where the outcome of the last upload stands in the session; it goes when the session does."""


class UploadForm(forms.Form):
    """A file of bookings."""

    facility = FacilityField(
        label=gettext_lazy("Facility"),
        required=False,
        help_text=gettext_lazy("For rows that name none."),
    )
    file = forms.FileField(label=gettext_lazy("CSV file"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].offer()  # type: ignore[attr-defined]


@allow(Role.BOOKING_OFFICER)
@require_http_methods(["GET", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    """Record the bookings of a CSV file; good rows go on, the others are told of."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, facility = form.cleaned_data["file"], form.cleaned_data["facility"]
        try:
            if file.size > rows.MAX_BYTES:
                raise rows.FileError(
                    _("%(file)s: larger than %(size)s MB. Split the file.")
                    % {"file": file.name, "size": rows.MAX_BYTES // 10**6}
                )
            outcome, bookings = rows.read(file.read(), file.name, facility.code if facility else "")
        except rows.FileError as error:
            form.add_error("file", str(error))
        else:
            rows.record(outcome, bookings, request.user.as_actor())
            request.session[KEPT] = {
                **asdict(outcome),
                "recorded": len(outcome.recorded),
                "bad_rows": outcome.bad_rows,
            }
            return redirect("bookings:result")
    status = 422 if form.is_bound else 200
    return render(request, "bookings/upload.html", {"form": form, "columns": rows.COLUMNS}, status=status)


@allow(Role.BOOKING_OFFICER)
@require_GET
def result(request: SignedInRequest) -> HttpResponse:
    """What became of the last file."""
    if KEPT not in request.session:
        return redirect("bookings:upload")
    return render(request, "bookings/result.html", {"outcome": request.session[KEPT]})


@allow(Role.BOOKING_OFFICER)
@require_GET
def bad_rows(request: SignedInRequest) -> HttpResponse:
    """The rows of the last file that were not recorded, with what is wrong and what to do, as CSV."""
    if KEPT not in request.session:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="bad-rows.csv"'
    response.write("\N{BYTE ORDER MARK}")
    writer = csv.writer(response)
    columns = ("row", "number", "column", "value", "problem", "remedy")
    writer.writerow(columns)
    for problem in request.session[KEPT]["problems"]:
        writer.writerow([as_text(problem[column]) for column in columns])
    return response
