"""The catalog as this desk applies it: with the severities that its operator chose."""

from evenhand.desk.environment import environment
from evenhand.rules import catalog
from evenhand.rules.promise import will_as_violation
from evenhand.rules.rule import Rule


def with_severities(*, will: bool) -> dict[str, Rule]:
    """The catalog; if `will`, with every breach of a duty stated with "will" a violation."""
    rules = catalog.CATALOG.values()
    return {rule.id: rule for rule in (will_as_violation(rules) if will else rules)}


CATALOG = with_severities(will=environment().will_as_violation)
