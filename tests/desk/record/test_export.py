"""What the desk holds is a record that the audit reads."""

from pathlib import Path

import pyarrow.parquet as pq

from desk.county import County, booked
from evenhand.desk.record.export import Personal, export
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record


def _personal(folder: Path) -> set[str]:
    """The personal fields that the record holds a value of."""
    found = set()
    for path in (folder / "personal").rglob("*.parquet"):
        table = pq.read_table(path)
        found |= {name for name in table.column_names if table[name].null_count < len(table)}
    return found - {"id", "case"}


def test_every_event_is_exported_and_no_name(county: County, tmp_path: Path) -> None:
    booked(county)
    with within(EVERYTHING):
        manifest = export(tmp_path / "record")
        assert sum(manifest.counts.events.values()) == ledger().store.size()
    assert manifest.kind == "desk"
    histories = dict(Record(tmp_path / "record").histories(SubjectKind.BOOKING))
    assert [row["type"] for row in histories["NC0600000:B-1"]][:2] == ["person.booked", "charge.recorded"]
    assert _personal(tmp_path / "record") == {"race_ethnicity", "sex"}


def test_personal_parts_go_along_on_request_alone(county: County, tmp_path: Path) -> None:
    booked(county)
    with within(EVERYTHING):
        export(tmp_path / "all", personal=Personal.ALL)
        export(tmp_path / "none", personal=Personal.NONE)
    assert {"name", "birth_date"} <= _personal(tmp_path / "all")
    assert _personal(tmp_path / "none") == set()


def test_an_export_of_one_agency_has_no_other(county: County, other_county: County, tmp_path: Path) -> None:
    booked(county)
    booked(other_county)
    with within(EVERYTHING):
        manifest = export(tmp_path / "record", agencies=frozenset({county.ori}))
    assert manifest.agencies == [county.ori]
