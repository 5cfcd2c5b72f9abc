"""A case as a file states it: its histories and what the rules ask of its sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from uuid import UUID

from evenhand.record.episode import in_order
from evenhand.record.events import EVENT_TYPES, SubjectKind
from evenhand.record.store import all_fields
from evenhand.rules.answer import Provides
from evenhand.rules.context import Context
from evenhand.rules.standing import Row, build_standings

TYPES = {name: cls for name, cls in EVENT_TYPES.items() if cls.subject_kind is not SubjectKind.ACCOUNT}
"""The event types of a case file: all but those of a desk's own accounts."""


@dataclass(frozen=True)
class Case:
    """One history with all that surrounds it.

    `events` are rows as of a record, in the order of the file. `none`: the types that the sources would show;
    one of these that is not among the events did not happen. `should`: the answers that the file expects.
    """

    path: Path
    agency: str
    zone: str
    until: datetime
    events: tuple[Row, ...]
    none: tuple[str, ...] = ()
    since: datetime | None = None
    finding: str = ""
    uncertain: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    type_sources: Mapping[str, str] = field(default_factory=dict)
    should: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def histories(self) -> dict[tuple[SubjectKind, str], list[Row]]:
        """The events of each subject, in order."""
        found: dict[tuple[SubjectKind, str], list[Row]] = {}
        for row in self.events:
            found.setdefault((row["kind"], row["subject"]), []).append(row)
        for number, (key, rows) in enumerate(found.items()):
            ordered = (dict(row) for row in in_order(rows))
            found[key] = [row | {"pos": place, "case": number} for place, row in enumerate(ordered)]
        return found

    def of_kind(self, kind: SubjectKind) -> dict[str, list[Row]]:
        """The histories of one kind of subject, by subject."""
        return {subject: rows for (k, subject), rows in self.histories.items() if k is kind}

    @cached_property
    def by_id(self) -> dict[UUID, Row]:
        return {row["id"]: row for row in self.events}

    @cached_property
    def context(self) -> Context:
        """What the rules ask beside a history: types that appear or are under `none` are complete."""

        def rows(kind: SubjectKind) -> list[Row]:
            return [row for history in self.of_kind(kind).values() for row in history]

        return Context(
            self._provides(),
            self.until,
            build_standings(
                rows(SubjectKind.OFFICER), rows(SubjectKind.AGREEMENT), rows(SubjectKind.FACILITY)
            ),
            may_be_cut=True,
            observed_from=self.since,
        )

    def _provides(self) -> Provides:
        every = all_fields()
        # Of a type that did not happen, no field is left to know.
        fields = {name: frozenset(every[name]) for name in self.none}
        stated: dict[str, set[str]] = {}
        for row in self.events:
            stated.setdefault(row["type"], set()).update(row["stated"])
        return Provides(fields | {name: frozenset(names) for name, names in stated.items()})
