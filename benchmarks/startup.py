"""Whole commands next to the bare imports of the libraries that they need, in CPU time.

    python benchmarks/startup.py [--runs 9]

Commands and imports take turns, each in a process of its own; the least of the runs counts, since other work
on the machine only adds. Run it twice after an installation: the first run fills the caches.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

EVENHAND = str(Path(sys.executable).with_name("evenhand"))
LISTING = "import click, rich.console, rich.table; from pydantic import BaseModel"
READING = f"{LISTING}; import pyarrow.parquet"
PAIRS = (
    ("--help", "import click"),
    ("ledger --help", "import click"),
    ("rules list", LISTING),
    ("rules show HLD-01", LISTING),
    ("claims", LISTING),
    ("record show RECORD", READING),
    ("audit RECORD --out OUT --fail-on never", "import numpy, pyarrow"),
)


def cpu_seconds(command: Sequence[str]) -> float:
    """The CPU time of a process and of those that it waited for."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=9, help="How often to run each (default 9).")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        names = {"RECORD": f"{folder}/record", "OUT": f"{folder}/audit"}
        subprocess.run([EVENHAND, "simulate", "--bookings", "1000", "--out", names["RECORD"]], check=True)
        print("| command | CPU s | bare imports | CPU s | ratio |\n|---|---:|---|---:|---:|")
        for text, imports in PAIRS:
            command = [EVENHAND, *(names.get(word, word) for word in text.split())]
            bare = [sys.executable, "-c", imports]
            both = [(cpu_seconds(command), cpu_seconds(bare)) for _ in range(runs)]
            ours, theirs = (min(times) for times in zip(*both, strict=True))
            print(f"| `{text}` | {ours:.3f} | `{imports}` | {theirs:.3f} | {ours / theirs:.1f} |", flush=True)


if __name__ == "__main__":
    main()
