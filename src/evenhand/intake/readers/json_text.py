"""JSON: one object a line, or an array of objects; nested values are named by dotted paths."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import ijson
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.json_paths import Path, paths_of, pointer
from evenhand.intake.limits import MIB, Limits
from evenhand.intake.readers.batch import BadRow, Batch
from evenhand.intake.readers.encoding import Recoder
from evenhand.intake.readers.records import Chunk, Records, normal_lines
from evenhand.record.query import quoted

SAMPLE_ROWS = 2000
_LOOKED_AT = 100
"""Rows of each later batch that are looked at for names which the first rows do not have."""
_TOP = ""
"""The path of an array that is the whole file."""


@dataclass(frozen=True)
class Source:
    """A file's bytes, decompressed: `read` opens them anew, `counted` once, as the rows are read."""

    file: str
    read: Callable[[], Iterator[bytes]]
    counted: Callable[[], Iterator[bytes]]
    lines_by_name: bool


class JsonReader:
    """Reads the rows of a JSON file.

    `columns` are the paths seen in the first rows; mapped ones that come later are added.
    """

    def __init__(
        self,
        source: Source,
        *,
        encoding: str | None,
        records: str | None,
        wanted: Sequence[str],
        limits: Limits,
        duck: Duck,
    ) -> None:
        self.file, self._duck = source.file, duck
        self.header: list[str] | None = None
        self.grows = True
        self.unread: dict[str, int] = {}
        recoder = Recoder(encoding, self.file)
        self.facts: dict[str, str] = {}
        at = records if records is not None else _find_table(source, encoding, wanted)
        text = recoder.recode(source.counted())
        if at is not None:
            said = "the whole file" if at == _TOP else repr(at)
            self.facts["records"] = f"{said} ({'found' if records is None else 'stated'})"
            text = _items_as_lines(self.file, text, at)
        else:
            text = normal_lines(text)
        chunks = Records(text, None, encoding or "utf-8", limits).chunks()
        first = next(chunks, None)
        if first is None:
            hint = " State the array's path in the mapping: [file] records." if at else ""
            nothing = f"has no array of objects at {at!r}.{hint}" if at else "has no rows. Export it again."
            raise IntakeError(f"{self.file}: the file {nothing}")
        self._paths = self._look(first)
        self._chunks = chain([first], chunks)
        self.columns = list(self._paths)
        self.facts["encoding"] = recoder.name or "utf-8"

    def _look(self, chunk: Chunk) -> dict[str, Path]:
        paths: dict[str, Path] = {}
        for line in chunk.text.split(b"\n", SAMPLE_ROWS)[:SAMPLE_ROWS]:
            value = _parsed(line)
            if isinstance(value, dict):
                paths.update(paths_of(value))
        if not paths:
            raise IntakeError(
                f"{self.file}: no line of it is a JSON object. Export it as JSON with one object a row."
            )
        return paths

    def batches(self, needed: list[str]) -> Iterator[Batch]:
        paths = {name: self._paths.get(name, tuple(name.split("."))) for name in needed}
        for chunk in self._chunks:
            yield self._batch(chunk, paths)

    def _batch(self, chunk: Chunk, paths: dict[str, Path]) -> Batch:
        lines = pa.array(chunk.text.decode().split("\n")[:-1] if chunk.text else [], pa.string())
        rows, bad = chunk.rows, list(chunk.bad)
        table = pa.table({"line": lines})
        kind = self._duck.ask(
            "SELECT CASE WHEN trim(line) = '' THEN 'BLANK' WHEN json_valid(line) THEN json_type(line) "
            "ELSE 'BROKEN' END AS kind FROM t",
            t=table,
        )["kind"]
        usable = pc.equal(kind, "OBJECT").to_numpy()
        blank = pc.equal(kind, "BLANK").to_numpy()
        for index in np.flatnonzero(~usable & ~blank).tolist():
            broken = kind[index].as_py() == "BROKEN"
            reason = "the line is no valid JSON" if broken else "the line is no JSON object"
            bad.append(BadRow(int(rows[index]), lines[index].as_py(), reason, "Give one JSON object a line."))
        keep = usable | blank
        kept = table.filter(pa.array(keep))
        self._note_late(kept, paths)
        self._note_more(kept["line"])
        picks = "".join(
            f", CASE WHEN trim(line) <> '' THEN json_extract_string(line, {at}) END AS c{i}"
            for i, at in enumerate(quoted(pointer(path)) for path in paths.values())
        )
        answer = self._duck.ask(f"SELECT hash(line) AS h{picks} FROM t", t=kept)
        same = answer["h"].to_numpy()
        return Batch(answer.drop(["h"]).rename_columns(list(paths)), rows[keep], same, bad)

    def _note_late(self, kept: pa.Table, paths: dict[str, Path]) -> None:
        """Add the mapped names that these rows have and no earlier one had."""
        late = [name for name in paths if name not in self.columns]
        if not late:
            return
        seen = ", ".join(
            f"count(CASE WHEN trim(line) <> '' THEN json_type(line, {at}) END) AS c{i}"
            for i, at in enumerate(quoted(pointer(paths[name])) for name in late)
        )
        counts = self._duck.ask(f"SELECT {seen} FROM t", t=kept).to_pylist()[0]
        self.columns += [name for i, name in enumerate(late) if counts[f"c{i}"]]

    def _note_more(self, lines: pa.ChunkedArray) -> None:
        """Add the names in some of these rows, so that the report can list them."""
        for index in np.unique(np.linspace(0, len(lines) - 1, _LOOKED_AT).astype(np.int64)).tolist():
            value = _parsed(lines[index].as_py()) if len(lines) else None
            if isinstance(value, dict):
                self.columns += [name for name in paths_of(value) if name not in self.columns]


def _parsed(line: bytes | str) -> Any:
    try:
        return json.loads(line) if line.strip() else None
    except (ValueError, RecursionError):
        return None


def _find_table(source: Source, encoding: str | None, wanted: Sequence[str]) -> str | None:
    """The path of the array that is the table; None if the file is one object a line.

    A file of a single object is its table's envelope if the object has no column that the mapping names, or,
    without a mapping, if its name is not one of JSON lines.
    """
    text = Recoder(encoding, source.file).recode(source.read())
    start = b""
    for piece in text:
        start = (start + piece).lstrip()
        if len(start) >= MIB:
            break
    if start[:1] == b"[":
        return _TOP
    line = start.split(b"\n", 1)[0].split(b"\r", 1)[0]
    first = _parsed(line)
    if start[:1] != b"{" or (isinstance(first, dict) and start[len(line) :].strip()):
        return None
    if isinstance(first, dict):
        named = set(paths_of({k: v for k, v in first.items() if not _is_table(v)}))
        arrays = {k for k, v in first.items() if _is_table(v)}
        if (named | arrays) & set(wanted) or (source.lines_by_name and not wanted):
            return None
    tables = _tables(source, encoding)
    if not tables:
        return None
    if len(tables) > 1:
        shown = ", ".join(f"{at!r} ({rows:,} objects)" for at, rows in tables.most_common(8))
        raise IntakeError(
            f"{source.file}: the file is one JSON object with several arrays of objects: {shown}. "
            "State which one is the table in the mapping: [file] records."
        )
    return next(iter(tables))


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _tables(source: Source, encoding: str | None) -> Counter[str]:
    """The arrays of objects in a file of one object, by dotted path, each with its objects."""
    found: Counter[str] = Counter()
    text = Recoder(encoding, source.file).recode(source.read())
    try:
        for prefix, event, _ in ijson.parse(_Stream(text), use_float=False):
            if event == "start_map" and prefix.endswith(".item") and ".item." not in prefix:
                found[prefix.removesuffix(".item")] += 1
    except ijson.JSONError as error:
        raise _damaged(source.file, error) from None
    return found


def _items_as_lines(file: str, text: Iterator[bytes], at: str) -> Iterator[bytes]:
    """The items of an array, each as JSON on a line, in pieces.

    A number with a fraction becomes text as it is written, so that 1500.10 stays 1500.10.
    """
    prefix = f"{at}.item" if at else "item"
    lines: list[str] = []
    size = 0
    try:
        for item in ijson.items(_Stream(text), prefix):
            lines.append(json.dumps(item, ensure_ascii=False, default=str))
            size += len(lines[-1])
            if size >= MIB:
                yield ("\n".join(lines) + "\n").encode(errors="replace")
                lines, size = [], 0
    except ijson.JSONError as error:
        raise _damaged(file, error) from None
    if lines:
        yield ("\n".join(lines) + "\n").encode(errors="replace")


def _damaged(file: str, error: Exception) -> IntakeError:
    said = " ".join(str(error).split())[:160]
    return IntakeError(
        f"{file}: the JSON is cut off or damaged ({said}). None of it was taken in. Export it again."
    )


class _Stream:
    """Pieces of bytes as a file to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._held = pieces, b""

    def read(self, size: int = -1) -> bytes:
        while not self._held and (piece := next(self._pieces, None)) is not None:
            self._held = piece
        data, self._held = (self._held, b"") if size < 0 else (self._held[:size], self._held[size:])
        return data
