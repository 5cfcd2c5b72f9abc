"""The form of an act: when it happened, and what the event says."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evenhand.desk.places.models import Agency
from evenhand.desk.record.act import BadActError
from evenhand.record.events import FIELDS, Event

_INSTANT = timedelta(microseconds=1)


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day, as the moment at which it begins, or with `last` at which it is over, in the current zone."""

    widget = DateInput

    def __init__(self, *, last: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.last = last

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        return None if day is None else midnight(day + timedelta(days=1) if self.last else day)

    def shown(self, moment: datetime | None) -> date | None:
        """The day that gives this moment."""
        if moment is None:
            return None
        return timezone.localtime(moment - _INSTANT if self.last else moment).date()


class YesNoField(forms.TypedChoiceField):
    """A question that is answered yes or no; left open, it cleans to None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[("yes", _("Yes")), ("no", _("No"))],
            coerce=lambda answer: answer == "yes",
            empty_value=None,
            widget=forms.RadioSelect,
            **kwargs,
        )

    def shown(self, answer: bool | None) -> str | None:
        """The choice that gives this answer."""
        return None if answer is None else "yes" if answer else "no"


def midnight(day: date) -> datetime:
    """The moment at which a day begins in the current zone."""
    return datetime.combine(day, time(), timezone.get_current_timezone())


class ActForm(forms.Form):
    """The form of an act on `row`, the subject's row, where there is one already.

    Moments are entered in the current zone, which the view sets to the facility's. Fields that a guard rule
    judges are not required here: the rule itself says what is missing.
    """

    at = forms.DateTimeField(
        label=_("When it happened"),
        help_text=_("In the facility's local time. Leave empty for now."),
        required=False,
        widget=DateTimeInput,
    )

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        # Last, since most acts are recorded as they happen.
        self.order_fields([name for name in self.fields if name != "at"])

    @classmethod
    def initial_of(cls, event: Event) -> dict[str, Any]:
        """What an event says, as the fields show it; in the current zone."""
        fields = {name: field for name, field in cls.base_fields.items() if name in FIELDS[event.type]}
        said = {name: getattr(event, name) for name in fields}
        days = {
            name: field.shown(said[name])
            for name, field in fields.items()
            if isinstance(field, DayField | YesNoField)
        }
        return said | days

    def values(self) -> dict[str, Any]:
        """What was entered, as keyword arguments of the act."""
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None, [])}

    def blame(self, error: BadActError, names: Mapping[str, str] | None = None) -> None:
        """Show what the act says is impossible at the field that said it; `names`: event field to form's."""
        known = {"occurred_at": "at", **(names or {})}
        for field, what in error.fields.items():
            name = known.get(field, field)
            self.add_error(name if name in self.fields else None, what)


class FirstActForm(ActForm):
    """The form of a subject's first act, which says whose it is. `values` has the agency's ORI."""

    agency = forms.ModelChoiceField(label=_("Agency"), queryset=Agency.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies = self.fields["agency"]
        assert isinstance(agencies, forms.ModelChoiceField)
        agencies.queryset = Agency.objects.all()
        if agencies.queryset.count() == 1:
            agencies.initial = agencies.queryset.first()

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values | ({"agency": values["agency"].agency} if "agency" in values else {})
