"""Writes `docs/desk/settings.md` from the desk's settings; with `check` says whether it is current."""

import sys
from enum import Enum
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from evenhand.desk.environment import PREFIX, Environment

PAGE = Path(__file__).resolve().parent.parent / "docs" / "desk" / "settings.md"
HEAD = """# The desk's settings
Environment variables; each has one meaning and is read once, at the start. Made from
`src/evenhand/desk/environment.py` by `python scripts/desk_settings.py`.

For real use `evenhand serve`, and any other WSGI server, refuses to start with weak settings and names each:
a secret that is short or repeats itself, a host that is a suffix or a wildcard, no proxy that ends TLS, an
address of the agency's sign-in without https, a webhook network that is not private. `evenhand serve` also
refuses a folder open to other users of the machine, a database that holds a demonstration, and whatever
Django's own `check --deploy` finds.

| variable | default | meaning |
|---|---|---|
"""


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Enum):
        value = value.value
    return f"`{value}`" if value not in ("", (), None) else ""


def page() -> str:
    """The page's text."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_default(field)} | {field.description} |"
        for name, field in Environment.model_fields.items()
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        sys.exit(0 if PAGE.is_file() and PAGE.read_text() == page() else f"{PAGE} is not current")
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page())
