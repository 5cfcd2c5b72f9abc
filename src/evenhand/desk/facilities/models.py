"""The read tables of facilities: posters attested, interpreters qualified."""

from django.db import models

from evenhand.desk.record.models import ReadTable


class Posters(ReadTable):
    """One attestation that the complaint process is posted (MOA Appendix B), by its event."""

    event = models.UUIDField(primary_key=True)
    facility = models.CharField(max_length=64, db_index=True)
    languages = models.JSONField(default=list)
    attested_at = models.DateTimeField()


class Interpreter(ReadTable):
    """One interpreter found qualified for a facility, by the event that said so."""

    event = models.UUIDField(primary_key=True)
    facility = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=200, blank=True)
    languages = models.JSONField(default=list)
    qualified_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
