"""The forms of reviews."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evenhand.desk.complaints.models import Complaint
from evenhand.desk.places.models import Agency
from evenhand.record.events.oversight import ReviewBody
from evenhand.rules.catalog import CATALOG

BODIES = (
    (ReviewBody.INTERNAL.value, _("The agency's own")),
    (ReviewBody.COUNTY.value, _("County")),
    (ReviewBody.ICE_OPR.value, _("ICE Office of Professional Responsibility")),
    (ReviewBody.CRCL.value, _("DHS Office for Civil Rights and Civil Liberties")),
    (ReviewBody.OIG.value, _("DHS Office of Inspector General")),
)
DAY = {"type": "date"}


class OpenForm(forms.Form):
    agency = forms.ChoiceField(label=_("Agency reviewed"))
    body = forms.ChoiceField(label=_("Body that reviews"), choices=BODIES)
    reviewer_unit = forms.CharField(label=_("Reviewing unit"), max_length=200)
    reviewed_unit = forms.CharField(label=_("Unit reviewed"), max_length=200)
    scope = forms.CharField(
        label=_("What is reviewed"),
        help_text=_("Stands in the permanent record: name no person."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
    complaint = forms.ChoiceField(label=_("Complaint it follows, if any"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = [(a.pk, a.name) for a in Agency.objects.all()]  # type: ignore[attr-defined]
        complaints = [(c.subject, c.number) for c in Complaint.objects.order_by("-received_at")]
        self.fields["complaint"].choices = [("", _("None")), *complaints]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        agency, complaint = cleaned.get("agency"), cleaned.get("complaint")
        if complaint and not Complaint.objects.filter(agency=agency, subject=complaint).exists():
            self.add_error("complaint", _("This complaint is about another agency."))
        return cleaned


class SampleForm(forms.Form):
    since = forms.DateField(label=_("Bookings from (first day)"), widget=forms.DateInput(attrs=DAY))
    until = forms.DateField(label=_("to (last day)"), widget=forms.DateInput(attrs=DAY))
    size = forms.IntegerField(label=_("How many"), min_value=1, max_value=2000)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("since") and cleaned.get("until") and cleaned["since"] > cleaned["until"]:
            self.add_error("until", _("The last day comes before the first."))
        return cleaned


def _rules() -> list[tuple[str, str]]:
    """The rules, in the language of the page."""
    return [(rule.id, f"{rule.id} {gettext(rule.sentence)}") for rule in CATALOG.values()]


class FindingForm(forms.Form):
    rule = forms.ChoiceField(label=_("Rule"), choices=_rules)
    evidence = forms.CharField(
        label=_("Evidence"),
        help_text=_("Ids of events or numbers of bookings, one a line."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=10_000,
    )
    text = forms.CharField(
        label=_("What was found"),
        help_text=_("Stands in the permanent record: name no person."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )
    owner = forms.CharField(label=_("Who owes the corrective action"), max_length=200)
    due = forms.DateField(label=_("Done by (last day)"), widget=forms.DateInput(attrs=DAY))

    def clean_evidence(self) -> list[str]:
        lines = [line.strip() for line in str(self.cleaned_data["evidence"]).splitlines()]
        if any(len(line) > 64 for line in lines):
            raise forms.ValidationError(_("Each line is one id of at most 64 signs."))
        return [line for line in lines if line]


class ExtendForm(forms.Form):
    due = forms.DateField(label=_("New last day"), widget=forms.DateInput(attrs=DAY))
    reason = forms.CharField(label=_("Reason"), max_length=2000)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("What was done"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )
