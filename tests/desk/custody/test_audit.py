"""The desk's clocks and the audit of its export agree, instant for instant."""

from pathlib import Path

import pyarrow.parquet as pq
from click.testing import CliRunner

from desk.county import County
from desk.custody.flow import BOOKING, FEDERAL, Flow
from evenhand.cli import main
from evenhand.desk.custody.clocks import State, read
from evenhand.desk.custody.models import Clock
from evenhand.desk.custody.projection import RULES
from evenhand.desk.record.export import export
from evenhand.desk.record.scope import EVERYTHING, within


def test_the_audit_finds_what_the_clocks_say_and_states_the_same_deadlines(
    county: County, tmp_path: Path
) -> None:
    hours = 24 * 12
    late = Flow(county, hours, "B-1").screened(hours - 9).detained(hours - 10).held(hours - 20)
    late.do("notify_ice", at=hours - 40)
    late.do("release", by=BOOKING, at=1)
    cancelled = Flow(county, hours, "B-2").screened(hours - 9).detained(hours - 10)
    cancelled.do("notify_ice", at=hours - 11)
    cancelled.held(90)
    cancelled.do("cancel_detainer", by=FEDERAL, at=70)
    cancelled.do("end_hold", by=BOOKING, at=68)
    cancelled.do("release", by=BOOKING, at=67)
    forgotten = Flow(county, hours, "B-3")
    forgotten.do("release_due", "served", by=BOOKING, at=20)
    inside = Flow(county, hours, "B-4").screened(hours - 9).detained(hours - 10).held(100)
    inside.do("notify_ice", at=hours - 11)
    inside.do("transfer_in_place", receiving_officer="federal-2", receipt="R-1", at=90)
    in_time = Flow(county, hours, "B-5")
    in_time.do("release_due", "served", by=BOOKING, at=30)
    in_time.do("release", by=BOOKING, at=24)

    with within(EVERYTHING):
        export(tmp_path / "export")
        missed = {
            (clock.subject, clock.rule, clock.due_at)
            for clock in Clock.objects.all()
            if read(clock, county.began).state in (State.ENDED, State.LATE)
        }
    run = ["audit", str(tmp_path / "export"), "--out", str(tmp_path / "audit"), "--fail-on", "never"]
    assert CliRunner().invoke(main, run, catch_exceptions=False).exit_code == 0
    findings = pq.read_table(tmp_path / "audit" / "findings.parquet").to_pylist()
    found = {(f["subject"], f["rule"], f["deadline"]) for f in findings if f["rule"] in RULES}
    assert found == missed
    assert {rule for _, rule, _ in found} == {"HLD-01", "HLD-01F", "HLD-02", "HLD-06", "DET-05", "DET-08"}
