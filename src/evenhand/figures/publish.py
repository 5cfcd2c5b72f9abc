"""The published form of a cube: its tables with small cells withheld and, if asked for, numbers rounded."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from evenhand.figures.cube import Cell, Cube, Path, Table
from evenhand.figures.disclosure.protect import Protection, protect
from evenhand.figures.measures.base import Figure

ALL = "all"


@dataclass(frozen=True)
class Control:
    """How figures are kept from telling of a person: the threshold, and the base of rounding (1 for none)."""

    threshold: int
    rounding: int = 1


@dataclass(frozen=True)
class Line:
    """One cell of a table: the values of its levels (`all` for a sum) and its number, None where withheld."""

    levels: tuple[str, ...]
    value: int | None


@dataclass(frozen=True)
class Published:
    """A figure as it may be shown."""

    figure: Figure
    protection: Protection | None
    values: dict[Cell, int | None]

    @property
    def cube(self) -> Cube:
        return self.figure.cube

    def value(self, cell: Cell) -> int | None:
        """The number shown for a cell: 0 where nothing was counted, None where it is withheld."""
        return self.values.get(self.cube.one(cell), 0)

    @property
    def total(self) -> int | None:
        return self.value(((),) * len(self.cube.dimensions))

    def levels(self, table: Table) -> tuple[str, ...]:
        """The names of the columns that tell the cell."""
        depths = self.cube.depths(table)
        return tuple(
            level for d, depth in zip(self.cube.dimensions, depths, strict=True) for level in d.levels[:depth]
        )

    def lines(self, table: Table) -> Iterator[Line]:
        """Every cell of the table that is not zero, sums first; at least the sum of all."""
        depths = self.cube.depths(table)
        for cell in sorted({((),) * len(depths), *self.cube.cells(table)}):
            levels = ((*path, *[ALL] * (depth - len(path))) for path, depth in zip(cell, depths, strict=True))
            yield Line(tuple(value for path in levels for value in path), self.value(cell))

    def paths(self, table: Table, dimension: int) -> list[Path]:
        """The paths of one dimension in the table, in order, the sum of all first."""
        return sorted({cell[dimension] for cell in self.cube.cells(table)} | {()})


def publish(
    figure: Figure,
    control: Control,
    known: Mapping[Cell, int] | None = None,
    keep: Collection[Cell] = (),
) -> Published:
    """The figure with its cells withheld and rounded. Raises `ValueError` for a threshold out of range.

    `known` are least numbers of cells that other published figures tell. `keep` are cells to withhold last.
    """
    linked = figure.cube.linked()
    protection = protect(linked, control.threshold, known, keep) if figure.people else None
    withheld = protection.withheld if protection else frozenset()
    base = control.rounding if figure.people else 1
    values = {
        cell: None if n in withheld else rounded(number, base)
        for n, (cell, number) in enumerate(zip(linked.cells, linked.values, strict=True))
    }
    return Published(figure, protection, values)


def rounded(number: int, base: int) -> int:
    """The multiple of `base` nearest to a number; a half goes up."""
    return (2 * number + base) // (2 * base) * base
