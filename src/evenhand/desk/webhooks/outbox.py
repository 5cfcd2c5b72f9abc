"""Filling the outbox in the act's own transaction, and emptying it.

A notice is `{"id", "type", "agency", "subject", "occurred_at", "recorded_at"}`. Its signature is
`Evenhand-Signature: t=<unix seconds>,v1=<hex>`, HMAC-SHA-256 of "<t>.<body>" under the hook's secret, so that
a receiver can tell who sent it and refuse what is old.
"""

import hmac
import json
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.webhooks.models import Delivery, Hook
from evenhand.record.events import Event
from evenhand.record.ledger.leaf import instant

if TYPE_CHECKING:
    import httpx

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
    said = {
        "id": str(event.id),
        "type": event.type,
        "agency": event.agency,
        "subject": event.subject,
        "occurred_at": instant(event.occurred_at),
        "recorded_at": instant(event.recorded_at or event.occurred_at),
    }
    return json.dumps(said, separators=(",", ":"))


def signature(secret: str, body: str, at: int) -> str:
    digest = hmac.new(secret.encode(), f"{at}.{body}".encode(), "sha256").hexdigest()
    return f"t={at},v1={digest}"


def deliver(at: datetime | None = None) -> tuple[int, int]:
    """Send what is due; how many arrived and how many did not. A failed one is tried again, ever later."""
    # Only the command that delivers sends: the desk's processes never import it.
    import httpx

    now = at or timezone.now()
    arrived = failed = 0
    with within(EVERYTHING), httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client:
        due = Delivery.objects.filter(done_at=None, next_at__lte=now, tries__lt=MOST_TRIES, hook__active=True)
        for delivery in due.select_related("hook").order_by("pk"):
            answer = _send(client, delivery)
            delivery.tries += 1
            delivery.last_answer = answer[:200]
            if answer.startswith("2"):
                delivery.done_at, arrived = now, arrived + 1
            else:
                delivery.next_at, failed = now + timedelta(minutes=2 ** (delivery.tries - 1)), failed + 1
            delivery.save()
    return arrived, failed


def _send(client: "httpx.Client", delivery: Delivery) -> str:
    """The status that came back, or what went wrong."""
    import httpx

    headers = {
        "Content-Type": "application/json",
        "Evenhand-Signature": signature(delivery.hook.secret, delivery.body, int(time.time())),
    }
    try:
        return str(client.post(delivery.hook.url, content=delivery.body, headers=headers).status_code)
    except httpx.HTTPError as error:
        return type(error).__name__
