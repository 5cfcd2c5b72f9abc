"""Whatever the counts: finite numbers, or a reason; and the same from blocks and parts as from the whole."""

import math
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.record import parts
from evenhand.uniformity import counts
from evenhand.uniformity.bookings import read_bookings
from evenhand.uniformity.run import scratch_connection
from evenhand.uniformity.statistics import logistic, shares, stratified, survival
from evenhand.uniformity.statistics.estimate import Cannot
from uniformity.county import RELEASED, SCREENED, County, compare


def sound(value):
    """No number of a result is infinite or none; a reason is in words."""
    if isinstance(value, Cannot):
        assert value.reason
    elif is_dataclass(value):
        for each in fields(value):
            sound(getattr(value, each.name))
    elif isinstance(value, dict):
        for part in value.values():
            sound(part)
    elif isinstance(value, float):
        assert math.isfinite(value)
    elif isinstance(value, np.ndarray):
        assert np.isfinite(value).all()


small = st.integers(0, 9)


@st.composite
def tables(draw):
    groups, strata = draw(st.integers(1, 4)), draw(st.integers(0, 5))
    cases = np.array([[draw(small) for _ in range(strata)] for _ in range(groups)], dtype=np.int64)
    cases = cases.reshape(groups, strata) * draw(st.sampled_from([1, 1, 50]))
    share = st.floats(0, 1) if draw(st.booleans()) else st.sampled_from([0.0, 1.0])
    events = np.array([[round(draw(share) * n) for n in row] for row in cases], dtype=np.int64)
    return stratified.Strata(events.reshape(groups, strata), cases)


@settings(max_examples=200)
@given(tables())
def test_any_strata(table):
    sound(stratified.general_cmh(table))
    groups, strata = table.cases.shape
    for g in range(1, groups):
        found = stratified.compare(table.pair(g))
        sound(found)
        if not isinstance(found.test, Cannot):
            assert 0 <= found.test.p <= 1
    codes = np.arange(groups * strata) % max(strata, 1)
    group = np.repeat(np.arange(groups), strata)
    cells = logistic.Cells(group, (codes, codes % 2, codes % 3), table.events.ravel(), table.cases.ravel())
    sound(logistic.logistic(cells))


@settings(max_examples=200)
@given(small, small, small, small)
def test_any_two_shares(a, b, c, d):
    for found in (
        shares.wilson(a, a + b),
        shares.clopper_pearson(a, a + b),
        shares.difference(a, a + b, c, c + d),
        shares.ratio(a, a + b, c, c + d),
        shares.score_test(a, a + b, c, c + d),
    ):
        sound(found)


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 2), st.booleans()), max_size=25)
)
def test_any_times(people):
    points = sorted({(stratum, time) for stratum, time, _, _ in people})
    table = np.zeros((2, 3, len(points)), dtype=np.int64)
    for stratum, time, group, event in people:
        table[int(event), group, points.index((stratum, time))] += 1
    columns = np.array(points, dtype=np.int64).reshape(-1, 2)
    times = survival.Times(columns[:, 0], columns[:, 1], table[1], table[0])
    sound(survival.log_rank(times))
    sound(survival.compare_times(times.pair(1)))
    flat = np.unique(columns[:, 1])
    events, censored = (
        np.array([table[k, 0, columns[:, 1] == t].sum() for t in flat], dtype=np.int64) for k in (1, 0)
    )
    curve = survival.kaplan_meier(flat, events, censored)
    sound(curve)
    if not isinstance(curve, Cannot):
        sound(survival.quantile(curve))
        assert (curve.low <= curve.share + 1e-12).all()
        assert (curve.share <= curve.high + 1e-12).all()


def county():
    made = County()
    dice = np.random.default_rng(3)
    for n in range(600):
        start = (int(dice.integers(1, 90)), *SCREENED[1:])
        away = (int(dice.integers(91, 3000)), *RELEASED[1:])
        known = {"race_ethnicity": "abc"[int(dice.integers(3))]} if n > 200 or n % 3 else {}
        at = datetime(2024, 3, 1 + int(dice.integers(20)), int(dice.integers(24)), tzinfo=UTC)
        charge = (1, "charge.recorded", {"charge_no": 1, "ncic_class": ("54", "23")[int(dice.integers(2))]})
        events = (charge, start, away) if dice.random() < 0.9 else (charge, away)
        made.book(*events, at=at, facility="xy"[int(dice.integers(2))], **known)
    return made


@pytest.mark.trial
def test_blocks_and_parts_change_nothing(tmp_path, monkeypatch):
    """Parts of few events, of which the first have no personal file, and blocks of few bookings."""
    whole = compare(county().write(tmp_path / "whole"), tmp_path).compared
    monkeypatch.setattr(parts, "PART_EVENTS", 40)
    monkeypatch.setattr(parts, "ROW_GROUP", 40)
    monkeypatch.setattr(counts, "BLOCK", 7)
    record = county().write(tmp_path / "parts")
    assert len(list((tmp_path / "parts/events/booking/person.booked").iterdir())) > 10
    cut = compare(record, tmp_path).compared
    assert len(whole.comparisons) == len(cut.comparisons) > 4
    for a, b in zip(whole.comparisons, cut.comparisons, strict=True):
        for each in fields(a):
            x, y = getattr(a, each.name), getattr(b, each.name)
            assert x == pytest.approx(y, rel=1e-9) if isinstance(x, float) else x == y
    assert [replace(r, share=0) for r in whole.curves] == [replace(r, share=0) for r in cut.curves]


def test_hours_and_days_are_of_the_facilitys_clock(tmp_path):
    made = County()
    # Half past eleven on Sunday night in Chicago.
    made.book(RELEASED, at=datetime(2024, 3, 4, 5, 30, tzinfo=UTC), sex="F")
    record = made.write(tmp_path / "record")
    with scratch_connection(tmp_path) as connection:
        read_bookings(record, connection)
        assert connection.execute("SELECT hour, weekday FROM bookings").fetchall() == [(3, 6)]
