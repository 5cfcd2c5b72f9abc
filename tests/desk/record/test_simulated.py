"""Whole simulated histories through the guard: clean ones pass, faulty ones are stopped at the fault."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from desk.audited import broken_by_acts, findings, warned
from evenhand.cli import main
from evenhand.desk.demonstration.take import Taken, events_of, take
from evenhand.desk.record.rebuild import rebuild
from evenhand.record.store import Record
from evenhand.rules.rule import Use

LATER = datetime(2100, 1, 1, tzinfo=UTC)


def _taken(folder: Path, bookings: int, faults: tuple[str, ...]) -> Taken:
    """A simulated record, taken into the desk."""
    run = ["simulate", "--bookings", str(bookings), "--seed", "5", *faults, "--out", str(folder)]
    assert CliRunner().invoke(main, run, catch_exceptions=False).exit_code == 0
    record = Record(folder)
    return take(events_of(record, frozenset(record.manifest.agencies), LATER))


@pytest.mark.trial
@pytest.mark.django_db
def test_nothing_of_a_clean_record_is_refused(tmp_path: Path) -> None:
    taken = _taken(tmp_path / "record", 150, ("--faults", "none"))
    assert taken.events > 1500
    assert taken.refused == ()
    assert findings(tmp_path) == []


@pytest.mark.trial
@pytest.mark.django_db
def test_the_guard_stops_what_the_audit_would_find(tmp_path: Path) -> None:
    taken = _taken(tmp_path / "record", 2000, ())
    stopped = {refusal.rule.id for error in taken.refused for refusal in error.refusals}
    assert len(stopped) > 40
    found = findings(tmp_path)
    assert broken_by_acts(found, Use.BLOCKS) == set()
    unwarned = broken_by_acts(found, Use.WARNS) - warned(tmp_path)
    # A release that came due later than the warrant's service expected is a fact, and nobody can be warned of it.
    assert {rule for rule, _ in unwarned} <= {"DET-07"}
    assert rebuild().differences == ()
