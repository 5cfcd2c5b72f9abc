"""Tokens: which program may do what for which agency."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evenhand.desk.record.scope import ScopedManager

PREFIX = "evh_"
LASTS = timedelta(days=365)


class Grant(models.TextChoices):
    """What a token may do."""

    BOOKINGS = "bookings:write", _("Send bookings, charges and dispositions")
    RELEASES = "releases:write", _("Send releases that are due or done")
    ACTS = "acts:write", _("Send acts of the agency's named officers")
    FEDERAL = "federal:write", _("Send acts of named federal officers")
    WORKLIST = "worklist:read", _("Read the screening worklist")
    FINDINGS = "findings:read", _("Read the audit's findings")
    EXPORT = "record:export", _("Export the record without personal data")


class Token(models.Model):
    """A token of one agency. Only its SHA-256 is kept; `actor` stands in the events that it records."""

    agency = models.CharField(max_length=9, db_index=True)
    name = models.CharField(max_length=100)
    grants = models.JSONField()
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        ordering = ("agency", "name")

    def __str__(self) -> str:
        return f"token {self.digest}"

    @property
    def actor(self) -> str:
        return f"api:{self.name}"

    def valid(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at

    def may(self, grant: Grant) -> bool:
        return grant.value in self.grants


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(
    agency: str, name: str, grants: list[Grant], made_by: str, lasts: timedelta = LASTS
) -> tuple[Token, str]:
    """A new token and its secret, which is shown once and kept nowhere."""
    secret = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    token = Token.objects.create(
        agency=agency,
        name=name,
        grants=[grant.value for grant in grants],
        digest=digest_of(secret),
        made_by=made_by,
        made_at=now,
        expires_at=now + lasts,
    )
    return token, secret
