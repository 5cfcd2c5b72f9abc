"""The desk's catalog has the severities that its operator chose."""

from evenhand.desk.record.catalog import CATALOG, with_severities
from evenhand.rules import catalog
from evenhand.rules.promise import counts_as_violation


def test_the_setting_is_off_unless_it_is_set() -> None:
    assert catalog.CATALOG == CATALOG
    assert not counts_as_violation(with_severities(will=False).values())


def test_with_the_setting_promises_are_violations() -> None:
    assert counts_as_violation(with_severities(will=True).values())
