"""The acts of custody: warrant, detainer, hold, release, transfer, consulate.

Each is a plan of one event or a few that belong together, on the case as it is inside the writer's lock. The
guard may refuse them (`RefusedError`), and a bad value is a `BadActError`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings.acts import act_on_case, on_case
from evenhand.desk.bookings.models import Case
from evenhand.desk.custody import consulate
from evenhand.desk.custody.clocks import DETAINER, clocks
from evenhand.desk.record.act import Actor, BadActError, NotPossibleError, now
from evenhand.record.events import Event, SourceKind
from evenhand.record.events.booking import (
    NOTICE_ONLY_FORMS,
    BailRefused,
    BailSet,
    BailTendered,
    ChargeDisposed,
    ConsulateAdvised,
    ConsulateNotified,
    CustodyDeparted,
    CustodyHoldEnded,
    CustodyHoldStarted,
    CustodyMoved,
    CustodyReleased,
    CustodyReleaseDue,
    CustodyReturned,
    CustodyTransferredInPlace,
    Destination,
    DetainerBox,
    DetainerCancelled,
    DetainerIceNotified,
    DetainerIssued,
    DetainerLapsed,
    DetainerReviewed,
    DetainerServed,
    Disposition,
    HoldBasis,
    ProbableCause,
    RefusalReason,
    ReleaseCause,
    ReviewFound,
    WarrantForm,
    WarrantServed,
    WarrantSigned,
)
from evenhand.record.events.officer import Position


class Envelope(TypedDict, total=False):
    """What any act may say of itself: when it happened (default: now), where it came from, its id, and the
    event that it corrects with the reason."""

    at: datetime | None
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


DETAINER_FORM = "2017"
"""The version of Form I-247A in use (3/17)."""

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


def _need(holds: bool, envelope: Envelope, otherwise: str) -> None:
    """Raise `BadActError` with what stands against an act, unless it corrects one."""
    if not holds and envelope.get("corrects") is None:
        raise NotPossibleError(otherwise)


def _in_jail(case: Case, envelope: Envelope) -> None:
    _need(
        case.in_custody, envelope, gettext("The person has left the jail; correct what was recorded wrongly.")
    )


def _detained(case: Case, envelope: Envelope) -> None:
    _need(case.detained, envelope, gettext("No detainer is in effect."))


def _held(case: Case) -> bool:
    return case.hold_started_at is not None and case.hold_ended_at is None


def _served(case: Case) -> bool:
    """Whether the warrant that was signed last has been served."""
    if case.warrant_signed_at is None or case.warrant_served_at is None:
        return False
    return case.warrant_served_at >= case.warrant_signed_at


# --- warrant and detainer ----------------------------------------------------------------------------------


@act_on_case
def sign_warrant(
    case: Case,
    by: Actor,
    form: WarrantForm,
    *,
    signer_position: Position | None = None,
    **envelope: Unpack[Envelope],
) -> Event:
    """A federal immigration officer signed the administrative warrant (8 CFR 287.5(e)(2), (3))."""
    signed = case.warrant_signed_at is not None and case.warrant_form == form
    _need(not signed, envelope, gettext("This warrant is signed already; correct that entry if it is wrong."))
    return on_case(WarrantSigned.type, case, by, **envelope, form=form, signer_position=signer_position)


@act_on_case
def serve_warrant(
    case: Case,
    by: Actor,
    *,
    language: str,
    copy_given: bool,
    interpreter_needed: bool,
    interpreter: str = "",
    interpreter_on_warrant: bool | None = None,
    interpreter_offered: bool | None = None,
    can_read: bool | None = None,
    aid_needed: bool | None = None,
    aid_given: bool | None = None,
    advisal_given: bool | None = None,
    identified: bool | None = None,
    reason_stated: bool | None = None,
    ice_notified_at: datetime | None = None,
    **envelope: Unpack[Envelope],
) -> Event:
    """The warrant that was signed was served on the person, in a language understood. An interpreter that was
    needed is named.

    `advisal_given`: the complaint process was read or explained to the person in `language`.
    """
    _need(case.warrant_signed_at is not None, envelope, gettext("No warrant is signed."))
    _need(
        not _served(case), envelope, gettext("The warrant was served already; correct that if it is wrong.")
    )
    if interpreter_needed and not interpreter:
        raise BadActError({"interpreter": gettext("Enter the interpreter's name.")})
    served = on_case(
        WarrantServed.type,
        case,
        by,
        **envelope,
        form=case.warrant_form,
        language=language,
        copy_given=copy_given,
        can_read=can_read,
        interpreter_offered=interpreter_offered,
        interpreter_needed=interpreter_needed,
        interpreter_used=bool(interpreter),
        interpreter_named=bool(interpreter),
        interpreter_on_warrant=interpreter_on_warrant if interpreter else None,
        interpreter=interpreter,
        aid_needed=aid_needed,
        aid_given=aid_given if aid_needed else None,
        advisal_given=advisal_given,
        advisal_language=language if advisal_given else None,
        identified=identified,
        reason_stated=reason_stated,
        ice_notified_at=ice_notified_at,
    )
    return served


@act_on_case
def issue_detainer(
    case: Case,
    by: Actor,
    *,
    form_version: str,
    grounds: Sequence[ProbableCause] = (),
    box: DetainerBox = DetainerBox.ONE,
    escape_risk: bool | None = None,
    office: str = "",
    **envelope: Unpack[Envelope],
) -> Event:
    """A detainer was issued. Box 1 of Form I-247A states one or more of its grounds, box 2 needs none."""
    _need(
        not case.detained, envelope, gettext("A detainer is in effect. Cancel it before you issue another.")
    )
    issued = on_case(
        DetainerIssued.type,
        case,
        by,
        **envelope,
        form_version=form_version,
        box=None if form_version in NOTICE_ONLY_FORMS else box,
        ground=grounds[0] if grounds else None,
        grounds=tuple(grounds),
        escape_risk=escape_risk,
        office=office,
    )
    return issued


@act_on_case
def review_detainer(case: Case, by: Actor, outcome: ReviewFound, **envelope: Unpack[Envelope]) -> Event:
    """A neutral reviewer outside ICE looked at the detainer's probable cause."""
    _detained(case, envelope)
    return on_case(DetainerReviewed.type, case, by, **envelope, outcome=outcome)


@act_on_case
def notify_ice(case: Case, by: Actor, **envelope: Unpack[Envelope]) -> Event:
    """ICE was told of the detainer."""
    _detained(case, envelope)
    already = gettext("The notice to ICE is recorded already; correct that if it is wrong.")
    _need(case.detainer_notified_at is None, envelope, already)
    return on_case(
        DetainerIceNotified.type,
        case,
        by,
        **envelope,
    )


@act_on_case
def serve_detainer(
    case: Case, by: Actor, *, language: str, copy_given: bool, **envelope: Unpack[Envelope]
) -> Event:
    """The detainer was served on the person; it has no effect until a copy is (Form I-247A)."""
    _detained(case, envelope)
    already = gettext("The detainer was served already; correct that if it is wrong.")
    _need(case.detainer_served_at is None, envelope, already)
    return on_case(DetainerServed.type, case, by, **envelope, language=language, copy_given=copy_given)


@act_on_case
def cancel_detainer(case: Case, by: Actor, **envelope: Unpack[Envelope]) -> Event:
    """ICE withdrew the detainer."""
    _detained(case, envelope)
    return on_case(
        DetainerCancelled.type,
        case,
        by,
        **envelope,
    )


@act_on_case
def lapse_detainer(case: Case, by: Actor, **envelope: Unpack[Envelope]) -> Event:
    """The detainer ended unused."""
    _detained(case, envelope)
    return on_case(DetainerLapsed.type, case, by, **envelope)


@act_on_case
def still_held(case: Case, by: Actor, why: WhyHeld, **envelope: Unpack[Envelope]) -> Event:
    """The clock of the detainer has ended and the person is still in the jail: the detainer lapsed at that
    end, and the record says why there was no release. Raises `BadActError` where no clock has ended."""
    ended = [r.due_at for r in clocks(case, now()) if r.ended and r.clock.rule in DETAINER]
    if not ended or not case.detained:
        raise NotPossibleError(gettext("No clock of a detainer in effect has ended."))
    at = envelope.get("at") or min(ended)
    said: Envelope = {**envelope, "at": at, "reason": why.value}
    return on_case(DetainerLapsed.type, case, by, **said)


# --- bail --------------------------------------------------------------------------------------------------


@act_on_case
def set_bail(case: Case, by: Actor, **envelope: Unpack[Envelope]) -> Event:
    """A judge or magistrate set bail."""
    _in_jail(case, envelope)
    return on_case(BailSet.type, case, by, **envelope)


@act_on_case
def tender_bail(case: Case, by: Actor, **envelope: Unpack[Envelope]) -> Event:
    """Bail was offered to the jail for the person."""
    _in_jail(case, envelope)
    return on_case(BailTendered.type, case, by, **envelope)


@act_on_case
def refuse_bail(case: Case, by: Actor, refused_for: RefusalReason, **envelope: Unpack[Envelope]) -> Event:
    """The jail refused the bail. Raises `RefusedError` where it did so because of a detainer (BAL-01)."""
    _in_jail(case, envelope)
    _need(case.bail_tendered_at is not None, envelope, gettext("Record first that bail was offered."))
    return on_case(BailRefused.type, case, by, **envelope, refused_for=refused_for)


# --- moves within custody ----------------------------------------------------------------------------------


@act_on_case
def move(case: Case, by: Actor, to_facility: str, **envelope: Unpack[Envelope]) -> Event:
    """The person moved to another jail of the agency and stays in its custody."""
    _in_jail(case, envelope)
    return on_case(CustodyMoved.type, case, by, **envelope, to_facility=to_facility)


@act_on_case
def come_back(case: Case, by: Actor, **envelope: Unpack[Envelope]) -> Event:
    """The person came back from a temporary absence, such as a hospital or a court."""
    away = case.destination in (Destination.HOSPITAL, Destination.COURT) and case.departed_at is not None
    _need(away, envelope, gettext("The person is not away at a hospital or a court."))
    return on_case(CustodyReturned.type, case, by, **envelope)


# --- hold and release --------------------------------------------------------------------------------------


@act_on_case
def release_due(
    case: Case,
    by: Actor,
    cause: ReleaseCause,
    *,
    dispositions: Mapping[int, Disposition] | None = None,
    **envelope: Unpack[Envelope],
) -> list[Event]:
    """Nothing local holds the person any more. Charges still open get the disposition that the cause means,
    or the one given for their number."""
    already = gettext("Release is recorded as due; correct that where its time or cause is wrong.")
    _need(case.release_due_at is None, envelope, already)
    given = dispositions or {}
    moment: Envelope = {k: v for k, v in envelope.items() if k in ("at", "source")}  # type: ignore[assignment]
    disposed = [
        on_case(
            ChargeDisposed.type,
            case,
            by,
            **moment,
            charge_no=charge["no"],
            disposition=given.get(charge["no"], DISPOSITIONS[cause]),
        )
        for charge in case.charges
        if "disposition" not in charge
    ]
    due = on_case(CustodyReleaseDue.type, case, by, **envelope, cause=cause)
    return [*disposed, due]


@act_on_case
def start_hold(case: Case, by: Actor, basis: HoldBasis, **envelope: Unpack[Envelope]) -> Event:
    """The person is held past release due, on that basis."""
    _in_jail(case, envelope)
    _need(not _held(case), envelope, gettext("A hold is in effect. End it before you start another."))
    return on_case(CustodyHoldStarted.type, case, by, **envelope, basis=basis)


@act_on_case
def end_hold(case: Case, by: Actor, **envelope: Unpack[Envelope]) -> Event:
    """The hold is over; whatever its basis, it is the one that was last started."""
    _in_jail(case, envelope)
    _need(_held(case), envelope, gettext("No hold is in effect."))
    return on_case(CustodyHoldEnded.type, case, by, **envelope, basis=case.hold_basis)


@act_on_case
def release(case: Case, by: Actor, cause: ReleaseCause | None = None, **envelope: Unpack[Envelope]) -> Event:
    """The person left the jail a free person. `cause` is that for which release was due unless given."""
    _in_jail(case, envelope)
    return on_case(CustodyReleased.type, case, by, **envelope, cause=cause or case.release_cause or None)


# --- transfer ----------------------------------------------------------------------------------------------


@act_on_case
def transfer_in_place(
    case: Case,
    by: Actor,
    *,
    receiving_officer: str,
    receipt: str,
    detention_agreement: str = "",
    writ: bool | None = None,
    **envelope: Unpack[Envelope],
) -> Event:
    """Legal custody passed to ICE inside the jail. Raises `BadActError` before release is due (SCO-05),
    unless a court's order or writ asks for the transfer."""
    _in_jail(case, envelope)
    already = gettext("ICE has custody already; correct that entry if it is wrong.")
    _need(case.transferred_at is None, envelope, already)
    if case.release_due_at is None and not writ:
        raise NotPossibleError(
            gettext("Record first that release is due: ICE takes custody only after that.")
        )
    passed = on_case(
        CustodyTransferredInPlace.type,
        case,
        by,
        **envelope,
        receiving_officer=receiving_officer,
        receipt=receipt,
        detention_agreement=detention_agreement,
        writ=writ,
    )
    return passed


@act_on_case
def depart(
    case: Case,
    by: Actor,
    *,
    destination: Destination,
    receiving_officer: str = "",
    receipt: str = "",
    writ: bool | None = None,
    driven_by_actor: bool | None = None,
    facility_approved: bool | None = None,
    property_receipt: str = "",
    documents: Sequence[str] = (),
    copies_given: bool | None = None,
    **envelope: Unpack[Envelope],
) -> Event:
    """The person left the jail in another authority's custody, or for a hospital or a court.

    `driven_by_actor`: whoever records this transports the person; `facility_approved`: to a facility that ICE
    approved (TRF-05).
    """
    _in_jail(case, envelope)
    departed = on_case(
        CustodyDeparted.type,
        case,
        by,
        **envelope,
        destination=destination,
        receiving_officer=receiving_officer,
        receipt=receipt,
        writ=writ,
        transporter=by.id if driven_by_actor else None,
        facility_approved=facility_approved if driven_by_actor else None,
        property_receipt=property_receipt,
        documents=tuple(documents),
        copies_given=copies_given,
    )
    return departed


# --- consulate ---------------------------------------------------------------------------------------------


@act_on_case
def advise_consulate(
    case: Case, by: Actor, *, country: str, asked: bool, **envelope: Unpack[Envelope]
) -> Event:
    """The person was told of the right to speak with the consulate. `country` is that of nationality as
    the person gives it (ISO 3166-1); `asked`: the person wants the consulate to be told."""
    advised = on_case(
        ConsulateAdvised.type,
        case,
        by,
        **envelope,
        country=country,
        notification_owed=consulate.owed(country, asked),
    )
    return advised


@act_on_case
def notify_consulate(case: Case, by: Actor, *, country: str, **envelope: Unpack[Envelope]) -> Event:
    """The consulate was told."""
    return on_case(ConsulateNotified.type, case, by, **envelope, country=country)
