"""The read table of clocks: by when the rules ask for something in a case of custody."""

from django.db import models

from evenhand.desk.record.models import ReadTable


class Clock(ReadTable):
    """One deadline that a rule sets after one act (`activation`, at `since`). Instants are UTC.

    `done_at` is when the thing was done, in time or not; null while it has not been.
    """

    subject = models.CharField(max_length=200)
    rule = models.CharField(max_length=16)
    activation = models.UUIDField()
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["agency", "rule", "activation"], name="clock_of_activation"),
        )
        indexes = (
            models.Index(fields=["agency", "subject"], name="clock_subject"),
            models.Index(fields=["agency", "done_at", "due_at"], name="clock_open"),
        )
