"""What officers have to do on cases, for their home page."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.bookings.cases import report_by
from evenhand.desk.bookings.models import Case, Stage
from evenhand.desk.home.due import DueItem, offers_due
from evenhand.desk.screening.worklist import close_by, open_screenings, to_determine

ROOM = "desk_screening"
SHOWN = 50
"""How many of each kind a home page names; the worklist has them all."""


@offers_due
def due(user: User, now: datetime) -> list[DueItem]:
    match user.role:
        case Role.DESIGNATED_OFFICER:
            return [*_claims(now), *_open(now), *_undetermined()]
        case Role.BOOKING_OFFICER:
            return _claims(now)
        case Role.COORDINATOR:
            return [item for item in _open(now) if item.late]
    return []


def _claims(now: datetime) -> list[DueItem]:
    """Claims of which ICE was not told yet."""
    rows = Case.objects.filter(stage=Stage.STOPPED, claim_reported_at=None).order_by("claimed_at")[:SHOWN]
    found = []
    for case in rows:
        by = report_by(case)
        text = _("Tell ICE of the claim to U.S. citizenship in booking %(number)s") % {"number": case.number}
        url = reverse("screening:claim", args=[case])
        found.append(DueItem(text, url, by, by is not None and by < now, ROOM, case.zone))
    return found


def _open(now: datetime) -> list[DueItem]:
    """Open screenings, the first booked first."""
    found = []
    for case in open_screenings()[:SHOWN]:
        by = close_by(case)
        text = _("Close the screening of booking %(number)s") % {"number": case.number}
        found.append(DueItem(text, reverse("bookings:case", args=[case]), by, by < now, ROOM, case.zone))
    return found


def _undetermined() -> list[DueItem]:
    """Interviews and returned determinations that wait for an officer's determination."""
    found = []
    for case in to_determine()[:SHOWN]:
        text = _("Make the determination in booking %(number)s") % {"number": case.number}
        found.append(DueItem(text, reverse("bookings:case", args=[case]), None, False, ROOM))
    return found
