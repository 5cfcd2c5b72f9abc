"""The Jinja environment of all pages: everything that comes from a record is escaped.

Each room keeps its own templates; `page.html.j2` and `page.css`, the shell of every self-contained page, and
`bars.j2` stand here.
"""

from datetime import datetime
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
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


def environment(room: str) -> Environment:
    """The environment for the templates of a room, such as `evenhand.audit`."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(room), PackageLoader("evenhand.page")]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["stamp"] = stamp
    made.filters["number"] = lambda n: f"{n:,}"
    return made
