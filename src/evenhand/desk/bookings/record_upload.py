"""Recording what an upload holds: new bookings, and what a later export tells of known ones.

A booking, its charges and its screening are recorded together, and then each release, disposition or move by
itself. What is in the record already is counted and left as it is. An act that a rule blocks stops no other
booking.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from evenhand.desk.bookings.acts import FORM, SYSTEM, stated_before
from evenhand.desk.bookings.models import number_of
from evenhand.desk.bookings.uploaded import Problem, Upload
from evenhand.desk.record.act import Actor, BadActError, RefusedError, Writing, draft, now, writing
from evenhand.desk.record.history import Subject
from evenhand.desk.record.remedies import REMEDIES
from evenhand.desk.record.resent import Stated, differing
from evenhand.record.episode import TEMPORARY
from evenhand.record.events import FIELDS, Event, SourceKind
from evenhand.record.events.booking import (
    ChargeDisposed,
    ChargeRecorded,
    CustodyDeparted,
    CustodyMoved,
    CustodyReturned,
    PersonBooked,
    ScreeningOpened,
)

BATCH = 200
"""Bookings in one transaction."""


@dataclass
class Outcome:
    """What becomes of an upload.

    `recorded`: new bookings; `added`: acts on bookings by type; `known`: bookings with nothing new.
    """

    recorded: int = 0
    known: int = 0
    added: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def take(self, other: "Outcome") -> None:
        self.recorded += other.recorded
        self.known += other.known
        self.added += other.added
        self.problems += other.problems


@dataclass
class _Booking:
    """One booking of an upload, next to the record: its events that are not in it.

    `opening`: the booking and its charges if the number is new. `acts`: all other acts, each for itself.
    """

    subject: Subject
    opening: list[Event] = field(default_factory=list)
    acts: list[Event] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def known(self) -> bool:
        return not (self.opening or self.acts or self.problems)


def foresee(upload: Upload) -> tuple[Outcome, list[list[Event]]]:
    """Return what would become of an upload if no rule refused an act, and the openings of new bookings."""
    outcome, new = Outcome(), list[list[Event]]()
    for subjects in _batches(upload):
        for booking in _beside_the_record(upload, subjects):
            outcome.problems += booking.problems
            outcome.known += booking.known
            outcome.recorded += bool(booking.opening)
            outcome.added += Counter(act.type for act in booking.acts)
            if booking.opening:
                new.append(booking.opening)
    return outcome, new


def record(upload: Upload, by: Actor) -> Outcome:
    """Record an upload, some bookings in each transaction; return what became of it."""
    outcome = Outcome()
    for subjects in _batches(upload):
        with writing() as lock:
            outcome.take(_record(lock, upload, _beside_the_record(upload, subjects), by))
    return outcome


def _batches(upload: Upload) -> Iterator[dict[Subject, list[Event]]]:
    by_subject: dict[Subject, list[Event]] = {}
    for event in upload.events:
        by_subject.setdefault(Subject.of(event), []).append(event)
    subjects = list(by_subject)
    for start in range(0, len(subjects), BATCH):
        yield {subject: by_subject[subject] for subject in subjects[start : start + BATCH]}


def _record(lock: Writing, upload: Upload, bookings: Sequence[_Booking], by: Actor) -> Outcome:
    outcome = Outcome(known=sum(booking.known for booking in bookings))
    opened: list[_Booking] = []
    openings: list[list[Event]] = []
    for booking in bookings:
        outcome.problems += booking.problems
        if not booking.opening:
            continue
        try:
            openings.append(_opening(booking.opening, by))
        except BadActError as error:
            outcome.problems += _bad(upload, booking.opening[0], error)
        else:
            opened.append(booking)
    refused = {b.subject for b in bookings if b.opening} - {b.subject for b in opened}
    for booking, done in zip(opened, lock.record_each(openings), strict=True):
        if isinstance(done, RefusedError):
            refused.add(booking.subject)
            outcome.problems += _refused(upload, booking.opening, done)
        else:
            outcome.recorded += 1
    acts: list[tuple[Event, Event]] = []
    for booking in bookings:
        if booking.subject in refused:
            said = _("The booking was not recorded."), _("Correct its rows and upload the file again.")
            outcome.problems += [_problem(upload, act, "", "", *said) for act in booking.acts]
            continue
        for act in booking.acts:
            try:
                acts.append((act, _drafted(act, by)))
            except BadActError as error:
                outcome.problems += _bad(upload, act, error)
    for (act, _drawn), done in zip(acts, lock.record_each([[drawn] for _act, drawn in acts]), strict=True):
        if isinstance(done, RefusedError):
            outcome.problems += _refused(upload, [act], done)
        else:
            outcome.added[act.type] += 1
    return outcome


# --- next to the record ------------------------------------------------------------------------------------


def _beside_the_record(upload: Upload, subjects: dict[Subject, list[Event]]) -> list[_Booking]:
    before = stated_before(subjects.keys())
    return [_compared(upload, subject, events, before.get(subject)) for subject, events in subjects.items()]


def _compared(
    upload: Upload, subject: Subject, events: Sequence[Event], before: Sequence[Stated] | None
) -> _Booking:
    booking = _Booking(subject)
    booked = next((event for event in events if isinstance(event, PersonBooked)), None)
    charges = [event for event in events if isinstance(event, ChargeRecorded)]
    others = sorted(
        (event for event in events if not isinstance(event, PersonBooked | ChargeRecorded)),
        key=lambda event: event.occurred_at,
    )
    agency = booked.arresting_agency if booked is not None else None
    charges = [charge if charge.arresting_agency else _by(charge, agency) for charge in charges]
    if before is not None:
        _compare(upload, booking, booked, charges, before)
    elif booked is None:
        said = _("No booking of this number is in the file or in the record."), _("Upload the booking first.")
        booking.problems += [_problem(upload, event, "subject", _number(event), *said) for event in events]
    else:
        booking.opening = [booked, *charges]
    if not booking.problems:
        _add(upload, booking, charges, others, before or ())
    return booking


def _by(charge: ChargeRecorded, agency: str | None) -> ChargeRecorded:
    return charge.model_copy(update={"arresting_agency": agency})


def _compare(
    upload: Upload,
    booking: _Booking,
    booked: PersonBooked | None,
    charges: Sequence[ChargeRecorded],
    before: Sequence[Stated],
) -> None:
    """Hold a booking against the record: other facts are a problem, more charges are acts.

    Only what the mapping reads is compared. A charge that the file no longer has stays in the record.
    """
    if booked is not None:
        versions = [one for one in before if isinstance(one.event, PersonBooked)]
        _conflicts(upload, booking, booked, versions)
    for charge in charges:
        versions = [
            one
            for one in before
            if isinstance(one.event, ChargeRecorded) and one.event.charge_no == charge.charge_no
        ]
        if versions:
            _conflicts(upload, booking, charge, versions)
        else:
            booking.acts.append(charge)
    if booking.problems:
        booking.acts.clear()


def _conflicts(upload: Upload, booking: _Booking, event: Event, versions: Sequence[Stated]) -> None:
    read = [name for name in FIELDS[event.type] if upload.columns.get(f"{event.type}.{name}")]
    compared = ["facility", "occurred_at", *read] if isinstance(event, PersonBooked) else read
    for name in differing(event, versions, compared):
        said = (
            _("This booking is in the record with another %(field)s.") % {"field": name},
            _("Correct the file, or correct that booking on its page."),
        )
        booking.problems.append(_problem(upload, event, name, "", *said))


def _add(
    upload: Upload,
    booking: _Booking,
    charges: Sequence[ChargeRecorded],
    others: Sequence[Event],
    before: Sequence[Stated],
) -> None:
    """Put the acts that the record does not have behind the booking's charges."""
    numbers = {charge.charge_no for charge in charges}
    numbers |= {one.event.charge_no for one in before if isinstance(one.event, ChargeRecorded)}
    told: dict[tuple[Any, ...], list[Stated]] = {}
    for one in before:
        told.setdefault(_thing(one.event), []).append(one)
    for event in others:
        if isinstance(event, ChargeDisposed) and event.charge_no not in numbers:
            said = _("This booking has no charge of that number."), _("Add the charge to the file.")
            booking.problems.append(_problem(upload, event, "charge_no", str(event.charge_no), *said))
        elif _thing(event) in told:
            _conflicts(upload, booking, event, told[_thing(event)])
            if "occurred_at" in differing(event, told[_thing(event)], ["occurred_at"]):
                said = (
                    _("This is in the record with another time."),
                    _("Correct the file, or correct that entry on the page of the booking."),
                )
                booking.problems.append(_problem(upload, event, "occurred_at", "", *said))
        else:
            told[_thing(event)] = [Stated(event)]
            booking.acts.append(event)


def _thing(event: Event) -> tuple[Any, ...]:
    """What an event is about, by which it is known if sent again. A person can be away several times."""
    away = isinstance(event, CustodyDeparted) and event.destination in TEMPORARY
    again = away or isinstance(event, CustodyMoved | CustodyReturned)
    return event.type, getattr(event, "charge_no", None), event.occurred_at if again else away


# --- acts --------------------------------------------------------------------------------------------------


def _opening(events: Sequence[Event], by: Actor) -> list[Event]:
    """The acts of a new booking, its screening opened with it."""
    booked = _drafted(events[0], by)
    opened = draft(
        ScreeningOpened.type,
        by=SYSTEM,
        subject=booked.subject,
        agency=booked.agency,
        facility=booked.facility,
        zone=booked.zone,
        occurred_at=now(),
        form_version=FORM,
        source=SourceKind.IMPORT,
        source_file=booked.source_file,
        source_row=booked.source_row,
    )
    return [booked, *(_drafted(event, by) for event in events[1:]), opened]


def _drafted(event: Event, by: Actor) -> Event:
    """An event of the file as an act of whoever uploads it. Raises `BadActError`."""
    ends = event.occurred_by
    if ends is not None and event.occurred_at <= now():
        ends = min(ends, now())  # A day that is not over yet.
    return draft(
        event.type,
        by=by,
        subject=event.subject,
        agency=event.agency,
        facility=event.facility,
        zone=event.zone,
        occurred_at=event.occurred_at,
        occurred_by=ends,
        source=SourceKind.IMPORT,
        source_file=event.source_file,
        source_row=event.source_row,
        **{name: getattr(event, name) for name in FIELDS[event.type]},
    )


# --- what was not recorded ---------------------------------------------------------------------------------


def _number(event: Event) -> str:
    return number_of(event)


def _problem(upload: Upload, event: Event, name: str, value: str, problem: str, remedy: str) -> Problem:
    column = upload.column_of(event.type, name) if name else ""
    place = event.source_file or upload.file, event.source_row or 0, _number(event)
    return Problem(*place, column, value, problem, remedy)


def _bad(upload: Upload, event: Event, error: BadActError) -> Iterator[Problem]:
    for name, wrong in error.fields.items():
        field_name = "occurred_at" if name == "occurred_by" else name
        yield _problem(upload, event, field_name, "", wrong, _("Correct the row and upload the file again."))


def _refused(upload: Upload, events: Sequence[Event], error: RefusedError) -> Iterator[Problem]:
    """The rules against an act, with their sources, for each row that it comes from."""
    for refusal in error.blocking:
        rule = refusal.rule
        source = "; ".join(str(citation) for citation in rule.citations)
        said = f"{rule.id}: {_(rule.sentence)} ({source})", str(REMEDIES.get(rule.id, ""))
        rows = {(event.source_file, event.source_row): event for event in events}
        for event in rows.values():
            yield _problem(upload, event, "", "", *said)
