"""Accounts from the command line: the first administrator, and the first federal account of an agency.

Whoever runs these commands runs the desk. Each leaves its events, whose actor is the system account.
"""

import json
import os
import pwd
from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone

from evenhand.desk.accounts import acts, requests
from evenhand.desk.accounts.acts import Link, NotAllowedError, OverError, account_event, changing
from evenhand.desk.accounts.administrators import TakenError
from evenhand.desk.accounts.models import FEDERAL_ROLES, Change, Request, Role, User
from evenhand.desk.environment import environment
from evenhand.desk.places.models import Agency
from evenhand.desk.record.act import Actor
from evenhand.desk.record.models import Occurrence
from evenhand.record.events import ActorRole, Event, SubjectKind
from evenhand.record.events.account import AccountFound, AccountGranted, SettingsRecorded


def operator() -> Actor:
    """The system account that runs the command; no variable of the environment can name another."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return Actor(f"command line: {name}", ActorRole.SYSTEM)


def administrator(email: str, name: str, actor: str = "", *, clears_factors: bool = False) -> Link:
    """A link for the administrator with this address, whose account is made where there is none.

    Raises `TakenError` where the address or the name in the record is another account's.
    """
    actor = actor or email.lower()
    with changing():
        found = User.objects.filter(email=email.lower()).first()
        if found is None:
            if User.objects.filter(actor=actor).exists():
                raise TakenError(f"{actor} is another account's name in the record")
            found = acts.add(
                operator(), email=email, name=name, role=Role.ADMINISTRATOR, actor=actor, agencies=()
            )
        elif found.role != Role.ADMINISTRATOR or not found.is_active:
            raise TakenError(f"{email} is the address of another account, which its role or state keeps out")
        return acts.new_invitation(operator(), found, clears_factors=clears_factors, shown=True)


def request_federal(email: str, name: str, actor: str, agencies: Collection[str]) -> requests.Asked:
    """The first step to the first federal account of these agencies: a request, and the holder's code.

    Where the account was made already and its holder never set a password, the request is for a new link.
    Raises `NotAllowedError` where an agency has a federal account that can sign in, or is not known.
    """
    with changing():
        _none_yet(agencies)
        found = User.objects.filter(email=email.lower(), role__in=FEDERAL_ROLES, is_active=True).first()
        if found is not None and not found.enrolled:
            return requests.new_invitation(operator(), found)
        return requests.new_account(
            operator(),
            email=email,
            name=name,
            role=Role.FEDERAL_SUPERVISOR.value,
            actor=actor or email.lower(),
            agencies=agencies,
        )


def confirm_federal(number: int, confirmed_by: str) -> Link:
    """The second step: the link, for which `confirmed_by` says who of ICE vouched for the person, and how.

    Raises `OverError` for a request that is not open or was not made by `request_federal`,
    `NotAllowedError` as there.
    """
    with changing():
        found = Request.objects.filter(
            pk=number,
            change__in=(Change.ACCOUNT, Change.INVITE),
            asked_role=ActorRole.SYSTEM.value,
            ends_at__gt=timezone.now(),
        ).first()
        if found is None:
            raise OverError("no such request is open")
        made = found.account
        _none_yet(made.agencies.values_list("pk", flat=True) if made else found.wants["agencies"])
        Request.objects.filter(pk=found.pk).delete()
        done = requests.carry_out(found, Actor(confirmed_by, ActorRole.SYSTEM))
        assert done.link is not None
        return done.link


def record_start() -> None:
    """Record what a start of the desk finds: changed settings on access, and accounts without any event."""
    own = environment()
    said = {
        "oidc_issuer": own.oidc_issuer or None,
        "oidc_second_factor": own.oidc_second_factor,
        "invitation_hours": own.invitation_hours,
        "by_mail": bool(own.mail_server),
        "will_as_violation": own.will_as_violation,
    }
    subject = f"settings:{acts.digest(json.dumps(said))[:16]}"
    with changing():
        of_accounts = Occurrence.objects.filter(kind=SubjectKind.ACCOUNT.value)
        last = of_accounts.filter(type=SettingsRecorded.type).order_by("-seq").first()
        if last is None or last.subject != subject:
            acts.record(account_event(SettingsRecorded.type, operator(), subject, **said))
        explained = of_accounts.filter(type__in=(AccountGranted.type, AccountFound.type))
        known = set(explained.values_list("subject", flat=True))
        found = User.objects.exclude(actor__in=known).order_by("pk")
        acts.record(*(_found(user) for user in found))


def _found(user: User) -> Event:
    agencies = tuple(sorted(user.agencies.values_list("pk", flat=True)))
    return account_event(AccountFound.type, operator(), user.actor, role=user.role, agencies=agencies)


def _none_yet(agencies: Collection[str]) -> None:
    known = set(Agency.objects.filter(pk__in=agencies).values_list("pk", flat=True))
    if not agencies or known != set(agencies):
        raise NotAllowedError("name at least one agency, and only agencies of this desk")
    able = ~Q(password__startswith="!")
    found = User.objects.filter(able, role__in=FEDERAL_ROLES, is_active=True, agencies__in=agencies)
    if found.exists():
        raise NotAllowedError(
            "an agency among these has a federal supervisor who can sign in: an administrator asks on the "
            "page, and that supervisor confirms"
        )
