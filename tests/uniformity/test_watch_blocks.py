"""How days are cut into blocks, next to the rule followed day by day."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.uniformity.watch.blocks import FEWEST, LONGEST, OPEN, Daily, cut, tables

LAST = 90
CALM = settings(max_examples=60)
ENTRIES = st.lists(
    st.tuples(
        st.integers(0, 2), st.integers(0, LAST), st.integers(0, 1), st.integers(0, 3), st.integers(1, 4)
    ),
    max_size=60,
)


def counts(entries: list[tuple[int, int, int, int, int]], seed: int = 0) -> Daily:
    """Counts by stratum, day, group and time; of the cases some have the event."""
    cases: dict[tuple[int, int, int, int], int] = defaultdict(int)
    for stratum, day, group, time, n in entries:
        cases[stratum, day, group, time] += n
    rows = np.array([(*key, n) for key, n in sorted(cases.items())], dtype=np.int64).reshape(-1, 5)
    events = np.random.default_rng(seed).integers(0, rows[:, 4] + 1)
    return Daily(*(rows[:, k] for k in range(5)), events)


def by_the_rule(daily: Daily) -> dict[tuple[int, int], int]:
    """For each stratum and day of a case, the day on which its block closes."""
    closing: dict[tuple[int, int], int] = {}
    for stratum in np.unique(daily.stratum).tolist():
        held, start, days = [0, 0], None, []
        for day in range(LAST + 1):
            here = (daily.stratum == stratum) & (daily.day == day)
            if here.any():
                start = day if start is None else start
                days.append(day)
                for group in (0, 1):
                    held[group] += int(daily.cases[here & (daily.group == group)].sum())
            if start is not None and (min(held) >= FEWEST or day == start + LONGEST - 1):
                closing |= {(stratum, d): day for d in days}
                held, start, days = [0, 0], None, []
        closing |= {(stratum, d): OPEN for d in days}
    return closing


@given(ENTRIES)
@CALM
def test_blocks_close_by_the_rule(entries: list[tuple[int, int, int, int, int]]) -> None:
    daily = counts(entries)
    blocks = cut(daily, LAST)
    wanted = by_the_rule(daily)
    for place in range(len(daily.day)):
        key = (int(daily.stratum[place]), int(daily.day[place]))
        assert blocks.closed[blocks.of[place]] == wanted[key]
    for stratum, since in zip(blocks.strata.tolist(), blocks.since.tolist(), strict=True):
        done = [day for (s, _), day in wanted.items() if s == stratum and day != OPEN]
        if done:
            assert since == max(done) + 1


@given(ENTRIES)
@CALM
def test_when_a_block_closes_does_not_depend_on_events(entries: list[tuple[int, int, int, int, int]]) -> None:
    one, other = cut(counts(entries, 1), LAST), cut(counts(entries, 2), LAST)
    assert one.closed.tolist() == other.closed.tolist()
    assert one.of.tolist() == other.of.tolist()


@given(ENTRIES, st.integers(0, LAST))
@CALM
def test_going_on_later_gives_the_same_blocks(
    entries: list[tuple[int, int, int, int, int]], until: int
) -> None:
    daily = counts(entries)
    whole = tables(daily, cut(daily, LAST))
    early = daily.where(daily.day <= until)
    first = cut(early, until)
    since = dict(zip(first.strata.tolist(), first.since.tolist(), strict=True))
    left = np.array(
        [d >= since.get(s, OPEN) for s, d in zip(daily.stratum, daily.day, strict=True)], dtype=bool
    )
    rest = daily.where(left)
    both = [tables(early, first), tables(rest, cut(rest, LAST))]

    def rows(found: list[object]) -> list[tuple[int, ...]]:
        columns = ("day", "reference", "group", "events", "group_events")
        return sorted(
            tuple(int(n) for n in row)
            for each in found
            for row in zip(*(getattr(each, c) for c in columns), strict=True)
        )

    assert rows(both) == rows([whole])


@given(ENTRIES)
@CALM
def test_at_each_moment_those_are_at_risk_who_have_not_left(
    entries: list[tuple[int, int, int, int, int]],
) -> None:
    daily = counts(entries)
    blocks = cut(daily, LAST)
    wanted = []
    for block in np.flatnonzero(blocks.closed != OPEN).tolist():
        here = blocks.of == block
        for time in np.unique(daily.time[here]).tolist():
            n = [int(daily.cases[here & (daily.group == g) & (daily.time >= time)].sum()) for g in (0, 1)]
            x = [int(daily.events[here & (daily.group == g) & (daily.time == time)].sum()) for g in (0, 1)]
            if min(n) and 0 < sum(x) < sum(n):
                wanted.append((int(blocks.closed[block]), *n, sum(x), x[1]))
    found = tables(daily, blocks)
    columns = (found.day, found.reference, found.group, found.events, found.group_events)
    assert sorted(zip(*(c.tolist() for c in columns), strict=True)) == sorted(wanted)


def test_no_cases_give_no_blocks() -> None:
    daily = counts([])
    assert len(tables(daily, cut(daily, LAST))) == 0
    assert cut(daily, LAST).of.tolist() == []


@pytest.mark.parametrize("group", [0, 1])
def test_a_block_without_the_other_group_closes_with_age_and_tells_nothing(group: int) -> None:
    daily = counts([(0, 3, group, 0, 50), (0, 40, group, 0, 1)])
    blocks = cut(daily, LAST)
    assert blocks.closed.tolist() == [3 + LONGEST - 1, 40 + LONGEST - 1]
    assert len(tables(daily, blocks)) == 0
