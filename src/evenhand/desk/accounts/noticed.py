"""What happens to accounts outside the desk's own pages: second factors, passwords, the agency's sign-in.

A second factor's event is in the transaction that adds or removes it.
"""

from typing import Any

from allauth.account import signals as passwords
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import update_session_auth_hash
from django.core.cache import cache
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from evenhand.desk.accounts.acts import DESK, end_sessions, happened
from evenhand.desk.accounts.models import User
from evenhand.desk.record.act import Actor
from evenhand.record.events import ActorRole
from evenhand.record.events.account import Factor

MOST_FAILURES = 5
"""Wrong second factors within `LOCKED_FOR` after which sign-in is refused for a while (see settings)."""
LOCKED_FOR = 15 * 60
"""Seconds within which an account leaves one event about failed sign-ins, and one about a reset."""
VISITOR = Actor("visitor", ActorRole.PUBLIC)


@receiver(post_save, sender=Authenticator)
def _factor_added(instance: Authenticator, created: bool, **_: Any) -> None:
    if created:
        _factor_changed("account.factor_enrolled", instance)


@receiver(post_delete, sender=Authenticator)
def _factor_removed(instance: Authenticator, **_: Any) -> None:
    _factor_changed("account.factor_removed", instance)


def _factor_changed(event_type: str, factor: Authenticator) -> None:
    user = User.objects.filter(pk=factor.user_id).first()
    if user is not None:
        happened(event_type, user, factor=Factor(factor.type))
        end_sessions(user)


@receiver(factors.authenticator_added)
@receiver(factors.authenticator_removed)
@receiver(factors.authenticator_reset)
def _keep_own_session(request: HttpRequest, user: Any, **_: Any) -> None:
    """The session in which the holder changed a factor goes on, under a new key."""
    update_session_auth_hash(request, User.objects.get(pk=user.pk))


@receiver(factors.authenticator_used)
def _recovery_code_used(user: Any, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        happened("account.recovery_used", User.objects.get(pk=user.pk))


@receiver(factors.authentication_failed)
def _second_factor_failed(user: Any, **_: Any) -> None:
    """Who gets as far as the second factor knows the password."""
    key = f"second-factor-failed:{user.pk}"
    cache.add(key, 0, LOCKED_FOR)
    if cache.incr(key) >= MOST_FAILURES:
        _once("account.locked", User.objects.get(pk=user.pk), DESK)


@receiver(passwords.password_changed)
@receiver(passwords.password_set)
@receiver(passwords.password_reset)
def _password_changed(user: Any, **_: Any) -> None:
    happened("account.password_changed", User.objects.get(pk=user.pk))


@receiver(post_save, sender=SocialAccount)
def _sign_in_linked(instance: SocialAccount, created: bool, **_: Any) -> None:
    if created:
        happened("account.sign_in_linked", User.objects.get(pk=instance.user_id))


def locked(email: str) -> None:
    """Record that sign-in to this address was refused after too many failures, where it has an account."""
    _once("account.locked", User.objects.filter(email=email.lower()).first(), DESK)


def reset_started(user: User) -> None:
    """Record that someone asked for a link to the account's address."""
    _once("account.reset_started", user, VISITOR)


def _once(event_type: str, user: User | None, by: Actor) -> None:
    """Whoever fails again and again must not fill the ledger."""
    if user is not None and cache.add(f"{event_type}:{user.pk}", 1, LOCKED_FOR):
        happened(event_type, user, by)
