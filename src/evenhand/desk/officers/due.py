"""What is to be done about officers, and what of their authority lapses."""

from datetime import datetime
from functools import cache

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.home.due import DueItem, offers_due
from evenhand.desk.lapses.lapse import AHEAD, Lapse, offers_lapses
from evenhand.desk.officers.lapses import changes, credential_due
from evenhand.desk.officers.models import Officer
from evenhand.desk.officers.standing import State, form_of, state

ROOM = "desk_officers"


@offers_lapses
def lapses(until: datetime) -> list[Lapse]:
    """What of officers' authority ends before `until`, what has ended included, and credentials owed."""
    now = timezone.now()
    found = []
    for row in Officer.objects.all():
        ends = [(change.at, change.what) for change in changes(row, now, until)]
        owed = credential_due(row)
        if owed is not None and owed < until:
            ends.append((owed, _("Return of the credential")))
        url = reverse("officers:show", args=[row])
        found += [
            Lapse(at, what, row.subject, str(row), url, row.agency, row.zone, ROOM) for at, what in ends
        ]
    return found


@offers_due
def due(user: User, now: datetime) -> list[DueItem]:
    match user.role:
        case Role.COORDINATOR:
            return [lapse.as_due(now) for lapse in lapses(now + AHEAD)]
        case Role.FEDERAL_SUPERVISOR:
            return [lapse.as_due(now) for lapse in lapses(now + AHEAD)] + _in_preparation(now)
        case Role.DESIGNATED_OFFICER:
            return _own(user, now)
    return []


def _in_preparation(now: datetime) -> list[DueItem]:
    """Nominations that wait for ICE."""
    form, officers = cache(form_of), Officer.objects.order_by("nominated_at")
    waiting = [row for row in officers if state(row, now, form(row.agency)) is State.PREPARING]
    text = _("Steps before the authorization")
    return [
        DueItem(f"{text}: {row.subject}", reverse("officers:show", args=[row]), None, False, ROOM)
        for row in waiting
    ]


def _own(user: User, now: datetime) -> list[DueItem]:
    row = Officer.objects.filter(subject=user.actor).first()
    if row is None:
        return []
    url = reverse("officers:own")
    return [DueItem(c.what, url, c.at, c.at <= now, ROOM, row.zone) for c in changes(row, now, now + AHEAD)]
