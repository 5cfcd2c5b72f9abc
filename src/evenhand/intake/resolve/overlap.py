"""Counting overlapping stays of one person at one facility."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.intake.duck import Duck
from evenhand.intake.resolve.resolver import STAYS
from evenhand.record.query import quoted


class Stays:
    """Takes stays and tells how many begin while an earlier one of the same person and place lasts."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "stays.parquet"
        self._writer = pq.ParquetWriter(self._path, STAYS, compression="lz4")

    def add(self, stays: pa.Table) -> None:
        if len(stays):
            self._writer.write_table(stays)

    def overlapping(self, duck: Duck) -> int:
        self._writer.close()
        answer = duck.ask(
            "SELECT count(*) AS n FROM (SELECT since < max(until) OVER (PARTITION BY person, facility "
            "ORDER BY since, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS again "
            f"FROM read_parquet({quoted(str(self._path))})) WHERE again"
        )
        self._path.unlink()
        return int(answer["n"][0].as_py())
