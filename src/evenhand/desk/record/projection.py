"""Read tables: what follows from each subject's history, written anew whenever an event is added to it."""

from collections.abc import Callable, Mapping, Sequence

from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.models import Occurrence, ReadTable, Rows, gathering, projecting
from evenhand.record.events import Event, SubjectKind

Projector = Callable[[str, Sequence[Entry]], None]
"""Writes the rows of one subject from its whole history. It reads nothing else: no clock, no other table."""

_PROJECTORS: dict[SubjectKind, list[Projector]] = {}
READ_TABLES: list[type[ReadTable]] = [Occurrence]
"""Every read table; `rebuild` empties and refills them."""


def projects(kind: SubjectKind, *tables: type[ReadTable]) -> Callable[[Projector], Projector]:
    """Declare the function that writes these tables from histories of that kind of subject."""

    def declare(projector: Projector) -> Projector:
        _PROJECTORS.setdefault(kind, []).append(projector)
        READ_TABLES.extend(t for t in tables if t not in READ_TABLES)
        return projector

    return declare


def has_projector(kind: SubjectKind) -> bool:
    """Whether any read table follows from histories of that kind."""
    return bool(_PROJECTORS.get(kind))


def project(histories: Mapping[Subject, Sequence[Entry]]) -> Rows:
    """The rows that follow from whole histories, to be written by the caller.

    Where a projector removes rows, or writes others than those it puts, that is done here.
    """
    with gathering() as rows:
        for (kind, subject), entries in histories.items():
            for projector in _PROJECTORS.get(kind, ()):
                projector(subject, entries)
    return rows


def index(seqs: range, events: Sequence[Event]) -> None:
    """Enter events just appended into the index of the ledger."""
    with projecting():
        Occurrence.objects.bulk_create([occurrence(s, e) for s, e in zip(seqs, events, strict=True)])


def occurrence(seq: int, event: Event) -> Occurrence:
    return Occurrence(
        seq=seq,
        event=event.id,
        kind=event.subject_kind.value,
        subject=event.subject,
        agency=event.agency,
        type=event.type,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        actor=event.actor or "",
    )
