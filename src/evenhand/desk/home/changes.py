"""What changed: the last events in scope of the kinds that a role works on, without any person's name."""

from dataclasses import dataclass
from datetime import datetime

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.home.links import page_of
from evenhand.desk.places.models import Agency
from evenhand.desk.record.history import Subject
from evenhand.desk.record.models import Occurrence
from evenhand.desk.timeline.names import EVENTS, Name
from evenhand.record.events import SubjectKind

K = SubjectKind
_EVERY = frozenset({K.AGREEMENT, K.OFFICER, K.FACILITY, K.BOOKING, K.COMPLAINT, K.REVIEW})
KINDS: dict[Role, frozenset[SubjectKind]] = {
    Role.BOOKING_OFFICER: frozenset({K.BOOKING}),
    Role.DESIGNATED_OFFICER: frozenset({K.BOOKING, K.AGREEMENT}),
    Role.COORDINATOR: _EVERY,
    Role.FEDERAL_SUPERVISOR: _EVERY,
    Role.REVIEWER: _EVERY,
    Role.AUDITOR: _EVERY,
    Role.COMPLAINTS_OFFICER: frozenset({K.COMPLAINT, K.REVIEW}),
    Role.ADMINISTRATOR: frozenset(),
}
"""The kinds of subject whose events each role's home page shows."""


@dataclass(frozen=True)
class Changed:
    """One event: what it is called, of which subject, when, in the agency's zone."""

    name: Name
    subject: str
    url: str
    agency: str
    at: datetime
    zone: str


def changed(user: User, limit: int = 20) -> list[Changed]:
    """The last events in the order in which they were recorded, the latest first."""
    kinds = KINDS[Role(user.role)]
    if not kinds:
        return []
    zones = dict(Agency.objects.values_list("agency", "zone"))
    found = Occurrence.objects.filter(kind__in=[k.value for k in kinds]).order_by("-seq")[:limit]
    return [
        Changed(
            EVENTS.get(row.type, row.type),
            row.subject,
            page_of(Subject(row.agency, SubjectKind(row.kind), row.subject), user),
            row.agency,
            row.occurred_at,
            zones.get(row.agency, "UTC"),
        )
        for row in found
    ]
