"""The acts on a booking: the booking itself, its charges, their dispositions, and corrections.

Every booking opens the screening worklist by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import Field, dataclass, fields, replace
from datetime import datetime
from functools import cache
from itertools import takewhile
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from evenhand.desk.bookings import groups
from evenhand.desk.bookings.models import Case
from evenhand.desk.bookings.projection import fold
from evenhand.desk.record import history
from evenhand.desk.record.act import (
    ActOn,
    Actor,
    BadActError,
    Done,
    NotPossibleError,
    RefusedError,
    draft,
    now,
    perform,
    writing,
    zone_of,
)
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.resent import Stated, differing, stated
from evenhand.record.events import FIELDS, ActorRole, Event, SourceKind, SubjectKind
from evenhand.record.events.booking import (
    FORMS,
    ChargeDisposed,
    ChargeLevel,
    ChargeRecorded,
    Disposition,
    PersonBooked,
    ScreeningOpened,
)

act_on_case = ActOn(fold)
"""Makes an act of a plan on a case."""
SYSTEM = Actor("desk", ActorRole.SYSTEM)
FORM = max(FORMS)
"""The screening form in use."""


class KnownBookingError(BadActError):
    """The number is in the record. `differs`: the fields with other facts; none: nothing is to do."""

    def __init__(self, subject: str, differs: Sequence[str] = ()) -> None:
        self.subject, self.differs, self.same = subject, list(differs), not differs
        super().__init__({"number": _("This number is in the record: correct that booking on its page.")})


@dataclass(frozen=True)
class Charge:
    """One charge. `ncic_class`: two digits; `arresting_agency`: where it is another than the booking's."""

    statute: str
    ncic_class: str = ""
    level: ChargeLevel | None = None
    arresting_agency: str = ""
    no: int = 1


@dataclass(frozen=True)
class Booking:
    """A booking as a jail states it. Groups go to the personal part of the event; no page reads them."""

    agency: str
    facility: str
    number: str
    booked_at: datetime
    name: str
    birth_date: str = ""
    arrested_at: datetime | None = None
    arresting_agency: str = ""
    foreign_national: bool | None = None
    charges: tuple[Charge, ...] = ()
    person_key: str = ""
    race_ethnicity: str = ""
    sex: str = ""
    age_group: str = ""

    @property
    def subject(self) -> str:
        return f"{self.agency}:{self.number}"

    @property
    def key(self) -> Subject:
        return Subject(self.agency, SubjectKind.BOOKING, self.subject)


@dataclass(frozen=True)
class Origin:
    """How a booking came in: by hand, by API, or by row of a file."""

    kind: SourceKind = SourceKind.DESK
    file: str | None = None
    row: int | None = None


BY_HAND = Origin()
Booked = str | BadActError | RefusedError
"""The subject of a booking that was recorded, or why it was not."""


def book(booking: Booking, by: Actor, origin: Origin = BY_HAND, opened_at: datetime | None = None) -> str:
    """Record a booking with its charges, and open its screening; returns its subject.

    `opened_at`: when the worklist was opened, else now. Raises `BadActError`, `RefusedError`, or
    `KnownBookingError` where the number is in the record.
    """

    def plan(past: Sequence[Entry]) -> list[Event]:
        try:
            acts = _drafts(booking, by, origin, opened_at, zone_of(booking.agency, booking.facility))
        except BadActError as error:
            raise _renamed(error) from None
        if fold(booking.key, past) is not None:
            whole = stated(past)
            raise KnownBookingError(booking.subject, _differing(acts, [whole[e.seq] for e in past]))
        return acts

    return perform(booking.key, plan)[0].event.subject


def book_all(
    bookings: Sequence[Booking],
    by: Actor,
    origins: Sequence[Origin],
    opened_at: Sequence[datetime | None] | None = None,
) -> list[Booked]:
    """Record bookings in one transaction, each as `book` does; gives for each its subject or the error."""
    moments = opened_at or [None] * len(bookings)
    zone = cache(zone_of)
    with writing() as lock:
        known = stated_before({booking.key for booking in bookings})
        results: list[Booked | None] = []
        groups_of_acts: list[list[Event]] = []
        seen: dict[Subject, Booking] = {}
        for booking, origin, moment in zip(bookings, origins, moments, strict=True):
            earlier = seen.setdefault(booking.key, booking)
            if booking.key not in known and earlier is not booking:
                differs = [f.name for f in fields(booking) if _of(booking, f) != _of(earlier, f)]
                results.append(KnownBookingError(booking.subject, differs))
                continue
            try:
                place = zone(booking.agency, booking.facility)
                acts = _drafts(booking, by, origin, moment, place)
            except BadActError as error:
                results.append(_renamed(error))
                continue
            if booking.key in known:
                differs = _differing(acts, known[booking.key])
                results.append(KnownBookingError(booking.subject, differs))
            else:
                groups_of_acts.append(acts)
                results.append(None)
        done = iter(lock.record_each(groups_of_acts))
        return [_booked(next(done)) if result is None else result for result in results]


def _booked(done: list[Done] | RefusedError) -> Booked:
    return done if isinstance(done, RefusedError) else done[0].event.subject


def _renamed(error: BadActError) -> BadActError:
    """The error in the words of a booking, whose own time is `booked_at` and whose subject is its number."""
    words = {"occurred_at": "booked_at", "subject": "number"}
    return BadActError({words.get(name, name): wrong for name, wrong in error.fields.items()})


def _drafts(
    booking: Booking, by: Actor, origin: Origin, opened_at: datetime | None, zone: str
) -> list[Event]:
    common: dict[str, Any] = {
        "subject": booking.subject,
        "agency": booking.agency,
        "facility": booking.facility,
        "zone": zone,
        "source": origin.kind,
        "source_file": origin.file,
        "source_row": origin.row,
    }
    booked = draft(
        PersonBooked.type,
        by=by,
        occurred_at=booking.booked_at,
        arrested_at=booking.arrested_at,
        arresting_agency=booking.arresting_agency,
        foreign_national=booking.foreign_national,
        person_key=booking.person_key,
        name=booking.name,
        birth_date=booking.birth_date,
        race_ethnicity=booking.race_ethnicity,
        sex=booking.sex,
        age_group=booking.age_group,
        **common,
    )
    charges = [
        draft(
            ChargeRecorded.type,
            by=by,
            occurred_at=booking.booked_at,
            **_said(charge, booking.arresting_agency),
            **common,
        )
        for charge in booking.charges
    ]
    opened = draft(
        ScreeningOpened.type, by=SYSTEM, occurred_at=opened_at or now(), form_version=FORM, **common
    )
    return [booked, *charges, opened]


def _said(charge: Charge, arresting_agency: str) -> dict[str, Any]:
    return {
        "charge_no": charge.no,
        "statute": charge.statute,
        "ncic_class": charge.ncic_class,
        "level": charge.level,
        "arresting_agency": charge.arresting_agency or arresting_agency,
    }


def stated_before(subjects: Collection[Subject]) -> dict[Subject, list[Stated]]:
    """What was stated of the bookings in the record and of their charges, each in the order of the ledger."""
    rows = Case.objects.filter(subject__in={s.subject for s in subjects}).only("agency", "subject")
    histories = history.load_many([key for key in map(Subject.of, rows) if key in subjects])
    whole = stated(entry for entries in histories.values() for entry in entries)
    return {subject: [whole[e.seq] for e in entries] for subject, entries in histories.items()}


def _of(booking: Booking, field: "Field[Any]") -> Any:
    return getattr(booking, field.name)


_BOOKED = ("facility", "occurred_at", *FIELDS[PersonBooked.type])
_CHARGED = tuple(FIELDS[ChargeRecorded.type])


def _differing(acts: Sequence[Event], before: Sequence[Stated]) -> list[str]:
    """In what a booking that is sent again differs from all that was stated of it, its charges by number.

    Charges that came after the booking need not be sent with it again.
    """
    booked = [one for one in before if one.event.type == PersonBooked.type]
    found = ["booked_at" if n == "occurred_at" else n for n in differing(acts[0], booked, _BOOKED)]
    sent = {act.charge_no: act for act in acts if isinstance(act, ChargeRecorded)}
    versions: dict[int, list[Stated]] = {}
    for one in before:
        if isinstance(one.event, ChargeRecorded):
            versions.setdefault(one.event.charge_no, []).append(one)
    at_first = takewhile(lambda one: one.event.type in (PersonBooked.type, ChargeRecorded.type), before)
    owed = {one.event.charge_no for one in at_first if isinstance(one.event, ChargeRecorded)}
    if owed - sent.keys() or sent.keys() - versions.keys():
        found.append("charges")
    for no in sorted(sent.keys() & versions.keys()):
        found += [f"charges.{no}.{name}" for name in differing(sent[no], versions[no], _CHARGED)]
    return found


def on_case(
    event_type: str,
    case: Case,
    by: Actor,
    at: datetime | None = None,
    *,
    source: SourceKind = SourceKind.DESK,
    **said: Any,
) -> Event:
    """An act on a case, drafted; `at` is when it happened, else now. Raises `BadActError`."""
    return draft(
        event_type,
        by=by,
        subject=case.subject,
        agency=case.agency,
        facility=case.facility or None,
        occurred_at=at,
        source=source,
        **said,
    )


@act_on_case
def record_charge(
    case: Case, charge: Charge, by: Actor, at: datetime | None = None, source: SourceKind = SourceKind.DESK
) -> Event:
    """Add a charge; it gets the next number."""
    number = max((known["no"] for known in case.charges), default=0) + 1
    said = _said(replace(charge, no=number), case.arresting_agency)
    return on_case(ChargeRecorded.type, case, by, at, source=source, **said)


@act_on_case
def dispose(
    case: Case,
    charge_no: int,
    disposition: Disposition,
    by: Actor,
    at: datetime | None = None,
    reason: str = "",
    source: SourceKind = SourceKind.DESK,
) -> Event:
    """Record how a charge ended; `reason` is noted where it was dropped for a transfer (SCO-06)."""
    if charge_no not in {charge["no"] for charge in case.charges}:
        raise NotPossibleError(_("This booking has no charge of that number."), "charge_no")
    if any(charge["no"] == charge_no and "disposition" in charge for charge in case.charges):
        raise NotPossibleError(_("This charge has a disposition. Correct that entry if it is wrong."))
    if disposition is Disposition.DROPPED_FOR_TRANSFER and not reason:
        raise BadActError({"reason": _("Say why the charge was dropped.")})
    said = {"charge_no": charge_no, "disposition": disposition, "reason": reason}
    return on_case(ChargeDisposed.type, case, by, at, source=source, **said)


CORRECTED = (PersonBooked.type, ChargeRecorded.type, ChargeDisposed.type)
"""What a booking officer may correct."""


def correct(
    case: Case,
    wrong: UUID,
    by: Actor,
    at: datetime,
    changed: Mapping[str, Any],
    reason: str,
) -> list[Done]:
    """Replace an event of the case's history by one that names it and says why (REC-03).

    `changed` are the payload's values as they should have been; what is not in it stays as it was. Charges
    that were recorded with a booking move with its time.
    """
    if not reason:
        raise BadActError({"reason": _("Say why it is corrected.")})

    def plan(past: Sequence[Entry]) -> list[Event]:
        fresh = fold(Subject.of(case), past)
        if fresh is None:
            raise NotPossibleError(_("This is no longer in the record."))
        return _corrections(fresh, past, wrong, by, at, changed, reason)

    return perform(Subject.of(case), plan)


def _corrections(
    case: Case,
    past: Sequence[Entry],
    wrong: UUID,
    by: Actor,
    at: datetime,
    changed: Mapping[str, Any],
    reason: str,
) -> list[Event]:
    stand = {event.id for event in history.effective(past)}
    standing = {e.event.id: e for e in past if e.event.id in stand}
    entry = standing.get(wrong)
    if entry is None or entry.event.type not in CORRECTED:
        raise NotPossibleError(_("This entry was corrected already, or is corrected where it was made."))
    moved = [
        other
        for other in standing.values()
        if entry.event.type == PersonBooked.type
        and other.event.type == ChargeRecorded.type
        and other.event.occurred_at == entry.event.occurred_at != at
    ]
    acts = [_replaced(case, entry, by, at, changed, reason)]
    acts += [_replaced(case, other, by, at, {}, reason) for other in moved]
    return acts


def _replaced(
    case: Case, entry: Entry, by: Actor, at: datetime, changed: Mapping[str, Any], reason: str
) -> Event:
    kept = {name: value for name, value in entry.event.model_dump().items() if name not in Event.model_fields}
    said = {**kept, **groups.carried_over(entry), **changed}
    return on_case(entry.event.type, case, by, at, corrects=entry.event.id, reason=reason, **said)
