"""The read table of agreements: one row each, as its history stands now."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from evenhand.desk.record.models import SubjectTable
from evenhand.record.events import SubjectKind


class State(models.TextChoices):
    """Where an agreement stands; in force, suspended and ended are the rules' own standing."""

    DRAFTED = "drafted", _("Drafted")
    SIGNED = "signed", _("Signed by both")
    IN_FORCE = "in_force", _("In force")
    SUSPENDED = "suspended", _("Suspended")
    ENDED = "ended", _("Ended")


class Agreement(SubjectTable):
    """One agreement. Instants are UTC; null is: has not happened. `zone` is the agency's.

    `meeting_owed_since` is the start of the clock of the next annual meeting. `documents` are the files by
    SHA-256, each with the event that brought it and when.
    """

    subject_kind = SubjectKind.AGREEMENT

    zone = models.CharField(max_length=64)
    model = models.CharField(max_length=8)
    template = models.IntegerField(null=True)
    state = models.CharField(max_length=16, choices=State.choices)

    drafted_at = models.DateTimeField(null=True)
    agency_signed_at = models.DateTimeField(null=True)
    agency_signer = models.CharField(max_length=200, blank=True)
    ice_signed_at = models.DateTimeField(null=True)
    ice_signer = models.CharField(max_length=200, blank=True)
    effective_at = models.DateTimeField(null=True)
    facilities = models.JSONField(default=list)
    detention_agreement = models.CharField(max_length=200, blank=True)
    publication_url = models.CharField(max_length=500, blank=True)
    documents = models.JSONField(default=list)
    amended_at = models.DateTimeField(null=True)

    suspended_at = models.DateTimeField(null=True)
    suspension_reason = models.TextField(blank=True)
    suspension_ends_at = models.DateTimeField(null=True)
    suspension_days = models.IntegerField(null=True)
    how_to_answer = models.TextField(blank=True)
    notice_at = models.DateTimeField(null=True)
    notice_by = models.CharField(max_length=16, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=16, blank=True)
    end_ground = models.CharField(max_length=32, blank=True)

    annual_meeting_at = models.DateTimeField(null=True)
    steering_meeting_at = models.DateTimeField(null=True)
    meeting_owed_since = models.DateTimeField(null=True)

    class Meta(SubjectTable.Meta):
        indexes = (models.Index(fields=["agency", "state"], name="agreement_state"),)

    def __str__(self) -> str:
        return self.subject

    @property
    def ended(self) -> bool:
        return self.ended_at is not None
