"""Waiting for a state, however slow the machine is: a time here is only a ceiling for what hangs."""

import subprocess
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

HANGS = 300.0
"""Seconds after which something hangs; a loaded machine may need any time below."""
Found = TypeVar("Found")


def until(reached: Callable[[], Found], process: subprocess.Popen[Any] | None = None) -> Found:
    """Ask until the answer is true, and return it. Fails if `process` ends before."""
    gives_up = time.monotonic() + HANGS
    while True:
        ended = process is not None and process.poll() is not None
        if found := reached():
            return found
        if ended:
            pytest.fail("the process ended before it came that far")
        if time.monotonic() > gives_up:
            pytest.fail(f"not reached in {HANGS:.0f} s")
        time.sleep(0.01)
