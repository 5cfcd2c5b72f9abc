"""What a simulated record breaks is what its truth says, rule by rule, subject by subject."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import evenhand.simulate.bookings
import evenhand.simulate.simulation
from evenhand.rules.answer import Verdict
from evenhand.rules.catalog import CATALOG
from evenhand.simulate.faults.bookings import FAULTS
from evenhand.simulate.faults.rates import BOOKING_RULES, RULES, shipped_rates
from evenhand.simulate.faults.rows import ROW_FAULTS
from evenhand.simulate.irregular.shares import shipped_shares
from simulate.judging import found_by_array, truth, verdicts
from simulate.making import make

OPEN_AT_THE_END = {"AGR-06", "AGR-06F", "AGR-13", "OFF-06"}
"""An agreement in force always waits for its next yearly meeting, an officer for the next refresher."""
NEVER_KNOWN = {"AUT-03"}
"""Which ICE offices the settlement covers is in no source that was read."""
UNCLEAR = {
    # Of an interview without a ground nobody can say whether it rested on one that is forbidden.
    "UNI-05",
    # A warrant that was not served leaves the hold to the state's law, and most of those texts were not read.
    "AUT-01",
}
"""Rules that cannot tell of some booking in which a fault broke another rule."""


def check(folder: Path) -> None:
    answers, known = verdicts(folder), truth(folder)
    broken = answers[Verdict.BROKEN]
    assert Counter(rule for rule, _ in broken - known) == {}, "found, but not put in"
    assert Counter(rule for rule, _ in known - broken) == {}, "put in, but not found"


def unclear(folder: Path) -> set[str]:
    return {rule for rule, _ in verdicts(folder)[Verdict.CANNOT_TELL]}


def test_every_rule_that_can_be_broken_has_faults_and_a_shipped_rate() -> None:
    assert set(RULES) == set(CATALOG) - NEVER_KNOWN
    assert all(shipped_rates()[rule] > 0 for rule in RULES)


@pytest.mark.parametrize("seed", [1, pytest.param(20, marks=pytest.mark.trial)])
def test_findings_are_the_truth_at_a_thousand_bookings(tmp_path: Path, seed: int) -> None:
    make(tmp_path / "r", 1000, seed=seed)
    check(tmp_path / "r")
    assert {rule for rule, _ in truth(tmp_path / "r")} == set(RULES)


@pytest.mark.trial
def test_without_irregular_histories_little_is_unclear(tmp_path: Path) -> None:
    make(tmp_path / "r", 1000, seed=2, irregular={})
    check(tmp_path / "r")
    assert unclear(tmp_path / "r") <= OPEN_AT_THE_END | NEVER_KNOWN | UNCLEAR


@pytest.mark.trial
def test_a_clean_record_breaks_nothing_and_every_rule_is_asked(tmp_path: Path) -> None:
    make(tmp_path / "r", 2500, seed=6, rates={}, irregular={"bail": 0.1})
    answers = verdicts(tmp_path / "r")
    assert answers[Verdict.BROKEN] == set() == truth(tmp_path / "r")
    assert {rule for rule, _ in answers[Verdict.CANNOT_TELL]} <= OPEN_AT_THE_END | NEVER_KNOWN
    assert {rule for rule, _ in answers[Verdict.HOLDS] | answers[Verdict.CANNOT_TELL]} == set(CATALOG)


@pytest.mark.trial
@pytest.mark.parametrize(("start", "years"), [(date(2021, 1, 1), 1.0), (date(2033, 8, 15), 5.0)])
def test_other_periods_are_as_exact(tmp_path: Path, start: date, years: float) -> None:
    make(tmp_path / "r", 1000, seed=3, start=start, years=years)
    check(tmp_path / "r")


@pytest.mark.trial
def test_batches_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (evenhand.simulate.bookings, evenhand.simulate.simulation):
        monkeypatch.setattr(module, "BATCH", 333)
    make(tmp_path / "r", 1000, seed=4)
    check(tmp_path / "r")
    assert {rule for rule, _ in truth(tmp_path / "r")} == set(RULES)


@pytest.mark.trial
@pytest.mark.parametrize("seed", [1, 2])
def test_every_variant_of_every_fault_is_known(tmp_path: Path, seed: int) -> None:
    each = 2 * max(Counter(f.rule for f in FAULTS).values())
    count = 5 * each * len(BOOKING_RULES)
    rates = {rule: each / count if rule in BOOKING_RULES else 0.02 for rule in RULES}
    # Faults befall second stays too, and people who move or are away for a while.
    shares = {**shipped_shares(), "earlier_stay": 0.3, "move": 0.3, "absence": 0.3}
    make(tmp_path / "r", count, seed=seed, rates=rates, irregular=shares)
    check(tmp_path / "r")
    put_in = Counter(rule for rule, _ in truth(tmp_path / "r"))
    assert all(put_in[rule] >= each for rule in BOOKING_RULES)
    assert all(put_in[f.rule] >= 1 for f in ROW_FAULTS)


@pytest.mark.trial
def test_findings_are_the_truth_at_a_million_bookings(tmp_path: Path) -> None:
    make(tmp_path / "r", 1_000_000, seed=9)
    found, _ = found_by_array(tmp_path / "r")
    known = truth(tmp_path / "r")
    assert Counter(rule for rule, _ in found - known) == {}
    assert Counter(rule for rule, _ in known - found) == {}
    assert {rule for rule, _ in known} == set(RULES)
