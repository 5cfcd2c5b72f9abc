"""The acts of custody as pages: who may open each, and when a case asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.models import Case
from evenhand.desk.custody import forms
from evenhand.desk.custody.forms import ActForm
from evenhand.record.events import booking
from evenhand.record.events.booking import Destination, ReviewOutcome

JAIL = (Role.BOOKING_OFFICER, Role.DESIGNATED_OFFICER)
DELEGATED = (Role.DESIGNATED_OFFICER, Role.FEDERAL_SUPERVISOR)
FEDERAL = (Role.FEDERAL_SUPERVISOR,)


@dataclass(frozen=True)
class Offer:
    """One act: the last part of its address, the type of its event, its name, its form, who may do it.

    `asked`: whether a case as it stands asks for it. What may be done is for the guard to say, not for this.
    """

    slug: str
    event: str
    title: str | Promise
    form: type[ActForm]
    roles: tuple[Role, ...]
    asked: Callable[[Case], bool]
    done: str | Promise
    text: str | Promise = ""

    @property
    def view(self) -> str:
        return self.slug.replace("-", "_")

    def url(self, case: Case) -> str:
        return reverse(f"custody:{self.view}", args=[case])

    def correction_url(self, case: Case, event: UUID) -> str:
        """Where the act of that event is corrected: the same form, with the reason."""
        return f"{self.url(case)}?corrects={event}"


def held(case: Case) -> bool:
    """Whether a hold has started and not ended."""
    return case.hold_started_at is not None and case.hold_ended_at is None and case.in_custody


def _due(case: Case) -> bool:
    return case.release_due_at is not None and case.in_custody and case.transferred_at is None


def _may_go_on(case: Case) -> bool:
    """No claim to citizenship is open, none ended the case."""
    return case.in_custody and not case.claim_open and not case.ended_by_claim


OFFERS: tuple[Offer, ...] = (
    Offer(
        "warrant-signed",
        booking.WarrantSigned.type,
        _("Sign the warrant"),
        forms.SignWarrantForm,
        FEDERAL,
        lambda case: _may_go_on(case) and case.review == ReviewOutcome.CONCUR and not case.warrant_signed_at,
        _("The warrant is recorded as signed."),
        _("Only a federal immigration officer signs it (8 CFR 287.5(e))."),
    ),
    Offer(
        "detainer-issued",
        booking.DetainerIssued.type,
        _("Issue a detainer"),
        forms.IssueDetainerForm,
        DELEGATED,
        lambda case: _may_go_on(case) and case.warrant_signed_at is not None and not case.detained,
        _("The detainer is recorded."),
        _("Form I-247A, with the warrant that was signed."),
    ),
    Offer(
        "detainer-reviewed",
        booking.DetainerReviewed.type,
        _("Record a neutral review of the detainer"),
        forms.ReviewDetainerForm,
        DELEGATED,
        lambda case: case.detained and case.in_custody,
        _("The review is recorded."),
    ),
    Offer(
        "bail-set",
        booking.BailSet.type,
        _("Record bail"),
        forms.SetBailForm,
        JAIL,
        lambda case: case.in_custody and case.release_due_at is None and case.bail_set_at is None,
        _("The bail is recorded."),
    ),
    Offer(
        "bail-tendered",
        booking.BailTendered.type,
        _("Record that bail was offered"),
        forms.TenderBailForm,
        JAIL,
        lambda case: case.in_custody and case.release_due_at is None and case.bail_tendered_at is None,
        _("The offer of bail is recorded. Accept it by marking the person ready for release."),
    ),
    Offer(
        "bail-refused",
        booking.BailRefused.type,
        _("Refuse the bail"),
        forms.RefuseBailForm,
        JAIL,
        lambda case: case.in_custody and case.release_due_at is None and case.bail_tendered_at is not None,
        _("The refusal is recorded."),
        _("A detainer is no reason to refuse bail."),
    ),
    Offer(
        "moved",
        booking.CustodyMoved.type,
        _("Move to another jail of the agency"),
        forms.MoveForm,
        JAIL,
        lambda case: case.in_custody,
        _("The move is recorded. The person stays in the agency's custody."),
    ),
    Offer(
        "returned",
        booking.CustodyReturned.type,
        _("Record the return"),
        forms.ComeBackForm,
        JAIL,
        lambda case: (
            case.departed_at is not None and case.destination in (Destination.HOSPITAL, Destination.COURT)
        ),
        _("The return is recorded."),
        _("After a hospital or a court."),
    ),
    Offer(
        "detainer-served",
        booking.DetainerServed.type,
        _("Serve the detainer"),
        forms.ServeDetainerForm,
        JAIL,
        lambda case: case.detained and case.in_custody and case.detainer_served_at is None,
        _("The service of the detainer is recorded."),
        _("The detainer has no effect until a copy is served on the person."),
    ),
    Offer(
        "ice-notified",
        booking.DetainerIceNotified.type,
        _("ICE was told of the detainer"),
        forms.NotifyIceForm,
        JAIL,
        lambda case: case.detained and case.in_custody and case.detainer_notified_at is None,
        _("The notice to ICE is recorded."),
    ),
    Offer(
        "release-due",
        booking.CustodyReleaseDue.type,
        _("Release is due"),
        forms.ReleaseDueForm,
        JAIL,
        lambda case: case.in_custody and case.release_due_at is None,
        _("Release is recorded as due."),
        _("From this moment nothing local holds the person; the clocks start."),
    ),
    Offer(
        "hold-started",
        booking.CustodyHoldStarted.type,
        _("Start a hold"),
        forms.StartHoldForm,
        JAIL,
        lambda case: _due(case) and not held(case),
        _("The hold is recorded. Its clock runs from the moment when release was due."),
        _("A hold on a detainer ends 48 hours after release was due."),
    ),
    Offer(
        "warrant-served",
        booking.WarrantServed.type,
        _("Serve the warrant"),
        forms.ServeWarrantForm,
        DELEGATED,
        lambda case: _may_go_on(case) and case.warrant_signed_at is not None and not case.warrant_served_at,
        _("The service of the warrant is recorded."),
        _("At the time of release from criminal custody: not more than 24 hours before it is due."),
    ),
    Offer(
        "consulate-advised",
        booking.ConsulateAdvised.type,
        _("Tell the person of the consulate"),
        forms.AdviseConsulateForm,
        JAIL,
        lambda case: case.detained and case.in_custody and case.consulate_advised_at is None,
        _("It is recorded that the person was told."),
        _("Before a transfer to ICE the person is told of the right to speak with the consulate."),
    ),
    Offer(
        "consulate-notified",
        booking.ConsulateNotified.type,
        _("The consulate was notified"),
        forms.NotifyConsulateForm,
        JAIL,
        lambda case: bool(case.consulate_owed) and case.in_custody and case.consulate_notified_at is None,
        _("The notice to the consulate is recorded."),
        _("Say nothing of a claim to asylum or protection."),
    ),
    Offer(
        "hold-ended",
        booking.CustodyHoldEnded.type,
        _("End the hold"),
        forms.EndHoldForm,
        JAIL,
        held,
        _("The end of the hold is recorded."),
    ),
    Offer(
        "released",
        booking.CustodyReleased.type,
        _("Release the person"),
        forms.ReleaseForm,
        JAIL,
        lambda case: case.release_due_at is not None and case.in_custody,
        _("The release is recorded."),
    ),
    Offer(
        "transferred-in-place",
        booking.CustodyTransferredInPlace.type,
        _("Transfer to ICE inside the jail"),
        forms.TransferInPlaceForm,
        JAIL,
        lambda case: _due(case) and case.detained and _may_go_on(case),
        _("The transfer of custody is recorded. The person leaves the jail within 48 hours."),
    ),
    Offer(
        "departed",
        booking.CustodyDeparted.type,
        _("The person leaves in another authority's custody"),
        forms.DepartForm,
        JAIL,
        lambda case: case.release_due_at is not None and case.in_custody,
        _("The departure is recorded."),
        _("For a transfer to ICE: the receiving officer, the receipt and the documents."),
    ),
    Offer(
        "detainer-cancelled",
        booking.DetainerCancelled.type,
        _("Cancel the detainer"),
        forms.CancelDetainerForm,
        DELEGATED,
        lambda case: case.detained and case.in_custody,
        _("The detainer is recorded as cancelled. A hold that rests on it ends within one hour."),
        _("ICE withdrew it, or it must be lifted."),
    ),
    Offer(
        "still-held",
        booking.DetainerLapsed.type,
        _("The person is still here"),
        forms.StillHeldForm,
        JAIL,
        lambda case: False,
        _("The lapse of the detainer and the reason are recorded. The person must be released."),
        _(
            "The detainer has lapsed, and the record says so. The reason does not make the hold lawful; the "
            "audit finds it. The release is due within one hour (HLD-03)."
        ),
    ),
)

CORRECTED: dict[str, Offer] = {offer.event: offer for offer in OFFERS if offer.slug != "still-held"}
"""The act whose form corrects an event, by the event's type."""
