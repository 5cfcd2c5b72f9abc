"""Ctrl-C while other people's compiled code runs: it may turn it into an error of its own, or lose it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interruptible() -> Iterator[None]:
    """Make every interrupt that comes within the block end it as a `KeyboardInterrupt`.

    DuckDB raises an error of its own for one that it sees, Arrow one for a read that it broke off, and a
    call from their code into Python may drop it: then the block runs to its end, and is interrupted there.
    Outside the main thread, and where interrupts are ignored, only the errors are turned.
    """
    came = False
    before = signal.getsignal(signal.SIGINT)

    def take(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True
        if callable(before):
            before(number, frame)

    watching = callable(before) and threading.current_thread() is threading.main_thread()
    if watching:
        signal.signal(signal.SIGINT, take)
    try:
        yield
    except Exception as error:
        if came or "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None
        raise
    finally:
        if watching:
            signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt
