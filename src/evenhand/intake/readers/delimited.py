"""CSV and its kin, of any delimiter and encoding, in batches."""

import csv
import io
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import Limits
from evenhand.intake.readers.batch import BadRow, Batch
from evenhand.intake.readers.encoding import Recoder
from evenhand.intake.readers.header import name_columns
from evenhand.intake.readers.records import Chunk, Quoting, Records

DELIMITERS = (",", "\t", ";", "|")
_RAGGED = "Give the row as many cells as the header, or quote the delimiter inside a cell."


def guess_delimiter(sample: str, quote: str, header: int) -> str:
    """The delimiter with which most of the sample's rows are as wide as its header, the widest of equals."""
    lines = sample.splitlines()[header - 1 : header + 200]
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            rows = [r for r in csv.reader(lines, delimiter=delimiter, quotechar=quote or None) if r]
        except csv.Error:
            continue
        widths = [len(r) for r in rows]
        width = widths[0] if widths else 0
        score = (widths.count(width) / len(widths) if width > 1 else 0.0, width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


class DelimitedReader:
    """Reads a stream of bytes as delimited text. Raises `IntakeError` for an empty file or a bad header."""

    def __init__(
        self,
        file: str,
        pieces: Iterator[bytes],
        *,
        encoding: str | None,
        delimiter: str | None,
        quote: str,
        header: int,
        limits: Limits,
        duck: Duck,
    ) -> None:
        self.file, self._duck, self._quote = file, duck, quote
        self._recoder = Recoder(encoding, file)
        text = self._recoder.recode(pieces)
        first = b""
        while len(first) < 65536 and (piece := next(text, None)) is not None:
            first += piece
        if not first.strip(b"\r\n\t \xef\xbb\xbf"):
            raise IntakeError(f"{file}: the file is empty. Export it again.")
        sample = first[:65536].decode(errors="ignore")
        self._delimiter = delimiter or guess_delimiter(sample, quote, header)

        def rest() -> Iterator[bytes]:
            yield first
            yield from text

        quoting = Quoting(quote.encode(), self._delimiter.encode())
        self._chunks = Records(rest(), quoting, self._recoder.name or "", limits).chunks()
        self._first = self._take_header(header)
        stated = "stated" if delimiter else "guessed"
        self.facts = {
            "encoding": f"{self._recoder.name} ({'stated' if self._recoder.stated else 'guessed'})",
            "delimiter": f"{self._delimiter!r} ({stated})",
        }

    def _take_header(self, header: int) -> Chunk:
        chunk = next(self._chunks, None)
        while chunk is not None and not len(chunk.rows) and not any(b.row == header for b in chunk.bad):
            chunk = next(self._chunks, None)
        if chunk is None or header not in chunk.rows:
            bad = next((b for b in chunk.bad if b.row == header), None) if chunk is not None else None
            why = f"cannot be read: {bad.reason}. {bad.remedy}" if bad else "is not in the file."
            raise IntakeError(f"{self.file}: the header, row {header}, {why}")
        before = int(np.searchsorted(chunk.rows, header))
        start = int(chunk.sizes[:before].sum())
        end = start + int(chunk.sizes[before])
        self.columns = name_columns(self._cells(chunk.text[start:end]), self.file)
        skipped = [b for b in chunk.bad if b.row > header]
        return Chunk(chunk.text[end:], chunk.rows[before + 1 :], chunk.sizes[before + 1 :], skipped)

    def _cells(self, record: bytes) -> list[str]:
        text = record.decode(errors="replace")
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=self._delimiter,
            quotechar=self._quote or None,
            quoting=csv.QUOTE_MINIMAL if self._quote else csv.QUOTE_NONE,
        )
        return [cell.rstrip("\n") for row in reader for cell in row]

    def batches(self, needed: list[str]) -> Iterator[Batch]:
        yield self._batch(self._first)
        for chunk in self._chunks:
            yield self._batch(chunk)

    def _batch(self, chunk: Chunk) -> Batch:
        invalid: list[int] = []

        def on_invalid(row: arrow_csv.InvalidRow) -> str:
            invalid.append(row.number - 1)
            return "skip"

        if not chunk.text:
            return self._gather(pa.table({c: pa.array([], pa.string()) for c in self.columns}), chunk, [])
        table = arrow_csv.read_csv(
            io.BytesIO(chunk.text),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, column_names=self.columns, block_size=len(chunk.text) + 1
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self._delimiter,
                quote_char=self._quote or False,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=on_invalid,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(self.columns, pa.string()),
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        if len(table) + len(invalid) != len(chunk.rows):
            # A quote where none should be made Arrow join rows: each record is read alone.
            return self._gather(table.slice(0, 0), chunk, range(len(chunk.rows)))
        return self._gather(table, chunk, invalid)

    def _gather(self, table: pa.Table, chunk: Chunk, again: "list[int] | range") -> Batch:
        """The batch of `table` and of the records numbered in `again`, which are read one by one."""
        bad, rows = list(chunk.bad), chunk.rows
        if len(again):
            starts = np.concatenate(([0], np.cumsum(chunk.sizes)))
            good: list[list[str]] = []
            good_rows: list[int] = []
            for index in again:
                record = chunk.text[int(starts[index]) : int(starts[index + 1])]
                cells = self._cells(record)
                width = len(self.columns)
                if len(cells) > width and not any(c.strip() for c in cells[width:]):
                    cells = cells[:width]
                if not cells:
                    cells = [""] * width
                if len(cells) == width:
                    good.append(cells)
                    good_rows.append(int(rows[index]))
                    continue
                line = record.decode(errors="replace").rstrip("\n")
                reason = f"the row has {len(cells)} cells, the header {width}"
                bad.append(BadRow(int(rows[index]), line, reason, _RAGGED))
            keep = np.ones(len(rows), dtype=bool)
            keep[list(again)] = False
            rows = np.concatenate((rows[keep], np.array(good_rows, dtype=np.int64)))
            if good:
                columns = [pa.array(c, pa.string()) for c in zip(*good, strict=True)]
                table = pa.concat_tables([table, pa.table(columns, names=self.columns)])
        return Batch(table, rows, hash_rows(table, self._duck), bad)


def hash_rows(table: pa.Table, duck: Duck) -> npt.NDArray[np.uint64]:
    """A 64-bit hash of each row over all its columns."""
    if not len(table) or not table.num_columns:
        return np.zeros(len(table), dtype=np.uint64)
    names = [f"c{i}" for i in range(table.num_columns)]
    answer = duck.ask(f"SELECT hash({', '.join(names)}) AS h FROM t", t=table.rename_columns(names))
    hashes: npt.NDArray[np.uint64] = answer["h"].to_numpy()
    return hashes
