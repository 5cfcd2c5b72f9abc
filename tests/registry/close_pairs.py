"""Merges against the close pairs: `data/close_pairs.csv`, drawn by `draw_close_pairs.py` and judged blind.

    .venv/bin/python tests/registry/close_pairs.py SHEETS [--overrides]

prints precision and recall with 95% intervals, each pair counted once and each counted for the pairs that it
was drawn for. `verdict` and `reason` are as written before the rules were asked; `note` was added after.
"""

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from scipy.stats import beta

from evenhand.registry.build import read_folder
from evenhand.registry.decisions import load_overrides
from evenhand.registry.history import Request
from evenhand.registry.ids import Issued
from evenhand.registry.places import gazetteer
from evenhand.registry.reading import sheet_paths
from evenhand.registry.registry import Registry, build_registry

DATA = Path(__file__).parent / "data" / "close_pairs.csv"


@dataclass(frozen=True)
class Pair:
    """Two rows, each as `SHEET row ROW` and as read, the question asked of them and the verdict."""

    number: int
    kind: str
    weight: float
    question: str
    left_at: str
    left: str
    right_at: str
    right: str
    verdict: str
    reason: str
    note: str

    @property
    def same(self) -> bool:
        return self.verdict == "same"

    @property
    def one_name(self) -> bool:
        """Whether both rows are of one state and one name, but for case."""
        left, right = self.cells("left"), self.cells("right")
        return left[0] == right[0] and left[1].lower() == right[1].lower()

    def cells(self, side: str) -> list[str]:
        """State, agency, type, county, model, day and document of a side."""
        return str(getattr(self, side)).split(" | ")


def load_pairs(path: Path = DATA) -> list[Pair]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Pair(**{**row, "number": int(row["number"]), "weight": float(row["weight"])})  # type: ignore[arg-type]
            for row in csv.DictReader(lines)
        ]


class Answers:
    """What a registry says of two rows."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        corpus = registry.corpus
        self.sheet = {sheet.name: n for n, sheet in enumerate(corpus.sheets)}
        self.place, _, _ = corpus.places()
        self.content = {
            (sheet, row): content
            for sheet, row, content in zip(
                corpus.sheet.tolist(), corpus.row.tolist(), corpus.content.tolist(), strict=True
            )
        }
        self.requests: dict[tuple[str, str], list[Request]] = defaultdict(list)
        for request in registry.requests:
            self.requests[request.agency, str(request.model)].append(request)

    def at(self, place: str) -> tuple[int, int]:
        """The sheet and the line of `SHEET row ROW`."""
        name, row = place.rsplit(" row ", 1)
        sheet = self.sheet[name]
        return sheet, int(self.registry.lines.line_of[self.content[sheet, int(row)]])

    def joined(self, pair: Pair) -> bool:
        (_, left), (sheet, right) = self.at(pair.left_at), self.at(pair.right_at)
        lines, agency = self.registry.lines.lines, self.registry.agency_of_node
        if pair.question == "agency":
            return agency[lines[left].node] == agency[lines[right].node]
        agreement = self.registry.agreement_of_line
        if pair.question == "agreement":
            return bool(agreement[left]) and agreement[left] == agreement[right]
        asked = self.requests[agency[lines[right].node], str(lines[right].model)]
        place = int(self.place[sheet])
        answered = {r.agreement for r in asked if any(s.first <= place <= s.last for s in r.spans)}
        return agreement[left] in answered


class Rate(NamedTuple):
    """A share, the count behind it (for a weighted share, the effective one) and its exact 95% interval."""

    share: float
    of: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.share:.4f} of {self.of:.0f} ({self.low:.4f} to {self.high:.4f})"


def rate(right: Sequence[float], wrong: Sequence[float]) -> Rate:
    """The share of weights that are right, with the Clopper-Pearson interval at the effective count
    (Kish's, as Korn and Graubard use it); with equal weights, the plain interval."""
    weights = [*right, *wrong]
    total = sum(weights)
    share, n = sum(right) / total, total**2 / sum(w * w for w in weights)
    hits = share * n
    low = float(beta.ppf(0.025, hits, n - hits + 1)) if hits > 0 else 0.0
    high = float(beta.ppf(0.975, hits + 1, n - hits)) if hits < n else 1.0
    return Rate(share, n, low, high)


@dataclass(frozen=True)
class Score:
    """How the pairs fell: joined or not, one or not, with the pairs missed."""

    joined_same: list[Pair]
    joined_different: list[Pair]
    apart_same: list[Pair]
    apart_different: list[Pair]

    def precision(self, *, weighted: bool = False) -> Rate:
        return _rate(self.joined_same, self.joined_different, weighted=weighted)

    def recall(self, *, weighted: bool = False) -> Rate:
        return _rate(self.joined_same, self.apart_same, weighted=weighted)

    @property
    def missed(self) -> list[Pair]:
        return sorted([*self.joined_different, *self.apart_same], key=lambda p: p.number)


def _rate(right: Sequence[Pair], wrong: Sequence[Pair], *, weighted: bool) -> Rate:
    return rate(
        [p.weight if weighted else 1.0 for p in right], [p.weight if weighted else 1.0 for p in wrong]
    )


def score(registry: Registry, pairs: Sequence[Pair]) -> Score:
    answers = Answers(registry)
    found = Score([], [], [], [])
    for pair in pairs:
        if answers.joined(pair):
            (found.joined_same if pair.same else found.joined_different).append(pair)
        else:
            (found.apart_same if pair.same else found.apart_different).append(pair)
    return found


def told(found: Score) -> Iterator[str]:
    for weighted in (False, True):
        yield "weighted" if weighted else "each once"
        yield f"precision {found.precision(weighted=weighted)}, recall {found.recall(weighted=weighted)}"
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for column in ("joined_same", "joined_different", "apart_same", "apart_different"):
        for pair in getattr(found, column):
            counts[pair.kind][column] += 1
    for kind, count in counts.items():
        same, joined = (
            count["joined_same"] + count["apart_same"],
            count["joined_same"] + count["joined_different"],
        )
        yield f"| {kind} | {count.total()} | {same} | {joined} | {count['joined_same']} |"
    for pair in found.missed:
        yield f"{pair.number}. {pair.kind} ({pair.question}) judged {pair.verdict}: {pair.reason}"
        yield f"    {pair.left_at}: {pair.left}\n    {pair.right_at}: {pair.right}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sheets", type=Path)
    parser.add_argument("--overrides", action="store_true", help="with the bundled overrides")
    options = parser.parse_args()
    readings = read_folder(sheet_paths(options.sheets))
    overrides = load_overrides() if options.overrides else ()
    registry = build_registry(readings.sheets, readings.pool, gazetteer(), overrides, Issued())
    pairs = load_pairs()
    for line in told(score(registry, pairs)):
        print(line)
    print("names or states differ:")
    for line in told(score(registry, [pair for pair in pairs if not pair.one_name])):
        print(line)


if __name__ == "__main__":
    main()
