"""Read tables: what follows from each subject's history, written anew whenever an event is added to it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.models import Occurrence, ReadTable, Rows, gathering, projecting
from evenhand.record.events import Event, SubjectKind

Projector = Callable[[Subject, Sequence[Entry]], None]
"""Writes the rows of one subject from its whole history. It reads nothing else: no clock, no other table."""
ProjectorWithAgreements = Callable[[Subject, Sequence[Entry], Sequence[Entry]], None]
"""A projector whose rows also depend on the events of the agency's agreements."""
Agreements = Callable[[str], Sequence[Entry]]
"""Gives the events of an agency's agreements."""
Follower = Callable[[Sequence[Event]], Sequence[Subject]]
"""Gives the subjects whose rows change with new events of another subject."""

_PROJECTORS: dict[SubjectKind, list[Projector]] = {}
_WITH_AGREEMENTS: dict[SubjectKind, list[ProjectorWithAgreements]] = {}
_TABLES: dict[SubjectKind, list[type[ReadTable]]] = {}
_FOLLOWERS: list[Follower] = []
READ_TABLES: list[type[ReadTable]] = [Occurrence]
"""Every read table; `rebuild` empties and refills them."""


def projects(kind: SubjectKind, *tables: type[ReadTable]) -> Callable[[Projector], Projector]:
    """Declare the function that writes these tables from histories of that kind of subject."""

    def declare(projector: Projector) -> Projector:
        _PROJECTORS.setdefault(kind, []).append(projector)
        _TABLES.setdefault(kind, []).extend(tables)
        READ_TABLES.extend(t for t in tables if t not in READ_TABLES)
        return projector

    return declare


def projects_with_agreements(
    kind: SubjectKind, *tables: type[ReadTable]
) -> Callable[[ProjectorWithAgreements], ProjectorWithAgreements]:
    """Declare the function that writes these tables from histories of that kind and the agreements."""

    def declare(projector: ProjectorWithAgreements) -> ProjectorWithAgreements:
        _WITH_AGREEMENTS.setdefault(kind, []).append(projector)
        _TABLES.setdefault(kind, []).extend(tables)
        READ_TABLES.extend(t for t in tables if t not in READ_TABLES)
        return projector

    return declare


def follows(follower: Follower) -> Follower:
    """Declare the function that names the subjects whose rows follow from events of other subjects."""
    _FOLLOWERS.append(follower)
    return follower


def following(events: Sequence[Event]) -> Iterator[Subject]:
    """The subjects whose rows change with these new events, which are not their own."""
    for follower in _FOLLOWERS:
        yield from follower(events)


def has_projector(kind: SubjectKind) -> bool:
    """Whether any read table follows from histories of that kind."""
    return bool(_PROJECTORS.get(kind))


def needs_agreements(kind: SubjectKind) -> bool:
    """Whether rows that follow from histories of that kind depend on the agency's agreements."""
    return bool(_WITH_AGREEMENTS.get(kind))


def project(histories: Mapping[Subject, Sequence[Entry]], agreements: Agreements) -> Rows:
    """The rows that follow from whole histories, to be written by the caller.

    Where a projector removes rows, or writes others than those it puts, that is done here.
    """
    with gathering() as rows:
        for subject, entries in histories.items():
            for projector in _PROJECTORS.get(subject.kind, ()):
                projector(subject, entries)
            for with_agreements in _WITH_AGREEMENTS.get(subject.kind, ()):
                if entries:
                    with_agreements(subject, entries, agreements(subject.agency))
    return rows


def forget(agency: str, subjects: Iterable[Subject], events: Iterable[UUID]) -> None:
    """Remove the rows of histories that are erased whole, and their events from the index of the ledger."""
    with projecting():
        for of, kind, subject in subjects:
            for table in _TABLES.get(kind, ()):
                table.objects.filter(agency=of, subject=subject).delete()
        Occurrence.objects.filter(agency=agency, event__in=list(events)).delete()


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
