"""Words for the conditions that rules are made of, named after Declare and metric temporal logic.

Each returns a condition of `algebra`. `within` and `exists_before` are Declare's response and precedence
with a bound; `no_later_than` a plain comparison of two moments.
"""

from evenhand.rules.algebra import (
    STAY,
    And,
    Clock,
    Compare,
    Condition,
    Contains,
    Exists,
    Field,
    Given,
    In,
    Later,
    Lit,
    Not,
    ObservedUntil,
    Op,
    Or,
    Prev,
    Ref,
    Sel,
    Span,
    This,
    Unknown,
    Value,
)

MINUTE, HOUR, DAY = 60, 3600, 86400
END_OF_RECORD = "the record ends before the deadline"
FEDERAL = ("federal_officer", "federal_supervisor")


def minutes(n: int, *, ours: bool = False) -> Span:
    return Span(n * MINUTE, ours=ours)


def hours(n: int, clock: Clock = Clock.REAL, *, ours: bool = False) -> Span:
    return Span(n * HOUR, clock, ours)


def days(n: int, clock: Clock = Clock.REAL, *, ours: bool = False) -> Span:
    return Span(n * DAY, clock, ours)


def at(of: Ref) -> Field:
    """The moment of an occurrence."""
    return Field(of, "occurred_at")


def all_of(*parts: Condition) -> Condition:
    return And(parts)


def any_of(*parts: Condition) -> Condition:
    return Or(parts)


def implies(condition: Condition, then: Condition) -> Condition:
    return Or((Not(condition), then))


def _value(value: Value | str | int | float | bool) -> Value:
    return Lit(value) if isinstance(value, str | int | float | bool) else value


def eq(left: Value, right: Value | str | int | float | bool) -> Condition:
    return Compare(left, Op.EQ, _value(right))


def ne(left: Value, right: Value | str | int | float | bool) -> Condition:
    return Compare(left, Op.NE, _value(right))


def at_least(left: Value, right: Value | int | float) -> Condition:
    return Compare(left, Op.GE, _value(right))


def at_most(left: Value, right: Value | int | float) -> Condition:
    return Compare(left, Op.LE, _value(right))


def is_true(of: Ref, name: str) -> Condition:
    return Compare(Field(of, name), Op.EQ, Lit(True))


def is_false(of: Ref, name: str) -> Condition:
    return Compare(Field(of, name), Op.EQ, Lit(False))


def given(of: Ref, *names: str) -> Condition:
    """The fields have values."""
    parts = tuple(Given(Field(of, name)) for name in names)
    return parts[0] if len(parts) == 1 else And(parts)


def one_of(of: Ref, name: str, *codes: str) -> Condition:
    return In(Field(of, name), tuple(str(c) for c in codes))


def contains(of: Ref, name: str, value: Value) -> Condition:
    return Contains(Field(of, name), value)


def by_federal_officer(of: Ref) -> Condition:
    return In(Field(of, "actor_role"), FEDERAL)


def not_later(first: Ref, second: Ref) -> Condition:
    """`first` happened, at or before `second`."""
    return And((Exists(first), Compare(at(first), Op.LE, at(second))))


def exists_before(selection: Sel) -> Condition:
    """Precedence: such an event stands at or before the activation."""
    return Exists(Prev(selection))


def absent(of: Ref) -> Condition:
    return Not(Exists(of))


def within(response: Ref, span: Span, start: Value | None = None) -> Condition:
    """Response: it comes, no later than the span after the activation (or after `start`).

    Unknown while it is absent and the record ends before the deadline.
    """
    return by(response, Later(start or at(This()), span))


def by(response: Ref, deadline: Value) -> Condition:
    """Response by a stated moment; unknown while it is absent and the record ends before that moment."""
    return Or(
        (
            And((Exists(response), Compare(at(response), Op.LE, deadline))),
            And(
                (
                    Not(Exists(response)),
                    Compare(deadline, Op.GT, ObservedUntil()),
                    Unknown(END_OF_RECORD),
                )
            ),
        )
    )


def came_by(field: Field, deadline: Value) -> Condition:
    """A moment of the stay came by a stated moment; unknown while it has not and the record ends before
    it."""
    return Or(
        (
            And((Given(field), Compare(field, Op.LE, deadline))),
            And(
                (
                    Not(Given(field)),
                    Compare(deadline, Op.GT, ObservedUntil()),
                    Unknown(END_OF_RECORD),
                )
            ),
        )
    )


def of_stay(name: str) -> Field:
    """A field of the stay that the act belongs to."""
    return Field(STAY, name)
