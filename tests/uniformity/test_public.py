"""What is public shows no small cell, and lets none be worked out."""

import json
import re
from dataclasses import fields
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from evenhand.disclosure.protect import protect
from evenhand.record.folder import MARKER
from evenhand.uniformity.compare import Compared
from evenhand.uniformity.linked_counts import Counted
from evenhand.uniformity.public import THRESHOLD, publishable
from evenhand.uniformity.results import Comparison, GroupShare, GroupTime, Missing, Verdict
from uniformity.county import RELEASED, SCREENED, County, command

COUNTED = ("cases", "events", "missing", "at_risk")


@st.composite
def columns(draw):
    """Two measures by one column, the second of those who had the first's event."""
    groups = draw(st.integers(2, 6))
    found = []
    for g in range(groups):
        cases = draw(st.integers(0, 60))
        events = draw(st.integers(0, cases))
        further = draw(st.integers(0, events))
        found.append((f"g{g}", cases, events, further))
    return found


def published(column):
    return publishable(comparison_of(column))


def comparison_of(column):
    rows = [GroupShare("coverage", "sex", g, n, x, x / n if n else None) for g, n, x, _ in column]
    rows += [GroupShare("interview", "sex", g, x, y, y / x if x else None) for g, _, x, y in column]
    first = column[0][0]
    compared = [Comparison("coverage", "sex", g, first, Verdict.NOT_FOUND, p=0.5) for g, *_ in column[1:]]
    return Compared(shares=rows, comparisons=compared)


PARTS = ("cases", "events", "rest")


def attack(found):
    """Each withheld row's counts: the true number, and the least and greatest that agree with the rest.

    The attacker has the public rows, knows that those screened in one measure are those asked about in the
    next, and knows every total of a measure but those that the solver had to give up.
    """
    counted = Counted(found)
    cells = counted.linked().cells
    given_up = {cells[n] for n in protect(counted.linked(), THRESHOLD, keep=counted.totals()).withheld}
    truth = {(row.measure, row.group): (row.cases, row.events) for row in found.shares}
    place = {(*key, part): n for n, (key, part) in enumerate(product(truth, PARTS))}
    equal, right, limits = [], [], [(0, None)] * len(place)

    def know(signs, number):
        equal.append([signs.get(key, 0) for key in place])
        right.append(number)

    for row in publishable(found).shares:
        key = row.measure, row.group
        know({(*key, "cases"): 1, (*key, "events"): -1, (*key, "rest"): -1}, 0)
        if row.cases is not None:
            limits[place[*key, "cases"]] = (row.cases, row.cases)
            limits[place[*key, "events"]] = (row.events, row.events)
    groups = list(dict.fromkeys(row.group for row in found.shares))
    for group in groups:
        know({("coverage", group, "events"): 1, ("interview", group, "cases"): -1}, 0)
    for measure, part in product(("coverage", "interview"), PARTS):
        number = sum(counted.counts["sex", (measure, part)].values())
        if counted.cell("sex", (measure, part), None) not in given_up:
            know({(measure, group, part): 1 for group in groups}, number)
    for row in publishable(found).shares:
        if row.cases is not None:
            continue
        cases, events = truth[row.measure, row.group]
        for part, number in zip(PARTS, (cases, events, cases - events), strict=True):
            cost = np.zeros(len(place))
            cost[place[row.measure, row.group, part]] = 1
            low, high = (
                linprog(sign * cost, A_eq=np.array(equal), b_eq=right, bounds=limits) for sign in (1, -1)
            )
            assert low.status == 0
            yield row, part, number, low.fun, -high.fun if high.status == 0 else np.inf


@pytest.mark.trial
@settings(max_examples=400)
@given(columns())
def test_linear_programming_fails_on_many_tables(column):
    test_linear_programming_gives_no_small_count.hypothesis.inner_test(column)


@settings(max_examples=5)
@given(columns())
@example([("F", 100, 100, 100), ("M", 1, 1, 1), ("X", 1, 1, 1)])
@example([("F", 100, 50, 25), ("M", 1, 1, 0), ("X", 1, 0, 0)])
@example([("F", 5, 5, 5), ("M", 6, 6, 6)])
@example([("F", 1, 1, 0)])
@example([("F", 4000, 3000, 2997), ("M", 1, 1, 1)])
def test_linear_programming_gives_no_small_count(column):
    for row, part, number, low, high in attack(comparison_of(column)):
        if 0 < number < THRESHOLD:
            assert high >= THRESHOLD, f"{row.measure} {row.group}: {part} are {high:.0f} at most"
            assert high - low >= THRESHOLD - 1, (
                f"{row.measure} {row.group}: {part} are {low:.0f} to {high:.0f}"
            )


@settings(max_examples=25)
@given(columns())
def test_no_row_shows_a_small_count(column):
    for row in published(column).shares:
        counts = (row.cases or 0, row.events or 0, (row.cases or 0) - (row.events or 0))
        assert not any(0 < n < THRESHOLD for n in counts)
        assert row.share is None or row.cases is not None


@settings(max_examples=25)
@given(columns())
def test_a_comparison_with_a_withheld_group_is_withheld(column):
    found = published(column)
    shown = {r.group for r in found.shares if r.measure == "coverage" and r.cases is not None}
    for row in found.comparisons:
        assert (row.p is not None) == ({row.group, row.reference} <= shown)


def test_times_show_no_events_and_no_small_group():
    rows = [GroupTime("stay", "sex", g, n, n, "hours", 5.0) for g, n in (("F", 90), ("M", 80), ("X", 7))]
    found = publishable(Compared(times=rows)).times
    assert [(row.cases, row.events, row.median) for row in found] == [
        (90, None, 5.0),
        (None, None, None),
        (None, None, None),
    ]


def test_few_missing_are_withheld_with_the_bounds_that_they_make():
    rows = [
        GroupShare("coverage", "sex", group, 90, 45, 0.5, missing_low=0.4, missing_high=0.6)
        for group in ("F", "M")
    ]
    found = publishable(
        Compared(
            shares=rows,
            missing=[Missing("sex", 4, 184, 4 / 184)],
            unknown_group={("coverage", "sex"): (2, 4)},
        )
    )
    assert found.missing[0].missing is found.missing[0].bookings is None
    # The four could be worked out from a total and both groups.
    assert None in [row.share for row in found.shares]
    assert {row.missing_low for row in found.shares} == {None}


def test_the_output_holds_no_small_count(tmp_path):
    """Of a whole record, in every table and on the page."""
    county = County()
    for sex, cases, screened in (("F", 200, 120), ("M", 300, 295), ("X", 4, 2), (None, 3, 3)):
        for n in range(cases):
            done = (SCREENED, RELEASED) if n < screened else (RELEASED,)
            county.book(*done, sex=sex, age_group="young" if n % 2 else "old")
    county.write(tmp_path / "record")
    out = tmp_path / "out"
    assert command(tmp_path / "record", "--out", out, "--public").exit_code == 0
    shown = 0
    for path in out.glob("*.json"):
        if path.name in (MARKER, "summary.json", "publication.json"):
            continue
        for row in json.loads(path.read_text()):
            for name in COUNTED:
                if row.get(name) is not None:
                    shown += 1
                    assert row[name] == 0 or row[name] >= THRESHOLD, (path.name, row)
    assert shown
    page = (out / "report.html").read_text()
    assert not re.search(r'<td class="num">([1-9]|10)</td>', page)
    assert json.loads((out / "changes.json").read_text()) == []
    assert not (out / "officers.json").exists()


@pytest.mark.parametrize(("rare", "bookings"), [(1, 102), (0, 100)])
def test_two_groups_of_one_do_not_follow_from_the_total(tmp_path, rare, bookings):
    """The total less the large group would be two people in two groups: one each."""
    county = County()
    for sex, cases in (("F", 100), ("M", rare), ("X", rare)):
        for _ in range(cases):
            county.book(SCREENED, RELEASED, sex=sex)
    county.write(tmp_path / "record")
    assert command(tmp_path / "record", "--out", tmp_path / "out", "--public").exit_code == 0
    total = json.loads((tmp_path / "out" / "summary.json").read_text())["bookings"]
    shown = {
        row["group"]: row["cases"]
        for row in json.loads((tmp_path / "out" / "shares.json").read_text())
        if row["measure"] == "coverage"
    }
    assert total in (None, bookings)
    if rare:
        assert shown["M"] is shown["X"] is None
        assert total is None or shown["F"] is None
    else:
        assert shown == {"F": 100}


def test_few_bookings_in_all_are_not_counted_in_public(tmp_path):
    county = County()
    for _ in range(5):
        county.book(SCREENED, RELEASED, sex="F")
    county.write(tmp_path / "record")
    assert command(tmp_path / "record", "--out", tmp_path / "out", "--public").exit_code == 0
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["bookings"] is None
    assert "<dt>Bookings</dt><dd>withheld" in (tmp_path / "out" / "report.html").read_text()


def test_the_names_of_counts_are_those_that_the_tables_have():
    names = {f.name for row in (GroupShare, GroupTime, Missing) for f in fields(row) if "int" in str(f.type)}
    assert names <= {*COUNTED, "bookings"}


def test_a_second_public_report_is_warned_of(tmp_path):
    for name, cases in (("one", 60), ("two", 59)):
        county = County()
        for n in range(cases):
            county.book(SCREENED, RELEASED, sex="FM"[n % 2])
        county.write(tmp_path / f"record-{name}")
    first = command(tmp_path / "record-one", "--out", tmp_path / "one", "--public")
    assert "WARNING" not in first.output
    assert "WARNING" in command(tmp_path / "record-two", "--out", tmp_path / "two", "--public").output
    refused = command(tmp_path / "record-two", "--out", tmp_path / "three", "--public", "--fail-unprotected")
    assert refused.exit_code == 3
    assert not (tmp_path / "three").exists()


def test_a_few_between_two_measures_are_not_told():
    """50 women with a detainer, 47 held on one: three were not held."""
    numbers = {"detainer": {"F": (100, 50), "M": (200, 90)}, "held": {"F": (100, 47), "M": (200, 75)}}
    rows = [
        GroupShare(measure, "sex", group, cases, events, events / cases)
        for measure, groups in numbers.items()
        for group, (cases, events) in groups.items()
    ]
    found = publishable(Compared(shares=rows)).shares
    shown = {row.measure for row in found if row.cases and row.group == "F"}
    assert len(shown) < 2
