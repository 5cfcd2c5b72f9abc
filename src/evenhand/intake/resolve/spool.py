"""Candidates on disk, and their sorting by subject in bounded memory."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.intake.duck import Duck, quoted
from evenhand.intake.refusal import IntakeError

ROWS = 131_072
SUBJECT_EVENTS = 200_000
"""The most candidates of one subject: more means that the key's column is not a key."""


class Spool:
    """Takes candidates of one kind in any order and gives them back sorted by subject, then by origin."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema) -> None:
        self._folder, self._name, self.schema = folder, name, schema
        self.events = 0
        self._writer = pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="lz4")

    def add(self, table: pa.Table) -> None:
        self.events += len(table)
        self._writer.write_table(table)

    def close(self) -> None:
        self._writer.close()

    def sorted_chunks(self, duck: Duck) -> Iterator[pa.Table]:
        """Chunks of whole subjects. Raises `IntakeError` when one subject has too many events."""
        self.close()
        source, done = self._folder / f"{self._name}.parquet", self._folder / f"{self._name}.sorted.parquet"
        duck.run(
            f"COPY (SELECT * FROM read_parquet({quoted(str(source))}) ORDER BY subject, _source, _row, _part, _block) "
            f"TO {quoted(str(done))} (FORMAT parquet, COMPRESSION lz4_raw)"
        )
        source.unlink()
        held: pa.Table | None = None
        with pq.ParquetFile(done) as file:
            for batch in file.iter_batches(batch_size=ROWS):
                table = pa.Table.from_batches([batch]).cast(self.schema)
                table = table if held is None else pa.concat_tables([held, table])
                subjects = table["subject"].combine_chunks()
                last = subjects[-1]
                cut = int(np.argmax(pc.equal(subjects, last).to_numpy(zero_copy_only=False)))
                if len(table) - cut > SUBJECT_EVENTS:
                    raise IntakeError(
                        f"subject = {last.as_py()!r} has more than {SUBJECT_EVENTS:,} events: the mapping's "
                        "subject names no key of one booking. Correct `subject`."
                    )
                if cut:
                    yield table.slice(0, cut).combine_chunks()
                held = table.slice(cut)
        if held is not None and len(held):
            yield held.combine_chunks()
        done.unlink()
