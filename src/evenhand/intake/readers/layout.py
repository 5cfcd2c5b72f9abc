"""The rows of a source as its layout means them.

Rows that are no data (repeated headers, totals, footers) are left out and counted. The rows of a printed
report, in which several kinds of rows alternate, get their own names and what is carried down to them.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.conditions import holds
from evenhand.intake.build.view import Mask, View, mask_of
from evenhand.intake.duck import Duck
from evenhand.intake.mapping.model import FileFacts, RowKind
from evenhand.intake.readers.batch import BadRow, BadValue, Batch, Reader
from evenhand.intake.readers.delimited import hash_rows
from evenhand.intake.readers.entities import unescape_entities

KIND = "row kind"
"""The column that has each row's kind, where the mapping has `[[row]]`."""
ENTITIES = "html_entities"
"""The policy that counts cells with HTML entities."""
REPEATS_HEADER = "repeats the header"
_EARLIER, _WHOLE, _NOTHING, _BROKEN = range(4)
"""What a row gets from above: as the last batch ended; values; nothing yet; nothing (an unreadable row)."""
_ORPHAN_REMEDY = "Correct the row above it, or its conditions in [[row]]."
_NO_KIND_REMEDY = "Add a [[row]] for such rows to the mapping, or leave them out with [file] skip."


class LaidOut:
    """A reader whose rows are laid out as the mapping's `[file]` and `[[row]]` say."""

    def __init__(self, reader: Reader, facts: FileFacts, kinds: tuple[RowKind, ...], duck: Duck) -> None:
        self._reader, self._file, self._kinds, self._duck = reader, facts, kinds, duck
        self.facts, self.header, self.grows = reader.facts, reader.header, reader.grows
        self.unread = reader.unread
        self._carried: dict[int, tuple[int, dict[str, str | None]]] = {}

    @property
    def columns(self) -> list[str]:
        """All columns: the file's, and those of the kinds of rows."""
        if not self._kinds:
            return self._reader.columns
        own = [c for k in self._kinds for c in k.columns or () if c]
        return list(dict.fromkeys([*self._reader.columns, *own, KIND]))

    def batches(self, needed: list[str]) -> Iterator[Batch]:
        for batch in self._reader.batches(self._reader.columns if self._kinds else needed):
            batch = self._entities(self._skip(self._with_ragged(batch)))
            yield self._as_kinds(batch) if self._kinds else batch

    def _with_ragged(self, batch: Batch) -> Batch:
        """Take rows with too few cells among the others where the layout decides what a row is.

        In a printed report each kind of row has its own width. Elsewhere they only can be skipped.
        """
        ragged = [b for b in batch.bad if b.cells is not None and len(b.cells) < len(self._reader.columns)]
        if not ragged or not (self._kinds or self._file.skip):
            return batch
        width, names = len(self._reader.columns), batch.table.column_names
        padded = [[*(b.cells or ()), *[None] * (width - len(b.cells or ()))] for b in ragged]
        table = pa.table(
            [pa.array(c, pa.string()) for c in zip(*padded, strict=True)], names=self._reader.columns
        ).select(names)
        rows = np.array([b.row for b in ragged], dtype=np.int64)
        if not self._kinds:
            gone = set(rows[self._leave_out(batch, table, rows, np.zeros(len(rows), dtype=bool))].tolist())
            batch.bad = [b for b in batch.bad if b.row not in gone]
            return batch
        taken = set(rows.tolist())
        batch.bad = [b for b in batch.bad if b.row not in taken]
        batch.table = pa.concat_tables([batch.table, table]).combine_chunks()
        batch.rows = np.concatenate([batch.rows, rows])
        batch.same = np.concatenate([batch.same, np.zeros(len(rows), dtype=np.uint64)])
        return _taken(batch, np.argsort(batch.rows, kind="stable"))

    def _skip(self, batch: Batch) -> Batch:
        """Leave out the rows that repeat a header, and those that meet a condition of `[file] skip`."""
        headers = self._repeats(batch.table)
        if headers.any():
            batch.left_out[REPEATS_HEADER] += int(headers.sum())
        gone = self._leave_out(batch, batch.table, batch.rows, headers)
        return _taken(batch, np.flatnonzero(~gone)) if gone.any() else batch

    def _repeats(self, table: pa.Table) -> Mask:
        """The rows that are alike a header in every cell: the file's, or that of a kind of rows."""
        found = np.zeros(len(table), dtype=bool)
        width = len(self._reader.columns)
        for cells in ([self._reader.header] if self._reader.header else []) + [
            list(k.columns) for k in self._kinds if k.columns
        ]:
            same = np.ones(len(table), dtype=bool)
            for name, cell in zip(self._reader.columns, [*cells, *[""] * (width - len(cells))], strict=False):
                if name in table.column_names and same.any():
                    text = pc.fill_null(pc.utf8_trim_whitespace(table[name]), "")
                    same &= mask_of(pc.equal(text, cell.strip()))
            found |= same
        return found

    def _leave_out(self, batch: Batch, table: pa.Table, rows: npt.NDArray[np.int64], gone: Mask) -> Mask:
        """The rows that are `gone`, and those that meet a condition of `[file] skip`, which are counted."""
        view = View(table, rows, self._file.null, self._duck)
        for number, condition in enumerate(self._file.skip, 1):
            away = holds(view, (condition,)) & ~gone
            if away.any():
                batch.left_out[f"file.skip {number}, column {condition.column!r}"] += int(away.sum())
            gone = gone | away
        return gone

    def _entities(self, batch: Batch) -> Batch:
        for at, name in enumerate(batch.table.column_names):
            column, cells = unescape_entities(batch.table[name])
            if cells:
                batch.table = batch.table.set_column(at, name, column)
                batch.did[ENTITIES] += cells
        return batch

    def _as_kinds(self, batch: Batch) -> Batch:
        """Give each row the names of its kind, and what rows above it carry down."""
        size = len(batch.rows)
        kind_of = np.full(size, -1)
        named = [self._named(batch.table, kind) for kind in self._kinds]
        blank = View(batch.table, batch.rows, self._file.null, self._duck).blank
        for number, (kind, table) in enumerate(zip(self._kinds, named, strict=True)):
            view = View(table, batch.rows, self._file.null, self._duck)
            kind_of[(kind_of < 0) & ~blank & holds(view, kind.when)] = number
        unknown = (kind_of < 0) & ~blank
        breaks = np.sort(np.concatenate([batch.rows[unknown], [b.row for b in batch.bad]]).astype(np.int64))
        columns = {name: pa.nulls(size, pa.string()) for name in self.columns}
        for number, table in enumerate(named):
            here = pa.array(kind_of == number)
            for name in table.column_names:
                columns[name] = pc.if_else(here, table[name].combine_chunks(), columns[name])
        orphans = np.zeros(size, dtype=bool)
        for number, kind in enumerate(self._kinds):
            if kind.carry_down:
                orphans |= self._carry_down(number, batch.rows, kind_of, breaks, columns)
        kinds = pa.array([k.kind for k in self._kinds], pa.string())
        columns[KIND] = kinds.take(pa.array(kind_of, mask=kind_of < 0))
        for mask, reason, remedy in (
            (unknown, "the row meets the conditions of no [[row]] in the mapping", _NO_KIND_REMEDY),
            (
                orphans,
                "the row above, which belongs to this one, is missing or unreadable",
                _ORPHAN_REMEDY,
            ),
        ):
            for index in np.flatnonzero(mask).tolist():
                cells = " | ".join(t for t in (c[index].as_py() for c in batch.table.columns) if t)
                batch.bad.append(BadRow(int(batch.rows[index]), cells, reason, remedy))
        whole = pa.table(columns)
        same = hash_rows(whole, self._duck)
        values = [v for value in batch.bad_values for v in self._renamed(value, batch.rows, kind_of)]
        laid = Batch(whole, batch.rows, same, batch.bad, values, batch.did, batch.left_out)
        return _taken(laid, np.flatnonzero(~unknown & ~orphans))

    def _carry_down(
        self,
        number: int,
        rows: npt.NDArray[np.int64],
        kind_of: npt.NDArray[np.int64],
        breaks: npt.NDArray[np.int64],
        columns: dict[str, pa.Array],
    ) -> Mask:
        """Write what the rows of one kind carry down into `columns`; return the rows that wrongly get none.

        Kinds are listed from the highest down: a row of a higher kind ends what a lower one carries. A row
        that can't be read (`breaks`) may have been of this kind, so that rows below it get nothing: they must
        not go to an earlier booking.
        """
        size = len(rows)
        # One row more, for the state with which the next batch begins.
        after = np.append(rows, np.iinfo(np.int64).max)
        kinds = np.append(kind_of, -1)
        source = np.maximum.accumulate(np.where(kinds == number, np.arange(size + 1), -1))
        ended = np.maximum.accumulate(np.where((kinds >= 0) & (kinds < number), after, -1))
        broken = np.concatenate(([-1], breaks))[np.searchsorted(breaks, after)]
        since = np.where(source >= 0, after[source], -1)
        earlier, values = self._carried.get(number, (_NOTHING, {}))
        state = np.stack([np.full(size + 1, -1), since, ended, broken]).argmax(axis=0)
        known = np.where(state == _EARLIER, earlier, state)
        carried = {}
        for name in self._kinds[number].carry_down:
            column = columns[name]
            taken = pa.concat_arrays([column, pa.nulls(1, pa.string())]).take(pa.array(np.maximum(source, 0)))
            before = pa.scalar(values.get(name), pa.string())
            value = pc.if_else(pa.array(state == _EARLIER), before, taken)
            value = pc.if_else(pa.array(known == _WHOLE), value, pa.scalar(None, pa.string()))
            carried[name] = value[size].as_py()
            own = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(column), ""), False)
            keep = pc.or_(own, pa.array(kind_of <= number))
            columns[name] = pc.if_else(keep, column, value.slice(0, size))
        self._carried[number] = (int(known[size]), carried)
        first = next(n for n, k in enumerate(self._kinds) if k.carry_down) == number
        lost = (known == _BROKEN) | ((known == _NOTHING) & first)
        orphans: Mask = lost[:size] & (kind_of > number)
        return orphans

    def _named(self, table: pa.Table, kind: RowKind) -> pa.Table:
        """The table under a kind's own names; cells that it does not name are left out."""
        if kind.columns is None:
            return table.select(self._reader.columns)
        pairs = [(c, n) for c, n in zip(self._reader.columns, kind.columns, strict=False) if n]
        return table.select([c for c, _ in pairs]).rename_columns([n for _, n in pairs])

    def _renamed(
        self, value: BadValue, rows: npt.NDArray[np.int64], kind_of: npt.NDArray[np.int64]
    ) -> list[BadValue]:
        """A bad value under the name that its row's kind gives the column; none if it gives none."""
        at = np.flatnonzero(rows == value.row)
        if not len(at) or kind_of[at[0]] < 0:
            return []
        own = self._kinds[int(kind_of[at[0]])].columns
        if own is None:
            return [value]
        index = self._reader.columns.index(value.column)
        return [value._replace(column=own[index])] if index < len(own) and own[index] else []


def _taken(batch: Batch, index: npt.NDArray[np.int64]) -> Batch:
    """The batch with only these of its rows, in this order."""
    rows = batch.rows[index]
    kept = set(rows.tolist()) if batch.bad_values else set()
    return Batch(
        batch.table.take(pa.array(index)),
        rows,
        batch.same[index],
        batch.bad,
        [v for v in batch.bad_values if v.row in kept],
        batch.did,
        batch.left_out,
    )
