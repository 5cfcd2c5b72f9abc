"""Draw pairs of rows that are close to one another, for a reader to judge; not from the rules.

    .venv/bin/python tests/registry/draw_close_pairs.py SHEETS --table pairs.csv > pairs.txt

A statement is what rows of one list say alike: state, agency, county, type, model, day and document. Two
statements are a pair if at least one of these cells differs by more than case, blanks or being left out, and
if their names are near each other. Each pair is of the first kind of `KINDS` that it fits. Of a kind, some
pairs of names are drawn by chance, and of each of these one pair of statements, so that no agency fills a
kind; `weight` is how many pairs of statements a drawn one stands for. Pairs that `data/adjudicated.csv` has
are left out. What the rules decided is neither read nor shown.

Each pair is asked one question: whether both are one *agreement* (rows in force, of one model or of one
name), whether the *request* became the agreement (a pending row and one in force, of one name and model), or
else whether both are one *agency*.
"""

import argparse
import csv
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import combinations
from pathlib import Path

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from evenhand.registry.build import read_folder
from evenhand.registry.corpus import Corpus, assemble
from evenhand.registry.places import gazetteer
from evenhand.registry.reading import IN_FORCE, sheet_paths

JUDGED = Path(__file__).parent / "data" / "adjudicated.csv"

KINDS = {
    "one name in two states, one model and day": 20,
    "a town and a county of one name": 30,
    "one place or nearly, one model and day": 120,
    "like names, one model and day": 70,
    "like names, one model, another day": 80,
    "like names, in force and pending": 110,
    "like names, two models": 60,
    "like names, both pending": 40,
    "one name, another county": 30,
    "one name, another type": 50,
    "one name, model and day, another document": 30,
    "one name, two models": 60,
    "one name, in force and pending": 130,
}
"""How many pairs of names are drawn of each kind."""

MORE = {
    "unlike names, one document, model and day": 60,
    "unlike names, one model and day, one begins as the other ends": 60,
    "like names, in force and pending": 40,
    "like names, both pending": 20,
    "one name, in force and pending": 90,
}
"""How many more are drawn of what the first round left, as it had found too few that are one."""

MOST = 3
"""How many pairs of statements are drawn of one pair of names, each of other lists, models or days."""

LIKE, ALIKE = 85, 92
"""Letters alike, in percent, for names to be like: of one model and day, and of others."""

UNLIKE, HANDOVER = 50, 10
"""Letters alike, in percent, and days between, for one name to take another's place."""

BODY_WORDS = frozenset(
    [
        "sheriff",
        "sheriffs",
        "sheriff's",
        "office",
        "department",
        "dept",
        "police",
        "city",
        "town",
        "village",
        "borough",
        "township",
        "county",
        "parish",
        "of",
        "the",
        "public",
        "safety",
        "marshal",
        "marshals",
        "marshal's",
        "constable",
        "constables",
        "jail",
        "corrections",
        "detention",
        "center",
        "bureau",
        "division",
        "precinct",
        "district",
        "attorney",
        "attorney's",
        "state",
    ]
)


@dataclass(eq=False)
class Statement:
    """What rows of one list say alike; `rows` has the sheet and the row of each."""

    kind: str
    state: str
    name: str
    county: str
    type: str
    model: str
    signed: str
    document: str
    rows: list[tuple[int, int]] = field(default_factory=list)
    first: date = date.max
    last: date = date.min

    @cached_property
    def text(self) -> str:
        return " ".join(self.name.lower().split())

    @cached_property
    def words(self) -> list[str]:
        return re.sub(r"[^a-z' ]", " ", self.text.replace("’", "'")).split()

    @cached_property
    def place(self) -> str:
        return " ".join(word for word in self.words if word not in BODY_WORDS)

    @cached_property
    def sheets(self) -> frozenset[int]:
        return frozenset(sheet for sheet, _ in self.rows)

    @property
    def in_force(self) -> bool:
        return self.kind == IN_FORCE


Pair = tuple[Statement, Statement]


def read_statements(corpus: Corpus) -> list[Statement]:
    """Every statement of the sheets, in an order that depends on its cells alone."""
    found: dict[tuple[str, ...], Statement] = {}
    for sheet, row, content in zip(
        corpus.sheet.tolist(), corpus.row.tolist(), corpus.content.tolist(), strict=True
    ):
        raw, clean = corpus.contents[content], corpus.cleans[content]
        kind = corpus.sheets[sheet].kind
        cells = (
            kind,
            clean.state,
            " ".join(raw.agency.split()),
            raw.county.strip(),
            raw.type.strip(),
            str(clean.model),
            str(clean.signed or raw.signed.strip()) if kind == IN_FORCE else "",
            clean.moa_url.rsplit("/", 1)[-1] if kind == IN_FORCE else "",
        )
        statement = found.setdefault(cells, Statement(*cells))
        statement.rows.append((sheet, row))
        day = corpus.published[sheet].day
        statement.first, statement.last = min(statement.first, day), max(statement.last, day)
    return [found[cells] for cells in sorted(found)]


def differ(left: str, right: str) -> bool:
    """Whether two cells say two things: more than case, blanks, the word County, or one being empty."""
    one, other = (re.sub(r"\bcounty\b|[^a-z0-9]", "", cell.lower()) for cell in (left, right))
    return bool(one and other) and one != other


def kind_of(a: Statement, b: Statement) -> str | None:
    """The first kind that a pair fits, none if no cell differs or the names are not near."""
    both, lists = a.in_force and b.in_force, a.in_force != b.in_force
    one_model, one_day = a.model == b.model, a.signed == b.signed
    if a.state != b.state:
        alike = both and one_model and one_day and fuzz.ratio(a.text, b.text) >= 97
        return "one name in two states, one model and day" if alike else None
    if a.text == b.text:
        return _of_one_name(a, b)
    letters = fuzz.ratio(a.text, b.text)
    near = near_in_place(a, b, letters)
    if near and len({("county" in s.words or "parish" in s.words) for s in (a, b)}) == 2:
        return "a town and a county of one name"
    if both and one_model and one_day:
        if near:
            return "one place or nearly, one model and day"
        return "like names, one model and day" if letters >= LIKE else _of_unlike_names(a, b, letters)
    if not (near or letters >= ALIKE):
        return None
    if both:
        return "like names, one model, another day" if one_model else "like names, two models"
    return "like names, in force and pending" if lists else "like names, both pending"


def _of_unlike_names(a: Statement, b: Statement, letters: float) -> str | None:
    """The kind of two rows of one model and day whose names are neither near nor like."""
    if a.document and a.document == b.document:
        return "unlike names, one document, model and day"
    gaps = ((b.first - a.last).days, (a.first - b.last).days)
    follows = any(0 <= gap <= HANDOVER for gap in gaps)
    if a.signed and follows and letters >= UNLIKE:
        return "unlike names, one model and day, one begins as the other ends"
    return None


def near_in_place(a: Statement, b: Statement, letters: float) -> bool:
    """Whether the words that are left without those of the body are one, or one or two letters apart."""
    apart = DamerauLevenshtein.distance(a.place, b.place, score_cutoff=2) if a.place and b.place else 9
    return apart < 2 or (apart == 2 and letters >= LIKE)


def _of_one_name(a: Statement, b: Statement) -> str | None:
    both, lists = a.in_force and b.in_force, a.in_force != b.in_force
    one_model, one_day = a.model == b.model, a.signed == b.signed
    if differ(a.county, b.county):
        return "one name, another county"
    if lists:
        return "one name, in force and pending" if one_model else None
    if both and not one_model:
        return "one name, two models"
    if differ(a.type, b.type):
        return "one name, another type"
    if both and not one_day:
        return "like names, one model, another day"
    return "one name, model and day, another document" if differ(a.document, b.document) else None


def question_of(a: Statement, b: Statement) -> str:
    if a.in_force and b.in_force:
        return "agreement" if a.model == b.model or a.text == b.text else "agency"
    if a.in_force != b.in_force and a.model == b.model and a.text == b.text:
        return "request"
    return "agency"


def pairs(statements: list[Statement]) -> Iterator[tuple[str, Statement, Statement]]:
    """Every pair of statements that has a kind."""
    for a, b in combinations(statements, 2):
        if kind := kind_of(a, b):
            yield kind, a, b


def judged_before() -> set[tuple[str, frozenset[str]]]:
    with JUDGED.open(encoding="utf-8") as lines:
        return {(r["subject"], frozenset((r["left"], r["right"]))) for r in csv.DictReader(lines)}


def key(s: Statement, question: str) -> str:
    """The text by which the adjudicated set names a statement."""
    name = f"{s.state}: {s.name}"
    return name if question == "agency" else f"{name} / {s.model} / {s.signed or 'no day'}"


def draw(
    statements: list[Statement], chance: random.Random
) -> Iterator[tuple[str, float, Statement, Statement]]:
    """The pairs drawn, with their weights; how many there were goes to stderr."""
    before = judged_before()
    found: dict[str, dict[tuple[str, ...], list[Pair]]] = defaultdict(dict)
    for kind, a, b in pairs(statements):
        question = question_of(a, b)
        if (question, frozenset((key(a, question), key(b, question)))) in before:
            continue
        names = (a.state, *sorted((a.text, b.text)), b.state)
        found[kind].setdefault(names, []).append((a, b))
    drawn: list[tuple[str, int, Pair]] = []
    names_drawn: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for kind, wanted in [*KINDS.items(), *MORE.items()]:
        left = sorted(found[kind].keys() - names_drawn[kind])
        for names in chance.sample(left, min(wanted, len(left))):
            names_drawn[kind].add(names)
            group = found[kind][names]
            chosen = list(_of_one_pair_of_names(kind, group, chance))
            drawn += [(kind, len(group) / len(chosen), pair) for pair in chosen]
    for kind, groups in found.items():
        total, count = sum(map(len, groups.values())), sum(kind == k for k, _, _ in drawn)
        print(
            f"{kind}: {total} pairs of {len(groups)} pairs of names; "
            f"{count} of {len(names_drawn[kind])} drawn",
            file=sys.stderr,
        )
    for kind, share, pair in drawn:
        yield kind, share * len(found[kind]) / len(names_drawn[kind]), *pair


def _of_one_pair_of_names(kind: str, group: list[Pair], chance: random.Random) -> Iterator[Pair]:
    by_line: dict[tuple[str, ...], list[Pair]] = defaultdict(list)
    for a, b in group:
        by_line[a.kind, a.model, a.signed, b.kind, b.model, b.signed].append((a, b))
    most = MOST if "like" in kind or "near" in kind else 1
    for line in chance.sample(sorted(by_line), min(most, len(by_line))):
        yield chance.choice(by_line[line])


class Telling:
    """What a reader is shown of a pair, and what its name says elsewhere in the sheets."""

    def __init__(self, corpus: Corpus, statements: list[Statement]) -> None:
        self.corpus = corpus
        self.of_name: dict[tuple[str, str], list[Statement]] = defaultdict(list)
        for statement in statements:
            self.of_name[statement.state, statement.text].append(statement)

    def listed(self, sheets: frozenset[int]) -> str:
        first, last = (self.corpus.published[n].day for n in (min(sheets), max(sheets)))
        return f"{first}..{last} ({len(sheets)})"

    def row(self, s: Statement) -> str:
        day = s.signed if s.in_force else "asked"
        return " | ".join((s.state, s.name, s.type, s.county, s.model, day, s.document))

    def elsewhere(self, s: Statement) -> str:
        """What else its name was listed with: models, days, lists and counties."""
        beside: dict[str, set[int]] = defaultdict(set)
        counties: set[str] = set()
        for also in self.of_name[s.state, s.text]:
            counties |= {also.county} - {""}
            beside[f"{also.model} {also.signed if also.in_force else 'asked'}"] |= also.sheets
        listed = "; ".join(f"{k} {self.listed(frozenset(v))}" for k, v in sorted(beside.items()))
        return f"{listed} [{', '.join(sorted(counties))}]"

    def pair(self, a: Statement, b: Statement, same_names: bool) -> str:
        """Both rows, how often one sheet has both, and (unless told just before) the names elsewhere."""
        lines = [f"  {self.row(s)} | {self.listed(s.sheets)}" for s in (a, b)]
        if both := len(a.sheets & b.sheets):
            lines[1] += f" | {both} sheets have both"
        if not same_names:
            lines += [
                f"    {mark} {self.elsewhere(s)}"
                for mark, s in (("L", a), ("R", b))[: 2 if (a.state, a.text) != (b.state, b.text) else 1]
            ]
        return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sheets", type=Path)
    parser.add_argument("--seed", type=int, default=1357)
    parser.add_argument("--table", type=Path, required=True)
    options = parser.parse_args()
    readings = read_folder(sheet_paths(options.sheets))
    corpus = assemble(readings.sheets, readings.pool, gazetteer())
    statements = read_statements(corpus)
    telling = Telling(corpus, statements)
    drawn = list(draw(statements, random.Random(options.seed)))
    with options.table.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        told, before = "", ("", "", "", "")
        table.writerow(["number", "kind", "weight", "question", "left_at", "left", "right_at", "right"])
        for number, (kind, weight, a, b) in enumerate(drawn, 1):
            question = question_of(a, b)
            at = [f"{corpus.sheets[s.rows[0][0]].name} row {s.rows[0][1]}" for s in (a, b)]
            table.writerow(
                [number, kind, f"{weight:.3f}", question, at[0], telling.row(a), at[1], telling.row(b)]
            )
            names = (a.state, a.text, b.state, b.text)
            print(f"{number}. {question}" + ("" if kind == told else f": {kind}"))
            print(telling.pair(a, b, names == before))
            told, before = kind, names


if __name__ == "__main__":
    main()
