"""The forms on complaints: the public one, and those of the complaints officer."""

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.desk.complaints.code import CodeError, read
from evenhand.desk.places.models import Agency
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SubjectKind
from evenhand.record.events.oversight import (
    AnswerKind,
    Channel,
    ComplaintAbout,
    ComplaintOutcome,
    ComplaintScope,
)

ABOUT = (
    (ComplaintAbout.DESIGNATED_OFFICER.value, _("An officer who did immigration work")),
    (ComplaintAbout.UNDESIGNATED.value, _("Someone else who did immigration work")),
    (ComplaintAbout.PROCESS.value, _("The process: screening, a detainer, a hold, language, records")),
)
CHANNELS = (
    (Channel.LETTER.value, _("Letter")),
    (Channel.TELEPHONE.value, _("Telephone")),
    (Channel.IN_PERSON.value, _("In person")),
    (Channel.FORM.value, _("Form on the web")),
    (Channel.OTHER.value, _("Another way")),
)
OUTCOMES = (
    (ComplaintOutcome.SUSTAINED.value, _("Sustained")),
    (ComplaintOutcome.NOT_SUSTAINED.value, _("Not sustained")),
    (ComplaintOutcome.UNFOUNDED.value, _("Unfounded")),
    (ComplaintOutcome.WITHDRAWN.value, _("Withdrawn")),
)
SCOPES = (
    ("", _("Not known yet")),
    (ComplaintScope.AGREEMENT_BREACH.value, _("A breach of the agreement")),
    (ComplaintScope.DISCIPLINE.value, _("Discipline")),
    (ComplaintScope.CRIMINAL_CASE.value, _("A criminal case")),
    (ComplaintScope.LAWSUIT.value, _("A lawsuit")),
    (ComplaintScope.OTHER.value, _("None of these")),
)
LONGEST = 10_000


def officers_of(agency: str) -> list[str]:
    """The officers of an agency that anything is recorded of, by subject."""
    rows = Occurrence.objects.filter(agency=agency, kind=SubjectKind.OFFICER.value)
    return sorted(set(rows.values_list("subject", flat=True)))


class PublicForm(forms.Form):
    """What anyone may send without an account. Only the text is required, and which agency."""

    agency = forms.ChoiceField(label=_("Which agency or jail is it about?"))
    about = forms.ChoiceField(label=_("What is it about?"), choices=ABOUT, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What happened?"),
        help_text=_("When and where, and who was there, as far as you know. You need not say who you are."),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=LONGEST,
    )
    contact = forms.CharField(
        label=_("How can we reach you? (optional)"),
        help_text=_(
            "You can also follow the complaint with a tracking code, without telling us who you are."
        ),
        max_length=200,
        required=False,
    )
    once = forms.CharField(
        widget=forms.HiddenInput, max_length=64, required=False, initial=lambda: secrets.token_urlsafe(16)
    )
    """Makes a form that is sent again recognizable, so that a page loaded again records nothing twice."""
    website = forms.CharField(required=False, label=_("Leave this field empty"), widget=forms.HiddenInput)
    """Programs that fill every field give themselves away here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with within(EVERYTHING):
            places = [(place.pk, place.name) for place in Agency.objects.all()]
        self.fields["agency"].choices = [("", _("Choose one")), *places]  # type: ignore[attr-defined]

    def clean_once(self) -> str:
        return self.cleaned_data["once"] or secrets.token_urlsafe(16)


class FollowForm(forms.Form):
    """The tracking code; cleaned, it has no separators."""

    code = forms.CharField(
        label=_("Tracking code"),
        help_text=_("The 30 characters that you got when you sent the complaint."),
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        try:
            return read(str(self.cleaned_data["code"]))
        except CodeError as error:
            raise forms.ValidationError(str(error)) from None


class StaffForm(forms.Form):
    """A complaint that came by letter, telephone or in person."""

    agency = forms.ChoiceField(label=_("Agency"))
    channel = forms.ChoiceField(label=_("How it came"), choices=CHANNELS)
    occurred_at = forms.DateTimeField(
        label=_("When it came"),
        required=False,
        help_text=_("Leave empty for now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    about = forms.ChoiceField(label=_("What it is about"), choices=ABOUT, widget=forms.RadioSelect)
    officer = forms.CharField(label=_("Officer's number, if known"), required=False, max_length=200)
    scope = forms.ChoiceField(label=_("What it may lead to"), choices=SCOPES, required=False)
    state_law_bar = forms.BooleanField(
        label=_("State law forbids telling ICE of this complaint"), required=False
    )
    language = forms.CharField(label=_("Language it is written or told in"), max_length=64)
    text = forms.CharField(
        label=_("What it says"), widget=forms.Textarea(attrs={"rows": 8}), max_length=LONGEST
    )
    contact = forms.CharField(label=_("How to reach the complainant"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = [(a.pk, a.name) for a in Agency.objects.all()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        officer = cleaned.get("officer")
        if officer and officer not in officers_of(str(cleaned.get("agency"))):
            self.add_error("officer", _("This agency has no officer of that number."))
        return cleaned


class AssignForm(forms.Form):
    to = forms.ChoiceField(label=_("Assign to"))

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = accounts  # type: ignore[attr-defined]


class ResolveForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES)
    reason = forms.CharField(
        label=_("Reasons"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST,
        help_text=_("They stand in the permanent record: name no person."),
    )


class AnswerForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind of answer"),
        choices=((AnswerKind.ANSWER.value, _("Final answer")), (AnswerKind.STATUS.value, _("How it stands"))),
    )
    text = forms.CharField(
        label=_("What the complainant is told"),
        help_text=_("The complainant reads it with the tracking code."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST,
    )


class OfficerForm(forms.Form):
    officer = forms.ChoiceField(label=_("Officer it is about"))
    reason = forms.CharField(label=_("How that became known"), max_length=500)

    def __init__(self, *args: Any, agency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].choices = [(o, o) for o in officers_of(agency)]  # type: ignore[attr-defined]


class MomentForm(forms.Form):
    """When a notice was given; empty is now."""

    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("Leave empty for now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
