"""Corrective actions by their dates, and reviews whose sample is not drawn yet."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.home.due import DueItem, offers_due
from evenhand.desk.reviews.models import Finding, Review

ROOM = "desk_reviews"


@offers_due
def due(user: User, now: datetime) -> list[DueItem]:
    match user.role:
        case Role.COORDINATOR:
            return _actions(now)
        case Role.REVIEWER:
            return _actions(now) + _unsampled()
    return []


def _actions(now: datetime) -> list[DueItem]:
    text, zones = _("Corrective action"), {r.pk: r.zone for r in Review.objects.all()}
    return [
        DueItem(
            f"{text}: {row.review}, {row.finding}",
            reverse("reviews:show", args=[row.of_review]),
            row.due,
            row.due is not None and row.due < now,
            ROOM,
            zones.get((row.agency, row.review), ""),
        )
        for row in Finding.objects.filter(done_at=None).order_by("due")
    ]


def _unsampled() -> list[DueItem]:
    text = _("Sample to be drawn")
    return [
        DueItem(f"{text}: {row.subject}", reverse("reviews:show", args=[row]), None, False, ROOM)
        for row in Review.objects.filter(sampled_at=None, closed_at=None).order_by("opened_at")
    ]
