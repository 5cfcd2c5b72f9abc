"""Filling the outbox in the act's own transaction, and emptying it.

A notice is `{"id", "type", "agency", "subject", "occurred_at", "recorded_at"}`, and of a complaint the first
four alone. Its signature is `Evenhand-Signature: t=<unix seconds>,v1=<hex>`, HMAC-SHA-256 of "<t>.<body>"
under the webhook's secret, so that a receiver can tell who sent it and refuse what is old.
"""

import hmac
import json
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from evenhand.desk.complaints.models import is_public_id
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.webhooks.address import check_url
from evenhand.desk.webhooks.models import Delivery, Hook
from evenhand.record.events import Event, SubjectKind
from evenhand.record.ledger.leaf import instant

if TYPE_CHECKING:
    from evenhand.desk.webhooks.sending import Sender

NAMED = frozenset({SubjectKind.BOOKING, SubjectKind.AGREEMENT, SubjectKind.FACILITY, SubjectKind.REVIEW})
"""Kinds whose subject a notice names: the jail's own booking number, and what is no person's.

The subject of an officer or an account can be a person's name.
"""
MOST_TRIES = 12
"""The waits double from one minute: the last try is after about 34 hours."""
TIMEOUT = 10.0


def enqueue(sender: Any, events: Sequence[Event], **_: Any) -> None:
    """Put a notice in the outbox for each event and each hook of its agency that asks for its type."""
    agencies = {event.agency for event in events}
    hooks = list(Hook.objects.filter(active=True, agency__in=agencies))
    if not hooks:
        return
    now = timezone.now()
    Delivery.objects.bulk_create(
        [
            Delivery(agency=event.agency, hook=hook, event=event.id, body=notice(event), next_at=now)
            for event in events
            for hook in hooks
            if hook.agency == event.agency and (not hook.types or event.type in hook.types)
        ]
    )


def notice(event: Event) -> str:
    """What goes out about an event: enough to ask for more with a token, and useless to a stranger."""
    said = {"id": str(event.id), "type": event.type, "agency": event.agency}
    if event.subject_kind is SubjectKind.COMPLAINT:
        # Its times could tell who complained; a subject that is no public id may be a number of somebody's.
        if is_public_id(event.subject):
            said["subject"] = event.subject
        return _compact(said)
    if event.subject_kind in NAMED:
        said["subject"] = event.subject
    said["occurred_at"] = instant(event.occurred_at)
    said["recorded_at"] = instant(event.recorded_at or event.occurred_at)
    return _compact(said)


def _compact(said: dict[str, str]) -> str:
    return json.dumps(said, separators=(",", ":"))


def signature(secret: str, body: str, at: int) -> str:
    digest = hmac.new(secret.encode(), f"{at}.{body}".encode(), "sha256").hexdigest()
    return f"t={at},v1={digest}"


def deliver(at: datetime | None = None) -> tuple[int, int]:
    """Send what is due; how many arrived and how many did not. A failed one is tried again, ever later."""
    # Only the command that delivers sends: the desk's processes never import what sends.
    from evenhand.desk.webhooks.sending import Sender

    now = at or timezone.now()
    arrived = failed = 0
    with within(EVERYTHING), closing(Sender(TIMEOUT)) as sender:
        due = Delivery.objects.filter(done_at=None, next_at__lte=now, tries__lt=MOST_TRIES, hook__active=True)
        for delivery in due.select_related("hook").order_by("pk"):
            answer = _send(sender, delivery)
            delivery.tries += 1
            delivery.last_answer = answer[:200]
            if answer.startswith("2"):
                delivery.done_at, arrived = now, arrived + 1
            else:
                delivery.next_at, failed = now + timedelta(minutes=2 ** (delivery.tries - 1)), failed + 1
            if delivery.done_at is not None or delivery.tries == MOST_TRIES:
                # It is not sent again, so nothing of it is kept.
                delivery.body = ""
            delivery.save()
    return arrived, failed


def _send(sender: "Sender", delivery: Delivery) -> str:
    """The status that came back, or what went wrong."""
    hook = delivery.hook
    # The rules for addresses may be newer than the webhook.
    try:
        check_url(hook.url)
    except ValidationError as error:
        return error.messages[0]
    headers: dict[bytes | str, bytes | str] = {
        "Content-Type": "application/json",
        "Evenhand-Signature": signature(hook.secret, delivery.body, int(time.time())),
    }
    return sender.post(hook.url, delivery.body, headers)
