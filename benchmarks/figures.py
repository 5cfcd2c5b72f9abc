"""The figures of a year next to a bare scan, pandas and the bare imports; disclosure control by agencies.

    python benchmarks/figures.py RECORD FY2025 [--pandas]

Each runs in a process of its own; the peak memory is that of the process. `--pandas` reads all booking events
into memory, which not every record allows.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.disclosure.protect import protect
from evenhand.figures.cube import Cube, Dimension, Table
from evenhand.figures.output import write
from evenhand.figures.publish import Control
from evenhand.figures.report import write_report
from evenhand.figures.run import figures
from evenhand.figures.source import COUNTED, PROGRAM
from evenhand.figures.year import fiscal_year
from evenhand.record.events import SubjectKind
from evenhand.record.query import scan
from evenhand.record.store import Record
from small_input import small_input

IMPORTS = "click, duckdb, highspy, jinja2, numpy, pyarrow.parquet, pydantic, rich.console, rich.table"
COLUMNS = (
    "type",
    "agency",
    "zone",
    "occurred_at",
    "outcome",
    "conviction_class",
    "basis",
    "cause",
    "destination",
)


def bare_scan(record: Path, _year: str) -> None:
    """Count the values of the columns that the figures read."""
    files = scan(*Record(record).files(SubjectKind.BOOKING, (*COUNTED, *PROGRAM)), by_name=True)
    counts = ", ".join(f"count({name})" for name in COLUMNS)
    duckdb.execute("SET enable_progress_bar = false")
    duckdb.execute(f"SELECT {counts} FROM {files}").fetchall()


def all_figures(record: Path, year: str) -> None:
    """Everything that `evenhand figures` does, the report included."""
    with tempfile.TemporaryDirectory() as folder:
        found = figures(Record(record), fiscal_year(year), Control(11), Path(folder))
        write(found, Path(folder))
        write_report(found, Path(folder))


def in_pandas(record: Path, year: str) -> None:
    """Acts and encounters of the year by agency and kind, from rows in memory; no disclosure control."""

    paths = Record(record).files(SubjectKind.BOOKING, (*COUNTED, *PROGRAM))
    columns = [
        "pos",
        "case",
        "type",
        "agency",
        "zone",
        "occurred_at",
        "basis",
        "cause",
        "destination",
        "conviction_class",
    ]
    tables = [pq.read_table(p, columns=[c for c in columns if c in pq.read_schema(p).names]) for p in paths]
    events = pa.concat_tables(tables, promote_options="default").sort_by("pos").to_pandas()
    span = {zone: fiscal_year(year).bounds(zone) for zone in events["zone"].unique()}
    since = events["zone"].map({zone: bounds[0] for zone, bounds in span.items()})
    until = events["zone"].map({zone: bounds[1] for zone, bounds in span.items()})
    inside = events[(events["occurred_at"] >= since) & (events["occurred_at"] < until)]
    for kind in ("basis", "cause", "destination"):
        inside.groupby(["type", "agency", kind]).size()
    met = inside[inside["type"] == "interview.held"].drop_duplicates("case")
    made = events[events["type"] == "determination.made"].drop_duplicates("case", keep="last")
    joined = met.merge(made[["case", "conviction_class"]], on="case", how="left")
    joined.groupby(["agency", "conviction_class_y"], dropna=False).size()


def control(agencies: int) -> tuple[int, int, int, float]:
    """Cells, small cells, withheld cells and CPU seconds for linked tables of so many agencies."""
    random = Random(agencies)
    counts = {}
    for agency in range(agencies):
        for status, middle in (
            ("conviction", 30),
            ("charge only", 60),
            ("neither", 4),
            ("no determination", 8),
        ):
            for model in ("JEM", "WSO"):
                if number := int(random.expovariate(1 / middle)):
                    counts[((f"S{agency % 50}", f"A{agency}"), (status,), (model,))] = number
    dimensions = tuple(
        Dimension(name, levels)
        for name, levels in (("place", ("state", "agency")), ("offense", ("status",)), ("model", ("model",)))
    )
    tables = (Table("a", "", {"place": 2, "offense": 1}), Table("b", "", {"model": 1, "offense": 1}))
    linked = Cube("c", "", "", "", dimensions, tables, counts).linked()
    started = time.process_time()
    found = protect(linked)
    small = sum(value < 11 for value in linked.values)
    return len(linked.values), small, len(found.withheld), time.process_time() - started


def measured(work: Callable[[Path, str], None], record: Path, year: str) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak gigabytes of the work in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_timed, args=(work, record, year, theirs))
    process.start()
    found: tuple[float, float, float] = ours.recv()
    process.join()
    return found


def _timed(work: Callable[[Path, str], None], record: Path, year: str, pipe: object) -> None:
    started = time.perf_counter()
    work(record, year)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds = time.perf_counter() - started
    pipe.send((seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6))  # type: ignore[attr-defined]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("record", type=Path)
    parser.add_argument("year")
    parser.add_argument("--pandas", action="store_true")
    given = parser.parse_args()
    works = [("bare scan", bare_scan), ("figures, all of it", all_figures)]
    if given.pandas:
        works.append(("pandas, counts only", in_pandas))
    base = 0.0
    print("| what | wall s | CPU s | peak GB | CPU / scan |\n|---|---:|---:|---:|---:|")
    for name, work in works:
        wall, cpu, memory = measured(work, given.record, given.year)
        base = base or cpu
        print(f"| {name} | {wall:.1f} | {cpu:.1f} | {memory:.1f} | {cpu / base:.1f} |", flush=True)
    print("\n| agencies | cells | small | withheld | CPU s |\n|---:|---:|---:|---:|---:|")
    for agencies in (20, 200, 800, 1600):
        cells, small, withheld, seconds = control(agencies)
        print(f"| {agencies:,} | {cells:,} | {small:,} | {withheld:,} | {seconds:.1f} |", flush=True)
    print()
    small_input(IMPORTS, "figures", "--year", "FY2025")


if __name__ == "__main__":
    main()
