"""Orders to erase, and the backups that may still hold what an order erased."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from evenhand.desk.record.history import Subject
from evenhand.desk.record.scope import ScopedManager
from evenhand.record.events import SubjectKind
from evenhand.record.events.privacy import ErasureOutcome, ErasureScope

SCOPES = {
    ErasureScope.PERSONAL: _(
        "Personal details: name, birth date, statements, texts. The case stays without them."
    ),
    ErasureScope.EVERYTHING: _("Everything in these records. Only the day and a number remain in the log."),
}


class ErasureOrder(models.Model):
    """A court's order. `subject` is its name in the ledger.

    `document` is the order's file, sealed with the desk's secret key; it names the person, so it is deleted
    when the order is decided, and `sha256` stays. `histories` (pairs of kind and subject) is emptied then as
    well; `concerned` is how many there were. `left` says what
    is still to be done on the database's files.
    """

    agency = models.CharField(max_length=9, db_index=True)
    subject = models.CharField(max_length=64, unique=True)
    court = models.CharField(max_length=200)
    number = models.CharField(max_length=100)
    ordered_on = models.DateField()
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    scope = models.CharField(max_length=16, choices=list(SCOPES.items()))
    histories = models.JSONField(default=list)
    concerned = models.IntegerField()
    entered_by = models.CharField(max_length=200)
    entered_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True)
    erased = models.IntegerField(default=0)
    left = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        ordering = ("-pk",)

    def subjects(self) -> list[Subject]:
        """The histories that the order names; none once it is decided."""
        return [Subject(self.agency, SubjectKind(kind), subject) for kind, subject in self.histories]

    @property
    def open(self) -> bool:
        return self.decided_at is None

    @property
    def carried_out(self) -> bool:
        return self.outcome == ErasureOutcome.CONFIRMED

    @property
    def state(self) -> str:
        """Where the order stands, in words."""
        if self.open:
            return str(_("Waiting for a second person"))
        if not self.carried_out:
            return str(_("Declined"))
        return str(_("Carried out") if self.finished_at else _("Erased; steps left to do"))


class Backup(models.Model):
    """A backup that this desk made. `place` is its folder's name, as far as the desk knows."""

    made_at = models.DateTimeField()
    place = models.CharField(max_length=255)

    class Meta:
        ordering = ("-made_at",)
