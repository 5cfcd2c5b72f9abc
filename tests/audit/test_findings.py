"""Findings in numbers: sorted on disk, in bounded memory, with a small page."""

import subprocess
import sys
from pathlib import Path

import pytest

MANY = r"""
import re, sys, time, uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
import numpy as np, pyarrow as pa
from evenhand.audit.findings import Spool
from evenhand.audit.figures import figures
from evenhand.audit.run import Audit, Reach, RuleResult, scratch_connection
from evenhand.audit.report import write_report
from evenhand.audit.window import Window
from evenhand.record.store import Record
from evenhand.rules.catalog import CATALOG
from evenhand.rules.array.breaches import BREACHES

number, record, folder = int(sys.argv[1]), Record(Path(sys.argv[2])), Path(sys.argv[3])
rules = tuple(CATALOG.values())
random = np.random.default_rng(7)
def peak():
    return int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1])
before = peak()
spool, batch = Spool(folder), number // 160
for start in range(0, number, batch):
    moments = pa.array(random.integers(1_600_000_000, 1_760_000_000, batch) * 1_000_000, pa.int64())
    when = moments.cast(pa.timestamp("us", tz="UTC"))
    ids = pa.array([f"{n:032x}" for n in range(start, start + batch)])
    spool.add(pa.table({
        "rule": pa.array([rules[start // batch % len(rules)].id] * batch),
        "subject": pa.array([f"B-{n:09}" for n in range(start, start + batch)]),
        "activation": ids, "when": when, "agency": pa.array(["NC0600000"] * batch),
        "facility": pa.array([f"jail-{n}" for n in random.integers(0, 40, batch)]),
        "officer": pa.array(["officer-1"] * batch),
        "evidence": pa.ListArray.from_arrays(pa.array(range(batch + 1), pa.int32()), ids),
        "deadline": when, "missed_by": pa.array(random.integers(0, 10**12, batch), pa.duration("us")),
        "still_open": pa.array([False] * batch), "first_deadline": when,
        "stated_reason": pa.array(["waited for the driver"] * batch),
        "severity": pa.array(["warning"] * batch),
    }).cast(BREACHES))
with scratch_connection(folder) as connection:
    spool.finish(connection, rules, [], folder)
    results = tuple(RuleResult(r, 1, 1, 0, 0, (), Reach.ANSWERED) for r in rules)
    write_report(connection, Audit(record, Window(), results, folder), folder)
print((peak() - before) // 1024)
"""


def spool_many(number: int, tmp_path: Path) -> int:
    """Write so many findings in a process of its own; returns by how many MB its memory grew."""
    from audit.records import of_bookings

    record = of_bookings(tmp_path / "record", ["0h person.booked"])
    (tmp_path / "out").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", MANY, str(number), str(record.folder), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def test_the_page_stays_small_with_many_findings(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    spool_many(40_000, tmp_path)
    assert pq.read_metadata(tmp_path / "out" / "findings.parquet").num_rows == 40_000
    with (tmp_path / "out" / "findings.csv").open(encoding="utf-8") as handle:
        assert sum(1 for _ in handle) == 40_001
    assert (tmp_path / "out" / "report.html").stat().st_size < 1_100_000
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "findings.csv",
        "findings.parquet",
        "report.html",
    ]


@pytest.mark.trial
def test_two_million_findings_take_bounded_memory(tmp_path: Path) -> None:
    assert spool_many(2_000_000, tmp_path) < 800
