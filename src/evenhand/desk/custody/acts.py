"""The acts of custody: warrant, detainer, hold, release, transfer, consulate.

Each drafts one event or a few that belong together and performs them; the guard may refuse
(`RefusedError`), and a bad value is a `BadActError`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings.models import Case
from evenhand.desk.custody import consulate
from evenhand.desk.record.act import Actor, BadActError, Done, draft, perform, perform_together
from evenhand.record.events import Event, SourceKind
from evenhand.record.events.booking import (
    ChargeDisposed,
    ConsulateAdvised,
    ConsulateNotified,
    CustodyDeparted,
    CustodyHoldEnded,
    CustodyHoldStarted,
    CustodyReleased,
    CustodyReleaseDue,
    CustodyTransferredInPlace,
    Destination,
    DetainerCancelled,
    DetainerIceNotified,
    DetainerIssued,
    DetainerLapsed,
    DetainerServed,
    Disposition,
    HoldBasis,
    ProbableCause,
    ReleaseCause,
    WarrantForm,
    WarrantServed,
    WarrantSigned,
)


class Envelope(TypedDict, total=False):
    """What any act may say of itself: when it happened (default: now), where it came from, its id, and the
    event that it corrects with the reason."""

    occurred_at: datetime | None
    source: SourceKind
    event_id: UUID | None
    corrects: UUID | None
    reason: str | None


class WhyHeld(TextChoices):
    """Why a person is still in the jail although the hold's clock has ended. None of them is an excuse."""

    ICE_ON_THE_WAY = "ice_on_the_way", _("ICE said that it is on the way")
    BEING_PROCESSED = "being_processed", _("The release is being processed")
    MEDICAL = "medical", _("Medical care")
    OTHER_HOLD = "other_hold", _("Another hold")
    NOT_NOTICED = "not_noticed", _("The end of the clock was not noticed")
    OTHER = "other", _("Another reason")


DISPOSITIONS: dict[ReleaseCause, Disposition] = {
    ReleaseCause.BOND: Disposition.BAIL,
    ReleaseCause.DISMISSED: Disposition.DISMISSED,
    ReleaseCause.SERVED: Disposition.SENTENCE_SERVED,
    ReleaseCause.RECOGNIZANCE: Disposition.RECOGNIZANCE,
    ReleaseCause.ACQUITTED: Disposition.ACQUITTED,
    ReleaseCause.NOT_FILED: Disposition.NOT_FILED,
    ReleaseCause.OTHER: Disposition.OTHER,
}
"""What becomes of a charge that is still open when release is due for that cause."""


def _draft(event_type: str, case: Case, by: Actor, envelope: Envelope, **payload: Any) -> Event:
    return draft(
        event_type,
        by=by,
        subject=case.subject,
        agency=case.agency,
        facility=case.facility or None,
        **envelope,
        **payload,
    )


def _in_jail(case: Case, envelope: Envelope) -> None:
    """Raise `BadActError` for an act on the custody of a person who has left, unless it corrects one."""
    if not case.in_custody and envelope.get("corrects") is None:
        raise BadActError(
            {"": gettext("The person has left the jail; what was recorded wrongly is corrected.")}
        )


# --- warrant and detainer ----------------------------------------------------------------------------------


def sign_warrant(case: Case, by: Actor, form: WarrantForm, **envelope: Unpack[Envelope]) -> Done:
    """A federal immigration officer signed the administrative warrant (8 CFR 287.5(e)(2), (3))."""
    return perform(_draft(WarrantSigned.type, case, by, envelope, form=form))


def serve_warrant(
    case: Case,
    by: Actor,
    *,
    language: str,
    copy_given: bool,
    interpreter_needed: bool,
    interpreter: str = "",
    **envelope: Unpack[Envelope],
) -> Done:
    """The warrant that was signed was served on the person, in a language understood."""
    served = _draft(
        WarrantServed.type,
        case,
        by,
        envelope,
        form=case.warrant_form,
        language=language,
        copy_given=copy_given,
        interpreter_needed=interpreter_needed,
        interpreter_named=bool(interpreter),
        interpreter=interpreter,
    )
    return perform(served)


def issue_detainer(
    case: Case, by: Actor, *, form_version: str, ground: ProbableCause, **envelope: Unpack[Envelope]
) -> Done:
    """A detainer (Form I-247A) was issued, on one of the form's grounds."""
    return perform(_draft(DetainerIssued.type, case, by, envelope, form_version=form_version, ground=ground))


def notify_ice(case: Case, by: Actor, **envelope: Unpack[Envelope]) -> Done:
    """ICE was told of the detainer."""
    return perform(_draft(DetainerIceNotified.type, case, by, envelope))


def serve_detainer(
    case: Case, by: Actor, *, language: str, copy_given: bool, **envelope: Unpack[Envelope]
) -> Done:
    """The detainer was served on the person; it has no effect until a copy is (Form I-247A)."""
    return perform(_draft(DetainerServed.type, case, by, envelope, language=language, copy_given=copy_given))


def cancel_detainer(case: Case, by: Actor, **envelope: Unpack[Envelope]) -> Done:
    """ICE withdrew the detainer."""
    return perform(_draft(DetainerCancelled.type, case, by, envelope))


def lapse_detainer(
    case: Case, by: Actor, *, why: WhyHeld | None = None, **envelope: Unpack[Envelope]
) -> Done:
    """The detainer ended unused. `why`: the reason stated for which the person is still in the jail."""
    if why is not None:
        envelope["reason"] = why.value
    return perform(_draft(DetainerLapsed.type, case, by, envelope))


# --- hold and release --------------------------------------------------------------------------------------


def release_due(
    case: Case,
    by: Actor,
    cause: ReleaseCause,
    *,
    dispositions: Mapping[int, Disposition] | None = None,
    **envelope: Unpack[Envelope],
) -> list[Done]:
    """Nothing local holds the person any more. Charges still open get the disposition that the cause means,
    or the one given for their number."""
    given = dispositions or {}
    moment: Envelope = {k: v for k, v in envelope.items() if k in ("occurred_at", "source")}  # type: ignore[assignment]
    disposed = [
        _draft(
            ChargeDisposed.type,
            case,
            by,
            moment,
            charge_no=charge["no"],
            disposition=given.get(charge["no"], DISPOSITIONS[cause]),
        )
        for charge in case.charges
        if "disposition" not in charge
    ]
    due = _draft(CustodyReleaseDue.type, case, by, envelope, cause=cause)
    return perform_together([*disposed, due])


def start_hold(case: Case, by: Actor, basis: HoldBasis, **envelope: Unpack[Envelope]) -> Done:
    """The person is held past release due, on that basis."""
    _in_jail(case, envelope)
    return perform(_draft(CustodyHoldStarted.type, case, by, envelope, basis=basis))


def end_hold(case: Case, by: Actor, **envelope: Unpack[Envelope]) -> Done:
    """The hold is over; whatever its basis, it is the one that was last started."""
    _in_jail(case, envelope)
    return perform(_draft(CustodyHoldEnded.type, case, by, envelope, basis=case.hold_basis))


def release(case: Case, by: Actor, cause: ReleaseCause | None = None, **envelope: Unpack[Envelope]) -> Done:
    """The person left the jail a free person. `cause` is that for which release was due unless given."""
    _in_jail(case, envelope)
    return perform(
        _draft(CustodyReleased.type, case, by, envelope, cause=cause or case.release_cause or None)
    )


# --- transfer ----------------------------------------------------------------------------------------------


def transfer_in_place(
    case: Case,
    by: Actor,
    *,
    receiving_officer: str,
    receipt: str,
    detention_agreement: str = "",
    **envelope: Unpack[Envelope],
) -> Done:
    """Legal custody passed to ICE inside the jail. Raises `BadActError` before release is due (SCO-05)."""
    _in_jail(case, envelope)
    if case.release_due_at is None:
        raise BadActError(
            {"": gettext("Record first that release is due: ICE takes custody only after that.")}
        )
    passed = _draft(
        CustodyTransferredInPlace.type,
        case,
        by,
        envelope,
        receiving_officer=receiving_officer,
        receipt=receipt,
        detention_agreement=detention_agreement,
    )
    return perform(passed)


def depart(
    case: Case,
    by: Actor,
    *,
    destination: Destination,
    receiving_officer: str = "",
    receipt: str = "",
    property_receipt: str = "",
    documents: Sequence[str] = (),
    copies_given: bool | None = None,
    **envelope: Unpack[Envelope],
) -> Done:
    """The person left the jail in another authority's custody."""
    _in_jail(case, envelope)
    departed = _draft(
        CustodyDeparted.type,
        case,
        by,
        envelope,
        destination=destination,
        receiving_officer=receiving_officer,
        receipt=receipt,
        property_receipt=property_receipt,
        documents=tuple(documents),
        copies_given=copies_given,
    )
    return perform(departed)


# --- consulate ---------------------------------------------------------------------------------------------


def advise_consulate(
    case: Case, by: Actor, *, country: str, asked: bool, **envelope: Unpack[Envelope]
) -> Done:
    """The person was told of the right to speak with the consulate. `country` is that of nationality as
    the person gives it (ISO 3166-1); `asked`: the person wants the consulate to be told."""
    advised = _draft(
        ConsulateAdvised.type,
        case,
        by,
        envelope,
        country=country,
        notification_owed=consulate.owed(country, asked),
    )
    return perform(advised)


def notify_consulate(case: Case, by: Actor, *, country: str, **envelope: Unpack[Envelope]) -> Done:
    """The consulate was told."""
    return perform(_draft(ConsulateNotified.type, case, by, envelope, country=country))
