"""What measures share: their dimensions, and a figure that a record cannot tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evenhand.figures.cube import Cell, Cube, Dimension, Table, counted
from evenhand.figures.source import Source

PLACE = Dimension("place", ("state", "agency"))
MODEL = Dimension("model", ("model",))
NOT_STATED = "not stated"


@dataclass(frozen=True)
class Figure:
    """A cube, or the statement that the record cannot tell (`missing` names the fields that it lacks).

    `notes` say what else must be known to read the figure. `people` is false where public bodies are counted,
    for which no cell is withheld.
    """

    cube: Cube
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    people: bool = True


def figure(
    source: Source,
    cube: Cube,
    needs: Iterable[str],
    rows: Iterable[tuple[object, ...]] = (),
    *,
    notes: Iterable[str] = (),
    people: bool = True,
) -> Figure:
    """The figure of a cube filled from rows, or of nothing where the record lacks what it needs."""
    missing = source.lacks(needs)
    notes = list(notes)
    tables = cube.tables
    if not source.has_models and any("model" in table.depths for table in tables):
        tables = tuple(table for table in tables if "model" not in table.depths)
        notes.append("By model: cannot tell, as the record lacks agreement.took_effect.model.")
    counts: Mapping[Cell, int] = (
        {} if missing else counted(rows, tuple(len(d.levels) for d in cube.dimensions))
    )
    filled = Cube(cube.id, cube.title, cube.unit, cube.definition, cube.dimensions, tables, counts)
    return Figure(filled, missing, tuple(notes), people)


def by_place_and_model(name: str, title: str, **others: int) -> tuple[Table, ...]:
    """The two usual tables: by state and agency, and by model, each with the other dimensions."""
    kinds = " and ".join(others)
    tail = f", by {kinds}" if kinds else ""
    return (
        Table(f"{name}_by_place", f"{title} by state and agency{tail}", {"place": 2, **others}),
        Table(f"{name}_by_model", f"{title} by model of agreement{tail}", {"model": 1, **others}),
    )
