"""Progress on stderr: a bar with rate and time left on a terminal, else a line now and then."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

EVERY = 15.0
"""Seconds between lines when stderr is no terminal."""


class IntakeProgress:
    """Shows reading by bytes, then resolving by events."""

    def __init__(self, total_bytes: int) -> None:
        self._total = total_bytes
        self._done_bytes = self._rows = self._resolved = self._events = 0
        self._file = ""
        self._started = self._said = time.monotonic()
        self._bar: Progress | None = None
        self._task = TaskID(0)
        console = Console(stderr=True)
        if console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f}% {task.fields[note]}"),
                TimeRemainingColumn(),
                console=console,
                transient=True,
            )

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task("reading", total=max(self._total, 1), note="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def reading(self, file: str) -> None:
        self._file = file
        if self._bar is not None:
            self._bar.update(self._task, description=f"reading {file}")

    def read(self, count: int) -> None:
        self._done_bytes += count
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done_bytes)

    def rows(self, count: int) -> None:
        self._rows += count
        rate = self._rows / max(time.monotonic() - self._started, 1e-6)
        note = f"{self._rows:,} rows, {rate:,.0f}/s"
        if self._bar is not None:
            self._bar.update(self._task, note=note)
            return
        share = self._done_bytes / max(self._total, 1)
        left = (time.monotonic() - self._started) * (1 - share) / share if share else 0
        self._say(f"reading {self._file}: {share:.0%}, {note}, about {left:.0f} s left")

    def resolving(self, events: int) -> None:
        self._events = events
        if self._bar is not None:
            self._bar.remove_task(self._task)
            self._task = self._bar.add_task("sorting and writing", total=max(events, 1), note="")

    def resolved(self, events: int) -> None:
        self._resolved += events
        if self._bar is not None:
            self._bar.update(self._task, completed=self._resolved, note=f"{self._resolved:,} events")
            return
        self._say(f"writing: {self._resolved:,} of {self._events:,} events")

    def _say(self, line: str) -> None:
        now = time.monotonic()
        if now - self._said >= EVERY:
            self._said = now
            print(line, file=sys.stderr, flush=True)
