"""Acts: the one way in which the desk writes.

    def plan(past: Sequence[Entry]) -> list[Event]:
        if any(entry.event.type == "detainer.issued" for entry in past):
            raise NotPossibleError(_("A detainer is in effect."))
        return [draft("detainer.issued", by=officer, subject=..., facility=jail, form_version="2017")]

    perform(Subject(agency, SubjectKind.BOOKING, number), plan)

`perform` takes the writer's lock, loads the history, and only then asks the plan for its events: nobody
writes between a precondition and the event that relies on it. It asks the guard, appends to the ledger and
projects, all in one transaction. A refused act leaves a `guard.refused` event for each rule that stood
against it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from uuid import UUID

from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _
from pydantic import ValidationError

from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record import guard, history, projection
from evenhand.desk.record.guard import Refusal
from evenhand.desk.record.history import Entry, OfSubject, Subject
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.scope import OutOfScopeError, current
from evenhand.desk.record.sent_form import sent_form
from evenhand.desk.record.wrong import wrong_fields
from evenhand.record.events import EVENT_TYPES, KNOWN, ActorRole, Event, SourceKind, SubjectKind
from evenhand.record.events.bounds import is_moment, is_number
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


class NotPossibleError(BadActError):
    """The history as it is now does not allow the act, whatever its form says."""

    def __init__(self, why: str, field: str = "") -> None:
        super().__init__({field: why})


class ConflictError(Exception):
    """Somebody was faster: an act is not possible any more after what was recorded since its page was opened.

    `why` says what stands against it, `meanwhile` are the new entries of the subject's history.
    """

    def __init__(self, subject: Subject, why: str, meanwhile: Sequence[Entry]) -> None:
        self.subject, self.why, self.meanwhile = subject, why, tuple(meanwhile)
        super().__init__(why)


def in_the_future(name: str) -> BadActError:
    """The error for a time that has not come yet, in the field `name`."""
    return BadActError({name: _("it is in the future; enter the time when it happened")})


class RefusedError(Exception):
    """The guard refused an act, and all `acts` that belong with it; `refusals` are the rules against it.

    `size`: how many leaves the ledger had when the acts were judged.
    """

    def __init__(self, act: Event, refusals: Sequence[Refusal], acts: Sequence[Event], size: int) -> None:
        self.act = act
        self.acts = tuple(acts)
        self.refusals = tuple(refusals)
        self.size = size
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
            },
            context=None if is_number(subject) else _context(agency, subject),
        )
    except ValidationError as error:
        raise BadActError(wrong_fields(error)) from None


def _context(agency: str, subject: str) -> dict[str, bool] | None:
    """What is checked of an event of a subject that nobody could begin today."""
    found = Occurrence.objects.filter(agency=agency, subject=subject)
    return KNOWN if found.exists() else None


def _latest(occurred_at: datetime | None, recorded_at: datetime, source: SourceKind) -> datetime | None:
    """The latest moment of an act whose moment was typed in: people and exports state the minute."""
    if occurred_at is None or source is SourceKind.API or occurred_at.second or occurred_at.microsecond:
        return None
    if not is_moment(occurred_at):
        return None  # The event type says what is wrong with it.
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


Plan = Callable[[Sequence[Entry]], Sequence[Event]]
"""Gives the events of an act from the history of its subject, as it is inside the writer's lock.

Raises `NotPossibleError` where the history does not allow the act, `BadActError` for what it says.
"""


def perform(subject: Subject, plan: Plan, *, override: Override | None = None) -> list[Done]:
    """Record the events of a plan on a subject, all or none, each judged in sight of the others.

    A form that is sent again records nothing new: what it recorded before is given. Raises `RefusedError`
    where a rule stands against the events, and records that it did; `ConflictError` where the history has
    changed since the page was opened and the act is not possible any more; else `BadActError`.
    """
    form = sent_form()
    with writing() as lock:
        event_id = form.event_id() if form else None
        before = _recorded_before(event_id) if event_id else None
        if before is not None:
            return [before]
        past = lock.history(subject)
        try:
            events = list(plan(tuple(past)))
            need_uncorrected(events, past)
        except NotPossibleError as error:
            meanwhile = [e for e in past if form and form.opened_before(e.event.recorded_at)]
            if not meanwhile:
                raise
            raise ConflictError(subject, "; ".join(error.fields.values()), meanwhile) from error
        if event_id and events:
            events[0] = events[0].model_copy(update={"id": event_id})
        result = lock.record(events, override)
    if isinstance(result, RefusedError):
        raise result
    return result


def perform_judged(acts: Sequence[Event], size: int, *, override: Override | None = None) -> list[Done]:
    """Record acts that were judged when the ledger had `size` leaves, and waited for a person's decision.

    They are judged again. Their preconditions were asked then, so they are recorded only onto the histories
    of then: raises `ConflictError` where a subject's has changed, `RefusedError` where a rule stands against
    them by now. Acts that are recorded already are given as they are.
    """
    subjects = dict.fromkeys(map(Subject.of, acts))
    with writing() as lock:
        lock.load(subjects)
        before = {s: list(lock.history(s)) for s in subjects}
        known = {e.event.id: Done(e.event, e.seq) for entries in before.values() for e in entries}
        if all(act.id in known for act in acts):
            return [known[act.id] for act in acts]
        result = lock.record(acts, override)
        if not isinstance(result, RefusedError):
            for subject, entries in before.items():
                meanwhile = [entry for entry in entries if entry.seq >= size]
                if meanwhile:
                    raise ConflictError(subject, _("Enter it again."), meanwhile)
    if isinstance(result, RefusedError):
        raise result
    return result


def note(make: Callable[[], Sequence[Event]]) -> list[Done]:
    """Record events that ask nothing of their subject's history, which therefore is not loaded for them.

    Raises `RefusedError` and `BadActError`.
    """
    with writing() as lock:
        result = lock.record(make())
    if isinstance(result, RefusedError):
        raise result
    return result


def need_uncorrected(events: Sequence[Event], past: Sequence[Entry]) -> None:
    """Raise `NotPossibleError` where an event corrects none of its type that holds in the history."""
    correcting = {event.corrects: event.type for event in events if event.corrects is not None}
    if not correcting:
        return
    holding = {event.id: event.type for event in history.effective(past)}
    for corrected, event_type in correcting.items():
        if holding.get(corrected) != event_type:
            raise NotPossibleError(_("This entry was corrected already, or is not in this record."))


def _recorded_before(event: UUID) -> Done | None:
    """The event that the same form recorded when it was sent for the first time."""
    found = Occurrence.objects.filter(event=event).first()
    if found is None:
        return None
    entries = history.load(Subject(found.agency, SubjectKind(found.kind), found.subject))
    return next(Done(entry.event, entry.seq) for entry in entries if entry.seq == found.seq)


R = TypeVar("R", bound=OfSubject)
P = ParamSpec("P")


@dataclass(frozen=True)
class ActOn(Generic[R]):
    """Makes acts of plans on the row of a subject.

        @ActOn(fold)
        def release(case: Case, by: Actor) -> Event: ...

    `row_of` gives the row that follows from a history, or None where there is none. `possible` is asked of it
    first; a plan raises `NotPossibleError` for what it needs besides.
    """

    row_of: Callable[[Subject, Sequence[Entry]], R | None]
    possible: Callable[[R], bool] = lambda _row: True

    def when(self, possible: Callable[[R], bool]) -> "ActOn[R]":
        """The same for acts that are possible only then."""
        return replace(self, possible=possible)

    def __call__(self, plan: Callable[Concatenate[R, P], Event | Sequence[Event]]) -> "Act[R, P]":
        return Act(self, plan)


class Act(Generic[R, P]):
    """An act on a subject. The row with which it is called only names the subject: the plan gets the row that
    follows from the history inside the writer's lock."""

    def __init__(self, on: ActOn[R], plan: Callable[Concatenate[R, P], Event | Sequence[Event]]) -> None:
        self.on, self.plan = on, plan
        self.possible = on.possible
        update_wrapper(self, plan)

    def __call__(self, row: R, *args: P.args, **kwargs: P.kwargs) -> list[Done]:
        """Perform it. Raises as `perform`."""

        def planned(past: Sequence[Entry]) -> Sequence[Event]:
            fresh = self.on.row_of(Subject.of(row), past)
            if fresh is None:
                raise NotPossibleError(_("This is no longer in the record."))
            if not self.possible(fresh):
                raise NotPossibleError(_("This step is not open now."))
            events = self.plan(fresh, *args, **kwargs)
            return [events] if isinstance(events, Event) else events

        return perform(Subject.of(row), planned)


@contextmanager
def writing() -> Iterator["Writing"]:
    """Hold the writer's lock: what is read within it stays true until what is recorded in it is written.

    It is taken before anything else, by everyone, so that no two writers wait for each other. Left with an
    error, nothing is recorded.
    """
    with transaction.atomic():
        lock = Writing()
        yield lock
        lock.append()


class Writing:
    """What is recorded in one transaction: judged one after another, then appended and projected together.

    Between the server and the desk go few words, since each of them is waited for: one for the lock, one for
    all histories, one for all that is written.
    """

    def __init__(self) -> None:
        # From here other writers wait, so that the histories read are the last word.
        self.place = ledger().begin()
        self.start = self.place.number
        self.now = now()
        self.events: list[Event] = []
        self.standings: dict[tuple[frozenset[Subject], frozenset[str]], Standings] = {}
        self.histories: dict[Subject, list[Entry]] = {}
        self.agreements: dict[str, list[Entry]] = {}

    def load(self, subjects: Collection[Subject], agencies: Collection[str] = ()) -> None:
        """Load the histories of subjects and the agreements of agencies at once, where they are not."""
        subjects = [subject for subject in subjects if subject not in self.histories]
        agencies = [agency for agency in agencies if agency not in self.agreements]
        if not subjects and not agencies:
            return
        histories, agreements = history.load_all(subjects, agencies)
        taken = [Entry(self.start + n, history.without_groups(e)) for n, e in enumerate(self.events)]
        for entry in taken:
            key = Subject.of(entry.event)
            if key in histories:
                histories[key].append(entry)
            if entry.event.subject_kind is SubjectKind.AGREEMENT and entry.event.agency in agreements:
                agreements[entry.event.agency].append(entry)
        self.histories |= histories
        self.agreements |= agreements

    def history(self, subject: Subject) -> list[Entry]:
        """A subject's history, what was recorded in this transaction included."""
        if subject not in self.histories:
            self.load([subject])
        return self.histories[subject]

    def record(self, events: Sequence[Event], override: Override | None = None) -> list[Done] | RefusedError:
        """Record events that belong together, all or none; they were drafted inside the lock."""
        self._prepare(events)
        return self._judge_and_take(events, override)

    def record_each(self, groups: Sequence[Sequence[Event]]) -> list[list[Done] | RefusedError]:
        """As `record` for each group, in their order; a refused one does not stop the rest."""
        self._prepare([event for group in groups for event in group])
        return [self._judge_and_take(group, None) for group in groups]

    def _prepare(self, events: Sequence[Event]) -> None:
        """Load what is read to judge and project the events. Raises `OutOfScopeError`."""
        scope = current()
        if any(not scope.holds(event.agency) for event in events):
            raise OutOfScopeError("the act is on another agency's record")
        subjects = {
            Subject.of(event)
            for event in events
            if guard.needs_history(event.type) or projection.has_projector(event.subject_kind)
        }
        agencies: set[str] = set()
        judged = any(guard.needs_standings(event.type) for event in events)
        if judged:
            subjects |= {_officer(event) for event in events if event.actor}
        if judged or any(projection.needs_agreements(event.subject_kind) for event in events):
            agencies = {event.agency for event in events}
        self.load(subjects, agencies)

    def _judge_and_take(self, acts: Sequence[Event], override: Override | None) -> list[Done] | RefusedError:
        against: list[tuple[Event, Refusal]] = []
        for subject in dict.fromkeys(map(Subject.of, acts)):
            of_subject = [act for act in acts if Subject.of(act) == subject]
            needed = any(guard.needs_history(act.type) for act in of_subject)
            past = self.history(subject) if needed else []
            against += guard.refusals(of_subject, past, self._standings(of_subject), self.now)
        blocking = [(act, refusal) for act, refusal in against if refusal.blocks]
        if blocking and not (override and all(refusal.may_be_overridden for _, refusal in blocking)):
            for act, refusal in blocking:
                self._take(_said_no(act, refusal))
            return RefusedError(blocking[0][0], [refusal for _, refusal in against], acts, self.start)
        if against and not blocking and _CONFIRMS.get():
            return WarnedError(against[0][0], [refusal for _, refusal in against], acts, self.start)
        done = [self._take(act) for act in acts]
        for act, refusal in against:
            if not refusal.blocks:
                self._take(_about(act, "guard.warned", reason=act.type, rule=refusal.rule.id))
            elif override is not None:
                self._take(_overridden(act, refusal, override))
        return done

    def _standings(self, acts: Sequence[Event]) -> Standings:
        """What stood for the acts' officers and agencies, the acts of this transaction included."""
        if not any(guard.needs_standings(act.type) for act in acts):
            return NO_STANDINGS
        officers = frozenset(_officer(act) for act in acts if act.actor)
        agencies = frozenset(act.agency for act in acts)
        if (officers, agencies) not in self.standings:
            of_officers = [e for o in sorted(officers) for e in self.history(o)]
            of_agreements = [e for agency in sorted(agencies) for e in self.agreements[agency]]
            self.standings[officers, agencies] = build_standings(
                history.rows(of_officers), history.rows(of_agreements)
            )
        return self.standings[officers, agencies]

    def _take(self, event: Event) -> Done:
        seq = self.start + len(self.events)
        self.events.append(event)
        entry = Entry(seq, history.without_groups(event))
        if Subject.of(event) in self.histories:
            self.histories[Subject.of(event)].append(entry)
        if event.subject_kind is SubjectKind.AGREEMENT and event.agency in self.agreements:
            self.agreements[event.agency].append(entry)
        if event.subject_kind in (SubjectKind.OFFICER, SubjectKind.AGREEMENT):
            self.standings.clear()
        return Done(event, seq)

    def append(self) -> None:
        """Write what was recorded. `writing` does it at its end."""
        if not self.events:
            return
        touched = dict.fromkeys(map(Subject.of, self.events))
        following = [key for key in projection.following(self.events) if key not in touched]
        others, _ = history.load_all(following, ())
        rows = projection.project(
            {key: self.history(key) for key in touched if projection.has_projector(key.kind)} | others,
            lambda agency: self.agreements[agency],
        )
        recorded.send(sender=None, events=self.events)
        book = ledger()
        with book.store.together():
            seqs = book.append(self.events, self.place)
            projection.index(seqs, self.events)
            rows.write()


def _officer(act: Event) -> Subject:
    """The officer whom the act's actor names: one of the act's own agency."""
    return Subject(act.agency, SubjectKind.OFFICER, act.actor or "")


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
        },
        context=KNOWN,
    )
