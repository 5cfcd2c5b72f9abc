"""What uploads keep of people beside the ledger, and how an order erases it."""

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from evenhand.desk.bookings.models import KeptMapping, PendingUpload, UploadOutcome
from evenhand.desk.record.erased import COPIES, StillHeldError, ToErase, erasing

COPIES += [PendingUpload, UploadOutcome, KeptMapping]


@receiver(erasing, dispatch_uid="bookings.copies")
def forget(people: ToErase, **_kwargs: Any) -> None:
    """Delete the agency's uploads, what became of earlier ones, and mappings in which somebody wrote a name.

    Raises `StillHeldError` where the mapping in use has a name.
    """
    PendingUpload.objects.filter(agency=people.agency).delete()
    UploadOutcome.objects.filter(agency=people.agency).delete()
    kept = list(KeptMapping.objects.filter(agency=people.agency))
    naming = [one for one in kept if any(name in one.text.casefold() for name in people.names)]
    if kept and kept[0] in naming:
        raise StillHeldError(
            _("The mapping for uploads contains this person's name or key. Take it out, then confirm again.")
        )
    for one in naming:
        one.delete()
