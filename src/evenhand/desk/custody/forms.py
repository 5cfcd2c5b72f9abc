"""The forms of custody. Each performs its act on the case for which it was made."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings.forms import NO_NAMES
from evenhand.desk.bookings.labels import choices
from evenhand.desk.bookings.models import Case
from evenhand.desk.bookings.submit import MomentField, to_the_minute
from evenhand.desk.custody import acts, consulate
from evenhand.desk.custody.acts import Envelope, WhyHeld
from evenhand.desk.custody.labels import (
    BASES,
    BOXES,
    CAUSES,
    DESTINATIONS,
    DETAINER_FORMS,
    DOCUMENTS,
    FOUND,
    GROUNDS,
    REFUSED_FOR,
)
from evenhand.desk.places.models import Facility
from evenhand.desk.record.act import Actor
from evenhand.desk.screening.languages import LANGUAGES
from evenhand.desk.timeline.names import choices as position_names
from evenhand.record.events import Event
from evenhand.record.events.booking import (
    Destination,
    DetainerBox,
    HoldBasis,
    ProbableCause,
    RefusalReason,
    ReleaseCause,
    ReviewFound,
    WarrantForm,
)
from evenhand.record.events.officer import Position

EMPTY = [("", _("Choose one"))]
YES_NO = [("yes", _("Yes")), ("no", _("No"))]
_YES_NO = {True: "yes", False: "no"}


def language_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Language"),
        choices=[*EMPTY, *LANGUAGES],
        help_text=_("One that the person understands, asked of the person."),
    )


def copy_field() -> forms.TypedChoiceField:
    return yes_no_field(_("Was a copy given to the person?"))


def yes_no_field(label: Any, help_text: Any = "", required: bool = True) -> forms.TypedChoiceField:
    """A question; unanswered, where it need not be answered, is None."""
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        required=required,
        choices=YES_NO,
        coerce=lambda said: said == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
    )


def writ_field() -> forms.TypedChoiceField:
    return yes_no_field(_("Does a court order or writ ask for this transfer?"), required=False)


class ActForm(forms.Form):
    """When something was done; a subclass says what. It is shown and read in the facility's time zone.

    With `corrects`, an event of the same act, the form has that event's values and asks for the reason.
    """

    at = MomentField(
        label=_("When"), required=False, help_text=_("In the facility's time. Leave empty for now.")
    )
    last: ClassVar[tuple[str, ...]] = ("at", "reason")

    def __init__(self, *args: Any, case: Case, corrects: Event | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.corrects = case, corrects
        if corrects is not None:
            self.fields["reason"] = forms.CharField(
                label=_("Why it is corrected"), max_length=500, help_text=NO_NAMES
            )
            self.fields["at"].required = True
            self.fields["at"].help_text = _("In the facility's time.")
            self.initial = {
                **self.initial,
                **_said(corrects),
                "at": to_the_minute(corrects.occurred_at),
            }
        self.order_fields([n for n in self.fields if n not in self.last] + list(self.last))

    def perform(self, by: Actor) -> object:
        """Perform the act. Raises `BadActError` and `RefusedError`."""
        said = dict(self.cleaned_data)
        envelope: Envelope = {"at": said.pop("at", None)}
        if self.corrects is not None:
            envelope |= {"corrects": self.corrects.id, "reason": said.pop("reason")}
        return self.act(by, said, envelope)

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        raise NotImplementedError


def _said(event: Event) -> dict[str, Any]:
    """The values of an event's own fields as a form has them."""
    own = {name: value for name, value in vars(event).items() if name not in Event.model_fields}
    return {
        name: _YES_NO.get(value, value) if isinstance(value, bool) else value for name, value in own.items()
    }


class SignWarrantForm(ActForm):
    form = forms.ChoiceField(
        label=_("Form"),
        choices=[
            (WarrantForm.I_200.value, _("I-200, warrant for arrest")),
            (WarrantForm.I_205.value, _("I-205, warrant of removal")),
        ],
        widget=forms.RadioSelect,
    )
    signer_position = forms.ChoiceField(
        label=_("Your position"), choices=[*EMPTY, *position_names(Position)], required=False
    )

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        position = said["signer_position"] or None
        return acts.sign_warrant(
            self.case, by, WarrantForm(said["form"]), signer_position=position, **envelope
        )


class ServeWarrantForm(ActForm):
    identified = yes_no_field(
        _("Did the officer say who they are and that this is an arrest?"), required=False
    )
    reason_stated = yes_no_field(_("Did the officer state the reason for the arrest?"), required=False)
    language = language_field()
    can_read = yes_no_field(_("Can the person read that language?"), required=False)
    interpreter_offered = yes_no_field(_("Was an interpreter offered?"), required=False)
    interpreter_needed = yes_no_field(_("Was an interpreter needed?"))
    interpreter = forms.CharField(
        label=_("Interpreter's name"), required=False, max_length=200, help_text=_("If one took part.")
    )
    interpreter_on_warrant = yes_no_field(_("Is the interpreter named on the warrant?"), required=False)
    aid_needed = yes_no_field(_("Is an aid to communicate needed?"), required=False)
    aid_given = yes_no_field(_("Was the aid given?"), required=False)
    advisal_given = yes_no_field(
        _("Was the complaint process read or explained in the person's language?"), required=False
    )
    copy_given = copy_field()
    ice_notified_at = MomentField(
        label=_("When ICE was told of the service"),
        required=False,
        help_text=_("Required under the Warrant Service Officer model, at once."),
    )

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.serve_warrant(self.case, by, **said, **envelope)


class IssueDetainerForm(ActForm):
    form_version = forms.ChoiceField(
        label=_("Form"),
        choices=choices(DETAINER_FORMS),
        initial=acts.DETAINER_FORM,
        widget=forms.RadioSelect,
    )
    box = forms.ChoiceField(
        label=_("Box"), choices=choices(BOXES), initial=DetainerBox.ONE.value, widget=forms.RadioSelect
    )
    grounds = forms.MultipleChoiceField(
        label=_("Probable cause, as the form states it"),
        choices=choices(GROUNDS),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    escape_risk = yes_no_field(
        _("Does the detainer state that the person is likely to escape?"),
        _("Needed where no warrant is signed."),
        required=False,
    )
    office = forms.CharField(label=_("ICE office that issued it"), max_length=64, required=False)

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        grounds = [ProbableCause(ground) for ground in said.pop("grounds")]
        box = DetainerBox(said.pop("box"))
        return acts.issue_detainer(self.case, by, grounds=grounds, box=box, **said, **envelope)


class ReviewDetainerForm(ActForm):
    outcome = forms.ChoiceField(
        label=_("What the neutral reviewer found"), choices=choices(FOUND), widget=forms.RadioSelect
    )

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.review_detainer(self.case, by, ReviewFound(said["outcome"]), **envelope)


class SetBailForm(ActForm):
    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.set_bail(self.case, by, **envelope)


class TenderBailForm(ActForm):
    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.tender_bail(self.case, by, **envelope)


class RefuseBailForm(ActForm):
    refused_for = forms.ChoiceField(
        label=_("Why the bail is refused"), choices=choices(REFUSED_FOR), widget=forms.RadioSelect
    )

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.refuse_bail(self.case, by, RefusalReason(said["refused_for"]), **envelope)


class MoveForm(ActForm):
    to_facility = forms.ChoiceField(label=_("Facility"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Facility.objects.filter(agency=self.case.agency).exclude(code=self.case.facility)
        self.fields["to_facility"].choices = [*EMPTY, *others.values_list("code", "name")]  # type: ignore[attr-defined]

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.move(self.case, by, said["to_facility"], **envelope)


class ComeBackForm(ActForm):
    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.come_back(self.case, by, **envelope)


class ServeDetainerForm(ActForm):
    language = language_field()
    copy_given = copy_field()

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.serve_detainer(self.case, by, **said, **envelope)


class NotifyIceForm(ActForm):
    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.notify_ice(self.case, by, **envelope)


class CancelDetainerForm(ActForm):
    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.cancel_detainer(self.case, by, **envelope)


class ReleaseDueForm(ActForm):
    cause = forms.ChoiceField(
        label=_("Cause"),
        choices=[*EMPTY, *choices(CAUSES)],
        help_text=_("Charges that are still open are disposed of by this cause."),
    )

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.release_due(self.case, by, ReleaseCause(said["cause"]), **envelope)


class StartHoldForm(ActForm):
    basis = forms.ChoiceField(
        label=_("What holds the person"), choices=choices(BASES), widget=forms.RadioSelect
    )

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.start_hold(self.case, by, HoldBasis(said["basis"]), **envelope)


class EndHoldForm(ActForm):
    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.end_hold(self.case, by, **envelope)


class ReleaseForm(ActForm):
    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.release(self.case, by, **envelope)


class StillHeldForm(ActForm):
    """The person is still in the jail although the clock of a detainer has ended; it lapsed at that end."""

    at = None  # type: ignore[assignment]

    why = forms.ChoiceField(
        label=_("Why the person is still in the jail"), choices=WhyHeld.choices, widget=forms.RadioSelect
    )

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.still_held(self.case, by, WhyHeld(said["why"]), **envelope)


class TransferInPlaceForm(ActForm):
    receiving_officer = forms.CharField(label=_("Receiving federal officer"), max_length=200)
    receipt = forms.CharField(label=_("Number of the receipt"), max_length=200)
    detention_agreement = forms.CharField(
        label=_("Detention agreement, if there is one"),
        max_length=200,
        required=False,
        help_text=_("Its number. Without one the person leaves the jail within 48 hours."),
    )
    writ = writ_field()

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.transfer_in_place(self.case, by, **said, **envelope)


class DepartForm(ActForm):
    destination = forms.ChoiceField(label=_("Where to"), choices=[*EMPTY, *choices(DESTINATIONS)])
    receiving_officer = forms.CharField(label=_("Receiving officer"), max_length=200, required=False)
    receipt = forms.CharField(label=_("Number of the receipt"), max_length=200, required=False)
    writ = writ_field()
    driven_by_actor = yes_no_field(_("Do you transport the person yourself?"), required=False)
    facility_approved = yes_no_field(_("If so, did ICE approve the facility?"), required=False)
    property_receipt = forms.CharField(
        label=_("Number of the property receipt"),
        max_length=200,
        required=False,
        help_text=_("Property goes with the person or is receipted."),
    )
    documents = forms.MultipleChoiceField(
        label=_("Documents served or sent along"),
        choices=choices(DOCUMENTS),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    copies_given = yes_no_field(_("Was a copy of each given to the person?"), required=False)

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        destination = Destination(said.pop("destination"))
        return acts.depart(self.case, by, destination=destination, **said, **envelope)


class ConsulateForm(ActForm):
    """The country is personal: it stands in the event's personal part and on no other page."""

    country = forms.ChoiceField(
        label=_("Country of nationality, as the person gives it"),
        help_text=_("Asked only to know which consulate is meant. It is shown on no other page."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [*EMPTY, *consulate.countries()]  # type: ignore[attr-defined]


class AdviseConsulateForm(ConsulateForm):
    asked = yes_no_field(
        _("Does the person want the consulate to be told?"),
        _("For some countries the consulate is told in every case (8 CFR 236.1(e))."),
    )

    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.advise_consulate(self.case, by, **said, **envelope)


class NotifyConsulateForm(ConsulateForm):
    def act(self, by: Actor, said: dict[str, Any], envelope: Envelope) -> object:
        return acts.notify_consulate(self.case, by, **said, **envelope)
