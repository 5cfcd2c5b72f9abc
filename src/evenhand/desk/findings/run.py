"""Auditing the desk's own record by the whole catalog."""

import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from django.db import transaction

from evenhand.audit.run import audit
from evenhand.desk.findings.models import Finding
from evenhand.desk.record.catalog import CATALOG
from evenhand.desk.record.export import Personal, export, own_name
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.store import Record

_KEPT = (
    "rule",
    "severity",
    "subject_kind",
    "subject",
    "agency",
    "facility",
    "officer",
    "when",
    "deadline",
    "missed_by_s",
    "still_open",
    "evidence",
)


def run() -> dict[str, int]:
    """Export the ledger without personal parts, audit it, keep the findings; how many each rule has."""
    with within(EVERYTHING), tempfile.TemporaryDirectory() as scratch:
        size = ledger().store.size()
        folder = Path(scratch)
        export(folder / "record", personal=Personal.NONE)
        (folder / "audit").mkdir()
        audit(Record(folder / "record"), list(CATALOG.values()), folder / "audit")
        rows = pq.read_table(folder / "audit" / "findings.parquet", columns=list(_KEPT)).to_pylist()
        with transaction.atomic():
            Finding.objects.all().delete()
            Finding.objects.bulk_create([_finding(row, size) for row in rows], batch_size=2000)
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["rule"]] = counts.get(row["rule"], 0) + 1
    return counts


def _finding(row: dict[str, object], seq: int) -> Finding:
    values = dict(row)
    for name in ("facility", "officer"):
        values[name] = values[name] or ""
    for name in ("subject", "officer"):
        values[name] = own_name(str(values["agency"]), str(values[name]))
    values["evidence"] = [str(event) for event in values["evidence"] or ()]  # type: ignore[attr-defined]
    return Finding(seq=seq, **values)
