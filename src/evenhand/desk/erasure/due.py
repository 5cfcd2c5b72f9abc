"""Orders that wait for a second person stand on that person's home page."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import User
from evenhand.desk.erasure.acts import DECIDES
from evenhand.desk.erasure.models import ErasureOrder
from evenhand.desk.home.due import DueItem, offers_due

ROOM = "desk_erasure"


@offers_due
def due(user: User, now: datetime) -> list[DueItem]:
    if user.role not in DECIDES:
        return []
    waiting = ErasureOrder.objects.filter(decided_at=None).exclude(entered_by=user.actor)
    text = _("A court order to erase needs your decision")
    return [DueItem(text, reverse("erasure:show", args=[o.pk]), o.entered_at, True, ROOM) for o in waiting]
