"""Finding occurrences where moments are known roughly: which one, if certain, and the range of its moment.

The events of a history, or those of them with equal fields, are a stretch of a line. On it an event's
earliest and its latest moment are numbers that grow from stretch to stretch, so that a search on the line is
a search in a stretch, and a running maximum or minimum never leaves it unnoticed. The meaning is that of
`rules/case.py`.

Where a search looks back from an act: possible are the events that can begin before the act ends, which are
the first ones in order; sure are those that end before it begins, the first ones in order of their ends, and
those of the same minute that the record gives before it. Looking ahead is the mirror image.
"""

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from evenhand.rules.algebra import Count, First, Last, Next, Prev
from evenhand.rules.array.columns import NO, NOTHING, YES, Array, Mask, Values, distinct
from evenhand.rules.array.finding import Occurrence, equal_fields, stretches
from evenhand.rules.array.part import Acts, Part, Selection

PAIRS_AT_ONCE = 4_000_000


class Spot(NamedTuple):
    """Where an occurrence is at each act.

    `yes`: it happened; `maybe`: that depends on moments known too roughly. `places`: its place among the
    selected events where it is certain which one it is, else -1. `low` and `high`: the range of its moment.
    """

    yes: Any
    maybe: Any
    places: Array
    low: Values
    high: Values


class Line:
    """Selected events in stretches, each of a history and of equal fields, in order of their rows.

    `order` gives their places among the events selected, where those are more or in another order; `bounds`
    the bounds of each history's stretch, where they are known.
    """

    def __init__(self, part: Part, rows: Array, group: Array, order: Array | None) -> None:
        self.part, self.rows, self.group, self.order = part, rows, group, order
        self.width = len(part.ticks) + 1
        self.low = group * self.width + part.low_tick[rows]
        self.high = group * self.width + part.high_tick[rows]
        self.where = group * len(part.case) + rows
        self.bounds: Array | None = None

    @cached_property
    def by_high(self) -> Array:
        """The events in order of their latest moments."""
        return np.argsort(self.high, kind="stable")

    @cached_property
    def highs(self) -> Array:
        return self.high[self.by_high]

    @cached_property
    def last_by_high(self) -> Array:
        """The last in order of rows, up to each place in order of latest moments."""
        return np.maximum.accumulate(self.by_high)

    @cached_property
    def greatest_high(self) -> Array:
        """The greatest latest moment up to each event."""
        return np.maximum.accumulate(self.high)

    @cached_property
    def least_high(self) -> Array:
        """The least latest moment from each event on; one more beyond the end."""
        found = np.minimum.accumulate(self.high[::-1])[::-1]
        return np.append(found, np.iinfo(np.int64).max)

    @cached_property
    def fellows(self) -> tuple[Array, Array]:
        """Where the events of the same minute as each begin and end on the line; itself if there are none."""
        here = np.arange(len(self.rows))
        short = np.flatnonzero(self.part.in_short[self.rows])
        begin, end = here.copy(), here + 1
        base = self.group[short] * len(self.part.case)
        begin[short] = np.searchsorted(self.where, base + self.part.fellows_begin(self.rows[short]))
        end[short] = np.searchsorted(self.where, base + self.part.fellows_end(self.rows[short]))
        return begin, end

    @cached_property
    def after_all(self) -> Mask:
        """Whether each event surely comes after all those before it on the line."""
        begin = self.fellows[0]
        before = self.greatest_high[np.maximum(begin - 1, 0)]
        surely: Mask = (begin == 0) | (before <= self.low)
        return surely

    @cached_property
    def before_all(self) -> Mask:
        """Whether each event surely comes before all those after it on the line."""
        end = self.fellows[1]
        after = np.append(self.low, np.iinfo(np.int64).max)[end]
        surely: Mask = self.high <= after
        return surely

    def time(self, number: Array, group: Array) -> Array:
        """The moment of a number on the line in a stretch; of no meaning for one outside it."""
        tick = np.clip(number - group * self.width, 0, self.width - 2)
        moments: Array = self.part.ticks[tick]
        return moments


def line_of(chosen: Selection, acts: Acts, keys: tuple[str, ...]) -> tuple[Line, Array]:
    """The line of the selected events, and the stretch of each act; below zero where it has none."""
    part = chosen.part
    if not keys:
        key = id(chosen)
        if key not in part.lines:
            part.lines[key] = _line_of_histories(chosen)
        return part.lines[key], acts.case.astype(np.int64)
    stretch, act_stretch = stretches(chosen, acts, keys)
    kept = np.flatnonzero((stretch >= 0) & part.inexact_cases[chosen.case])
    full = stretch[kept] * part.cases + chosen.case[kept]
    groups = distinct(full)
    if not len(groups):
        return Line(part, chosen.rows[:0], np.zeros(0, np.int64), kept), np.full(len(acts), -1)
    group = np.searchsorted(groups, full)
    order = np.lexsort((chosen.rows[kept], group))
    wanted = act_stretch * part.cases + acts.case
    found = np.minimum(np.searchsorted(groups, wanted), len(groups) - 1)
    own = np.where((groups[found] == wanted) & (act_stretch >= 0), found, -1)
    return Line(part, chosen.rows[kept][order], group[order], kept[order]), own


def _line_of_histories(chosen: Selection) -> Line:
    """The events of the histories in which some moment is not exact, a stretch for each history."""
    part = chosen.part
    kept = np.flatnonzero(part.inexact_cases[chosen.case])
    if len(kept) < len(chosen):
        return Line(part, chosen.rows[kept], chosen.case[kept].astype(np.int64), kept)
    line = Line(part, chosen.rows, chosen.case.astype(np.int64), None)
    line.bounds = chosen.bounds.astype(np.int64)
    return line


def find_roughly(ref: Occurrence, chosen: Selection, acts: Acts) -> Spot:
    """Where the occurrence is, among the selected events, at each act."""
    if not len(chosen):
        return Spot(NO, NO, np.full(len(acts), -1, np.int32), NOTHING, NOTHING)
    if chosen.by_case is not None:
        return _only(ref, chosen, acts, chosen.by_case)
    line, group = line_of(chosen, acts, getattr(ref, "on", ()))
    if not len(line.rows):
        return Spot(NO, NO, np.full(len(acts), -1, np.int32), NOTHING, NOTHING)
    search = _Search(line, group, acts)
    match ref:
        case First():
            return search.first()
        case Last(on=keys):
            return search.last_other() if keys else search.last()
        case Prev():
            return search.prev()
        case Next(strictly=strictly):
            return search.next(strictly=strictly)


def _only(ref: Occurrence, chosen: Selection, acts: Acts, by_case: Array) -> Spot:
    """Where a history has at most one selected event."""
    part, own, place = acts.part, acts.rows, by_case[acts.case]
    row = chosen.rows[place]
    low, high = part.moment[row], part.latest[row]
    yes: Any = place >= 0
    maybe: Any = NO
    keys = getattr(ref, "on", ())
    if keys or isinstance(ref, Prev | Next):
        yes = yes & (row != own)
    for name in keys:
        yes = yes & equal_fields(acts.values(name), chosen.take(name, place))
    if isinstance(ref, Prev | Next):
        earliest, latest = part.moment[own], part.latest[own]
        fellows = (low == earliest) & part.in_short[row] & part.in_short[own] if part.any_short else NO
        match ref:
            case Prev():
                sure, possible = (high <= earliest) | (fellows & (row < own)), low <= latest
            case Next(strictly=True):
                sure, possible = latest < low, (earliest < high) & ~(fellows & (row < own))
            case Next():
                sure, possible = (latest <= low) | (fellows & (own < row)), earliest <= high
        yes, maybe = yes & sure, yes & possible & ~sure
    return Spot(yes, maybe, np.where(yes, place, np.int32(-1)), Values(low, yes), Values(high, yes))


class _Search:
    """A search from acts on a line. `begin` and `end` bound each act's stretch."""

    def __init__(self, line: Line, group: Array, acts: Acts) -> None:
        self.line, self.group = line, group
        part, rows = acts.part, acts.rows
        self.base = group * line.width
        self.earliest, self.latest = part.moment[rows], part.latest[rows]
        self.low, self.high = self.base + part.low_tick[rows], self.base + part.high_tick[rows]
        if line.bounds is not None:
            self.begin, self.end = line.bounds[acts.case], line.bounds[acts.case + 1]
        else:
            self.begin = np.searchsorted(line.low, self.base)
            self.end = np.searchsorted(line.low, self.base + line.width)
        where = group * len(part.case) + rows
        self.place = np.searchsorted(line.where, where)
        """The place of the act on the line, or the one where it would be."""
        self.inside = line.where[np.minimum(self.place, len(line.rows) - 1)] == where
        self.exact = self.earliest == self.latest
        before, after = self.place, self.place + self.inside
        if part.any_short and (short := part.in_short[rows]).any():
            numbers = group * len(part.case)
            begin = np.searchsorted(line.where, numbers + part.fellows_begin(rows))
            end = np.searchsorted(line.where, numbers + part.fellows_end(rows))
            self.fellows_before = np.where(short, before - begin, 0)
            self.fellows_after = np.where(short, end - after, 0)
        else:
            self.fellows_before = self.fellows_after = np.zeros(len(rows), np.int64)

    def first(self) -> Spot:
        line, there = self.line, self.end > self.begin
        first = np.where(there, self.begin, 0)
        return self._spot(
            there,
            NO,
            first,
            there & line.before_all[first],
            line.part.moment[line.rows[first]],
            line.time(line.least_high[first], self.group),
        )

    def last(self) -> Spot:
        line, there = self.line, self.end > self.begin
        last = np.where(there, self.end - 1, 0)
        return self._spot(
            there,
            NO,
            last,
            there & line.after_all[last],
            line.part.moment[line.rows[last]],
            line.time(line.greatest_high[last], self.group),
        )

    def last_other(self) -> Spot:
        """The last of those other than the act."""
        line = self.line
        number = self.end - self.begin - self.inside
        there = number > 0
        last = np.where(there, self.end - 1 - (self.inside & (self.place == self.end - 1)), 0)
        low, high = line.low[last], line.high[last]
        # How many others surely come before it: those that end before it begins, and those of its minute.
        before = np.searchsorted(line.highs, low, "right") - self.begin - (high <= low)
        before = before - (self.inside & (self.high <= low))
        begin = line.fellows[0][last]
        before = before + (last - begin) - (self.inside & (begin <= self.place) & (self.place < last))
        greatest = np.where(there, self.end - 1, 0)
        itself = self.inside & (line.by_high[greatest] == self.place)
        greatest = np.maximum(greatest - itself, 0)
        return self._spot(
            there,
            NO,
            last,
            there & (before == number - 1),
            line.part.moment[line.rows[last]],
            line.time(line.highs[greatest], self.group),
        )

    def prev(self) -> Spot:
        line = self.line
        possible = np.searchsorted(line.low, self.high, "right") - self.begin - self.inside
        ended = np.searchsorted(line.highs, self.low, "right")
        itself = self.inside & self.exact
        sure = ended - self.begin - itself + self.fellows_before
        yes, maybe = self._happened(sure, possible)
        # The act, if it is exact, is the last of those that end by then, or not the last in order of rows.
        top = np.maximum(ended - 1, 0)
        top = np.maximum(top - (itself & (line.by_high[top] == self.place)), 0)
        last = np.where(self.fellows_before > 0, self.place - 1, line.last_by_high[top])
        last = np.where(yes, last, 0)
        certain = yes & (possible == sure) & ((self.fellows_before > 0) | line.after_all[last])
        shorter = np.searchsorted(line.highs, self.high, "left")
        inner = line.time(line.highs[np.maximum(shorter - 1, 0)], self.group)
        high = np.where(possible > shorter - self.begin, self.latest, inner)
        low = line.part.moment[line.rows[last]]
        return self._spot(
            yes, maybe, last, certain, low, np.where(certain, line.part.latest[line.rows[last]], high)
        )

    def next(self, *, strictly: bool) -> Spot:
        line, size = self.line, len(self.line.rows)
        side: Any = "right" if strictly else "left"
        possible = self.end - np.searchsorted(line.highs, self.low, side)
        begun = np.searchsorted(line.low, self.high, side)
        if strictly:
            possible = possible - (self.inside & ~self.exact) - self.fellows_before
            fellows, sure, first = np.zeros(len(begun), np.int64), self.end - begun, begun
        else:
            possible = possible - self.inside
            itself, fellows = self.inside & self.exact, self.fellows_after
            sure = self.end - begun - itself + fellows
            first = begun + (itself & (begun == self.place))
        yes, maybe = self._happened(sure, possible)
        beyond = line.least_high[np.minimum(first, size)]
        beyond = np.where(first < self.end, beyond, np.iinfo(np.int64).max)
        first = np.where(fellows > 0, self.place + self.inside, first)
        first = np.where(yes, first, 0)
        least = np.where(fellows > 0, np.minimum(line.high[first], beyond), beyond)
        certain = yes & (possible == sure) & line.before_all[first]
        later = np.searchsorted(line.low, self.low, "right")
        inner = line.part.moment[line.rows[np.minimum(later, size - 1)]]
        low = np.where(possible > self.end - later, self.earliest, inner)
        return self._spot(
            yes,
            maybe,
            first,
            certain,
            np.where(certain, line.part.moment[line.rows[first]], low),
            line.time(least, self.group),
        )

    def _happened(self, sure: Array, possible: Array) -> tuple[Mask, Mask]:
        there = self.group >= 0
        return there & (sure > 0), there & (sure <= 0) & (possible > 0)

    def _spot(self, yes: Any, maybe: Any, place: Array, certain: Any, low: Array, high: Array) -> Spot:
        yes = yes & (self.group >= 0)
        own = place if self.line.order is None else self.line.order[place]
        places = np.where(certain & yes, own, -1).astype(np.int32)
        return Spot(yes, maybe, places, Values(low, yes), Values(high, yes))


def _row_of(spot: Spot, chosen: Selection, size: int) -> Array:
    """The row of the occurrence at each act; -1 where it is not certain which one it is."""
    places = np.broadcast_to(spot.places, size)
    if not len(chosen.rows):
        return np.full(size, -1, np.int32)
    return np.where(places >= 0, chosen.rows[places], np.int32(-1))


def count_roughly(node: Count, chosen: Selection, acts: Acts, since: Spot) -> tuple[Values, Values]:
    """How many events surely, and how many possibly, lie from an occurrence up to the act."""
    size = len(acts)
    line, group = line_of(chosen, acts, ())
    if not len(line.rows) or not size:
        return Values(np.zeros(size, np.int64), YES), Values(np.zeros(size, np.int64), YES)
    part = acts.part
    base = group * line.width
    known = np.broadcast_to(since.yes, size)
    begin_low = np.where(known, since.low.data, 0)
    begin_high = np.where(known, since.high.data, 0)
    absent = ~known & ~np.broadcast_to(since.maybe, size)
    assert node.since is not None
    begin_row = _row_of(since, part.selected(node.since.sel), size)
    begin_short = (begin_row >= 0) & part.in_short[begin_row]
    first = np.searchsorted(line.low, base)
    end = np.searchsorted(line.low, base + part.high_tick[acts.rows], "right")
    tick = np.searchsorted(part.ticks, begin_low)
    first = np.where(known, np.maximum(first, np.searchsorted(line.greatest_high, base + tick)), first)
    number = np.maximum(end - first, 0)
    sure, possible = np.zeros(size, np.int64), np.zeros(size, np.int64)
    total = np.cumsum(number)
    begun = 0
    while begun < size:
        done = total[begun - 1] if begun else 0
        stop = max(int(np.searchsorted(total, done + PAIRS_AT_ONCE, "right")), begun + 1)
        here = slice(begun, stop)
        owner = np.repeat(np.arange(begun, stop), number[here])
        offset = np.arange(len(owner)) - np.repeat(total[here] - number[here] - done, number[here])
        rows, own = line.rows[first[owner] + offset], acts.rows[owner]
        low, high = part.moment[rows], part.latest[rows]
        before = (rows == own) | (high <= part.moment[own])
        short = part.in_short[rows] & part.in_short[own] & (low == part.moment[own])
        before |= short & (rows < own)
        after = np.where(known[owner], begin_high[owner] <= low, absent[owner])
        after |= (rows == begin_row[owner]) | (
            begin_short[owner] & part.in_short[rows] & (low == begin_low[owner]) & (rows > begin_row[owner])
        )
        maybe_after = ~known[owner] | (begin_low[owner] <= high)
        sure += np.bincount(owner[before & after], minlength=size)
        possible += np.bincount(owner[maybe_after], minlength=size)
        begun = stop
    return Values(sure, YES), Values(possible, YES)
