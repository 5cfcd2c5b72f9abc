"""From a form to an act."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms

from evenhand.desk.record.act import BadActError


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A time to the minute in the time zone in force; times that the clock skips or repeats are refused."""

    widget = MomentInput


_SHOWN = {"occurred_at": ("at", "booked_at")}
"""Under which names a form may show a field of an event."""


def submitted(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether the form was good and the act done; what the act finds wrong becomes errors of the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except BadActError as error:
        for name, wrong in error.fields.items():
            shown = _SHOWN.get(name, (name,))
            form.add_error(next((one for one in shown if one in form.fields), None), wrong)
        return False
    return True


def to_the_minute(at: datetime) -> datetime:
    """The moment as a form shows it."""
    return at.replace(second=0, microsecond=0)
