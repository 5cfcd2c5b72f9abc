"""Each statistic equals R's on the committed cases; a trial has R work them out again."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from evenhand.uniformity.statistics import (
    family,
    logistic,
    series,
    shares,
    shrinkage,
    stratified,
    survival,
)

FOLDER = Path(__file__).parent / "r"
FROM_R = json.loads((FOLDER / "statistics.json").read_text())


def close(estimate, expected, rel=1e-7):
    """An estimate with its interval, against value and ends."""
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx(tuple(expected), rel=rel, abs=1e-9)


def whole(values):
    return np.array(values, dtype=np.int64)


def event_times(case, groups):
    """People as counts by stratum and time."""
    people = np.array([case["stratum"], case["time"], case["group"], case["event"]], dtype=np.int64).T
    people = people[people[:, 2] < groups]
    points, at = np.unique(people[:, :2], axis=0, return_inverse=True)
    counts = np.zeros((2, groups, len(points)), dtype=np.int64)
    np.add.at(counts, (people[:, 3], people[:, 2], at), 1)
    return survival.Times(points[:, 0], points[:, 1], counts[1], counts[0])


def test_there_are_twenty_cases_or_more_of_each():
    assert all(len(cases) >= 20 for cases in FROM_R.values())


@pytest.mark.parametrize("case", FROM_R["shares"])
def test_intervals_of_a_share(case):
    share = case["x"] / case["n"]
    close(shares.wilson(case["x"], case["n"]), (share, *case["wilson"]))
    close(shares.clopper_pearson(case["x"], case["n"]), (share, *case["exact"]))


@pytest.mark.parametrize("case", FROM_R["pairs"])
def test_two_shares(case):
    (x1, x0), (n1, n0) = case["x"], case["n"]
    close(shares.difference(x1, n1, x0, n0), case["difference"])
    close(shares.ratio(x1, n1, x0, n0), case["ratio"])
    test = shares.score_test(x1, n1, x0, n0)
    assert (test.statistic, test.p) == pytest.approx((case["statistic"], case["p"]), rel=1e-7)
    # R's uniroot leaves out the far tail, which is below one in a million here.
    found = shares.smallest_difference(case["share"], n1, n0)
    assert found == pytest.approx(case["smallest"], rel=1e-6)


@pytest.mark.parametrize("case", FROM_R["strata"])
def test_two_groups_within_strata(case):
    found = stratified.compare(stratified.Strata(whole(case["events"]), whole(case["cases"])))
    assert (found.test.statistic, found.test.p) == pytest.approx((case["statistic"], case["p"]), rel=1e-7)
    close(found.odds_ratio, case["odds_ratio"])
    close(found.difference, case["difference"])


@pytest.mark.parametrize("case", FROM_R["several"])
def test_several_groups_within_strata(case):
    found = stratified.general_cmh(stratified.Strata(whole(case["events"]), whole(case["cases"])))
    assert (found.statistic, found.df, found.p) == pytest.approx(
        (case["statistic"], case["df"], case["p"]), rel=1e-7
    )


@pytest.mark.parametrize("case", FROM_R["logistic"])
def test_logistic_model(case):
    factors = tuple(whole(case[name]) for name in ("place", "class", "hour"))
    cells = logistic.Cells(whole(case["group"]), factors, whole(case["events"]), whole(case["cases"]))
    found = logistic.logistic(cells)
    assert len(found.odds_ratio) == len(case["odds_ratios"])
    for group, expected in enumerate(case["odds_ratios"], start=1):
        close(found.odds_ratio[group], expected, rel=1e-5)


@pytest.mark.parametrize("case", FROM_R["times"])
def test_log_rank_within_strata(case):
    several = survival.log_rank(event_times(case, max(case["group"]) + 1))
    expected = case["several"]
    assert (several.statistic, several.df, several.p) == pytest.approx(
        (expected["statistic"], expected["df"], expected["p"]), rel=1e-7
    )
    pair = survival.compare_times(event_times(case, 2))
    assert pair.test.statistic == pytest.approx(case["pair"]["statistic"], rel=1e-7)
    close(pair.hazard_ratio, case["pair"]["hazard_ratio"])


@pytest.mark.parametrize("case", FROM_R["times"])
def test_kaplan_meier_curve_and_median(case):
    people = [(t, e) for t, e, g in zip(case["time"], case["event"], case["group"], strict=True) if g == 0]
    times = np.unique([t for t, _ in people])
    events = whole([sum(1 for t, e in people if t == at and e) for at in times])
    censored = whole([sum(1 for t, e in people if t == at and not e) for at in times])
    curve = survival.kaplan_meier(times, events, censored)
    expected = case["curve"]
    assert list(curve.time[1:]) == expected["time"]
    assert list(curve.at_risk[1:]) == expected["at_risk"]
    assert curve.share[1:] == pytest.approx(expected["share"], abs=1e-9)
    for ours, theirs in ((curve.low, expected["low"]), (curve.high, expected["high"])):
        # R gives no interval where nobody is left.
        told = [(a, b) for a, b in zip(ours[1:], theirs, strict=True) if b is not None]
        assert [a for a, _ in told] == pytest.approx([b for _, b in told], abs=1e-9)
        assert len(told) >= len(theirs) - 1
    median = survival.quantile(curve)
    assert [median.value, median.low, median.high] == case["median"]


@pytest.mark.parametrize("case", FROM_R["adjusted"])
def test_benjamini_hochberg(case):
    assert family.benjamini_hochberg(case["p"]) == pytest.approx(case["q"], rel=1e-9)


@pytest.mark.parametrize("case", FROM_R["interrupted"])
def test_interrupted_series(case):
    found = series.interrupted(np.array(case["values"]), case["first"])
    close(found.level, case["level"], rel=1e-6)
    close(found.slope, case["slope"], rel=1e-6)
    assert found.level_p == pytest.approx(case["p"], rel=1e-6)


@pytest.mark.parametrize("case", FROM_R["differences"])
def test_difference_in_differences(case):
    found = series.differences(
        np.array(case["value"]), whole(case["place"]), whole(case["month"]), np.array(case["treated"]) > 0
    )
    close(found.effect, case["effect"], rel=1e-6)
    assert found.p == pytest.approx(case["p"], rel=1e-5)


@pytest.mark.parametrize("case", FROM_R["shrunk"])
def test_shares_drawn_together(case):
    found = shrinkage.shrink(whole(case["x"]), whole(case["n"]))
    # Two optimisers stop at slightly different places of a flat top.
    assert [e.value for e in found.shares] == pytest.approx(case["share"], abs=2e-4)
    assert [e.low for e in found.shares] == pytest.approx(case["low"], abs=5e-4)
    assert [e.high for e in found.shares] == pytest.approx(case["high"], abs=5e-4)


@pytest.mark.trial
def test_r_gives_the_committed_results():
    script = shutil.which("Rscript")
    if script is None:
        pytest.skip("R is not installed: scripts/r.sh")
    done = subprocess.run([script, str(FOLDER / "statistics.R")], capture_output=True, text=True, check=True)
    again = json.loads(done.stdout)
    assert again.keys() == FROM_R.keys()
    for name, cases in FROM_R.items():
        assert _flat(again[name]) == pytest.approx(_flat(cases), rel=1e-6, abs=1e-9), name


def _flat(value):
    """All numbers of a nested value in order; a null as -1."""
    if isinstance(value, dict):
        return [n for v in value.values() for n in _flat(v)]
    if isinstance(value, list):
        return [n for v in value for n in _flat(v)]
    return [-1.0 if value is None else float(value)]
