"""What a rule answers: holds, broken, or cannot tell and for want of which field."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from evenhand.record.events import EVENT_TYPES
from evenhand.rules.algebra import ALWAYS_GIVEN, Sel, sel
from evenhand.rules.rule import Rule


class Verdict(IntEnum):
    """Ordered so that the worst of several is their minimum."""

    BROKEN = 0
    CANNOT_TELL = 1
    HOLDS = 2
    NOT_APPLICABLE = 3


@dataclass(frozen=True)
class Breach:
    """One act that broke a rule.

    `evidence`: ids of the events that show it, the act first. `deadline` is null for rules without one;
    `first_deadline` is the one that was set at first, where it was moved; `missed_by` runs to the moment when
    the thing was done, or to the end of the record if it never was (`still_open`). `stated_reason` is the
    reason that the record states for the delay.
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
class Provides:
    """Which event types and fields a record can tell of at all (its manifest's `provides`)."""

    fields: dict[str, frozenset[str]]
    _askable: dict[Sel, tuple[str, ...]] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _lacking: dict[Sel, tuple[str, ...]] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, provides: dict[str, list[str]]) -> "Provides":
        return cls({name: frozenset(fields) for name, fields in provides.items()})

    def type(self, name: str) -> bool:
        return name in self.fields

    def field(self, event_type: str, name: str) -> bool:
        if event_type not in self.fields:
            return False
        return name in ALWAYS_GIVEN or name in self.fields[event_type]

    def lacking(self, selection: Sel) -> tuple[str, ...]:
        """What would have to be provided for the selection to be known."""
        if selection not in self._lacking:
            self._lacking[selection] = self._lacks(selection)
        return self._lacking[selection]

    def _lacks(self, selection: Sel) -> tuple[str, ...]:
        lacks: list[str] = []
        for name in selection.types:
            if name not in self.fields:
                lacks.append(name)
            else:
                lacks += [f"{name}.{f}" for f in selection.reads if not self.field(name, f)]
        return tuple(lacks)

    def askable(self, selection: Sel) -> tuple[str, ...]:
        """The types of a selection that are fully known."""
        if selection not in self._askable:
            self._askable[selection] = tuple(
                name for name in selection.types if not self.lacking(selection.of(name))
            )
        return self._askable[selection]

    def officers(self) -> bool:
        """Whether anything of officers is provided."""
        return any(EVENT_TYPES[name].subject_kind == "officer" for name in self.fields)

    def lacking_of_facilities(self) -> str | None:
        """What would have to be provided for a facility's standing to be known, if anything."""
        needed = sel("poster.attested", having=("languages",))
        return next(iter(self.lacking(needed)), None)


def unanswerable(rule: Rule, provides: Provides) -> tuple[str, ...]:
    """What the record lacks for the rule to be asked at all; empty if it can be asked."""
    return () if provides.askable(rule.on) else provides.lacking(rule.on)
