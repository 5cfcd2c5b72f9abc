"""The peak memory of a process that a test starts."""

import subprocess
import sys
from collections.abc import Sequence
from os import PathLike

_MAIN = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""


def peak_of(command: Sequence[str | PathLike[str]]) -> tuple[int, int]:
    """Run a command; return its exit status and its peak memory in KiB.

    A small process starts it, because Linux includes the memory of the starting process in a program's peak.
    """
    done = subprocess.run(
        [sys.executable, "-c", _MAIN, *command], capture_output=True, text=True, check=False
    )
    return done.returncode, int(done.stdout)
