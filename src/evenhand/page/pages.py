"""The Jinja environment of all pages: everything that comes from a record is escaped.

Each room keeps its own templates; `page.html.j2` and `page.css`, the shell of every self-contained page, and
`bars.j2` stand here.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
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


def _writable(folder: Path) -> bool:
    """Say whether compiled templates can be kept there, as Python keeps its own; else they are not kept."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def environment(room: str) -> Environment:
    """The environment for the templates of a room, such as `evenhand.audit`."""
    compiled = Path(__file__).with_name("__pycache__")
    made = Environment(
        bytecode_cache=FileSystemBytecodeCache(str(compiled)) if _writable(compiled) else None,
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
