"""The next steps of open complaints, each by its rule's deadline."""

from datetime import datetime

from django.urls import reverse

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.complaints.deadlines import deadlines
from evenhand.desk.complaints.models import Complaint
from evenhand.desk.home.due import DueItem, offers_due

BY_ICE = "CMP-04"
"""The rule on ICE's own step, which its supervisor records."""


@offers_due
def due(user: User, now: datetime) -> list[DueItem]:
    """The complaints officer's steps, and for the federal supervisor that of ICE."""
    if user.role not in (Role.COMPLAINTS_OFFICER, Role.FEDERAL_SUPERVISOR):
        return []
    return [
        DueItem(
            f"{owed.step}: {complaint.number}",
            reverse("complaints:show", args=[complaint]),
            owed.due,
            owed.late(now),
            "desk_complaints",
            complaint.zone,
        )
        for complaint in Complaint.objects.order_by("received_at")
        for owed in deadlines(complaint)
        if owed.done is None and (owed.rule == BY_ICE) == (user.role == Role.FEDERAL_SUPERVISOR)
    ]
