"""Faults of officers, agreements, complaints and reviews: edits of one history's rows."""

from collections.abc import Callable
from dataclasses import dataclass

from evenhand.record.events import SubjectKind
from evenhand.simulate.calendar import HOUR
from evenhand.simulate.chance import Dice
from evenhand.simulate.rows import History, Row

JEM_FORMS, WSO_FORMS = ("J20", "J25"), ("W19", "W25")
ALL_FORMS = (*JEM_FORMS, *WSO_FORMS)
"""The agreements' templates that were read."""
Edit = Callable[[History, Dice], None]
Test = Callable[[History, int], bool]
"""Whether a history can take a fault; `until` is the end of the record."""


@dataclass(frozen=True)
class RowFault:
    """A fault of a subject with few events. It breaks its rule, and those of `breaks`."""

    rule: str
    kind: SubjectKind
    fits: Test
    edit: Edit
    breaks: tuple[str, ...] = ()


def rows(history: History, event_type: str, **where: object) -> list[Row]:
    """The events of a type whose fields have these values."""
    return [
        r for r in history.rows if r["type"] == event_type and all(r.get(k) == v for k, v in where.items())
    ]


def has(*types: str) -> Test:
    """Fits where an event of each type happens within the record."""
    return lambda history, until: all(
        any(r["occurred_at"] <= until for r in rows(history, name)) for name in types
    )


def under(event_type: str, *forms: str) -> Test:
    """Fits where an event of the type happens within the record while such an agreement is in force."""

    def fits(history: History, until: int) -> bool:
        found = rows(history, event_type)
        return bool(found) and all(
            r["occurred_at"] <= until and history.form_at(r["occurred_at"]) in forms for r in found
        )

    return fits


def also(*tests: Test) -> Test:
    """Fits where all tests do."""
    return lambda history, until: all(test(history, until) for test in tests)


def remove(event_type: str, **where: object) -> Edit:
    """Leave events out."""

    def edit(history: History, _dice: Dice) -> None:
        gone = {id(r) for r in rows(history, event_type, **where)}
        history.rows = [r for r in history.rows if id(r) not in gone]

    return edit


def assign(event_type: str, name: str, value: object, **where: object) -> Edit:
    """Give a field another value in every such event."""

    def edit(history: History, _dice: Dice) -> None:
        for row in rows(history, event_type, **where):
            row[name] = value

    return edit


def move(event_type: str, after: str, bound: int, **where: object) -> Edit:
    """Let an event come past the bound (seconds) after another."""

    def edit(history: History, dice: Dice) -> None:
        put(
            rows(history, event_type, **where)[0], rows(history, after)[0]["occurred_at"] + bound + past(dice)
        )

    return edit


def put(row: Row, moment: int) -> None:
    """Let an event happen at another moment."""
    row["recorded_at"] += moment - row["occurred_at"]
    row["occurred_at"] = moment


def past(dice: Dice) -> int:
    """How far past a bound."""
    return dice.one(1, 5 * HOUR)
