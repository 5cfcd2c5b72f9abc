"""Histories of subjects, read from the ledger.

Race, sex and creed are never read here: they stay in the ledger's openings, for statistics of uniformity.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol, Self
from uuid import UUID

from django.db import connection

from evenhand.desk.record import leaves
from evenhand.desk.record.scope import OutOfScopeError, current
from evenhand.record.episode.order import in_order
from evenhand.record.events import FIELDS, Event, SubjectKind, parse
from evenhand.record.events.bounds import END, FIRST, is_moment
from evenhand.record.ledger.leaf import event_fields

LAST = END - timedelta(microseconds=1)
GROUPS = ("race_ethnicity", "sex")
"""Fields that no page and no rule may read (42 U.S.C. 2000d)."""

Row = dict[str, Any]
_FROM = f"SELECT {leaves.PARTS} FROM desk_record_occurrence o "


class OfSubject(Protocol):
    """An event, or the row of a read table: both say whose history they belong to."""

    @property
    def agency(self) -> str: ...
    @property
    def subject_kind(self) -> SubjectKind: ...
    @property
    def subject(self) -> str: ...


class Subject(NamedTuple):
    """Whose history it is. Two agencies may use the same number: these are two subjects."""

    agency: str
    kind: SubjectKind
    subject: str

    @classmethod
    def of(cls, thing: OfSubject) -> Self:
        return cls(thing.agency, thing.subject_kind, thing.subject)


@dataclass(frozen=True)
class Entry:
    """One event and the number of its leaf."""

    seq: int
    event: Event


def event_of(case: dict[str, Any], personal: dict[str, Any] | None) -> Event:
    """The event behind a leaf, with its personal part where that is not erased, but without groups."""
    seen = {k: v for k, v in (personal or {}).items() if k not in GROUPS}
    return mended(parse(event_fields(case, seen)))


def mended(event: Event) -> Event:
    """The event with what can be read of it, where a moment lies beyond the bounds of events.

    No program can compute with such a moment, so it counts as unknown: the event happened some time between
    `FIRST` and its recording; a moment that the type asks for is moved to the nearest bound. Ledgers from
    before there were bounds may hold some.
    """
    odd = [n for n, v in vars(event).items() if isinstance(v, datetime) and not is_moment(v)]
    if not odd:
        return event
    asked = {name for name, spec in FIELDS[event.type].items() if spec.required}
    unknown: dict[str, Any] = {n: _nearest(getattr(event, n)) if n in asked else None for n in odd}
    if "occurred_at" in odd or "occurred_by" in odd:
        recorded = None if event.recorded_at is None or "recorded_at" in odd else event.recorded_at
        unknown |= {"occurred_at": FIRST, "occurred_by": recorded or LAST}
    return event.model_copy(update=unknown)


def _nearest(moment: datetime) -> datetime:
    return FIRST if moment <= FIRST else LAST


def is_unreadable(event: Event) -> bool:
    """Whether the event's own moment cannot be read."""
    return event.occurred_at == FIRST


def without_groups(event: Event) -> Event:
    """The event as `load` would give it."""
    given = {name: None for name in GROUPS if getattr(event, name, None) is not None}
    return event.model_copy(update=given) if given else event


def load(subject: Subject) -> list[Entry]:
    """A subject's history in the order of the ledger; empty where there is none. Events whose case part was
    erased are left out.

    Raises `OutOfScopeError` where it is another agency's, and `VerificationError` where a part of an event
    was altered, or is gone without an erasure on record.
    """
    where = "WHERE o.agency = %s AND o.kind = %s AND o.subject = %s ORDER BY o.seq"
    return _entries(_FROM + where, [subject.agency, subject.kind.value, subject.subject])


def at(seqs: Collection[int]) -> list[Entry]:
    """The events with these leaves, in no order. Raises `OutOfScopeError` where one is another agency's."""
    if not seqs:
        return []
    return _entries(f"{_FROM}WHERE o.seq IN ({', '.join(['%s'] * len(seqs))})", list(seqs))


def load_many(subjects: Sequence[Subject]) -> dict[Subject, list[Entry]]:
    """The histories of several subjects, each as `load` gives it."""
    return load_all(subjects, ())[0]


def load_all(
    subjects: Collection[Subject], agencies: Collection[str]
) -> tuple[dict[Subject, list[Entry]], dict[str, list[Entry]]]:
    """The histories of subjects, each as `load` gives it, and all events on the agreements of agencies."""
    named: dict[tuple[str, SubjectKind], list[str]] = {}
    for agency, kind, subject in subjects:
        named.setdefault((agency, kind), []).append(subject)
    queries = [
        f"{_FROM}WHERE o.agency = %s AND o.kind = %s AND o.subject IN ({', '.join(['%s'] * len(names))})"
        for names in named.values()
    ]
    values = [value for (agency, kind), names in named.items() for value in (agency, kind.value, *names)]
    if agencies:
        queries.append(f"{_FROM}WHERE o.kind = %s AND o.agency IN ({', '.join(['%s'] * len(agencies))})")
        values += [SubjectKind.AGREEMENT.value, *agencies]
    histories: dict[Subject, list[Entry]] = {key: [] for key in subjects}
    agreements: dict[str, list[Entry]] = {agency: [] for agency in agencies}
    if not queries:
        return histories, agreements
    once = {entry.seq: entry for entry in _entries(" UNION ALL ".join(queries), values)}
    for _, entry in sorted(once.items()):
        event = entry.event
        if Subject.of(event) in histories:
            histories[Subject.of(event)].append(entry)
        if event.subject_kind is SubjectKind.AGREEMENT and event.agency in agreements:
            agreements[event.agency].append(entry)
    return histories, agreements


def _entries(query: str, values: list[Any]) -> list[Entry]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found = leaves.opened(cursor.fetchall())
    entries = [Entry(leaf.seq, event_of(leaf.case, leaf.personal)) for leaf in found if leaf.case is not None]
    scope = current()
    if any(not scope.holds(entry.event.agency) for entry in entries):
        raise OutOfScopeError("the record is another agency's")
    return entries


def events(entries: Iterable[Entry]) -> Iterator[Event]:
    return (entry.event for entry in entries)


def effective(entries: Iterable[Entry]) -> list[Event]:
    """The events that no later one corrects, in order of time, as projections read them."""
    all_events = list(events(entries))
    corrected: set[UUID] = {e.corrects for e in all_events if e.corrects}
    return sorted((e for e in all_events if e.id not in corrected), key=lambda e: e.occurred_at)


def row_of(event: Event) -> Row:
    """The event as the rules read it: its public fields by name, lists as lists."""
    personal = {name for name, spec in FIELDS[event.type].items() if spec.personal}
    row = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in vars(event).items()
        if name not in personal
    }
    row["type"] = event.type
    return row


def rows(entries: Iterable[Entry]) -> list[Row]:
    """A history as the rules read it: in order of time; of one moment, in the order of the entries."""
    return in_order(row_of(e) for e in events(entries))
