"""Duties that an agreement states with "will": warnings by default, violations by a setting.

The agreements use "shall" and "must" for some duties and "will" for others. Whether "will" is as binding is a
question of contract law that the texts do not answer. By default, a breach of a "will" duty is a warning. One
setting makes all such breaches violations.
"""

from collections.abc import Iterable
from dataclasses import replace

from evenhand.rules.rule import Rule, Severity


def has_promise(rule: Rule) -> bool:
    """Whether a duty of the rule is stated with "will"."""
    return any(term.promise for term in rule.terms)


def will_as_violation(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules with every breach of a "will" duty as a violation."""
    return tuple(_binding(rule) if has_promise(rule) else rule for rule in rules)


def counts_as_violation(rules: Iterable[Rule]) -> bool:
    """Whether the setting was applied to these rules."""
    return any(
        term.promise and rule.severity_of(term) is Severity.VIOLATION for rule in rules for term in rule.terms
    )


def _binding(rule: Rule) -> Rule:
    terms = tuple(
        replace(term, severity=Severity.VIOLATION if term.promise else rule.severity_of(term))
        for term in rule.terms
    )
    return replace(rule, terms=terms, severity=Severity.VIOLATION)
