"""The tracking code leads to a complaint, and its hash of the form to the text: an order erases both."""

from typing import Any

from django.dispatch import receiver

from evenhand.desk.complaints.models import TrackingCode
from evenhand.desk.record.erased import COPIES, ToErase, erasing
from evenhand.record.events import SubjectKind

COPIES.append(TrackingCode)


@receiver(erasing, dispatch_uid="complaints.copies")
def forget(people: ToErase, **_: Any) -> None:
    complaints = [one.subject for one in people.subjects if one.kind is SubjectKind.COMPLAINT]
    TrackingCode.objects.filter(agency=people.agency, subject__in=complaints).delete()
