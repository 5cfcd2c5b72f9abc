"""Decisions: what was judged, by which step, why, on what evidence, and whether it was overridden."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from importlib.resources import files
from pathlib import Path


class Verdict(StrEnum):
    """`SAME`: joined. `DIFFERENT`: kept apart. `REVIEW`: the rules would not decide; kept apart until someone
    does."""

    SAME = "same"
    DIFFERENT = "different"
    REVIEW = "review"


DECIDED_BEFORE = "decided before"
SETTLED_REASON = "they came with the program under two ids, made from all sheets then known"
BEFORE_REASON = "an earlier build joined them, on the evidence of sheets that are not all here"


@dataclass(frozen=True)
class Decision:
    """One judgement on two keys (spellings of agencies, or lines of agreements).

    `score` (0 to 100) ranks a review list; `evidence` is what the sheets show; `overridden_by` is the reason
    given in the overrides file, if a person decided otherwise.
    """

    subject: str
    step: str
    verdict: Verdict
    left: str
    right: str
    reason: str
    evidence: str = ""
    score: float = 0.0
    overridden_by: str = ""

    @property
    def id(self) -> str:
        """`d-` and eight characters that depend on the subject, the step and the two keys alone."""
        text = "\x1f".join((self.subject, self.step, *sorted((self.left, self.right))))
        return "d-" + sha256(text.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Override:
    """One line of an overrides file: two keys that are the `SAME` or `DIFFERENT`, and the reason."""

    subject: str
    left: str
    right: str
    verdict: Verdict
    reason: str

    @property
    def pair(self) -> tuple[str, str, str]:
        return pair(self.subject, self.left, self.right)


def pair(subject: str, left: str, right: str) -> tuple[str, str, str]:
    """Two keys of a subject, in one order."""
    a, b = sorted((left, right))
    return subject, a, b


class OverrideError(ValueError):
    """A line of an overrides file that cannot be used; names the file, the line, the value and the remedy."""


_COLUMNS = ("subject", "left", "right", "verdict", "reason")


def load_overrides(path: Path | None = None) -> list[Override]:
    """The overrides that come with the program, and those of `path`. Raises `OverrideError`."""
    bundled = (files("evenhand.registry") / "data" / "overrides.csv").read_text()
    found = _parse(bundled, "overrides.csv")
    if path is not None:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise OverrideError(f"{path}: cannot be read ({error.strerror}); check the name") from None
        found += _parse(text, str(path))
    last = {o.pair: o for o in found}
    return list(last.values())


def _parse(text: str, name: str) -> list[Override]:
    reader = csv.DictReader(io.StringIO(text))
    missing = [c for c in _COLUMNS if c not in (reader.fieldnames or ())]
    if missing:
        raise OverrideError(
            f"{name}: line 1: no column {missing[0]!r}; the first line is {','.join(_COLUMNS)}"
        )
    found = []
    for row in reader:
        where = f"{name}: line {reader.line_num}"
        if row["subject"] not in ("agency", "agreement"):
            raise OverrideError(f"{where}: subject {row['subject']!r} is neither agency nor agreement")
        if row["verdict"] not in (Verdict.SAME, Verdict.DIFFERENT):
            raise OverrideError(f"{where}: verdict {row['verdict']!r} is neither same nor different")
        if not (row["left"] and row["right"] and (row["reason"] or "").strip()):
            raise OverrideError(f"{where}: left, right and reason must all be given")
        found.append(
            Override(
                row["subject"], row["left"], row["right"], Verdict(row["verdict"]), row["reason"].strip()
            )
        )
    return found


class Clusters:
    """Keys joined into groups one pair at a time. Pairs kept apart stay apart, also through third keys."""

    def __init__(self, keys: Iterable[str], apart: Iterable[tuple[str, str]] = ()) -> None:
        self._parent = {key: key for key in keys}
        self._members = {key: {key} for key in self._parent}
        self._apart: dict[str, set[str]] = {}
        for a, b in apart:
            self._apart.setdefault(a, set()).add(b)
            self._apart.setdefault(b, set()).add(a)

    def find(self, key: str) -> str:
        """The key that stands for a group."""
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def members(self, key: str) -> set[str]:
        """All keys of a key's group."""
        return self._members[self.find(key)]

    def barred(self, a: str, b: str) -> bool:
        """Whether a pair that must stay apart lies across the two groups."""
        left, right = self.members(a), self.members(b)
        return any(self._apart.get(key, set()) & right for key in left)

    def join(self, a: str, b: str) -> bool:
        """Join two groups; false where they must stay apart. Groups are named by their least key."""
        x, y = sorted((self.find(a), self.find(b)))
        if x == y:
            return True
        if self.barred(x, y):
            return False
        self._parent[y] = x
        self._members[x] |= self._members.pop(y)
        return True

    def groups(self) -> list[list[str]]:
        """All groups, each sorted, in the order of their least keys."""
        return [sorted(self._members[key]) for key in sorted(self._members)]
