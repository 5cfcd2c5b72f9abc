"""What a case's page says of custody: its clocks, what was done, what the account can do next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings.cases import Next
from evenhand.desk.bookings.models import Case
from evenhand.desk.custody.clocks import DETAINER, RELEASE, Reading, clocks
from evenhand.desk.custody.labels import BASES, CAUSES, DESTINATIONS
from evenhand.desk.custody.offers import CORRECTED, JAIL, OFFERS
from evenhand.desk.custody.papers import PAPERS
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject


def panel(case: Case, role: str, now: datetime) -> dict[str, Any]:
    """The context of `custody/panel.html`; it is rendered in the facility's zone."""
    readings = clocks(case, now)
    return {
        "case": case,
        "now": now,
        "clocks": readings,
        "facts": facts(case, role),
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


@dataclass(frozen=True)
class Fact:
    """One act that was done: its name, when, a detail; where it can be corrected by the role, where."""

    name: str | Promise
    at: datetime
    detail: str | Promise
    correct: str


def facts(case: Case, role: str) -> list[Fact]:
    """What was done, in the order of the work; what has not happened is left out."""
    said: list[tuple[str, str | Promise, datetime | None, str | Promise]] = [
        ("warrant.signed", _("Warrant signed"), case.warrant_signed_at, case.warrant_form),
        ("detainer.issued", _("Detainer issued"), case.detainer_issued_at, ""),
        ("detainer.ice_notified", _("ICE told of the detainer"), case.detainer_notified_at, ""),
        ("detainer.served", _("Detainer served, with a copy"), case.detainer_served_at, ""),
        ("warrant.served", _("Warrant served"), case.warrant_served_at, ""),
        ("detainer.cancelled", _("Detainer ended"), case.detainer_ended_at, ""),
        ("custody.release_due", _("Release due"), case.release_due_at, CAUSES.get(case.release_cause, "")),
        ("custody.hold_started", _("Hold started"), case.hold_started_at, BASES.get(case.hold_basis, "")),
        ("custody.hold_ended", _("Hold ended"), case.hold_ended_at, ""),
        ("consulate.advised", _("Told of the consulate"), case.consulate_advised_at, ""),
        ("consulate.notified", _("Consulate notified"), case.consulate_notified_at, ""),
        (
            "custody.transferred_in_place",
            _("Transferred to ICE inside the jail"),
            case.transferred_at,
            "",
        ),
        ("custody.released", _("Released"), case.released_at, ""),
        ("custody.departed", _("Departed"), case.departed_at, DESTINATIONS.get(case.destination, "")),
    ]
    done = [(kind, name, at, detail) for kind, name, at, detail in said if at is not None]
    links = _corrections(case, role) if done else {}
    return [Fact(name, at, detail, links.get(kind, "")) for kind, name, at, detail in done]


def _corrections(case: Case, role: str) -> dict[str, str]:
    """For each type of event that the role records, where the last one of the case is corrected."""
    own = {kind: offer for kind, offer in CORRECTED.items() if role in offer.roles}
    if not own:
        return {}
    last = {e.type: e.id for e in history.effective(history.load(Subject.of(case)))}
    return {kind: offer.correction_url(case, last[kind]) for kind, offer in own.items() if kind in last}
