"""Full build of all sheets next to the bare time of reading them; adding one sheet; memory.

    .venv/bin/python benchmarks/registry.py SHEETS [--openpyxl]

All figures come from one run, each step in a process of its own, in rounds. Wall and CPU time are given; the
CPU time is that of all processes that a step starts.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CALAMINE = """
import sys
from pathlib import Path
from python_calamine import CalamineWorkbook
for path in sorted(Path(sys.argv[1]).glob("*.xlsx")):
    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()
"""
OPENPYXL = """
import sys, warnings
from pathlib import Path
import openpyxl
warnings.simplefilter("ignore")
for path in sorted(Path(sys.argv[1]).glob("*.xlsx")):
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            pass
"""
BUILD = """
import sys
from pathlib import Path
if __name__ == "__main__":
    from evenhand.registry.build import build
    build(Path(sys.argv[1]), Path(sys.argv[2]), processes=int(sys.argv[3]), keep=len(sys.argv) > 4)
"""
START = "import evenhand.registry.build"

ADD = """
import sys
from evenhand.cli import main
main(["registry", "add", sys.argv[1], "--out", sys.argv[2]])
"""

# The reading processes are orphans once the build ends; `prctl(PR_SET_CHILD_SUBREAPER)` hands them to this
# one, so that their time is counted.
MEASURE = """
import ctypes, json, os, resource, subprocess, sys, time
ctypes.CDLL(None).prctl(36, 1)
start = time.perf_counter()
subprocess.run([sys.executable, *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)
wall = time.perf_counter() - start
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}))
"""


def measure(folder: Path, name: str, code: str, *arguments: object) -> dict[str, float]:
    """Wall and CPU seconds of a script and its children, and its largest process in MB."""
    script = folder / f"{name}.py"
    script.write_text(code)
    command = [sys.executable, "-c", MEASURE, str(script), *map(str, arguments)]
    # As installed: with compiled modules kept, which the first round writes.
    settings = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    settings["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    done = subprocess.run(command, check=True, capture_output=True, env=settings)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sheets", type=Path)
    parser.add_argument("--openpyxl", action="store_true", help="also read with openpyxl (minutes)")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        paths = sorted(options.sheets.glob("*.xlsx"))
        (folder / "all").mkdir()
        for path in paths[:-1]:
            shutil.copy(path, folder / "all")
        rounds: dict[str, list[dict[str, float]]] = {}
        for _ in range(options.rounds):
            for name in ("one", "out", "part", "asked"):
                shutil.rmtree(folder / name, ignore_errors=True)
            steps: dict[str, tuple[Any, ...]] = {
                "interpreter and libraries": (START,),
                "calamine, bare": (CALAMINE, options.sheets),
                "full build, one process": (BUILD, options.sheets, folder / "one", 1),
                "full build, two processes": (BUILD, options.sheets, folder / "out", 2),
                "build of all but one": (BUILD, folder / "all", folder / "part", 2),
                "adding that one": (BUILD, paths[-1], folder / "part", 1, "keep"),
                "`evenhand registry add`": (ADD, paths[-1], folder / "asked"),
            }
            for name, (code, *arguments) in steps.items():
                if name == "adding that one":
                    shutil.copytree(folder / "part", folder / "asked")
                rounds.setdefault(name, []).append(measure(folder, "step", code, *arguments))
        if options.openpyxl:
            rounds["openpyxl, bare"] = [measure(folder, "step", OPENPYXL, options.sheets)]
    bare = statistics.median(r["cpu"] for r in rounds["calamine, bare"])
    bare_wall = statistics.median(r["wall"] for r in rounds["calamine, bare"])
    print(f"{len(paths)} sheets, median of {options.rounds}, {time.strftime('%Y-%m-%d')}")
    print("| step | wall s | CPU s | wall / calamine | CPU / calamine | MB |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, found in rounds.items():
        wall = statistics.median(r["wall"] for r in found)
        cpu = statistics.median(r["cpu"] for r in found)
        memory = max(r["memory"] for r in found)
        ratios = f"{wall / bare_wall:.2f} | {cpu / bare:.2f}"
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {ratios} | {memory:.0f} |")


if __name__ == "__main__":
    main()
