"""The one setting that makes every duty stated with "will" a violation."""

from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import parse
from evenhand.rules.promise import counts_as_violation, has_promise, will_as_violation
from evenhand.rules.rule import Severity

BINDING = {rule.id: rule for rule in will_as_violation(CATALOG.values())}
PROMISES = [rule for rule in CATALOG.values() if has_promise(rule)]


def test_the_catalog_states_promises_as_warnings() -> None:
    assert PROMISES
    assert not counts_as_violation(CATALOG.values())
    for rule in PROMISES:
        assert {rule.severity_of(term) for term in rule.terms if term.promise} == {Severity.WARNING}, rule.id


def test_the_setting_changes_nothing_but_their_severity() -> None:
    assert counts_as_violation(BINDING.values())
    assert list(BINDING) == list(CATALOG)
    for rule in CATALOG.values():
        bound = BINDING[rule.id]
        for before, after in zip(rule.terms, bound.terms, strict=True):
            expected = Severity.VIOLATION if before.promise else rule.severity_of(before)
            assert bound.severity_of(after) is expected
            assert (after.holds, after.applies) == (before.holds, before.applies)
        if not has_promise(rule):
            assert bound is rule


def test_a_finding_of_a_promise_is_then_a_violation() -> None:
    rule = CATALOG["CMP-08"]
    example = parse(rule.fails[0], rule.subject)
    severities = [
        {breach.severity for breach in judge(r, example.history, example.context).breaches}
        for r in (rule, BINDING[rule.id])
    ]
    assert severities == [{Severity.WARNING}, {Severity.VIOLATION}]
