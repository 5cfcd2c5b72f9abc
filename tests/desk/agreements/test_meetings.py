"""The next meeting that the page shows is the deadline that the rule itself gives."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.desk.agreements.deadlines import next_meeting
from evenhand.desk.agreements.models import Agreement
from evenhand.desk.agreements.projection import _meeting_owed_since
from evenhand.desk.record import guard, history
from evenhand.record.events import SourceKind
from evenhand.record.events.agreement import AgreementTookEffect, MeetingHeld, MeetingKind, Model
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.context import Context
from evenhand.rules.standing import Standings

START = datetime(2015, 1, 1, 12, tzinfo=UTC)
meetings = st.lists(st.tuples(st.integers(1, 3000), st.sampled_from(MeetingKind)), max_size=8)


@settings(max_examples=150)
@given(meetings)
def test_the_next_meeting_is_the_rules_deadline(held: list[tuple[int, MeetingKind]]) -> None:
    ids = count(1)

    def common(day: int) -> dict[str, object]:
        return {
            "id": UUID(int=next(ids)),
            "subject": "a",
            "agency": "NC0600000",
            "zone": "America/New_York",
            "occurred_at": START + timedelta(days=day),
            "source_kind": SourceKind.DESK,
        }

    events = [AgreementTookEffect.model_validate({**common(0), "model": Model.JEM, "template": 2025})]
    events += [MeetingHeld.model_validate({**common(day), "kind": kind}) for day, kind in held]  # type: ignore[misc]
    far = Context(guard.provides(), START + timedelta(days=90_000), Standings({}, {}))
    rows = sorted((history.row_of(e) for e in events), key=lambda r: (r["occurred_at"], r["id"]))
    still_open = [b.deadline for b in judge(CATALOG["AGR-06"], rows, far).breaches if b.still_open]
    row = Agreement(zone="America/New_York", meeting_owed_since=_meeting_owed_since(events))
    assert next_meeting(row) == min((d for d in still_open if d), default=None)
