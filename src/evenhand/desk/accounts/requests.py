"""Changes of access that take two people.

An administrator, or for their own details the account's holder, asks; a second person confirms, who is
neither the asker nor the account's holder: another administrator, or a coordinator or federal supervisor
whose own agencies include all that the change reaches. For federal accounts and tokens it is such a federal
supervisor and nobody else.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from evenhand.desk.accounts import acts
from evenhand.desk.accounts.acts import NotAllowedError, OverError, account_event, changing, fresh, record
from evenhand.desk.accounts.administrators import TakenError
from evenhand.desk.accounts.models import FEDERAL_ROLES, Change, Request, Role, User, side_of
from evenhand.desk.record.act import Actor
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import ActorRole

SECONDS = (Role.ADMINISTRATOR, Role.COORDINATOR, Role.FEDERAL_SUPERVISOR)
"""Roles that may be the second person of some change."""


@dataclass(frozen=True)
class Asked:
    """A request, and the code to read out to the invited person, where one is invited."""

    request: Request
    code: str = ""


@dataclass(frozen=True)
class Confirmed:
    """What a confirmed change gives, to be shown once to the second person."""

    request: Request
    link: acts.Link | None = None
    token: str = ""


Issuer = Callable[[Actor, Mapping[str, Any], Actor], str]
"""Issues the token that an asker wants and a second person confirmed; gives its secret."""
_ISSUERS: list[Issuer] = []


def issues_tokens(issuer: Issuer) -> Issuer:
    """Declare the function that issues confirmed tokens: the API's own, which imports this module."""
    _ISSUERS[:] = [issuer]
    return issuer


# --- asking ------------------------------------------------------------------------------------------------


def ask_account(
    by: User, *, email: str, name: str, role: str, actor: str, agencies: Collection[str]
) -> Asked:
    """Ask for a new account. Raises `NotAllowedError`, `TakenError`."""
    with changing():
        by = fresh(by, Role.ADMINISTRATOR)
        return new_account(by.as_actor(), email=email, name=name, role=role, actor=actor, agencies=agencies)


def new_account(by: Actor, **wants: Any) -> Asked:
    """As `ask_account`, within `changing`, for an asker that the caller has checked."""
    if User.objects.filter(email=wants["email"].lower()).exists():
        raise TakenError("the email address is another account's")
    if User.objects.filter(actor=wants["actor"]).exists():
        raise TakenError("the name in the record is another account's")
    return _ask(by, Change.ACCOUNT, None, wants | {"agencies": sorted(wants["agencies"])}, code=True)


def ask_grant(by: User, user: User, *, role: str, agencies: Collection[str]) -> Asked:
    """Ask that an account gets this role in these agencies in place of what it has."""
    with _asking(by, user) as (by, user):
        if side_of(role) is not side_of(user.role):
            raise NotAllowedError("an account keeps its side: make a new account for the other role")
        return _ask(by.as_actor(), Change.GRANT, user, {"role": role, "agencies": sorted(agencies)})


def ask_enable(by: User, user: User) -> Asked:
    """Ask that a disabled account may sign in again."""
    with _asking(by, user) as (by, user):
        return _ask(by.as_actor(), Change.ENABLE, user, {})


def ask_correction(by: User, user: User, *, name: str, email: str) -> Asked:
    """Ask for another name and address of an account that nobody has used yet. Raises `TakenError`."""
    with _asking(by, user) as (by, user):
        if user.enrolled:
            raise NotAllowedError("its holder asks for another address")
        return _details(by, user, name, email)


def ask_invitation(by: User, user: User, *, clears_factors: bool) -> Asked:
    """Ask for a link with which the account's holder sets a new password."""
    with _asking(by, user) as (by, user):
        return new_invitation(by.as_actor(), user, clears_factors=clears_factors)


def new_invitation(by: Actor, user: User, *, clears_factors: bool = False) -> Asked:
    """As `ask_invitation`, within `changing`, for an asker that the caller has checked."""
    return _ask(by, Change.INVITE, user, {"clears_factors": clears_factors}, code=True)


@contextmanager
def _asking(by: User, user: User) -> Iterator[tuple[User, User]]:
    """`changing`, with an administrator and another account as they are now."""
    with changing():
        by, user = fresh(by, Role.ADMINISTRATOR), User.objects.get(pk=user.pk)
        if by.pk == user.pk:
            raise NotAllowedError("another administrator asks for this")
        yield by, user


def ask_details(by: User, *, name: str, email: str) -> Asked:
    """Ask, as the account's holder, for another name and address. Raises `TakenError`."""
    with changing():
        by = fresh(by)
        return _details(by, by, name, email)


def _details(by: User, user: User, name: str, email: str) -> Asked:
    if User.objects.filter(email=email.lower()).exclude(pk=user.pk).exists():
        raise TakenError("the email address is another account's")
    return _ask(by.as_actor(), Change.DETAILS, user, {"name": name, "email": email.lower()})


def ask_token(
    by: User, *, agency: str, name: str, grants: Collection[str], roles: Collection[str], days: int
) -> Asked:
    """Ask for a token for federal acts; its secret is shown to the second person alone."""
    with changing():
        by = fresh(by, Role.ADMINISTRATOR)
        wants = {
            "agencies": [agency],
            "program": name,
            "grants": sorted(grants),
            "roles": sorted(roles),
            "days": days,
        }
        return _ask(by.as_actor(), Change.TOKEN, None, wants)


def _ask(by: Actor, change: Change, user: User | None, wants: dict[str, Any], *, code: bool = False) -> Asked:
    """Keep the request; an open one for the same change of the same account ends."""
    now = timezone.now()
    Request.objects.filter(ends_at__lt=now).delete()
    if user is not None:
        Request.objects.filter(account=user, change=change).delete()
    given = acts.new_code() if code else ""
    made = Request.objects.create(
        change=change,
        account=user,
        wants=wants,
        code_digest=acts.digest_of_code(given) if given else "",
        asked_by=by.id,
        asked_role=by.role,
        ends_at=now + timedelta(hours=settings.INVITATION_HOURS),
    )
    record(
        account_event(
            "account.change_requested",
            by,
            subject_of(made),
            change=change.value,
            request=str(made.key),
            role=wants.get("role"),
            agencies=tuple(wants.get("agencies", ())),
            grants=tuple(wants.get("grants", ())),
        )
    )
    return Asked(made, given)


def subject_of(request: Request) -> str:
    """The subject of the events of a request: the account, or the program that is to get a token."""
    if request.account is not None:
        return request.account.actor
    return str(request.wants.get("actor") or f"api:{request.wants['program']}")


# --- deciding ----------------------------------------------------------------------------------------------


def may_decide(user: User, request: Request) -> bool:
    """Whether the account may be the second person of the request."""
    if not user.is_active or user.actor == request.asked_by:
        return False
    account = request.account
    if account is not None and account.pk == user.pk:
        return False
    reached = set(request.wants.get("agencies", ()))
    if account is not None:
        with within(EVERYTHING):
            reached |= set(account.agencies.values_list("pk", flat=True))
    covered = bool(reached) and all(map(user.scope().holds, reached))
    if user.role in FEDERAL_ROLES:
        return covered
    if request.federal:
        return False
    return user.role == Role.ADMINISTRATOR or (user.role == Role.COORDINATOR and covered)


def open_for(user: User, at: datetime) -> list[Request]:
    """The requests that the account may decide now."""
    if user.role not in SECONDS:
        return []
    found = Request.objects.filter(ends_at__gt=at).select_related("account")
    return [request for request in found if may_decide(user, request)]


def _to_decide(number: int, second: User) -> tuple[Request, User]:
    """The request and its second person as they are now. The request is over with it."""
    second = fresh(second)
    found = Request.objects.select_related("account").filter(pk=number, ends_at__gt=timezone.now()).first()
    if found is None:
        raise OverError
    if not may_decide(second, found):
        raise NotAllowedError("another person decides this request")
    Request.objects.filter(pk=found.pk).delete()
    return found, second


def decline(number: int, second: User) -> None:
    """End the request. Raises `OverError`, `NotAllowedError`."""
    with changing():
        request, second = _to_decide(number, second)
        record(
            account_event(
                "account.change_declined",
                second.as_actor(),
                subject_of(request),
                change=request.change,
                request=str(request.key),
            )
        )


def confirm(number: int, second: User) -> Confirmed:
    """Make the change. Raises `OverError`, `NotAllowedError`, `TakenError`."""
    with changing():
        request, second = _to_decide(number, second)
        if request.asked_role != ActorRole.SYSTEM:
            asker = User.objects.filter(actor=request.asked_by, is_active=True).first()
            if asker is None or asker.as_actor().role != request.asked_role:
                raise OverError
        return carry_out(request, second.as_actor())


def carry_out(request: Request, second: Actor) -> Confirmed:
    """Make the change of a request that this person confirmed, within `changing`."""
    by = Actor(request.asked_by, ActorRole(request.asked_role))
    wants, user = request.wants, request.account
    record(
        account_event(
            "account.change_confirmed",
            second,
            subject_of(request),
            change=request.change,
            request=str(request.key),
        )
    )
    match Change(request.change):
        case Change.ACCOUNT:
            user = acts.add(by, **wants, second=second.id)
            return Confirmed(request, _link(request, user, by, second))
        case Change.TOKEN:
            return Confirmed(request, token=_ISSUERS[0](by, wants, second))
    assert user is not None
    match Change(request.change):
        case Change.GRANT:
            if side_of(wants["role"]) is not side_of(user.role):
                raise NotAllowedError("an account keeps its side")
            acts.set_role(by, user, wants["role"], wants["agencies"], second.id)
        case Change.ENABLE:
            acts.set_active(by, user, True, second.id)
        case Change.DETAILS:
            acts.set_details(by, user, **wants, second=second.id)
        case Change.INVITE:
            if not user.is_active:
                raise NotAllowedError("enable the account first")
            return Confirmed(request, _link(request, user, by, second))
    return Confirmed(request)


def _link(request: Request, user: User, by: Actor, second: Actor) -> acts.Link:
    return acts.new_invitation(
        by,
        user,
        code_digest=request.code_digest,
        clears_factors=bool(request.wants.get("clears_factors")),
        second=second.id,
    )
