"""Comparing an audit's findings with what a simulated record is known to break."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from evenhand.audit.findings import PARQUET
from evenhand.record.query import quoted, scan
from evenhand.record.spreadsheet import as_text_sql
from evenhand.record.store import Record
from evenhand.rules.rule import Rule

FILE = "truth.csv"


@dataclass(frozen=True)
class Comparison:
    """One rule: how many subjects are known to break it, were found, were missed, were found in excess."""

    rule: str
    known: int
    found: int
    missed: int
    extra: int

    @property
    def agrees(self) -> bool:
        return not (self.missed or self.extra)


def compare(
    connection: duckdb.DuckDBPyConnection, record: Record, rules: Sequence[Rule], folder: Path
) -> tuple[Comparison, ...]:
    """Compare by rule and subject, and write each difference to `truth.csv` (rule, subject, what)."""
    connection.register("truth", record.truth())
    connection.execute("CREATE TEMP TABLE chosen (place BIGINT, rule VARCHAR)")
    connection.executemany("INSERT INTO chosen VALUES (?, ?)", list(enumerate(r.id for r in rules)))
    connection.execute(
        "CREATE TEMP TABLE compared AS SELECT rule, subject, t.subject IS NOT NULL AS known, "
        "f.subject IS NOT NULL AS found FROM "
        "(SELECT DISTINCT rule, subject FROM truth WHERE rule IN (SELECT rule FROM chosen)) t "
        f"FULL JOIN (SELECT DISTINCT rule, subject FROM {scan(folder / PARQUET)}) f USING (rule, subject)"
    )
    connection.execute(
        f"COPY (SELECT rule, {as_text_sql('subject')} AS subject, "
        "CASE WHEN known THEN 'missed' ELSE 'extra' END AS what FROM compared "
        "JOIN chosen USING (rule) WHERE known <> found ORDER BY place, subject) "
        f"TO {quoted(folder / FILE)} (FORMAT csv, HEADER)"
    )
    rows = connection.execute(
        "SELECT rule, count(*) FILTER (known), count(*) FILTER (found), count(*) FILTER (NOT found), "
        "count(*) FILTER (NOT known) FROM chosen LEFT JOIN compared USING (rule) "
        "GROUP BY place, rule ORDER BY place"
    ).fetchall()
    return tuple(Comparison(*row) for row in rows)


def has_truth(record: Record) -> bool:
    """Whether the record says what it is known to break; a simulation without faults breaks nothing."""
    return record.manifest.kind == "simulation" or record.has_truth
