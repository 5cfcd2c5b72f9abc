"""There is always an administrator: the last one who can sign in stays."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.signals import post_delete
from django.dispatch import receiver

from evenhand.desk.accounts.models import Role, User


class LastAdministratorError(ValueError):
    """The change would leave nobody who may make accounts."""


class TakenError(ValueError):
    """The address, or the name in the record, is another account's."""


def able() -> QuerySet[User]:
    """The administrators who may sign in and have the means: a password, or an own sign-in at the agency."""
    means = ~Q(password__startswith="!") | Q(socialaccount__isnull=False)
    ids = User.objects.filter(means, role=Role.ADMINISTRATOR, is_active=True).values("pk")
    return User.objects.filter(pk__in=ids)


@contextmanager
def one_stays() -> Iterator[None]:
    """The block's changes, undone with `LastAdministratorError` where they take away the last administrator.

    Two administrators who demote each other at the same moment wait for one another: on PostgreSQL by these
    rows' locks, on SQLite by the writer's.
    """
    with transaction.atomic():
        held = list(
            User.objects.select_for_update().filter(role=Role.ADMINISTRATOR).order_by("pk").values("pk")
        )
        before = bool(held) and able().exists()
        yield
        if before and not able().exists():
            raise LastAdministratorError


@receiver(post_delete, sender=User)
def _not_deleted(instance: User, **_: object) -> None:
    """No page deletes an account; this holds where a shell does."""
    if instance.role == Role.ADMINISTRATOR and instance.is_active and not able().exists():
        raise LastAdministratorError("the last administrator stays: make another first.")
