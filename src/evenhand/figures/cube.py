"""Counts by several dimensions, and the tables that are published of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from evenhand.disclosure.linked import Cell, Linked, Path


@dataclass(frozen=True)
class Dimension:
    """A dimension with its levels from coarse to fine, such as `("state", "agency")`."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A published table: how many levels of each dimension it shows; a dimension not named is summed over."""

    id: str
    title: str
    depths: Mapping[str, int]


@dataclass(frozen=True)
class Cube:
    """Counts of one kind of thing (`unit`, such as "encounters") and the tables made of them."""

    id: str
    title: str
    unit: str
    definition: str
    dimensions: tuple[Dimension, ...]
    tables: tuple[Table, ...]
    counts: Mapping[Cell, int] = field(default_factory=dict)
    same: Mapping[str, Path] = field(default_factory=dict)
    """Paths, one of each named dimension, that stand for the same cases, as those with no determination."""

    def one(self, cell: Cell) -> Cell:
        """The one name of a cell that has several through `same`."""
        alike = {n: self.same[d.name] for n, d in enumerate(self.dimensions) if d.name in self.same}
        if not any(cell[n] == path for n, path in alike.items()):
            return cell
        return tuple(alike.get(n, path) for n, path in enumerate(cell))

    def depths(self, table: Table) -> tuple[int, ...]:
        return tuple(table.depths.get(d.name, 0) for d in self.dimensions)

    def levels(self, table: Table) -> tuple[str, ...]:
        """The names of a table's columns that tell the cell."""
        return tuple(
            level
            for d, depth in zip(self.dimensions, self.depths(table), strict=True)
            for level in d.levels[:depth]
        )

    def cells(self, table: Table) -> dict[Cell, int]:
        """Every cell of a table that is not zero, its totals included."""
        depths = self.depths(table)
        found: dict[Cell, int] = defaultdict(int)
        for cell, number in self.counts.items():
            cut = [path[:depth] for path, depth in zip(cell, depths, strict=True)]
            for prefixes in product(*(_prefixes(path) for path in cut)):
                found[prefixes] += number
        return {cell: n for cell, n in found.items() if n}

    def linked(self, listed: Mapping[str, Collection[Cell]] | None = None) -> Linked:
        """The cells of all tables with every equation that holds among them.

        `listed` are further cells of tables, by the table's id, that are to be there even if they are zero.
        """
        values: dict[Cell, int] = {}
        sums: dict[tuple[Cell, int], list[Cell]] = {}
        for table in self.tables:
            cells = self.cells(table)
            cells |= {cell: 0 for cell in (listed or {}).get(table.id, ()) if cell not in cells}
            values |= {self.one(cell): number for cell, number in cells.items()}
            groups: dict[tuple[Cell, int], list[Cell]] = defaultdict(list)
            for cell in cells:
                for n, path in enumerate(cell):
                    if path:
                        groups[(*cell[:n], path[:-1], *cell[n + 1 :]), n].append(cell)
            sums |= groups
        place = {cell: n for n, cell in enumerate(values)}
        equations = tuple(
            (place[self.one(parent)], tuple(place[self.one(child)] for child in children))
            for (parent, _), children in sums.items()
        )
        return Linked(tuple(values), tuple(values.values()), equations)


def counted(rows: Iterable[tuple[object, ...]], depths: tuple[int, ...]) -> dict[Cell, int]:
    """Count rows of level values (as many a dimension as `depths` says) with a number last.

    The cells are in order: which ones are withheld later must not depend on the order of the rows.
    """
    counts: dict[Cell, int] = defaultdict(int)
    for row in rows:
        number = row[-1]
        assert isinstance(number, int)
        counts[tuple(_paths(row, depths))] += number
    return dict(sorted(counts.items()))


def _paths(row: tuple[object, ...], depths: tuple[int, ...]) -> Iterator[Path]:
    at = 0
    for depth in depths:
        yield tuple(str(value) for value in row[at : at + depth] if value is not None)
        at += depth


def _prefixes(path: Path) -> list[Path]:
    return [path[:n] for n in range(len(path) + 1)]
