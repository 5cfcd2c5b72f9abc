"""The audit on Spark in local mode next to the local run: wall time of whole processes, and equal findings.

    scripts/java.sh; uv run --extra spark python benchmarks/spark.py [BOOKINGS ...]

Both use all cores of this machine. Spark's time includes the start of Java and of its workers.
"""

import filecmp
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EVENHAND = str(Path(sys.executable).with_name("evenhand"))
RUNS = {"local": (), "spark": ("--engine", "spark")}


def timed(*words: str) -> float:
    """Run a command of the program; its wall time."""
    begun = time.perf_counter()
    subprocess.run([EVENHAND, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def compare(bookings: str, folder: Path) -> None:
    """Print one row: the times, and whether every file is the same."""
    record = folder / "record"
    timed("simulate", "--bookings", bookings, "--seed", "1", "--out", str(record))
    seconds = [
        timed("audit", str(record), "--out", str(folder / name), "--fail-on", "never", *words)
        for name, words in RUNS.items()
    ]
    names = sorted(path.name for path in (folder / "local").iterdir())
    _, differing, missing = filecmp.cmpfiles(folder / "local", folder / "spark", names, shallow=False)
    same = "differ: " + ", ".join(differing + missing) if differing or missing else "the same bytes"
    print(f"| {int(bookings):,} | " + " | ".join(f"{s:.1f} s" for s in seconds) + f" | {same} |", flush=True)


def main() -> None:
    """Compare for each number of bookings."""
    print("| bookings | local | Spark, local mode | results |\n|---:|---:|---:|---|")
    for bookings in sys.argv[1:] or ["1000000"]:
        with tempfile.TemporaryDirectory() as folder:
            compare(bookings, Path(folder))


if __name__ == "__main__":
    main()
