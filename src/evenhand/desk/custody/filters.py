"""What the lists of custody may be narrowed by: facility and the state of the work, nothing of persons."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings.forms import FacilityField


class FacilityFilter(forms.Form):
    """A list of one facility, or of all."""

    facility = FacilityField(label=_("Facility"), required=False, empty_label=_("All"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["facility"]
        assert isinstance(field, FacilityField)
        field.offer()
        self.is_valid()

    def code(self) -> str:
        """The facility's code, '' for all."""
        chosen = self.cleaned_data.get("facility")
        return chosen.code if chosen else ""

    def narrowed(self, rows: Any) -> Any:
        return rows.filter(facility=self.code()) if self.code() else rows


class DetainerFilter(FacilityFilter):
    """Also by what is still to be done with a detainer."""

    state = forms.ChoiceField(
        label=_("Still to do"),
        required=False,
        choices=[("", _("All")), ("unserved", _("Serve it")), ("untold", _("Tell ICE"))],
    )

    def narrowed(self, rows: Any) -> Any:
        rows = super().narrowed(rows)
        match self.cleaned_data.get("state"):
            case "unserved":
                return rows.filter(detainer_served_at=None)
            case "untold":
                return rows.filter(detainer_notified_at=None)
        return rows
