"""The uniformity report, large and small; the same statistics by pandas and statsmodels on rows.

    UV_PROJECT_ENVIRONMENT=build/bench uv run --group bench python benchmarks/uniformity.py \
        [--peers 200000] [1000000 10000000]

Every step runs in a process of its own; all figures come from one run on one machine. The peers start from a
table of bookings in memory, one row each, and compare the races on two measures (interviewed, time to
screening): intervals, tests within strata, a logistic model, curves, log-rank. Ours starts from the record's
Parquet and does the same. Both must give the same numbers.
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

from small_input import small_input

IMPORTS = (
    "click, duckdb, jinja2, numpy, pyarrow.csv, pyarrow.parquet, pydantic, rich.console, "
    "scipy.linalg, scipy.special"
)
COLUMN = "race_ethnicity"
FACTORS = ["facility", "class", "hour", "weekday"]


def step(name: str, *args: str) -> dict:
    """Run one step of this file in a new process: its own figures, wall time, CPU and peak memory (GB)."""
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


def command(*words: str) -> dict:
    from click.testing import CliRunner

    from evenhand.cli import main

    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 0, result.output
    return {}


def simulate(bookings: str, out: str) -> dict:
    return command("simulate", "--bookings", bookings, "--seed", "1", "--out", out)


def report(record: str, out: str) -> dict:
    return command("uniformity", record, "--out", out)


def scan(record: str) -> dict:
    """The least that any such report must do: read types and times of all events."""
    import duckdb

    begun = time.perf_counter()
    files = f"{record}/events/booking/*/*.parquet"
    duckdb.connect().execute(f"SELECT count(type), max(occurred_at) FROM read_parquet('{files}')").fetchall()
    return {"scan_s": time.perf_counter() - begun}


def ours(record: str, table: str) -> dict:
    """The two measures from Parquet; the bookings are written out for the peer."""
    import duckdb

    from evenhand.record.store import Record
    from evenhand.uniformity.bookings import read_bookings
    from evenhand.uniformity.counts import reference_first, share_counts, sorted_times, time_counts
    from evenhand.uniformity.measures import INTERVIEW, TO_SCREENING
    from evenhand.uniformity.statistics import logistic, shares, stratified, survival

    begun = time.perf_counter()
    bookings = read_bookings(Record(Path(record)), duckdb.connect())
    groups = reference_first(bookings, COLUMN)
    counts = share_counts(bookings, COLUMN, groups, [INTERVIEW])[INTERVIEW.id]
    for events, cases in zip(*counts.strata.totals(), strict=True):
        shares.wilson(int(events), int(cases))
    cmh = [stratified.compare(counts.strata.pair(g)) for g in range(1, len(groups))]
    model = logistic.logistic(counts.cells())
    times = time_counts(bookings, COLUMN, groups, sorted_times(bookings, TO_SCREENING))
    sets = [survival.risk_sets(block) for block in times.blocks()]
    pairs = []
    for g in range(1, len(groups)):
        parts = [survival.pressure(s.pair(g)) for s in sets]
        pairs.append(survival.compared(sum(parts[1:], parts[0])))
    for g in range(len(groups)):
        survival.kaplan_meier(times.whole.time, times.whole.events[g], times.whole.censored[g])
    spent = time.perf_counter() - begun
    bookings.connection.execute(f"COPY bookings TO '{table}' (FORMAT parquet)")
    return {
        "statistics_s": spent,
        "groups": groups,
        "cmh": [c.test.statistic for c in cmh],
        "odds": [model.odds_ratio[g].value for g in range(1, len(groups))],
        "log_rank": [p.test.statistic for p in pairs],
    }


def peers(table: str, groups: str) -> dict:
    """The same by pandas, statsmodels and lifelines on rows."""
    import numpy as np
    import pandas as pd
    import statsmodels.api as sm
    from lifelines import KaplanMeierFitter
    from statsmodels.duration.survfunc import survdiff
    from statsmodels.stats.contingency_tables import StratifiedTable
    from statsmodels.stats.proportion import proportion_confint

    names = groups.split(",")
    rows = pd.read_parquet(table)
    begun = time.perf_counter()
    rows = rows[rows[COLUMN].notna()]
    rows["stratum"] = rows.groupby(FACTORS, observed=True).ngroup()
    asked = rows[rows["interview"].isin([0, 1])]
    for _, members in asked.groupby(COLUMN, observed=True)["interview"]:
        proportion_confint(members.sum(), len(members), method="wilson")
    cmh = []
    for name in names[1:]:
        pair = asked[asked[COLUMN].isin([names[0], name])]
        cells = pd.crosstab(pair["stratum"], [pair[COLUMN].astype(str), pair["interview"]])
        cells = cells.reindex(columns=[(g, x) for g in (name, names[0]) for x in (1, 0)], fill_value=0)
        tables = cells.to_numpy().reshape(-1, 2, 2).transpose(1, 2, 0).astype(float)
        tables = tables[:, :, tables.sum(axis=(0, 1)) > 1]
        cmh.append(float(StratifiedTable(tables).test_null_odds().statistic))
    asked = asked.assign(**{COLUMN: pd.Categorical(asked[COLUMN].astype(str), names)})
    design = pd.get_dummies(
        asked[[COLUMN, *FACTORS]].astype(dict.fromkeys(FACTORS, "category")), drop_first=True
    )
    design.insert(0, "one", 1.0)
    flat = asked.groupby("class", observed=True)["interview"].transform("mean").isin([0, 1])
    model = sm.GLM(
        asked.loc[~flat, "interview"].astype(float),
        design[~flat].loc[:, design[~flat].any()].astype(float),
        family=sm.families.Binomial(),
    ).fit()
    odds = [float(np.exp(model.params[f"{COLUMN}_{name}"])) for name in names[1:]]
    timed = rows[rows["to_screening"] >= 0]
    log_rank = []
    for name in names[1:]:
        pair = timed[timed[COLUMN].isin([names[0], name])]
        statistic, _ = survdiff(
            pair["to_screening"].to_numpy(),
            pair["to_screening_seen"].to_numpy().astype(int),
            pair[COLUMN].astype(str).to_numpy(),
            strata=pair["stratum"].to_numpy(),
        )
        log_rank.append(float(statistic))
    for _, members in timed.groupby(COLUMN, observed=True):
        KaplanMeierFitter().fit(members["to_screening"], members["to_screening_seen"])
    return {"statistics_s": time.perf_counter() - begun, "cmh": cmh, "odds": odds, "log_rank": log_rank}


STEPS = {f.__name__: f for f in (simulate, report, scan, ours, peers)}


def compare(sizes: list[int], small: int, folder: Path) -> None:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    print(f"{os.cpu_count()} cores, {memory:.0f} GB, load {os.getloadavg()[0]:.1f}")
    record, table = str(folder / "record"), str(folder / "bookings.parquet")
    small_input(IMPORTS, "uniformity")
    step("simulate", str(small), record)
    own = step("ours", record, table)
    other = step("peers", table, ",".join(own["groups"]))
    for name in ("cmh", "odds", "log_rank"):
        apart = max(abs(a - b) for a, b in zip(own[name], other[name], strict=True))
        print(f"  {name}: largest difference between ours and the peers' {apart:.2g}")
        assert apart < 1e-4, (own[name], other[name])
    print(f"{small:>11,} bookings, two measures by race:")
    for name, made in (("ours, from Parquet", own), ("pandas and statsmodels, from memory", other)):
        print(
            f"  {name}: {made['statistics_s']:.2f} s; the whole process {made['cpu_s']:.1f} s of CPU, "
            f"{made['peak_gb']:.2f} GB; {made['statistics_s'] / own['statistics_s']:.1f} times ours",
            flush=True,
        )
    for bookings in sizes:
        step("simulate", str(bookings), record)
        bare = min(step("scan", record)["scan_s"] for _ in range(3))
        made = step("report", record, str(folder / "out"))
        print(
            f"{bookings:>11,} bookings, whole report: {made['wall_s']:.1f} s, {made['cpu_s']:.0f} s of CPU, "
            f"peak {made['peak_gb']:.2f} GB; bare scan {bare:.2f} s, {made['wall_s'] / bare:.0f} times",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bookings", nargs="*", type=int, default=[1_000_000, 10_000_000])
    parser.add_argument("--peers", type=int, default=200_000, help="bookings given to the peers")
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        found, sys.stdout = STEPS[chosen.step[0]](*chosen.step[1:]), sys.__stdout__
        print(json.dumps(found))
        return
    folder = Path(tempfile.mkdtemp(prefix="evenhand-bench-"))
    try:
        compare(chosen.bookings, chosen.peers, folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
