"""Lines: what stays the same from sheet to sheet: one spelling of an agency, a model and a signing day.

Which sheets list a line is kept as a bit for each sheet of the series (a Python integer), so that overlaps,
gaps and handovers are a few operations.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from evenhand.registry.cleaning import Model
from evenhand.registry.corpus import Corpus
from evenhand.registry.names import Body, Name
from evenhand.registry.reading import IN_FORCE


@dataclass
class Line:
    """One agency spelling, model and signing day. `listed` has a bit for each sheet in force, `pending` for
    each pending sheet; `links` are the agreements' addresses that its rows ever had."""

    node: int
    model: Model
    signed: date | None
    listed: int = 0
    pending: int = 0
    links: frozenset[str] = frozenset()
    contents: list[int] = field(default_factory=list)
    rows: int = 0


@dataclass
class Node:
    """One agency spelling in one state: `key` is `STATE|words`, `texts` the ways it was written, with the
    number of rows; `counties` FIPS codes that rows gave, with the number of rows."""

    key: str
    state: str
    name: Name
    type: str
    texts: dict[str, int] = field(default_factory=dict)
    counties: dict[str, int] = field(default_factory=dict)
    county_texts: set[str] = field(default_factory=set)
    lines: list[int] = field(default_factory=list)

    @property
    def of_one_county(self) -> bool:
        """Whether the key names a county, because a sheet lists the name in two."""
        return " @" in self.key

    @property
    def text(self) -> str:
        """The most frequent writing."""
        return min(self.texts, key=lambda t: (-self.texts[t], t))


@dataclass
class Lines:
    """All nodes and lines of a corpus; `line_of` gives each distinct row's line."""

    nodes: list[Node]
    lines: list[Line]
    line_of: NDArray[np.int32]

    def of_node(self, node: int) -> Iterator[Line]:
        return (self.lines[n] for n in self.nodes[node].lines)


def bits(mask: int) -> Iterator[int]:
    """The places of the bits that are set, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def first(mask: int) -> int:
    """The first sheet of a mask (of at least one)."""
    return (mask & -mask).bit_length() - 1


def last(mask: int) -> int:
    """The last sheet of a mask (of at least one)."""
    return mask.bit_length() - 1


def draw_lines(corpus: Corpus) -> Lines:
    """Group a corpus's distinct rows into lines and spellings, in an order that depends on content alone."""
    names = [f"{c.state}|{c.name.key}" for c in corpus.cleans]
    in_two = _in_two_counties(corpus, names)
    keys = [
        (f"{name} @{c.county_fips}" if name in in_two and c.county_fips else name, c.model, c.signed)
        for name, c in zip(names, corpus.cleans, strict=True)
    ]
    order = sorted(set(keys), key=lambda k: (k[0], k[1], str(k[2])))
    number = {key: n for n, key in enumerate(order)}
    node_number = {key: n for n, key in enumerate(dict.fromkeys(k[0] for k in order))}
    lines = [Line(node_number[key], model, signed) for key, model, signed in order]
    counts = np.bincount(corpus.content, minlength=len(keys)) if len(keys) else np.zeros(0, int)
    types: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    nodes: dict[str, Node] = {}
    for n, clean in enumerate(corpus.cleans):
        key, rows = keys[n], int(counts[n])
        node = nodes.get(key[0]) or nodes.setdefault(key[0], Node(key[0], clean.state, clean.name, ""))
        node.texts[clean.agency] = node.texts.get(clean.agency, 0) + rows
        if clean.county_fips:
            node.counties[clean.county_fips] = node.counties.get(clean.county_fips, 0) + rows
        if clean.county:
            node.county_texts.add(clean.county)
        types[key[0]][clean.type] += rows
        line = lines[number[key]]
        line.contents.append(n)
        line.rows += rows
        if clean.moa_url:
            line.links |= {clean.moa_url}
    for key_, node in nodes.items():
        given = {t: c for t, c in types[key_].items() if t}
        node.type = min(given, key=lambda t: (-given[t], t)) if given else ""
    line_of = np.array([number[k] for k in keys], np.int32)
    for n in range(len(lines)):
        nodes[order[n][0]].lines.append(n)
    _mark(corpus, lines, line_of)
    return Lines([nodes[key] for key in node_number], lines, line_of)


def _in_two_counties(corpus: Corpus, names: list[str]) -> set[str]:
    """Names that one sheet lists in two counties: two towns of one name, and not one county corrected."""
    given: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for content, (name, clean) in enumerate(zip(names, corpus.cleans, strict=True)):
        if clean.county_fips and not clean.name.of_county and clean.name.body is not Body.STATE:
            given[name][clean.county_fips].append(content)
    found: set[str] = set()
    for name, by_county in given.items():
        if len(by_county) > 1:
            sheets = [
                set(corpus.sheet[np.isin(corpus.content, contents)].tolist())
                for contents in by_county.values()
            ]
            if any(a & b for a, b in combinations(sheets, 2)):
                found.add(name)
    return found


def _mark(corpus: Corpus, lines: list[Line], line_of: NDArray[np.int32]) -> None:
    """Set the bits of the sheets in which each line stands."""
    if not len(corpus.content):
        return
    place, in_force, pending = corpus.places()
    is_force = np.array([s.kind == IN_FORCE for s in corpus.sheets])
    line, sheet = line_of[corpus.content], corpus.sheet
    for force, width in ((True, in_force), (False, pending)):
        chosen = is_force[sheet] == force
        matrix = np.zeros((len(lines), width), bool)
        matrix[line[chosen], place[sheet[chosen]]] = True
        packed = np.packbits(matrix, axis=1, bitorder="little")
        for n, found in enumerate(lines):
            mask = int.from_bytes(packed[n].tobytes(), "little")
            if force:
                found.listed = mask
            else:
                found.pending = mask
