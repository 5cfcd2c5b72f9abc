"""Lengths of time in templates."""

from datetime import timedelta

from django import template

register = template.Library()


@register.filter
def span(value: timedelta | None) -> str:
    """A length of time in hours and minutes, such as '27:05'; '' for None."""
    if value is None:
        return ""
    minutes = int(abs(value.total_seconds()) // 60)
    return f"{minutes // 60}:{minutes % 60:02}"
