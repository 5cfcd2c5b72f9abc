"""Accounts: who may sign in, in which role, for which agencies."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
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

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role", "actor"]

    def __str__(self) -> str:
        return self.name

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
