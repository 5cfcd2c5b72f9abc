import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenhand.record.columns import QUARANTINE
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.record.manifest import RowEnds, Source
from evenhand.record.store import Record, all_fields
from evenhand.record.writer import RecordWriter
from record.small_record import START, bookings, write

BOOKING = SubjectKind.BOOKING
PART = "events/booking/person.booked/part-00000.parquet"


def test_histories_lie_together_in_order(tmp_path: Path) -> None:
    write(tmp_path / "r", 2500)
    record = Record(tmp_path / "r")
    found = dict(record.histories(BOOKING))
    assert len(found) == 2500
    assert all([e["type"] for e in h] == ["person.booked", "custody.released"] for h in found.values())
    rows = [row for history in found.values() for row in history]
    assert [row["pos"] for row in rows] == list(range(5000))
    assert [row["case"] for row in rows] == [n // 2 for n in range(5000)]


def test_the_personal_part_is_kept_apart(tmp_path: Path) -> None:
    write(tmp_path / "r", 3)
    (part,) = Record(tmp_path / "r").parts(BOOKING)
    assert "sex" not in pq.read_schema(part.files["person.booked"]).names
    personal = part.personal_file("person.booked")
    assert personal == tmp_path / "r/personal/booking/person.booked/part-00000.parquet"
    assert pq.read_table(personal)["sex"].to_pylist() == ["F"] * 3
    assert part.personal_file("custody.released") is None
    assert part.personal_file("interview.held") is None


def test_the_manifest_counts_what_is_there(tmp_path: Path) -> None:
    write(tmp_path / "r", 7)
    manifest = Record(tmp_path / "r").manifest
    assert manifest.counts.events == {"custody.released": 7, "person.booked": 7}
    assert (manifest.counts.rows_in, manifest.counts.rows.told) == (7, 7)
    assert manifest.counts.cases == {"booking": 7}
    assert manifest.observed_from == START
    assert manifest.agencies == ["NC0600000"]


def test_rows_that_do_not_add_up_are_refused_and_the_old_record_stays(tmp_path: Path) -> None:
    def lose_six_rows() -> None:
        source = Source(file="jail.csv", sha256="0" * 64, bytes=1, rows=9, ends=RowEnds(told=3))
        with RecordWriter(tmp_path / "r") as writer:
            writer.add(BOOKING, bookings(3))
            writer.commit(kind="import", provides=all_fields(), sources=[source])

    write(tmp_path / "r", 7)
    before = (tmp_path / "r" / "manifest.json").read_bytes()
    with pytest.raises(RecordError, match=r"jail\.csv: rows do not add up: 9 in, 3 told events"):
        lose_six_rows()
    assert (tmp_path / "r" / "manifest.json").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["r"]


def test_a_writer_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    def stop() -> None:
        with RecordWriter(tmp_path / "r") as writer:
            writer.add(BOOKING, bookings(3))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert not list(tmp_path.iterdir())


def test_quarantined_rows_are_kept_with_reason_and_remedy(tmp_path: Path) -> None:
    bad = {
        "file": "jail.csv",
        "row": 9,
        "column": "booked",
        "value": "31/31/2025",
        "reason": "no date",
        "remedy": "fix",
    }
    with RecordWriter(tmp_path / "r") as w:
        w.add(BOOKING, bookings(3))
        w.quarantine(pa.Table.from_pylist([bad], schema=QUARANTINE))
        source = Source(
            file="jail.csv", sha256="0" * 64, bytes=1, rows=4, ends=RowEnds(told=3, quarantined=1)
        )
        manifest = w.commit(kind="import", provides=all_fields(), sources=[source])
    assert manifest.counts.rows.quarantined == 1
    assert Record(tmp_path / "r").quarantine().to_pylist() == [bad]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"shoe_size": [9]}, "no column shoe_size"),
        ({"type": ["person.ranked"]}, "unknown event type person.ranked"),
        ({"type": ["officer.certified"]}, "unknown event type officer.certified in booking events"),
        ({"agency": [None]}, "agency is missing in 1 rows"),
    ],
)
def test_events_that_do_not_fit_are_refused(tmp_path: Path, change: dict, problem: str) -> None:
    table = bookings(1).slice(0, 1)
    for name, values in change.items():
        if name in table.column_names:
            table = table.drop_columns(name)
        table = table.append_column(name, pa.array(values, pa.string() if values[0] is None else None))
    with pytest.raises(RecordError, match=problem), RecordWriter(tmp_path / "r") as w:
        w.add(BOOKING, table)


def test_a_file_is_not_overwritten_by_a_record(tmp_path: Path) -> None:
    (tmp_path / "r").write_text("mine")
    with pytest.raises(RecordError, match="is a file"):
        write(tmp_path / "r", 1)
    assert (tmp_path / "r").read_text() == "mine"


def test_a_folder_that_is_no_record_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "letters.txt").write_text("mine")
    with pytest.raises(RecordError, match="evenhand did not make it"):
        write(tmp_path / "r", 1)
    assert (tmp_path / "r" / "letters.txt").read_text() == "mine"


def _damage_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"evenhand": 1')


def _newer(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 99}))


def _older(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 3}))


def _truncate(folder: Path) -> None:
    part = folder / PART
    part.write_bytes(part.read_bytes()[:-7])


def _other_part(folder: Path) -> None:
    part = folder / PART
    pq.write_table(pq.read_table(part).slice(1), part)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (_damage_manifest, "damaged: run the intake again"),
        (_newer, "schema_version 99 is newer than 5, which this version reads[.] Upgrade evenhand"),
        (_older, "schema_version 3 is an older format.*Run `evenhand intake` on the export again"),
        (_truncate, f"{PART} has [0-9]+ bytes, but the manifest says [0-9]+: restore it"),
        (_other_part, f"{PART} has [0-9]+ bytes, but the manifest says [0-9]+: restore it"),
        (lambda f: (f / PART).unlink(), f"{PART} is missing: restore it or run the intake again"),
        (lambda f: (f / "manifest.json").unlink(), "is no record"),
    ],
)
def test_a_damaged_record_says_what_is_wrong(tmp_path: Path, damage, problem: str) -> None:
    write(tmp_path / "r", 3)
    damage(tmp_path / "r")
    with pytest.raises(RecordError, match=problem):
        Record(tmp_path / "r")
