"""Whole simulated histories through the guard: clean ones pass, faulty ones are stopped at the fault."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from evenhand.cli import main
from evenhand.desk.demonstration.take import Taken, events_of, take
from evenhand.desk.record.export import export
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.store import Record
from evenhand.rules.catalog import CATALOG

LATER = datetime(2100, 1, 1, tzinfo=UTC)


def _taken(folder: Path, bookings: int, faults: tuple[str, ...]) -> Taken:
    """A simulated record, taken into the desk."""
    run = ["simulate", "--bookings", str(bookings), "--seed", "5", *faults, "--out", str(folder)]
    assert CliRunner().invoke(main, run, catch_exceptions=False).exit_code == 0
    record = Record(folder)
    return take(events_of(record, frozenset(record.manifest.agencies), LATER))


def _broken(folder: Path) -> dict[str, int]:
    """How often the audit of the desk's export finds each rule broken."""
    with within(EVERYTHING):
        export(folder / "export")
    run = ["audit", str(folder / "export"), "--out", str(folder / "audit"), "--fail-on", "never"]
    assert CliRunner().invoke(main, run, catch_exceptions=False).exit_code == 0
    summary = json.loads((folder / "audit" / "summary.json").read_text())
    return {rule["id"]: rule["broken"] for rule in summary["rules"] if rule["broken"]}


@pytest.mark.django_db
def test_nothing_of_a_clean_record_is_refused(tmp_path: Path) -> None:
    taken = _taken(tmp_path / "record", 150, ("--faults", "none"))
    assert taken.events > 1500
    assert taken.refused == ()
    assert _broken(tmp_path) == {}


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
def test_the_guard_stops_what_the_audit_would_find(tmp_path: Path) -> None:
    taken = _taken(tmp_path / "record", 2000, ())
    stopped = {refusal.rule.id for error in taken.refused for refusal in error.refusals}
    assert len(stopped) > 40
    # A release that came due later than the warrant's service expected is a fact, and is never kept out.
    # A duty that is done late is one too: refusing it would not fulfill it.
    _broken(tmp_path)
    assert _against_the_guard(tmp_path) <= {"DET-07"}
    assert rebuild().differences == ()
