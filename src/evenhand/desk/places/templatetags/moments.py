"""Moments in a facility's zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def moment(value: datetime | None, zone: str = "") -> str:
    """An instant to the minute in a zone (else the one in force) with its abbreviation; '' for None."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone) if zone else timezone.get_current_timezone())
    return local.strftime("%Y-%m-%d %H:%M %Z")


@register.filter
def span(value: timedelta | None) -> str:
    """A length of time in hours and minutes: '27:05'; '' for None."""
    if value is None:
        return ""
    minutes = int(abs(value.total_seconds()) // 60)
    return f"{minutes // 60}:{minutes % 60:02}"
