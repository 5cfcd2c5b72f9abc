"""Draw pairs of texts that may be one agency or one agreement, for a reader to judge; not from the rules.

    .venv/bin/python tests/registry/draw_candidates.py SHEETS --seed 287 --table pairs.csv > pairs.txt

Every two different texts of a state (state and name as published) are compared by letters, by words, by
shared document, by shared model and day, and by whether one begins as the other ends. So are like names
across states; of one name, its signing days. Each pair is of the first kind that it fits, and of each some
are drawn at random. What the rules decided is neither read nor shown. The text shows each pair with what its
rows say; the table gives the columns of `data/adjudicated.csv` that a reader does not write.
"""

import argparse
import csv
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from pathlib import Path

from rapidfuzz import fuzz

from evenhand.registry.build import read_folder
from evenhand.registry.corpus import Corpus, assemble
from evenhand.registry.places import gazetteer
from evenhand.registry.reading import IN_FORCE, sheet_paths

KINDS = {
    "one text but for case and blanks": 10,
    "one document": 20,
    "letters nearly alike": 35,
    "words alike": 30,
    "begins as the other ends": 35,
    "one model and day, some likeness": 25,
    "like names in two states": 25,
    "signing days of one name": 50,
}
"""How many pairs are drawn of each kind, in the order in which a pair is given its kind."""

WHOLE = ("one document", "signing days of one name")
"""Kinds of which the pairs that were not drawn are shown after all others."""


@dataclass
class Text:
    """A state and a name as published: what its rows say, by sheet."""

    state: str
    name: str
    rows: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    links: set[str] = field(default_factory=set)
    counties: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    sheets: set[int] = field(default_factory=set)

    def __str__(self) -> str:
        return f"{self.state}: {self.name}"


def read_texts(corpus: Corpus) -> dict[tuple[str, str], Text]:
    """Each state and name, as cleaned of blanks alone, with its rows."""
    found: dict[tuple[str, str], Text] = {}
    for sheet, content in zip(corpus.sheet.tolist(), corpus.content.tolist(), strict=True):
        raw, clean = corpus.contents[content], corpus.cleans[content]
        key = (clean.state, " ".join(clean.agency.split()))
        text = found.get(key) or found.setdefault(key, Text(*key))
        text.sheets.add(sheet)
        kind = str(clean.model) + ("" if corpus.sheets[sheet].kind == IN_FORCE else " asked")
        text.rows[kind, str(clean.signed or "")].append(sheet)
        if clean.moa_url:
            text.links.add(clean.moa_url.rsplit("/", 1)[-1])
        if raw.county.strip():
            text.counties.add(raw.county.strip())
        text.types.add(raw.type.strip())
    return found


def candidates(texts: list[Text], days: list[date]) -> Iterator[tuple[str, Text, Text]]:
    """Every pair of texts that something ties, with its kind."""
    for a, b in combinations(texts, 2):
        if a.state != b.state:
            if fuzz.ratio(a.name.lower(), b.name.lower()) >= 97:
                yield "like names in two states", a, b
            continue
        letters = fuzz.ratio(a.name.lower(), b.name.lower())
        words = fuzz.token_set_ratio(a.name.lower(), b.name.lower())
        shared = {(m, d) for m, d in a.rows.keys() & b.rows.keys() if d}
        if "".join(a.name.lower().split()) == "".join(b.name.lower().split()):
            yield "one text but for case and blanks", a, b
        elif a.links & b.links:
            yield "one document", a, b
        elif letters >= 92:
            yield "letters nearly alike", a, b
        elif words >= 90 and letters >= 60:
            yield "words alike", a, b
        elif letters >= 60 and follows(a, b, days):
            yield "begins as the other ends", a, b
        elif shared and letters >= 70:
            yield "one model and day, some likeness", a, b


def follows(a: Text, b: Text, days: list[date]) -> bool:
    """Whether one is first listed at most ten days after the other is last listed, in either order."""
    orders = ((a, b), (b, a))
    return any(0 <= (days[min(y.sheets)] - days[max(x.sheets)]).days <= 10 for x, y in orders)


def signing_days(texts: list[Text]) -> Iterator[tuple[str, Text, str, str, str]]:
    """Two signing days of one name and model."""
    for text in texts:
        by_model: dict[str, set[str]] = defaultdict(set)
        for model, day in text.rows:
            if not model.endswith("asked"):
                by_model[model].add(day)
        for model, found in sorted(by_model.items()):
            for one, other in combinations(sorted(found), 2):
                yield "signing days of one name", text, model, one, other


def told(text: Text, corpus: Corpus, only: str = "") -> str:
    """What the rows of a text say, for a reader."""
    lines = [f"  {text}  [{', '.join(sorted(text.types))}; {', '.join(sorted(text.counties))}]"]
    for (model, day), sheets in sorted(text.rows.items()):
        if only and model != only:
            continue
        days = [corpus.published[n].day for n in (min(sheets), max(sheets))]
        lines.append(f"    {model} {day or '-'}: {days[0]}..{days[1]} in {len(set(sheets))} sheets")
    if text.links:
        lines.append(f"    {', '.join(sorted(text.links))[:230]}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sheets", type=Path)
    parser.add_argument("--seed", type=int, default=287)
    parser.add_argument("--table", type=Path, help="also write the pairs as CSV")
    options = parser.parse_args()
    readings = read_folder(sheet_paths(options.sheets))
    corpus = assemble(readings.sheets, readings.pool, gazetteer())
    days = [p.day for p in corpus.published]
    texts = [text for _, text in sorted(read_texts(corpus).items())]
    found: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for kind, *pair in candidates(texts, days):
        found[kind].append(tuple(pair))
    for kind, *pair in signing_days(texts):
        found[kind].append(tuple(pair))
    chance = random.Random(options.seed)
    chosen: list[tuple[str, tuple[object, ...]]] = []
    for kind, wanted in KINDS.items():
        drawn = chance.sample(found[kind], min(wanted, len(found[kind])))
        chosen += [(kind, pair) for pair in drawn]
        print(f"{kind}: {len(found[kind])} pairs, {len(drawn)} drawn", file=sys.stderr)
    for kind in WHOLE:
        chosen += [(kind, pair) for pair in found[kind] if (kind, pair) not in chosen]
    table: list[tuple[str, ...]] = [("number", "drawn", "subject", "left", "right")]
    for kind, (first, *rest) in chosen:
        number = str(len(table))
        print(f"{number}. {kind}")
        assert isinstance(first, Text)
        if isinstance(rest[0], Text):
            print(told(first, corpus), told(rest[0], corpus), sep="\n")
            table.append((number, kind, "agency", str(first), str(rest[0])))
        else:
            model, *two = map(str, rest)
            print(told(first, corpus, model))
            print(f"    judge: {model} {' and '.join(day or '-' for day in two)}")
            both = [f"{first} / {model} / {day or 'no day'}" for day in two]
            table.append((number, kind, "agreement", *both))
    if options.table:
        with options.table.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(table)


if __name__ == "__main__":
    main()
