"""The Jinja environment of all pages: everything that comes from a record is escaped."""

from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "�")


def _printable(value: Any) -> Any:
    """Text without control characters, which no page may hold."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return value.translate(_CONTROLS)
    return value


def stamp(moment: datetime | None) -> str:
    """A local moment to the second, with its zone's short name."""
    return f"{moment:%Y-%m-%d %H:%M:%S %Z}" if moment else ""


def environment() -> Environment:
    made = Environment(
        loader=PackageLoader("evenhand.audit"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["stamp"] = stamp
    made.filters["number"] = lambda n: f"{n:,}"
    return made
