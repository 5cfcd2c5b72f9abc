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
from evenhand.desk.record import guard, history
from evenhand.desk.record.act import now as the_present
from evenhand.desk.record.catalog import CATALOG
from evenhand.desk.record.guard import Refusal
from evenhand.desk.record.history import Entry
from evenhand.record.events import KNOWN, Event, SourceKind, SubjectKind
from evenhand.record.events.officer import Function, OfficerAuthorized, Position
from evenhand.rules.answer import Verdict
from evenhand.rules.case import judge
from evenhand.rules.catalog.selections import IMMIGRATION_ACTS
from evenhand.rules.context import Context
from evenhand.rules.rule import Rule, Use
from evenhand.rules.standing import (
    AGREEMENT_FIELDS,
    NEVER,
    Row,
    Standing,
    Standings,
    Timeline,
    build_standings,
)
from evenhand.rules.template import Template

ON_EVERY_ACT = tuple(
    rule
    for rule in CATALOG.values()
    if rule.guard
    and rule.subject is SubjectKind.BOOKING
    and rule.use is Use.BLOCKS
    and rule.group == "OFF"
    and rule.reads_officer
    and frozenset(IMMIGRATION_ACTS) <= frozenset(rule.on.types)
)
"""The rules that ask of every immigration act whether its officer had the authority."""
_SOME_DAY = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
_FIRST_DAY = datetime.fromisoformat("1996-09-30T00:00:00+00:00")
_UNDER: Row = {
    **dict.fromkeys(AGREEMENT_FIELDS),
    "in_force": True,
    "suspended": False,
    "ended": False,
    "facilities": [],
    "detention_agreement": "",
    "template_read": True,
    "authority_ended_at": NEVER,
    "authority_ended_at_by": NEVER,
}
"""An agreement in force: whether the agency has one at all is not the officer's standing."""


class State(models.TextChoices):
    """Where the officer stands at a moment."""

    MAY_ACT = "may_act", _("May act")
    PREPARING = "preparing", _("In preparation")
    LAPSED = "lapsed", _("Lapsed")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    LEFT = "left", _("Left the agency")


def form_of(agency: str) -> Template:
    """The template whose rules an agency's officers are under: that of its agreement, else the newest.

    Of a template that was not read, the newest of its model stands in.
    """
    stands = agreement_of(agency)
    model = stands.get("model") or Template.J25.model
    named = stands.get("form")
    return Template(named) if named in tuple(Template) else _NEWEST[model]


_NEWEST = {"JEM": Template.J25, "WSO": Template.W25, "TFM": Template.J25}


def agreement_of(agency: str) -> Row:
    """The fields of the agency's agreement at the present moment; empty where there is none."""
    _, agreements = history.load_all((), {agency})
    timeline = build_standings([], history.rows(agreements[agency])).agreements.get(agency)
    standing = timeline.at(the_present()) if timeline else None
    return standing.fields if standing else {}


def in_force(form: Template) -> Timeline:
    """The standing of an agreement of that template, in force."""
    under = _UNDER | {"form": form.value, "model": form.model, "template": form.year}
    return Timeline((Standing(_FIRST_DAY, UUID(int=0), under),))


def against_acts(stands: Row, form: Template = Template.J25) -> tuple[Rule, ...]:
    """The rules that stand against any immigration act under these fields of `rules.standing`."""
    plain = {name: tuple(v) if isinstance(v, list) else v for name, v in stands.items()}
    return _against_acts(tuple(sorted(plain.items())), form)


@cache
def _against_acts(stands: tuple[tuple[str, object], ...], form: Template) -> tuple[Rule, ...]:
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
    context = Context(guard.provides(), _SOME_DAY, Standings({"officer": timeline}, {"any": in_force(form)}))
    answers = ((rule, judge(rule, [act], context).verdict) for rule in ON_EVERY_ACT)
    return tuple(rule for rule, verdict in answers if verdict in (Verdict.BROKEN, Verdict.CANNOT_TELL))


def state(officer: Officer, moment: datetime, form: Template = Template.J25) -> State:
    """The officer's state at a moment: may act where no rule stands against it, or else why not."""
    stands = officer.stands(moment)
    if not against_acts(stands, form):
        return State.MAY_ACT
    for field, named in (
        ("left", State.LEFT),
        ("revoked", State.REVOKED),
        ("suspended", State.SUSPENDED),
    ):
        if stands.get(field):
            return named
    before = (s.fields for s in officer.timeline.standings if s.since <= moment)
    return State.LAPSED if any(not against_acts(fields, form) for fields in before) else State.PREPARING


def against_authorization(officer: Officer, entries: Sequence[Entry], now: datetime) -> list[Refusal]:
    """The guard's answer to an authorization now that says all it must: what must come before."""
    asked = {
        "id": uuid4(),
        "subject": officer.subject,
        "agency": officer.agency,
        "occurred_at": now,
        "recorded_at": now,
        "zone": officer.zone,
        "actor": "any",
        "source_kind": SourceKind.DESK,
        "functions": (Function.INTERVIEW,),
        "valid_from": now,
        "valid_until": now + timedelta(days=1),
        "until_revoked": False,
        "supervising_position": "any",
        "signed_by_position": Position.FIELD_OFFICE_DIRECTOR,
    }
    act: Event = OfficerAuthorized.model_validate(asked, context=KNOWN)
    _none, agreements = history.load_all((), {officer.agency})
    standings = build_standings([], history.rows(agreements[officer.agency]))
    return [refusal for _act, refusal in guard.refusals([act], entries, standings, now)]
