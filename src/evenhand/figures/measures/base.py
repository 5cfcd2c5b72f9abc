"""What measures share: their dimensions, and a figure that a record cannot tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from evenhand.disclosure.linked import Cell
from evenhand.figures.cube import Cube, Dimension, Table, counted
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
    needs_of: Mapping[str, Iterable[str]] | None = None,
    notes: Iterable[str] = (),
    people: bool = True,
) -> Figure:
    """The figure of a cube filled from rows, or of nothing where the record lacks what it `needs`.

    Where it lacks what a dimension needs (`needs_of`), the tables by that dimension are left out, and a note
    says so.
    """
    missing = source.lacks(needs)
    needs_of = {"model": ("agreement.took_effect.model",), **(needs_of or {})}
    lacking = {name: lacks for name, need in needs_of.items() if (lacks := source.lacks(need))}
    tables = tuple(table for table in cube.tables if not lacking.keys() & table.depths.keys())
    used = {name for table in cube.tables for name in table.depths}
    untold = [
        f"By {name}: cannot tell, as the record lacks {', '.join(lacks)}."
        for name, lacks in lacking.items()
        if name in used
    ]
    if not tables:
        missing = tuple(dict.fromkeys((*missing, *(name for lacks in lacking.values() for name in lacks))))
    depths = tuple(len(d.levels) for d in cube.dimensions)
    counts: Mapping[Cell, int] = {} if missing else counted(rows, depths)
    return Figure(replace(cube, tables=tables, counts=counts), missing, (*notes, *untold), people)


def by_place_and_model(name: str, title: str, **others: int) -> tuple[Table, ...]:
    """The two usual tables: by state and agency, and by model, each with the other dimensions."""
    kinds = " and ".join(others)
    tail = f", by {kinds}" if kinds else ""
    return (
        Table(f"{name}_by_place", f"{title} by state and agency{tail}", {"place": 2, **others}),
        Table(f"{name}_by_model", f"{title} by model of agreement{tail}", {"model": 1, **others}),
    )
