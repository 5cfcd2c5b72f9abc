"""Commands: the one way in which the desk writes.

    act = draft("detainer.issued", by=officer, subject=..., facility=jail, form_version="2017")
    perform(act)

`perform` loads the history, asks the guard, appends to the ledger and projects, in one transaction. A refused
act leaves a `guard.refused` event for each rule that stood against it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _
from pydantic import ValidationError

from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record import guard, history, projection
from evenhand.desk.record.guard import Refusal
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.scope import OutOfScopeError, current
from evenhand.desk.record.wrong import wrong_fields
from evenhand.record.events import EVENT_TYPES, ActorRole, Event, SourceKind, SubjectKind
from evenhand.record.ledger.identity import uuid7
from evenhand.record.time import whole_minute
from evenhand.rules.standing import Standings, build_standings

recorded = Signal()
"""Sent within the transaction, with the `events` that are being appended."""
NO_STANDINGS = Standings({}, {})
AHEAD = timedelta(minutes=2)
"""How far a clock at the counter may be ahead of the server's."""


class BadActError(ValueError):
    """An act that says something impossible; `fields` maps each field to what is wrong with it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__("; ".join(f"{name}: {what}" for name, what in self.fields.items()))


def in_the_future(name: str) -> BadActError:
    """The error for a time that has not come yet, in the field `name`."""
    return BadActError({name: _("it is in the future; enter the time when it happened")})


class RefusedError(Exception):
    """The guard refused an act, and all `acts` that belong with it; `refusals` are the rules against it."""

    def __init__(self, act: Event, refusals: Sequence[Refusal], acts: Sequence[Event] = ()) -> None:
        self.act = act
        self.acts = tuple(acts) or (act,)
        self.refusals = tuple(refusals)
        super().__init__(f"{act.type} refused: {', '.join(r.rule.id for r in refusals)}")

    @property
    def blocking(self) -> tuple[Refusal, ...]:
        """The rules that keep the acts out of the record; the others only warn."""
        return tuple(refusal for refusal in self.refusals if refusal.blocks)

    @property
    def may_be_overridden(self) -> bool:
        return all(refusal.may_be_overridden for refusal in self.blocking)


class WarnedError(RefusedError):
    """Rules warn of the acts; none blocks them. They are recorded when the person confirms them."""


_CONFIRMS = ContextVar("warnings_are_confirmed", default=False)


@contextmanager
def confirming_warnings(confirm: bool = True) -> Iterator[None]:
    """Within this context `perform` raises `WarnedError` instead of recording acts that rules warn of.

    Pages work so: the person sees the warnings and decides. Elsewhere the acts are recorded, and so is each
    warning.
    """
    token = _CONFIRMS.set(confirm)
    try:
        yield
    finally:
        _CONFIRMS.reset(token)


@dataclass(frozen=True)
class Actor:
    """Who acts, as it stands in the event. For a designated officer `id` is the officer's subject."""

    id: str
    role: ActorRole


@dataclass(frozen=True)
class Override:
    """A second person lets an act pass that a warning stands against; both and the reason are recorded."""

    second_person: Actor
    reason: str


@dataclass(frozen=True)
class Done:
    """An act that was recorded."""

    event: Event
    seq: int


def now() -> datetime:
    return datetime.now(UTC)


def draft(
    event_type: str,
    *,
    by: Actor,
    subject: str,
    agency: str,
    facility: str | None = None,
    occurred_at: datetime | None = None,
    occurred_by: datetime | None = None,
    source: SourceKind = SourceKind.DESK,
    event_id: UUID | None = None,
    corrects: UUID | None = None,
    reason: str | None = None,
    zone: str | None = None,
    **payload: Any,
) -> Event:
    """An act as an event, recorded now. Payload values that are None or empty are left out.

    `zone`: where it is known already; otherwise the facility's or the agency's is looked up.
    Raises `BadActError` for a bad field, a future moment or an unknown facility or agency.
    """
    recorded_at = now()
    for name, moment in (("occurred_at", occurred_at), ("occurred_by", occurred_by)):
        if moment is not None and moment > recorded_at + AHEAD:
            raise in_the_future(name)
    try:
        return EVENT_TYPES[event_type].model_validate(
            {
                "id": event_id or uuid7(recorded_at),
                "subject": subject,
                "agency": agency,
                "facility": facility,
                "occurred_at": occurred_at or recorded_at,
                "occurred_by": occurred_by or _latest(occurred_at, recorded_at, source),
                "zone": zone or zone_of(agency, facility),
                "recorded_at": recorded_at,
                "actor": by.id,
                "actor_role": by.role,
                "source_kind": source,
                "corrects": corrects,
                "reason": reason or None,
                **{name: value for name, value in payload.items() if value not in (None, "", (), [])},
            }
        )
    except ValidationError as error:
        raise BadActError(wrong_fields(error)) from None


def _latest(occurred_at: datetime | None, recorded_at: datetime, source: SourceKind) -> datetime | None:
    """The latest moment of an act whose moment was typed in: people and exports state the minute."""
    if occurred_at is None or source is SourceKind.API or occurred_at.second or occurred_at.microsecond:
        return None
    return max(occurred_at, min(whole_minute(occurred_at).latest or occurred_at, recorded_at))


def zone_of(agency: str, facility: str | None) -> str:
    """The time zone of a facility, or of its agency. Raises `BadActError` where neither is known."""
    if facility:
        found = Facility.objects.filter(code=facility, agency=agency).first()
        if found is None:
            raise BadActError(
                {
                    "facility": _("%(facility)s is no facility of %(agency)s")
                    % {"facility": facility, "agency": agency}
                }
            )
        return found.zone
    place = Agency.objects.filter(agency=agency).first()
    if place is None:
        raise BadActError({"agency": _("%(agency)s is not known here") % {"agency": agency}})
    return place.zone


def perform(act: Event, *, override: Override | None = None) -> Done:
    """Record one act. Raises `RefusedError` where a rule stands against it, and records that it did."""
    return perform_together([act], override=override)[0]


def perform_together(acts: Sequence[Event], *, override: Override | None = None) -> list[Done]:
    """Record acts that belong together, all or none, each judged in sight of the others.

    Raises `RefusedError` where a rule stands against them, and records that it did.
    """
    result = _perform([acts], [override])[0]
    if isinstance(result, RefusedError):
        raise result
    return result


def perform_all(acts: Sequence[Event]) -> list[Done | RefusedError]:
    """Record acts in their order, each judged with those before it; a refused one does not stop the rest."""
    results = perform_groups([[act] for act in acts])
    return [result if isinstance(result, RefusedError) else result[0] for result in results]


def perform_groups(groups: Sequence[Sequence[Event]]) -> list[list[Done] | RefusedError]:
    """As `perform_all`, each group as `perform_together` does it."""
    return _perform(groups, [None] * len(groups))


def _perform(
    groups: Sequence[Sequence[Event]], overrides: Sequence[Override | None]
) -> list[list[Done] | RefusedError]:
    """Raises `OutOfScopeError` for an act on another agency's record, and then nothing is recorded."""
    scope = current()
    if any(not scope.holds(act.agency) for group in groups for act in group):
        raise OutOfScopeError("the act is on another agency's record")
    with transaction.atomic():
        writing = _Writing([act for group in groups for act in group])
        results = [writing.judge_and_take(*pair) for pair in zip(groups, overrides, strict=True)]
        writing.append()
    return results


class _Writing:
    """The acts of one transaction: judged one after another, then appended and projected together.

    Between the server and the desk go few words, since each of them is waited for: one for the lock, one for
    all histories, one for all that is written.
    """

    def __init__(self, acts: Sequence[Event]) -> None:
        self.now = now()
        self.events: list[Event] = []
        self.standings: dict[tuple[frozenset[str], frozenset[str]], Standings] = {}
        # From here other writers wait, so that the histories read are the last word.
        self.place = ledger().begin()
        self.start = self.place.number
        self.histories, self.agreements = history.load_all(*self.needs(acts))

    def needs(self, acts: Sequence[Event]) -> tuple[set[Subject], set[str]]:
        """Whose histories, and which agencies' agreements, are read to judge and project the acts."""
        subjects = {
            (act.subject_kind, act.subject)
            for act in acts
            if guard.needs_history(act.type) or projection.has_projector(act.subject_kind)
        }
        judged = any(guard.needs_standings(act.type) for act in acts)
        if not judged and not any(projection.needs_agreements(act.subject_kind) for act in acts):
            return subjects, set()
        officers = {(SubjectKind.OFFICER, act.actor) for act in acts if act.actor and judged}
        return subjects | officers, {act.agency for act in acts}

    def judge_and_take(self, acts: Sequence[Event], override: Override | None) -> list[Done] | RefusedError:
        against: list[tuple[Event, Refusal]] = []
        for kind, subject in dict.fromkeys((act.subject_kind, act.subject) for act in acts):
            of_subject = [act for act in acts if (act.subject_kind, act.subject) == (kind, subject)]
            needed = any(guard.needs_history(act.type) for act in of_subject)
            past = self._history(kind, subject) if needed else []
            if past and past[0].event.agency != of_subject[0].agency:
                raise OutOfScopeError("the act is on another agency's record")
            against += guard.refusals(of_subject, past, self._standings(of_subject), self.now)
        blocking = [(act, refusal) for act, refusal in against if refusal.blocks]
        if blocking and not (override and all(refusal.may_be_overridden for _, refusal in blocking)):
            for act, refusal in blocking:
                self._take(_said_no(act, refusal))
            return RefusedError(blocking[0][0], [refusal for _, refusal in against], acts)
        if against and not blocking and _CONFIRMS.get():
            return WarnedError(against[0][0], [refusal for _, refusal in against], acts)
        done = [self._take(act) for act in acts]
        for act, refusal in against:
            if not refusal.blocks:
                self._take(_about(act, "guard.warned", reason=act.type, rule=refusal.rule.id))
            elif override is not None:
                self._take(_overridden(act, refusal, override))
        return done

    def _history(self, kind: SubjectKind, subject: str) -> list[Entry]:
        key = (kind, subject)
        if key not in self.histories:
            self.histories[key] = history.load(kind, subject) + self._taken(kind, subject)
        return self.histories[key]

    def _standings(self, acts: Sequence[Event]) -> Standings:
        """What stood for the acts' officers and agencies, the acts of this transaction included."""
        if not any(guard.needs_standings(act.type) for act in acts):
            return NO_STANDINGS
        officers = frozenset(act.actor for act in acts if act.actor)
        agencies = frozenset(act.agency for act in acts)
        if (officers, agencies) not in self.standings:
            of_officers = [e for o in sorted(officers) for e in self._history(SubjectKind.OFFICER, o)]
            of_agreements = [e for agency in sorted(agencies) for e in self.agreements[agency]]
            self.standings[officers, agencies] = build_standings(
                history.rows(of_officers), history.rows(of_agreements)
            )
        return self.standings[officers, agencies]

    def _taken(self, kind: SubjectKind, subject: str) -> list[Entry]:
        """What this transaction has taken so far of a subject."""
        return [
            Entry(self.start + place, history.without_groups(event))
            for place, event in enumerate(self.events)
            if (event.subject_kind, event.subject) == (kind, subject)
        ]

    def _take(self, event: Event) -> Done:
        seq = self.start + len(self.events)
        self.events.append(event)
        entry = Entry(seq, history.without_groups(event))
        if (event.subject_kind, event.subject) in self.histories:
            self.histories[event.subject_kind, event.subject].append(entry)
        if event.subject_kind is SubjectKind.AGREEMENT and event.agency in self.agreements:
            self.agreements[event.agency].append(entry)
        if event.subject_kind in (SubjectKind.OFFICER, SubjectKind.AGREEMENT):
            self.standings.clear()
        return Done(event, seq)

    def append(self) -> None:
        if not self.events:
            return
        touched = dict.fromkeys((e.subject_kind, e.subject) for e in self.events)
        following = [key for key in projection.following(self.events) if key not in touched]
        others, _ = history.load_all(following, ())
        rows = projection.project(
            {key: self._history(*key) for key in touched if projection.has_projector(key[0])} | others,
            lambda agency: self.agreements[agency],
        )
        recorded.send(sender=None, events=self.events)
        book = ledger()
        with book.store.together():
            seqs = book.append(self.events, self.place)
            projection.index(seqs, self.events)
            rows.write()


def _said_no(act: Event, refusal: Refusal) -> Event:
    return _about(act, "guard.refused", reason=act.type, rule=refusal.rule.id)


def _overridden(act: Event, refusal: Refusal, override: Override) -> Event:
    return _about(
        act,
        "guard.overridden",
        reason=override.reason,
        rule=refusal.rule.id,
        second_person=override.second_person.id,
    )


def _about(act: Event, event_type: str, *, reason: str, **payload: str) -> Event:
    """An event of the system about an act; its subject is the act's."""
    return EVENT_TYPES[event_type].model_validate(
        {
            **{
                name: getattr(act, name)
                for name in ("subject", "agency", "facility", "zone", "actor", "actor_role", "source_kind")
            },
            "id": uuid7(now()),
            "occurred_at": act.recorded_at,
            "recorded_at": act.recorded_at,
            "reason": reason,
            **payload,
        }
    )
