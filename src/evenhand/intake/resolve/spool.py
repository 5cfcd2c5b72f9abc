"""Candidates on disk, and their sorting by subject in bounded memory."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.resolve.table import with_keys
from evenhand.record.query import quoted

ROWS = 131_072
SUBJECT_EVENTS = 200_000
"""The most candidates of one subject: more means that the key's column is not a key."""


class Spool:
    """Takes candidates of one kind in any order and gives them back sorted by subject, then by origin."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema) -> None:
        self._folder, self._name, self.schema = folder, name, schema
        self.events = 0
        self._sorted = True
        self._last: str | None = None
        self._writer = pa.ipc.new_stream(
            folder / f"{name}.arrows", schema, options=pa.ipc.IpcWriteOptions(compression="lz4")
        )

    def add(self, table: pa.Table) -> None:
        self.events += len(table)
        if self._sorted and len(table):
            self._sorted = self._goes_on(table["subject"].combine_chunks())
        self._writer.write_table(table, max_chunksize=ROWS)

    def _goes_on(self, subjects: pa.Array) -> bool:
        """Whether the subjects are in order, and come after those of before."""
        first, last, before = subjects[0].as_py(), subjects[-1].as_py(), self._last
        self._last = last
        if before is not None and before.encode() > first.encode():
            return False
        return pc.all(pc.less_equal(subjects[:-1], subjects[1:])).as_py() is not False

    def close(self) -> None:
        self._writer.close()

    def sorted_chunks(self, duck: Duck) -> Iterator[pa.Table]:
        """Chunks of whole subjects. Raises `IntakeError` when one subject has too many events."""
        self.close()
        source = self._folder / f"{self._name}.arrows"
        if self._sorted:
            with pa.memory_map(str(source)) as file, pa.ipc.open_stream(file) as batches:
                yield from self._whole_subjects(batches)
        else:
            done = self._folder / f"{self._name}.parquet"
            self._sort(source, done, duck)
            texts = [field.name for field in self.schema if pa.types.is_dictionary(field.type)]
            with pq.ParquetFile(done, read_dictionary=texts) as rows:
                yield from self._whole_subjects(rows.iter_batches(batch_size=ROWS))
            done.unlink()

    def _sort(self, source: Path, done: Path, duck: Duck) -> None:
        with pa.memory_map(str(source)) as file, pa.ipc.open_stream(file) as batches:
            duck.run(
                "COPY (SELECT * FROM candidates ORDER BY subject, _source, _row, _part, _block) "
                f"TO {quoted(str(done))} (FORMAT parquet, COMPRESSION lz4_raw)",
                candidates=batches,
            )
        source.unlink()

    def _whole_subjects(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
        held: pa.Table | None = None
        for batch in batches:
            table = pa.Table.from_batches([batch])
            if table.schema != self.schema:
                table = table.cast(self.schema)
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
                yield _chunk(table.slice(0, cut))
            held = table.slice(cut)
        if held is not None and len(held):
            yield _chunk(held)


def _chunk(table: pa.Table) -> pa.Table:
    return with_keys(table.unify_dictionaries().combine_chunks())
