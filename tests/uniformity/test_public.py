"""What is public shows no small cell, and lets none be worked out."""

import json
import re
from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.uniformity.compare import Compared
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
    rows = [GroupShare("coverage", "sex", g, n, x, x / n if n else None) for g, n, x, _ in column]
    rows += [GroupShare("interview", "sex", g, x, y, y / x if x else None) for g, _, x, y in column]
    compared = [Comparison("coverage", "sex", g, "g0", Verdict.NOT_FOUND, p=0.5) for g, *_ in column[1:]]
    return publishable(Compared(shares=rows, comparisons=compared))


@settings(max_examples=300)
@given(columns())
def test_no_sum_gives_a_small_cell(column):
    """Someone who knows every total still finds at least two groups unknown in each, or none."""
    found = published(column)
    truth = {("coverage", g): (n, x) for g, n, x, _ in column}
    truth |= {("interview", g): (x, y) for g, _, x, y in column}
    known = {"screened": set(), "interviewed": set()}
    for row in found.shares:
        cases, events = truth[row.measure, row.group]
        small = any(0 < v < THRESHOLD for v in (cases, events, cases - events))
        if small:
            assert row.cases is row.events is row.share is None
        if row.events is not None:
            known["screened" if row.measure == "coverage" else "interviewed"].add(row.group)
            if row.measure == "interview":
                known["screened"].add(row.group)
    for groups in known.values():
        assert len(column) - len(groups) != 1


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
            missing=[Missing("sex", 4, 194, 4 / 194)],
            unknown_group={("coverage", "sex"): (2, 4)},
        )
    )
    assert found.missing[0].missing is found.missing[0].bookings is None
    # The four could be worked out from a total and both groups.
    assert [row.share for row in found.shares] == [None, 0.5]
    assert found.shares[1].missing_low is None


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
        for row in json.loads(path.read_text()) if path.name != "summary.json" else []:
            for name in COUNTED:
                if row.get(name) is not None:
                    shown += 1
                    assert row[name] == 0 or row[name] >= THRESHOLD, (path.name, row)
    assert shown
    page = (out / "report.html").read_text()
    assert not re.search(r'<td class="num">([1-9]|10)</td>', page)
    assert json.loads((out / "changes.json").read_text()) == []
    assert not (out / "officers.json").exists()


def test_the_names_of_counts_are_those_that_the_tables_have():
    names = {f.name for row in (GroupShare, GroupTime, Missing) for f in fields(row) if "int" in str(f.type)}
    assert names <= {*COUNTED, "bookings"}
