"""What the guard and second persons said about a subject, as its page tells it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from evenhand.desk.record import history
from evenhand.desk.record.catalog import CATALOG
from evenhand.desk.record.history import Subject
from evenhand.desk.timeline.lines import account_names
from evenhand.desk.timeline.names import EVENTS, Name
from evenhand.record.events import Event, SubjectKind
from evenhand.record.events.oversight import GuardOverridden, GuardRefused, GuardWarned


@dataclass(frozen=True)
class Told:
    """One rule that stood against an act. `second` is the second person who decided, where one did.

    `act` is the action that the guard blocked or, if `warned`, warned about; `reason` is why a second person
    approved or declined the override.
    """

    at: datetime
    zone: str
    actor: str
    rule: str
    sentence: str
    second: str
    passed: bool
    warned: bool
    act: Name
    reason: str


def told(subject: Subject) -> list[Told]:
    """The refusals, overrides and declined requests so far, in the order of the ledger."""
    said = [
        entry.event
        for entry in history.load(subject._replace(kind=SubjectKind.SYSTEM))
        if isinstance(entry.event, GuardRefused | GuardWarned | GuardOverridden)
    ]
    people = {event.actor for event in said} | {_second(event) for event in said}
    names = account_names({person for person in people if person})
    return [_told(event, names) for event in said]


def _second(event: GuardRefused | GuardWarned | GuardOverridden) -> str:
    return "" if isinstance(event, GuardWarned) else event.second_person or ""


def _told(event: GuardRefused | GuardWarned | GuardOverridden, names: dict[str, str]) -> Told:
    known, second = CATALOG.get(event.rule), _second(event)
    return Told(
        at=event.occurred_at,
        zone=event.zone,
        actor=_name(event, names),
        rule=event.rule,
        sentence=gettext(known.sentence) if known else "",
        second=names.get(second, second),
        passed=isinstance(event, GuardOverridden),
        warned=isinstance(event, GuardWarned),
        act="" if second else EVENTS.get(event.reason or "", event.reason or ""),
        reason=(event.reason or "") if second else "",
    )


def _name(event: Event, names: dict[str, str]) -> str:
    return names.get(event.actor or "", event.actor or "")
