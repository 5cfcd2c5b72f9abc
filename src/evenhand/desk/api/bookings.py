"""Bookings, charges and releases from a jail management system."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError
from pydantic import AwareDatetime, Field, StringConstraints

from evenhand.desk.api.auth import need
from evenhand.desk.api.document import ANSWERS, body_of
from evenhand.desk.api.models import Grant, Token
from evenhand.desk.api.rows import (
    MOST,
    BatchResult,
    RowResult,
    bad,
    batch,
    parsed,
    recorded,
    refused,
    sent_before,
)
from evenhand.desk.bookings.acts import (
    Booking,
    Charge,
    KnownBookingError,
    Origin,
    book_all,
    on_case,
    stated_before,
)
from evenhand.desk.bookings.models import MOST_NUMBER, Case
from evenhand.desk.record.act import Actor, BadActError, RefusedError, writing
from evenhand.desk.record.history import Subject
from evenhand.desk.record.resent import Stated, differing
from evenhand.record.events import ActorRole, Event, SourceKind
from evenhand.record.events.booking import (
    ChargeDisposed,
    ChargeLevel,
    ChargeRecorded,
    CustodyReleased,
    CustodyReleaseDue,
    Disposition,
    ReleaseCause,
)

router = Router(tags=["bookings"])
Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_NUMBER)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Rows = list[dict[str, Any]]


class ChargeIn(Schema):
    """A charge. The statute is enough, where the sender's system knows no class or level."""

    statute: Short
    ncic_class: Annotated[str, StringConstraints(pattern=r"^(\d{2})?$")] | None = None
    level: ChargeLevel | None = None
    arresting_agency: Short = ""


class BookingIn(Schema):
    """One booking. Times carry their offset. Groups are kept for uniformity's statistics, shown nowhere."""

    number: Number
    facility: Short
    booked_at: AwareDatetime
    name: Short
    birth_date: Short = ""
    arrested_at: AwareDatetime | None = None
    arresting_agency: Short = ""
    foreign_national: bool | None = None
    charges: list[ChargeIn] = Field([], max_length=200)
    person_key: Short = ""
    race_ethnicity: Short = ""
    sex: Short = ""
    age_group: Short = ""


class ChargeRow(ChargeIn):
    """A charge added to a booking, or with `disposition` how the charge of that number ended."""

    number: Number
    charge_no: Annotated[int, Field(ge=1, le=10_000)]
    at: AwareDatetime
    statute: Short = ""
    disposition: Disposition | None = None
    reason: Short = ""


class ReleaseIn(Schema):
    """`due`: nothing local holds the person any more. `done`: the person has left."""

    number: Number
    kind: Literal["due", "done"]
    at: AwareDatetime
    cause: ReleaseCause | None = None


def check_size(rows: Rows) -> None:
    """Raise 413 for a batch that is too large."""
    if len(rows) > MOST:
        raise HttpError(
            413,
            _("%(sent)s rows were sent; %(most)s are the most for one call")
            % {"sent": len(rows), "most": MOST},
        )


def actor(token: Token) -> Actor:
    """A jail management system acts as the booking desk that feeds it."""
    return Actor(token.actor, ActorRole.BOOKING_OFFICER)


@router.post("/bookings", response={200: BatchResult, **ANSWERS}, openapi_extra=body_of(BookingIn))
def bookings(request: HttpRequest, rows: Rows) -> BatchResult:
    """Record bookings with their charges; each opens its screening.

    A booking is known by its number: sent again with the same facts it is `already` there, with others a
    `conflict` that names the fields, to be corrected on its page.
    """
    token = need(request, Grant.BOOKINGS)
    check_size(rows)
    results: dict[int, RowResult] = {}
    good: list[tuple[int, Booking]] = []
    for number, row in enumerate(rows):
        said = parsed(BookingIn, number, row)
        if isinstance(said, RowResult):
            results[number] = said
        else:
            good.append((number, _booking(token, said)))
    origins = [Origin(SourceKind.API, file=token.identity, row=number) for number, _ in good]
    booked = book_all([booking for _, booking in good], actor(token), origins)
    for (number, booking), result in zip(good, booked, strict=True):
        if isinstance(result, KnownBookingError):
            results[number] = sent_before(number, booking.subject, result.differs)
        elif isinstance(result, BadActError):
            results[number] = bad(number, result, rows[number])
        elif isinstance(result, RefusedError):
            results[number] = refused(number, result)
        else:
            results[number] = RowResult(row=number, status="recorded", subject=result)
    return batch([results[number] for number in range(len(rows))])


def _booking(token: Token, said: BookingIn) -> Booking:
    values = said.model_dump(exclude={"charges"})
    charges = tuple(
        Charge(**{**c.model_dump(), "ncic_class": c.ncic_class or ""}, no=no)
        for no, c in enumerate(said.charges, 1)
    )
    return Booking(agency=token.agency, charges=charges, **values)


@router.post("/charges", response={200: BatchResult, **ANSWERS}, openapi_extra=body_of(ChargeRow))
def charges(request: HttpRequest, rows: Rows) -> BatchResult:
    """Add charges to bookings, or say how charges ended; known by booking, number and disposition."""
    token = need(request, Grant.BOOKINGS)
    check_size(rows)
    return _on_cases(token, rows, ChargeRow, _charge)


@router.post("/releases", response={200: BatchResult, **ANSWERS}, openapi_extra=body_of(ReleaseIn))
def releases(request: HttpRequest, rows: Rows) -> BatchResult:
    """Say that a release is due, or done. With another moment or cause than before it is a `conflict`."""
    token = need(request, Grant.RELEASES)
    check_size(rows)
    return _on_cases(token, rows, ReleaseIn, _release)


Drafted = tuple[Event, tuple[str, ...]]
"""An act, and which of its fields the row states."""


def _source(token: Token) -> dict[str, Any]:
    """Where the events of a token come from."""
    return {"source": SourceKind.API, "source_file": token.identity}


def _charge(case: Case, said: ChargeRow, token: Token, before: Sequence[Stated]) -> Drafted:
    """The act that a row asks for. Raises `BadActError`."""
    by = actor(token)
    values: dict[str, Any] = {"charge_no": said.charge_no, **_source(token)}
    if said.disposition is not None:
        charges = (one.event for one in before if isinstance(one.event, ChargeRecorded))
        if said.charge_no not in {charge.charge_no for charge in charges}:
            raise BadActError(
                {"charge_no": _("this booking has no charge of that number: send the charge first")}
            )
        values |= {"disposition": said.disposition, "reason": said.reason}
        act = on_case(ChargeDisposed.type, case, by, said.at, **values)
        return act, ("occurred_at", "disposition", "reason")
    if not said.statute:
        raise BadActError({"statute": _("a charge names its statute")})
    values |= said.model_dump(include={"statute", "ncic_class", "level"})
    values["arresting_agency"] = said.arresting_agency or case.arresting_agency
    stated = ("occurred_at", "statute", "ncic_class", "level")
    act = on_case(ChargeRecorded.type, case, by, said.at, **values)
    return act, (*stated, "arresting_agency") if said.arresting_agency else stated


def _release(case: Case, said: ReleaseIn, token: Token, before: Sequence[Stated]) -> Drafted:
    name = CustodyReleaseDue.type if said.kind == "due" else CustodyReleased.type
    act = on_case(name, case, actor(token), said.at, **_source(token), cause=said.cause)
    return act, ("occurred_at", "cause")


def _thing(event: Event) -> tuple[object, ...]:
    """What an event of a case is about: sent again, it is known by this."""
    return event.type, getattr(event, "charge_no", None), getattr(event, "disposition", None)


def _on_cases(token: Token, rows: Rows, kind: type[Schema], act_of: Any) -> BatchResult:
    """Rows that each ask for one act on a known booking: drafted, recorded together, answered one by one."""
    said = {number: parsed(kind, number, row) for number, row in enumerate(rows)}
    with writing() as lock:
        drafted, results = _beside_the_record(token, rows, said, act_of)
        results |= recorded(lock, drafted)
    return batch([results[number] for number in range(len(rows))])


def _beside_the_record(
    token: Token, rows: Rows, said: dict[int, Any], act_of: Any
) -> tuple[list[tuple[int, Event]], dict[int, RowResult]]:
    """The acts that are not in the record, and what the other rows come to. Inside the writer's lock."""
    results: dict[int, RowResult] = {}
    drafted: list[tuple[int, Event]] = []
    subjects = {n: f"{token.agency}:{s.number}" for n, s in said.items() if not isinstance(s, RowResult)}
    known = Case.objects.filter(agency=token.agency, subject__in=set(subjects.values()))
    cases = {case.subject: case for case in known}
    stated = stated_before({Subject.of(case) for case in known})
    before = {subject.subject: versions for subject, versions in stated.items()}
    for number, row in said.items():
        if isinstance(row, RowResult):
            results[number] = row
            continue
        subject = subjects[number]
        try:
            if subject not in cases:
                raise BadActError({"number": _("no booking of this agency has that number: send it first")})
            act, fields = act_of(cases[subject], row, token, before[subject])
        except BadActError as error:
            results[number] = bad(number, error, rows[number])
            continue
        versions = [one for one in before[subject] if _thing(one.event) == _thing(act)]
        if versions:
            differs = differing(act, versions, fields)
            names = ["at" if name == "occurred_at" else name for name in differs]
            results[number] = sent_before(number, subject, names)
        else:
            before[subject].append(Stated(act))
            drafted.append((number, act))
    return drafted, results
