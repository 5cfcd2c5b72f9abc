"""A history as a page shows it: one line an event, in order of time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from evenhand.desk.accounts.models import User
from evenhand.desk.record.history import Entry
from evenhand.desk.timeline.names import EVENTS, FIELDS, ROLES, Name, named
from evenhand.record.events import Event, SourceKind


@dataclass(frozen=True)
class Line:
    """One event. `corrected`: a later event takes its place. `details` are names and what was said.

    `correct` is where the account may correct it, or empty.
    """

    seq: int
    type: str
    name: Name
    at: datetime
    zone: str
    who: str
    role: Name
    details: tuple[tuple[Name, str], ...]
    corrected: bool
    corrects: bool
    correct: str


def lines(entries: Sequence[Entry], correctable: Mapping[UUID, str] | None = None) -> list[Line]:
    """The lines of agreements', officers' or facilities' histories, the latest first.

    `correctable`: where each event may be corrected.
    """
    corrected = {e.event.corrects for e in entries if e.event.corrects}
    names = account_names({e.event.actor for e in entries if e.event.actor})
    found = [_line(entry, corrected, names, correctable or {}) for entry in entries]
    return sorted(found, key=lambda line: (line.at, line.seq), reverse=True)


def account_names(actors: Iterable[str]) -> dict[str, str]:
    """The names of the accounts behind actors."""
    return dict(User.objects.filter(actor__in=list(actors)).values_list("actor", "name"))


def who(event: Event, names: Mapping[str, str]) -> str:
    """Who acted; what a program stated of a person is told from that person's own act."""
    name = names.get(event.actor or "", event.actor or "")
    if event.source_kind is not SourceKind.API or not event.source_file:
        return name
    program = event.source_file.removeprefix("api:").rpartition("#")[0]
    return _("%(name)s, as sent by the program %(program)s") % {"name": name, "program": program}


def _line(
    entry: Entry, corrected: set[UUID], names: Mapping[str, str], correctable: Mapping[UUID, str]
) -> Line:
    event = entry.event
    return Line(
        seq=entry.seq,
        type=event.type,
        name=EVENTS.get(event.type, event.type),
        at=event.occurred_at,
        zone=event.zone,
        who=who(event, names),
        role=ROLES.get(event.actor_role or "", ""),
        details=tuple(_details(event)),
        corrected=event.id in corrected,
        corrects=event.corrects is not None,
        correct=correctable.get(event.id, ""),
    )


def _details(event: Event) -> Iterable[tuple[Name, str]]:
    for name, label in FIELDS.items():
        value = getattr(event, name, None)
        if value is not None:
            yield label, said(value, event.zone)


def said(value: Any, zone: str) -> str:
    """A value of an event as a page says it: codes by name, moments in the place's time."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
    if isinstance(value, tuple):
        return ", ".join(said(v, zone) for v in value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(named(str(value)))
