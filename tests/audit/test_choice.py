"""Which bounds and severities an audit applies."""

import pytest

from evenhand.audit.choice import ChoiceError, set_bounds
from evenhand.rules.algebra import RuleError
from evenhand.rules.catalog import CATALOG

DAY = 86400


def seconds(rule_id: str, bound: str) -> list[int]:
    (changed,) = set_bounds([CATALOG[rule_id]], [bound])
    return [span.seconds for span in changed.own_bounds]


def test_a_bound_of_ours_is_set_wherever_it_stands() -> None:
    assert seconds("REC-01", "REC-01=12h") == [12 * 3600]
    (changed,) = set_bounds([CATALOG["REC-01"]], ["rec-01=12h"])
    assert {span.seconds for span in changed.spans} == {12 * 3600}


def test_several_bounds_of_a_rule_are_set_in_their_order() -> None:
    assert [span.seconds for span in CATALOG["CMP-05"].own_bounds] == [7 * DAY, 90 * DAY]
    assert seconds("CMP-05", "CMP-05=5d,60d") == [5 * DAY, 60 * DAY]
    # One takes the length that the other had.
    assert seconds("CMP-05", "CMP-05=90d,7d") == [90 * DAY, 7 * DAY]


def test_a_bound_keeps_its_clock() -> None:
    (changed,) = set_bounds([CATALOG["CMP-04"]], ["CMP-04=3d"])
    assert {span.clock for span in changed.spans} == {span.clock for span in CATALOG["CMP-04"].spans}


def test_a_bound_of_a_source_cannot_be_set() -> None:
    with pytest.raises(ChoiceError, match="You can't set a time limit for CMP-01"):
        set_bounds([CATALOG["CMP-01"]], ["CMP-01=3d"])
    with pytest.raises(RuleError, match="has 0 bounds of its own"):
        CATALOG["CMP-01"].with_own_bounds(3)


def test_too_few_lengths_are_named_with_the_bounds() -> None:
    with pytest.raises(ChoiceError, match=r"2 time limits \(7 days, 90 days\)\. Give 2 lengths"):
        set_bounds([CATALOG["CMP-05"]], ["CMP-05=4h"])
    with pytest.raises(ChoiceError, match="different lengths"):
        set_bounds([CATALOG["CMP-05"]], ["CMP-05=4h,4h"])
