"""Progress on stderr: a bar on a terminal, else a line now and then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINE_EVERY_S = 10.0
NAMES = {"bookings": "reading the bookings", "comparisons": "comparing"}
Report = Callable[[str, int, int], None]


@contextmanager
def reporting() -> Iterator[Report]:
    """A function that takes (step, done, in all)."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks = {step: bars.add_task(name, total=None) for step, name in NAMES.items()}
        yield lambda step, done, total: bars.update(tasks[step], completed=done, total=total)


def _lines(console: Console) -> Report:
    started = last = time.monotonic()

    def report(step: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= LINE_EVERY_S:
            last = now
            console.print(f"{NAMES[step]}: {done} of {total}, {now - started:.0f} s")

    return report
