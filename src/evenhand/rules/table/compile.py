"""From the algebra to Ibis: a condition becomes a boolean column that may be null.

SQL's three-valued logic is Kleene's, so a null is the algebra's "unknown". Where an occurrence's columns
stand is the frame's business (`wide.py`, `long.py`); here is only what the nodes mean.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from evenhand.rules.algebra import (
    AgreementStanding,
    And,
    Clock,
    Compare,
    Condition,
    Contains,
    Count,
    Earliest,
    Exists,
    FacilityStanding,
    Field,
    First,
    Given,
    In,
    Last,
    Later,
    Latest,
    Lit,
    Next,
    Not,
    ObservedUntil,
    OfficerStanding,
    Op,
    Or,
    Prev,
    Ref,
    This,
    Unknown,
    Value,
)
from evenhand.rules.answer import Provides
from evenhand.rules.rule import Rule, Term
from evenhand.rules.standing import AGREEMENT_FIELDS, FACILITY_FIELDS, OFFICER_FIELDS
from evenhand.rules.table.inputs import NAIVE_INSTANT, instant

Lack = tuple[str, ir.BooleanValue]
"""The name of something that the record lacks, and where it lacks it."""


class Frame(ABC):
    """Where the columns of an activation and of the occurrences around it are found."""

    provides: Provides
    until: ir.TimestampScalar

    @abstractmethod
    def types(self, ref: Ref) -> tuple[str, ...]:
        """The event types that the occurrence may have."""

    @abstractmethod
    def occurs(self, ref: Ref) -> ir.BooleanValue:
        """Whether the occurrence is found; never null."""

    @abstractmethod
    def get(self, ref: Ref, name: str) -> ir.Value:
        """A column of the occurrence; null where it is not found."""

    @abstractmethod
    def count(self, node: Count) -> ir.IntegerValue:
        """How many events are selected, of the history or of its part."""

    @abstractmethod
    def later(self, node: Later) -> ir.TimestampValue:
        """A deadline on a clock that skips days."""


def verdict(frame: Frame, rule: Rule) -> ir.IntegerValue:
    """The rule's verdict at an activation, with the numbers of `Verdict`."""
    applies = [_applies(frame, rule, term) for term in rule.terms]
    holds = [truth(frame, term.holds) for term in rule.terms]
    judged = _every([_not(a) | h for a, h in zip(applies, holds, strict=True)])
    outside = _every([_not(a).fill_null(False) for a in applies])
    return ibis.cases((outside, 3), (judged.isnull(), 1), (judged, 2), else_=0).cast("int8")


def _applies(frame: Frame, rule: Rule, term: Term) -> ir.BooleanValue:
    return truth(frame, And((rule.when, term.applies)) if rule.when else term.applies)


STATED = {
    "deadline": NAIVE_INSTANT,
    "done": NAIVE_INSTANT,
    "first_deadline": NAIVE_INSTANT,
    "stated_reason": "string",
}
"""What a finding states of a term, by its name, and the type of each."""


def stated(frame: Frame, rule: Rule) -> dict[str, ir.Value]:
    """What the first term that is broken states; null where it states nothing."""
    found: dict[str, ir.Value] = {name: ibis.null(kind) for name, kind in STATED.items()}
    for term in reversed(rule.terms):
        broken = (_applies(frame, rule, term) & ~truth(frame, term.holds)).fill_null(False)
        for name, kind in STATED.items():
            node = getattr(term, name)
            found[name] = broken.ifelse(value(frame, node) if node else ibis.null(kind), found[name])
    return found


def missing(frame: Frame, rule: Rule) -> list[Lack]:
    """What the record lacks where the verdict is "cannot tell"."""
    found: list[Lack] = []
    for term in rule.terms:
        when = And((rule.when, term.applies)) if rule.when else term.applies
        applies, holds = truth(frame, when), truth(frame, term.holds)
        open_ = applies.isnull() | applies
        unclear = open_ & (holds.isnull() | (applies.isnull() & _not(holds)))
        for name, where in _lacks(frame, when):
            found.append((name, where & applies.isnull() & unclear))
        for name, where in _lacks(frame, term.holds):
            found.append((name, where & holds.isnull() & unclear))
    return found


# --- conditions --------------------------------------------------------------------------------------------

_UNKNOWN = "boolean"


def _every(parts: list[ir.BooleanValue]) -> ir.BooleanValue:
    return reduce(lambda a, b: a & b, parts, ibis.literal(True)) if len(parts) != 1 else parts[0]


def truth(frame: Frame, node: Condition) -> ir.BooleanValue:
    """The condition as a boolean column, null where it is unknown."""
    match node:
        case And(parts=parts):
            return _every([truth(frame, p) for p in parts])
        case Or(parts=parts):
            return reduce(lambda a, b: a | b, [truth(frame, p) for p in parts])
        case Not(part=part):
            return _not(truth(frame, part))
        case Unknown():
            return ibis.null(_UNKNOWN)
        case Exists(of=of):
            return _exists(frame, of)
        case Compare(left=left, op=op, right=right):
            if _unseen(frame, left) or _unseen(frame, right):
                return _compare_ranges(_range(frame, left), op, _range(frame, right))
            return _compare(value(frame, left), op, value(frame, right))
        case In(value=item) if _unseen(frame, item):
            return ibis.null(_UNKNOWN)
        case Contains(items=items, value=item) if _unseen(frame, items) or _unseen(frame, item):
            return ibis.null(_UNKNOWN)
        case Given(field=field) if _unseen(frame, field):
            return ibis.null(_UNKNOWN)
        case In(value=item, codes=codes):
            return value(frame, item).isin(codes)
        case Contains(items=items, value=item):
            # An engine may answer "no" for an unknown item.
            known = value(frame, items).notnull() & value(frame, item).notnull()
            return known.ifelse(value(frame, items).contains(value(frame, item)), ibis.null(_UNKNOWN))
        case Given(field=field):
            return _given(frame, field)
    raise TypeError(node)


def _is_null(column: ir.Value) -> bool:
    operation = column.op()
    return isinstance(operation, ops.Literal) and operation.value is None


def _not(part: ir.BooleanValue) -> ir.BooleanValue:
    # Not "~part": `NOT x IS NULL` would read as `NOT (x IS NULL)`.
    return _compare(part, Op.EQ, ibis.literal(False))


def _compare(left: Any, op: Op, right: Any) -> ir.BooleanValue:
    if _is_null(left) or _is_null(right):
        # Ibis reads "== null" as "is null".
        return ibis.null(_UNKNOWN)
    match op:
        case Op.EQ:
            return left == right
        case Op.NE:
            return left != right
        case Op.LE:
            return left <= right
        case Op.LT:
            return left < right
        case Op.GE:
            return left >= right
        case Op.GT:
            return left > right


# What another occurrence, of a type that is not provided, might change (`_View._range` of the case engine).


def _unseen(frame: Frame, node: Value) -> bool:
    """Whether the occurrence found need not be the one that the value is of."""
    match node:
        case Field(of=Prev() | Next() | First() | Last() as of):
            return bool(frame.provides.lacking(of.sel))
        case Later(start=start):
            return _unseen(frame, start)
    return False


_Range = tuple[Any, Any]
"""The least and the greatest value as columns, None where there is no bound."""


def _range(frame: Frame, node: Value) -> _Range:
    if not _unseen(frame, node):
        known = value(frame, node)
        return known, known
    match node:
        case Later(start=start, span=span):
            shift = ibis.interval(seconds=span.seconds)
            low, high = _range(frame, start)
            return None if low is None else low + shift, None if high is None else high + shift
        case Field(of=of, name="occurred_at"):
            found = value(frame, node)
            here = found.notnull().ifelse(frame.get(This(), "occurred_at"), ibis.null(NAIVE_INSTANT))
            match of:
                case First():
                    return None, found
                case Next():
                    return here, found
                case Prev():
                    return found, here
                case Last():
                    return found, None
    return None, None


def _compare_ranges(left: _Range, op: Op, right: _Range) -> ir.BooleanValue:
    (low, high), (other_low, other_high) = left, right
    tests = {
        Op.LE: ((high, other_low, Op.LE), (low, other_high, Op.GT)),
        Op.LT: ((high, other_low, Op.LT), (low, other_high, Op.GE)),
        Op.GE: ((low, other_high, Op.GE), (high, other_low, Op.LT)),
        Op.GT: ((low, other_high, Op.GT), (high, other_low, Op.LE)),
    }.get(op, ())
    decided = [
        (_compare(a, test, b), truth)
        for (a, b, test), truth in zip(tests, (True, False), strict=False)
        if a is not None and b is not None
    ]
    return ibis.cases(*decided, else_=ibis.null(_UNKNOWN)) if decided else ibis.null(_UNKNOWN)


def _exists(frame: Frame, of: Ref) -> ir.BooleanValue:
    found = frame.occurs(of)
    match of:
        case This():
            return ibis.literal(True)
        case OfficerStanding():
            if not frame.provides.officers():
                return ibis.null(_UNKNOWN)
            return _field(frame, This(), "actor").notnull().ifelse(found, ibis.null(_UNKNOWN))
        case AgreementStanding():
            return found if frame.provides.type("agreement.took_effect") else ibis.null(_UNKNOWN)
        case FacilityStanding():
            if frame.provides.lacking_of_facilities():
                return ibis.null(_UNKNOWN)
            return _field(frame, This(), "facility").notnull().ifelse(found, ibis.null(_UNKNOWN))
    if frame.provides.lacking(of.sel):
        return found.ifelse(True, ibis.null(_UNKNOWN))
    return found


def _given(frame: Frame, field: Field) -> ir.BooleanValue:
    column = frame.get(field.of, field.name)
    filled = column.notnull()
    if column.type().is_array():
        filled = filled & (column.length() > 0).fill_null(False)
    elif column.type().is_string():
        filled = filled & (column != "").fill_null(False)
    known = _provided(frame, field.of, field.name)
    return known.ifelse(filled, ibis.null(_UNKNOWN))


def _provided(frame: Frame, of: Ref, name: str) -> ir.BooleanValue:
    """Whether the occurrence is found and of a type that provides the field; never null."""
    types = frame.types(of)
    able = tuple(t for t in types if frame.provides.field(t, name))
    if not able:
        return ibis.literal(False)
    if len(able) == len(types):
        return frame.occurs(of)
    return frame.get(of, "type").isin(able).fill_null(False)


# --- values ------------------------------------------------------------------------------------------------


def value(frame: Frame, node: Value) -> Any:
    """The value as a column, null where it is unknown."""
    match node:
        case Lit(value=datetime() as moment):
            return instant(moment)
        case Lit(value=constant):
            return ibis.literal(constant)
        case ObservedUntil():
            return frame.until
        case Count():
            return ibis.null("int64") if _count_lacking(frame, node) else frame.count(node)
        case Later(start=start, span=span):
            if span.clock is Clock.REAL:
                return value(frame, start) + ibis.interval(seconds=span.seconds)
            return frame.later(node)
        case Earliest(values=values):
            return ibis.least(*(value(frame, v) for v in values))
        case Latest(values=values):
            return ibis.greatest(*(value(frame, v) for v in values))
        case Field(of=of, name=name):
            return _field(frame, of, name)
    raise TypeError(node)


def _count_lacking(frame: Frame, node: Count) -> tuple[str, ...]:
    since = frame.provides.lacking(node.since.sel) if node.since else ()
    return (*frame.provides.lacking(node.sel), *since)


def _field(frame: Frame, of: Ref, name: str) -> Any:
    column = frame.get(of, name)
    match of:
        case OfficerStanding():
            known = frame.provides.type(OFFICER_FIELDS[name])
            if not known:
                return ibis.null(column.type())
            return _field(frame, This(), "actor").notnull().ifelse(column, ibis.null(column.type()))
        case AgreementStanding():
            known = frame.provides.type(AGREEMENT_FIELDS[name])
            return column if known else ibis.null(column.type())
        case FacilityStanding():
            if frame.provides.lacking_of_facilities():
                return ibis.null(column.type())
            return _field(frame, This(), "facility").notnull().ifelse(column, ibis.null(column.type()))
    types = frame.types(of)
    able = tuple(t for t in types if frame.provides.field(t, name))
    if len(able) == len(types):
        return column
    if not able:
        return ibis.null(column.type())
    return frame.get(of, "type").isin(able).ifelse(column, ibis.null(column.type()))


# --- what is missing ---------------------------------------------------------------------------------------


def _lacks(frame: Frame, node: Condition) -> Iterator[Lack]:
    """What is missing where the node is unknown."""
    match node:
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                unknown = truth(frame, part).isnull()
                for name, where in _lacks(frame, part):
                    yield name, where & unknown
        case Not(part=part):
            yield from _lacks(frame, part)
        case Unknown(what=what):
            yield what, ibis.literal(True)
        case Exists(of=of):
            yield from _exists_lacks(frame, of)
        case Compare(left=left, right=right):
            yield from _value_lacks(frame, left)
            yield from _value_lacks(frame, right)
        case In(value=item):
            yield from _value_lacks(frame, item)
        case Contains(items=items, value=item):
            yield from _value_lacks(frame, items)
            yield from _value_lacks(frame, item)
        case Given(field=field):
            yield from _value_lacks(frame, field)


def _exists_lacks(frame: Frame, of: Ref) -> Iterator[Lack]:
    match of:
        case This():
            return
        case OfficerStanding():
            yield from _key_lacks(frame, "actor")
            if not frame.provides.officers():
                yield "officer.certified", _field(frame, This(), "actor").notnull()
        case AgreementStanding():
            yield "agreement.took_effect", ibis.literal(True)
        case FacilityStanding():
            if lack := frame.provides.lacking_of_facilities():
                yield lack, ibis.literal(True)
            else:
                yield from _key_lacks(frame, "facility")
        case _:
            for name in frame.provides.lacking(of.sel):
                yield name, ~frame.occurs(of)


def _key_lacks(frame: Frame, key: str) -> Iterator[Lack]:
    for event_type in frame.types(This()):
        here = frame.get(This(), "type") == event_type
        yield f"{event_type}.{key}", here & _field(frame, This(), key).isnull()


def _value_lacks(frame: Frame, node: Value) -> Iterator[Lack]:
    match node:
        case Count():
            for name in _count_lacking(frame, node):
                yield name, ibis.literal(True)
        case Later(start=start):
            yield from _value_lacks(frame, start)
        case Earliest(values=values) | Latest(values=values):
            for item in values:
                for name, where in _value_lacks(frame, item):
                    yield name, where & value(frame, node).isnull()
        case Field(of=of, name=name):
            yield from _field_lacks(frame, of, name)


def _field_lacks(frame: Frame, of: Ref, name: str) -> Iterator[Lack]:
    column = _field(frame, of, name)
    match of:
        case OfficerStanding() | AgreementStanding():
            needs = (OFFICER_FIELDS if isinstance(of, OfficerStanding) else AGREEMENT_FIELDS)[name]
            known_key = ibis.literal(True)
            if isinstance(of, OfficerStanding):
                yield from _key_lacks(frame, "actor")
                known_key = _field(frame, This(), "actor").notnull()
            lack = f"{needs}.{name}" if frame.provides.type(needs) else needs
            yield lack, known_key & column.isnull()
            return
        case FacilityStanding():
            if lacking := frame.provides.lacking_of_facilities():
                yield lacking, ibis.literal(True)
                return
            yield from _key_lacks(frame, "facility")
            known_key = _field(frame, This(), "facility").notnull()
            yield f"{FACILITY_FIELDS[name]}.{name}", known_key & column.isnull()
            return
    if not isinstance(of, This) and frame.provides.lacking(of.sel):
        for name in frame.provides.lacking(of.sel):
            yield name, frame.occurs(of)
        for event_type in frame.types(of):
            yield event_type, ~frame.occurs(of)
        return
    for event_type in frame.types(of):
        here = frame.get(of, "type") == event_type
        yield f"{event_type}.{name}", here.fill_null(False) & column.isnull()
        if not isinstance(of, This):
            yield event_type, ~frame.occurs(of)
