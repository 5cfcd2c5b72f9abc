from django import forms
from django.utils.translation import gettext_lazy as _


class AskForm(forms.Form):
    """Why the act shall pass although a warning stands against it."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Stands in the permanent record: name no person."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
