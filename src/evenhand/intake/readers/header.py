"""The names of a source's columns, and what to say when one is not there."""

import re
from collections import Counter
from collections.abc import Sequence

from rapidfuzz import process

from evenhand.intake.errors import IntakeError

HEADER_ROWS = 100
"""The first rows of a file, among which the header is looked for."""
_IS_NUMBER = re.compile(r"\s*[\d/:.,$+-]*\d[\d/:.,$+\sTZ-]*([AaPp][Mm])?\s*").fullmatch


def name_columns(cells: list[str], file: str, *, trim: bool = False) -> list[str]:
    """The names of a header row. A name that stands twice becomes `name (1)`, `name (2)`; an empty one
    `column N`. With `trim`, empty cells at the end are no columns."""
    if not any(cell.strip() for cell in cells):
        raise IntakeError(f"{file}: the header row is empty. State its row in the mapping: [file] header.")
    cells = cells[: max(i for i, c in enumerate(cells, 1) if c.strip())] if trim else cells
    names = [" ".join(c.split()) or f"column {i}" for i, c in enumerate(cells, 1)]
    twice = {n for n, count in Counter(names).items() if count > 1}
    seen: Counter[str] = Counter()
    for index, name in enumerate(names):
        if name in twice:
            seen[name] += 1
            names[index] = f"{name} ({seen[name]})"
    return names


def find_header(rows: list[list[str]], wanted: Sequence[str]) -> int:
    """Return the index of the header among a file's first rows; 0 if none looks like one.

    That is the first row with the most of the names `wanted`. If no row has any of them: the first row that
    fills as many cells as most rows do, and no cell with a number, a date or a time alone.
    """
    names, best, most = set(wanted), 0, 0
    for index, cells in enumerate(rows):
        found = len(names & {" ".join(c.split()) for c in cells})
        if found > most:
            best, most = index, found
    if most:
        return best
    filled = [sum(bool(c.strip()) for c in cells) for cells in rows]
    usual = Counter(n for n in filled if n > 1).most_common(1)
    for index, cells in enumerate(rows):
        # Rows may leave cells empty that the header names, so the header is as wide as they are or wider.
        if usual and filled[index] >= usual[0][0] and not any(map(_IS_NUMBER, cells)):
            return index
    return next((i for i, n in enumerate(filled) if n), 0)


def nearest(name: str, names: list[str]) -> list[str]:
    """The names most like `name`, best first."""
    found = process.extract(name.lower(), [n.lower() for n in names], limit=3, score_cutoff=60)
    return [names[index] for _, _, index in found]


def require_columns(file: str, columns: list[str], needed: list[str], where: dict[str, str]) -> None:
    """Raise `IntakeError` for the mapped columns that the source lacks; `where` says who needs each."""
    missing = [n for n in needed if n not in columns]
    if not missing:
        return
    lines = []
    for name in missing:
        twice = [c for c in columns if c.startswith(f"{name} (") and c.endswith(")")]
        near = nearest(name, columns)
        hint = (
            f"; it stands {len(twice)} times in the header: name one of {', '.join(map(repr, twice))}"
            if twice
            else f"; nearest: {', '.join(map(repr, near))}"
            if near
            else ""
        )
        lines.append(f"  {name!r} ({where.get(name, 'mapping')}){hint}")
    shown = ", ".join(map(repr, columns[:60])) + (" …" if len(columns) > 60 else "")
    raise IntakeError(
        f"{file}: the mapping names columns that the file does not have:\n"
        + "\n".join(lines)
        + f"\nThe file has: {shown}\nCorrect the mapping, or list the column under `optional`."
    )
