"""Notices in the outbox name the histories that they tell of; an order erases them, sent or not."""

from typing import Any

from django.dispatch import receiver

from evenhand.desk.record.erased import COPIES, ToErase, erasing
from evenhand.desk.webhooks.models import Delivery

COPIES.append(Delivery)


@receiver(erasing, dispatch_uid="webhooks.copies")
def forget(people: ToErase, **_: Any) -> None:
    Delivery.objects.filter(agency=people.agency, event__in=people.events).delete()
