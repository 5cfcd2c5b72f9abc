"""The columns that a mapping would make public, and the refusal of those that hold personal data.

Public is what is not in a record's personal part: keys, places, officers' numbers, statutes, reasons, times.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from evenhand.intake.errors import IntakeError
from evenhand.intake.mapping.model import Cell, EventBlock, Mapping, SubjectKey, block_cells
from evenhand.intake.personal.headers import personal_by_name
from evenhand.intake.personal.looks import FieldTally, KeyTally
from evenhand.record.events import FIELDS

_KEY = "subject"


@dataclass(frozen=True)
class _Use:
    """Columns whose content becomes public, and the place in the mapping that says so."""

    place: str
    columns: tuple[str, ...]


def is_public(block: EventBlock, name: str, cell: Cell) -> bool:
    """Whether a cell's own text, or a time read from it, becomes public.

    A constant, a made key and a code that the mapping or the event type states do not show the column's text.
    """
    if cell.value is not None or cell.count or cell.made_of is not None:
        return False
    if (cell.values is not None or cell.patterns is not None) and cell.unknown != "keep":
        return False
    if name not in block.fields:
        return name != "actor_role"
    specs = [FIELDS[t][name] for t in block.types() if name in FIELDS[t]]
    return any(not spec.personal and spec.codes is None for spec in specs)


def _uses(mapping: Mapping) -> Iterator[_Use]:
    yield from _keys(mapping.subject, _KEY)
    for name in ("agency", "facility"):
        cell = getattr(mapping, name)
        if cell is not None and cell.value is None and cell.made_of is None:
            yield _Use(name, tuple(cell.needs()))
    for number, block in enumerate(mapping.event, 1):
        place = f"event {number}, {block.said()}"
        if block.subject is not None:
            yield from _keys(block.subject, f"{place}: {_KEY}")
        for name, cell in block_cells(block).items():
            if is_public(block, name, cell):
                yield _Use(f"{place}: {name}", tuple(cell.needs()))


def _keys(subject: SubjectKey, place: str) -> Iterator[_Use]:
    if subject.columns is not None:
        yield _Use(place, subject.columns)


def refuse_by_name(mapping: Mapping, file: str) -> None:
    """Raise `IntakeError` if a public column's header announces personal data."""
    found: dict[str, str] = {}
    for use in _uses(mapping):
        for column in use.columns:
            what = personal_by_name(column)
            if what is not None and column not in found:
                found[column] = (
                    f"  {column!r} ({use.place}): the header announces {what}. {_remedy(use, column)}"
                )
    if found:
        raise IntakeError(
            f"{file}: the mapping would make personal data public:\n"
            + "\n".join(found.values())
            + "\nNothing was written."
        )


def _remedy(use: _Use, column: str) -> str:
    if use.place.endswith(_KEY):
        listed = ", ".join(f'"{c}"' for c in use.columns) + ("" if len(use.columns) > 1 else ', "…"')
        return (
            f"Make the key: subject = {{ made_of = [{listed}] }}. Name the columns that tell one booking "
            "from another, such as name, birth date and booking date."
        )
    if use.place.rsplit(": ", 1)[-1] in ("at", "until", "about"):
        return "Map the column with the time of the event."
    return f'Leave the field out, or use {{ made_of = ["{column}"] }} to tell values apart but hide them.'


class PublicWatch:
    """Looks at the values of one file's public columns, batch by batch."""

    def __init__(self, mapping: Mapping, file: str) -> None:
        self._file, self._mapping = file, mapping
        self._tallies: dict[_Use, KeyTally | FieldTally] = {}

    def key(self, column: str, values: pa.Array) -> None:
        """Take a batch's values of a column of the key."""
        self._tallies.setdefault(_Use(_KEY, (column,)), KeyTally()).add(values)

    def field(self, name: str, columns: list[str], distinct: pa.Array) -> None:
        """Take a batch's distinct values of a public field, unless the mapping vouches for its columns."""
        if not self.vouched(columns):
            self._tallies.setdefault(_Use(name, tuple(columns)), FieldTally()).add(distinct)

    def vouched(self, columns: list[str]) -> bool:
        """Whether the mapping states that these columns hold no personal data."""
        return set(columns) <= set(self._mapping.not_personal)

    def check(self) -> None:
        """Raise `IntakeError` if enough of the values of a column seen so far look like personal data."""
        for use, tally in self._tallies.items():
            look = tally.verdict()
            if look is not None:
                raise IntakeError(self._refusal(use, str(look)))

    def _refusal(self, use: _Use, look: str) -> str:
        columns = " + ".join(use.columns)
        remedy = _remedy(use, use.columns[0])
        if use.place != _KEY:
            listed = ", ".join(f'"{c}"' for c in use.columns)
            remedy += f" If these are no persons, add not_personal = [{listed}] to the mapping."
        return (
            f"{self._file}: column {columns!r} ({use.place}) would make personal data public: {look} "
            f"(letters and digits masked). {remedy} Nothing was written."
        )
