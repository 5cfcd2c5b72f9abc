"""Ids that stay. An id is a hash of one member's key; which member is settled once and kept in a list of ids
issued, so that sheets added later, in any order, do not change it."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

_PREFIX = {"agency": "lea", "agreement": "moa"}

Issued = Mapping[str, frozenset[str]]
"""The keys that ids were issued from, by subject (`agency`, `agreement`)."""


def make_id(subject: str, key: str) -> str:
    """`lea-` or `moa-` and ten characters that depend on the key alone."""
    digest = sha256("\x1f".join((subject, key)).encode()).hexdigest()
    return f"{_PREFIX[subject]}-{digest[:10]}"


def choose_keys(
    groups: Iterable[list[str]], issued: frozenset[str], rank: Callable[[str], tuple[object, ...]]
) -> dict[str, str]:
    """The key that each member's id is made from, by member: one issued before if the group has one, else the
    one that ranks first. Two issued before in one group: the first of them by rank, and the other is retired.
    """
    chosen: dict[str, str] = {}
    for group in groups:
        candidates = [key for key in group if key in issued] or group
        best = min(candidates, key=lambda key: (*rank(key), key))
        chosen.update(dict.fromkeys(group, best))
    return chosen


def load_issued(*folders: Path) -> Issued:
    """The ids issued with the program, and those in the `ids.csv` of earlier builds in `folders`."""
    texts = [(files("evenhand.registry") / "data" / "issued.csv").read_text()]
    texts += [(f / "ids.csv").read_text() for f in folders if (f / "ids.csv").is_file()]
    found: dict[str, set[str]] = {subject: set() for subject in _PREFIX}
    for text in texts:
        for row in csv.DictReader(io.StringIO(text)):
            if row.get("subject") in found and row.get("key"):
                found[row["subject"]].add(row["key"])
    return {subject: frozenset(keys) for subject, keys in found.items()}


def issued_text(issued: Issued, used: Mapping[str, Iterable[str]]) -> str:
    """The list of ids issued, with those of this build added, as CSV; nothing issued is ever dropped."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("subject", "key", "id"))
    for subject in sorted(_PREFIX):
        for key in sorted(issued.get(subject, frozenset()) | set(used.get(subject, ()))):
            writer.writerow((subject, key, make_id(subject, key)))
    return out.getvalue()
