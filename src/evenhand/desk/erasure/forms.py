"""The forms of an order: its court, number, date, file and histories; and why it is declined."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.desk.agreements.documents import check
from evenhand.desk.bookings.models import Case
from evenhand.desk.bookings.upload import AgencyField
from evenhand.desk.complaints.models import subjects_of
from evenhand.desk.erasure.models import SCOPES
from evenhand.desk.record.history import Subject
from evenhand.record.events import SubjectKind

LARGEST = 5_000_000
"""Bytes of an order's file."""
MOST = 200
"""Histories that one order names."""


class OrderForm(forms.Form):
    """A court's order to seal or expunge."""

    agency = AgencyField()
    court = forms.CharField(label=gettext_lazy("Court"), max_length=200)
    number = forms.CharField(label=gettext_lazy("Case or order number"), max_length=100)
    ordered_on = forms.DateField(
        label=gettext_lazy("Date of the order"), widget=forms.DateInput(attrs={"type": "date"})
    )
    document = forms.FileField(
        label=gettext_lazy("The signed order"),
        help_text=gettext_lazy(
            "PDF, at most 5 MB. The desk deletes it when the order is decided. "
            "Keep the original with your sealed files."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("What the order erases"), choices=list(SCOPES.items()), widget=forms.RadioSelect
    )
    bookings = forms.CharField(
        label=gettext_lazy("Booking numbers"),
        help_text=gettext_lazy("One per line. Name every booking that the order covers."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )
    complaints = forms.CharField(
        label=gettext_lazy("Complaint numbers"),
        help_text=gettext_lazy("One per line."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].offer()  # type: ignore[attr-defined]

    def clean_document(self) -> Any:
        file = self.cleaned_data["document"]
        if file.size > LARGEST:
            raise ValidationError(_("The file is larger than 5 MB. Scan it at a lower resolution."))
        check(file)
        return file

    def clean_ordered_on(self) -> Any:
        day = self.cleaned_data["ordered_on"]
        # The desk's own day may be a day behind the court's.
        if (day - timezone.now().date()).days > 1:
            raise ValidationError(_("The date is in the future. Enter the date on the order."))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        agency = said.get("agency")
        bookings, complaints = _lines(said.get("bookings")), _lines(said.get("complaints"))
        if len(bookings) + len(complaints) > MOST:
            self.add_error("bookings", _("One order can name at most 200 records. Enter two orders."))
        elif agency is not None:
            found = [
                *self._found("bookings", bookings, SubjectKind.BOOKING, agency.agency),
                *self._found("complaints", complaints, SubjectKind.COMPLAINT, agency.agency),
            ]
            if not (bookings or complaints):
                self.add_error("bookings", _("Enter at least one booking or complaint number."))
            said["histories"] = found
        return said

    def _found(self, field: str, numbers: list[str], kind: SubjectKind, agency: str) -> list[Subject]:
        if kind is SubjectKind.COMPLAINT:
            known = subjects_of(agency, numbers)
        else:
            cases = Case.objects.filter(agency=agency, number__in=numbers)
            known = dict(cases.values_list("number", "subject"))
        missing = [number for number in numbers if number not in known]
        if missing:
            self.add_error(
                field, _("This agency has no record with these numbers: %(n)s.") % {"n": ", ".join(missing)}
            )
        return [Subject(agency, kind, known[number]) for number in numbers if number in known]


def _lines(text: str | None) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in (text or "").splitlines() if line.strip()))


class DeclineForm(forms.Form):
    """Why an order is not carried out."""

    note = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
