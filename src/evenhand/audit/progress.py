"""Progress on stderr: a bar on a terminal, else a line now and then."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evenhand.audit.run import Progress as Report

LINE_EVERY_S = 10.0
NAMES = {"check": "checking the parts", "report": "writing the report", "ledger": "comparing with the ledger"}


def name_of(step: str) -> str:
    return NAMES.get(step, f"{step} histories")


@contextmanager
def reporting(console: Console) -> Iterator[Report]:
    """A function that takes (step, parts done, parts in all)."""
    if console.is_terminal:
        with _bars(console) as report:
            yield report
    else:
        yield _lines(console)


@contextmanager
def _bars(console: Console) -> Iterator[Report]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        tasks = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(name_of(step), total=total)
            progress.update(tasks[step], completed=done)

        yield report


def _lines(console: Console) -> Report:
    started = last = time.monotonic()

    def report(step: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= LINE_EVERY_S:
            last = now
            console.print(f"{name_of(step)}: part {done} of {total}, {now - started:.0f} s")

    return report
