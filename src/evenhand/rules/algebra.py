"""The condition algebra: frozen nodes, from which every rule is built.

A rule looks at one history (the events of a booking, an officer, an agreement, a complaint, a review) from
the place of one event, its *activation* (the term of the Declare literature: Pesic, Schonenberg and van der
Aalst 2007). From there it may name other occurrences, compare their fields and times, and ask for the
standing of the acting officer and of the agency's agreement at that moment.

Truth has three values (Kleene's strong logic): a field that a record lacks makes a comparison unknown, and
the answer is "cannot tell" unless the known parts decide it alone. An occurrence that did not happen, in a
record that would tell of it, is absent, which is known. A field of an absent occurrence is unknown.

A moment is an interval: from the earliest to the latest moment at which the event can have happened. A
condition on moments is known only if every placement of the moments within their intervals gives the same
truth. Which of several events is the first, the last, the next or the previous one is known only if every
placement names the same event; until then its moment is a range and its other fields are unknown. Two events
that the source states for the same minute, or for a shorter time, happened in the order in which the record
gives them, or at once.

Of several types of events a record may tell of only some. The occurrence found among those is then a bound:
the first of all is not later, the next not later and not before the activation, the previous not earlier, the
last not earlier. A comparison that the bound decides is known, any other unknown, as is every other field.
A history may be cut on the left: what came before its first event is then unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from evenhand.record.events import EVENT_TYPES, FIELDS

ENVELOPE_FIELDS = frozenset(
    {
        "id",
        "type",
        "occurred_at",
        "occurred_by",
        "recorded_at",
        "agency",
        "facility",
        "zone",
        "actor",
        "actor_role",
    }
    | {"source_kind", "corrects", "reason"}
)
ALWAYS_GIVEN = frozenset({"id", "type", "occurred_at", "agency", "zone", "source_kind"})


class RuleError(Exception):
    """A rule that is not well formed."""


# --- occurrences -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sel:
    """Events of the given types, narrowed to those whose fields have one of the stated codes.

    `where` keeps an event only if each field is given and has one of the values; `having` only if each field
    is given; `below` only if each field is given and less than the number. An event that lacks such a field
    is not selected.
    """

    types: tuple[str, ...]
    where: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()
    having: tuple[str, ...] = ()
    below: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        for name in self.types:
            if name not in EVENT_TYPES:
                raise RuleError(f"no event type {name!r}")
            for field, codes in self.where:
                check_field(name, field)
                spec = FIELDS[name].get(field)
                wrong = set(codes) - set(spec.codes) if spec and spec.codes else set()
                if wrong:
                    raise RuleError(f"{name}.{field} has no code {', '.join(sorted(map(str, wrong)))}")
            for field in (*self.having, *(f for f, _ in self.below)):
                check_field(name, field)

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields that narrow the selection."""
        return (*(f for f, _ in self.where), *self.having, *(f for f, _ in self.below))

    def of(self, *types: str) -> Sel:
        """The same conditions on other types."""
        return replace(self, types=types)


def check_field(event_type: str, field: str) -> None:
    """`RuleError` unless a rule may read the field: it exists and is not part of the personal part."""
    if field in ENVELOPE_FIELDS:
        return
    spec = FIELDS[event_type].get(field)
    if spec is None:
        raise RuleError(f"{event_type} has no field {field!r}")
    if spec.personal:
        raise RuleError(f"{event_type}.{field} is personal: no rule may read it")


def sel(
    *types: str,
    having: tuple[str, ...] = (),
    below: dict[str, float] | None = None,
    **where: str | bool | tuple[str, ...],
) -> Sel:
    """Select events: `sel("determination.reviewed", outcome="concur")`."""
    codes = tuple((k, v if isinstance(v, tuple) else (v,)) for k, v in sorted(where.items()))
    plain = tuple((k, tuple(c if isinstance(c, bool) else str(c) for c in v)) for k, v in codes)
    return Sel(types, plain, having, tuple(sorted((below or {}).items())))


@dataclass(frozen=True)
class This:
    """The activation itself."""


@dataclass(frozen=True)
class Prev:
    """The latest other event selected, at or before the activation; ties go to the later in the record.

    `on` names fields that must be equal in both.
    """

    sel: Sel
    on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Next:
    """The earliest other event selected, at or after the activation; ties go to the earlier in the record.

    `strictly`: after it alone, so that two acts of one moment do not each follow the other.
    """

    sel: Sel
    on: tuple[str, ...] = ()
    strictly: bool = False


@dataclass(frozen=True)
class First:
    """The first event selected in the whole history."""

    sel: Sel


@dataclass(frozen=True)
class Last:
    """The last event selected in the whole history; with `on`, of those other than the activation that have
    these fields equal to its own."""

    sel: Sel
    on: tuple[str, ...] = ()


@dataclass(frozen=True)
class OfficerStanding:
    """What the record knows of the activation's actor as an officer at that moment (`standing.py`)."""


@dataclass(frozen=True)
class AgreementStanding:
    """What the record knows of the agency's agreement at that moment (`standing.py`)."""


@dataclass(frozen=True)
class FacilityStanding:
    """What the record knows of the activation's facility at that moment (`standing.py`)."""


@dataclass(frozen=True)
class StayStanding:
    """The stay in jail that the activation belongs to (`record/episode`): when it began, when release was
    due, how it ended. Its fields are listed in `standing.STAY_FIELDS`."""


Standing = OfficerStanding | AgreementStanding | FacilityStanding | StayStanding
Ref = This | Prev | Next | First | Last | Standing


def selection(ref: Ref) -> Sel:
    """What another occurrence selects; `RuleError` for the activation and for standings."""
    if isinstance(ref, Prev | Next | First | Last):
        return ref.sel
    raise RuleError(f"{ref} selects no events")


THIS, OFFICER, AGREEMENT, FACILITY = This(), OfficerStanding(), AgreementStanding(), FacilityStanding()
STAY = StayStanding()


# --- values ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """A field of an occurrence."""

    of: Ref
    name: str


@dataclass(frozen=True)
class Lit:
    """A constant: text, number or truth value."""

    value: str | int | float | bool | datetime


@dataclass(frozen=True)
class ObservedUntil:
    """The moment up to which the record is complete."""


class Clock(StrEnum):
    """How hours are counted."""

    REAL = "real"
    NO_WEEKENDS = "no_weekends"
    NO_WEEKENDS_OR_HOLIDAYS = "no_weekends_or_holidays"


@dataclass(frozen=True)
class Span:
    """A length of time. `ours` marks a bound that no source states: a setting with its default."""

    seconds: int
    clock: Clock = Clock.REAL
    ours: bool = False

    @property
    def delta(self) -> timedelta:
        return timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Later:
    """The moment a span after another (or before it, for negative real seconds).

    Clocks that skip days count in the time zone of the activation (`clock.py`).
    """

    start: Value
    span: Span


@dataclass(frozen=True)
class Count:
    """How many events of the whole history are selected.

    With `since`, of those from that occurrence to the activation, both moments included; from the beginning
    where it did not happen.
    """

    sel: Sel
    since: Prev | None = None


@dataclass(frozen=True)
class Earliest:
    """The earliest of the values that are known; unknown only when none is. For stating deadlines."""

    values: tuple[Value, ...]


@dataclass(frozen=True)
class Latest:
    """The latest of the values that are known; unknown only when none is. For stating deadlines."""

    values: tuple[Value, ...]


Value = Field | Lit | ObservedUntil | Later | Count | Earliest | Latest


# --- conditions --------------------------------------------------------------------------------------------


class Op(StrEnum):
    EQ = "=="
    NE = "!="
    LE = "<="
    LT = "<"
    GE = ">="
    GT = ">"


@dataclass(frozen=True)
class Compare:
    left: Value
    op: Op
    right: Value


@dataclass(frozen=True)
class In:
    """The value is one of the codes."""

    value: Value
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Contains:
    """The list-valued field holds the value."""

    items: Field
    value: Value


@dataclass(frozen=True)
class Given:
    """The field has a value (and, if a list, an element). Unknown if the record cannot hold the field."""

    field: Field


@dataclass(frozen=True)
class Exists:
    """The occurrence happened."""

    of: Ref


@dataclass(frozen=True)
class Unknown:
    """Always unknown, for the stated reason."""

    what: str


@dataclass(frozen=True)
class And:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    part: Condition


Condition = Compare | In | Contains | Given | Exists | Unknown | And | Or | Not
Node = Ref | Value | Condition


def walk(node: Any) -> Iterator[Any]:
    """A node and all the nodes below it, spans and selections included, in order of definition."""
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item)
    elif is_dataclass(node):
        yield node
        for field in fields(node):
            yield from walk(getattr(node, field.name))
