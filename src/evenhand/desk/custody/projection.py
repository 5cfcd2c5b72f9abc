"""From a booking's history to its clocks: the deadlines are the rules' own, as a finding would state them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from evenhand.desk.custody.models import Clock
from evenhand.desk.record import history
from evenhand.desk.record.guard import provides
from evenhand.desk.record.history import Entry
from evenhand.desk.record.projection import projects
from evenhand.record.events import SubjectKind
from evenhand.rules.case import Context, dues
from evenhand.rules.catalog import CATALOG
from evenhand.rules.standing import build_standings

RULES = ("HLD-01", "HLD-01F", "HLD-02", "HLD-03", "HLD-06", "DET-05", "DET-08", "CIT-04")
"""The rules of custody that set a deadline after an act."""

_FIELDS = ("rule", "activation", "since", "due_at", "done_at")
_STARTS = frozenset(name for rule in RULES for name in CATALOG[rule].on.types)


@projects(SubjectKind.BOOKING, Clock)
def project_clocks(subject: str, entries: Sequence[Entry]) -> None:
    """Write the clocks of one booking; a corrected act has none."""
    if not any(entry.event.type in _STARTS for entry in entries):
        return
    wanted = list(clocks_of(subject, entries))
    stand = Clock.objects.filter(subject=subject)
    # Most acts move no clock.
    if set(stand.values_list(*_FIELDS)) == {tuple(getattr(clock, f) for f in _FIELDS) for clock in wanted}:
        return
    stand.delete()
    Clock.objects.bulk_create(wanted)


def clocks_of(subject: str, entries: Sequence[Entry]) -> Iterator[Clock]:
    """The clocks that follow from a history. One deadline of a rule is one clock, however often it was set.

    Nothing is asked of the moment: an open clock stays open until an event ends it. A thing that a rule asks
    for but that was met without it, as by a detention agreement, has no clock.
    """
    rows = history.rows(entries)
    context = Context(provides(), datetime.min.replace(tzinfo=UTC), build_standings([], []))
    for name in RULES:
        seen: set[datetime] = set()
        for due in dues(CATALOG[name], rows, context):
            met_otherwise = due.met and (due.done is None or due.done > due.by)
            if due.by in seen or met_otherwise:
                continue
            seen.add(due.by)
            yield Clock(
                agency=entries[0].event.agency,
                subject=subject,
                rule=name,
                activation=due.activation,
                since=due.since,
                due_at=due.by,
                done_at=due.done,
            )
