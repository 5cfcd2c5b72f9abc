"""What is sent again, next to what was recorded: in which fields the two differ.

The comparison reads an event whole, race and sex too, so that a change in any field is told from the same
sent twice. Names of fields leave this module; values never do.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from evenhand.desk.record import leaves
from evenhand.desk.record.history import Entry
from evenhand.record.events import FIELDS, Event, parse
from evenhand.record.ledger.leaf import event_fields


@dataclass(frozen=True)
class Stated:
    """An event as it was stated. `erased`: its personal part is gone, and nothing can be said of it."""

    event: Event
    erased: bool = False

    def differing(self, act: Event, fields: Collection[str]) -> tuple[str, ...]:
        gone = [name for name, spec in FIELDS[self.event.type].items() if self.erased and spec.personal]
        return tuple(
            name
            for name in fields
            if name not in gone and getattr(act, name, None) != getattr(self.event, name, None)
        )


def differing(act: Event, versions: Sequence[Stated], fields: Collection[str]) -> tuple[str, ...]:
    """Which of the fields differ from the last version; none where the act is as any version was."""
    found = [version.differing(act, fields) for version in versions]
    return () if () in found else found[-1]


def stated(entries: Iterable[Entry]) -> dict[int, Stated]:
    """The events of a history with all that was stated, by the number of the leaf."""
    return stated_at([entry.seq for entry in entries])


def stated_at(seqs: Sequence[int]) -> dict[int, Stated]:
    """As `stated`, for leaves of which the caller knows that they are in scope."""
    return {
        leaf.seq: Stated(parse(event_fields(leaf.case, leaf.personal)), erased=leaf.erased)
        for leaf in leaves.at(seqs)
        if leaf.case is not None
    }
