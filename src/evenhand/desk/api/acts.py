"""Any act of a case, for an agency whose own system records what its officers do.

Each act names who did it. The guard judges it as on the pages: a determination needs a certified officer, a
review a federal supervisor. Acts of federal officers need a token that the administrator gave for them.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import AwareDatetime, Field

from evenhand.desk.api.auth import need
from evenhand.desk.api.bookings import Rows, check_size
from evenhand.desk.api.document import ANSWERS, body_of
from evenhand.desk.api.models import Grant, Token
from evenhand.desk.api.rows import BatchResult, RowResult, bad, batch, parsed, recorded, sent_before
from evenhand.desk.record.act import Actor, BadActError, draft
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.resent import Stated, differing, stated_at
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import EVENT_TYPES, FIELDS, ActorRole, Event, SourceKind, SubjectKind

router = Router(tags=["acts"])
FEDERAL = frozenset({ActorRole.FEDERAL_OFFICER, ActorRole.FEDERAL_SUPERVISOR})
FIRST = frozenset({"person.booked", "complaint.received"})
"""The acts with which a history begins."""
KINDS = frozenset({SubjectKind.BOOKING, SubjectKind.COMPLAINT})


class ActIn(Schema):
    """One act. `id` is the sender's own (a UUID): sent again, the act is `already` there, or a `conflict`.

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
    results: dict[int, RowResult] = {}
    drafted: list[tuple[int, Event]] = []
    said = {number: parsed(ActIn, number, row) for number, row in enumerate(rows)}
    ids = [s.id for s in said.values() if not isinstance(s, RowResult)]
    with within(EVERYTHING):
        found = list(Occurrence.objects.filter(event__in=ids).values_list("seq", "event", "agency"))
    taken = {event for _seq, event, agency in found if agency != token.agency}
    places = {seq: event for seq, event, agency in found if agency == token.agency}
    known = {places[seq]: one for seq, one in stated_at(list(places)).items()}
    subjects = {s.subject for s in said.values() if not isinstance(s, RowResult)}
    begun = set(Occurrence.objects.filter(subject__in=subjects).values_list("subject", flat=True))
    for number, row in said.items():
        if isinstance(row, RowResult):
            results[number] = row
            continue
        before = known.get(row.id)
        try:
            if row.id in taken:
                raise BadActError({"id": _("this id belongs to another event: give the act one of its own")})
            act = _draft(token, row, begun if before is None else begun | {row.subject})
        except BadActError as error:
            results[number] = bad(number, error, rows[number])
            continue
        if before is not None:
            results[number] = sent_before(number, row.subject, _differing(act, before))
        else:
            known[row.id] = Stated(act)
            drafted.append((number, act))
            begun.add(row.subject)
    results |= recorded(drafted)
    return batch([results[number] for number in range(len(rows))])


_SENT = ("subject", "facility", "occurred_at", "occurred_by", "actor", "actor_role", "corrects", "reason")


def _differing(act: Event, before: Stated) -> list[str]:
    """In what an act differs from the one that has its id, in the words of `ActIn`."""
    if act.type != before.event.type:
        return ["type"]
    found = differing(act, [before], (*_SENT, *FIELDS[act.type]))
    return [name if name in _SENT else f"payload.{name}" for name in found]


def _draft(token: Token, row: ActIn, begun: set[str]) -> Event:
    if row.type not in EVENT_TYPES or EVENT_TYPES[row.type].subject_kind not in KINDS:
        raise BadActError({"type": _("no act of a case or complaint has that name")})
    if not token.may(Grant.FEDERAL if row.actor_role in FEDERAL else Grant.ACTS):
        raise BadActError({"actor_role": _("this token may not send acts of that role")})
    if row.type not in FIRST and row.subject not in begun:
        raise BadActError(
            {"subject": _("this agency has no such case or complaint: send its beginning first")}
        )
    unknown = sorted(set(row.payload) - set(FIELDS[row.type]))
    if unknown:
        raise BadActError(
            {f"payload.{name}": _("%(type)s has no such field") % {"type": row.type} for name in unknown}
        )
    return draft(
        row.type,
        by=Actor(row.actor, row.actor_role),
        subject=row.subject,
        agency=token.agency,
        facility=row.facility,
        occurred_at=row.occurred_at,
        occurred_by=row.occurred_by,
        source=SourceKind.API,
        event_id=row.id,
        corrects=row.corrects,
        reason=row.reason,
        **row.payload,
    )
