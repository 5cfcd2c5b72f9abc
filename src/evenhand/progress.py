"""Progress of long work on stderr: a bar for each step on a terminal, elsewhere a line now and then."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

LINE_EVERY_S = 10.0

Report = Callable[[str, int, int], None]
"""Called with the step, how many parts of it are done, and how many there are."""


@contextmanager
def steps(name_of: Callable[[str], str] = str) -> Iterator[Report]:
    """A function to report to; `name_of` turns a step into words."""
    if not sys.stderr.isatty():
        yield lines(name_of)
        return
    with _bars(name_of) as report:
        yield report


@contextmanager
def _bars(name_of: Callable[[str], str]) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        begun: dict[str, TaskID] = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in begun:
                begun[step] = bars.add_task(name_of(step), total=total)
            bars.update(begun[step], completed=done, total=total)

        yield report


@contextmanager
def one_step(name: str) -> Iterator[Callable[[int, int], None]]:
    """The same for work of one step: called with how many parts are done, and how many there are."""
    with steps() as report:
        yield lambda done, total: report(name, done, total)


def lines(name_of: Callable[[str], str]) -> Report:
    """A function to report to that prints a line now and then."""
    started = last = time.monotonic()

    def report(step: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= LINE_EVERY_S:
            last = now
            click.echo(f"{name_of(step)}: {done:,} of {total:,}, {now - started:.0f} s", err=True)

    return report
