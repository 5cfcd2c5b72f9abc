"""The read table of complaints. What a complainant wrote stays in the ledger's personal parts."""

from django.db import models

from evenhand.desk.record.models import ReadTable


class Complaint(ReadTable):
    """One complaint by its reference number. Instants are UTC; null is: has not happened."""

    subject = models.CharField(max_length=200, primary_key=True)
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

    class Meta:
        indexes = (models.Index(fields=["agency", "received_at"], name="complaint_received"),)

    @property
    def open(self) -> bool:
        """Whether anything is still to be done: a final answer, or the outcome's report to ICE."""
        answered = self.answer_kind == "answer"
        reported = self.outcome_reported_at is not None or self.resolved_at is None
        return self.resolved_at is None or not answered or not reported
