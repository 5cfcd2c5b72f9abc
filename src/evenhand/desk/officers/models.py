"""The read table of designated officers: one row each, with the rules' own timeline of what stood when."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models

from evenhand.desk.record.models import SubjectTable
from evenhand.record.events import SubjectKind
from evenhand.rules.standing import Timeline, from_json


class Officer(SubjectTable):
    """One officer. Instants are UTC; null is: has not happened. `zone` is the agency's.

    `standings` is the timeline of `rules.standing`, each a moment, the event that brought it about and the
    fields that stood from then on, moments to come included. `credential_owed_since` is when authority or
    employment ended with the credential still out.
    """

    subject_kind = SubjectKind.OFFICER

    zone = models.CharField(max_length=64)
    name = models.CharField(max_length=200, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    nominated_at = models.DateTimeField()
    functions = models.JSONField(default=list)
    supervising_position = models.CharField(max_length=200, blank=True)
    authorized_at = models.DateTimeField(null=True)
    refresher_due_at = models.DateTimeField(null=True)
    credential_out = models.BooleanField(default=False)
    credential_owed_since = models.DateTimeField(null=True)
    standings = models.JSONField(default=list)

    class Meta(SubjectTable.Meta):
        indexes = (models.Index(fields=["agency", "name"], name="officer_name"),)

    def __str__(self) -> str:
        return self.name or self.subject

    @cached_property
    def timeline(self) -> Timeline:
        """What stood when, as the rules read it."""
        return from_json(self.standings)

    def stands(self, moment: datetime) -> dict[str, Any]:
        """The fields of the standing at a moment; empty before the first."""
        standing = self.timeline.at(moment)
        return standing.fields if standing else {}
