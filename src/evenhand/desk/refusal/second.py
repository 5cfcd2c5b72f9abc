"""Asking a second person, and that person's answer.

Only acts that warnings stand against may pass so; a violation cannot be overridden. The second person is a
coordinator or federal supervisor of the agency and not the first. Both and the reason stand in the record,
whichever way the second person decides.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.record.act import (
    Actor,
    ConflictError,
    Done,
    Override,
    RefusedError,
    draft,
    note,
    now,
    perform_judged,
    writing,
)
from evenhand.desk.record.catalog import CATALOG
from evenhand.desk.refusal.models import Waiting
from evenhand.record.events import Event, parse
from evenhand.rules.rule import Severity

RUNS_OUT = timedelta(hours=1)
SECONDS = (Role.COORDINATOR, Role.FEDERAL_SUPERVISOR)
SUPERVISION = "SUP"
"""Rules on ICE's supervision of the officers (8 U.S.C. 1357(g)(3)): only a federal supervisor overrides
them."""


class NotSecondError(Exception):
    """This account may not be the second person for this act."""


def _box() -> Fernet:
    """The lock of acts that wait, from the desk's secret key."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"acts|{settings.SECRET_KEY}".encode()).digest()))


def seconds_for(rules: Sequence[str]) -> tuple[Role, ...]:
    """The roles that may let an act pass which these rules stand against."""
    if any(CATALOG[rule].group == SUPERVISION for rule in rules):
        return (Role.FEDERAL_SUPERVISOR,)
    return SECONDS


@dataclass(frozen=True)
class Judged:
    """Acts that were judged when the ledger had `size` leaves, and wait for a person's decision."""

    acts: tuple[Event, ...]
    size: int


def sealed(judged: Judged) -> str:
    """Acts as a text that only this desk reads: what a person said waits nowhere in the clear."""
    acts = [json.loads(act.model_dump_json(exclude_none=True)) | {"type": act.type} for act in judged.acts]
    return _box().encrypt(json.dumps({"acts": acts, "size": judged.size}).encode()).decode()


def opened(text: str) -> Judged:
    """The acts of a sealed text. Raises `NotSecondError` where the text is older than a request may be."""
    try:
        said = _box().decrypt(text.encode(), ttl=round(RUNS_OUT.total_seconds()))
    except InvalidToken:
        raise NotSecondError("the request has run out: ask again") from None
    kept = json.loads(said)
    return Judged(tuple(parse(act) for act in kept["acts"]), kept["size"])


def ask(judged: Judged, rules: Sequence[str], by: User, reason: str) -> Waiting:
    """Keep acts that these rules stood against for a second person; the act is not judged here again.

    Raises `NotSecondError` where none may let them pass. Of a rule whose terms differ in severity, `approve`
    judges the act again. Requests that ran out are deleted.
    """
    if any(set(CATALOG[rule].severities) == {Severity.VIOLATION} for rule in rules):
        raise NotSecondError("a violation cannot be overridden")
    Waiting.objects.filter(asked_at__lt=now() - RUNS_OUT).delete()
    return Waiting.objects.create(
        agency=judged.acts[0].agency,
        acts=sealed(judged),
        rules=sorted(set(rules)),
        reason=reason,
        asked_by=by.actor,
        asked_at=now(),
    )


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    """What this account may decide now: what others asked for and has not run out."""
    if user.role not in SECONDS:
        return []
    found = Waiting.objects.exclude(asked_by=user.actor).filter(asked_at__gte=at - RUNS_OUT)
    return [waiting for waiting in found if user.role in seconds_for(waiting.rules)]


def approve(waiting: Waiting, second: User) -> list[Done]:
    """Perform the acts, with the second person in the record. They are judged anew.

    Raises `NotSecondError` for the wrong account or a request that ran out or was decided, `RefusedError`
    where by now more than warnings stands against the acts, `ConflictError` where the history has changed
    since they were judged; in the last two cases the request is over.
    """
    judged, override = _to_decide(waiting, second), Override(second.as_actor(), waiting.reason)
    against: RefusedError | ConflictError
    with writing():
        _end(waiting)
        try:
            return perform_judged(judged.acts, judged.size, override=override)
        except (RefusedError, ConflictError) as error:
            # Raised outside, so that the refusals stay in the record.
            against = error
    raise against


def decline(waiting: Waiting, second: User, reason: str) -> list[Done]:
    """Record that the second person does not let the acts pass, and why. The request is over.

    Raises `NotSecondError` as `approve`.
    """
    acts = _to_decide(waiting, second).acts

    def declined() -> list[Event]:
        _end(waiting)
        return [_declined(rule, acts, waiting, second, reason) for rule in waiting.rules]

    return note(declined)


def _to_decide(waiting: Waiting, second: User) -> Judged:
    if second.role not in seconds_for(waiting.rules) or second.actor == waiting.asked_by:
        raise NotSecondError("another person, a coordinator or federal supervisor, must decide")
    if waiting.asked_at < now() - RUNS_OUT:
        waiting.delete()
        raise NotSecondError("the request has run out: ask again")
    return opened(waiting.acts)


def _end(waiting: Waiting) -> None:
    """The request is decided, and by nobody else at the same moment."""
    if not waiting.delete()[0]:
        raise NotSecondError("somebody else has decided")


def _declined(rule: str, acts: Sequence[Event], waiting: Waiting, second: User, reason: str) -> Event:
    """An event about the act that the rule stood against: of several, the first of the rule's subjects."""
    kind = CATALOG[rule].subject
    act = next((act for act in acts if act.subject_kind is kind), acts[0])
    assert act.actor_role is not None
    return draft(
        "guard.refused",
        by=Actor(waiting.asked_by, act.actor_role),
        subject=act.subject,
        agency=act.agency,
        facility=act.facility,
        zone=act.zone,
        reason=reason,
        rule=rule,
        second_person=second.actor,
    )
