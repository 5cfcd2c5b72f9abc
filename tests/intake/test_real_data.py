"""The two real data sets of custody records, where they stand beside the project."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from evenhand.intake.mapping.load import questions_of
from evenhand.intake.suggest.write import suggest_mapping
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from intake.answering import ALWAYS, answer
from intake.taking import run

DATA = Path(__file__).parents[3] / "shared" / "data" / "custody"
PIERCE, BROWARD = DATA / "pierce-2016-2018.csv.gz", DATA / "broward-2013-2016.csv.gz"

pytestmark = pytest.mark.skipif(
    not PIERCE.is_file(), reason="the custody data sets are not in ../shared/data/custody"
)


def _record(source: Path, name: str, folder: Path) -> Record:
    status, said = run(source, "--mapping", name, "--out", folder / name)
    assert status == 0, said
    return Record(folder / name)


@pytest.fixture(scope="module")
def pierce(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return _record(PIERCE, "pierce", tmp_path_factory.mktemp("pierce"))


@pytest.fixture(scope="module")
def broward(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return _record(BROWARD, "broward", tmp_path_factory.mktemp("broward"))


def _holds(record: Record) -> dict[str, list[dict[str, Any]]]:
    return {
        subject: events
        for subject, events in record.histories(SubjectKind.BOOKING)
        if any(e["type"] == "custody.hold_started" and e["basis"] == "detainer" for e in events)
    }


def test_pierce_every_row_is_accounted_for(pierce: Record) -> None:
    counts = pierce.manifest.counts
    assert (counts.rows_in, counts.rows.told, counts.rows.quarantined) == (11_676, 11_676, 0)
    assert counts.events["person.booked"] == counts.cases[SubjectKind.BOOKING] == 9_126
    assert counts.events["charge.recorded"] == counts.events["charge.disposed"] == 11_676


def test_pierce_has_the_published_number_of_immigration_holds(pierce: Record) -> None:
    # UWCHR, "Unequal Justice" (30 January 2019): 204 bookings, by race as below.
    holds = _holds(pierce)
    assert len(holds) == 204
    booked = {events[0]["id"] for events in holds.values() if events[0]["type"] == "person.booked"}
    personal = pq.read_table(pierce.folder / "personal" / "booking").to_pylist()
    races = [r["race_ethnicity"] for r in personal if r["id"] in booked]
    found = {race: races.count(race) for race in set(races)}
    assert found == {"WHITE": 11, "BLACK": 8, "HISPANIC": 164, "ASIAN/PACIFIC ISLAND": 20, "UNKNOWN": 1}


def test_pierce_has_one_end_of_custody_a_booking(pierce: Record) -> None:
    for _, events in pierce.histories(SubjectKind.BOOKING):
        ends = [e for e in events if e["type"] in ("custody.released", "custody.departed")]
        assert len(ends) <= 1


def test_pierce_tells_nothing_of_forms_that_it_does_not_have(pierce: Record) -> None:
    provides = pierce.manifest.provides
    for absent in ("detainer.issued", "detainer.served", "warrant.signed", "custody.release_due"):
        assert absent not in provides


def test_pierce_charge_numbers_pair_a_charge_with_its_disposition(pierce: Record) -> None:
    for _, events in pierce.histories(SubjectKind.BOOKING):
        recorded = sorted(e["charge_no"] for e in events if e["type"] == "charge.recorded")
        disposed = sorted(e["charge_no"] for e in events if e["type"] == "charge.disposed")
        assert recorded == disposed == list(range(1, len(recorded) + 1))


def test_broward_rows_in_are_accounted_for_or_quarantined(broward: Record) -> None:
    counts = broward.manifest.counts
    assert counts.rows_in == 11_757
    assert counts.rows.total() == 11_757
    assert counts.rows.quarantined == 247
    assert counts.policies["release_before_booking"] == 302
    assert broward.quarantine().num_rows == 302
    assert counts.events["person.booked"] == 10_577 - 302 + 2_460
    assert counts.rows.without_event == 1_180 - 13


@pytest.mark.parametrize("source", [PIERCE, BROWARD], ids=["pierce", "broward"])
def test_a_suggested_mapping_asks_and_then_runs_on_its_file(source: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    assert run("suggest", source, "--out", mapping)[0] == 0
    status, said = run(source, "--mapping", mapping, "--check")
    assert status == 2
    assert "questions are open" in said
    text = mapping.read_text()
    first = {
        q.name: q.reading[0].name if q.answers is None else dict.fromkeys(q.answers, q.reading[0].name)
        for q in questions_of(text.encode(), "m.toml")
        if q.name not in ALWAYS
    }
    mapping.write_text(answer(text, first))
    status, said = run(source, "--mapping", mapping, "--check")
    assert status in (0, 1), said
    assert "person.booked" in said


def test_pierces_holds_for_immigration_are_no_criminal_charges() -> None:
    # 204 bookings were held under HOLD IMMIGRAT; "Immigration" as a release is not surely a hand-over.
    made = {q.name: q for q in suggest_mapping(PIERCE).questions}
    assert "Immigration" in (made["release reasons"].answers or {})
    assert "HOLD COMM CUSTODY" in (made["holds among charges"].answers or {})
    assert "HOLD IMMIGRAT" not in (made["holds among charges"].answers or {})
