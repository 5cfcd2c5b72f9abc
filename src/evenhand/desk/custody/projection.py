"""From a booking's history to its clocks: the deadlines are the rules' own, as a finding would state them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from evenhand.desk.custody.models import Clock
from evenhand.desk.record import history
from evenhand.desk.record.guard import provides
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.projection import follows, projects_with_agreements
from evenhand.record.events import Event, SubjectKind
from evenhand.rules.case import dues
from evenhand.rules.catalog import CATALOG
from evenhand.rules.context import Context
from evenhand.rules.standing import Standings, build_standings

RULES = ("HLD-01", "HLD-01F", "HLD-02", "HLD-06", "DET-05", "DET-08", "CIT-04", "CIT-05")
"""The rules of custody that set a deadline after an act."""

NO_STANDINGS = Standings({}, {})
_FIELDS = ("rule", "activation", "since", "due_at", "done_at")
_STARTS = frozenset(name for rule in RULES for name in CATALOG[rule].on.types)
_UNDER_AGREEMENT = frozenset(
    name for rule in RULES if CATALOG[rule].reads_agreement for name in CATALOG[rule].on.types
)
_NEEDS = {
    "CIT-04": ("detainer.issued", "custody.hold_started"),
    "CIT-05": ("custody.hold_started",),
}
_LONGEST = timedelta(days=1)
"""How long the interval of an act's moment is at most: sources know the day."""


@projects_with_agreements(SubjectKind.BOOKING, Clock)
def project_clocks(subject: Subject, entries: Sequence[Entry], agreements: Sequence[Entry]) -> None:
    """Write the clocks of one booking; a corrected act has none."""
    if not any(entry.event.type in _STARTS for entry in entries):
        return
    standings = build_standings([], history.rows(agreements))
    wanted = list(clocks_of(subject, entries, standings))
    stand = Clock.objects.filter(agency=subject.agency, subject=subject.subject)
    # Most acts move no clock.
    if set(stand.values_list(*_FIELDS)) == {tuple(getattr(clock, f) for f in _FIELDS) for clock in wanted}:
        return
    stand.delete()
    Clock.objects.bulk_create(wanted)


@follows
def under_agreements(events: Sequence[Event]) -> list[Subject]:
    """The bookings with acts that may lie within an agreement whose events are new or corrected."""
    agreements = [e for e in events if e.subject_kind is SubjectKind.AGREEMENT]
    found: dict[Subject, None] = {}
    for agency in dict.fromkeys(e.agency for e in agreements):
        of_agency = [e for e in agreements if e.agency == agency]
        acts = Occurrence.objects.filter(
            kind=SubjectKind.BOOKING.value,
            agency=agency,
            type__in=_UNDER_AGREEMENT,
            occurred_at__gte=_first(of_agency) - _LONGEST,
        )
        names = acts.values_list("subject", flat=True).distinct()
        found |= {Subject(agency, SubjectKind.BOOKING, name): None for name in names}
    return list(found)


def _first(events: Iterable[Event]) -> datetime:
    """The earliest moment of the events and of those that they correct."""
    events = list(events)
    corrected = [event.corrects for event in events if event.corrects]
    moments = Occurrence.objects.filter(
        agency__in={e.agency for e in events}, event__in=corrected
    ).values_list("occurred_at", flat=True)
    earliest: datetime = min([*(event.occurred_at for event in events), *moments])
    return earliest


def clocks_of(
    subject: Subject, entries: Sequence[Entry], standings: Standings = NO_STANDINGS
) -> Iterator[Clock]:
    """The clocks that follow from a history. One deadline of a rule is one clock, however often it was set;
    one act has one clock of a rule.

    Nothing is asked of the moment: an open clock stays open until an event ends it. A thing that a rule asks
    for but that was met without it, as by a detention agreement, has no clock.
    """
    rows = history.rows(entries)
    context = Context(provides(), datetime.min.replace(tzinfo=UTC), standings)
    for name in RULES:
        seen: set[datetime] = set()
        acts: set[UUID] = set()
        # Several terms, or acts of one moment, may set a deadline: that of a broken term is the clock, or
        # else that of one still open.
        found = dues(CATALOG[name], rows, context)
        for due in sorted(found, key=lambda d: (d.since, (False, None, True).index(d.met))):
            met_otherwise = due.met and (due.done is None or due.done > due.by)
            if (
                due.by in seen
                or due.activation in acts
                or met_otherwise
                or not _owed(name, due.activation, rows)
            ):
                continue
            seen.add(due.by)
            acts.add(due.activation)
            yield Clock(
                agency=subject.agency,
                subject=subject.subject,
                rule=name,
                activation=due.activation,
                since=due.since,
                due_at=due.by,
                done_at=due.done,
            )


def _owed(rule: str, activation: UUID, rows: Sequence[history.Row]) -> bool:
    """Whether the act sets the clock: a claim does for a hold only, a finding for a detainer or a hold."""
    act = next(row for row in rows if row["id"] == activation)
    needs = _NEEDS.get(rule)
    before = (row for row in rows if row["occurred_at"] <= act["occurred_at"])
    return needs is None or any(row["type"] in needs for row in before)
