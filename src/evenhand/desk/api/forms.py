"""The administrator's forms for API tokens and webhooks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.desk.api.models import AGENCY_GRANTS, AGENCY_ROLES, FEDERAL_ROLES, Grant, roles_of
from evenhand.desk.places.models import Agency
from evenhand.desk.timeline.names import ROLES
from evenhand.desk.webhooks.address import check_url
from evenhand.record.events import EVENT_TYPES


def _agencies() -> list[tuple[str, str]]:
    return [(agency.pk, agency.name) for agency in Agency.objects.all()]


class TokenForm(forms.Form):
    agency = forms.ChoiceField(label=_("Agency"))
    name = forms.RegexField(
        r"^[\w .-]+$",
        label=_("Name of the program"),
        help_text=_("It stands in the events that the program records."),
        max_length=100,
    )
    grants = forms.MultipleChoiceField(
        label=_("What it may do"), choices=Grant.choices, widget=forms.CheckboxSelectMultiple
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles whose acts it may send"),
        help_text=_("Leave blank if it sends no acts of people."),
        choices=lambda: [(role.value, ROLES[role]) for role in (*AGENCY_ROLES, *FEDERAL_ROLES)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    days = forms.IntegerField(label=_("Valid for how many days"), min_value=1, max_value=730, initial=365)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = _agencies()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        grants, roles = set(said.get("grants", ())), set(said.get("roles", ()))
        if Grant.FEDERAL in grants and grants & set(AGENCY_GRANTS):
            self.add_error(
                "grants", _("A federal token can't also write for the agency. Make a token for each.")
            )
        if roles - set(roles_of([Grant(grant) for grant in grants])):
            self.add_error("roles", _("A role needs the grant to send acts of its side."))
        return said


class HookForm(forms.Form):
    agency = forms.ChoiceField(label=_("Agency"))
    url = forms.URLField(
        label=_("Address that receives notices"),
        assume_scheme="https",
        max_length=500,
        validators=[check_url],
    )
    types = forms.CharField(
        label=_("Kinds of events, one a line"),
        help_text=_(
            "Empty is all. A notice says what kind of event was recorded on which subject, and no more."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = _agencies()  # type: ignore[attr-defined]

    def clean_types(self) -> list[str]:
        types = str(self.cleaned_data["types"]).split()
        unknown = [name for name in types if name not in EVENT_TYPES]
        if unknown:
            raise forms.ValidationError(_("There is no such kind of event: %(name)s") % {"name": unknown[0]})
        return types
