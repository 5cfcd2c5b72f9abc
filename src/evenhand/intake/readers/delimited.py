"""CSV and its kin, of any delimiter and encoding, in batches."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import Limits
from evenhand.intake.readers.batch import BadRow, Batch
from evenhand.intake.readers.encoding import Recoder
from evenhand.intake.readers.header import HEADER_ROWS, find_header, name_columns
from evenhand.intake.readers.records import Chunk, Quoting, Records, normal_lines

DELIMITERS = (",", "\t", ";", "|")
_RAGGED = "Give the row as many cells as the header, or quote the delimiter inside a cell."


_SEP_LINE = re.compile(rb'\A"?sep=(.)"?[ \t]*\n', re.IGNORECASE)
_LONGEST_HEADER = 1 << 16
_END_MARKS = b"\0\x1a"
"""Bytes that stand after the last row of some files: NUL (a block not filled) and the DOS mark of the end."""


def guess_delimiter(sample: str, quote: str, header: int | None) -> str:
    """The delimiter with which most of the sample's rows are of one width, the widest of equals.

    That is the header's width, if its row is known.
    """
    lines = sample.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > 1:
        # The last one is perhaps cut.
        del lines[-1]
    lines = lines[header - 1 : header + 200] if header else lines[:200]
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            rows = [r for r in csv.reader(lines, delimiter=delimiter, quotechar=quote or None) if r]
        except csv.Error:
            continue
        widths = [len(r) for r in rows]
        wide = [w for w in widths if w > 1] or [0]
        width = widths[0] if header and widths else max(wide, key=lambda w: (wide.count(w), w))
        score = (widths.count(width) / len(widths) if width > 1 else 0.0, width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


class _Tail:
    """Holds back end marks, and drops them where nothing follows. `dropped`: how many bytes."""

    def __init__(self) -> None:
        self.dropped = 0

    def cut(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        held: list[bytes] = []
        for piece in pieces:
            body = piece.rstrip(_END_MARKS + b"\r\n")
            if not body:
                held.append(piece)
                continue
            yield b"".join([*held, body])
            held = [piece[len(body) :]]
        tail = b"".join(held)
        rest = tail.translate(None, _END_MARKS)
        self.dropped = len(tail) - len(rest)
        yield rest


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
        header: int | None,
        wanted: Sequence[str],
        columns: list[str] | None,
        limits: Limits,
        duck: Duck,
    ) -> None:
        self.file, self._duck, self._quote = file, duck, quote
        self.header: list[str] | None = None
        self.grows = False
        self.unread: dict[str, int] = {}
        self._recoder = Recoder(encoding, file)
        self._tail = _Tail()
        text = normal_lines(self._tail.cut(self._recoder.recode(pieces)))
        first = b""
        while len(first) < 65536 and (piece := next(text, None)) is not None:
            first += piece
        if not first.strip(b"\n\t "):
            raise IntakeError(f"{file}: the file is empty. Export it again.")
        separator = _SEP_LINE.match(first)
        stated = "stated"
        if delimiter is None and separator is not None:
            delimiter, stated = separator[1].decode(errors="replace"), "stated in row 1"
        elif delimiter is None:
            sample = first[:65536].decode(errors="ignore")
            delimiter, stated = guess_delimiter(sample, quote, header), "guessed"
        self._delimiter = delimiter

        def rest() -> Iterator[bytes]:
            yield first
            yield from text

        quoting = Quoting(quote.encode(), self._delimiter.encode())
        self._chunks = Records(rest(), quoting, self._recoder.name or "", limits).chunks()
        self.facts = {
            "encoding": f"{self._recoder.name} ({'stated' if self._recoder.stated else 'guessed'})",
            "delimiter": f"{self._delimiter!r} ({stated})",
        }
        if columns is not None:
            self.columns = columns
            return
        if header is None:
            header = self._find_header(wanted, after=1 if separator else 0)
            self.facts["header"] = f"row {header} (found)"
        self._take_header(header)

    def _find_header(self, wanted: Sequence[str], after: int) -> int:
        """The row that looks most like the header; the chunks read for it are kept."""
        chunk = next((c for c in self._chunks if len(c.rows)), None)
        if chunk is None:
            raise IntakeError(f"{self.file}: no row of it can be read. State [file] encoding in the mapping.")
        self._chunks = chain([chunk], self._chunks)
        ends = np.cumsum(chunk.sizes[:HEADER_ROWS])
        starts = ends - chunk.sizes[:HEADER_ROWS]
        pairs = zip(starts.tolist(), ends.tolist(), strict=True)
        rows = [
            self._cells(chunk.text[start:end]) if end - start < _LONGEST_HEADER else []
            for start, end in pairs
        ]
        skip = int(np.searchsorted(chunk.rows, after, side="right"))
        return int(chunk.rows[skip + find_header(rows[skip:], wanted)]) if rows[skip:] else 1

    def _take_header(self, header: int) -> None:
        """Name the columns by the header, and go on below it."""
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
        self.header = self._cells(chunk.text[start:end])
        self.columns = name_columns(self.header, self.file)
        skipped = [b for b in chunk.bad if b.row > header]
        below = Chunk(chunk.text[end:], chunk.rows[before + 1 :], chunk.sizes[before + 1 :], skipped)
        self._chunks = chain([below], self._chunks)

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
        for chunk in self._chunks:
            yield self._batch(chunk)
        if self._tail.dropped:
            self.facts["after the last row"] = f"{self._tail.dropped:,} bytes of NUL or Ctrl-Z, left out"

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
                bad.append(BadRow(int(rows[index]), line, reason, _RAGGED, tuple(cells)))
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
