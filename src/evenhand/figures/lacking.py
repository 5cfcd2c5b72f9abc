"""Which events and fields a record's sources do not provide."""

from collections.abc import Iterable

from evenhand.record.manifest import Manifest


def lacks(manifest: Manifest, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the `type` or `type.field` names that are not provided, in order."""
    provides = manifest.provides

    def provided(name: str) -> bool:
        event, _, field = name.rpartition(".")
        return name in provides or field in provides.get(event, ())

    return tuple(name for name in names if not provided(name))
