"""Cutting the days into blocks within which a group is compared with the reference.

A block belongs to one stratum (a facility and charge class) and one comparison. It is closed at the end of
the day on which it holds `FEWEST` cases of the group and of the reference, or when it is `LONGEST` days old.
When it closes depends on how many came, never on what was done with them; the share of the event may be
another in every block. Every case falls into one block, and a closed block never opens again.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from evenhand.uniformity.watch.evidence import Tables

Ints = npt.NDArray[np.int64]
FEWEST, LONGEST = 3, 28
OPEN = -1


@dataclass(frozen=True)
class Daily:
    """Cases of one measure by stratum, day and group (0 is the reference), one entry for each.

    Where the measure is a time, `time` is the place on its grid at which the cases leave, `events` of them by
    the event and the others unseen; else it is zero and `events` are the cases with the event.
    """

    stratum: Ints
    day: Ints
    group: Ints
    time: Ints
    cases: Ints
    events: Ints

    def where(self, keep: npt.NDArray[np.bool_]) -> "Daily":
        """Some of the entries."""
        return Daily(
            self.stratum[keep],
            self.day[keep],
            self.group[keep],
            self.time[keep],
            self.cases[keep],
            self.events[keep],
        )

    def paired(self, group: int) -> "Daily":
        """The reference and one group alone."""
        return self.where((self.group == 0) | (self.group == group))


@dataclass(frozen=True)
class Cut:
    """The blocks of a comparison.

    `of` gives for each entry of the daily counts the number of its block, `closed` for each block the day at
    whose end it closed, or `OPEN`. `since` is for each of `strata` the first day that no closed block holds.
    """

    of: Ints
    closed: Ints
    strata: Ints
    since: Ints


def cut(daily: Daily, last: int) -> Cut:
    """The blocks of a comparison from its counts up to the day `last`."""
    entries = np.lexsort((daily.day, daily.stratum))
    stratum, day = daily.stratum[entries], daily.day[entries]
    new = np.ones(len(entries), dtype=bool)
    new[1:] = (stratum[1:] != stratum[:-1]) | (day[1:] != day[:-1])
    row = np.cumsum(new) - 1
    rows = int(new.sum())
    cases = daily.cases[entries]
    own = daily.group[entries] > 0
    both = (np.bincount(row, cases * of, rows).astype(np.int64) for of in (~own, own))
    counts = np.stack(list(both), axis=1)
    strata, place = np.unique(stratum[new], return_inverse=True)
    block, closed, since = _walk(place, day[new], counts, len(strata), last)
    of = np.empty(len(entries), dtype=np.int64)
    of[entries] = block[row]
    return Cut(of, closed, strata, since)


def _walk(place: Ints, day: Ints, counts: Ints, strata: int, last: int) -> tuple[Ints, Ints, Ints]:
    """All strata side by side, their first days together, then their second, and so on."""
    begins = np.searchsorted(place, np.arange(strata))
    rank = np.arange(len(place)) - begins[place]
    order = np.argsort(rank, kind="stable")
    edges = np.searchsorted(rank[order], np.arange(int(rank.max(initial=-1)) + 2))
    held = np.zeros((strata, 2), dtype=np.int64)
    start = np.full(strata, OPEN)
    number = np.full(strata, OPEN)
    since = np.full(strata, np.iinfo(np.int32).min, dtype=np.int64)
    block = np.empty(len(place), dtype=np.int64)
    ends = np.full(len(place), OPEN)
    made = 0

    def close(where: Ints, on: Ints) -> None:
        ends[number[where]] = on
        since[where] = on + 1
        held[where], number[where] = 0, OPEN

    for first, end in pairwise(edges.tolist()):
        some = order[first:end]
        at, today = place[some], day[some]
        aged = at[(number[at] != OPEN) & (today >= start[at] + LONGEST)]
        close(aged, start[aged] + LONGEST - 1)
        fresh = number[at] == OPEN
        number[at[fresh]] = made + np.arange(int(fresh.sum()))
        made += int(fresh.sum())
        start[at[fresh]] = today[fresh]
        block[some] = number[at]
        held[at] += counts[some]
        full = held[at].min(axis=1) >= FEWEST
        close(at[full], today[full])
    aged = np.flatnonzero((number != OPEN) & (start + LONGEST - 1 <= last))
    close(aged, start[aged] + LONGEST - 1)
    return block, ends[:made], since


def tables(daily: Daily, blocks: Cut) -> Tables:
    """The two-by-two tables of the closed blocks: one a block, or one at each moment with events in it."""
    done = blocks.closed[blocks.of] != OPEN
    part, block = daily.where(done), blocks.of[done]
    order = np.lexsort((part.time, block))
    block, time = block[order], part.time[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (block[1:] != block[:-1]) | (time[1:] != time[:-1])
    row = np.cumsum(new) - 1
    rows = int(new.sum())
    own = part.group[order] > 0

    def summed(counts: Ints, of: npt.NDArray[np.bool_]) -> Ints:
        return np.bincount(row, counts[order] * of, rows).astype(np.int64)

    block = block[new]
    leaving = np.stack([summed(part.cases, ~own), summed(part.cases, own)])
    group_events = summed(part.events, own)
    events = summed(part.events, ~own) + group_events
    at_risk = _still_there(leaving, block)
    return Tables(at_risk[0], at_risk[1], events, group_events, blocks.closed[block]).telling()


def _still_there(leaving: Ints, block: Ints) -> Ints:
    """Of each block, those who leave at a moment or later; entries are sorted by block and moment."""
    if not leaving.shape[1]:
        return leaving
    starts = np.flatnonzero(np.r_[True, block[1:] != block[:-1]])
    sizes = np.diff(np.r_[starts, len(block)])
    left = np.cumsum(leaving, axis=1) - leaving
    whole = np.add.reduceat(leaving, starts, axis=1)
    there: Ints = np.repeat(whole + left[:, starts], sizes, axis=1) - left
    return there
