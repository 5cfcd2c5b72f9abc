"""The read table of complaints, and what the public pages keep of their own.

What a complainant wrote stays in the ledger's personal parts.
"""

import re
from collections.abc import Iterable
from typing import ClassVar, Self

from django.db import models

from evenhand.desk.record.models import SubjectTable
from evenhand.desk.record.scope import ScopedManager
from evenhand.record.events import SubjectKind

_PUBLIC_ID = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"c-([0-9a-f]{5})-([0-9a-f]{5})")


class Complaint(SubjectTable):
    """One complaint. `subject` is its public id, which opens nothing. Instants are UTC; null: not yet."""

    subject_kind = SubjectKind.COMPLAINT

    facility = models.CharField(max_length=64, blank=True)
    zone = models.CharField(max_length=64)
    about = models.CharField(max_length=32)
    officer = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    ice_notified_at = models.DateTimeField(null=True)
    opr_notified_at = models.DateTimeField(null=True)
    assigned_at = models.DateTimeField(null=True)
    assigned_to = models.CharField(max_length=200, blank=True)
    resolved_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=32, blank=True)
    outcome_reported_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer_kind = models.CharField(max_length=16, blank=True)

    class Meta(SubjectTable.Meta):
        indexes = (models.Index(fields=["agency", "received_at"], name="complaint_received"),)

    @property
    def open(self) -> bool:
        """Whether anything is still to be done: a final answer, or the outcome's report to ICE."""
        answered = self.answer_kind == "answer"
        reported = self.outcome_reported_at is not None or self.resolved_at is None
        return self.resolved_at is None or not answered or not reported

    @property
    def number(self) -> str:
        return number_of(self.subject)


def is_public_id(subject: str) -> bool:
    """Whether the desk drew the subject of a complaint. Others came by the API, or from before."""
    return _PUBLIC_ID.fullmatch(subject) is not None


def number_of(subject: str) -> str:
    """The number by which pages and people name a complaint: the first 40 bits of its public id."""
    if not is_public_id(subject):
        return subject
    return f"C-{subject[:5]}-{subject[5:10]}".upper()


def subjects_of(agency: str, numbers: Iterable[str]) -> dict[str, str]:
    """The subjects of an agency's complaints by their numbers, as pages name them; without unknown ones."""
    rows = Complaint.objects.filter(agency=agency)
    found = {}
    for number in numbers:
        digits = _NUMBER.fullmatch(number.strip().lower())
        same = rows.filter(subject__startswith="".join(digits.groups())) if digits else rows.none()
        subjects = [row.subject for row in same if is_public_id(row.subject)]
        subjects += rows.filter(subject=number).values_list("subject", flat=True)
        if len(subjects) == 1:
            found[number] = subjects[0]
    return found


class TrackingCode(models.Model):
    """What is kept of the code with which a complainant follows a complaint: the SHA-256 `digest`.

    No read table: a rebuild leaves it alone. `form` is a keyed hash of the form that was sent, so that a page
    that is loaded again records the complaint only once.
    """

    agency = models.CharField(max_length=9)
    subject = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    form = models.CharField(max_length=64, unique=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["agency", "subject"], name="tracking_code_of_complaint"),
        )


class Use(models.Model):
    """How often something was used in one hour, counted from 1970; `key` is a keyed hash of what."""

    key = models.CharField(max_length=64)
    hour = models.BigIntegerField(db_index=True)
    uses = models.IntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key", "hour"], name="use_of_hour"),)
