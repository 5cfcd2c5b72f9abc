"""The findings of an audit as Parquet and CSV: one row for each act that broke a rule.

Rows are spooled as the engine yields them, then sorted on disk, so that memory does not grow with their
number.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.record.query import quoted, scan
from evenhand.record.spreadsheet import as_text_sql
from evenhand.rules.array.breaches import BREACHES
from evenhand.rules.rule import Rule
from evenhand.rules.wording import citation_text

PARQUET, CSV = "findings.parquet", "findings.csv"

FINDING_SQL = "left(sha256(concat_ws(chr(31), rule, subject, activation)), 12)"
"""A finding's id: the same for the same rule, subject and act, in every audit of the record."""

COLUMNS: dict[str, str] = {
    "finding": "id of the finding, for `evenhand audit why`",
    "rule": "id of the rule",
    "severity": "violation, warning or notice, of the part of the rule that was broken",
    "citation": "the rule's sources, separated by semicolons",
    "subject_kind": "whose history it is: booking, officer, agreement, complaint, review, facility or system",
    "subject": "id of that booking, officer, agreement ...",
    "agency": "ORI of the agency",
    "facility": "id of the facility of the act",
    "when": "moment of the act that broke the rule (UTC)",
    "deadline": "moment by which the rule asked for something (UTC); empty if the rule has no deadline",
    "first_deadline": "the deadline as it was set at first, where it was moved since (UTC); else empty",
    "missed_by_s": "seconds from the deadline to the moment when it was done, or to the end of the record; "
    "empty if there is no deadline or another part of the rule was broken",
    "still_open": "whether it was never done while the record ran",
    "stated_reason": "the reason that the record states for the delay, if it is asked for and states one",
    "officer": "id of who acted",
    "evidence": "ids of the events that show it, the act first (in CSV separated by spaces)",
    "source_file": "file from which the act was taken in, if known",
    "source_row": "row of that file, the header counted as row 1",
}
"""The columns of both files, in order."""

_TEXT = ("subject", "agency", "facility", "officer", "evidence", "source_file", "stated_reason")


class Spool:
    """Takes breaches as they come, in `BREACHES`; `finish` writes them sorted."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ".breaches.parquet"
        self._writer = pq.ParquetWriter(self._path, _SPOOLED, compression="lz4")

    def add(self, breaches: pa.Table) -> None:
        if not len(breaches):
            return
        late = pc.divide(pc.cast(breaches["missed_by"], pa.int64()), pa.scalar(1e6))
        # A rule with a deadline may be broken in another part while the deadline was kept.
        late = pc.if_else(pc.greater(late, 0.0), late, pa.scalar(None, pa.float64()))
        place = breaches.schema.get_field_index("missed_by")
        self._writer.write_table(breaches.set_column(place, "missed_by_s", late).cast(_SPOOLED))

    def close(self) -> None:
        self._writer.close()

    def finish(
        self,
        connection: duckdb.DuckDBPyConnection,
        rules: Sequence[Rule],
        files: Sequence[Path],
        folder: Path,
    ) -> None:
        """Write `findings.parquet` and `findings.csv` into the folder, by rule, then by moment.

        `files` are the record's events, in which the acts' source files and rows are looked up.
        """
        self.close()
        connection.register("chosen", _rule_table(rules))
        connection.execute(f"CREATE VIEW breaches AS SELECT * FROM {scan(self._path)}")
        _find_sources(connection, files)
        columns = ", ".join(f"{FINDING_SQL} AS finding" if c == "finding" else f'"{c}"' for c in COLUMNS)
        connection.execute(
            f"COPY (SELECT {columns} FROM breaches JOIN chosen USING (rule) LEFT JOIN sources "
            f'ON sources.id = breaches.activation ORDER BY place, "when", subject, activation) '
            f"TO {quoted(folder / PARQUET)} (FORMAT parquet, COMPRESSION zstd)"
        )
        connection.execute("DROP VIEW breaches")
        connection.execute("DROP TABLE sources")
        connection.unregister("chosen")
        self._path.unlink()
        _write_csv(connection, folder)


def _find_sources(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """Create the table `sources` with the source file and row of each act that broke a rule."""
    connection.execute("CREATE TEMP TABLE sources (id VARCHAR, source_file VARCHAR, source_row BIGINT)")
    for file in files:
        connection.execute(
            f"INSERT INTO sources SELECT id::VARCHAR, source_file, source_row FROM {scan(file)} "
            "WHERE source_file IS NOT NULL AND id IN (SELECT activation::UUID FROM breaches)"
        )


_SPOOLED = pa.schema(
    [pa.field("missed_by_s", pa.float64()) if f.name == "missed_by" else f for f in BREACHES]
)


def _rule_table(rules: Sequence[Rule]) -> pa.Table:
    return pa.table(
        {
            "rule": [r.id for r in rules],
            "place": list(range(len(rules))),
            "citation": [cited(r) for r in rules],
            "subject_kind": [str(r.subject) for r in rules],
        }
    )


def by_severity(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, tuple[int, int]]:
    """For each severity that was found, the number of rules with such findings, and of the findings."""
    rows = connection.execute(
        f"SELECT severity, count(DISTINCT rule), count(*) FROM {scan(folder / PARQUET)} GROUP BY severity"
    ).fetchall()
    return {severity: (rules, found) for severity, rules, found in rows}


def cited(rule: Rule) -> str:
    """All sources of a rule on one line."""
    return "; ".join(citation_text(c).replace(";", ",") for c in rule.citations)


def _write_csv(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    cells = ", ".join(f'{_csv_cell(name)} AS "{name}"' for name in COLUMNS)
    connection.execute(
        f"COPY (SELECT {cells} FROM {scan(folder / PARQUET)}) TO {quoted(folder / CSV)} (FORMAT csv, HEADER)"
    )


def _csv_cell(name: str) -> str:
    if name in ("when", "deadline", "first_deadline"):
        return f"replace(strftime(\"{name}\" AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ'), '.000000Z', 'Z')"
    if name not in _TEXT:
        return f'"{name}"'
    return as_text_sql("array_to_string(evidence, ' ')" if name == "evidence" else f'"{name}"')
