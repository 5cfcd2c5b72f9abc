"""Where an officer stands, by the rules' own answers: nothing here says anew what gives authority.

An act of the officer is judged by the rules on officers that guard every immigration function; what stands
against it is what is missing. Likewise what stands against an authorization today.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from evenhand.desk.officers.models import Officer
from evenhand.desk.record import guard
from evenhand.desk.record.guard import Refusal
from evenhand.desk.record.history import Entry
from evenhand.record.events import Event, SourceKind, SubjectKind
from evenhand.record.events.officer import Function, OfficerAuthorized
from evenhand.rules.answer import Verdict
from evenhand.rules.case import Context, judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.rule import Rule
from evenhand.rules.standing import Row, Standing, Standings, Timeline

ON_EVERY_ACT = tuple(
    rule
    for rule in CATALOG.values()
    if rule.guard
    and rule.subject is SubjectKind.BOOKING
    and rule.reads_officer
    and not rule.reads_agreement
    and "facility" not in rule.columns
)
"""The rules that ask of an immigration act whether its officer stood: not those on its place."""
_SOME_DAY = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


class State(models.TextChoices):
    """Where the officer stands at a moment."""

    MAY_ACT = "may_act", _("May act")
    PREPARING = "preparing", _("In preparation")
    LAPSED = "lapsed", _("Lapsed")
    REFRESHER = "refresher", _("Refresher overdue")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    LEFT = "left", _("Left the agency")


def against_acts(stands: Row) -> tuple[Rule, ...]:
    """The rules that stand against any immigration act under these fields of `rules.standing`."""
    return _against_acts(tuple(sorted(stands.items())))


@cache
def _against_acts(stands: tuple[tuple[str, object], ...]) -> tuple[Rule, ...]:
    fields: Row = {"assigned_facility": "", **dict(stands)}
    timeline = Timeline((Standing(_SOME_DAY, UUID(int=0), fields),) if stands else ())
    act = {
        "id": UUID(int=1),
        "type": "interview.held",
        "subject": "any",
        "agency": "any",
        "facility": "any",
        "zone": "UTC",
        "occurred_at": _SOME_DAY,
        "actor": "officer",
        "actor_role": "designated_officer",
    }
    context = Context(guard.provides(), _SOME_DAY, Standings({"officer": timeline}, {}))
    answers = ((rule, judge(rule, [act], context).verdict) for rule in ON_EVERY_ACT)
    return tuple(rule for rule, verdict in answers if verdict in (Verdict.BROKEN, Verdict.CANNOT_TELL))


def state(officer: Officer, moment: datetime) -> State:
    """The officer's state at a moment: may act where no rule stands against it, or else why not."""
    stands = officer.stands(moment)
    if not against_acts(stands):
        return State.MAY_ACT
    for field, named in (
        ("left", State.LEFT),
        ("revoked", State.REVOKED),
        ("suspended", State.SUSPENDED),
    ):
        if stands.get(field):
            return named
    ready = stands.get("certified") and stands.get("authorized") and stands.get("designated")
    if ready and stands.get("refresher_overdue"):
        return State.REFRESHER
    before = (s.fields for s in officer.timeline.standings if s.since <= moment)
    return State.LAPSED if any(not against_acts(fields) for fields in before) else State.PREPARING


def against_authorization(officer: Officer, entries: Sequence[Entry], now: datetime) -> list[Refusal]:
    """The guard's answer to an authorization now that says all it must: what must come before."""
    act: Event = OfficerAuthorized(
        id=uuid4(),
        subject=officer.subject,
        agency=officer.agency,
        occurred_at=now,
        recorded_at=now,
        zone=officer.zone,
        actor="any",
        source_kind=SourceKind.DESK,
        functions=(Function.INTERVIEW,),
        valid_from=now,
        valid_until=now + timedelta(days=1),
        until_revoked=False,
        supervising_position="any",
    )
    return [refusal for _act, refusal in guard.refusals([act], entries, Standings({}, {}), now)]
