"""The forms of the acts on an officer. They ask for offices and roles, never for what a person is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.desk.officers.standing import State
from evenhand.desk.places.models import Facility
from evenhand.desk.steps.form import ActForm, DayField, FirstActForm, YesNoField
from evenhand.desk.timeline.names import choices
from evenhand.record.events.officer import Course, Eligibility, Function, Position, Prerequisite

_POSITIONS = [("", _("Choose one")), *choices(Position)]
_BASIC = [(code, name) for code, name in choices(Course) if code != Course.REFRESHER]


def _position(label: Any) -> forms.ChoiceField:
    """The position of a federal officer; the guard says where one is needed."""
    return forms.ChoiceField(label=label, choices=_POSITIONS, required=False)


class NominateForm(FirstActForm):
    name = forms.CharField(label=_("Name of the officer"), max_length=200)
    employer = forms.CharField(
        label=_("Employer"),
        help_text=_("Leave empty where it is the agency itself."),
        required=False,
        max_length=200,
    )
    citizenship_attested = forms.BooleanField(
        label=_("The agency attests that its officer is a U.S. citizen and its employee (MOA IV.B)."),
        required=False,
    )
    prerequisites = forms.MultipleChoiceField(
        label=_("The agency attests for the candidate (MOA IV.B)"),
        choices=choices(Prerequisite),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class BackgroundCheckForm(ActForm):
    questionnaire = YesNoField(
        label=_("Did the candidate complete ICE's background questionnaire first?"), required=False
    )


class EligibilityForm(ActForm):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=choices(Eligibility))
    decided_by = forms.CharField(label=_("Decided by"), help_text=_("The office, no name."), max_length=200)


class TrainingForm(ActForm):
    course = forms.ChoiceField(label=_("Course"), choices=_BASIC)


class ExaminationForm(ActForm):
    course = forms.ChoiceField(label=_("Course"), choices=_BASIC)
    score = forms.FloatField(label=_("Score (percent)"), min_value=0, max_value=100)
    attempt = forms.IntegerField(label=_("Attempt"), min_value=1, max_value=20, initial=1)
    remedial = forms.BooleanField(label=_("This was a remedial examination."), required=False)


class CertifyForm(ActForm):
    valid_from = DayField(label=_("First day"), required=False)
    valid_until = DayField(label=_("Last day"), required=False, last=True)


class AuthorizeForm(CertifyForm):
    functions = forms.MultipleChoiceField(
        label=_("Functions"),
        choices=choices(Function),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    until_revoked = forms.BooleanField(label=_("Valid until revoked"), required=False)
    supervising_position = forms.CharField(
        label=_("Supervising position"),
        help_text=_("The position at ICE that supervises, no name."),
        required=False,
        max_length=200,
    )
    signed_by_position = _position(_("Position of the signer"))


class AssignForm(CertifyForm):
    assigned_facility = forms.ChoiceField(label=_("Facility"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facility = self.fields["assigned_facility"]
        assert isinstance(facility, forms.ChoiceField)
        facility.choices = list(Facility.objects.filter(agency=self.row.agency).values_list("code", "name"))


class RefresherForm(ActForm):
    due = DayField(label=_("Last day"), last=True)


class ReasonForm(ActForm):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea, max_length=4000)


class RevokeForm(ReasonForm):
    written = YesNoField(label=_("Was the officer told in writing?"), required=False)
    effective_from = DayField(label=_("In effect from"), required=False)
    signed_by_position = _position(_("Position of the signer"))


class SuspendForm(ReasonForm):
    valid_until = DayField(
        label=_("Last day"), help_text=_("Leave empty for an open end."), required=False, last=True
    )


class SearchForm(forms.Form):
    """The list's search and filters: name, where the officer stands, facility."""

    q = forms.CharField(label=_("Name"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("Stands today"), required=False, choices=[("", _("Any")), *State.choices]
    )
    facility = forms.ChoiceField(label=_("Facility"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facility = self.fields["facility"]
        assert isinstance(facility, forms.ChoiceField)
        facility.choices = [("", _("Any")), *Facility.objects.values_list("code", "name")]
