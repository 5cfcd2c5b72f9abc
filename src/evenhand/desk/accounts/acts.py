"""Everything that changes who may do what, each with its event in the ledger.

Giving access takes two people (`requests.py`); taking it away takes one.

Each act takes the ledger's lock first and reads afterwards: what it checks still holds when it writes.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from evenhand.desk.accounts.administrators import TakenError, one_stays
from evenhand.desk.accounts.models import Invitation, Request, Role, User
from evenhand.desk.places.models import Agency
from evenhand.desk.record.act import Actor, draft, note
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import ActorRole, Event
from evenhand.record.events.account import THE_DESK, LinkDelivery

DESK = Actor("desk", ActorRole.SYSTEM)
"""The desk itself, for what nobody who is signed in did."""
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12


class NotAllowedError(Exception):
    """This account may not make this change, or not alone."""


class OverError(Exception):
    """The invitation or request was used, decided or has expired."""


@dataclass(frozen=True)
class Link:
    """An invitation just made. `secret` is None where the link was sent by email."""

    secret: str | None
    invitation: Invitation


def account_event(event_type: str, by: Actor, subject: str, **payload: Any) -> Event:
    """An event of the desk itself."""
    with within(EVERYTHING):
        return draft(event_type, by=by, subject=subject, agency=THE_DESK, zone="UTC", **payload)


def record(*events: Event) -> None:
    """Append events of the desk itself, within `changing`."""
    if events:
        note(lambda: events)


@contextmanager
def changing() -> Iterator[None]:
    """Within it other writers wait, and accounts are read as they are."""
    with within(EVERYTHING), transaction.atomic():
        ledger().begin()
        yield


def fresh(user: User, *roles: str) -> User:
    """The account as it is now. Raises `NotAllowedError` where it was disabled or lost these roles."""
    found = User.objects.filter(pk=user.pk, is_active=True).first()
    if found is None or (roles and found.role not in roles):
        raise NotAllowedError("your account was disabled or has another role now")
    return found


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_code() -> str:
    """A code that is read out on the telephone, of 59 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def digest_of_code(code: str) -> str:
    return digest("".join(code.upper().split()).replace("-", ""))


# --- accounts ----------------------------------------------------------------------------------------------


def add(
    by: Actor,
    *,
    email: str,
    name: str,
    role: str,
    actor: str,
    agencies: Collection[str],
    second: str | None = None,
) -> User:
    """Make an account and record it, within `changing`; the caller has checked who may."""
    if User.objects.filter(email=email.lower()).exists() or User.objects.filter(actor=actor).exists():
        raise TakenError("the email address, or the name in the record, is another account's")
    user = User.objects.create_user(email, name=name, role=role, actor=actor)
    user.agencies.set(Agency.objects.filter(pk__in=agencies))
    given = tuple(sorted(agencies))
    record(
        account_event(
            "account.granted",
            by,
            actor,
            role=role,
            agencies=given,
            second_person=second,
            name=name,
            email=user.email,
        )
    )
    return user


def restrict(by: User, user: User, *, agencies: Collection[str], active: bool) -> None:
    """Leave the account at most these agencies, and disable it if not `active`: one administrator may.

    Its sessions end, and so do requests that would give it more. Raises `NotAllowedError` for the
    administrator's own account, `LastAdministratorError`.
    """
    with changing(), one_stays():
        by = fresh(by, Role.ADMINISTRATOR)
        user = User.objects.get(pk=user.pk)
        if user.pk == by.pk:
            raise NotAllowedError("another administrator changes your account")
        had = set(user.agencies.values_list("pk", flat=True))
        if not active or had - set(agencies):
            Request.objects.filter(account=user).delete()
        set_role(by.as_actor(), user, user.role, had & set(agencies))
        if not active:
            set_active(by.as_actor(), user, False)


def set_role(by: Actor, user: User, role: str, agencies: Collection[str], second: str | None = None) -> None:
    """Give the account this role in these agencies in place of what it has, within `changing`."""
    had = set(user.agencies.values_list("pk", flat=True))
    same = user.role == role
    lost, got = (had - set(agencies), set(agencies) - had) if same else (had, set(agencies))
    if same and not lost and not got:
        return
    events = []
    if not same or lost:
        events.append(
            account_event("account.withdrawn", by, user.actor, role=user.role, agencies=tuple(sorted(lost)))
        )
    if not same or got:
        events.append(
            account_event(
                "account.granted",
                by,
                user.actor,
                role=role,
                agencies=tuple(sorted(got)),
                second_person=second,
            )
        )
    user.role = role
    user.save(update_fields=["role"])
    user.agencies.set(Agency.objects.filter(pk__in=agencies))
    end_sessions(user)
    record(*events)


def set_active(by: Actor, user: User, active: bool, second: str | None = None) -> None:
    """Enable or disable the account, within `changing`."""
    if user.is_active == active:
        return
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        end_invitations(user)
    end_sessions(user)
    given = {"second_person": second} if active else {}
    record(account_event("account.enabled" if active else "account.disabled", by, user.actor, **given))


def set_details(by: Actor, user: User, *, name: str, email: str, second: str | None = None) -> None:
    """Change the account's name and address, within `changing`. Open invitations to the old one end.

    Raises `TakenError` for another account's address.
    """
    if User.objects.filter(email=email.lower()).exclude(pk=user.pk).exists():
        raise TakenError("the email address is another account's")
    moved = email.lower() != user.email
    user.name, user.email = name, email.lower()
    user.save(update_fields=["name", "email"])
    if moved:
        # A link to the old address must not open the account any more.
        EmailAddress.objects.filter(user_id=user.pk).delete()
        end_invitations(user)
        end_sessions(user)
    record(
        account_event(
            "account.details_changed", by, user.actor, second_person=second, name=name, email=user.email
        )
    )


def end_sessions(user: User) -> None:
    """End all sessions of the account: each is bound to its `epoch`."""
    User.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
    user.refresh_from_db(fields=["epoch"])


def end_invitations(user: User) -> None:
    Invitation.objects.filter(account=user, used_at=None).delete()


# --- invitations -------------------------------------------------------------------------------------------


def new_invitation(
    by: Actor,
    user: User,
    *,
    code_digest: str = "",
    clears_factors: bool = False,
    second: str | None = None,
    shown: bool = False,
) -> Link:
    """Make the account's only open invitation, within `changing`. `shown`: the link is never mailed."""
    end_invitations(user)
    secret = secrets.token_urlsafe(32)
    ends_at = timezone.now() + timedelta(hours=settings.INVITATION_HOURS)
    mailed = settings.INVITATIONS_BY_MAIL and not shown
    made = Invitation.objects.create(
        account=user,
        digest=digest(secret),
        code_digest=code_digest,
        clears_factors=clears_factors,
        ends_at=ends_at,
    )
    record(
        account_event(
            "account.invited",
            by,
            user.actor,
            delivery=LinkDelivery.MAIL if mailed else LinkDelivery.SHOWN,
            ends_at=ends_at,
            reset=user.enrolled or None,
            clears_factors=clears_factors or None,
            second_person=second,
        )
    )
    if mailed:
        from evenhand.desk.accounts.invitation import mail

        transaction.on_commit(lambda: mail(made, secret))
        return Link(None, made)
    return Link(secret, made)


def open_invitation(hashed: str) -> Invitation | None:
    """The invitation with this digest, where its link still works."""
    found = Invitation.objects.select_related("account").filter(digest=hashed).first()
    return found if found is not None and found.works(timezone.now()) else None


def accept(hashed: str, code: str, password: str) -> bool:
    """Set the invited person's password; False for a wrong code, which is counted.

    Raises `OverError` where the link does not work any more.
    """
    with changing():
        invitation = open_invitation(hashed)
        if invitation is None:
            raise OverError
        if invitation.code_digest and not secrets.compare_digest(
            invitation.code_digest, digest_of_code(code)
        ):
            Invitation.objects.filter(pk=invitation.pk).update(failures=F("failures") + 1)
            return False
        user = invitation.account
        by, was_enrolled = user.as_actor(), user.enrolled
        user.set_password(password)
        user.save(update_fields=["password"])
        Invitation.objects.filter(pk=invitation.pk).update(used_at=timezone.now())
        if invitation.clears_factors:
            # Each leaves its own event.
            Authenticator.objects.filter(user_id=user.pk).delete()
        end_sessions(user)
        record(
            account_event("account.password_changed" if was_enrolled else "account.enrolled", by, user.actor)
        )
        return True


# --- what the holder does ----------------------------------------------------------------------------------


def happened(event_type: str, user: User, by: Actor | None = None, **payload: Any) -> None:
    """Record what happened to the account at sign-in or on its holder's own pages."""
    with changing():
        record(account_event(event_type, by or user.as_actor(), user.actor, **payload))


def places_added(by: User, places: Iterable[str]) -> None:
    """Record agencies or facilities that were entered, within `changing`."""
    record(*(account_event("place.added", by.as_actor(), place) for place in places))
