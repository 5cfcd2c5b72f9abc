"""The index of the ledger by subject, and what every read table has."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

from django.db import models

from evenhand.desk.record.address import segment
from evenhand.desk.record.scope import ScopedManager
from evenhand.record.events import SubjectKind

_projecting: ContextVar[bool] = ContextVar("projecting", default=False)
_AT_ONCE = 500
"""Rows in one statement: a server takes 65,535 values in one."""


@contextmanager
def projecting() -> Iterator[None]:
    """Within it read tables may be written; only `projection` and `rebuild` enter it."""
    token = _projecting.set(True)
    try:
        yield
    finally:
        _projecting.reset(token)


class Rows:
    """What projectors put: the last row of each key, not yet written."""

    def __init__(self) -> None:
        self._of: dict[type[ReadTable], dict[Any, ReadTable]] = {}

    def add(self, row: "ReadTable") -> None:
        self._of.setdefault(type(row), {})[row.pk] = row

    def write(self) -> None:
        """Write them, those of a table in one statement for some hundreds."""
        with projecting():
            for table, rows in self._of.items():
                key = table._meta.pk_fields
                table.objects.bulk_create(
                    rows.values(),
                    batch_size=_AT_ONCE,
                    update_conflicts=True,
                    unique_fields=[f.name for f in key],
                    update_fields=[f.name for f in table._meta.concrete_fields if f not in key],
                )


_rows: ContextVar[Rows | None] = ContextVar("rows", default=None)


@contextmanager
def gathering() -> Iterator[Rows]:
    """Within it projectors run; what they put is gathered, to be written afterwards."""
    rows = Rows()
    token = _rows.set(rows)
    try:
        with projecting():
            yield rows
    finally:
        _rows.reset(token)


class ReadTableError(RuntimeError):
    """A read table was written by something else than a projection."""


def _need_projection() -> None:
    if not _projecting.get():
        raise ReadTableError("read tables are written by projections alone: perform an act instead")


class ReadQuerySet(models.QuerySet[Any]):
    """A query that writes within a projection only."""

    def update(self, **kwargs: Any) -> int:
        _need_projection()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        _need_projection()
        return super().delete()

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        _need_projection()
        return super().bulk_create(*args, **kwargs)


class ReadManager(ScopedManager[Any].from_queryset(ReadQuerySet)):  # type: ignore[misc]
    """The rows in scope of a read table."""


class ReadTable(models.Model):
    """A table that follows from the ledger alone. `agency` is the ORI whose row it is."""

    agency = models.CharField(max_length=9, db_index=True)

    objects: ClassVar[ReadManager] = ReadManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        _need_projection()
        super().save(*args, **kwargs)

    def put(self) -> None:
        """Write the row, in place of the one of that key, when the projection at hand is written."""
        rows = _rows.get()
        if rows is None:
            raise ReadTableError("a row is put by a projector alone")
        rows.add(self)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _need_projection()
        return super().delete(*args, **kwargs)


class SubjectTable(ReadTable):
    """A read table with one row a subject, which the agency and the agency's own number name together."""

    pk = models.CompositePrimaryKey("agency", "subject")
    subject = models.CharField(max_length=200)
    unreadable = models.BooleanField(default=False)
    """Whether the moment of one of the events cannot be read; it stands as the first moment there is."""

    subject_kind: ClassVar[SubjectKind]

    class Meta(ReadTable.Meta):
        abstract = True

    @property
    def address(self) -> str:
        """The part of the addresses of its pages that names it."""
        return segment(self.agency, self.subject)


class Occurrence(ReadTable):
    """One event of the ledger: where it stands (`seq`) and whose history it belongs to."""

    seq = models.BigIntegerField(primary_key=True)
    event = models.UUIDField()
    kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=200)
    type = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=200, blank=True)

    class Meta:
        # An agency's own system gives ids: another's are none of its business.
        constraints = (models.UniqueConstraint(fields=["agency", "event"], name="occurrence_event"),)
        indexes = (
            models.Index(fields=["agency", "kind", "subject", "seq"], name="occurrence_subject"),
            models.Index(fields=["agency", "kind", "seq"], name="occurrence_agency"),
            models.Index(fields=["agency", "type", "seq"], name="occurrence_type"),
        )
