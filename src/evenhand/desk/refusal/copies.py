"""Refused acts that wait for a second person are copies of what was entered; an order erases them."""

from typing import Any

from django.dispatch import receiver

from evenhand.desk.record.erased import COPIES, ToErase, erasing
from evenhand.desk.record.history import Subject
from evenhand.desk.refusal.models import Waiting
from evenhand.desk.refusal.second import NotSecondError, opened

COPIES.append(Waiting)


@receiver(erasing, dispatch_uid="refusal.copies")
def forget(people: ToErase, **_: Any) -> None:
    """Delete requests on these histories, and those that ran out."""
    for waiting in Waiting.objects.filter(agency=people.agency):
        try:
            about = {Subject.of(act) for act in opened(waiting.acts).acts}
        except NotSecondError:
            waiting.delete()
            continue
        if about & people.subjects:
            waiting.delete()
