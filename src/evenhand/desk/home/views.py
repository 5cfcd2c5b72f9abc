"""The home page of each role: what is late, what is due, what changed."""

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from evenhand.desk.accounts.access import SignedInRequest, allow
from evenhand.desk.accounts.models import Role
from evenhand.desk.home.changes import changed
from evenhand.desk.home.due import due_for
from evenhand.desk.places.models import Agency


@allow(*Role)
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """What the account has to do, and the last that happened at its agencies."""
    now = timezone.now()
    agencies = list(Agency.objects.all())
    zone = agencies[0].zone if agencies else "UTC"
    items = [item if item.zone else replace(item, zone=zone) for item in due_for(request.user, now)]
    context = {
        "late": [item for item in items if item.late],
        "due": [item for item in items if not item.late],
        "changes": changed(request.user),
        "agencies": agencies,
        "role": Role(request.user.role).label,
        "sees_cases": request.user.role != Role.ADMINISTRATOR,
        "now": now,
    }
    return render(request, "home/home.html", context)
