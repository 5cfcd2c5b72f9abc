"""The events of a case as a page tells them: what, when, by whom, and the codes that may be shown.

Only the fields listed here are shown. What a person said of birth and citizenship, the ground of the
interview that follows from it, the country of a consulate and every group are not among them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from evenhand.desk.bookings import labels, offenses
from evenhand.desk.record.history import Entry
from evenhand.desk.timeline.lines import account_names, who
from evenhand.desk.timeline.names import EVENTS, ROLES
from evenhand.record.events import Event

Detail = Callable[[Any], str]


def _plain(value: Any) -> str:
    return str(value)


def _charge(number: Any) -> str:
    return gettext("no. %(n)s") % {"n": number}


def _of(table: labels.Labels) -> Detail:
    return lambda code: str(table.get(str(code), code))


def _all_of(table: labels.Labels) -> Detail:
    return lambda codes: ", ".join(str(table.get(str(code), code)) for code in codes)


SHOWN: dict[str, dict[str, Detail]] = {
    "charge.recorded": {
        "charge_no": _charge,
        "statute": _plain,
        "ncic_class": offenses.named,
        "level": _of(labels.LEVELS),
        "arresting_agency": _plain,
    },
    "charge.disposed": {"charge_no": _charge, "disposition": _of(labels.DISPOSITIONS)},
    "screening.opened": {"form_version": _plain},
    "screening.step_done": {"step": _of(labels.STEPS)},
    "screening.closed": {"closing_reason": _of(labels.CLOSINGS)},
    "record_check.done": {"system": _of(labels.SYSTEMS), "response": _of(labels.RESPONSES)},
    "citizenship.claimed": {"how": _of(labels.CLAIMS)},
    "citizenship.resolved": {
        "outcome": _of(labels.CLAIM_OUTCOMES),
        "grounds": _all_of(labels.CLAIM_GROUNDS),
    },
    "determination.made": {
        "outcome": _of(labels.DETERMINATIONS),
        "grounds": _all_of(labels.DETERMINATION_GROUNDS),
        "conviction_class": offenses.named,
        "pending_class": offenses.named,
    },
    "determination.reviewed": {"outcome": _of(labels.REVIEWS)},
    "warrant.signed": {"form": _plain},
    "warrant.served": {"form": _plain},
    "charging_document.prepared": {"form": _plain},
    "charging_document.signed": {"form": _plain},
    "custody.departed": {"receiving_officer": _plain},
    "custody.transferred_in_place": {"receiving_officer": _plain},
}
"""For each type the fields of its payload that a timeline may show, and how."""


@dataclass(frozen=True)
class Line:
    """One event on a timeline. `corrected`: a later one took its place."""

    id: UUID
    type: str
    title: str
    details: tuple[str, ...]
    reason: str
    at: datetime
    recorded_at: datetime | None
    actor: str
    role: str
    corrected: bool
    corrects: bool


def timeline(entries: Sequence[Entry]) -> list[Line]:
    """A case's history in order of time, as a page may show it."""
    corrected = {e.event.corrects for e in entries if e.event.corrects}
    names = account_names({e.event.actor for e in entries if e.event.actor})
    lines = [_line(entry.event, entry.event.id in corrected, names) for entry in entries]
    return sorted(lines, key=lambda line: line.at)


def _line(event: Event, corrected: bool, names: Mapping[str, str]) -> Line:
    shown = SHOWN.get(event.type, {})
    values = ((tell, getattr(event, name)) for name, tell in shown.items())
    return Line(
        id=event.id,
        type=event.type,
        title=str(EVENTS.get(event.type, event.type)),
        details=tuple(tell(value) for tell, value in values if value not in (None, "", ())),
        reason=event.reason or "",
        at=event.occurred_at,
        recorded_at=event.recorded_at,
        actor=who(event, names),
        role=str(ROLES.get(event.actor_role, "")) if event.actor_role else "",
        corrected=corrected,
        corrects=event.corrects is not None,
    )
