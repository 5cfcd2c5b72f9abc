"""Progress of a simulation: a bar of bookings on a terminal, nothing elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class RateColumn(ProgressColumn):
    """Bookings a second."""

    def render(self, task: object) -> Text:
        speed = getattr(task, "speed", None)
        return Text(f"{speed:,.0f} a second" if speed else "")


@contextmanager
def bookings_bar(total: int) -> Iterator[Callable[[int], None]]:
    """A function to call with the number of bookings that are done."""
    console = Console(stderr=True)
    columns = (TextColumn("bookings"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("bookings", total=total)
        yield lambda done: bar.update(task, completed=done)
