"""Accounts: who may sign in, in which role, for which agencies; invitations, and changes that await a second
person.
"""

from datetime import datetime
from enum import Enum, auto
from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from evenhand.desk.places.models import Agency
from evenhand.desk.record.act import Actor
from evenhand.desk.record.scope import NOTHING, Scope
from evenhand.record.events import ActorRole


class Role(models.TextChoices):
    """What an account may do; one account has one role. `access.py` says which pages each may open."""

    BOOKING_OFFICER = "booking_officer", _("Booking officer")
    DESIGNATED_OFFICER = "designated_officer", _("Designated officer")
    COORDINATOR = "coordinator", _("Agency program coordinator")
    FEDERAL_SUPERVISOR = "federal_supervisor", _("Federal supervisor")
    REVIEWER = "reviewer", _("Reviewer")
    COMPLAINTS_OFFICER = "complaints_officer", _("Complaints officer")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor (reads only)")


FEDERAL_ROLES = frozenset({Role.FEDERAL_SUPERVISOR})
"""Roles that only people of ICE hold. The county's administrator alone cannot give or take over one."""


class Side(Enum):
    """On whose behalf an account works. An account never changes sides: a new account is made instead."""

    ADMINISTRATION = auto()
    FEDERAL = auto()
    AGENCY = auto()


def side_of(role: str) -> Side:
    if role == Role.ADMINISTRATOR:
        return Side.ADMINISTRATION
    return Side.FEDERAL if role in FEDERAL_ROLES else Side.AGENCY


class UserManager(BaseUserManager["User"]):
    """Accounts by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """An account. `actor` is the name under which its acts stand in events; it never changes hands.

    For a designated officer it is the officer's own subject, so that the rules find the officer's training
    and authority.
    """

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    actor = models.CharField(max_length=200, unique=True)
    agencies = models.ManyToManyField(Agency, related_name="+", blank=True, verbose_name=_("agencies"))
    is_active = models.BooleanField(_("may sign in"), default=True)
    epoch = models.PositiveIntegerField(default=0)
    """Raised when role, agencies, activity, address or second factors change: older sessions end."""

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role", "actor"]

    def __str__(self) -> str:
        return self.name

    @property
    def federal(self) -> bool:
        return side_of(self.role) is Side.FEDERAL

    @property
    def enrolled(self) -> bool:
        """Whether its holder has or had a way to sign in; before that nobody acted as this account."""
        return self.has_usable_password() or self.last_login is not None

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        said = f"{self.password}|{self.role}|{self.epoch}"
        return salted_hmac("evenhand.desk.session", said, secret=secret, algorithm="sha256").hexdigest()

    def as_actor(self) -> Actor:
        """Who acts, as it stands in events; an auditor, who only reads, stands there as a reviewer."""
        role = ActorRole.REVIEWER if self.role == Role.AUDITOR else ActorRole(self.role)
        return Actor(self.actor, role)

    def scope(self) -> Scope:
        """The agencies whose rows the account reaches; an administrator sees no case."""
        if not self.is_active or self.role == Role.ADMINISTRATOR:
            return NOTHING
        through = User.agencies.through
        oris = through._default_manager.filter(user_id=self.pk).values_list("agency_id", flat=True)
        return Scope(frozenset(oris))


class Invitation(models.Model):
    """A link with which an account's holder sets a password, once. Only hashes of link and code are kept.

    `code`: what the holder must enter as well, where one person got the link and another the code.
    """

    account = models.ForeignKey(User, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64, blank=True)
    clears_factors = models.BooleanField(default=False)
    failures = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    MOST_FAILURES = 5

    def works(self, at: datetime) -> bool:
        return (
            self.used_at is None
            and at < self.ends_at
            and self.failures < self.MOST_FAILURES
            and self.account.is_active
        )


class Change(models.TextChoices):
    """A change of access that takes two people."""

    ACCOUNT = "account", _("New account")
    GRANT = "grant", _("Role and agencies")
    ENABLE = "enable", _("Enable account")
    INVITE = "invite", _("Link to set a new password")
    DETAILS = "details", _("Name and email address")
    TOKEN = "token", _("API token for federal acts")


class Request(models.Model):
    """A change that awaits its second person. It is deleted when it is decided or has expired.

    `wants` is what the change needs, by name. `asked_by` and `asked_role` are the asker's as in events.
    """

    key = models.UUIDField(unique=True, default=uuid4)
    change = models.CharField(max_length=16, choices=Change.choices)
    account = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    wants = models.JSONField()
    code_digest = models.CharField(max_length=64, blank=True)
    asked_by = models.CharField(max_length=200)
    asked_role = models.CharField(max_length=24)
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ("ends_at",)

    @property
    def federal(self) -> bool:
        """Whether someone of the federal side must confirm it."""
        if self.account is not None:
            return self.account.federal
        return self.change == Change.TOKEN or self.wants.get("role") in FEDERAL_ROLES
