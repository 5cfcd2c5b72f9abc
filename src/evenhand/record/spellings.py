"""Values of a group, such as a race, that look like spellings of one: by case, blanks, or abbreviation."""

from collections.abc import Mapping

_LONGEST_ABBREVIATION = 4


def spellings(counts: Mapping[str, int]) -> list[list[str]]:
    """Return the values that may be one group, the most frequent first; each list has at least two.

    White, WHITE, white and W are one list. An abbreviation that fits several values is left alone.
    """
    folded: dict[str, list[str]] = {}
    for value in counts:
        folded.setdefault(_fold(value), []).append(value)
    whole = {short: _whole_of(short, list(folded)) for short in folded}
    groups: dict[str, list[str]] = {}
    for name, values in folded.items():
        groups.setdefault(whole[name], []).extend(values)
    listed = [sorted(values, key=lambda v: (-counts[v], v)) for values in groups.values() if len(values) > 1]
    return sorted(listed, key=lambda values: (-sum(counts[v] for v in values), values))


def _fold(value: str) -> str:
    return "".join(c for c in value.casefold() if c.isalnum()) or value


def _whole_of(short: str, names: list[str]) -> str:
    """The value that `short` abbreviates; itself if there is none or more than one."""
    if len(short) > _LONGEST_ABBREVIATION or not short.isalpha():
        return short
    longer = [
        n for n in names if len(n) > max(len(short), _LONGEST_ABBREVIATION - 1) and _abbreviates(short, n)
    ]
    longer = [n for n in longer if not any(n != other and n.startswith(other) for other in longer)]
    return longer[0] if len(longer) == 1 else short


def _abbreviates(short: str, name: str) -> bool:
    """Whether `short` has the first letter of the name, and then others of it in their order."""
    rest = iter(name)
    return short[0] == name[0] and all(letter in rest for letter in short)
