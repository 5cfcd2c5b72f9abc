"""Several files of one export: the rows of one part with the columns of the row to which they belong.

A file of charges often has a booking number and no date. Its rows get the columns of their booking, under
the booking's names and under `PART.COLUMN`, so that events of both parts come to one history.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pyarrow as pa

from evenhand.intake.build.view import View, mask_of
from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.mapping.model import JoinPart, Mapping
from evenhand.intake.readers.batch import BadRow, BadValue, Batch, Reader

_SHOWN = 5
_NO_PARTNER_REMEDY = "Export both files again for the same days, or correct the key."


def parts_of(paths: list[Path], mapping: Mapping) -> list[tuple[str | None, Path]]:
    """Return each source with the part of the export that it has, in the order in which they are read.

    Without `[[join]]` there are no parts. Raises `IntakeError` for a file that fits no part or several, and
    for a part without a file.
    """
    if not mapping.join:
        return [(None, path) for path in paths]
    found: list[tuple[str | None, Path]] = []
    for path in paths:
        fits = [j.part for j in mapping.join if fnmatchcase(path.name.lower(), j.file.lower())]
        if len(fits) != 1:
            patterns = ", ".join(f"{j.file!r} ({j.part})" for j in mapping.join)
            which = f"fits the parts {' and '.join(map(repr, fits))}" if fits else "fits no part"
            raise IntakeError(
                f"{path.name}: the file's name {which} of the mapping. Its patterns: {patterns}. Rename the "
                "file, or correct [[join]] file."
            )
        found.append((fits[0], path))
    for join in mapping.join:
        if join.part not in [part for part, _ in found]:
            raise IntakeError(
                f"the mapping joins a part {join.part!r}, and no source fits its pattern {join.file!r}. Name "
                "that file too."
            )
    order = [j.part for j in mapping.join]
    return sorted(found, key=lambda pair: order.index(str(pair[0])))


class Joins:
    """The parts of one export. Parts to which others belong are kept in DuckDB, on disk if they are large."""

    def __init__(self, mapping: Mapping, duck: Duck) -> None:
        self._mapping, self._duck = mapping, duck
        self._kept: dict[tuple[str, tuple[str, ...]], _Kept] = {}

    def reader(self, file: str, reader: Reader, part: str | None) -> Reader:
        """Return the reader of a part's file with the joined columns; it keeps rows for other parts."""
        join = next((j for j in self._mapping.join if j.part == part), None)
        if join is None:
            return reader
        null = self._mapping.file.null
        if join.to is not None:
            reader = _Joined(reader, join, self._kept[join.to, join.keys_there()], null, self._duck)
        for keys in {j.keys_there(): None for j in self._mapping.join if j.to == part}:
            if (join.part, keys) not in self._kept:
                table, columns = f"kept_{len(self._kept)}", self._columns(reader, join.part)
                self._kept[join.part, keys] = _Kept(table, join.part, keys, columns, null, self._duck)
            reader = _Keeping(reader, file, self._kept[join.part, keys])
        return reader

    def _columns(self, reader: Reader, part: str) -> list[str]:
        """The columns of a part that the mapping names, plainly or as `PART.COLUMN`."""
        named = {n.removeprefix(f"{part}.") for n in self._mapping.needed()}
        return [n for n in dict.fromkeys([*reader.columns, *self._mapping.needed(part)]) if n in named]


class _Kept:
    """The rows of one part by their key."""

    def __init__(
        self,
        table: str,
        part: str,
        keys: tuple[str, ...],
        columns: list[str],
        null: tuple[str, ...],
        duck: Duck,
    ) -> None:
        self.part, self.keys, self.columns, self._null, self._duck = part, keys, columns, null, duck
        self.table, self._rows = table, f"{table}_rows"
        self._complete = False
        self._k = [f"k{i}" for i in range(len(keys))]
        self.c = [f"c{i}" for i in range(len(columns))]
        texts = ", ".join(f"{n} VARCHAR" for n in [*self._k, *self.c])
        duck.run(f"CREATE TABLE {self._rows} (file VARCHAR, row BIGINT, {texts})")

    def add(self, file: str, batch: Batch) -> None:
        view = View(batch.table, batch.rows, self._null, self._duck)
        columns = {"file": pa.repeat(pa.scalar(file), len(view)), "row": pa.array(batch.rows)}
        for own, name in zip([*self._k, *self.c], [*self.keys, *self.columns], strict=True):
            columns[own] = view.text(name)
        given = " AND ".join(f"{k} IS NOT NULL" for k in self._k)
        self._duck.run(f"INSERT INTO {self._rows} SELECT * FROM t WHERE {given}", t=pa.table(columns))

    def complete(self) -> None:
        """Make one row of those that are alike. Raises `IntakeError` if rows of one key still differ."""
        if self._complete:
            return
        k, all_columns = ", ".join(self._k), ", ".join([*self._k, *self.c])
        self._duck.run(f"CREATE TABLE {self.table} AS SELECT DISTINCT {all_columns} FROM {self._rows}")
        doubled = self._duck.ask(
            f"WITH d AS (SELECT {k} FROM {self.table} GROUP BY ALL HAVING count(*) > 1) "
            f"SELECT {k}, min(file) AS file, list(row ORDER BY row)[:{_SHOWN}] AS rows "
            f"FROM {self._rows} JOIN d USING ({k}) GROUP BY {k} ORDER BY rows LIMIT {_SHOWN}"
        ).to_pylist()
        if doubled:
            lines = [
                f"  {d['file']}: {' + '.join(self.keys)} = {' + '.join(d[n] for n in self._k)!r}, rows "
                f"{', '.join(f'{r:,}' for r in d['rows'])}"
                for d in doubled
            ]
            raise IntakeError(
                f"[[join]]: part {self.part!r} has rows with the same key and unlike values, so rows of "
                "other parts could belong to either:\n"
                + "\n".join(lines)
                + "\nAdd columns to `key` and `to_key` that tell these rows apart, or correct the export."
            )
        self._duck.run(f"DROP TABLE {self._rows}")
        self._complete = True

    def partners(self, keys: list[pa.Array]) -> pa.Table:
        """The kept row (columns `c0`…, and `hit`) for each key, in order; nulls where there is none."""
        on = " AND ".join(f"t.{k} = j.{k}" for k in self._k)
        picks = ", ".join(["j.k0 IS NOT NULL AS hit", *(f"j.{c}" for c in self.c)])
        table = pa.table({"i": np.arange(len(keys[0])), **dict(zip(self._k, keys, strict=True))})
        return self._duck.ask(f"SELECT {picks} FROM t LEFT JOIN {self.table} j ON {on} ORDER BY t.i", t=table)


class _Through:
    """A reader that passes on what another one reads."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.facts, self.header, self.grows = reader.facts, reader.header, reader.grows
        self.unread = reader.unread

    @property
    def columns(self) -> list[str]:
        """All columns of the reader."""
        return self._reader.columns


class _Keeping(_Through):
    """Keeps the rows that pass, for the parts that belong to this one."""

    def __init__(self, reader: Reader, file: str, kept: _Kept) -> None:
        super().__init__(reader)
        self._file, self._kept = file, kept

    def batches(self, needed: list[str]) -> Iterator[Batch]:
        names = dict.fromkeys([*needed, *self._kept.keys, *self._kept.columns])
        for batch in self._reader.batches(list(names)):
            self._kept.add(self._file, batch)
            yield batch


class _Joined(_Through):
    """Gives the rows of one part the columns of the rows to which they belong."""

    def __init__(
        self, reader: Reader, join: JoinPart, kept: _Kept, null: tuple[str, ...], duck: Duck
    ) -> None:
        super().__init__(reader)
        self._join, self._kept, self._null, self._duck = join, kept, null, duck

    @property
    def columns(self) -> list[str]:
        """The part's own columns, then those of the other part, plainly and as `PART.COLUMN`."""
        there = self._kept.columns
        dotted = [f"{self._kept.part}.{c}" for c in there]
        return list(dict.fromkeys([*self._reader.columns, *there, *dotted]))

    def batches(self, needed: list[str]) -> Iterator[Batch]:
        self._kept.complete()
        keys, rows, alone = list(self._join.key or ()), 0, 0
        joined_names = {*self.columns} - {*self._reader.columns}
        own = list(dict.fromkeys([*(n for n in needed if n not in joined_names), *keys]))
        for batch in self._reader.batches(own):
            missing = len(batch.bad)
            joined = self._with_partners(batch, keys)
            rows, alone = rows + len(joined.rows), alone + len(joined.bad) - missing
            self.facts["joined"] = (
                f"{rows:,} rows to {self._kept.part!r} by {' + '.join(keys)!r}, {alone:,} without a partner"
            )
            yield joined

    def _with_partners(self, batch: Batch, keys: list[str]) -> Batch:
        view = View(batch.table, batch.rows, self._null, self._duck)
        texts = [view.text(key) for key in keys]
        answer = self._kept.partners(texts)
        table = batch.table
        for column, name in zip(self._kept.c, self._kept.columns, strict=True):
            if name not in self._reader.columns and name not in table.column_names:
                table = table.append_column(name, answer[column])
            table = table.append_column(f"{self._kept.part}.{name}", answer[column])
        hit = mask_of(answer["hit"]) | view.blank
        for index in np.flatnonzero(~hit).tolist():
            values = [text[index].as_py() for text in texts]
            reason = (
                f"the key {' + '.join(keys)!r} is empty"
                if None in values
                else f"no row of {self._kept.part!r} has this {' + '.join(keys)!r}"
            )
            value = " + ".join(v or "" for v in values)
            batch.bad.append(BadRow(int(batch.rows[index]), value, reason, _NO_PARTNER_REMEDY))
        kept = np.flatnonzero(hit)
        lost = set(batch.rows[~hit].tolist())
        bad_values: list[BadValue] = [v for v in batch.bad_values if v.row not in lost]
        return Batch(
            table.take(pa.array(kept)),
            batch.rows[kept],
            batch.same[kept],
            batch.bad,
            bad_values,
            batch.did,
            batch.left_out,
        )
