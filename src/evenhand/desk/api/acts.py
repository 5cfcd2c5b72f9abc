"""Any act of a case, for an agency whose own system records what its officers do.

Each act names who did it: a person of the agency whom the desk knows, in a role that the token was granted.
The guard judges it as on the pages. Acts of federal officers need a federal token. The event names the token
that sent it: what a program states is never taken for a person's own sign-in.
"""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import AwareDatetime, Field

from evenhand.desk.api.actors import Actors
from evenhand.desk.api.auth import need
from evenhand.desk.api.bookings import Rows, check_size
from evenhand.desk.api.document import ANSWERS, body_of
from evenhand.desk.api.models import Grant, Token
from evenhand.desk.api.rows import BatchResult, RowResult, bad, batch, parsed, refused, sent_before
from evenhand.desk.bookings.projection import fold
from evenhand.desk.record.act import (
    Actor,
    BadActError,
    RefusedError,
    Writing,
    draft,
    need_uncorrected,
    writing,
    zone_of,
)
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.resent import Stated, differing, stated_at
from evenhand.desk.screening.acts import need_none_waiting
from evenhand.desk.supervision.acts import need_waiting
from evenhand.record.events import EVENT_TYPES, FIELDS, ActorRole, Event, SourceKind, SubjectKind
from evenhand.record.events.booking import DeterminationMade, DeterminationReviewed

router = Router(tags=["acts"])
FIRST = frozenset({"person.booked", "complaint.received"})
"""The acts with which a history begins."""
KINDS = frozenset({SubjectKind.BOOKING, SubjectKind.COMPLAINT})


class ActIn(Schema):
    """One act. `id` is the sender's own (a UUID): sent again, the act is `already` there, or a `conflict`.

    The event has another id, made of this one and the agency: the row's result names it as `event`.

    It happened at `occurred_at` at the earliest and at `occurred_by` at the latest; leave `occurred_by` out
    if the moment is known exactly. `payload` has the fields of the event type as docs/events.schema.json
    lists them.
    """

    id: UUID
    type: str
    subject: str
    facility: str | None = None
    occurred_at: AwareDatetime
    occurred_by: AwareDatetime | None = None
    actor: str
    actor_role: ActorRole
    corrects: UUID | None = None
    reason: str | None = None
    payload: dict[str, Any] = Field(default_factory=dict)


@router.post("/acts", response={200: BatchResult, **ANSWERS}, openapi_extra=body_of(ActIn))
def acts(request: HttpRequest, rows: Rows) -> BatchResult:
    """Record acts in their order, each judged with those before it."""
    token = need(request, Grant.ACTS, Grant.FEDERAL)
    check_size(rows)
    said = {number: parsed(ActIn, number, row) for number, row in enumerate(rows)}
    results = {number: row for number, row in said.items() if isinstance(row, RowResult)}
    good = {number: row for number, row in said.items() if not isinstance(row, RowResult)}
    with writing() as lock:
        sent = _Sent(token, lock, list(good.values()))
        for number, row in good.items():
            try:
                results[number] = sent.take(number, row)
            except BadActError as error:
                results[number] = bad(number, error, rows[number])
    return batch([results[number] for number in range(len(rows))])


class _Ids:
    """The ledger's ids of acts that an agency sent under ids of its own.

    Each is made of both, so that no agency takes an id from another or learns that it is taken. An id that
    the agency's record has as it is (the desk's own events, and acts sent before ids were made so) stays.
    """

    def __init__(self, agency: str, rows: Sequence[ActIn]) -> None:
        self.agency = agency
        sent = {row.id for row in rows} | {row.corrects for row in rows if row.corrects}
        own = Occurrence.objects.filter(agency=agency, event__in=sent)
        self.kept: set[UUID] = set(own.values_list("event", flat=True))
        self.known = {self.of(one) for one in sent}

    def of(self, sent: UUID) -> UUID:
        return sent if sent in self.kept else uuid5(sent, self.agency)


class _Sent:
    """The rows of a batch beside the record as it is inside the writer's lock."""

    def __init__(self, token: Token, lock: Writing, rows: Sequence[ActIn]) -> None:
        self.token, self.lock = token, lock
        self.actors = Actors(token, (row.actor for row in rows))
        self.ids = _Ids(token.agency, rows)
        own = Occurrence.objects.filter(agency=token.agency)
        places = dict(own.filter(event__in=self.ids.known).values_list("seq", "event"))
        self.known = {places[seq]: one for seq, one in stated_at(list(places)).items()}
        begun = own.filter(subject__in={row.subject for row in rows}, kind__in=KINDS)
        self.begun = {
            Subject(token.agency, SubjectKind(kind), subject)
            for kind, subject in begun.values_list("kind", "subject").distinct()
        }
        lock.load(self.begun)
        # A batch names few facilities, and each would be looked up again for every row.
        self.zone = cache(partial(zone_of, token.agency))

    def take(self, number: int, row: ActIn) -> RowResult:
        """Record what a row states, unless it is in the record. Raises `BadActError`."""
        if row.type not in EVENT_TYPES or EVENT_TYPES[row.type].subject_kind not in KINDS:
            raise BadActError({"type": _("no act of a case or complaint has that name")})
        sent = {"id": self.ids.of(row.id), "corrects": row.corrects and self.ids.of(row.corrects)}
        row = row.model_copy(update=sent)
        before = self.known.get(row.id)
        subject = Subject(self.token.agency, EVENT_TYPES[row.type].subject_kind, row.subject)
        if before is None and row.type not in FIRST and subject not in self.begun:
            raise BadActError(
                {"subject": _("this agency has no such case or complaint: send its beginning first")}
            )
        if before is None:
            self.actors.check(row.actor, row.actor_role, row.occurred_at)
        act = self._draft(row)
        if before is not None:
            return sent_before(number, row.subject, _differing(act, before), before.event.id)
        need_uncorrected([act], self.lock.history(subject))
        _need_room(act, self.lock.history(subject))
        self.known[row.id] = Stated(act)
        done = self.lock.record([act])
        if isinstance(done, RefusedError):
            return refused(number, done)
        self.begun.add(subject)
        return RowResult(row=number, status="recorded", subject=act.subject, event=act.id)

    def _draft(self, row: ActIn) -> Event:
        unknown = sorted(set(row.payload) - set(FIELDS[row.type]))
        if unknown:
            raise BadActError(
                {f"payload.{name}": _("%(type)s has no such field") % {"type": row.type} for name in unknown}
            )
        return draft(
            row.type,
            by=Actor(row.actor, row.actor_role),
            subject=row.subject,
            agency=self.token.agency,
            facility=row.facility,
            occurred_at=row.occurred_at,
            occurred_by=row.occurred_by,
            source=SourceKind.API,
            source_file=self.token.identity,
            event_id=row.id,
            corrects=row.corrects,
            reason=row.reason,
            zone=self.zone(row.facility),
            **row.payload,
        )


def _need_room(act: Event, past: Sequence[Entry]) -> None:
    """Raise `NotPossibleError` for a second determination that waits, or a second review of one, at its time.

    A review of nothing is refused by the rules, which say more.
    """
    if act.corrects is not None or act.type not in (DeterminationMade.type, DeterminationReviewed.type):
        return
    case = fold(Subject.of(act), [e for e in past if e.event.occurred_at <= act.occurred_at])
    if case is None or case.determined_at is None:
        return
    if act.type == DeterminationMade.type:
        need_none_waiting(case)
    else:
        need_waiting(case)


_SENT = ("subject", "facility", "occurred_at", "occurred_by", "actor", "actor_role", "corrects", "reason")


def _differing(act: Event, before: Stated) -> list[str]:
    """In what an act differs from the one that has its id, in the words of `ActIn`."""
    if act.type != before.event.type:
        return ["type"]
    found = differing(act, [before], (*_SENT, *FIELDS[act.type]))
    return [name if name in _SENT else f"payload.{name}" for name in found]
