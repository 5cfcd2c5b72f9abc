"""Cutting a stream of UTF-8 text into whole records, with the rows that cannot be read set aside."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evenhand.intake.limits import Limits
from evenhand.intake.readers.batch import BadRow
from evenhand.intake.readers.encoding import MARK_BYTES

Ints = npt.NDArray[np.int64]
_LINE = 0x0A


@dataclass
class Chunk:
    """Whole records, one after another, each with its line feed.

    `rows` and `sizes` are the numbers and bytes of the records in `text`; those of `bad` are not in it.
    """

    text: bytes
    rows: Ints
    sizes: Ints
    bad: list[BadRow]


@dataclass(frozen=True)
class Quoting:
    """How a delimited file quotes. `None` for formats in which every line is a record."""

    quote: bytes
    delimiter: bytes


def normal_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces with every line end (CR LF, CR, LF) as LF."""
    held = b""
    for piece in pieces:
        piece = held + piece
        held = b""
        if piece.endswith(b"\r"):
            piece, held = piece[:-1], b"\r"
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield piece
    if held:
        yield b"\n"


class Records:
    """Cuts pieces of UTF-8 text with LF line ends into chunks of about `limits.batch_bytes`."""

    def __init__(self, pieces: Iterable[bytes], quoting: Quoting | None, encoding: str, limits: Limits):
        self._pieces = pieces
        self._quoting = quoting
        self._encoding = encoding
        self._limits = limits
        self._row = 1

    def chunks(self) -> Iterator[Chunk]:
        buffer = b""
        overlong: bytes | None = None
        for piece in self._pieces:
            if overlong is not None:
                end = piece.find(b"\n")
                if end < 0:
                    continue
                yield self._too_long(overlong)
                overlong, piece = None, piece[end + 1 :]
            buffer = buffer + piece if buffer else piece
            if len(buffer) < self._limits.batch_bytes:
                continue
            end = buffer.rfind(b"\n") + 1
            if end == 0:
                if len(buffer) > self._limits.record_bytes:
                    overlong, buffer = buffer[:1000], b""
                continue
            used, chunk = self._cut(buffer[:end], last=False)
            buffer = buffer[used:]
            if chunk is not None:
                yield chunk
        if overlong is not None:
            yield self._too_long(overlong)
        while buffer:
            if not buffer.endswith(b"\n"):
                buffer += b"\n"
            used, chunk = self._cut(buffer, last=True)
            buffer = buffer[used:]
            if chunk is not None:
                yield chunk

    def _too_long(self, start: bytes) -> Chunk:
        bad = self._overlong(self._row, start)
        self._row += 1
        return Chunk(b"", np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), [bad])

    def _overlong(self, row: int, start: bytes) -> BadRow:
        return BadRow(
            row,
            start[:1000].decode(errors="replace"),
            f"the row is longer than {self._limits.record_bytes:,} bytes",
            "Look for a missing line end or an unclosed quote; or raise --max-row-bytes.",
        )

    def _cut(self, text: bytes, *, last: bool) -> tuple[int, Chunk | None]:
        """Whole records from the start of `text`, and how many of its bytes they took."""
        data = np.frombuffer(text, dtype=np.uint8)
        ends = np.flatnonzero(data == _LINE)
        starts = np.concatenate(([0], ends[:-1] + 1))
        bad_starts: dict[int, str] = {}
        if self._quoting is not None and self._quoting.quote and self._quoting.quote in text:
            starts, ends, bad_starts = self._join_quoted(text, data, starts, ends, last=last)
        if not len(starts):
            return 0, None
        used = int(ends[-1]) + 1
        rows = self._row + np.arange(len(starts), dtype=np.int64)
        self._row += len(starts)
        return used, self._set_aside(text[:used], starts, ends, rows, bad_starts)

    def _join_quoted(
        self, text: bytes, data: npt.NDArray[np.uint8], starts: Ints, ends: Ints, *, last: bool
    ) -> tuple[Ints, Ints, dict[int, str]]:
        """Lines joined to records where a quoted field runs over a line end.

        A line with an even number of quotes stands alone. From a line with an odd number the field is
        followed to its closing quote; when that does not come within the longest row, the line is refused
        and the next one starts a record.
        """
        assert self._quoting is not None
        quotes = np.cumsum(data == self._quoting.quote[0], dtype=np.int32)
        odd = np.flatnonzero(np.diff(quotes[ends], prepend=0) % 2)
        if not len(odd):
            return starts, ends, {}
        keep = np.ones(len(starts), dtype=bool)
        new_ends, bad, done = ends.copy(), {}, -1
        for line in odd.tolist():
            if line <= done:
                continue
            start = int(starts[line])
            if not _open_at_end(text[start : int(ends[line])], self._quoting):
                continue
            close = self._closing_line(text, starts, ends, line, odd)
            if close is not None:
                keep[line + 1 : close + 1] = False
                new_ends[line] = ends[close]
                done = close
            elif last or len(text) - start > self._limits.record_bytes:
                bad[start] = "a quote is opened and never closed"
            else:
                cut = line
                return starts[:cut][keep[:cut]], new_ends[:cut][keep[:cut]], bad
        return starts[keep], new_ends[keep], bad

    def _closing_line(self, text: bytes, starts: Ints, ends: Ints, line: int, odd: Ints) -> int | None:
        """The line on which the record that opens a quote on `line` is complete."""
        assert self._quoting is not None
        start = int(starts[line])
        for close in odd[np.searchsorted(odd, line + 1) :].tolist():
            end = int(ends[close])
            if end - start > self._limits.record_bytes:
                return None
            if not _open_at_end(text[start:end], self._quoting):
                return int(close)
        return None

    def _set_aside(
        self,
        text: bytes,
        starts: Ints,
        ends: Ints,
        rows: Ints,
        bad_starts: dict[int, str],
    ) -> Chunk:
        """The chunk without the records that are too long, badly quoted, or not text."""
        refused: dict[int, BadRow] = {}
        for index in np.flatnonzero(ends - starts > self._limits.record_bytes).tolist():
            refused[index] = self._overlong(int(rows[index]), text[starts[index] : starts[index] + 1000])
        for start, reason in bad_starts.items():
            index = int(np.searchsorted(starts, start))
            refused[index] = BadRow(
                int(rows[index]),
                text[start : int(ends[index])].decode(errors="replace"),
                reason,
                "Close the quote, or double a quote that belongs to the text.",
            )
        for mark, reason, remedy in (
            (b"\0", "the row has NUL bytes", "Export the file again as text."),
            (
                MARK_BYTES,
                f"bytes that are no {self._encoding} text",
                "State the file's encoding in the mapping: [file] encoding.",
            ),
        ):
            at = text.find(mark)
            while at >= 0:
                index = int(np.searchsorted(starts, at, side="right")) - 1
                line = text[starts[index] : ends[index]].replace(MARK_BYTES, "�".encode())
                refused.setdefault(
                    index, BadRow(int(rows[index]), line.decode(errors="replace"), reason, remedy)
                )
                at = text.find(mark, int(ends[index]))
        sizes = ends - starts + 1
        if not refused:
            return Chunk(text, rows, sizes, [])
        keep = np.ones(len(starts), dtype=bool)
        keep[list(refused)] = False
        pieces, at = [], 0
        for index in sorted(refused):
            pieces.append(text[at : starts[index]])
            at = int(ends[index]) + 1
        pieces.append(text[at:])
        return Chunk(b"".join(pieces), rows[keep], sizes[keep], [refused[i] for i in sorted(refused)])


def _open_at_end(record: bytes, quoting: Quoting) -> bool:
    """Whether a record ends inside a quoted field; a quote opens one only where a field begins."""
    quote, delimiter = quoting.quote, quoting.delimiter
    at, size = 0, len(record)
    while at <= size:
        if record[at : at + 1] == quote:
            at += 1
            while True:
                close = record.find(quote, at)
                if close < 0:
                    return True
                if record[close + 1 : close + 2] != quote:
                    at = close + 1
                    break
                at = close + 2
        following = record.find(delimiter, at)
        if following < 0:
            return False
        at = following + len(delimiter)
    return False
