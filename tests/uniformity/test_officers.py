"""Officers' shares: drawn together, in the order of ids, only when asked for."""

import re

import numpy as np

from evenhand.uniformity.officers import WARNING
from evenhand.uniformity.statistics.estimate import Cannot
from evenhand.uniformity.statistics.shrinkage import shrink
from uniformity.county import RELEASED, SCREENED, County, command, compare


def county_of(officers):
    county = County()
    for officer, (cases, referred) in officers.items():
        for n in range(cases):
            outcome = "refer" if n < referred else "no_action"
            made = (90, "determination.made", {"outcome": outcome, "actor": officer})
            county.book(SCREENED, (60, "interview.held", {}), made, RELEASED, sex="FM"[n % 2])
    return county


OFFICERS = {"O-3": (40, 20), "O-1": (2, 2), "O-2": (60, 24), "O-4": (30, 15)}


def test_few_cases_are_drawn_to_the_common_share(tmp_path):
    record = county_of(OFFICERS).write(tmp_path / "record")
    found = compare(record, tmp_path, by_officer=True).officers
    assert [row.officer for row in found] == ["O-1", "O-2", "O-3", "O-4"]
    (few, *_) = found
    assert few.share == 1
    assert few.shrunk < 0.6


def test_officers_stand_only_in_a_report_that_asks_for_them(tmp_path):
    county_of(OFFICERS).write(tmp_path / "record")
    command(tmp_path / "record", "--out", tmp_path / "out")
    assert not (tmp_path / "out" / "officers.csv").exists()
    assert "O-3" not in (tmp_path / "out" / "report.html").read_text()
    command(tmp_path / "record", "--out", tmp_path / "out", "--officers")
    page = (tmp_path / "out" / "report.html").read_text()
    assert WARNING in page
    assert re.findall(r"O-\d", page) == ["O-1", "O-2", "O-3", "O-4"]


def test_equal_officers_have_no_spread_and_unequal_ones_keep_theirs():
    dice = np.random.default_rng(5)
    cases = np.full(60, 50)
    alike = shrink(dice.binomial(cases, 0.3), cases)
    unlike = shrink(dice.binomial(cases, dice.beta(3, 7, 60)), cases)
    assert alike.spread < 0.05
    assert 0.10 < unlike.spread < 0.18


def test_two_officers_cannot_be_drawn_together():
    assert isinstance(shrink(np.array([1, 2]), np.array([4, 4])), Cannot)
    assert isinstance(shrink(np.array([0, 0, 0]), np.array([4, 4, 4])), Cannot)
