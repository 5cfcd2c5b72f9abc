"""What the conditions of the algebra are at many acts at once: two masks each, where it holds and where not.

Where neither is set the condition is unknown (Kleene's strong logic). It follows `rules/case.py`.
"""

from functools import reduce
from typing import Any

import numpy as np

from evenhand.rules.algebra import (
    AgreementStanding,
    And,
    Compare,
    Condition,
    Contains,
    Exists,
    FacilityStanding,
    Field,
    Given,
    In,
    Not,
    OfficerStanding,
    Op,
    Or,
    Ref,
    This,
    Unknown,
    Value,
)
from evenhand.rules.array.columns import NO, YES, Mask, among, compare, filled
from evenhand.rules.array.values import ActValues, mask_of
from evenhand.rules.rule import Rule

Truth = tuple[Any, Any]
UNKNOWN: Truth = (NO, NO)


class View(ActValues):
    """Conditions as seen from some acts."""

    def narrowed(self, mask: Mask) -> "View":
        """The view from those of the acts where the mask is set."""
        places = np.flatnonzero(mask_of(mask, len(self.acts)))
        return View(self.acts.at(places), self.plan, (self, places))

    def judged(self, rule: Rule) -> tuple[Any, Any, Any]:
        """Where the rule is broken, where it cannot be told, and where it applies or may apply.

        Each is a mask, or one truth for all acts.
        """
        broken = unclear = asked = NO
        for when, term in self.plan.terms[rule.id]:
            (applies, outside), (yes, no) = self.truth(when), self.truth(term.holds)
            asked = asked | ~outside
            broken = broken | (applies & no)
            unclear = unclear | (~outside & ~yes & ~(applies & no))
        return broken, unclear & ~broken, asked

    def truth(self, node: Condition) -> Truth:
        """Where the condition holds, and where it does not."""
        truth: Truth = self.keep(node, lambda: self._truth(node))
        return truth

    def _truth(self, node: Condition) -> Truth:
        match node:
            case And(parts=parts):
                each = [self.truth(part) for part in parts]
                return reduce(_and, (yes for yes, _ in each), YES), reduce(_or, (no for _, no in each), NO)
            case Or(parts=parts):
                each = [self.truth(part) for part in parts]
                return reduce(_or, (yes for yes, _ in each), NO), reduce(_and, (no for _, no in each), YES)
            case Not(part=part):
                yes, no = self.truth(part)
                return no, yes
            case Unknown():
                return UNKNOWN
            case Exists(of=of):
                return self._exists(of)
            case Compare(left=left, op=op, right=right):
                return self._compare(left, op, right)
            case In(value=item, codes=codes):
                return self._in(item, codes)
            case Contains(items=items, value=item):
                return self._contains(items, item)
            case Given(field=field):
                return self._given(field)
        raise TypeError(node)

    def _compare(self, left: Value, op: Op, right: Value) -> Truth:
        if not self.unseen(left) and not self.unseen(right):
            a, b = self.value(left), self.value(right)
            known, result = a.known & b.known, compare(a, op, b)
            return known & result, known & ~result
        (low, high), (other_low, other_high) = self.range(left), self.range(right)
        # That it always holds, and that it never does.
        tests = {
            Op.LE: ((high, Op.LE, other_low), (low, Op.GT, other_high)),
            Op.LT: ((high, Op.LT, other_low), (low, Op.GE, other_high)),
            Op.GE: ((low, Op.GE, other_high), (high, Op.LT, other_low)),
            Op.GT: ((low, Op.GT, other_high), (high, Op.LE, other_low)),
        }
        if op not in tests:
            return UNKNOWN
        yes, no = (a.known & b.known & compare(a, test, b) for a, test, b in tests[op])
        return yes, no & ~yes

    def _in(self, item: Value, codes: tuple[str, ...]) -> Truth:
        if self.unseen(item):
            return UNKNOWN
        values = self.value(item)
        chosen = among(values, codes)
        return values.known & chosen, values.known & ~chosen

    def _contains(self, items: Field, item: Value) -> Truth:
        if self.unseen(items) or self.unseen(item):
            return UNKNOWN
        lists, wanted = self.value(items), self.value(item)
        if lists.lists is None:
            return UNKNOWN
        rows, known = lists.spread(len(self.acts))
        known = known & wanted.known
        held = lists.lists.hold(np.where(known, rows, 0), known, wanted)
        return known & held, known & ~held

    def _exists(self, of: Ref) -> Truth:
        found = self.found(of)
        match of:
            case This():
                return YES, NO
            case OfficerStanding():
                told = self.provides.officers()
            case AgreementStanding():
                told = self.provides.type("agreement.took_effect")
            case FacilityStanding():
                told = not self.provides.lacking_of_facilities()
            case _:
                return found, (NO if self.lacking(of.sel) else ~found)
        known = self.keyed(of) if told else NO
        return known & found, known & ~found

    def _given(self, field: Field) -> Truth:
        if self.unseen(field):
            return UNKNOWN
        values = self.value(field)
        yes = values.known & filled(values)
        if isinstance(field.of, OfficerStanding | AgreementStanding | FacilityStanding):
            return yes, values.known & ~yes
        return yes, self.found(field.of) & self.able(field.of, field.name) & ~yes


def _and(left: Any, right: Any) -> Any:
    return left & right


def _or(left: Any, right: Any) -> Any:
    return left | right
