"""The names of nested JSON values: dotted paths, and the pointers by which DuckDB finds them."""

from typing import Any

Path = tuple[str, ...]


def paths_of(value: dict[str, Any], above: Path = ()) -> dict[str, Path]:
    """Return the dotted names of an object's values, each with its keys.

    The values of an array's items are named below the array.
    """
    found: dict[str, Path] = {}
    for key, inner in value.items():
        path = (*above, key)
        if isinstance(inner, dict) and inner:
            found.update(paths_of(inner, path))
            continue
        found[".".join(path)] = path
        for item in inner[:50] if isinstance(inner, list) else ():
            if isinstance(item, dict):
                found.update(paths_of(item, path))
    return found


def pointer(path: Path) -> str:
    """Return keys as a JSON pointer (RFC 6901)."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in path)
