"""Tokens: which program may do what for which agency, and in which roles it may say that people acted."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evenhand.desk.record.scope import ScopedManager
from evenhand.record.events import ActorRole

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


FEDERAL_ROLES = (ActorRole.FEDERAL_OFFICER, ActorRole.FEDERAL_SUPERVISOR)
AGENCY_ROLES = (
    ActorRole.BOOKING_OFFICER,
    ActorRole.DESIGNATED_OFFICER,
    ActorRole.COORDINATOR,
    ActorRole.COMPLAINTS_OFFICER,
    ActorRole.REVIEWER,
)
"""Roles whose acts a program may send. The public, the desk itself and administrators act here alone."""
AGENCY_GRANTS = (Grant.BOOKINGS, Grant.RELEASES, Grant.ACTS)
"""Grants to write for the agency. A federal token has none of them: no program writes for both sides."""


def roles_of(grants: Collection[Grant]) -> list[ActorRole]:
    """The roles whose acts these grants let a token send."""
    return [
        *(AGENCY_ROLES if Grant.ACTS in grants else ()),
        *(FEDERAL_ROLES if Grant.FEDERAL in grants else ()),
    ]


class TokenError(ValueError):
    """A token that writes for both sides, or whose roles its grants do not give."""


class Token(models.Model):
    """A token of one agency. Only its SHA-256 is kept.

    `actor` stands in the events that it records in its own name, `identity` in all that it sends. `roles` are
    those in which the people act whose acts it sends.
    """

    agency = models.CharField(max_length=9, db_index=True)
    name = models.CharField(max_length=100)
    grants = models.JSONField()
    roles = models.JSONField(default=list)
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

    @property
    def identity(self) -> str:
        """The token by name and number, as the source of its events names it."""
        return f"api:{self.name}#{self.pk}"

    def valid(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at

    def may(self, grant: Grant) -> bool:
        return grant.value in self.grants


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(
    agency: str,
    name: str,
    grants: Collection[Grant],
    made_by: str,
    lasts: timedelta = LASTS,
    roles: Collection[ActorRole] | None = None,
) -> tuple[Token, str]:
    """A new token and its secret, which is shown once and kept nowhere.

    `roles`: those in which it sends acts, unless given all that its grants allow. Raises `TokenError`.
    """
    allowed = roles_of(grants)
    given = allowed if roles is None else list(roles)
    if Grant.FEDERAL in grants and set(grants) & set(AGENCY_GRANTS):
        raise TokenError(_("A federal token can't also write for the agency. Make a token for each."))
    if not set(given) <= set(allowed):
        raise TokenError(_("A role needs the grant to send acts of its side."))
    secret = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    token = Token.objects.create(
        agency=agency,
        name=name,
        grants=[grant.value for grant in grants],
        roles=[role.value for role in given],
        digest=digest_of(secret),
        made_by=made_by,
        made_at=now,
        expires_at=now + lasts,
    )
    return token, secret
