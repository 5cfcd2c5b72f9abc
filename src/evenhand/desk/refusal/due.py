"""Acts that wait for a second person, until the request runs out; its first person sees it too."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import User
from evenhand.desk.home.due import DueItem, offers_due
from evenhand.desk.refusal.models import Waiting
from evenhand.desk.refusal.second import RUNS_OUT, waiting_for

ROOM = "desk_refusal"


@offers_due
def due(user: User, now: datetime) -> list[DueItem]:
    to_decide, url = _("An act waits for you as a second person"), reverse("refusal:waiting")
    items = [DueItem(to_decide, url, w.asked_at + RUNS_OUT, False, ROOM) for w in waiting_for(user, now)]
    asked, home = _("Your request to a second person runs out"), reverse("home:home")
    own = Waiting.objects.filter(asked_by=user.actor, asked_at__gte=now - RUNS_OUT)
    return items + [DueItem(asked, home, w.asked_at + RUNS_OUT, False, ROOM) for w in own]
