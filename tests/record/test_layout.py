"""How a record's events lie in files: one file for each event type and part, in whole histories."""

import pickle
import random
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenhand.record import parts as writing
from evenhand.record.columns import event_schema, type_schema
from evenhand.record.damage import naming_damage
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.record.part import EventPart
from evenhand.record.query import create_events, create_standing, scan
from evenhand.record.store import Record, all_fields
from evenhand.record.writer import RecordWriter
from record.small_record import START, relisted, write

BOOKING = SubjectKind.BOOKING
INSTANT = pa.timestamp("us", tz="UTC")


def histories(count: int, seed: int = 1) -> list[list[dict[str, Any]]]:
    """Bookings with charges, grounds and releases in a mixed order, and now and then a long one."""
    dice = random.Random(seed)
    made = []
    for n in range(count):
        events = [{"type": "person.booked", "arresting_agency": f"PD-{n % 3}", "name": f"Name-{n}"}]
        charges = 40 if n % 25 == 7 else dice.randrange(4)
        events += [{"type": "charge.recorded", "charge_no": k, "level": "felony"} for k in range(charges)]
        if n % 4 == 0:
            grounds = dice.choice([[], ["records checked"], ["stated", "records checked"]])
            events.append({"type": "determination.made", "outcome": "refer", "grounds": grounds})
        events.append({"type": "custody.released", "cause": f"cause-{n}"})
        dice.shuffle(events)
        made.append(
            [
                {
                    "subject": f"b-{n:05}",
                    "id": UUID(int=n * 100 + k),
                    "version": 1,
                    "agency": "NC0600000",
                    "zone": "America/New_York",
                    "source_kind": "import",
                    "occurred_at": START + timedelta(hours=n, minutes=k),
                    **event,
                }
                for k, event in enumerate(events)
            ]
        )
    return made


def table(rows: list[dict[str, Any]], *, coded: bool = False) -> pa.Table:
    types = {"id": pa.uuid(), "occurred_at": INSTANT, "grounds": pa.list_(pa.string())}
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        if name == "id":
            values = [value.bytes for value in values]
        columns[name] = pa.array(values, types.get(name))
        if coded and pa.types.is_string(columns[name].type):
            columns[name] = columns[name].dictionary_encode()
    return pa.table(columns)


def written(out: Path, made: list[list[dict[str, Any]]], step: int, *, coded: bool = False) -> Record:
    with RecordWriter(out) as writer:
        for first in range(0, len(made), step):
            rows = [row for history in made[first : first + step] for row in history]
            writer.add_sorted(BOOKING, table(rows, coded=coded))
        writer.commit(kind="simulation", provides=all_fields())
    return Record(out)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PART_EVENTS", 101)
    monkeypatch.setattr(writing, "ROW_GROUP", 25)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("coded", [False, True])
def test_every_history_comes_back_as_it_was_given(tmp_path: Path, coded: bool) -> None:
    made = histories(300)
    record = written(tmp_path / "r", made, 37, coded=coded)
    found = list(record.histories(BOOKING))
    assert [subject for subject, _ in found] == [history[0]["subject"] for history in made]
    pos = 0
    for case, (history, (_, rows)) in enumerate(zip(made, found, strict=True)):
        for event, row in zip(history, rows, strict=True):
            given = {key: value for key, value in event.items() if key != "name"}
            assert row == {"case": case, "pos": pos, **given}
            pos += 1


@pytest.mark.usefixtures("small")
def test_a_file_has_the_columns_of_its_type_in_order_of_pos(tmp_path: Path) -> None:
    record = written(tmp_path / "r", histories(300), 50)
    for file in record.manifest.parts[BOOKING][1].files:
        stored = pq.read_table(tmp_path / "r" / file.file)
        assert stored.column_names == type_schema(file.type).names
        assert set(stored["type"].to_pylist()) == {file.type}
        assert stored["pos"].to_pylist() == sorted(stored["pos"].to_pylist())
        assert len(stored) == file.events


@pytest.mark.usefixtures("small")
def test_parts_are_whole_histories_whatever_the_batches(tmp_path: Path) -> None:
    made = histories(300)
    manifests = [written(tmp_path / str(step), made, step).manifest for step in (1, 7, 300)]
    assert manifests[0].parts == manifests[1].parts == manifests[2].parts
    parts = manifests[0].parts[BOOKING]
    assert len(parts) > 5
    assert [part.first_case for part in parts] == [
        sum(part.cases for part in parts[:n]) for n in range(len(parts))
    ]
    assert all(101 <= part.events < 101 + 43 for part in parts[:-1])
    first = 0
    for part in parts:
        assert part.events == sum(map(len, made[first : first + part.cases]))
        assert part.events == sum(file.events for file in part.files)
        assert [file.type for file in part.files] == sorted({file.type for file in part.files})
        first += part.cases
    assert first == 300


@pytest.mark.usefixtures("small")
def test_a_row_group_ends_where_a_history_ends(tmp_path: Path) -> None:
    record = written(tmp_path / "r", histories(300), 300)
    groups = 0
    for path in record.files(BOOKING):
        with pq.ParquetFile(path) as file:
            read = [file.read_row_group(n, ["case"])["case"].to_pylist() for n in range(file.num_row_groups)]
        assert all(before[-1] < after[0] for before, after in pairwise(read))
        # Only one history that is longer than a row group may make it longer.
        assert all(len(cases) <= 25 or len(set(cases)) == 1 for cases in read)
        groups += len(read)
    assert groups > len(record.files(BOOKING))


def test_text_stays_a_dictionary_and_subjects_are_not_stored_anew(tmp_path: Path) -> None:
    record = written(tmp_path / "r", histories(300), 300)
    (path,) = record.files(BOOKING, ["determination.made"])
    group = pq.read_metadata(path).row_group(0)
    encodings = {
        (column := group.column(n)).path_in_schema: set(column.encodings) for n in range(group.num_columns)
    }
    assert all("RLE_DICTIONARY" in encodings[n] for n in ("agency", "outcome", "grounds.list.element"))
    assert "DELTA_BYTE_ARRAY" in encodings["subject"]
    assert all("DELTA_BINARY_PACKED" in encodings[n] for n in ("case", "pos", "occurred_at", "source_row"))
    assert "PLAIN" in encodings["id"]


@pytest.mark.parametrize("row_group", [7, 1000])
def test_a_part_is_read_by_type_and_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row_group: int
) -> None:
    monkeypatch.setattr(writing, "ROW_GROUP", row_group)
    made = histories(90)
    record = written(tmp_path / "r", made, 30)
    (part,) = record.parts(BOOKING)
    part = pickle.loads(pickle.dumps(part))
    assert isinstance(part, EventPart)
    wanted = ["subject", "outcome", "grounds", "occurred_at", "cause"]
    read = part.read("determination.made", wanted)
    assert read.column_names == ["subject", "occurred_at", "outcome", "grounds"]
    word = pa.dictionary(pa.int32(), pa.string())
    assert read.schema.types == [word, INSTANT, word, pa.list_(word)]
    given = [row for history in made for row in history if row["type"] == "determination.made"]
    assert read["subject"].to_pylist() == [row["subject"] for row in given]
    assert read["grounds"].to_pylist() == [row["grounds"] for row in given]


def test_a_value_in_a_field_that_the_type_lacks_is_refused(tmp_path: Path) -> None:
    """Nothing is lost without a word: the file of the type has no column for it."""
    made = histories(2)
    made[1][0] |= {"type": "person.booked", "cause": "bond"}
    with pytest.raises(RecordError, match=r"person[.]booked has no field cause, but event .*64 gives 'bond'"):
        written(tmp_path / "r", made, 2)
    assert not (tmp_path / "r").exists()


def replaced(record: Record, event_type: str, change: Any) -> Path:
    (path,) = record.files(BOOKING, [event_type])
    pq.write_table(change(pq.read_table(path)), path)
    return path


def _read(part: EventPart) -> None:
    part.read("custody.released", ["case", "cause"])


def _view(part: EventPart) -> None:
    connection = duckdb.connect()
    create_events(connection, "events", BOOKING, [part], ["custody.released"])
    connection.execute("SELECT count(cause) FROM events")


@pytest.mark.parametrize("use", [_read, _view])
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda t: t.drop_columns("cause"), "has no column cause"),
        (lambda t: t.drop_columns("zone"), "has no column zone"),
        (
            lambda t: t.set_column(t.schema.get_field_index("case"), "case", t["case"].cast(pa.string())),
            "has a column case of string, not int64",
        ),
    ],
)
def test_a_file_that_lacks_a_column_is_named(tmp_path: Path, use: Any, change: Any, problem: str) -> None:
    record = written(tmp_path / "r", histories(5), 5)
    path = replaced(record, "custody.released", change)
    (part,) = relisted(tmp_path / "r").parts(BOOKING)
    with pytest.raises(RecordError, match=f"{path} {problem}: restore it or run the intake again"):
        use(part)


@pytest.mark.parametrize("use", [_read, _view])
def test_a_file_that_is_gone_or_no_parquet_is_named(tmp_path: Path, use: Any) -> None:
    record = written(tmp_path / "r", histories(5), 5)
    (part,) = record.parts(BOOKING)
    path = Path(part.files["custody.released"])
    whole = path.read_bytes()
    path.write_bytes(b"PAR1")
    with pytest.raises(RecordError, match=f"{path} is not the file that the manifest names"):
        use(part)
    path.write_bytes(b"PAR1" * (len(whole) // 4))
    (listed,) = relisted(tmp_path / "r").parts(BOOKING)
    with pytest.raises(RecordError, match=f"{path} cannot be read .*: restore it"):
        use(listed)
    path.unlink()
    with pytest.raises(RecordError, match=f"{path} is missing: restore it"):
        use(part)


def _problem(record: Record) -> str:
    """What reading all histories says; any error but a `RecordError` fails the test."""
    try:
        list(record.histories(BOOKING))
    except RecordError as error:
        return str(error)
    return ""


def test_damage_within_a_file_is_named_or_shows_in_its_hash(tmp_path: Path) -> None:
    """The size is as the manifest says: what reading does not notice, the hash does."""
    record = written(tmp_path / "r", histories(300), 300)
    (path,) = record.files(BOOKING, ["custody.released"])
    whole, noticed = path.read_bytes(), 0
    for seed in range(40):
        dice = random.Random(seed)
        damaged = bytearray(whole)
        damaged[dice.randrange(4, len(whole))] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        record = Record(tmp_path / "r")
        ((file, now),) = (pair for pair in record.hashes() if tmp_path / "r" / pair[0].file == path)
        assert file.sha256 != now
        noticed += str(path) in _problem(record)
    assert noticed


def test_a_file_of_another_part_shows_in_its_hash(tmp_path: Path) -> None:
    write(tmp_path / "a", 3)
    write(tmp_path / "b", 3)
    record = Record(tmp_path / "a")
    (path,) = record.files(BOOKING, ["person.booked"])
    content = path.read_bytes()
    path.write_bytes(content.replace(b"NC0600000", b"NC0600001"))
    assert path.read_bytes() != content
    changed = [file.file for file, now in Record(tmp_path / "a").hashes() if now != file.sha256]
    assert changed == ["events/booking/person.booked/part-00000.parquet"]


# --- SQL ---------------------------------------------------------------------------------------------------


def test_a_view_has_all_columns_also_of_types_that_do_not_occur(tmp_path: Path) -> None:
    record = written(tmp_path / "r", histories(30), 30)
    connection = duckdb.connect()
    create_events(
        connection, "events", BOOKING, record.parts(BOOKING), ["custody.released", "interview.held"]
    )
    columns = [row[0] for row in connection.execute("DESCRIBE events").fetchall()]
    assert sorted(columns) == sorted(event_schema(BOOKING).names)
    counted = "SELECT count(*), count(cause), count(language), min(type), max(type) FROM events"
    assert connection.execute(counted).fetchall() == [(30, 30, 0, *["custody.released"] * 2)]


def test_a_view_of_no_parts_is_empty(tmp_path: Path) -> None:
    connection = duckdb.connect()
    create_standing(connection, "events", BOOKING, [], ["person.booked"])
    assert connection.execute("SELECT count(*) FROM events WHERE zone = 'UTC'").fetchall() == [(0,)]


@pytest.mark.usefixtures("small")
def test_what_another_event_corrects_is_left_out(tmp_path: Path) -> None:
    made = histories(60)
    wrong = next(row for row in made[50] if row["type"] == "custody.released")
    made[50].append(wrong | {"id": UUID(int=9**9), "corrects": wrong["id"].bytes, "cause": "corrected"})
    kept = [row["cause"] for history in made for row in history if "cause" in row]
    kept.remove(wrong["cause"])
    record = written(tmp_path / "r", made, 60)
    connection = duckdb.connect()
    create_standing(connection, "events", BOOKING, record.parts(BOOKING), ["custody.released"])
    rows = connection.execute("SELECT cause FROM events ORDER BY pos").fetchall()
    assert [cause for (cause,) in rows] == kept
    assert len(record.parts(BOOKING)) > 1


@pytest.mark.parametrize("name", ["it's", "a [b] *?", "type=x"])
def test_any_folder_name_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "a b").mkdir()
    record = written(tmp_path / name, histories(5), 5)
    connection = duckdb.connect()
    create_events(connection, "events", BOOKING, record.parts(BOOKING), ["person.booked"])
    assert connection.execute("SELECT DISTINCT type FROM events").fetchall() == [("person.booked",)]
    with naming_damage(record):
        found = connection.execute(f"SELECT count(*) FROM {scan(*record.files(BOOKING))}").fetchall()
    assert found == [(sum(part.events for part in record.parts(BOOKING)),)]
