"""When posters are to be attested again."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.agreements.models import Agreement, State
from evenhand.desk.facilities.models import Posters
from evenhand.desk.facilities.posters import due as posters_due
from evenhand.desk.home.due import DueItem, offers_due
from evenhand.desk.lapses.lapse import AHEAD, Lapse, offers_lapses
from evenhand.desk.places.models import Facility

ROOM = "desk_facilities"


@offers_lapses
def lapses(until: datetime) -> list[Lapse]:
    """Attestations due before `until` at the facilities of agreements in force."""
    now, found = timezone.now(), []
    running = Agreement.objects.filter(state=State.IN_FORCE).values_list("agency", "facilities")
    covered = {(agency, code) for agency, facilities in running for code in facilities}
    for facility in Facility.objects.filter(code__in={code for _agency, code in covered}):
        if (facility.agency, facility.code) not in covered:
            continue
        attested = Posters.objects.filter(agency=facility.agency, facility=facility.code)
        at = posters_due(attested, now, facility.zone)
        if at < until:
            what, url = _("Attestation of the posters"), reverse("facilities:show", args=[facility])
            found.append(
                Lapse(at, what, facility.code, facility.name, url, facility.agency, facility.zone, ROOM)
            )
    return found


@offers_due
def due(user: User, now: datetime) -> list[DueItem]:
    if user.role != Role.COORDINATOR:
        return []
    return [lapse.as_due(now) for lapse in lapses(now + AHEAD)]
