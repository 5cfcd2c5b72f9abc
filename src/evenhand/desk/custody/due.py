"""What custody has to do, for the home page: the clocks of the persons in the jail."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.bookings.models import Case
from evenhand.desk.custody.clocks import RELEASE, open_clocks, read
from evenhand.desk.custody.offers import JAIL
from evenhand.desk.home.due import DueItem, offers_due

ROOM = "desk_custody"
MOST = 100
"""How many clocks a home page shows; the list of the hold clock has all."""

RULES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(JAIL, (*RELEASE, "DET-05")),
    Role.FEDERAL_SUPERVISOR: (*RELEASE, "CIT-04"),
}
"""The clocks that concern each role."""


@offers_due
def due(user: User, now: datetime) -> list[DueItem]:
    """For each booking the clock that ends first among those of a release, and every other."""
    rules = RULES.get(user.role, ())
    clocks = list(open_clocks(rules).order_by("due_at", "rule")[:MOST]) if rules else []
    cases = Case.objects.in_bulk([(clock.agency, clock.subject) for clock in clocks])
    items: list[DueItem] = []
    released: set[tuple[str, str]] = set()
    for clock in clocks:
        key = (clock.agency, clock.subject)
        if clock.rule in RELEASE and key in released:
            continue
        if clock.rule in RELEASE:
            released.add(key)
        reading, case = read(clock, now), cases[key]
        what = reading.at_end if reading.ended else reading.name
        text = _("Booking %(number)s: %(what)s") % {"number": case.number, "what": what}
        url = reverse("bookings:case", args=[case])
        items.append(DueItem(text, url, clock.due_at, reading.ended, ROOM, case.zone))
    return items
