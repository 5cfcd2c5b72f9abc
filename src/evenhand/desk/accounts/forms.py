"""The administrator's forms: accounts, agencies, facilities."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from evenhand.desk.accounts.models import Role, User, side_of
from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events.account import THE_DESK

ZONES = [(name, name) for name in sorted(available_timezones()) if name.startswith(("America/", "Pacific/"))]


class AccountForm(forms.Form):
    """A new account, or a change of one. `actor` is settled when it is made and never changes."""

    email = forms.EmailField(label=_("Email address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=200)
    role = forms.ChoiceField(label=_("Role"))
    actor = forms.RegexField(
        r"^[^\s](.*[^\s])?$",
        label=_("Name in the record"),
        help_text=_("For a designated officer, the officer's own number. It cannot be changed later."),
        max_length=200,
    )
    agencies = forms.MultipleChoiceField(
        label=_("Agencies"), required=False, widget=forms.CheckboxSelectMultiple
    )
    is_active = forms.BooleanField(label=_("May sign in"), required=False, initial=True)

    def __init__(self, *args: Any, account: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with within(EVERYTHING):
            self._choices("agencies", [(place.pk, place.name) for place in Agency.objects.all()])
        roles = [(role.value, role.label) for role in Role]
        if account is None:
            del self.fields["is_active"]
        else:
            roles = [(role, label) for role, label in roles if side_of(role) is side_of(account.role)]
            self.initial = {**_as_it_is(account), **self.initial}
            # A disabled field takes its initial value, whatever is sent.
            self.fields["actor"].disabled = True
            self.fields["email"].disabled = self.fields["name"].disabled = account.enrolled
        self._choices("role", roles)

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        none_needed = cleaned.get("role") == Role.ADMINISTRATOR
        if none_needed and cleaned.get("agencies"):
            self.add_error("agencies", _("An administrator sees no case. Select no agency."))
        if not none_needed and cleaned.get("role") and not cleaned.get("agencies"):
            self.add_error("agencies", _("Select at least one agency."))
        return cleaned


def _as_it_is(account: User) -> dict[str, Any]:
    with within(EVERYTHING):
        agencies = list(account.agencies.values_list("pk", flat=True))
    return {
        "email": account.email,
        "name": account.name,
        "role": account.role,
        "actor": account.actor,
        "agencies": agencies,
        "is_active": account.is_active,
    }


class InviteForm(forms.Form):
    """A new link for an account that is in use."""

    clears_factors = forms.BooleanField(
        label=_("Also remove the second factors"),
        help_text=_("Only if the person lost them and has no recovery code."),
        required=False,
    )


class DetailsForm(forms.Form):
    """The holder's own name and address."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("Email address"), max_length=254)


class PasswordForm(forms.Form):
    """The password of an invited person, and the code that they were told, if there is one."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("The person who asked for your link has it."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password1 = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        help_text=_("At least 15 characters. A sentence that you remember works well."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("New password, again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, asks_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not asks_code:
            del self.fields["code"]

    def clean_password1(self) -> str:
        password = str(self.cleaned_data["password1"])
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("password1") and cleaned["password1"] != cleaned.get("password2"):
            self.add_error("password2", _("The two passwords differ. Enter the same one twice."))
        return cleaned


class ResetPasswordForm(AllauthResetPasswordForm):  # type: ignore[misc]
    """The sign-in page's reset by email. Federal accounts take two people; new ones have an invitation."""

    users: list[User]

    def clean_email(self) -> str:
        email = str(super().clean_email())
        self.users = [user for user in self.users if not user.federal and user.has_usable_password()]
        return email


class AgencyForm(forms.ModelForm):  # type: ignore[type-arg]
    zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES)

    class Meta:
        model = Agency
        fields = ("agency", "name", "state", "zone")

    def clean_agency(self) -> str:
        ori = str(self.cleaned_data["agency"]).upper()
        if len(ori) not in (7, 9):
            raise forms.ValidationError(_("An ORI has 7 or 9 characters."))
        if ori == THE_DESK:
            raise forms.ValidationError(_("The desk itself has this code. Enter the agency's ORI."))
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
