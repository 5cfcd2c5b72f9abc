"""What a case's page says of custody: its clocks, what was done, what the account can do next."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings.cases import Next
from evenhand.desk.bookings.models import Case
from evenhand.desk.custody.clocks import DETAINER, RELEASE, Reading, clocks
from evenhand.desk.custody.labels import BASES, CAUSES, DESTINATIONS
from evenhand.desk.custody.offers import JAIL, OFFERS
from evenhand.desk.custody.papers import PAPERS


def panel(case: Case, role: str, now: datetime) -> dict[str, Any]:
    """The context of `custody/panel.html`; it is rendered in the facility's zone."""
    readings = clocks(case, now)
    return {
        "case": case,
        "now": now,
        "clocks": readings,
        "facts": facts(case),
        "must": must(case, readings, role),
        "offers": [
            Next(str(offer.title), offer.url(case))
            for offer in OFFERS
            if role in offer.roles and offer.asked(case)
        ],
        "papers": [paper for paper in PAPERS if paper.ready(case)],
    }


def must(case: Case, readings: list[Reading], role: str) -> dict[str, Any] | None:
    """That the person must go because a clock has ended: which one, and whether this role records it.

    `may_say_why`: a detainer's clock has ended while it stands, so that who still holds the person must say
    so in the record.
    """
    ended = [r for r in readings if r.ended and r.clock.rule in RELEASE]
    if not ended or not case.in_custody:
        return None
    return {
        "clock": ended[0],
        "records": role in JAIL,
        "may_say_why": case.detained and any(r.clock.rule in DETAINER for r in ended),
    }


def facts(case: Case) -> list[tuple[Any, datetime | None, Any]]:
    """What was done: name, when, detail. What has not happened is left out."""
    said: list[tuple[Any, datetime | None, Any]] = [
        (_("Warrant signed"), case.warrant_signed_at, case.warrant_form),
        (_("Detainer issued"), case.detainer_issued_at, ""),
        (_("ICE told of the detainer"), case.detainer_notified_at, ""),
        (_("Detainer served, with a copy"), case.detainer_served_at, ""),
        (_("Warrant served"), case.warrant_served_at, ""),
        (_("Detainer ended"), case.detainer_ended_at, ""),
        (_("Release due"), case.release_due_at, CAUSES.get(case.release_cause, "")),
        (_("Hold started"), case.hold_started_at, BASES.get(case.hold_basis, "")),
        (_("Hold ended"), case.hold_ended_at, ""),
        (_("Told of the consulate"), case.consulate_advised_at, ""),
        (_("Consulate notified"), case.consulate_notified_at, ""),
        (_("Transferred to ICE inside the jail"), case.transferred_at, ""),
        (_("Released"), case.released_at, ""),
        (_("Departed"), case.departed_at, DESTINATIONS.get(case.destination, "")),
    ]
    return [line for line in said if line[1] is not None]
