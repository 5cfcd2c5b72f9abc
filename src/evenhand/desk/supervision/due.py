"""What a federal supervisor has to do on cases, for the home page."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.bookings.models import Case, Stage
from evenhand.desk.home.due import DueItem, offers_due
from evenhand.desk.supervision.turnaround import queued

ROOM = "desk_supervision"
SHOWN = 50
"""How many of each kind a home page names; the queue has them all."""


@offers_due
def due(user: User, now: datetime) -> list[DueItem]:
    if user.role != Role.FEDERAL_SUPERVISOR:
        return []
    return [*_reviews(now), *_claims(), *_documents()]


def _reviews(now: datetime) -> list[DueItem]:
    found = []
    for case in Case.objects.filter(stage=Stage.REVIEW).order_by("determined_at", "subject")[:SHOWN]:
        row = queued(case, now)
        text = _("Review the determination in booking %(number)s") % {"number": case.number}
        found.append(
            DueItem(text, reverse("supervision:review", args=[case]), row.due, row.late, ROOM, case.zone)
        )
    return found


def _claims() -> list[DueItem]:
    return [
        DueItem(
            _("Resolve the claim to U.S. citizenship in booking %(number)s") % {"number": case.number},
            reverse("supervision:claim", args=[case]),
            None,
            False,
            ROOM,
        )
        for case in Case.objects.filter(stage=Stage.STOPPED).order_by("claimed_at", "subject")[:SHOWN]
    ]


def _documents() -> list[DueItem]:
    rows = Case.objects.filter(unsigned_since__isnull=False).order_by("unsigned_since", "subject")[:SHOWN]
    return [
        DueItem(
            _("Sign the charging document in booking %(number)s") % {"number": case.number},
            reverse("supervision:document", args=[case]),
            None,
            False,
            ROOM,
        )
        for case in rows
    ]
