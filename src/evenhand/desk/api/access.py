"""Tokens and webhooks come and go, each with its event in the ledger."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from evenhand.desk.accounts.acts import NotAllowedError, account_event, changing, fresh, record
from evenhand.desk.accounts.models import Role, User
from evenhand.desk.accounts.requests import issues_tokens
from evenhand.desk.api.models import Grant, Token, issue
from evenhand.desk.record.act import Actor
from evenhand.desk.webhooks.models import Hook
from evenhand.record.events import ActorRole


def token_subject(token: Token) -> str:
    return f"token:{token.pk}"


def issue_token(
    by: User, *, agency: str, name: str, grants: Collection[str], roles: Collection[str], days: int
) -> tuple[Token, str]:
    """Issue a token as one administrator may; gives its secret too.

    Raises `NotAllowedError` for federal acts, which take a second person.
    """
    with changing():
        by = fresh(by, Role.ADMINISTRATOR)
        if Grant.FEDERAL in grants:
            raise NotAllowedError("a token for federal acts takes a second person of the federal side")
        return _issue(by.as_actor(), agency, name, grants, roles, days)


@issues_tokens
def issue_confirmed(by: Actor, wants: Mapping[str, Any], second: Actor) -> str:
    """Issue what a second person confirmed, within `changing`."""
    (agency,) = wants["agencies"]
    said = (wants["program"], wants["grants"], wants["roles"], wants["days"])
    return _issue(by, agency, *said, second.id)[1]


def _issue(
    by: Actor,
    agency: str,
    name: str,
    grants: Collection[str],
    roles: Collection[str],
    days: int,
    second: str | None = None,
) -> tuple[Token, str]:
    token, secret = issue(
        agency,
        name,
        [Grant(grant) for grant in grants],
        by.id,
        timedelta(days=days),
        [ActorRole(role) for role in roles],
    )
    record(
        account_event(
            "token.issued",
            by,
            token_subject(token),
            program=name,
            of_agency=agency,
            grants=tuple(sorted(grants)),
            roles=tuple(sorted(roles)),
            expires_at=token.expires_at,
            second_person=second,
        )
    )
    return token, secret


def revoke(by: User, token: Token) -> None:
    """End a token at once; one administrator may, whatever its grants."""
    with changing():
        by = fresh(by, Role.ADMINISTRATOR)
        if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record(account_event("token.revoked", by.as_actor(), token_subject(token)))


def add_hook(by: User, *, agency: str, url: str, types: Collection[str]) -> Hook:
    """Send notices of an agency to an address."""
    with changing():
        by = fresh(by, Role.ADMINISTRATOR)
        hook = Hook.objects.create(agency=agency, url=url, types=list(types))
        record(
            account_event(
                "webhook.added",
                by.as_actor(),
                f"webhook:{hook.pk}",
                host=urlsplit(url).hostname,
                of_agency=agency,
                types=tuple(types),
            )
        )
        return hook


def stop_hook(by: User, hook: Hook) -> None:
    """Send no more notices to an address."""
    with changing():
        by = fresh(by, Role.ADMINISTRATOR)
        if Hook.objects.filter(pk=hook.pk, active=True).update(active=False):
            record(account_event("webhook.stopped", by.as_actor(), f"webhook:{hook.pk}"))
