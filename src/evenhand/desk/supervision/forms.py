"""The forms of the federal supervisor."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings.forms import NO_NAMES
from evenhand.desk.bookings.labels import CLAIM_GROUNDS, CLAIM_OUTCOMES, choices
from evenhand.desk.bookings.models import Case
from evenhand.record.events.booking import ReviewOutcome


class ReviewForm(forms.Form):
    """Concur, return or reject."""

    outcome = forms.ChoiceField(
        label=_("Review"),
        choices=[
            (ReviewOutcome.CONCUR.value, _("Concur")),
            (ReviewOutcome.RETURN.value, _("Return for more work")),
            (ReviewOutcome.REJECT.value, _("Reject")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reasons"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed to return or reject. Write no name: the reasons stand in the public part."),
    )


class ClaimResolutionForm(forms.Form):
    """How ICE resolves a claim to U.S. citizenship."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=choices(CLAIM_OUTCOMES), widget=forms.RadioSelect)
    grounds = forms.MultipleChoiceField(
        label=_("Grounds"), choices=choices(CLAIM_GROUNDS), widget=forms.CheckboxSelectMultiple
    )
    in_writing = forms.BooleanField(label=_("The resolution is in writing, with its grounds"), required=False)
    reason = forms.CharField(
        label=_("Reasons"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), help_text=NO_NAMES
    )


class SignForm(forms.Form):
    """Which of the unsigned charging documents is signed."""

    form = forms.ChoiceField(label=_("Form"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unsigned = dict.fromkeys(d["form"] for d in case.documents if not d["signed"])
        self.fields["form"].choices = [(form, form) for form in unsigned]  # type: ignore[attr-defined]
