"""Making the demonstration: a simulated year that ends now, and an account of every role."""

import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.demonstration.open_cases import Officer, add_open_cases
from evenhand.desk.demonstration.take import Progress, Taken, events_of, take
from evenhand.desk.places.models import Agency
from evenhand.desk.record.history import row_of
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import ActorRole, Event, SubjectKind
from evenhand.record.events.agreement import AgreementEnded, AgreementTookEffect, Model
from evenhand.record.store import Record
from evenhand.rules.standing import build_standings
from evenhand.simulate.simulation import Settings, Simulation

PASSWORD = "evenhand demonstration"
DOMAIN = "demo.invalid"
AGENCIES = 2


class NotADemonstrationError(RuntimeError):
    """Made-up data are never put into a desk for real use."""


@dataclass(frozen=True)
class Demonstration:
    """What was made: the acts taken in, and the accounts with their common password."""

    taken: Taken
    accounts: tuple[User, ...]


def make(bookings: int = 3000, seed: int = 1, progress: Progress = lambda done, total: None) -> Demonstration:
    """Fill an empty desk. `bookings` are those of the whole simulation, of which two agencies are taken.

    Raises `NotADemonstrationError` in real mode.
    """
    if not settings.DEMONSTRATION:
        raise NotADemonstrationError("set EVENHAND_DESK_MODE=demonstration to try the desk on made-up data.")
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "record"
        start = (now - timedelta(days=350)).date()
        Simulation(Settings(bookings=bookings, seed=seed, rates={}, start=start, years=1.0)).write(
            out, lambda done: None
        )
        record = Record(out)
        events = events_of(record, frozenset(record.manifest.agencies), now)
    chosen = _chosen(events)
    events = [event for event in events if event.agency in chosen]
    taken = take(events, progress)
    officer = _officer(events, chosen[0], now)
    with within(EVERYTHING):
        add_open_cases(chosen[0], officer, _actor(events, chosen[0], Role.FEDERAL_SUPERVISOR) or "", now)
        return Demonstration(taken, tuple(_accounts(events, chosen, officer)))


def _chosen(events: list[Event]) -> list[str]:
    """The agencies with the most bookings whose jail agreement is in force at the end."""
    ended = {event.subject for event in events if isinstance(event, AgreementEnded)}
    in_force = {
        event.agency
        for event in events
        if isinstance(event, AgreementTookEffect) and event.model is Model.JEM and event.subject not in ended
    }
    bookings = Counter(e.agency for e in events if e.type == "person.booked" and e.agency in in_force)
    return [agency for agency, _ in bookings.most_common(AGENCIES)]


def _officer(events: list[Event], agency: str, now: datetime) -> Officer:
    """An officer of the agency who may act now, the one with the most acts so far."""
    known = [
        event for event in events if event.subject_kind is SubjectKind.OFFICER and event.agency == agency
    ]
    timelines = build_standings(map(row_of, known), []).officers
    acts = Counter(event.actor for event in events if event.subject_kind is SubjectKind.BOOKING)
    able = [
        Officer(subject, str(standing.fields["assigned_facility"]))
        for subject, timeline in timelines.items()
        if (standing := timeline.at(now)) is not None and _able(standing.fields)
    ]
    return max(able, key=lambda officer: acts[officer.subject])


def _able(fields: dict[str, Any]) -> bool:
    barred = any(fields[name] for name in ("revoked", "suspended", "left", "refresher_overdue"))
    return bool(fields["certified"] and fields["authorized"] and fields["assigned_facility"]) and not barred


def _accounts(events: list[Event], agencies: list[str], officer: Officer) -> list[User]:
    """One account a role for the first agency, under the name by which its acts stand in the record."""
    first = agencies[0]
    made = []
    for role in Role:
        acted = officer.subject if role is Role.DESIGNATED_OFFICER else _actor(events, first, role)
        actor = acted or f"{role.value}-{first}"
        user = User.objects.create_user(
            f"{role.value.replace('_', '-')}@{DOMAIN}", PASSWORD, name="Demonstration", role=role, actor=actor
        )
        if role is not Role.ADMINISTRATOR:
            wide = role in (Role.FEDERAL_SUPERVISOR, Role.AUDITOR)
            user.agencies.set(Agency._default_manager.filter(pk__in=agencies if wide else [first]))
        made.append(user)
    return made


def _actor(events: list[Event], agency: str, role: Role) -> str | None:
    """Who acted last in that role there."""
    if role in (Role.ADMINISTRATOR, Role.AUDITOR):
        return None
    wanted = ActorRole(role.value)
    return next(
        (
            event.actor
            for event in reversed(events)
            if event.agency == agency and event.actor_role is wanted and event.actor
        ),
        None,
    )
