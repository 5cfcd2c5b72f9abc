"""What a rule answers: holds, broken, or cannot tell and for want of which field."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID

from evenhand.rules.algebra import ALWAYS_GIVEN, Sel
from evenhand.rules.rule import Rule, Severity


class Verdict(IntEnum):
    """Ordered so that the worst of several is their minimum."""

    BROKEN = 0
    CANNOT_TELL = 1
    HOLDS = 2
    NOT_APPLICABLE = 3


@dataclass(frozen=True)
class Breach:
    """One act that broke a rule.

    `when` is the earliest moment of the act. `evidence`: ids of the events that show it, the act first.
    `deadline` is null for rules without one; where it is a range, it is the latest; `first_deadline` is the
    one that was set at first, where it was moved; `missed_by` runs to the earliest moment when the thing can
    have been done, or to the end of the record if it never was (`still_open`): it was missed by at least so
    much. `stated_reason` is the reason that the record states for the delay. `severity` is that of the broken
    term.
    """

    activation: UUID
    when: datetime
    facility: str | None
    officer: str | None
    evidence: tuple[UUID, ...]
    deadline: datetime | None
    missed_by: timedelta | None
    still_open: bool
    first_deadline: datetime | None = None
    stated_reason: str | None = None
    severity: Severity = Severity.VIOLATION


@dataclass(frozen=True)
class Due:
    """By when a rule asks for something after an act (`activation`, at `since`).

    `done`: when it came, null while it has not. `met`: whether the rule holds at that act; null while that is
    open.
    """

    activation: UUID
    since: datetime
    by: datetime
    done: datetime | None
    met: bool | None


@dataclass(frozen=True)
class Answer:
    """A rule's answer on one subject: the worst over its activations.

    `missing` names what the record lacks, over all activations whose answer was "cannot tell".
    """

    verdict: Verdict
    breaches: tuple[Breach, ...] = ()
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tells:
    """Event types of which a source would show every event, in the histories that meet all conditions.

    The conditions are on a history's first event: its agency, facility and source file, and its moment, from
    `since` on and before `until`. None is no condition.
    """

    types: frozenset[str]
    agencies: frozenset[str] | None = None
    facilities: frozenset[str] | None = None
    files: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def always(self) -> bool:
        """Whether the source tells of them in every history."""
        conditions = (self.agencies, self.facilities, self.files, self.since, self.until)
        return all(condition is None for condition in conditions)

    def hold_for(self, first: Mapping[str, Any]) -> bool:
        """Whether they hold for the history that begins with this event."""
        return (
            (self.agencies is None or first["agency"] in self.agencies)
            and (self.facilities is None or first.get("facility") in self.facilities)
            and (self.files is None or first.get("source_file") in self.files)
            and (self.since is None or self.since <= first["occurred_at"])
            and (self.until is None or first["occurred_at"] < self.until)
        )


@dataclass(frozen=True)
class Provides:
    """What a record can tell of: event types with their fields (its manifest's `provides`).

    `told`: the types of which it would show every event, so that one which is not there did not happen; None
    for all. An event of another type may have happened without being shown.
    """

    fields: dict[str, frozenset[str]]
    told: frozenset[str] | None = None
    _kept: dict[Any, Any] = dataclasses.field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, provides: dict[str, list[str]]) -> "Provides":
        return cls({name: frozenset(fields) for name, fields in provides.items()})

    def telling(self, told: frozenset[str] | None) -> "Provides":
        """The same types and fields, with these types told of."""
        return Provides(self.fields, told)

    def type(self, name: str) -> bool:
        """Whether the record can hold events of the type, or the field, written like `bail.refused.basis`."""
        if name.count(".") == 2:
            return self.field(*name.rsplit(".", 1))
        return name in self.fields

    def tells(self, name: str) -> bool:
        """Whether the record would show every event of the type."""
        return name in self.fields and (self.told is None or name in self.told)

    def field(self, event_type: str, name: str) -> bool:
        if event_type not in self.fields:
            return False
        return name in ALWAYS_GIVEN or name in self.fields[event_type]

    def lacking(self, selection: Sel) -> tuple[str, ...]:
        """What would have to be told for it to be known that no event is selected but those found."""
        return self._keep(("lacking", selection), lambda: self._lacks(selection, self.tells))

    def unreadable(self, selection: Sel) -> tuple[str, ...]:
        """What would have to be provided for events to be selected at all."""
        return self._keep(("unreadable", selection), lambda: self._lacks(selection, self.type))

    def _lacks(self, selection: Sel, known: Callable[[str], bool]) -> tuple[str, ...]:
        lacks: list[str] = []
        for name in selection.types:
            if not known(name):
                lacks.append(name)
            else:
                lacks += [f"{name}.{f}" for f in selection.reads if not self.field(name, f)]
        return tuple(lacks)

    def askable(self, selection: Sel) -> tuple[str, ...]:
        """The types of a selection whose events can be selected."""
        return self._keep(
            ("askable", selection),
            lambda: tuple(name for name in selection.types if not self.unreadable(selection.of(name))),
        )

    def _keep(self, key: Any, make: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        if key not in self._kept:
            self._kept[key] = make()
        found: tuple[str, ...] = self._kept[key]
        return found


def unanswerable(rule: Rule, provides: Provides) -> tuple[str, ...]:
    """What the record lacks for the rule to be asked at all; empty if it can be asked."""
    return () if provides.askable(rule.on) else provides.unreadable(rule.on)
