"""How the commands of this room print: a console of a steady width, and JSON."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_WIDTH = 120


def console(*, stderr: bool = False) -> "Console":
    """Return a console that keeps its width when the output is not a terminal."""
    from rich.console import Console

    made = Console(stderr=stderr, highlight=False)
    if not made.is_terminal:
        made = Console(stderr=stderr, highlight=False, width=PLAIN_WIDTH)
    return made


def dump(content: Any) -> str:
    """Return the content as indented JSON that ends with a line break."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
