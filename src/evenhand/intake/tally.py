"""Counting rows by reason, with a few examples of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.view import Ints

EXAMPLES = 3
_VALUES = 1_000
OTHER = "other values"


class Place(NamedTuple):
    """A row of a file."""

    file: str
    row: int

    def __str__(self) -> str:
        return f"{self.file} row {self.row:,}"


@dataclass
class Tally:
    """How many rows, and the first of them."""

    rows: int = 0
    examples: list[Place] = field(default_factory=list)

    def add(self, file: str, rows: Ints) -> None:
        self.rows += len(rows)
        self.examples += [Place(file, int(row)) for row in rows[: EXAMPLES - len(self.examples)]]


class Tallies:
    """Rows by reason and by the values that decided; at most 1,000 different values of one reason."""

    def __init__(self) -> None:
        self.by_reason: dict[str, dict[str, Tally]] = {}

    def add(self, reason: str, file: str, rows: Ints, values: pa.Array | None = None) -> None:
        """Count rows; `values` says of each what decided."""
        if not len(rows):
            return
        tallies = self.by_reason.setdefault(reason, {})
        if values is None:
            tallies.setdefault("", Tally()).add(file, rows)
            return
        coded = pc.dictionary_encode(values)
        codes = coded.indices.to_numpy(zero_copy_only=False)
        order = np.argsort(codes, kind="stable")
        bounds = np.searchsorted(codes[order], np.arange(len(coded.dictionary) + 1))
        for number, value in enumerate(coded.dictionary.to_pylist()):
            here = order[bounds[number] : bounds[number + 1]]
            name = value if value in tallies or len(tallies) < _VALUES else OTHER
            tallies.setdefault(name, Tally()).add(file, rows[here])

    def count(self, rows: Mapping[str, int]) -> None:
        """Add numbers of rows by reason, of which no example is known."""
        for reason, number in rows.items():
            self.by_reason.setdefault(reason, {}).setdefault("", Tally()).rows += number

    def rows(self) -> dict[str, int]:
        """The number of rows by reason."""
        return {reason: sum(t.rows for t in values.values()) for reason, values in self.by_reason.items()}

    def update(self, other: "Tallies") -> None:
        """Add the rows of another source."""
        for reason, values in other.by_reason.items():
            mine = self.by_reason.setdefault(reason, {})
            for value, tally in values.items():
                kept = mine.setdefault(value, Tally())
                kept.rows += tally.rows
                kept.examples += tally.examples[: EXAMPLES - len(kept.examples)]
