"""Editions published before: what they showed, read from their own files alone.

An edition is the folder that a command wrote, or its JSON file. It is read as anyone reads it; nothing of the
record behind it is needed.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from evenhand.disclosure.linked import Cell
from evenhand.disclosure.linked import Path as Levels
from evenhand.disclosure.republish import Before
from evenhand.figures.cube import Cube, Table
from evenhand.record.digest import sha256_of

REMEDY = "Name it with --previous."
"""What to do about an earlier edition."""
ALL = "all"
"""Stands for a sum in a row of a table."""


@dataclass(frozen=True)
class Edition:
    """A publication: the hash of its JSON file, and its content."""

    sha256: str
    content: Mapping[str, Any]

    @property
    def rounding(self) -> int:
        return int(self.content["disclosure"]["rounded_to"])

    def listed(self, cube: Cube) -> dict[str, dict[Cell, int | None]]:
        """The cells of each of a cube's tables that the edition has, by the table's id.

        Raises `ValueError` if a table has other levels than it has now.
        """
        tables = {table["id"]: table for table in _tables(self.content, cube.id)}
        found: dict[str, dict[Cell, int | None]] = {}
        for table in cube.tables:
            if table.id not in tables:
                continue
            if tables[table.id]["levels"] != list(cube.levels(table)):
                raise ValueError(
                    f"--previous: the table {table.id} has other columns there. It was made by a version of "
                    "evenhand whose editions this one can't be protected against."
                )
            found[table.id] = {
                _cell(cube, table, row["levels"]): None if row["withheld"] else row["value"]
                for row in tables[table.id]["rows"]
            }
        return found


def edition(path: Path, name: str, fiscal_year: str | None = None) -> Edition:
    """Read an edition from its folder or from the JSON file called `name`.

    Raises `ValueError` if it is none, or one of another fiscal year.
    """
    file = path / name if path.is_dir() else path
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        found = Edition(sha256_of(file), content)
        year = content["fiscal_year"] if fiscal_year else None
        if not all(_is_row(row) for table in _tables(content) for row in table["rows"]) or found.rounding < 1:
            raise TypeError
    except FileNotFoundError:
        raise ValueError(f"--previous {path} has no {name}. Name a folder published before.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"--previous {path}: {file.name} is not a publication of this command.") from None
    if year != fiscal_year:
        raise ValueError(f"--previous {path} is of {year}, not of {fiscal_year}. Leave it out.")
    return found


def _tables(content: Mapping[str, Any], cube: str | None = None) -> list[dict[str, Any]]:
    figures = content.get("figures", [content])
    return [table for figure in figures if cube in (None, figure["id"]) for table in figure["tables"]]


def _is_row(row: Mapping[str, Any]) -> bool:
    levels, value = row["levels"], row["value"]
    return all(isinstance(level, str) for level in levels) and (
        value is None if row["withheld"] else isinstance(value, int) and value >= 0
    )


def _cell(cube: Cube, table: Table, levels: Sequence[str]) -> Cell:
    paths: list[Levels] = []
    at = 0
    for depth in cube.depths(table):
        path = levels[at : at + depth]
        paths.append(tuple(path[: path.index(ALL)] if ALL in path else path))
        at += depth
    return tuple(paths)


def listed_cells(cube: Cube, editions: Sequence[Edition]) -> dict[str, set[Cell]]:
    """Every cell that an edition lists, with the sums over it, by the table's id."""
    found: dict[str, set[Cell]] = {table.id: set() for table in cube.tables}
    for one in editions:
        for table, cells in one.listed(cube).items():
            found[table] |= {sums for cell in cells for sums in _sums_over(cell)}
    return found


def _sums_over(cell: Cell) -> Iterator[Cell]:
    return product(*([path[:n] for n in range(len(path) + 1)] for path in cell))


def told(
    cube: Cube, editions: Sequence[Edition], cells: Collection[Cell], tables: Mapping[str, Collection[Cell]]
) -> list[list[Before]]:
    """What each edition says of each cell, oldest first.

    A cell that a table of an edition does not list is zero there. `tables` are the cells of each table.
    """
    found: dict[Cell, list[Before]] = {cell: [] for cell in cells}
    for one in editions:
        said: dict[Cell, Before] = {}
        for table, listed in one.listed(cube).items():
            for cell in tables[table]:
                said[cube.one(cell)] = Before(listed.get(cell, 0), one.rounding // 2)
        for cell, before in said.items():
            found[cell].append(before)
    return [found[cell] for cell in cells]
