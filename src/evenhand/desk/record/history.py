"""Histories of subjects, read from the ledger.

Race, sex and creed are never read here: they stay in the ledger's openings, for statistics of uniformity.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from evenhand.desk.record.scope import OutOfScopeError, current
from evenhand.record.episode.order import in_order
from evenhand.record.events import FIELDS, Event, SubjectKind, parse
from evenhand.record.ledger.leaf import APPENDED_AT, COMMITMENT

GROUPS = ("race_ethnicity", "sex")
"""Fields that no page and no rule may read (42 U.S.C. 2000d)."""

Row = dict[str, Any]
Subject = tuple[SubjectKind, str]
# As subqueries, since a planner whose statistics lag behind would walk through all leaves to join them.
_FROM = (
    "SELECT o.seq, (SELECT e.leaf FROM ledger_entry e WHERE e.seq = o.seq), "
    "(SELECT p.personal FROM ledger_opening p WHERE p.seq = o.seq) FROM desk_record_occurrence o "
)


@dataclass(frozen=True)
class Entry:
    """One event and the number of its leaf."""

    seq: int
    event: Event


def event_of(leaf: bytes, personal: bytes | None) -> Event:
    """The event behind a leaf, with its personal part where that is not erased, but without groups."""
    said = json.loads(leaf)
    said.pop(COMMITMENT, None)
    said.pop(APPENDED_AT, None)
    if personal is not None:
        said.update({k: v for k, v in json.loads(personal).items() if k not in GROUPS})
    return parse(said)


def without_groups(event: Event) -> Event:
    """The event as `load` would give it."""
    given = {name: None for name in GROUPS if getattr(event, name, None) is not None}
    return event.model_copy(update=given) if given else event


def load(kind: SubjectKind, subject: str) -> list[Entry]:
    """A subject's history in the order of the ledger; empty where there is none.

    Raises `OutOfScopeError` where it is another agency's.
    """
    return _entries(_FROM + "WHERE o.kind = %s AND o.subject = %s ORDER BY o.seq", [kind.value, subject])


def load_many(kind: SubjectKind, subjects: Sequence[str]) -> dict[str, list[Entry]]:
    """The histories of several subjects, each as `load` gives it."""
    found, _ = load_all([(kind, subject) for subject in subjects], ())
    return {subject: found[kind, subject] for subject in subjects}


def load_all(
    subjects: Collection[Subject], agencies: Collection[str]
) -> tuple[dict[Subject, list[Entry]], dict[str, list[Entry]]]:
    """The histories of subjects, each as `load` gives it, and all events on the agreements of agencies."""
    of_kind: dict[SubjectKind, list[str]] = {}
    for kind, subject in subjects:
        of_kind.setdefault(kind, []).append(subject)
    parts = [("subject", kind, names) for kind, names in of_kind.items()]
    if agencies:
        parts.append(("agency", SubjectKind.AGREEMENT, list(agencies)))
    histories: dict[Subject, list[Entry]] = {key: [] for key in subjects}
    agreements: dict[str, list[Entry]] = {agency: [] for agency in agencies}
    if not parts:
        return histories, agreements
    queries = [
        f"{_FROM}WHERE o.kind = %s AND o.{column} IN ({', '.join(['%s'] * len(names))})"
        for column, _, names in parts
    ]
    values = [value for _, kind, names in parts for value in (kind.value, *names)]
    once = {entry.seq: entry for entry in _entries(" UNION ALL ".join(queries), values)}
    for _, entry in sorted(once.items()):
        event = entry.event
        if (event.subject_kind, event.subject) in histories:
            histories[event.subject_kind, event.subject].append(entry)
        if event.subject_kind is SubjectKind.AGREEMENT and event.agency in agreements:
            agreements[event.agency].append(entry)
    return histories, agreements


def _entries(query: str, values: list[Any]) -> list[Entry]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        entries = [Entry(seq, event_of(_bytes(leaf), _bytes(p))) for seq, leaf, p in cursor.fetchall()]
    scope = current()
    if any(not scope.holds(entry.event.agency) for entry in entries):
        raise OutOfScopeError("the record is another agency's")
    return entries


def _bytes(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


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
