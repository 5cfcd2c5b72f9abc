"""Correcting an event of a history: a new event of the same type that names the old one, and why."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.desk.record.act import Actor, Done, draft, perform
from evenhand.desk.record.history import Subject
from evenhand.desk.steps.form import ActForm
from evenhand.record.events import FIELDS, Event

_NOT_CORRECTED = ("document", "agency")


def correction_form(kind: type[ActForm], row: Any, event: Event, data: Any = None) -> ActForm:
    """The form of the act, filled with what the event says, and the reason for the correction."""
    form = kind(data, row=row, initial=kind.initial_of(event))
    for name in _NOT_CORRECTED:
        form.fields.pop(name, None)
    form.fields["at"].help_text = _("In the facility's local time. Leave empty to keep it.")
    form.fields["reason"] = forms.CharField(
        label=_("Why it is corrected"),
        help_text=_("Stands in the permanent record: name no person."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
    return form


def correct(event: Event, by: Actor, form: ActForm) -> list[Done]:
    """Record what the valid form says in the place of the event; what it does not ask stays as it was."""
    values = form.values()
    payload = {name: getattr(event, name) for name in FIELDS[event.type]}
    payload |= {name: values.get(name) for name in form.fields if name in payload}
    return perform(
        Subject.of(event),
        lambda _past: [
            draft(
                event.type,
                by=by,
                subject=event.subject,
                agency=event.agency,
                facility=event.facility,
                occurred_at=values.get("at") or event.occurred_at,
                corrects=event.id,
                reason=values["reason"],
                **payload,
            )
        ],
    )
