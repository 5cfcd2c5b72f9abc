"""The administrator's forms: accounts, agencies, facilities."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record.scope import EVERYTHING, within

ZONES = [(name, name) for name in sorted(available_timezones()) if name.startswith(("America/", "Pacific/"))]


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account. `actor` is settled when it is made and never changes."""

    agencies = forms.MultipleChoiceField(
        label=_("Agencies"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields = ("email", "name", "role", "actor", "is_active")
        labels = {"actor": _("Name in the record")}  # noqa: RUF012
        help_texts = {  # noqa: RUF012
            "actor": _("For a designated officer, the officer's own number. It cannot be changed later."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies = self.fields["agencies"]
        assert isinstance(agencies, forms.MultipleChoiceField)
        with within(EVERYTHING):
            agencies.choices = [(place.pk, place.name) for place in Agency.objects.all()]
            if self.instance.pk:
                agencies.initial = list(self.instance.agencies.values_list("pk", flat=True))
        if self.instance.pk:
            self.fields["actor"].disabled = True

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        none_needed = cleaned.get("role") == Role.ADMINISTRATOR
        if none_needed and cleaned.get("agencies"):
            self.add_error("agencies", _("An administrator sees no case: name no agency."))
        if not none_needed and cleaned.get("role") and not cleaned.get("agencies"):
            self.add_error("agencies", _("Name at least one agency."))
        return cleaned

    def keep(self) -> User:
        """Save the account and its agencies. A new one has no password yet."""
        user: User = self.save(commit=False)
        if not user.pk:
            user.set_unusable_password()
        user.save()
        with within(EVERYTHING):
            user.agencies.set(Agency.objects.filter(pk__in=self.cleaned_data["agencies"]))
        return user


class AgencyForm(forms.ModelForm):  # type: ignore[type-arg]
    zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES)

    class Meta:
        model = Agency
        fields = ("agency", "name", "state", "zone")

    def clean_agency(self) -> str:
        ori = str(self.cleaned_data["agency"]).upper()
        if len(ori) not in (7, 9):
            raise forms.ValidationError(_("An ORI has 7 or 9 signs."))
        return ori


class FacilityForm(forms.ModelForm):  # type: ignore[type-arg]
    agency = forms.ChoiceField(label=_("Agency"))
    zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES)

    class Meta:
        model = Facility
        fields = ("code", "agency", "name", "zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with within(EVERYTHING):
            self.fields["agency"].choices = [(a.pk, a.name) for a in Agency.objects.all()]  # type: ignore[attr-defined]
