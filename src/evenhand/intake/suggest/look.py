"""A sample of a source: each column's values, and how it was read."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from evenhand.intake.build.view import View
from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import MIB, Limits
from evenhand.intake.mapping.model import FileFacts
from evenhand.intake.readers import kind_of, open_source

ROWS = 20_000


@dataclass
class Column:
    """One column of the sample. `item_of`: the JSON array whose items it is a member of."""

    name: str
    texts: list[str | None]
    item_of: str | None = None
    counts: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
        self.counts = Counter(t for t in self.texts if t is not None)

    @property
    def given(self) -> int:
        return sum(self.counts.values())

    def examples(self, count: int = 3) -> str:
        return ", ".join(repr(t[:40]) for t, _ in self.counts.most_common(count))


@dataclass
class Look:
    """What was seen: the columns, the arrays among them, and the file's kind and facts."""

    file: str
    kind: str
    facts: dict[str, str]
    columns: list[Column]
    arrays: list[str]
    rows: int

    def named(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


def look(path: Path, duck: Duck) -> Look:
    """Read the first rows of a source. Raises `IntakeError`."""
    limits = Limits(batch_bytes=4 * MIB)
    source = open_source(path, FileFacts(), limits, duck, lambda _: None)
    names = source.reader.columns
    batch = next((b for b in source.reader.batches(names) if len(b.rows)), None)
    if batch is None:
        raise IntakeError(f"{path.name}: the file has a header and no rows. Export it again.")
    table = batch.table.slice(0, ROWS)
    view = View(table, batch.rows[:ROWS], FileFacts().null, duck)
    columns = {n: Column(n, view.text(n).to_pylist()) for n in names}
    arrays = [n for n, c in columns.items() if _is_array(c)]
    for array in arrays:
        members = [n for n in names if n.startswith(array + ".")]
        items, _ = view.each(array, members)
        for name in [array, *members]:
            columns[name] = Column(name, items.text(name).to_pylist(), item_of=array)
    return Look(
        path.name, kind_of(path), source.reader.facts, list(columns.values()), arrays, view.table.num_rows
    )


def _is_array(column: Column) -> bool:
    texts = list(column.counts)[:50]
    return bool(texts) and all(_json_array(t) for t in texts)


def _json_array(text: str) -> bool:
    if not text.startswith("["):
        return False
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False
