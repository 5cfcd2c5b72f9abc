"""What goes out: the screening worklist in order of booking, and the audit's findings."""

from datetime import UTC, datetime
from typing import Annotated

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import AfterValidator, AwareDatetime, StringConstraints

from evenhand.desk.api.auth import need
from evenhand.desk.api.document import ANSWERS
from evenhand.desk.api.models import Grant
from evenhand.desk.bookings.models import Case
from evenhand.desk.findings.models import Finding
from evenhand.desk.record.catalog import CATALOG

router = Router(tags=["lists"])
PAGE = 200


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("it lies outside of the calendar") from None


Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Waiting(Schema):
    """One open screening. The list has one order, that of booking.

    `unreadable`: a time in the record can't be read and counts as 1900-01-01; correct it on the booking's
    page.
    """

    number: str
    facility: str
    booked_at: datetime
    opened_at: datetime
    stage: str
    unreadable: bool


class Worklist(Schema):
    """`next`: the cursor of the next page, or null on the last. `unreadable` counts all such rows."""

    rows: list[Waiting]
    unreadable: int
    next: str | None


class Found(Schema):
    """One finding of the last audit; `ledger_size` is how many events it saw."""

    rule: str
    sentence: str
    citations: list[str]
    severity: str
    subject: str
    subject_kind: str
    facility: str
    when: datetime
    deadline: datetime | None
    missed_by_s: float | None
    still_open: bool
    evidence: list[str]
    ledger_size: int


class Findings(Schema):
    rows: list[Found]
    next: int | None


@router.get("/worklist", response={200: Worklist, **ANSWERS})
def worklist(request: HttpRequest, facility: Text = "", cursor: Text = "") -> Worklist:
    """Open screenings, oldest booking first."""
    need(request, Grant.WORKLIST)
    rows = Case.objects.filter(screening_opened_at__isnull=False, screening_closed_at=None)
    if facility:
        rows = rows.filter(facility=facility)
    if cursor:
        moment, _bar, subject = cursor.partition("|")
        try:
            after = datetime.fromisoformat(moment)
            if after.tzinfo is None:
                raise ValueError("a moment without its offset")
            after = _in_utc(after)
        except ValueError:
            raise HttpError(400, _("cursor: give the `next` of the page before")) from None
        later = Q(booked_at__gt=after) | Q(booked_at=after, subject__gt=subject)
    else:
        later = Q()
    found = list(rows.filter(later).order_by("booked_at", "subject")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Worklist(
        rows=[
            Waiting(
                number=case.number,
                facility=case.facility,
                booked_at=case.booked_at,
                opened_at=case.screening_opened_at,
                stage=case.stage,
                unreadable=case.unreadable,
            )
            for case in found[:PAGE]
        ],
        unreadable=rows.filter(unreadable=True).count(),
        next=f"{last.booked_at.isoformat()}|{last.subject}" if last else None,
    )


@router.get("/findings", response={200: Findings, **ANSWERS})
def findings(
    request: HttpRequest,
    rule: Text = "",
    since: Moment | None = None,
    after: int = Query(0, ge=0, le=2**62),  # type: ignore[type-arg]
) -> Findings:
    """The findings of the last audit (`evenhand desk audit`), in the order of their making."""
    need(request, Grant.FINDINGS)
    rows = Finding.objects.filter(pk__gt=after)
    if rule:
        rows = rows.filter(rule=rule)
    if since is not None:
        rows = rows.filter(when__gte=since)
    found = list(rows.order_by("pk")[: PAGE + 1])
    shown = found[:PAGE]
    return Findings(
        rows=[
            Found(
                sentence=CATALOG[f.rule].sentence,
                citations=[str(citation) for citation in CATALOG[f.rule].citations],
                ledger_size=f.seq,
                **{
                    name: getattr(f, name)
                    for name in (
                        "rule",
                        "severity",
                        "subject",
                        "subject_kind",
                        "facility",
                        "when",
                        "deadline",
                        "missed_by_s",
                        "still_open",
                        "evidence",
                    )
                },
            )
            for f in shown
        ],
        next=shown[-1].pk if len(found) > PAGE else None,
    )
