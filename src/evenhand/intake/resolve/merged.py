"""The rows that are merged with another row, found on disk when every history is resolved."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.intake.build.view import Ints
from evenhand.intake.duck import Duck
from evenhand.record.query import quoted

DUPLICATE, REPEATED, CONTINUED, QUARANTINED = "exact duplicate", "repeated event", "same stay", "quarantined"

_REMOVED = pa.schema(
    [
        ("source", pa.int16()),
        ("row", pa.int64()),
        ("block", pa.int16()),
        ("events", pa.int32()),
        ("why", pa.string()),
        ("kept_source", pa.int16()),
        ("kept_row", pa.int64()),
    ]
)

_GONE = """
CREATE OR REPLACE TEMP TABLE gone AS
SELECT source, row, bool_or(why = '{quarantined}') AS refused, arg_min(why, block) AS why,
       arg_min(kept_source, block) AS kept_source, arg_min(kept_row, block) AS kept_row
FROM read_parquet({path}) GROUP BY source, row HAVING count(*) = any_value(events)
"""

_MERGED = """
COPY (
    SELECT f.name AS file, g.row, k.name AS kept_file, coalesce(n.kept_row, g.kept_row) AS kept_row, g.why
    FROM gone g
    LEFT JOIN gone n ON n.source = g.kept_source AND n.row = g.kept_row AND NOT n.refused
    JOIN files f ON f.number = g.source
    JOIN files k ON k.number = coalesce(n.kept_source, g.kept_source)
    WHERE NOT g.refused ORDER BY g.source, g.row
) TO {path} (FORMAT parquet, COMPRESSION zstd)
"""


class Removed:
    """Takes the candidates that do not become events, each with the row that states it instead.

    A row whose candidates are all removed has ended: quarantined if one of them was, otherwise merged.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "removed.parquet"
        self._writer = pq.ParquetWriter(self._path, _REMOVED, compression="lz4")

    def add(self, table: pa.Table, removed: Ints, why: str, kept: Ints | None = None) -> None:
        """Take the candidates at the places `removed`; those at `kept` stay in their stead."""
        if not len(removed):
            return
        index = pa.array(removed)
        chosen = table.select(["_source", "_row", "_block", "_events"]).take(index)
        nothing = pa.nulls(len(removed), pa.int64())
        stays = None if kept is None else table.select(["_source", "_row"]).take(pa.array(kept))
        self._writer.write_table(
            pa.table(
                [
                    *chosen.columns,
                    pa.repeat(pa.scalar(why), len(removed)),
                    nothing.cast(pa.int16()) if stays is None else stays["_source"],
                    nothing if stays is None else stays["_row"],
                ],
                schema=_REMOVED,
            )
        )

    def settle(self, duck: Duck, files: list[str], out: Path) -> tuple[list[int], list[int]]:
        """Write the merged rows to `out`, and count the merged and the quarantined rows of each file."""
        self._writer.close()
        duck.run(_GONE.format(quarantined=QUARANTINED, path=quoted(str(self._path))))
        names = pa.table({"number": pa.array(np.arange(len(files)), pa.int16()), "name": files})
        duck.run(_MERGED.format(path=quoted(str(out))), files=names)
        counts = duck.ask(
            "SELECT source, count(*) FILTER (NOT refused) AS merged, count(*) FILTER (refused) AS refused "
            "FROM gone GROUP BY source"
        ).to_pylist()
        duck.run("DROP TABLE gone")
        self._path.unlink()
        by_source = {c["source"]: c for c in counts}
        return (
            [by_source[n]["merged"] if n in by_source else 0 for n in range(len(files))],
            [by_source[n]["refused"] if n in by_source else 0 for n in range(len(files))],
        )

    def close(self) -> None:
        self._writer.close()
