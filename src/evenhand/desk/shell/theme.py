"""Light, dark, or as the system: chosen by a button, kept in a cookie, in force before the page is drawn."""

from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def named(said: str) -> Theme | None:
    """The theme of that name; None for any other word."""
    return next((theme for theme in Theme if theme == said), None)


def theme_of(request: HttpRequest) -> Theme:
    """The visitor's choice; the system's colors where none was made."""
    return named(request.COOKIES.get(settings.THEME_COOKIE_NAME, "")) or Theme.SYSTEM
