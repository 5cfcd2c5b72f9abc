"""JSON lines: one object a line, nested values named by dotted paths."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import Limits
from evenhand.intake.readers.batch import BadRow, Batch
from evenhand.intake.readers.encoding import Recoder
from evenhand.intake.readers.records import Chunk, Records
from evenhand.record.query import quoted

SAMPLE_ROWS = 2000
Path = tuple[str, ...]


def paths_of(value: dict[str, Any], above: Path = ()) -> dict[str, Path]:
    """The dotted names of an object's values, each with its keys. Items of an array stand under its name."""
    found: dict[str, Path] = {}
    for key, inner in value.items():
        path = (*above, key)
        if isinstance(inner, dict) and inner:
            found.update(paths_of(inner, path))
            continue
        found[".".join(path)] = path
        for item in inner[:50] if isinstance(inner, list) else ():
            if isinstance(item, dict):
                found.update(paths_of(item, path))
    return found


def pointer(path: Path) -> str:
    """Keys as a JSON pointer (RFC 6901)."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in path)


class JsonLinesReader:
    """Reads a stream of bytes as JSON lines; `columns` are the paths seen in the first rows."""

    def __init__(
        self, file: str, pieces: Iterator[bytes], *, encoding: str | None, limits: Limits, duck: Duck
    ) -> None:
        self.file, self._duck = file, duck
        recoder = Recoder(encoding, file)
        self._chunks = Records(recoder.recode(pieces), None, recoder.name or "utf-8", limits).chunks()
        self._first = next(self._chunks, None)
        if self._first is None:
            raise IntakeError(f"{file}: the file is empty. Export it again.")
        if self._first.text.lstrip(b"\xef\xbb\xbf \t\n")[:1] == b"[":
            raise IntakeError(
                f"{file}: the file is one JSON array, not one object a line. "
                "Turn it into JSON lines, for example with `jq -c '.[]'`."
            )
        self._paths = self._look(self._first)
        self.columns = list(self._paths)
        self.facts = {"encoding": recoder.name or "utf-8"}

    def _look(self, chunk: Chunk) -> dict[str, Path]:
        paths: dict[str, Path] = {}
        for line in chunk.text.split(b"\n", SAMPLE_ROWS)[:SAMPLE_ROWS]:
            try:
                value = json.loads(line) if line.strip() else None
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                paths.update(paths_of(value))
        if not paths:
            raise IntakeError(f"{self.file}: no line of it is a JSON object. Is it a JSON lines file?")
        return paths

    def batches(self, needed: list[str]) -> Iterator[Batch]:
        assert self._first is not None
        paths = {name: self._paths.get(name, tuple(name.split("."))) for name in needed}
        yield self._batch(self._first, paths)
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
        picks = "".join(
            f", CASE WHEN trim(line) <> '' THEN json_extract_string(line, {at}) END AS c{i}"
            for i, at in enumerate(quoted(pointer(path)) for path in paths.values())
        )
        answer = self._duck.ask(f"SELECT hash(line) AS h{picks} FROM t", t=kept)
        same = answer["h"].to_numpy()
        return Batch(answer.drop(["h"]).rename_columns(list(paths)), rows[keep], same, bad)
