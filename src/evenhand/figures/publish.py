"""The published form of a cube: its tables with small cells withheld and, if asked for, numbers rounded."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from evenhand.disclosure.linked import Cell, Path
from evenhand.disclosure.protect import Protection, protect
from evenhand.disclosure.republish import State, republish
from evenhand.figures.cube import Cube, Table
from evenhand.figures.editions import ALL, Edition, listed_cells, told
from evenhand.figures.measures.base import Figure


@dataclass(frozen=True)
class Control:
    """How figures are kept from telling of a person.

    The threshold, the base of rounding (1 for none), and the editions published before, oldest first.
    """

    threshold: int
    rounding: int = 1
    editions: tuple[Edition, ...] = ()


@dataclass(frozen=True)
class Line:
    """One cell of a table: the values of its levels (`all` for a sum) and its number, None where withheld."""

    levels: tuple[str, ...]
    value: int | None


@dataclass(frozen=True)
class Published:
    """A figure as it may be shown.

    `listed` are the cells of each table, by its id. `changed` are the cells whose numbers are of this record,
    not repeated from an earlier edition.
    """

    figure: Figure
    protection: Protection | None
    values: dict[Cell, int | None]
    listed: Mapping[str, Collection[Cell]] = field(default_factory=dict)
    changed: frozenset[Cell] = frozenset()

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
        return self.cube.levels(table)

    def lines(self, table: Table) -> Iterator[Line]:
        """Every cell of the table that is not zero, sums first; at least the sum of all."""
        depths = self.cube.depths(table)
        for cell in sorted({((),) * len(depths), *self.listed[table.id]}):
            levels = ((*path, *[ALL] * (depth - len(path))) for path, depth in zip(cell, depths, strict=True))
            yield Line(tuple(value for path in levels for value in path), self.value(cell))

    def paths(self, table: Table, dimension: int) -> list[Path]:
        """The paths of one dimension in the table, in order, the sum of all first."""
        return sorted({cell[dimension] for cell in self.listed[table.id]} | {()})


def publish(
    figure: Figure,
    control: Control,
    known: Mapping[Cell, int] | None = None,
    keep: Collection[Cell] = (),
) -> Published:
    """The figure with its cells withheld and rounded. Raises `ValueError` for a threshold out of range.

    `known` are least numbers of cells that other published figures tell. `keep` are cells to withhold last.
    """
    cube = figure.cube
    if figure.people and any(one.listed(cube) for one in control.editions):
        return _republish(figure, control, known, keep)
    linked = cube.linked()
    protection = protect(linked, control.threshold, known, keep) if figure.people else None
    withheld = protection.withheld if protection else frozenset()
    base = control.rounding if figure.people else 1
    values = {
        cell: None if n in withheld else rounded(number, base)
        for n, (cell, number) in enumerate(zip(linked.cells, linked.values, strict=True))
    }
    listed = {table.id: cube.cells(table) for table in cube.tables}
    return Published(figure, protection, values, listed, frozenset(values))


def _republish(
    figure: Figure, control: Control, known: Mapping[Cell, int] | None, keep: Collection[Cell]
) -> Published:
    """The figure as an edition that tells no small difference from those before it."""
    cube = figure.cube
    before = listed_cells(cube, control.editions)
    linked = cube.linked(before)
    tables = {table.id: {*cube.cells(table), *before[table.id]} for table in cube.tables}
    found = republish(
        linked,
        told(cube, control.editions, linked.cells, tables),
        control.threshold,
        control.rounding // 2,
        known,
        keep,
    )
    values: dict[Cell, int | None] = {}
    for cell, number, state, again in zip(
        linked.cells, linked.values, found.states, found.repeated, strict=True
    ):
        match state:
            case State.WITHHELD:
                values[cell] = None
            case State.REPEATED:
                values[cell] = again
            case State.CHANGED:
                values[cell] = rounded(number, control.rounding)
    listed = {name: {c for c in cells if values[cube.one(c)] != 0} for name, cells in tables.items()}
    states = zip(linked.cells, found.states, strict=True)
    return Published(
        figure,
        Protection(
            frozenset(n for n, state in enumerate(found.states) if state is State.WITHHELD),
            found.alternatives,
            control.threshold,
        ),
        values,
        listed,
        frozenset(cell for cell, state in states if state is State.CHANGED),
    )


def rounded(number: int, base: int) -> int:
    """The multiple of `base` nearest to a number; a half goes up."""
    return (2 * number + base) // (2 * base) * base
