"""Ids that stay. An id is a hash of one member's key; which member is settled once and kept in a list of ids
issued, so that sheets added or taken away later, in any order, do not change it."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

_PREFIX = {"agency": "lea", "agreement": "moa"}

Keys = Mapping[str, str]
"""Each key that a build has met, and the key that its id was made from."""


@dataclass(frozen=True)
class Issued:
    """Ids issued before, for agencies and for agreements. `settled_*` are those that came with the program,
    made from all sheets then known: what they keep apart, fewer sheets do not join."""

    agencies: Keys = field(default_factory=dict)
    agreements: Keys = field(default_factory=dict)
    settled_agencies: Keys = field(default_factory=dict)
    settled_agreements: Keys = field(default_factory=dict)


def make_id(subject: str, key: str) -> str:
    """`lea-` or `moa-` and ten characters that depend on the key alone."""
    digest = sha256("\x1f".join((subject, key)).encode()).hexdigest()
    return f"{_PREFIX[subject]}-{digest[:10]}"


def choose_keys(
    groups: Iterable[list[str]], issued: Keys, rank: Callable[[str], tuple[object, ...]]
) -> dict[str, str]:
    """The key that each member's id is made from, by member: the one issued before if the group has one, else
    the member that ranks first. Of two issued before, the one that ranks first stays; the other is retired.
    """
    chosen: dict[str, str] = {}
    for group in groups:
        ranked = sorted(group, key=lambda key: (*rank(key), key))
        before = list(dict.fromkeys(issued[key] for key in ranked if key in issued))
        own = [key for key in before if key in group]
        best = (own or before or ranked)[0]
        chosen.update(dict.fromkeys(group, best))
    return chosen


def issued_groups(keys: Iterable[str], issued: Keys) -> list[list[str]]:
    """Keys that have had one id in earlier builds, where there are several."""
    found: dict[str, list[str]] = {}
    for key in sorted(keys):
        if key in issued:
            found.setdefault(issued[key], []).append(key)
    return [group for _, group in sorted(found.items()) if len(group) > 1]


def load_issued(*folders: Path) -> Issued:
    """The ids issued with the program, and those in the `ids.csv` of earlier builds in `folders`."""
    settled = _parse((files("evenhand.registry") / "data" / "issued.csv").read_text())
    found = {subject: dict(keys) for subject, keys in settled.items()}
    for folder in folders:
        if (folder / "ids.csv").is_file():
            for subject, keys in _parse((folder / "ids.csv").read_text()).items():
                found[subject].update(keys)
    return Issued(found["agency"], found["agreement"], settled["agency"], settled["agreement"])


def _parse(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {subject: {} for subject in _PREFIX}
    for row in csv.DictReader(io.StringIO(text)):
        if row.get("subject") in found and row.get("key"):
            found[row["subject"]][row["key"]] = row.get("issued_key") or row["key"]
    return found


def issued_text(issued: Issued, agencies: Keys, agreements: Keys) -> str:
    """The list of ids issued, with those of this build, as CSV; nothing issued is ever dropped."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("subject", "key", "issued_key", "id"))
    for subject, before, used in (
        ("agency", issued.agencies, agencies),
        ("agreement", issued.agreements, agreements),
    ):
        for key, source in sorted({**before, **used}.items()):
            writer.writerow((subject, key, source if source != key else "", make_id(subject, source)))
    return out.getvalue()


def settled_apart(settled: Keys, a: str, b: str) -> bool:
    """Whether two keys came with the program under two ids."""
    return a in settled and b in settled and settled[a] != settled[b]
