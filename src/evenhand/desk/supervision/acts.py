"""The acts of the federal supervisor: reviews, claims resolved, charging documents signed."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from evenhand.desk.bookings.acts import act_on_case, on_case
from evenhand.desk.bookings.models import Case
from evenhand.desk.record.act import Actor, BadActError, NotPossibleError
from evenhand.record.events import Event, SourceKind
from evenhand.record.events.booking import (
    ChargingDocumentSigned,
    ChargingForm,
    CitizenshipResolved,
    ClaimOutcome,
    DeterminationReviewed,
    ReviewOutcome,
)

DESK = SourceKind.DESK


def need_waiting(case: Case) -> None:
    """Raise `NotPossibleError` unless a determination waits for its review."""
    if case.determined_at is None or case.reviewed_at is not None:
        raise NotPossibleError(_("No determination of this case waits for a review."))


@act_on_case
def review(
    case: Case,
    outcome: ReviewOutcome,
    by: Actor,
    at: datetime | None = None,
    *,
    reason: str = "",
    source: SourceKind = DESK,
) -> Event:
    """Concur in a determination, return or reject it. Raises `RefusedError` (SUP-03)."""
    need_waiting(case)
    if outcome is not ReviewOutcome.CONCUR and not reason:
        raise BadActError({"reason": _("Say why it is returned or rejected.")})
    return on_case(DeterminationReviewed.type, case, by, at, source=source, outcome=outcome, reason=reason)


@act_on_case
def resolve_claim(
    case: Case,
    outcome: ClaimOutcome,
    grounds: Sequence[str],
    by: Actor,
    at: datetime | None = None,
    *,
    in_writing: bool = True,
    reason: str = "",
    source: SourceKind = DESK,
) -> Event:
    """Resolve a claim to U.S. citizenship. Raises `RefusedError` where it is not in writing (CIT-03)."""
    if not case.claim_open:
        raise NotPossibleError(_("No claim is open."))
    if not grounds:
        raise BadActError({"grounds": _("Name the grounds on which the claim is resolved.")})
    return on_case(
        CitizenshipResolved.type,
        case,
        by,
        at,
        source=source,
        outcome=outcome,
        grounds=tuple(grounds),
        in_writing=in_writing,
        reason=reason,
    )


@act_on_case
def sign_document(
    case: Case, form: ChargingForm, by: Actor, at: datetime | None = None, source: SourceKind = DESK
) -> Event:
    """Sign a charging document that an officer prepared. Raises `RefusedError` (SUP-04)."""
    if not any(d["form"] == form and not d["signed"] for d in case.documents):
        raise NotPossibleError(_("No document of that form waits for a signature."), "form")
    return on_case(ChargingDocumentSigned.type, case, by, at, source=source, form=form)
