"""What the rules read beside a history: complete event types, the period covered, and standings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evenhand.record.events import EVENT_TYPES, SubjectKind
from evenhand.rules.answer import Provides, Tells
from evenhand.rules.standing import Row, Standings, only_told

CUT = "events before the record begins"
"""The missing name for a history that begins before the record does."""


@dataclass(frozen=True)
class Context:
    """The context in which the histories of a record are judged.

    `tells`: the types of which the sources would show every event; None means all types that they provide.
    `may_be_cut`: a booking can begin before the record does. It does if the history has no `person.booked`,
    or one before `observed_from`, the record's first day. Only acts within `window` (from the first moment to
    before the second; None is open) are judged. Events outside it are still read.
    """

    provides: Provides
    observed_until: datetime
    standings: Standings
    window: tuple[datetime | None, datetime | None] = (None, None)
    tells: tuple[Tells, ...] | None = None
    may_be_cut: bool = False
    observed_from: datetime | None = None

    def __post_init__(self) -> None:
        tells = self.provides.telling(self.always_told()).tells
        object.__setattr__(self, "standings", only_told(self.standings, tells))

    def judges(self, moment: datetime) -> bool:
        """Whether an act at that moment is judged."""
        since, until = self.window
        return (since is None or since <= moment) and (until is None or moment < until)

    def always_told(self) -> frozenset[str] | None:
        """Return the types that are complete in every history; None if all provided types are."""
        if self.tells is None:
            return None
        return frozenset().union(*(t.types for t in self.tells if t.always))

    def told(self, first: Row) -> frozenset[str] | None:
        """Return the types that are complete in the history that begins with this event."""
        if self.tells is None:
            return None
        return frozenset().union(*(t.types for t in self.tells if t.hold_for(first)))

    def of_history(self, history: Sequence[Row]) -> "HistoryContext":
        """Return the context of one history, whose events are in order."""
        first = history[0] if history else None
        told = self.told(first) if first else self.always_told()
        return HistoryContext(self, self.provides.telling(told), self._is_cut(history))

    def _is_cut(self, history: Sequence[Row]) -> bool:
        if not self.may_be_cut or not history:
            return False
        if EVENT_TYPES[history[0]["type"]].subject_kind is not SubjectKind.BOOKING:
            return False
        if not any(e["type"] == "person.booked" for e in history):
            return True
        return self.observed_from is not None and history[0]["occurred_at"] < self.observed_from


@dataclass(frozen=True)
class HistoryContext:
    """The context of one history. `provides`: what its sources cover; `cut`: it begins before the record."""

    record: Context
    provides: Provides
    cut: bool

    @property
    def observed_until(self) -> datetime:
        return self.record.observed_until

    @property
    def standings(self) -> Standings:
        return self.record.standings
