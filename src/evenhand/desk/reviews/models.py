"""The read tables of reviews and of what they found."""

from django.db import models

from evenhand.desk.record.history import Subject
from evenhand.desk.record.models import ReadTable, SubjectTable
from evenhand.record.events import SubjectKind


class Review(SubjectTable):
    """One review. Instants are UTC; null is: has not happened."""

    subject_kind = SubjectKind.REVIEW

    zone = models.CharField(max_length=64)
    body = models.CharField(max_length=32)
    reviewer = models.CharField(max_length=200, blank=True)
    reviewer_unit = models.CharField(max_length=200, blank=True)
    reviewed_unit = models.CharField(max_length=200, blank=True)
    scope = models.TextField(blank=True)
    complaint = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField()
    seed = models.CharField(max_length=64, blank=True)
    size = models.IntegerField(null=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    drawn_from = models.IntegerField(null=True)
    drawn_seq = models.BigIntegerField(null=True)
    sampled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    @property
    def of_complaint(self) -> Subject:
        """The complaint that it follows; `complaint` says whether it follows one."""
        return Subject(self.agency, SubjectKind.COMPLAINT, self.complaint)


class Finding(ReadTable):
    """One finding of a review with its corrective action. `due` is the date as last extended."""

    review = models.CharField(max_length=200)
    finding = models.CharField(max_length=64)
    rule = models.CharField(max_length=64, blank=True)
    evidence = models.JSONField(default=list)
    text = models.TextField(blank=True)
    made_at = models.DateTimeField()
    owner = models.CharField(max_length=200, blank=True)
    first_due = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    @property
    def of_review(self) -> Subject:
        return Subject(self.agency, SubjectKind.REVIEW, self.review)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["agency", "review", "finding"], name="finding_of_review"),
        )
        indexes = (models.Index(fields=["agency", "due"], name="finding_due"),)


def findings_of(review: Review) -> "models.QuerySet[Finding]":
    found: models.QuerySet[Finding] = Finding.objects.filter(agency=review.agency, review=review.subject)
    return found
