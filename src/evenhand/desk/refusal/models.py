"""Acts that wait for a second person. They are no part of the record until they are performed."""

from typing import ClassVar, Self

from django.db import models

from evenhand.desk.record.scope import ScopedManager


class Waiting(models.Model):
    """Acts that were refused by warnings alone, sealed, with the reason for which they shall pass.

    It is deleted when it is decided or has run out.
    """

    agency = models.CharField(max_length=9, db_index=True)
    acts = models.TextField()
    rules = models.JSONField()
    reason = models.TextField()
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        ordering = ("asked_at",)
