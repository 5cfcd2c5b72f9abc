"""What the sheets show of two spellings or two lines: listed together, handed over, one link or county."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from evenhand.registry.cleaning import Model
from evenhand.registry.corpus import Corpus
from evenhand.registry.lines import Line, Lines, Node, first, last
from evenhand.registry.reading import IN_FORCE, PENDING

HANDOVER_GAP = 2
"""One line hands over to another if it is next listed at most this many sheets later: one sheet may fail."""


@dataclass(frozen=True)
class Handover:
    """A line that another takes the place of: how many sheets later (0: the old one fills a hole in the new
    one), and how many other handovers involve just one of the two."""

    old: int
    new: int
    gap: int
    rivals: int


class Evidence:
    """Questions on a corpus's lines, answered from the sheets alone."""

    def __init__(self, corpus: Corpus, lines: Lines) -> None:
        self.corpus, self.lines = corpus, lines
        force, pend = corpus.series(IN_FORCE), corpus.series(PENDING)
        self.force_days = [corpus.published[n].day for n in force]
        self.pending_days = [corpus.published[n].day for n in pend]

    @cached_property
    def by_key(self) -> dict[str, int]:
        return {node.key: n for n, node in enumerate(self.lines.nodes)}

    @cached_property
    def link_nodes(self) -> dict[str, set[int]]:
        """The spellings that each link ever stood beside."""
        found: dict[str, set[int]] = defaultdict(set)
        for line in self.lines.lines:
            for link in line.links:
                found[link].add(line.node)
        return found

    def node(self, key: str) -> Node:
        return self.lines.nodes[self.by_key[key]]

    def lines_of(self, keys: Iterable[str]) -> list[Line]:
        return [line for key in keys for line in self.lines.of_node(self.by_key[key])]

    def together(self, a: Iterable[Line], b: Iterable[Line]) -> int:
        """How many sheets list both under one model."""
        left, right = _by_model(a), _by_model(b)
        return sum(
            ((left[m][0] & right[m][0]).bit_count() + (left[m][1] & right[m][1]).bit_count())
            for m in left.keys() & right.keys()
        )

    def shared_lines(self, a: Iterable[Line], b: Iterable[Line]) -> set[tuple[Model, date]]:
        """Models and signing days that both have."""
        left = {(x.model, x.signed) for x in a if x.signed}
        return {(y.model, y.signed) for y in b if y.signed and (y.model, y.signed) in left}

    def shared_links(self, a: Iterable[Line], b: Iterable[Line]) -> set[str]:
        """Links that stood beside both."""
        left = {link for line in a for link in line.links}
        return {link for line in b for link in line.links if link in left}

    def span(self, lines: Iterable[Line]) -> tuple[date, date] | None:
        """First and last day on which any sheet lists any of the lines."""
        days: list[date] = []
        for line in lines:
            if line.listed:
                days += (self.force_days[first(line.listed)], self.force_days[last(line.listed)])
            if line.pending:
                days += (self.pending_days[first(line.pending)], self.pending_days[last(line.pending)])
        return (min(days), max(days)) if days else None

    def handovers(self, across_models: bool = False, across_states: bool = False) -> Iterator[Handover]:
        """Pairs of lines of one state, model and signing day, one of which ends as the other begins, or which
        alternate at that point, or one of which fills a hole in the other. No sheet lists both.

        `across_models` pairs lines of one spelling that differ in their model instead, `across_states` lines
        of one name's words in any state.
        """
        groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for n, line in enumerate(self.lines.lines):
            if line.listed and line.signed:
                node = self.lines.nodes[line.node]
                place = node.name.key if across_states else node.state
                key = (node.key, line.signed) if across_models else (place, line.model, line.signed)
                groups[key].append(n)
        for members in groups.values():
            found = [h for a in members for b in members if (h := self._handover(a, b)) is not None]
            for handover in found:
                rivals = sum(1 for h in found if (h.old == handover.old) != (h.new == handover.new))
                yield replace(handover, rivals=rivals)

    def _handover(self, old: int, new: int) -> Handover | None:
        a, b = self.lines.lines[old], self.lines.lines[new]
        if old == new or a.listed & b.listed:
            return None
        gap = first(b.listed) - last(a.listed)
        if 1 <= gap <= HANDOVER_GAP:
            return Handover(old, new, gap, 0)
        if first(a.listed) < first(b.listed) < last(a.listed) < last(b.listed) and -gap <= HANDOVER_GAP:
            return Handover(old, new, gap, 0)
        if first(a.listed) and self._fills(a.listed, b.listed):
            return Handover(old, new, 0, 0)
        return None

    @staticmethod
    def _fills(small: int, large: int) -> bool:
        """Whether one line stands just in a hole of the other: listed before and after, never between."""
        start, end = first(small), last(small)
        between = ((1 << (end + 1)) - 1) ^ ((1 << start) - 1)
        around = 1 << (start - 1) | 1 << (end + 1)
        return not large & between and large & around == around


def _by_model(lines: Iterable[Line]) -> dict[Model, tuple[int, int]]:
    found: dict[Model, tuple[int, int]] = {}
    for line in lines:
        listed, pending = found.get(line.model, (0, 0))
        found[line.model] = (listed | line.listed, pending | line.pending)
    return found
