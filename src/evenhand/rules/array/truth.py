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
    First,
    Given,
    In,
    Last,
    Next,
    Not,
    OfficerStanding,
    Op,
    Or,
    Prev,
    Ref,
    StayStanding,
    This,
    Unknown,
    Value,
)
from evenhand.rules.array.columns import NO, YES, Mask, Values, among, compare, filled
from evenhand.rules.array.values import AT_THE_BEGIN, ActValues, mask_of
from evenhand.rules.rule import Rule
from evenhand.rules.standing import PAPERS

Truth = tuple[Any, Any]
UNKNOWN: Truth = (NO, NO)


class View(ActValues):
    """Conditions as seen from some acts."""

    def narrowed(self, mask: Mask) -> "View":
        """The view from those of the acts where the mask is set."""
        places = np.flatnonzero(mask_of(mask, len(self.acts)))
        return View(self.acts.at(places), self.plan, self.about, self.rough, (self, places))

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
        (low, high), (other_low, other_high) = self.range(left), self.range(right)
        if low is high and other_low is other_high:
            known, result = low.known & other_low.known, compare(low, op, other_low)
            yes, no = known & result, known & ~result
        else:
            yes, no = _compare_ranges(low, high, op, other_low, other_high)
        return self._in_given_order(left, op, right, (yes, no)) if self.rough else (yes, no)

    def _in_given_order(self, left: Value, op: Op, right: Value, truth: Truth) -> Truth:
        """The comparison, where the order in the record decides between the moments of two events."""
        one = self.row_of(left)
        other = self.row_of(right) if one is not None else None
        if one is None or other is None:
            return truth
        yes, no = (mask_of(each, len(one)) for each in truth)
        part, both = self.acts.part, (one >= 0) & (other >= 0)
        same = both & (one == other)
        if same.any():
            holds = op in (Op.LE, Op.GE, Op.EQ)
            yes, no = (yes | same, no & ~same) if holds else (yes & ~same, no | same)
        if op not in _DECIDED or not part.any_short:
            return yes, no
        short = both & ~same & part.in_short[one] & part.in_short[other]
        short &= part.moment[one] == part.moment[other]
        if not short.any():
            return yes, no
        first, holds = _DECIDED[op]
        here = short & (one < other if first else one > other)
        return (yes | here, no & ~here) if holds else (yes & ~here, no | here)

    def _in(self, item: Value, codes: tuple[str, ...]) -> Truth:
        values = self.value(item)
        chosen = among(values, codes)
        return values.known & chosen, values.known & ~chosen

    def _contains(self, items: Field, item: Value) -> Truth:
        lists, wanted = self.value(items), self.value(item)
        if lists.lists is None or wanted.nowhere:
            return UNKNOWN
        rows, known = lists.spread(len(self.acts))
        known = known & wanted.known
        held = lists.lists.hold(np.where(known, rows, 0), known, wanted)
        return known & held, known & ~held

    def _exists(self, of: Ref) -> Truth:
        match of:
            case This():
                return YES, NO
            case OfficerStanding() | AgreementStanding() | FacilityStanding():
                return self._stands(of)
            case Prev() | Next() | First() | Last():
                absent = ~self.found(of) & ~self.maybe(of)
                return self.found(of), (NO if self.unseen_if_absent(of) else absent)
        raise TypeError(of)

    def _stands(self, of: OfficerStanding | AgreementStanding | FacilityStanding) -> Truth:
        found = self.found(of)
        sure = self.sure(of)
        match of:
            case OfficerStanding():
                told = self.keyed(of)
                if not all(map(self.provides.tells, PAPERS)):
                    told = told & found
            case FacilityStanding():
                told = self.keyed(of)
                if not self.provides.tells("poster.attested"):
                    told = told & found
            case AgreementStanding():
                told = YES if self.provides.tells("agreement.took_effect") else found
        return told & found & sure, told & ~found

    def _given(self, field: Field) -> Truth:
        if isinstance(field.of, StayStanding):
            return self._given_of_stay(field.name)
        low, high = self.range(field)
        if low is high:
            yes, no = low.known & filled(low), low.known & ~filled(low)
        else:
            yes, no = low.known & high.known, NO
        if isinstance(field.of, This | Prev | Next | First | Last) and not self.unseen(field.of):
            no = no | (self.certain(field.of) & self.able(field.of, field.name) & ~yes)
        return yes, no

    def _given_of_stay(self, name: str) -> Truth:
        """Whether the moment of the stay came."""
        sure = ~self.stay_unknown()
        if name == "held":
            return sure, NO
        found = self.stay_moment(name).found[self.stay_number()]
        lacking = self.stay_lacking(name) or (self.about.cut and name in AT_THE_BEGIN)
        yes, no = sure & found, NO if lacking else sure & ~found
        if name == "free":
            sure = sure & ~self.of_stays(self.stays.maybe_held_on)
            held_on = self.stays.held_on[self.stay_number()]
            told = self.provides.tells("custody.hold_ended")
            yes, no = sure & found & ~held_on, (no | (sure & found & held_on) if told else no)
        return yes, no


_DECIDED = {Op.LE: (True, True), Op.GT: (True, False), Op.GE: (False, True), Op.LT: (False, False)}
"""What is decided of two events in their given order: of the first before the second, or after it; and
whether it holds."""


def _compare_ranges(low: Values, high: Values, op: Op, other_low: Values, other_high: Values) -> Truth:
    """Where every pair of values in the ranges meets the comparison, and where none does."""

    def surely(left: Values, test: Op, right: Values) -> Any:
        return left.known & right.known & compare(left, test, right)

    if op in (Op.EQ, Op.NE):
        apart = surely(high, Op.LT, other_low) | surely(low, Op.GT, other_high)
        equal = (
            surely(low, Op.EQ, high) & surely(other_low, Op.EQ, other_high) & surely(low, Op.EQ, other_low)
        )
        return (equal, apart) if op is Op.EQ else (apart, equal)
    always, never = {
        Op.LE: ((high, Op.LE, other_low), (low, Op.GT, other_high)),
        Op.LT: ((high, Op.LT, other_low), (low, Op.GE, other_high)),
        Op.GE: ((low, Op.GE, other_high), (high, Op.LT, other_low)),
        Op.GT: ((low, Op.GT, other_high), (high, Op.LE, other_low)),
    }[op]
    yes = surely(*always)
    return yes, surely(*never) & ~yes


def _and(left: Any, right: Any) -> Any:
    return left & right


def _or(left: Any, right: Any) -> Any:
    return left | right
