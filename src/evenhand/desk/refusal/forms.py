from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why an act shall pass although a warning stands against it, or why it shall not."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Stands in the permanent record: name no person."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
