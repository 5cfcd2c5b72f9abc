"""Replaying the ledger into empty read tables, and comparing with what stood there."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from django.db import transaction

from evenhand.desk.record import history, projection
from evenhand.desk.record.history import Subject
from evenhand.desk.record.integrity import check_ledger
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.models import Occurrence, ReadTable, projecting
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SubjectKind
from evenhand.record.ledger.ledger import case_of

BATCH = 2_000
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Difference:
    """A row that the replay gives another value, or that only one side has."""

    table: str
    key: str
    what: str


@dataclass(frozen=True)
class Rebuilt:
    """`rows`: how many rows each table has after the replay."""

    events: int
    rows: dict[str, int]
    differences: tuple[Difference, ...]


def rebuild(progress: Progress = lambda step, done, total: None, *, keep: bool = True) -> Rebuilt:
    """Replay the whole ledger into empty read tables, in one transaction; other writers wait.

    The tables keep what the replay gave, or with `keep=False` what they held. Differences between the two are
    named, at most 1,000 of them. Raises `VerificationError` where the ledger itself is not whole; then the
    tables are left as they are.
    """
    with within(EVERYTHING), transaction.atomic():
        size, _ = ledger().store.tail()
        check_ledger(lambda done, total: progress("leaves", done, total))
        before = {table: _fingerprints(table) for table in projection.READ_TABLES}
        with projecting():
            for table in reversed(projection.READ_TABLES):
                table.objects.all().delete()
        _index(size, progress)
        _project(progress)
        differences: list[Difference] = []
        rows = {}
        for table in projection.READ_TABLES:
            after = _fingerprints(table)
            rows[table._meta.db_table] = len(after)
            differences.extend(_compare(table._meta.db_table, before[table], after))
        if not keep:
            transaction.set_rollback(True)
        return Rebuilt(size, rows, tuple(differences[:1000]))


def _index(size: int, progress: Progress) -> None:
    done = 0
    for rows in ledger().store.rows():
        with projecting():
            Occurrence.objects.bulk_create(
                [
                    projection.occurrence(row.number, history.event_of(case, None))
                    for row in rows
                    if (case := case_of(row)) is not None
                ]
            )
        done += len(rows)
        progress("events", done, size)


def _subjects(kind: SubjectKind) -> list[Subject]:
    found = Occurrence.objects.filter(kind=kind.value).values_list("agency", "subject").distinct()
    return sorted(Subject(agency, kind, subject) for agency, subject in found)


def _project(progress: Progress) -> None:
    agreements = cache(lambda agency: history.load_all((), {agency})[1][agency])
    for kind in SubjectKind:
        subjects = _subjects(kind)
        for start in range(0, len(subjects), 200):
            chunk = subjects[start : start + 200]
            projection.project(history.load_many(chunk), agreements).write()
            progress(kind.value, min(start + 200, len(subjects)), len(subjects))


def _fingerprints(table: type[ReadTable]) -> dict[str, bytes]:
    """For each row, by key, a hash of its values; keys that the database made up are left out."""
    names = [f.attname for f in table._meta.concrete_fields if not (f.primary_key and f.auto_created)]
    key = _key(table)
    found: dict[str, bytes] = {}
    for row in table.objects.values_list(*key, *names).iterator(chunk_size=BATCH):
        found["|".join(map(str, row[: len(key)]))] = hashlib.sha256(repr(row).encode()).digest()
    return found


def _key(table: type[ReadTable]) -> list[str]:
    """The fields that name a row: the primary key, or the first unique constraint where that is made up."""
    if not table._meta.pk.auto_created:
        return [field.attname for field in table._meta.pk_fields]
    for constraint in table._meta.total_unique_constraints:
        return list(constraint.fields)
    raise TypeError(f"{table._meta.label} needs a primary key of its own or a unique constraint")


def _compare(table: str, before: dict[str, bytes], after: dict[str, bytes]) -> Iterator[Difference]:
    for key in before.keys() - after.keys():
        yield Difference(table, key, "the ledger does not give this row")
    for key in after.keys() - before.keys():
        yield Difference(table, key, "the row was missing")
    for key in before.keys() & after.keys():
        if before[key] != after[key]:
            yield Difference(table, key, "the ledger gives other values")
