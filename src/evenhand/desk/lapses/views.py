"""The calendar of what lapses."""

from datetime import datetime, timedelta

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from evenhand.desk.accounts.access import READERS, SignedInRequest, allow
from evenhand.desk.lapses.lapse import Lapse, lapses_until

WINDOWS = (30, 60, 90)
"""Days ahead."""


class WindowForm(forms.Form):
    days = forms.TypedChoiceField(
        label=gettext_lazy("Days ahead"), choices=[(n, str(n)) for n in WINDOWS], coerce=int, required=False
    )


@allow(*READERS)
@require_safe
def calendar(request: SignedInRequest) -> HttpResponse:
    """What lapses in the next 30, 60 or 90 days, and what has lapsed and still stands."""
    days, now = _days(request), timezone.now()
    found = lapses_until(now + timedelta(days=days))
    context = {
        "groups": _groups(found, now, days),
        "form": WindowForm({"days": days}),
        "days": days,
        "now": now,
    }
    return render(request, "lapses/calendar.html", context)


def _days(request: SignedInRequest) -> int:
    form = WindowForm(request.GET)
    return (form.cleaned_data["days"] or WINDOWS[-1]) if form.is_valid() else WINDOWS[-1]


def _groups(found: list[Lapse], now: datetime, days: int) -> list[tuple[str, list[Lapse]]]:
    groups = [(_("Already past"), [lapse for lapse in found if lapse.at <= now])]
    begin = 0
    for end in (w for w in WINDOWS if w <= days):
        since, until = now + timedelta(days=begin), now + timedelta(days=end)
        title = (
            _("In the next %(end)d days") % {"end": end}
            if begin == 0
            else _("In %(begin)d to %(end)d days") % {"begin": begin, "end": end}
        )
        groups.append((title, [lapse for lapse in found if since < lapse.at <= until]))
        begin = end
    return groups
