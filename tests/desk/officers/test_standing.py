"""The desk's word on an officer is the rules' own, at every moment and for every history."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.desk.officers.lapses import changes
from evenhand.desk.officers.models import Officer
from evenhand.desk.officers.projection import _standings
from evenhand.desk.officers.standing import ON_EVERY_ACT, State, against_acts, in_force, state
from evenhand.desk.record import guard, history
from evenhand.desk.record.history import Entry, Subject
from evenhand.record.events import EVENT_TYPES, Event, SubjectKind
from evenhand.rules.answer import Verdict
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.context import Context
from evenhand.rules.standing import Standings, build_standings
from evenhand.rules.template import Template

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 120
days = st.integers(0, DAYS)


def _some(name: str, **payload: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(name), "day": days}, optional=payload)


instants = days.map(lambda n: START + timedelta(days=n))
HISTORIES = st.lists(
    st.one_of(
        _some("officer.nominated", citizenship_attested=st.booleans()),
        _some("officer.certified", valid_from=instants, valid_until=instants),
        _some("officer.authorized", valid_from=instants, valid_until=instants),
        _some("officer.form_70_006_issued"),
        _some("officer.suspended", valid_from=instants, valid_until=instants),
        _some("officer.revoked"),
        _some("officer.left"),
        _some("refresher.completed"),
        st.fixed_dictionaries({"type": st.just("refresher.required_by"), "day": days, "due": instants}),
    ),
    max_size=10,
)


def _entries(said: list[dict[str, Any]]) -> list[Entry]:
    start: dict[str, Any] = {"type": "officer.nominated", "day": 0, "citizenship_attested": True}
    jail = {"type": "officer.assigned", "day": 0, "assigned_facility": "jail-1"}
    return [Entry(n, _event(n, dict(one))) for n, one in enumerate([start, jail, *said])]


def _event(number: int, said: dict[str, Any]) -> Event:
    day = said.pop("day")
    return EVENT_TYPES[said.pop("type")].model_validate(
        {
            "id": UUID(int=number + 1),
            "subject": "officer",
            "agency": "NC0600000",
            "zone": "America/New_York",
            "occurred_at": START + timedelta(days=day),
            "source_kind": "desk",
            **said,
        }
    )


def _officer(entries: list[Entry]) -> Officer:
    return Officer(
        subject="officer",
        agency="NC0600000",
        zone="America/New_York",
        standings=_standings(Subject("NC0600000", SubjectKind.OFFICER, "officer"), entries),
    )


@settings(max_examples=120)
@given(HISTORIES, days)
def test_standing_is_the_rules_standing(said: list[dict[str, Any]], day: int) -> None:
    entries, moment = _entries(said), START + timedelta(days=day, hours=1)
    officer = _officer(entries)
    standings = build_standings(history.rows(entries), [])
    assert officer.timeline == standings.officers["officer"]
    act = {
        "id": UUID(int=999),
        "type": "determination.made",
        "subject": "b",
        "agency": "NC0600000",
        "facility": "jail-1",
        "zone": "America/New_York",
        "occurred_at": moment,
        "actor": "officer",
        "actor_role": "designated_officer",
    }
    under = Standings(standings.officers, {"NC0600000": in_force(Template.J25)})
    context = Context(guard.provides(), moment, under)
    broken = {
        rule.id
        for rule in ON_EVERY_ACT
        if judge(rule, [act], context).verdict in (Verdict.BROKEN, Verdict.CANNOT_TELL)
    }
    assert {rule.id for rule in against_acts(officer.stands(moment))} == broken
    assert (state(officer, moment) is State.MAY_ACT) == (not broken)


@settings(max_examples=120)
@given(HISTORIES, days)
def test_no_authority_ends_that_the_calendar_does_not_name(said: list[dict[str, Any]], day: int) -> None:
    """Where an officer may act now and may not later, without any event between, the calendar says when."""
    entries, now = _entries(said), START + timedelta(days=day, hours=1)
    officer = _officer([e for e in entries if e.event.occurred_at <= now])
    if state(officer, now) is not State.MAY_ACT:
        return
    ends = [s.since for s in officer.timeline.standings if s.since > now and against_acts(s.fields)]
    named = [c.at for c in changes(officer, now, now + timedelta(days=2 * DAYS))]
    if ends:
        first = min(ends)
        # A suspension that begins in days to come is no lapse: it was ordered so.
        if not officer.stands(first).get("suspended"):
            assert any(abs(first - at) <= timedelta(microseconds=1) for at in named)


def test_the_rules_asked_are_those_on_the_officer_of_every_act() -> None:
    assert {rule.id for rule in ON_EVERY_ACT} == {"OFF-01", "OFF-05", "OFF-07", "OFF-09", "OFF-10"}
    assert all(rule.id in CATALOG for rule in ON_EVERY_ACT)
