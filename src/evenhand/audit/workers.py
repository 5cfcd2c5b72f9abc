"""Judging the parts of a record on all cores of this machine: a task a part, results in the parts' order."""

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial

import pyarrow as pa

from evenhand.record.errors import RecordError
from evenhand.record.part import EventPart
from evenhand.rules.array.engine import ArrayEngine, PartResult

Runner = Callable[[ArrayEngine, Sequence[EventPart]], Iterator[PartResult]]
"""Judges parts, each by itself, and gives their results in the order of the parts."""

ALONE_BELOW = 500_000
"""So few events are judged sooner in this process than processes are started."""

_engine: ArrayEngine | None = None
"""The engine of a worker process."""


def local(workers: int | None = None) -> Runner:
    """A runner with so many processes; with None, one for each core that this process may use."""
    return partial(_run, workers or _cores())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _run(workers: int, engine: ArrayEngine, parts: Sequence[EventPart]) -> Iterator[PartResult]:
    workers = min(workers, len(parts))
    if workers < 2 or sum(part.events for part in parts) < ALONE_BELOW:
        with _reused_memory():
            yield from (engine.judge(part.checked()) for part in parts)
        return
    pool = ProcessPoolExecutor(workers, _start_method(parts), _begin, (engine,))
    begun: deque[Future[PartResult]] = deque()
    try:
        for part in parts:
            with _uninterrupted():
                begun.append(pool.submit(_judge, part))
            # No more results wait for their turn than the processes make at a time.
            if len(begun) > 2 * workers:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    except BrokenProcessPool:
        raise RecordError(
            "A worker process was killed, most likely for want of memory: use fewer with --workers."
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold interrupts back: one that comes while a process forks is lost, with a trace on the screen."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_method(parts: Sequence[EventPart]) -> multiprocessing.context.BaseContext:
    # A fork shares what is imported and the standings. It is not safe elsewhere than on Linux, nor with open
    # connections to object storage.
    forked = sys.platform == "linux" and all(part.is_local for part in parts)
    return multiprocessing.get_context("fork" if forked else "spawn")


def _begin(engine: ArrayEngine) -> None:
    """Make this worker ready: the main process takes interrupts, and no worker outlives it."""
    global _engine
    _engine = engine
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pa.set_memory_pool(pa.system_memory_pool())


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _judge(part: EventPart) -> PartResult:
    assert _engine is not None
    return _engine.judge(part.checked())


@contextmanager
def _reused_memory() -> Iterator[None]:
    """Take Arrow's memory from the system, which gives the same pages for one part after the other."""
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)
