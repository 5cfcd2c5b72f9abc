"""An audit by all rules next to a bare scan of what they read; a few rules next to pm4py and pandas.

    make bench-audit [BOOKINGS="1000000 10000000"]

Every step runs in a process of its own; all figures come from one run on one machine. The bare scan counts
the values of every column that some rule on bookings reads, on DuckDB with the same threads. The peers judge
the same deadlines and orders on a record of 100,000 bookings, timed from events in memory; the table engine
is timed from Parquet, with the planning of its queries apart.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SMALL = 100_000
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


def step(name: str, *args: str) -> dict[str, float]:
    """Run one step of this file in a new process: its own figures, wall time and peak memory (GB)."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, __file__, "--step", name, *args], stdout=subprocess.PIPE)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"step {name} failed")
    return {
        "wall_s": time.perf_counter() - begun,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_gb": usage.ru_maxrss / 2**20,
        **json.loads(printed or b"{}"),
    }


def scan(record: str) -> dict[str, float]:
    import duckdb

    from evenhand.record.events import SubjectKind
    from evenhand.rules.catalog import CATALOG
    from evenhand.rules.table.inputs import columns_read

    rules = [r for r in CATALOG.values() if r.subject is SubjectKind.BOOKING]
    counts = ", ".join(f'count("{c}")' for c in columns_read(rules))
    begun = time.perf_counter()
    files = f"{record}/events/booking/*/*.parquet"
    duckdb.connect().execute(f"SELECT {counts} FROM read_parquet('{files}', union_by_name = true)").fetchall()
    return {"scan_s": time.perf_counter() - begun, "columns": len(columns_read(rules))}


def audit(record: str, out: str) -> dict[str, float]:
    from click.testing import CliRunner

    from evenhand.cli import main

    result = CliRunner().invoke(main, ["audit", record, "--out", out, "--fail-on", "never"])
    assert result.exit_code == 0, result.output
    summary = json.loads((Path(out) / "summary.json").read_bytes())
    return {"events": summary["events"], "bookings": summary["bookings"]}


def table_engine(record: str) -> dict[str, float]:
    """The compared rules alone, on the engine, from Parquet; planning included."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from evenhand.record.events import SubjectKind
    from evenhand.record.store import Record
    from evenhand.rules.answer import Provides
    from evenhand.rules.case import Context
    from evenhand.rules.catalog import CATALOG
    from evenhand.rules.standing import build_standings
    from evenhand.rules.table.engine import TableEngine

    found = Record(Path(record))
    manifest = found.manifest

    def rows(kind: SubjectKind) -> list[dict]:
        return [event for _, history in found.histories(kind) for event in history]

    standings = build_standings(
        rows(SubjectKind.OFFICER), rows(SubjectKind.AGREEMENT), rows(SubjectKind.FACILITY)
    )
    context = Context(Provides.of(manifest.provides), manifest.observed_until, standings)
    cases = manifest.counts.cases[SubjectKind.BOOKING]

    def run(parts: list[Path]) -> tuple[float, int]:
        begun = time.perf_counter()
        engine = TableEngine(
            [CATALOG[r] for r in RULES], context, zones=manifest.zones, counts=manifest.counts.events
        )
        broken = sum(len(t) for t in engine.judge(SubjectKind.BOOKING, parts, cases))
        return time.perf_counter() - begun, broken

    # The first history alone costs what any record does: planning, and the start of every query.
    table = pq.read_table(found.parts(SubjectKind.BOOKING)[0])
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder, "one.parquet")
        pq.write_table(table.filter(pc.equal(table["case"], 0)), one)
        run([one])
        planning, _ = run([one])
    whole, broken = run(found.parts(SubjectKind.BOOKING))
    return {"rules_s": whole, "planning_s": planning, "found": broken}


def _log(record: str):
    import pandas as pd

    files = Path(record, "events/booking").glob("*/*.parquet")
    columns = ["case", "pos", "type", "occurred_at"]
    log = pd.concat(pd.read_parquet(f, columns=columns) for f in files)
    return log.sort_values("pos", ignore_index=True).drop(columns="pos")


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


def simulate(bookings: str, out: str) -> dict[str, float]:
    from click.testing import CliRunner

    from evenhand.cli import main

    result = CliRunner().invoke(main, ["simulate", "--bookings", bookings, "--seed", "1", "--out", out])
    assert result.exit_code == 0, result.output
    return {}


STEPS = {
    "scan": scan,
    "audit": audit,
    "engine": table_engine,
    "pandas": pandas_rules,
    "pm4py": pm4py_rules,
    "simulate": simulate,
}


def compare(sizes: list[int], folder: Path) -> None:
    print(
        f"{os.cpu_count()} cores, {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GB"
    )
    for bookings in sizes:
        record = str(folder / "record")
        made = step("simulate", str(bookings), record)
        scans = sorted(step("scan", record)["scan_s"] for _ in range(3))
        audited = step("audit", record, str(folder / "audit"))
        print(
            f"{bookings:>11,} bookings, {audited['events']:,.0f} events: simulated in {made['wall_s']:.0f} s "
            f"({made['peak_gb']:.1f} GB); bare scan {scans[1]:.2f} s; audit {audited['wall_s']:.1f} s, "
            f"{audited['cpu_s']:.0f} s of CPU, {audited['events'] / audited['wall_s']:,.0f} events/s, "
            f"peak {audited['peak_gb']:.1f} GB, {audited['wall_s'] / scans[1]:.1f} times the scan",
            flush=True,
        )
    record = str(folder / "record")
    step("simulate", str(SMALL), record)
    ours = step("engine", record)
    bare = ours["rules_s"] - ours["planning_s"]
    print(
        f"{len(RULES)} rules on {SMALL:,} bookings: table engine {ours['rules_s']:.2f} s, "
        f"of which planning {ours['planning_s']:.2f} s"
    )
    for name in ("pandas", "pm4py"):
        peer = step(name, record)
        print(
            f"  {name}: {peer['rules_s']:.2f} s, {peer['rules_s'] / ours['rules_s']:.1f} times ours, "
            f"{peer['rules_s'] / bare:.0f} times ours without planning",
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
    folder = Path(tempfile.mkdtemp(prefix="evenhand-bench-"))
    try:
        compare(chosen.bookings, folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
