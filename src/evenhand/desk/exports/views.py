"""The page that exports an agency's record."""

from zoneinfo import ZoneInfo

from django.http import FileResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from evenhand.desk.accounts.access import SignedInRequest, allow, recent_sign_in
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.submit import submitted
from evenhand.desk.exports.acts import ZIP, record_release, zipped_record
from evenhand.desk.exports.forms import ExportForm
from evenhand.desk.places.models import Agency


@allow(Role.COORDINATOR, Role.REVIEWER)
@recent_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def export_record(request: SignedInRequest) -> HttpResponseBase:
    """Ask for the ground of a release, record it, and send the record."""
    agency = Agency.objects.filter(pk=request.POST.get("agency", "")).first() or Agency.objects.first()
    with timezone.override(ZoneInfo(agency.zone if agency else "UTC")):
        form = ExportForm(request.POST if request.method == "POST" else None)
        if request.method == "POST":
            by = request.user.as_actor()
            if submitted(form, lambda: record_release(form.cleaned_data["agency"], by, **form.release())):
                ori = form.cleaned_data["agency"]
                return FileResponse(
                    zipped_record(ori), as_attachment=True, filename=f"{ori}.zip", content_type=ZIP
                )
        return render(request, "exports/export.html", {"form": form}, status=422 if form.errors else 200)
