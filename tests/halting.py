"""A command in a process of its own that halts in the middle of its work, to be interrupted there."""

import signal
import subprocess
import sys
from pathlib import Path

HALT = """
import signal
from contextlib import contextmanager

import evenhand.progress

@contextmanager
def halting(*_):
    def report(*_):
        print("halted", flush=True)
        signal.pause()
    yield report

# A shell's background job ignores interrupts, and so would what it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
evenhand.progress.steps = halting
from evenhand.cli import main
main()
"""


def halted(*words: str | Path) -> subprocess.Popen[str]:
    """`evenhand WORDS...`, which works until it first reports progress, and waits there for a signal."""
    command = [sys.executable, "-c", HALT, *map(str, words)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "halted\n"
    return process


def interrupt(process: subprocess.Popen[str]) -> str:
    """Press Ctrl-C and wait for the end; what the process says on stderr."""
    process.send_signal(signal.SIGINT)
    return process.communicate()[1]
