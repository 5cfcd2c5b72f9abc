"""State law on holds past release for ICE: a table with its sources, and the conditions that rules read.

The table is `data/state_law.csv`. A row decides only if its operative words were read, its first day is known
in full, it states a settled answer, and nothing outside the record decides (`turns_on`). Every other row, a
state or a day that the table does not cover, and an agency of no state give "cannot tell", with the reason by
name. The state is that of the agency's ORI, at the moment of the act.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

from evenhand.rules.algebra import (
    AGREEMENT,
    THIS,
    And,
    Compare,
    Condition,
    Exists,
    Field,
    Lit,
    Not,
    Op,
    Or,
    Unknown,
)


class Holds(StrEnum):
    """What a state's law says of a jail's hold on a detainer or an administrative warrant alone."""

    BARRED = "barred"
    NEEDS_JUDICIAL_WARRANT = "needs_judicial_warrant"
    ALLOWED = "allowed"
    REQUIRED = "required"
    ONLY_WITH_AGREEMENT = "only_with_287g_agreement"
    UNSETTLED = "unsettled"


READ = "yes"
_ORI_CODES = {"NE": "NB"}
"""States whose code in an ORI is not that of the mail."""


@dataclass(frozen=True)
class StateLaw:
    """One row of the table: the law of a state in a period.

    `since` is the first day and `until` the last, as far as they are known; a month or a year alone is not.
    `read`: "yes" if the operative words were read, else "secondary" or "memory". `turns_on`: a fact outside
    the record on which the answer depends.
    """

    state: str
    since: str
    until: str
    holds: Holds
    bound: str
    clock: str
    notice: str
    exceptions: str
    turns_on: str
    source: str
    read: str
    where: str
    note: str

    @property
    def first(self) -> date | None:
        return _day(self.since)

    @property
    def last(self) -> date | None:
        return _day(self.until)

    @property
    def open_question(self) -> str:
        """Why the row decides nothing; empty if it decides."""
        if self.read != READ:
            return "the source was not read"
        if self.first is None or (self.until and self.last is None):
            return "the day of the change is not known"
        if self.holds is Holds.UNSETTLED:
            return "the law is unsettled"
        return f"it depends on {self.turns_on}" if self.turns_on else ""

    @property
    def decides(self) -> bool:
        return not self.open_question

    def covers(self, day: date) -> bool:
        """Whether the day may lie in the row's period, as far as its bounds are known."""
        earliest, latest = _earliest(self.since), _latest(self.until)
        return (earliest is None or earliest <= day) and (latest is None or day <= latest)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if len(text) == 10 else None


def _earliest(text: str) -> date | None:
    return date.fromisoformat((text + "-01-01")[:10]) if text else None


def _latest(text: str) -> date | None:
    """The last day of a stated day, month or year."""
    if len(text) in (0, 10):
        return _day(text)
    year, month = int(text[:4]), int(text[5:7] or 12)
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@cache
def table() -> tuple[StateLaw, ...]:
    """Return the rows of the table, in its order: by state, then by time."""
    text = (files("evenhand.rules") / "data" / "state_law.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(StateLaw(**{**row, "holds": Holds(row["holds"])}) for row in rows)  # type: ignore[arg-type]


def state_of(agency: str) -> str:
    """Return the state of an agency by its ORI; empty if the table has no such state."""
    return next((law.state for law in table() if _ori_code(law.state) == agency[:2]), "")


def law_of(agency: str, day: date) -> StateLaw | None:
    """Return the row for an agency on a day, whether or not it decides; None if there is none."""
    state = state_of(agency)
    # Of two periods that share a day, because it is not known in full, the later one is shown.
    return next((law for law in reversed(table()) if law.state == state and law.covers(day)), None)


def _ori_code(state: str) -> str:
    return _ORI_CODES.get(state, state)


# --- conditions --------------------------------------------------------------------------------------------


def _in_state(state: str) -> Condition:
    code = _ori_code(state)
    agency = Field(THIS, "agency")
    following = code[0] + chr(ord(code[1]) + 1)
    return And((Compare(agency, Op.GE, Lit(code)), Compare(agency, Op.LT, Lit(following))))


def _during(law: StateLaw) -> Condition:
    """That the act falls in the row's period."""
    parts: list[Condition] = []
    moment = Field(THIS, "occurred_at")
    first, last = _earliest(law.since), _latest(law.until)
    if first:
        parts.append(Compare(moment, Op.GE, Lit(_midnight(first))))
    if last:
        parts.append(Compare(moment, Op.LT, Lit(_midnight(last + timedelta(days=1)))))
    return And(tuple(parts))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


_WITH_AGREEMENT = And((Exists(AGREEMENT), Compare(Field(AGREEMENT, "in_force"), Op.EQ, Lit(True))))


def _allowing(law: StateLaw) -> Condition | None:
    """That the row applies and lets the agency hold; None if it never does."""
    if not law.decides or law.holds in (Holds.BARRED, Holds.NEEDS_JUDICIAL_WARRANT):
        return None
    during = _during(law)
    return And((during, _WITH_AGREEMENT)) if law.holds is Holds.ONLY_WITH_AGREEMENT else during


def _by_state() -> dict[str, list[StateLaw]]:
    laws: dict[str, list[StateLaw]] = {}
    for law in table():
        laws.setdefault(law.state, []).append(law)
    return laws


def _known_to_allow(state: str, laws: list[StateLaw]) -> Condition | None:
    allowing = tuple(c for law in laws if (c := _allowing(law)) is not None)
    return And((_in_state(state), Or(allowing))) if allowing else None


def _open(state: str, laws: list[StateLaw]) -> Condition:
    """That a row of the state applies and does not decide, or that none applies: unknown then, else false."""
    if not any(law.since or law.until for law in laws):
        return And((_in_state(state), Unknown(f"state law of {state}: {laws[0].open_question}")))
    parts: list[Condition] = [
        And((_during(law), Unknown(f"state law of {state}: {law.open_question}")))
        for law in laws
        if not law.decides
    ]
    gap = Not(Or(tuple(_during(law) for law in laws)))
    parts.append(And((gap, Unknown(f"state law of {state}: no row for that day"))))
    return And((_in_state(state), Or(tuple(parts))))


def _nowhere(states: Iterable[str]) -> Condition:
    """That the agency is in no state of the table: unknown then, else false."""
    return And(
        (
            Not(Or(tuple(_in_state(state) for state in states))),
            Unknown("state law: the agency's ORI names no state"),
        )
    )


KNOWN_TO_ALLOW: Condition = Or(
    tuple(c for state, laws in _by_state().items() if (c := _known_to_allow(state, laws)) is not None)
)
"""A row that was read lets the agency hold at the moment of the act. False where no such row decides."""

ALLOWS: Condition = Or(
    (KNOWN_TO_ALLOW, *(_open(state, laws) for state, laws in _by_state().items()), _nowhere(_by_state()))
)
"""The state's law lets the agency hold at the moment of the act. Unknown, by name, where no row decides."""

IN_WORDS: tuple[tuple[Condition, str], ...] = (
    (KNOWN_TO_ALLOW, "a state law that was read lets the agency hold (table of state law)"),
    (ALLOWS, "the state's law lets the agency hold (table of state law)"),
)
"""The conditions in words: spelled out they name every state."""
