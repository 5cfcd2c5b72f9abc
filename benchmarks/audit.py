"""An audit by all rules next to a bare scan of what they read; a few rules next to pm4py and pandas.

    make bench-audit [BOOKINGS="1000000 10000000"]

Every figure is of whole processes, all in one run on one machine. The bare scan counts, in DuckDB with the
same threads, the values of every column that some rule on bookings reads of each event type. The peers judge
the same deadlines and orders on a record of 100,000 bookings: they start from events in memory, and the array
engine starts from Parquet.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evenhand.record.store import Record

SMALL = 100_000
DAYS = 300_000
RULES = ("SCO-01", "UNI-01", "SUP-01", "SUP-06", "DET-01", "DET-04")
PRECEDENCE = {
    "SCO-01": ("person.booked", "interview.held"),
    "DET-01": ("warrant.signed", "detainer.issued"),
    "DET-04": ("detainer.served", "custody.hold_started"),
}
RESPONSE = {
    "UNI-01": ("person.booked", "screening.opened", 3600),
    "SUP-01": ("determination.made", "determination.reviewed", None),
    "SUP-06": ("determination.made", "determination.reviewed", 86400),
}


def run(command: list[str], printed: bool = False) -> dict[str, float]:
    """Run a command: wall time, CPU time and peak memory (GB); and what it prints as JSON, if asked for."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return {
        "wall_s": time.perf_counter() - begun,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_gb": usage.ru_maxrss / 2**20,
        **(json.loads(output) if printed else {}),
    }


def step(name: str, *args: str) -> dict[str, float]:
    """Run one step of this file in a new process, which prints figures of its own."""
    return run([sys.executable, __file__, "--step", name, *args], printed=True)


def evenhand(*args: str) -> dict[str, float]:
    """Run a command of the program."""
    return run([str(Path(sys.executable).with_name("evenhand")), *args])


def median(name: str, times: int, measure: Callable[[], dict[str, float]]) -> dict[str, float]:
    """The run with the median of one figure."""
    return sorted((measure() for _ in range(times)), key=lambda figures: figures[name])[times // 2]


def scan(record: str) -> dict[str, float]:
    """Count the values of every column that the rules on bookings read."""
    import duckdb

    from evenhand.record.events import SubjectKind
    from evenhand.record.query import scan as files_of
    from evenhand.record.store import Record

    found = Record(Path(record))
    connection = duckdb.connect()
    for event_type, columns in columns_read(found).items():
        files = found.files(SubjectKind.BOOKING, [event_type])
        counts = ", ".join(f'count("{c}")' for c in columns)
        if files:
            connection.execute(f"SELECT {counts} FROM {files_of(*files)}").fetchall()
    return {}


def columns_read(record: Record) -> dict[str, list[str]]:
    """The columns of each event type that the engine reads for the rules on bookings."""
    from evenhand.audit.run import context_of
    from evenhand.audit.window import Window
    from evenhand.record.events import SubjectKind
    from evenhand.rules.array.part import PLACE
    from evenhand.rules.array.plan import Plan
    from evenhand.rules.array.standing import StandingTables
    from evenhand.rules.catalog import CATALOG

    rules = [r for r in CATALOG.values() if r.subject is SubjectKind.BOOKING]
    context = context_of(record, rules, Window())
    plan = Plan(rules, context, StandingTables(context.standings))
    return {name: sorted({*PLACE, *columns}) for name, columns in plan.columns.items()}


def array_engine(record: str, *rules: str) -> dict[str, float]:
    """Judge the record's bookings by some rules (or all), from Parquet, with standings, plan and evidence."""
    # As on the command line, where Arrow does not look for pandas.
    import evenhand.cli  # noqa: F401
    from evenhand.audit.run import context_of
    from evenhand.audit.window import Window
    from evenhand.audit.workers import local
    from evenhand.record.events import SubjectKind
    from evenhand.record.store import Record
    from evenhand.rules.array.engine import ArrayEngine
    from evenhand.rules.catalog import CATALOG

    begun = time.perf_counter()
    found = Record(Path(record))
    chosen = [CATALOG[r] for r in rules or CATALOG]
    engine = ArrayEngine(chosen, context_of(found, chosen, Window()))
    parts = found.parts(SubjectKind.BOOKING)
    broken = sum(len(result.broken) for result in local()(engine, parts))
    return {"rules_s": time.perf_counter() - begun, "found": broken}


def _log(record: str):
    import pandas as pd

    files = sorted(Path(record, "events/booking").glob("*/*.parquet"))
    log = pd.concat(pd.read_parquet(f, columns=["case", "pos", "type", "occurred_at"]) for f in files)
    return log.sort_values("pos").drop(columns="pos")


def pandas_rules(record: str) -> dict[str, float]:
    log = _log(record)
    begun = time.perf_counter()
    wide = log.pivot_table(index="case", columns="type", values="occurred_at", aggfunc="min")
    broken = 0
    for before, act in PRECEDENCE.values():
        broken += int((wide[act].notna() & ~(wide[before] <= wide[act])).sum())
    for act, answer, bound in RESPONSE.values():
        late = (wide[answer] - wide[act]).dt.total_seconds()
        ok = late.between(0, bound if bound is not None else float("inf"))
        broken += int((wide[act].notna() & ~ok).sum())
    return {"rules_s": time.perf_counter() - begun, "found": broken}


def pm4py_rules(record: str) -> dict[str, float]:
    import pm4py

    log = _log(record).rename(
        columns={"case": "case:concept:name", "type": "concept:name", "occurred_at": "time:timestamp"}
    )
    log["case:concept:name"] = log["case:concept:name"].astype(str)
    begun = time.perf_counter()
    whole = {"support": 1.0, "confidence": 1.0}
    model = {
        "precedence": dict.fromkeys(PRECEDENCE.values(), whole),
        "response": {(a, b): whole for a, b, _ in RESPONSE.values()},
    }
    # It prints its licence.
    sys.stdout = sys.stderr
    pm4py.conformance_declare(log, model)
    declared = time.perf_counter()
    # The temporal profile takes a mean and a deviation: the bound is the mean, with none.
    profile = {(a, b): (float(bound), 0.0) for a, b, bound in RESPONSE.values() if bound}
    pm4py.conformance_temporal_profile(log, profile, zeta=1)
    return {"rules_s": time.perf_counter() - begun, "declare_s": declared - begun}


STEPS = {"scan": scan, "engine": array_engine, "pandas": pandas_rules, "pm4py": pm4py_rules}


def small(folder: Path) -> None:
    """The audit of 1,000 bookings next to the imports that no audit can do without."""
    record = str(folder / "small")
    evenhand("simulate", "--bookings", "1000", "--seed", "1", "--out", record)
    bare = median("cpu_s", 7, lambda: run([sys.executable, "-c", "import numpy, pyarrow"]))
    ours = median("cpu_s", 7, lambda: audit(record, folder))
    print(
        f"1,000 bookings: audit {ours['cpu_s']:.2f} s of CPU ({ours['wall_s']:.2f} s), "
        f"{ours['cpu_s'] / bare['cpu_s']:.1f} times `import numpy, pyarrow` ({bare['cpu_s']:.2f} s)",
        flush=True,
    )


def audit(record: str, folder: Path) -> dict[str, float]:
    return evenhand("audit", record, "--out", str(folder / "audit"), "--fail-on", "never")


def large(bookings: int, folder: Path) -> None:
    """The audit of many bookings next to a bare scan of the columns read."""
    record = str(folder / "record")
    made = evenhand("simulate", "--bookings", str(bookings), "--seed", "1", "--out", record)
    scanned = median("wall_s", 3, lambda: step("scan", record))
    judged = step("engine", record)
    audited = audit(record, folder)
    summary = json.loads((folder / "audit" / "summary.json").read_bytes())
    print(
        f"{bookings:,} bookings, {summary['events']:,} events: simulated in {made['wall_s']:.0f} s "
        f"({made['peak_gb']:.1f} GB)\n"
        f"  bare scan {scanned['wall_s']:.2f} s, {scanned['cpu_s']:.1f} s of CPU\n"
        f"  engine alone {judged['wall_s']:.1f} s, "
        f"{judged['wall_s'] / scanned['wall_s']:.1f} times the scan\n"
        f"  audit {audited['wall_s']:.1f} s, {audited['cpu_s']:.0f} s of CPU, "
        f"{summary['events'] / audited['wall_s']:,.0f} events/s, peak of a process "
        f"{audited['peak_gb']:.1f} GB, {audited['wall_s'] / scanned['wall_s']:.1f} times the scan",
        flush=True,
    )


def days(folder: Path) -> None:
    """The audit of records whose times are known to the second, the minute and the day, in CPU time."""
    exact = 0.0
    for precision in ("second", "minute", "day"):
        record = str(folder / precision)
        evenhand(
            "simulate", "--bookings", str(DAYS), "--seed", "1", "--precision", precision, "--out", record
        )
        audited = median("cpu_s", 3, lambda record=record: audit(record, folder))
        exact = exact or audited["cpu_s"]
        print(
            f"{DAYS:,} bookings, times to the {precision}: audit {audited['cpu_s']:.1f} s of CPU, "
            f"{audited['cpu_s'] / exact:.2f} times that of exact times",
            flush=True,
        )


def peers(folder: Path) -> None:
    """Six rules on 100,000 bookings, next to pandas and pm4py."""
    record = str(folder / "record")
    evenhand("simulate", "--bookings", str(SMALL), "--seed", "1", "--out", record)
    ours = median("rules_s", 3, lambda: step("engine", record, *RULES))
    print(f"{len(RULES)} rules on {SMALL:,} bookings: array engine {ours['rules_s']:.3f} s, all included")
    for name in ("pandas", "pm4py"):
        peer = step(name, record)
        print(
            f"  {name}: {peer['rules_s']:.2f} s, {peer['rules_s'] / ours['rules_s']:,.1f} times ours",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bookings", nargs="*", type=int, default=[1_000_000, 10_000_000])
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        found, sys.stdout = STEPS[chosen.step[0]](*chosen.step[1:]), sys.__stdout__
        print(json.dumps(found))
        return
    print(
        f"{os.cpu_count()} cores, {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GB"
    )
    with tempfile.TemporaryDirectory(prefix="evenhand-bench-") as name:
        folder = Path(name)
        small(folder)
        for bookings in chosen.bookings:
            large(bookings, folder)
        days(folder)
        peers(folder)


if __name__ == "__main__":
    main()
