"""False alarms at their stated rate, and power as predicted: the short form of `benchmarks/calibration.py`.

A rate fails only where its 99.9 percent interval does not allow what it should be. Seeds are fixed.
"""

from pathlib import Path

import numpy as np
import pytest

from counties import fixed, records, sequential
from counties.process import by_jail, confounded, draw, draw_times, process
from counties.rates import Rate, rate
from uniformity.grown import simulated

BOOKINGS = 6000


def check(rates: list[Rate]) -> None:
    wrong = [each.row() for each in rates if not each.agrees()]
    assert wrong == []


def test_a_rate_that_is_not_as_stated_is_noticed() -> None:
    assert not Rate("too often", 60, 500, 0.05).agrees()
    assert not Rate("too seldom", 5, 500, 0.05).agrees()
    assert not Rate("over its bound", 60, 500, 0.05, "at most").agrees()
    assert Rate("under its bound", 5, 500, 0.05, "at most").agrees()
    assert not Rate("under its bound", 5, 500, 0.05, "at least").agrees()
    assert not Rate("no more than by chance", 30, 500, 0.05, "above").agrees()


def test_tests_that_look_once_keep_their_rate_and_a_crude_one_does_not_where_places_differ() -> None:
    rng = np.random.default_rng(11)
    even = draw(rng, process(), 500, BOOKINGS)
    mixed = draw(rng, confounded(), 500, BOOKINGS)
    times = draw_times(rng, process(), 150, 3000)
    check(
        [
            rate("crude, no bias", [fixed.crude(s) for s in even], 0.05),
            rate("within, no bias", [fixed.within(s) for s in even], 0.05),
            rate("all groups, no bias", [fixed.general(s) for s in even], 0.05),
            rate("crude, another mix", [fixed.crude(s) for s in mixed], 0.5, "above"),
            rate("within, another mix", [fixed.within(s) for s in mixed], 0.05),
            rate("log-rank, no bias", [fixed.ranked(t) for t in times], 0.05),
        ]
    )


def test_power_is_as_predicted() -> None:
    rng = np.random.default_rng(12)
    plain = process()
    share = float(plain.share[0, 0])
    rates = []
    for by in (-0.03, 0.05):
        made = draw(rng, plain.shifted(by), 400, BOOKINGS)
        wanted = float(np.mean([fixed.power_within(s, share, by) for s in made]))
        rates.append(rate(f"within, {by:+}", [fixed.within(s) for s in made], wanted))
    times = draw_times(rng, by_jail(plain), 150, BOOKINGS, 1)
    wanted = float(np.mean([fixed.power_ranked(t, 1) for t in times[:20]]))
    rates.append(rate("log-rank, one minute", [fixed.ranked(t) for t in times], wanted))
    check(rates)


def test_the_monitor_keeps_its_rate_over_years_of_daily_looks_and_a_naive_test_does_not() -> None:
    check(list(sequential.false_alarms(13, 50, 2500, 3)))
    check(list(sequential.powers(14, 25, BOOKINGS, 2, (-0.06,))))


def test_records_of_the_simulator_have_the_probabilities_of_the_counties(tmp_path: Path) -> None:
    seen = records.Seen()
    folder = simulated(
        tmp_path / "r",
        12_000,
        "charge=35:race_ethnicity=hispanic:0.4",
        "steps:charge=35:-0.15",
        "time_to_screening:race_ethnicity=hispanic:2",
    )
    records.count(folder, seen)
    assert all(p > 0.001 for _, p in records.agreement(seen, confounded(), 2))
    assert any(p < 0.001 for _, p in records.agreement(seen, process(), 2))
    assert any(p < 0.001 for _, p in records.agreement(seen, confounded(), 0))


@pytest.mark.trial
def test_over_two_thousand_counties() -> None:
    rng = np.random.default_rng(21)
    even = draw(rng, process(), 2000, BOOKINGS)
    mixed = draw(rng, confounded(), 2000, BOOKINGS)
    check(
        [
            rate("crude, no bias", [fixed.crude(s) for s in even], 0.05),
            rate("within, no bias", [fixed.within(s) for s in even], 0.05),
            rate("all groups, no bias", [fixed.general(s) for s in even], 0.05),
            rate("logistic, no bias", [fixed.fitted(s) for s in even[:500]], 0.05),
            rate("family, no bias", [fixed.family(s) for s in even], 0.05, "at most"),
            rate("within, another mix", [fixed.within(s) for s in mixed], 0.05),
            rate("logistic, another mix", [fixed.fitted(s) for s in mixed[:500]], 0.05),
        ]
    )
    check(list(sequential.false_alarms(22, 500, BOOKINGS, 5)))
    check(list(sequential.mixed(23, 300, BOOKINGS, 5)))
