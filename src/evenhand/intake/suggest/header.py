"""Which row of a file is the header, where title rows stand above it."""

from pathlib import Path

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.header_words import words
from evenhand.intake.limits import MIB, Limits
from evenhand.intake.mapping.model import FileFacts
from evenhand.intake.readers import kind_of, open_source

_ROWS = 15
"""Rows at the top of a file that are looked at."""
_KNOWN = {
    "admit", "admitted", "age", "agency", "arrest", "arrested", "arresting", "at", "bail", "birth",
    "bond", "book", "booked", "booking", "charge", "charges", "commit", "county", "court", "custody",
    "date", "degree", "description", "detainer", "discharge", "disposition", "ethnicity", "exit",
    "facility", "first", "gender", "hold", "holds", "id", "in", "inmate", "intake", "jail", "last",
    "level", "middle", "name", "no", "offense", "offenses", "out", "person", "race", "reason",
    "release", "released", "severity", "sex", "status", "statute", "subject", "time", "type", "zone",
}  # fmt: skip
_LONGEST = 40
"""Characters of a name in a header; a longer cell is a sentence of a title."""


def find_header(path: Path, duck: Duck) -> int:
    """Return the row of the header, from 1: the first row unless a later one has more names of columns."""
    if kind_of(path) not in ("delimited", "workbook"):
        return 1
    first = _names(path, 1, duck)
    if first >= 2:
        return 1
    scores = {row: _names(path, row, duck) for row in range(2, _ROWS + 1)}
    best = max(scores.values(), default=0)
    if best <= max(first, 1):
        return 1
    return next(row for row, score in scores.items() if score == best)


def _names(path: Path, row: int, duck: Duck) -> int:
    """How many cells of a row are like the name of a column; 0 if the row cannot be a header."""
    try:
        source = open_source(path, FileFacts(header=row), Limits(batch_bytes=MIB), duck, lambda _: None)
    except IntakeError:
        return 0
    columns = source.reader.columns
    return sum(len(name) <= _LONGEST and bool(words(name) & _KNOWN) for name in columns)
