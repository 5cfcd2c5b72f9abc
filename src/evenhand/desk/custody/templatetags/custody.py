"""The panel of custody on a case's page."""

from typing import Any

from django import template
from django.utils import timezone

from evenhand.desk.custody.panel import panel

register = template.Library()


@register.inclusion_tag("custody/panel.html", takes_context=True)
def custody_panel(context: template.Context) -> dict[str, Any]:
    """What custody has to say of the page's `case` to the account that looks at it."""
    return panel(context["case"], context["request"].user.role, timezone.now())
