"""What an agreement's parties have to do, and what of it lapses."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.agreements.deadlines import next_meeting, suspension_end
from evenhand.desk.agreements.models import Agreement, State
from evenhand.desk.home.due import DueItem, offers_due
from evenhand.desk.lapses.lapse import AHEAD, Lapse, offers_lapses

ROOM = "desk_agreements"


@offers_lapses
def lapses(until: datetime) -> list[Lapse]:
    """Meetings owed and suspensions that end before `until`, those past included."""
    found = []
    for row in Agreement.objects.exclude(state=State.ENDED):
        for at, what in (
            (next_meeting(row), _("Annual meeting of ICE and the agency")),
            (suspension_end(row), _("End of the suspension's stated length")),
        ):
            if at is not None and at < until:
                url = reverse("agreements:show", args=[row])
                found.append(Lapse(at, what, row.subject, row.subject, url, row.agency, row.zone, ROOM))
    return found


@offers_due
def due(user: User, now: datetime) -> list[DueItem]:
    if user.role not in (Role.COORDINATOR, Role.FEDERAL_SUPERVISOR):
        return []
    items = [lapse.as_due(now) for lapse in lapses(now + AHEAD)]
    for row in Agreement.objects.filter(state=State.DRAFTED):
        missing = row.agency_signed_at if user.role == Role.COORDINATOR else row.ice_signed_at
        if missing is None:
            items.append(_todo(row, _("Agreement %(subject)s waits for your party's signature")))
    if user.role == Role.COORDINATOR:
        text = _("Agreement %(subject)s is signed by both and has not taken effect")
        items += [_todo(row, text) for row in Agreement.objects.filter(state=State.SIGNED)]
    return items


def _todo(row: Agreement, text: str) -> DueItem:
    url = reverse("agreements:show", args=[row])
    return DueItem(text % {"subject": row.subject}, url, None, False, ROOM)
