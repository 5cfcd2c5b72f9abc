"""Explanations of answers: the deciding term, the values, the clock, events and sources."""

from evenhand.rules.explain.clock import Reckoning, reckon
from evenhand.rules.explain.explanation import (
    ANSWERS,
    UNREAD_TEMPLATE,
    EventLine,
    Explanation,
    Source,
    explain,
    not_asked,
)
from evenhand.rules.explain.steps import Step

__all__ = [
    "ANSWERS",
    "UNREAD_TEMPLATE",
    "EventLine",
    "Explanation",
    "Reckoning",
    "Source",
    "Step",
    "explain",
    "not_asked",
    "reckon",
]
