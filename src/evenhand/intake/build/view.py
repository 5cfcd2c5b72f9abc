"""The cells of a batch as clean text; or of a batch whose cells were split into several items."""

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.json_paths import pointer
from evenhand.intake.mapping.model import Cell, Split
from evenhand.intake.personal.made_keys import KeyMaker
from evenhand.record.query import quoted

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def mask_of(condition: pa.Array | pa.ChunkedArray) -> Mask:
    """A boolean column as numpy, null being false."""
    filled = pc.fill_null(condition, False)
    if isinstance(filled, pa.ChunkedArray):
        filled = filled.combine_chunks()
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=bool)


def joined(texts: list[pa.Array], separator: str) -> pa.Array:
    """Texts side by side with a separator, those that are null left out; null where all are."""
    # Arrow's own join with null_handling="skip" loses rows in which every text is null.
    whole = texts[0]
    for text in texts[1:]:
        both = pc.binary_join_element_wise(whole, text, separator)
        whole = pc.coalesce(both, whole, text)
    return whole


class View:
    """Rows to build events from. `parent`: each row's place in the batch; `part`: which item of it.

    Text is trimmed, and null where it is empty or one of the file's spellings of nothing.
    """

    def __init__(
        self,
        table: pa.Table,
        rows: Ints,
        null: tuple[str, ...],
        duck: Duck,
        *,
        parent: Ints | None = None,
        part: Ints | None = None,
        keys: KeyMaker | None = None,
    ) -> None:
        self.table, self.rows, self.duck, self.keys = table, rows, duck, keys
        self._null = pa.array(["", *null], pa.string())
        self.parent = np.arange(len(rows)) if parent is None else parent
        self.part = np.zeros(len(rows), dtype=np.int64) if part is None else part
        self._texts: dict[str, pa.Array] = {}
        self._made: dict[tuple[str, ...], pa.Array] = {}
        self.memory: dict[object, object] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, column: str) -> pa.Array:
        """A column's clean text; all null when the source has no such (optional) column."""
        if column not in self._texts:
            if column in self.table.column_names:
                raw = self.table[column]
                raw = raw.combine_chunks() if isinstance(raw, pa.ChunkedArray) else raw
                trimmed = pc.utf8_trim_whitespace(raw)
                nothing = pc.is_in(trimmed, value_set=self._null)
                self._texts[column] = pc.if_else(nothing, pa.scalar(None, pa.string()), trimmed)
            else:
                self._texts[column] = pa.nulls(len(self), pa.string())
        return self._texts[column]

    def cell_text(self, cell: Cell) -> pa.Array:
        """The text that a cell names: a column's, or several joined (those that are empty left out)."""
        if cell.value is not None:
            value = cell.value
            text = str(value).lower() if isinstance(value, bool) else str(value)
            return pa.repeat(pa.scalar(text, pa.string()), len(self))
        if cell.made_of is not None:
            return self.made_key(cell.made_of)
        names = [cell.column] if cell.column is not None else list(cell.columns or ())
        texts = [self.text(name) for name in names]
        text = joined(texts, cell.join)
        if cell.null:
            gone = pc.is_in(text, value_set=pa.array(cell.null, pa.string()))
            text = pc.if_else(gone, pa.scalar(None, pa.string()), text)
        if cell.pad is not None and cell.date is None:
            text = pc.utf8_lpad(text, width=cell.pad, padding="0")
        return text

    def made_key(self, columns: tuple[str, ...]) -> pa.Array:
        """The keys made of some columns; null where all of them are empty. Needs `keys`."""
        if self.keys is None:
            raise ValueError("a view without a key maker cannot make keys")
        if columns not in self._made:
            self._made[columns] = self.keys.make([self.text(name) for name in columns])
        return self._made[columns]

    @cached_property
    def blank(self) -> Mask:
        """Rows that have nothing in any column."""
        blank = np.ones(len(self), dtype=bool)
        for name in self.table.column_names:
            blank &= mask_of(pc.is_null(self.text(name)))
            if not blank.any():
                break
        return blank

    def split(self, split: Split) -> "tuple[View, list[tuple[int, str, str]]]":
        """One row an item, the split columns side by side; and the rows whose columns do not pair up.

        An item that is empty in every split column is left out.
        """
        lists = []
        for column in split.columns:
            text = pc.fill_null(self.text(column), "")
            lists.append(pc.split_pattern(text, split.by))
        sizes = [pc.list_value_length(items).to_numpy(zero_copy_only=False) for items in lists]
        odd = np.zeros(len(self), dtype=bool)
        for column, size in zip(split.columns[1:], sizes[1:], strict=True):
            odd |= (size != sizes[0]) & mask_of(pc.is_valid(self.text(column)))
        bad = [
            (
                int(i),
                ", ".join(split.columns),
                " / ".join(str(self.text(c)[i].as_py() or "") for c in split.columns),
            )
            for i in np.flatnonzero(odd).tolist()
        ]
        parent = np.repeat(np.arange(len(self)), sizes[0])
        part = np.arange(len(parent)) - np.repeat(np.cumsum(sizes[0]) - sizes[0], sizes[0])
        items = {}
        for column, values, size in zip(split.columns, lists, sizes, strict=True):
            flat = pc.list_flatten(values)
            if not np.array_equal(size, sizes[0]):
                start = np.cumsum(size) - size
                flat = flat.take(pa.array(start[parent] + part, mask=part >= size[parent]))
            items[column] = pc.utf8_trim_whitespace(flat)
        some = np.zeros(len(parent), dtype=bool)
        for values in items.values():
            some |= mask_of(pc.not_equal(values, ""))
        return self._exploded(items, parent[some], part[some], pa.array(some)), bad

    def each(self, column: str, fields: list[str]) -> "tuple[View, list[tuple[int, str, str]]]":
        """One row an item of the JSON array in `column`; its members stand as `column.member`.

        Rows whose text is no JSON array are told as bad.
        """
        text = pc.fill_null(self.text(column), "[]")
        table = pa.table({"i": pa.array(np.arange(len(self))), "x": text})
        ok = mask_of(
            self.duck.ask(
                "SELECT CASE WHEN json_valid(x) THEN json_type(x) = 'ARRAY' ELSE false END AS ok FROM t",
                t=table,
            )["ok"]
        )
        bad = [(int(i), column, str(text[i].as_py())) for i in np.flatnonzero(~ok).tolist()]
        members = [f for f in fields if f.startswith(column + ".")]
        paths = [tuple(m[len(column) + 1 :].split(".")) for m in members]
        picks = ", ".join(
            [
                "CASE WHEN json_type(item) NOT IN ('OBJECT', 'ARRAY') THEN item ->> '$' END AS c0",
                *(
                    f"json_extract_string(item, {quoted(pointer(path))}) AS c{n}"
                    for n, path in enumerate(paths, 1)
                ),
            ]
        )
        answer = self.duck.ask(
            "WITH items AS (SELECT i, unnest(json_extract(x, '$[*]')) AS item, "
            "generate_subscripts(json_extract(x, '$[*]'), 1) AS part FROM t) "
            f"SELECT i, part, {picks} FROM items ORDER BY i, part",
            t=table.filter(pa.array(ok)),
        )
        parent = answer["i"].to_numpy().astype(np.int64)
        part = answer["part"].to_numpy().astype(np.int64) - 1
        names = [column, *members]
        items = {name: answer[f"c{n}"].combine_chunks() for n, name in enumerate(names)}
        return self._exploded(items, parent, part, None), bad

    def _exploded(
        self, items: dict[str, pa.Array], parent: Ints, part: Ints, keep: pa.Array | None
    ) -> "View":
        if part.max(initial=0) >= 1 << 14:
            raise IntakeError("a cell splits into more than 16,384 items: is `split` or `each` right?")
        others = [n for n in self.table.column_names if n not in items]
        table = self.table.select(others).take(pa.array(parent))
        for name, values in items.items():
            table = table.append_column(name, values if keep is None else values.filter(keep))
        rows = self.rows[parent]
        view = View(table, rows, (), self.duck, parent=self.parent[parent], part=part, keys=self.keys)
        view._null = self._null
        return view
