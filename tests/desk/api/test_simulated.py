"""A thousand simulated cases with faults, driven through the API: the audit finds nothing the guard lets stop."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from django.test import Client

from desk.api.simulated import SENT, send
from evenhand.cli import main
from evenhand.desk.api.models import Grant, issue
from evenhand.desk.demonstration.take import events_of, take
from evenhand.desk.record.export import export
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.store import Record
from evenhand.rules.catalog import CATALOG

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def _broken(folder: Path) -> dict[str, int]:
    with within(EVERYTHING):
        export(folder / "export")
    run = ["audit", str(folder / "export"), "--out", str(folder / "audit"), "--fail-on", "never"]
    assert CliRunner().invoke(main, run, catch_exceptions=False).exit_code == 0
    summary = json.loads((folder / "audit" / "summary.json").read_text())
    return {rule["id"]: rule["broken"] for rule in summary["rules"] if rule["broken"]}


def _against_the_guard(folder: Path) -> set[str]:
    """The guard's rules that the audit finds broken by an act itself, not by a duty that came after it."""
    found = pq.read_table(folder / "audit" / "findings.parquet").to_pylist()
    return {
        row["rule"]
        for row in found
        if CATALOG[row["rule"]].guard and (row["deadline"] is None or row["deadline"] < row["when"])
    }


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
            _, secret = issue(agency, "jms", list(Grant), "administrator")
        headers[agency] = {"Authorization": f"Bearer {secret}"}

    came, rules = send(client, headers, acts)

    assert sum(act.type == "person.booked" for act in acts) >= 900
    assert came["recorded"] + came["refused"] + came["invalid"] == len(acts)
    assert came["invalid"] < len(acts) / 20
    assert len(rules) > 25, "the faults were tried"
    with within(EVERYTHING):
        kept = Occurrence.objects.filter(event__in=[act.id for act in acts]).count()
    assert kept == came["recorded"], "each acknowledged act is in the ledger, no refused one is"
    # A release that came due later than the warrant's service expected is a fact, and is never kept out.
    # A duty that is done late is one too: refusing it would not fulfill it.
    _broken(tmp_path)
    assert _against_the_guard(tmp_path) <= {"DET-07"}
    assert rebuild().differences == ()
    again, _ = send(client, headers, acts[:300])
    assert again["already"] + again["refused"] + again["invalid"] == 300
