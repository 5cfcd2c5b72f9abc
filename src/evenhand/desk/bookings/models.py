"""The read table of cases, one row a booking; and what uploads need: mappings and files that wait."""

from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from evenhand.desk.record.history import OfSubject
from evenhand.desk.record.models import SubjectTable
from evenhand.desk.record.scope import ScopedManager
from evenhand.record.events import SubjectKind
from evenhand.record.events.booking import ClaimOutcome
from evenhand.record.events.bounds import is_number


class Stage(models.TextChoices):
    """Where the work on a booking stands. Stages order no list of persons; booking time does."""

    WAITING = "waiting", _("Waiting for screening")
    SCREENING = "screening", _("In screening")
    STOPPED = "stopped", _("Stopped: claim to U.S. citizenship")
    INTERVIEWED = "interviewed", _("Interviewed, no determination yet")
    REVIEW = "review", _("Waiting for the supervisor")
    RETURNED = "returned", _("Returned by the supervisor")
    DECIDED = "decided", _("Decided")
    CLOSED = "closed", _("Screening closed")


class Case(SubjectTable):
    """One booking. Instants are UTC; `zone` is the facility's. Null is: has not happened.

    No column holds a name, a birth date, what a person said of birth or citizenship, or any group; those
    stay in the ledger. `person_seq` is the leaf of the booking in effect, `name_key` a keyed hash of its
    name (`people.py`, which also fills in `name` and `birth_date` for the rows that a page shows).
    """

    name: str = ""
    birth_date: str = ""

    subject_kind = SubjectKind.BOOKING

    number = models.CharField(max_length=200)
    facility = models.CharField(max_length=64, blank=True)
    zone = models.CharField(max_length=64)
    last_seq = models.BigIntegerField()
    stage = models.CharField(max_length=16, choices=Stage.choices)

    person_seq = models.BigIntegerField()
    name_key = models.CharField(max_length=64, blank=True)
    booked_at = models.DateTimeField()
    arrested_at = models.DateTimeField(null=True)
    arresting_agency = models.CharField(max_length=200, blank=True)
    charges = models.JSONField(default=list)

    screening_opened_at = models.DateTimeField(null=True)
    form_version = models.CharField(max_length=64, blank=True)
    steps_done = models.JSONField(default=list)
    screening_closed_at = models.DateTimeField(null=True)
    closing_reason = models.CharField(max_length=32, blank=True)
    interviewed_at = models.DateTimeField(null=True)
    interviewed_by = models.CharField(max_length=200, blank=True)
    record_checks = models.JSONField(default=list)
    screenings = models.IntegerField(default=0)

    claimed_at = models.DateTimeField(null=True)
    claim_reported_at = models.DateTimeField(null=True)
    claim_resolved_at = models.DateTimeField(null=True)
    claim_outcome = models.CharField(max_length=32, blank=True)

    determined_at = models.DateTimeField(null=True)
    determined_by = models.CharField(max_length=200, blank=True)
    determination = models.CharField(max_length=32, blank=True)
    determination_grounds = models.JSONField(default=list)
    conviction_class = models.CharField(max_length=2, blank=True)
    pending_class = models.CharField(max_length=2, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=200, blank=True)
    review = models.CharField(max_length=16, blank=True)
    documents = models.JSONField(default=list)
    unsigned_since = models.DateTimeField(null=True)

    warrant_form = models.CharField(max_length=8, blank=True)
    warrant_signed_at = models.DateTimeField(null=True)
    warrant_served_at = models.DateTimeField(null=True)
    detainer_issued_at = models.DateTimeField(null=True)
    detainer_issued_by = models.CharField(max_length=200, blank=True)
    detainer_notified_at = models.DateTimeField(null=True)
    detainer_served_at = models.DateTimeField(null=True)
    detainer_ended_at = models.DateTimeField(null=True)

    bail_set_at = models.DateTimeField(null=True)
    bail_tendered_at = models.DateTimeField(null=True)
    bail_refused_at = models.DateTimeField(null=True)
    release_due_at = models.DateTimeField(null=True)
    release_cause = models.CharField(max_length=32, blank=True)
    hold_started_at = models.DateTimeField(null=True)
    hold_basis = models.CharField(max_length=32, blank=True)
    hold_ended_at = models.DateTimeField(null=True)
    consulate_advised_at = models.DateTimeField(null=True)
    consulate_owed = models.BooleanField(null=True)
    consulate_notified_at = models.DateTimeField(null=True)
    transferred_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    departed_at = models.DateTimeField(null=True)
    destination = models.CharField(max_length=32, blank=True)

    class Meta(SubjectTable.Meta):
        indexes = (
            models.Index(fields=["agency", "facility", "booked_at"], name="case_booked"),
            models.Index(fields=["agency", "stage", "booked_at"], name="case_stage"),
            models.Index(fields=["agency", "number"], name="case_number"),
            models.Index(fields=["name_key"], name="case_name_key"),
            # The worklist and the supervisor's queues are short; these indexes hold their rows alone.
            models.Index(
                fields=["agency", "booked_at"],
                name="case_open",
                condition=models.Q(screening_closed_at=None),
            ),
            models.Index(
                fields=["agency", "booked_at", "subject"],
                name="case_to_determine",
                condition=models.Q(stage__in=[Stage.INTERVIEWED, Stage.RETURNED]),
            ),
            models.Index(
                fields=["agency", "unsigned_since"],
                name="case_unsigned",
                condition=models.Q(unsigned_since__isnull=False),
            ),
        )

    @property
    def in_custody(self) -> bool:
        return self.released_at is None and self.departed_at is None

    @property
    def claim_open(self) -> bool:
        return self.claimed_at is not None and self.claim_resolved_at is None

    @property
    def ended_by_claim(self) -> bool:
        """Whether a claim was resolved as, or as evidence of, U.S. citizenship, which ends the case."""
        return self.claim_outcome in (ClaimOutcome.CITIZEN, ClaimOutcome.EVIDENCE_OF_CITIZENSHIP)

    @property
    def detained(self) -> bool:
        """Whether a detainer has been issued and not been cancelled, nor lapsed."""
        return self.detainer_issued_at is not None and self.detainer_ended_at is None


MOST_NUMBER = 190
"""Characters of a number: with the agency's ORI before it, it is a subject."""


def check_number(number: str) -> None:
    """Raise `ValidationError` for what cannot be the number of a booking."""
    if len(number) > MOST_NUMBER or not is_number(number):
        raise ValidationError(
            _("Use at most %(most)s printable characters, without spaces at the beginning or end.")
            % {"most": MOST_NUMBER}
        )


def number_of(thing: OfSubject) -> str:
    """The agency's own number of a booking, from the booking's row, event or subject."""
    return thing.subject.removeprefix(f"{thing.agency}:")


class KeptMapping(models.Model):
    """A version of the mapping (TOML) with which an agency's uploads are read; the last one is in use.

    An empty text goes back to the desk's template.
    """

    agency = models.CharField(max_length=9, db_index=True)
    text = models.TextField(blank=True)
    changed_by = models.CharField(max_length=200)
    changed_at = models.DateTimeField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        ordering = ("-pk",)


class UploadOutcome(models.Model):
    """What became of an account's last file, for an hour at most; `content` holds its bad rows.

    A session would keep them in clear for as long as it lives, and after that until it is cleaned up.
    """

    agency = models.CharField(max_length=9, db_index=True)
    uploaded_by = models.CharField(max_length=200, unique=True)
    uploaded_at = models.DateTimeField()
    content = models.JSONField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()


class PendingUpload(models.Model):
    """A file that was read and waits until its sender records or discards it, for an hour at most.

    `content` has what the mapping read, not the file.
    """

    agency = models.CharField(max_length=9, db_index=True)
    uploaded_by = models.CharField(max_length=200, db_index=True)
    uploaded_at = models.DateTimeField()
    content = models.JSONField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        ordering = ("-pk",)
