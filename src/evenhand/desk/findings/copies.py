"""Findings name the histories in which a rule was broken; an order erases them."""

from typing import Any

from django.dispatch import receiver

from evenhand.desk.findings.models import Finding
from evenhand.desk.record.erased import COPIES, ToErase, erasing

COPIES.append(Finding)


@receiver(erasing, dispatch_uid="findings.copies")
def forget(people: ToErase, **_: Any) -> None:
    Finding.objects.filter(agency=people.agency, subject__in=[s.subject for s in people.subjects]).delete()
