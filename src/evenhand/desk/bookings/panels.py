"""What other rooms add to a case's page: each offers a template and what fills it.

    offers_panel("custody/panel.html", panel)

in the app's `ready()`. `panel(case, role, now)` gives the template's context; it is rendered in the zone of
the case's facility.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from evenhand.desk.bookings.models import Case

Panel = Callable[[Case, str, datetime], dict[str, Any]]
_PANELS: dict[str, Panel] = {}


def offers_panel(template: str, panel: Panel) -> None:
    """Add a panel to every case's page."""
    _PANELS[template] = panel


def panels(request: HttpRequest, case: Case, role: str, now: datetime) -> list[str]:
    """The panels of a case as safe HTML, in the order in which they were offered."""
    return [
        render_to_string(template, panel(case, role, now), request) for template, panel in _PANELS.items()
    ]
