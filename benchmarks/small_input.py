"""A command on 1,000 bookings next to the bare imports of what it uses, each a whole process."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 5
# pyarrow imports pandas where it is installed, as it is for benchmarks and not for users.
PLAIN = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas":
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
"""
COMMAND = "from evenhand.cli import main; main()"


def small_input(imports: str, *words: str) -> None:
    """Print the least CPU time of the command and of the imports in several runs, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        record, out = Path(folder) / "record", Path(folder) / "out"
        _cpu(PLAIN + COMMAND, "simulate", "--bookings", "1000", "--seed", "1", "--out", str(record))
        command = [words[0], str(record), *words[1:], "--out", str(out)]
        whole = min(_cpu(PLAIN + COMMAND, *command) for _ in range(RUNS))
        bare = min(_cpu(f"{PLAIN}import {imports}") for _ in range(RUNS))
    print(f"1,000 bookings, evenhand {' '.join(words)}: {whole:.2f} s of CPU")
    print(f"  imports of {imports}: {bare:.2f} s")
    print(f"  {whole / bare:.1f} times the imports", flush=True)


def _cpu(code: str, *words: str) -> float:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(f"{' '.join(words) or code} failed")
    return usage.ru_utime + usage.ru_stime
