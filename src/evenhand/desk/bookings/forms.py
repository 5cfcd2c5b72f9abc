"""The forms of bookings, charges, dispositions and corrections."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings import offenses
from evenhand.desk.bookings.acts import Booking, Charge
from evenhand.desk.bookings.labels import DISPOSITIONS, LEVELS, SEARCH_GROUNDS, choices
from evenhand.desk.bookings.models import MOST_NUMBER, Case, Stage, check_number
from evenhand.desk.bookings.submit import MomentField, to_the_minute
from evenhand.desk.places.models import Facility
from evenhand.desk.steps.form import YesNoField
from evenhand.record.events.booking import ChargeDisposed, ChargeLevel, ChargeRecorded, PersonBooked
from evenhand.record.events.privacy import SearchGround

NO_NAMES = _("Write no name: the reason stands in the public part of the ledger.")


class FacilityField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the facilities in scope, by its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Facility.objects.none(), to_field_name="code", **kwargs)

    def offer(self) -> None:
        """Offer the facilities in scope; where there is one, it is chosen."""
        self.queryset = Facility.objects.all()
        found = list(self.queryset[:2])
        if len(found) == 1:
            self.initial = found[0].code


class FactsForm(forms.Form):
    """Who was booked and when, who arrested."""

    booked_at = MomentField(label=_("Booked at"), help_text=_("In the facility's time."))
    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Last name, first name."))
    birth_date = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    arrested_at = MomentField(label=_("Arrested at"), required=False)
    arresting_agency = forms.CharField(label=_("Arresting agency"), max_length=200)
    foreign_national = YesNoField(
        label=_("Foreign national"),
        required=False,
        help_text=_(
            "As the jail's own record says. If yes, advise the person of consular rights. "
            "Leave blank if nobody asked."
        ),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        arrested, booked = said.get("arrested_at"), said.get("booked_at")
        if arrested and booked and arrested > booked:
            self.add_error("arrested_at", _("The arrest comes before the booking: check both times."))
        born = said.get("birth_date")
        if born and booked and born >= booked.date():
            self.add_error("birth_date", _("The date of birth comes before the booking: check it."))
        return said

    def facts(self) -> dict[str, Any]:
        """The payload of the booking's event, without its time."""
        said = self.cleaned_data
        born = said["birth_date"]
        return {
            "name": said["name"],
            "birth_date": born.isoformat() if born else "",
            "arrested_at": said["arrested_at"],
            "arresting_agency": said["arresting_agency"],
            "foreign_national": said["foreign_national"],
        }


class ChargeForm(forms.Form):
    """One criminal charge."""

    statute = forms.CharField(
        label=_("Statute"),
        max_length=200,
        help_text=_("Section or text of the offense, such as 14-33(c)(1)."),
    )
    ncic_class = forms.ChoiceField(label=_("NCIC class"), choices=offenses.choices, required=False)
    level = forms.ChoiceField(label=_("Level"), choices=[("", ""), *choices(LEVELS)], required=False)
    charge_agency = forms.CharField(
        label=_("Agency that charged"),
        max_length=200,
        required=False,
        help_text=_("Only where it is not the arresting agency."),
    )

    def charge(self, no: int = 1) -> Charge:
        said = self.cleaned_data
        level = ChargeLevel(said["level"]) if said["level"] else None
        return Charge(said["statute"], said["ncic_class"], level, said["charge_agency"], no)


class BookingForm(FactsForm):
    """A booking by hand; its charges are in forms of their own."""

    facility = FacilityField(label=_("Facility"))
    number = forms.CharField(label=_("Booking number"), max_length=MOST_NUMBER, validators=[check_number])

    field_order = ("facility", "number")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["facility"]
        assert isinstance(field, FacilityField)
        field.offer()

    def booking(self, charges: tuple[Charge, ...], **groups: str) -> Booking:
        said, facility = self.cleaned_data, self.cleaned_data["facility"]
        return Booking(
            agency=facility.agency,
            facility=facility.code,
            number=said["number"],
            booked_at=said["booked_at"],
            charges=charges,
            **{**self.facts(), **groups},
        )


ChargeFormSet = forms.formset_factory(ChargeForm, extra=2, min_num=1, validate_min=True, max_num=20)


def zone_of(facility: str | None) -> ZoneInfo:
    """The time zone of a facility in scope by its code; UTC where there is none."""
    found = Facility.objects.filter(code=facility or "").first() or Facility.objects.first()
    return ZoneInfo(found.zone if found else "UTC")


class DispositionForm(forms.Form):
    """How a charge ended."""

    disposition = forms.ChoiceField(label=_("Disposition"), choices=[("", ""), *choices(DISPOSITIONS)])
    at = MomentField(label=_("When"), required=False, help_text=_("Empty means now."))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        help_text=_("Needed where the charge was dropped for a transfer. Write no name: it is public."),
    )


class ReasonForm(forms.Form):
    """Why something is done again or corrected."""

    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=NO_NAMES)


class FactsCorrection(FactsForm, ReasonForm):
    """The facts of a booking as they should have been."""

    @staticmethod
    def initial_of(event: PersonBooked) -> dict[str, Any]:
        return {
            "booked_at": to_the_minute(event.occurred_at),
            "name": event.name,
            "birth_date": event.birth_date,
            "arrested_at": to_the_minute(event.arrested_at) if event.arrested_at else None,
            "arresting_agency": event.arresting_agency,
            "foreign_national": {True: "yes", False: "no", None: ""}[event.foreign_national],
        }

    def changed(self) -> dict[str, Any]:
        return self.facts()

    def moment(self) -> datetime:
        found: datetime = self.cleaned_data["booked_at"]
        return found


class ChargeCorrection(ChargeForm, ReasonForm):
    """A charge as it should have been."""

    at = MomentField(label=_("Recorded at"))

    @staticmethod
    def initial_of(event: ChargeRecorded) -> dict[str, Any]:
        return {
            "at": to_the_minute(event.occurred_at),
            "statute": event.statute,
            "ncic_class": event.ncic_class,
            "level": event.level,
            "charge_agency": event.arresting_agency,
        }

    def changed(self) -> dict[str, Any]:
        said = self.charge()
        return {
            "statute": said.statute,
            "ncic_class": said.ncic_class,
            "level": said.level,
            **({"arresting_agency": said.arresting_agency} if said.arresting_agency else {}),
        }

    def moment(self) -> datetime:
        found: datetime = self.cleaned_data["at"]
        return found


class DispositionCorrection(DispositionForm):
    """A disposition as it should have been."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].required = True
        self.fields["reason"].required = True
        self.fields["reason"].help_text = NO_NAMES

    @staticmethod
    def initial_of(event: ChargeDisposed) -> dict[str, Any]:
        return {"at": to_the_minute(event.occurred_at), "disposition": event.disposition}

    def changed(self) -> dict[str, Any]:
        return {"disposition": self.cleaned_data["disposition"]}

    def moment(self) -> datetime:
        found: datetime = self.cleaned_data["at"]
        return found


class SearchForm(forms.Form):
    """What the list of cases is narrowed by: booking number, facility, stage. Nothing of a person."""

    q = forms.CharField(
        label=_("Booking number"),
        help_text=_("The whole number or its beginning. Don't type a name here."),
        max_length=64,
        required=False,
    )
    facility = FacilityField(label=_("Facility"), required=False, empty_label=_("All"))
    stage = forms.ChoiceField(label=_("Stage"), choices=[("", _("All")), *Stage.choices], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].queryset = Facility.objects.all()  # type: ignore[attr-defined]


class NameSearchForm(forms.Form):
    """An exact full name, and why it is searched for."""

    name = forms.CharField(
        label=_("Full name"),
        help_text=_("As it was entered: last name, first name. Part of a name finds nothing."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    ground = forms.ChoiceField(label=_("Reason for the search"), choices=[("", ""), *choices(SEARCH_GROUNDS)])
    note = forms.CharField(
        label=_("Other reason"), help_text=_("Required if you chose Other."), max_length=500, required=False
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("ground") == SearchGround.OTHER and not said.get("note"):
            self.add_error("note", _("Enter the reason for the search."))
        return said


def correction_form(event_type: str) -> type[FactsCorrection | ChargeCorrection | DispositionCorrection]:
    """The form in which an event of that type is corrected."""
    forms_by_type: dict[str, type[FactsCorrection | ChargeCorrection | DispositionCorrection]] = {
        PersonBooked.type: FactsCorrection,
        ChargeRecorded.type: ChargeCorrection,
        ChargeDisposed.type: DispositionCorrection,
    }
    return forms_by_type[event_type]


def in_zone(case: Case) -> timezone.override:
    """Work and show times in the zone of the case's facility."""
    return timezone.override(ZoneInfo(case.zone))
