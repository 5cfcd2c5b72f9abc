"""The forms of the acts on an agreement."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.desk.agreements.acts import NOTICE_CONTENTS
from evenhand.desk.agreements.documents import check
from evenhand.desk.agreements.models import State
from evenhand.desk.places.models import Facility
from evenhand.desk.steps.form import ActForm, DateTimeInput, DayField, FirstActForm, YesNoField
from evenhand.desk.timeline.names import FIELDS, choices, named
from evenhand.record.events import Event
from evenhand.record.events.agreement import (
    AmendedPart,
    Delivery,
    EndGround,
    MeetingKind,
    Milestone,
    Model,
    NoticeKind,
)

MODELS = [(code, name) for code, name in choices(Model) if code != Model.TFM]
"""The models that are run here; the task force model is listed by the registry only."""


class PdfField(forms.FileField):
    """A PDF document, checked by its size and its first and last bytes."""

    widget = forms.FileInput(attrs={"accept": "application/pdf"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            validators=[check],
            label=_("Document (PDF)"),
            help_text=_("At most 20 MB. Its SHA-256 is recorded."),
            **kwargs,
        )


class FacilitiesField(forms.MultipleChoiceField):
    """Facilities of the agreement's agency."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, label=_("Facilities"), **kwargs)

    def of(self, agency: str) -> None:
        self.choices = list(Facility.objects.filter(agency=agency).values_list("code", "name"))


class DraftForm(FirstActForm):
    model = forms.ChoiceField(label=_("Model"), choices=MODELS)
    template = forms.IntegerField(
        label=_("Template"), help_text=_("The year of the agreement's form."), min_value=1996, max_value=2100
    )
    document = PdfField()


class SignForm(ActForm):
    signed_by = forms.CharField(
        label=_("Office of the signer"), help_text=_("Such as sheriff. No name."), max_length=200
    )
    document = PdfField()


class EffectForm(ActForm):
    facilities = FacilitiesField()
    detention_agreement = forms.CharField(
        label=_("Detention agreement"),
        help_text=_("Its number, where the jail also holds for ICE under one."),
        max_length=200,
        required=False,
    )
    publication_url = forms.URLField(
        label=_("Published at"), required=False, assume_scheme="https", max_length=500
    )
    document = PdfField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facilities = self.fields["facilities"]
        assert isinstance(facilities, FacilitiesField)
        facilities.required = True
        facilities.of(self.row.agency)


class AmendForm(ActForm):
    part = forms.ChoiceField(label=_("Part that changes"), choices=choices(AmendedPart))
    agency_signed_at = forms.DateTimeField(
        label=_("Signed by the agency"), required=False, widget=DateTimeInput
    )
    ice_signed_at = forms.DateTimeField(label=_("Signed by ICE"), required=False, widget=DateTimeInput)
    facilities = FacilitiesField(help_text=_("All that it names from now on; none: as before."))
    document = PdfField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facilities = self.fields["facilities"]
        assert isinstance(facilities, FacilitiesField)
        facilities.of(self.row.agency)
        self.fields["at"].label = _("In effect from")


class SuspendForm(ActForm):
    notice_reason = forms.CharField(label=_("Reason"), widget=forms.Textarea, required=False, max_length=4000)
    length_days = forms.IntegerField(label=_("Length in days"), required=False, min_value=1, max_value=3660)
    ground = forms.ChoiceField(
        label=_("Ground"),
        choices=[("", _("Another ground")), (EndGround.PUBLIC_SAFETY.value, named(EndGround.PUBLIC_SAFETY))],
        required=False,
    )
    how_to_answer = forms.CharField(
        label=_("How the agency can answer"), widget=forms.Textarea, required=False, max_length=4000
    )


class ExtendForm(ActForm):
    ends_at = DayField(label=_("Last day of the suspension"), last=True)


class OperationalForm(ActForm):
    milestone = forms.ChoiceField(label=_("Milestone"), choices=choices(Milestone))


class ReasonForm(ActForm):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea, required=False, max_length=4000)


class NoticeForm(ActForm):
    kind = forms.ChoiceField(
        label=_("Notice of"), choices=choices(NoticeKind), initial=NoticeKind.TERMINATION.value
    )
    in_writing = YesNoField(label=_("Is the notice in writing?"))
    delivery = forms.ChoiceField(label=_("Delivered"), choices=[("", _("Choose one")), *choices(Delivery)])
    received_at = forms.DateTimeField(label=_("Received"), required=False, widget=DateTimeInput)
    publication_url = forms.URLField(
        label=_("Published at"), required=False, assume_scheme="https", max_length=500
    )


class IceNoticeForm(NoticeForm):
    contents = forms.MultipleChoiceField(
        label=_("A notice of termination states"),
        choices=[(name, FIELDS[name]) for name in NOTICE_CONTENTS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    @classmethod
    def initial_of(cls, event: Event) -> dict[str, Any]:
        return super().initial_of(event) | {"contents": [n for n in NOTICE_CONTENTS if getattr(event, n)]}


class EndForm(ReasonForm):
    ground = forms.ChoiceField(label=_("Ground"), choices=choices(EndGround))


class MeetingForm(ActForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=choices(MeetingKind))
    attendees = forms.CharField(
        label=_("Attended by"),
        help_text=_("Roles, one a line, such as sheriff or field office director. No names."),
        widget=forms.Textarea,
        required=False,
        max_length=2000,
    )

    @classmethod
    def initial_of(cls, event: Event) -> dict[str, Any]:
        said = super().initial_of(event)
        return said | {"attendees": "\n".join(said["attendees"] or ())}

    def values(self) -> dict[str, Any]:
        lines = self.cleaned_data["attendees"].splitlines()
        return super().values() | {"attendees": [line.strip() for line in lines if line.strip()]}


class SearchForm(forms.Form):
    """The list's search by agency or number, and its filters."""

    q = forms.CharField(label=_("Agency or number"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Every state")), *State.choices]
    )
    model = forms.ChoiceField(label=_("Model"), required=False, choices=[("", _("Every model")), *MODELS])
