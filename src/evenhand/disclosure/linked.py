"""Cells of several tables with every sum that holds among them.

A cell is one path for each dimension. A path goes from coarse to fine: `()` is all places, `("TX",)` a state,
`("TX", "TX0010000")` an agency. The same cell of several tables is one cell, so that what is withheld in one
is withheld in all.
"""

from dataclasses import dataclass

Path = tuple[str, ...]
Cell = tuple[Path, ...]


@dataclass(frozen=True)
class Linked:
    """Cells by number: their values, and equations `values[parent] = sum of children`."""

    cells: tuple[Cell, ...]
    values: tuple[int, ...]
    equations: tuple[tuple[int, tuple[int, ...]], ...]
