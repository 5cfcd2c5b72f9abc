"""All counts of a comparison as linked cells: whatever anyone can add up or subtract in the public tables.

A measure's cases split into events and the rest, a total into groups, and one population contains another:
those interviewed are some of those screened. The same numbers group by group are one count, whichever
measures show it. Columns (sex, age) share their totals. A difference between two populations is a cell too,
although no table shows it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from evenhand.disclosure.linked import Cell, Linked
from evenhand.uniformity.measures import MEASURES, SHARES
from evenhand.uniformity.results import GroupShare, GroupTime

if TYPE_CHECKING:
    from evenhand.uniformity.compare import Compared

Key = tuple[str, str]
"""A measure and a column."""
UNKNOWN = ""
"""Stands for the bookings of unknown group."""
CASES, EVENTS, REST = "cases", "events", "rest"
EVERYONE = "everyone booked"
KNOWN = "\0known"
"""Stands for all bookings of known group. No group is called so."""
BOOKED = ("booked", CASES)
"""The part that stands for all bookings, whatever measure they belong to."""
_CONTAINED = (
    (("coverage", EVENTS), ("steps", CASES)),
    (("coverage", EVENTS), ("interview", CASES)),
    (("referral", CASES), ("interview", EVENTS)),
    (("referral", EVENTS), ("no_action", CASES)),
    (("referral", EVENTS), ("detainer", EVENTS)),
    (("detainer", EVENTS), ("held", EVENTS)),
    (("held", EVENTS), ("hold_length", CASES)),
    (("coverage", CASES), ("stay", CASES)),
)
"""Populations (a measure and a part of it), and others that they contain as a rule.

Where a group has more in the other, nothing follows from the two.
"""
Part = tuple[str, str]
Counts = dict[str, int]


class Counted:
    """The counts of each measure, column and group, as cells of linked tables."""

    def __init__(self, found: "Compared") -> None:
        self.counts: dict[tuple[str, Part], Counts] = _counts(found)
        self._names = self._shared_names()
        self._values: dict[Cell, int] = {}
        self._sums: dict[tuple[Cell, tuple[Cell, ...]], None] = {}
        for (column, part), counts in self.counts.items():
            self._total(column, part, counts)
        for (column, (measure, kind)), counts in self.counts.items():
            if kind == CASES and (column, (measure, EVENTS)) in self.counts:
                for group in (*counts, None):
                    whole, *halves = (self.cell(column, (measure, p), group) for p in (CASES, EVENTS, REST))
                    self._sum(whole, halves)
        self._bookings(found)
        for (column, part), counts in self.counts.items():
            for other in _contained(part):
                if (column, other) in self.counts:
                    self._difference(column, part, other, counts)

    def cell(self, column: str, part: Part, group: str | None) -> Cell:
        """The cell of a group's count; of the total of all groups for None."""
        name = self._names[column, part]
        if group is None:
            return (name,), ()
        return (name,), (column,) if group == KNOWN else (column, group)

    def linked(self) -> Linked:
        """All cells that are not zero, and their sums."""
        place = {cell: n for n, (cell, _) in enumerate(self._present())}
        equations = (
            (place[parent], tuple(place[child] for child in children if child in place))
            for parent, children in self._sums
            if parent in place
        )
        return Linked(tuple(place), tuple(n for _, n in self._present()), tuple(equations))

    def totals(self) -> set[Cell]:
        """The totals, which someone may know from elsewhere."""
        return {cell for cell, _ in self._present() if cell[-1] == ()}

    def _present(self) -> Iterator[tuple[Cell, int]]:
        return ((cell, number) for cell, number in self._values.items() if number)

    def _shared_names(self) -> dict[tuple[str, Part], str]:
        """One name for the parts of measures that count the same: equal group by group in some column."""
        parts = dict.fromkeys(part for _, part in self.counts)
        name = {part: "/".join(part) for part in parts}
        alike: dict[tuple[str, tuple[tuple[str, int], ...]], Part] = {}
        for (column, part), counts in self.counts.items():
            first = alike.setdefault((column, tuple(counts.items())), part)
            # A measure's events and its rest may be as many by chance.
            if first[0] != part[0]:
                old, new = name[part], name[first]
                name = {p: new if n == old else n for p, n in name.items()}
        # Parts that agree in one column and not in another are two counts after all.
        by_name: dict[tuple[str, str], set[tuple[tuple[str, int], ...]]] = defaultdict(set)
        for (column, part), counts in self.counts.items():
            by_name[column, name[part]].add(tuple(counts.items()))
        unlike = {shared for (_, shared), vectors in by_name.items() if len(vectors) > 1}
        return {
            (column, part): "/".join(part) if name[part] in unlike else name[part]
            for column, part in self.counts
        }

    def _total(self, column: str, part: Part, counts: Counts) -> None:
        """Add a part's groups, those of known group together, and the total of all."""
        groups = {self.cell(column, part, group): number for group, number in counts.items()}
        self._values |= groups
        unknown = self.cell(column, part, UNKNOWN)
        known = self.cell(column, part, KNOWN)
        self._values[known] = sum(groups.values()) - groups[unknown]
        self._values[self.cell(column, part, None)] = sum(groups.values())
        self._sum(known, [cell for cell in groups if cell != unknown])
        self._sum(self.cell(column, part, None), [known, unknown])

    def _bookings(self, found: "Compared") -> None:
        """Add all bookings, of known and of unknown group: the table of missing groups shows them."""
        for row in found.missing:
            if row.bookings is None or row.missing is None:
                continue
            self._names[row.column, BOOKED] = "/".join(BOOKED)
            numbers = {UNKNOWN: row.missing, KNOWN: row.bookings - row.missing, None: row.bookings}
            cells = {group: self.cell(row.column, BOOKED, group) for group in numbers}
            self._values |= {cells[group]: number for group, number in numbers.items()}
            self._sum(cells[None], [cells[KNOWN], cells[UNKNOWN]])
            for (column, part), counts in self.counts.items():
                if column == row.column and part[1] == CASES and MEASURES[part[0]].of == EVERYONE:
                    measured = {UNKNOWN: counts[UNKNOWN], None: sum(counts.values())}
                    measured[KNOWN] = sum(counts.values()) - counts[UNKNOWN]
                    self._rest(column, BOOKED, part, {g: (numbers[g], measured[g]) for g in numbers})

    def _difference(self, column: str, part: Part, other: Part, counts: Counts) -> None:
        """Add what is left of a population without one that it contains."""
        contained = self.counts[column, other]
        if counts.keys() != contained.keys() or counts == contained:
            return
        pairs: dict[str | None, tuple[int, int]] = {g: (n, contained[g]) for g, n in counts.items()}
        pairs[None] = (sum(counts.values()), sum(contained.values()))
        self._rest(column, part, other, pairs)

    def _rest(
        self, column: str, part: Part, other: Part, pairs: Mapping[str | None, tuple[int, int]]
    ) -> None:
        """Add the differences, unless the one does not contain the other after all."""
        if any(most < least for most, least in pairs.values()):
            return
        for group, (most, least) in pairs.items():
            whole, contained = self.cell(column, part, group), self.cell(column, other, group)
            left = ((f"{whole[0][0]} without {contained[0][0]}",), whole[1])
            self._values[left] = most - least
            self._sum(whole, [contained, left])

    def _sum(self, whole: Cell, parts: list[Cell]) -> None:
        if parts != [whole]:
            self._sums[whole, tuple(parts)] = None


def _counts(found: "Compared") -> dict[tuple[str, Part], Counts]:
    counts: dict[tuple[str, Part], Counts] = defaultdict(dict)
    rows: tuple[GroupShare | GroupTime, ...] = (*found.shares, *found.times)
    for row in rows:
        for part, number in _parts(row, row.events or 0, row.cases or 0).items():
            counts[row.column, (row.measure, part)][row.group] = number
    for row in rows:
        events, cases = found.unknown_group.get((row.measure, row.column), (0, 0))
        for part, number in _parts(row, events, cases).items():
            counts[row.column, (row.measure, part)][UNKNOWN] = number
    # The groups in one order, so that equal counts are seen as equal.
    return {key: dict(sorted(groups.items())) for key, groups in counts.items()}


def _parts(row: GroupShare | GroupTime, events: int, cases: int) -> dict[str, int]:
    """The counts that a row shows, or that follow from it."""
    if isinstance(row, GroupShare):
        return {CASES: cases, EVENTS: events, REST: cases - events}
    return {CASES: cases}


def _contained(part: Part) -> list[Part]:
    """The parts of measures whose people are some of this part's."""
    found = [smaller for larger, smaller in _CONTAINED if larger == part]
    first = next(m for m in SHARES if m.of == EVERYONE)
    if part == (first.id, CASES):
        found += [(m.id, CASES) for m in MEASURES.values() if m.of == EVERYONE and m is not first]
    return found
