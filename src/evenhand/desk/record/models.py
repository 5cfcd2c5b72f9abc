"""The index of the ledger by subject, and what every read table has."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

from django.db import models

from evenhand.desk.record.scope import ScopedManager

_projecting: ContextVar[bool] = ContextVar("projecting", default=False)


@contextmanager
def projecting() -> Iterator[None]:
    """Within it read tables may be written; only `projection` and `rebuild` enter it."""
    token = _projecting.set(True)
    try:
        yield
    finally:
        _projecting.reset(token)


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
        """Write the row, in place of the one of that key, in one statement."""
        key = self._meta.pk
        others = [f.name for f in self._meta.concrete_fields if f is not key]
        type(self).objects.bulk_create(
            [self], update_conflicts=True, unique_fields=[key.name], update_fields=others
        )

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _need_projection()
        return super().delete(*args, **kwargs)


class Occurrence(ReadTable):
    """One event of the ledger: where it stands (`seq`) and whose history it belongs to."""

    seq = models.BigIntegerField(primary_key=True)
    event = models.UUIDField(unique=True)
    kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=200)
    type = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["kind", "subject", "seq"], name="occurrence_subject"),
            models.Index(fields=["agency", "kind", "seq"], name="occurrence_agency"),
            models.Index(fields=["agency", "type", "seq"], name="occurrence_type"),
        )
