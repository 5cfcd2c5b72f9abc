"""A thousand simulated cases with faults, driven through the API: the audit finds nothing the guard lets stop."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid5

import pytest
from click.testing import CliRunner
from django.test import Client

from desk.api.simulated import SENT, make_accounts, send
from desk.api_calls import AGENCY
from desk.audited import broken_by_acts, findings, warned
from evenhand.cli import main
from evenhand.desk.api.models import Grant, issue
from evenhand.desk.demonstration.take import events_of, take
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.store import Record
from evenhand.rules.rule import Use

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.trial
@pytest.mark.django_db
def test_a_thousand_cases_through_the_api(tmp_path: Path, client: Client) -> None:
    folder = tmp_path / "record"
    run = ["simulate", "--bookings", "1000", "--seed", "7", "--out", str(folder)]
    assert CliRunner().invoke(main, run, catch_exceptions=False).exit_code == 0
    record = Record(folder)
    events = events_of(record, frozenset(record.manifest.agencies), NOW)
    take([event for event in events if event.subject_kind not in SENT])
    acts = [event for event in events if event.subject_kind in SENT]
    headers = {}
    for agency in {act.agency for act in acts}:
        with within(EVERYTHING):
            sides = {
                federal: issue(agency, "jms", [Grant.FEDERAL] if federal else AGENCY, "administrator")[1]
                for federal in (True, False)
            }
        headers[agency] = {side: {"Authorization": f"Bearer {secret}"} for side, secret in sides.items()}
    make_accounts(acts)

    came, rules = send(client, headers, acts)

    assert sum(act.type == "person.booked" for act in acts) >= 900
    assert came["recorded"] + came["refused"] + came["invalid"] == len(acts)
    assert came["invalid"] < len(acts) / 20
    assert len(rules) > 25, "the faults were tried"
    with within(EVERYTHING):
        # The ledger's id of an act is made of the sender's own and the agency.
        ids = [uuid5(act.id, act.agency) for act in acts]
        kept = Occurrence.objects.filter(event__in=ids).count()
    assert kept == came["recorded"], "each acknowledged act is in the ledger, no refused one is"
    found = findings(tmp_path)
    assert broken_by_acts(found, Use.BLOCKS) == set()
    unwarned = broken_by_acts(found, Use.WARNS) - warned(tmp_path)
    # A release that came due later than the warrant's service expected is a fact, and nobody can be warned of it.
    assert {rule for rule, _ in unwarned} <= {"DET-07"}
    assert rebuild().differences == ()
    again, _ = send(client, headers, acts[:300])
    assert again["already"] + again["refused"] + again["invalid"] == 300
