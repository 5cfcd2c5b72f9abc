"""The names of a source's columns, and what to say when one is not there."""

from collections import Counter

from rapidfuzz import process

from evenhand.intake.errors import IntakeError


def name_columns(cells: list[str], file: str) -> list[str]:
    """The names of a header row. A name that stands twice becomes `name (1)`, `name (2)`; an empty one
    `column N`."""
    if not any(cell.strip() for cell in cells):
        raise IntakeError(f"{file}: the header row is empty. State its row in the mapping: [file] header.")
    names = [" ".join(c.split()) or f"column {i}" for i, c in enumerate(cells, 1)]
    twice = {n for n, count in Counter(names).items() if count > 1}
    seen: Counter[str] = Counter()
    for index, name in enumerate(names):
        if name in twice:
            seen[name] += 1
            names[index] = f"{name} ({seen[name]})"
    return names


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
