"""What a source holds: each column's distinct values with their counts, and how the file was read."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.view import View
from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import MIB, Limits
from evenhand.intake.mapping.model import FileFacts
from evenhand.intake.readers import kind_of, open_source
from evenhand.intake.run import Progress
from evenhand.intake.suggest.header import find_header

KEPT = 200_000
"""Rows whose cells are kept side by side, to compare columns with each other."""
DISTINCT = 100_000
"""Distinct values of a column that are counted; a column with more is a key, a time or free text."""
SECONDS = 30.0
"""Processor time after which the rest of a large file is left unread."""


@dataclass
class Column:
    """One column. `item_of`: the JSON array whose items it is a member of.

    `counts`: its distinct values with the number of rows, over all rows read. `first`: the row in which each
    of them comes first. `texts`: the cells of the first rows, in order (at most `KEPT`). `cut`: it has more
    than `DISTINCT` distinct values.
    """

    name: str
    item_of: str | None = None
    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    given: int = 0
    empty: int = 0
    cut: bool = False
    _kept: list[pa.Array] = field(default_factory=list)

    def add(self, text: pa.Array, rows: "np.ndarray[tuple[int], np.dtype[np.int64]]", *, keep: int) -> None:
        """Count a batch's cells; `rows`: the number of each cell's row."""
        self.empty += text.null_count
        self.given += len(text) - text.null_count
        if keep > 0:
            self._kept.append(text.slice(0, keep))
        if self.cut:
            return
        coded = pc.dictionary_encode(text)
        here = np.flatnonzero(np.asarray(pc.is_valid(coded.indices)))
        codes, at, sizes = np.unique(
            np.asarray(coded.indices.drop_null()), return_index=True, return_counts=True
        )
        texts = coded.dictionary.to_pylist()
        for code, place, size in zip(codes.tolist(), at.tolist(), sizes.tolist(), strict=True):
            if texts[code] == self.name:  # the header, repeated among the rows
                continue
            self.counts[texts[code]] += size
            self.first.setdefault(texts[code], int(rows[here[place]]))
        self.cut = len(self.counts) > DISTINCT

    @property
    def texts(self) -> pa.Array:
        return pa.concat_arrays(self._kept) if self._kept else pa.array([], pa.string())

    def examples(self, count: int = 3) -> str:
        return ", ".join(repr(t[:40]) for t, _ in self.counts.most_common(count))

    def seen(self, text: str) -> str:
        """How often a text occurs and where first, in words."""
        rows = self.counts[text]
        return f"{rows:,} row{'s' if rows > 1 else ''}, first in row {self.first[text]:,}"


@dataclass
class Look:
    """What was seen: the columns, the arrays among them, and the file's kind and facts.

    `rows`: how many rows were read; `whole`: they are all. `header`: the row of the header.
    """

    file: str
    kind: str
    facts: dict[str, str]
    columns: list[Column]
    arrays: list[str]
    rows: int
    whole: bool
    header: int

    def named(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    def extent(self) -> str:
        """How much of the file was read, in words."""
        return f"all {self.rows:,} rows" if self.whole else f"its first {self.rows:,} rows"


def look(path: Path, duck: Duck, progress: Progress | None = None) -> Look:
    """Read a source, or as much of it as `SECONDS` of processor time allow. Raises `IntakeError`."""
    header = find_header(path, duck)
    limits = Limits(batch_bytes=4 * MIB)
    facts = FileFacts(header=header) if header > 1 else FileFacts()
    source = open_source(path, facts, limits, duck, progress.read if progress else lambda _: None)
    if progress is not None:
        progress.reading(path.name)
    names = source.reader.columns
    columns = {name: Column(name) for name in names}
    arrays: list[str] | None = None
    members: dict[str, list[str]] = {}
    inner: dict[str, str] = {}
    rows, whole, began = 0, True, time.process_time()
    for batch in source.reader.batches(names):
        if not len(batch.rows):
            continue
        view = View(batch.table, batch.rows, FileFacts().null, duck)
        if arrays is None:
            arrays = [n for n in names if _is_array(view.text(n))]
            members = {a: [a, *(n for n in names if n.startswith(a + "."))] for a in arrays}
            inner = {m: a for a, all_of_it in members.items() for m in all_of_it}
            for name, array in inner.items():
                columns[name] = Column(name, item_of=array)
        for name in names:
            if name not in inner:
                columns[name].add(view.text(name), view.rows, keep=KEPT - rows)
        for array in arrays:
            items, _ = view.each(array, members[array][1:])
            for name in members[array]:
                columns[name].add(items.text(name), items.rows, keep=KEPT - rows)
        rows += len(batch.rows)
        if progress is not None:
            progress.rows(len(batch.rows))
        if time.process_time() - began > SECONDS:
            whole = False
            break
    if arrays is None:
        raise IntakeError(f"{path.name}: the file has a header and no rows. Export it again.")
    return Look(
        path.name,
        kind_of(path),
        source.reader.facts,
        list(columns.values()),
        arrays,
        rows,
        whole,
        header,
    )


def _is_array(text: pa.Array) -> bool:
    some = text.drop_null().slice(0, 50).to_pylist()
    return bool(some) and all(_json_array(t) for t in some)


def _json_array(text: str) -> bool:
    if not text.startswith("["):
        return False
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False
