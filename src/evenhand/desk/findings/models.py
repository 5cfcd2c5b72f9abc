"""The findings of the last audit. They follow from the record and the rules, and are replaced whole."""

from typing import ClassVar, Self

from django.db import models

from evenhand.desk.record.scope import ScopedManager


class Finding(models.Model):
    """One act that broke a rule. `seq` is the size of the ledger that was audited."""

    agency = models.CharField(max_length=9)
    seq = models.BigIntegerField()
    rule = models.CharField(max_length=16)
    severity = models.CharField(max_length=16)
    subject_kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=200)
    facility = models.CharField(max_length=64, blank=True)
    officer = models.CharField(max_length=200, blank=True)
    when = models.DateTimeField()
    deadline = models.DateTimeField(null=True)
    missed_by_s = models.FloatField(null=True)
    still_open = models.BooleanField(default=False)
    evidence = models.JSONField(default=list)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        indexes = (models.Index(fields=["agency", "rule", "when"], name="finding_rule"),)
