"""Sealed records: the ledger is written with the record, and a check finds what was changed in it."""

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from evenhand.record.columns import type_schema
from evenhand.record.events import EVENT_TYPES, Event, SubjectKind
from evenhand.record.ledger.check import CheckResult, check
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.expunge import expunge
from evenhand.record.ledger.keys import verifiers_in
from evenhand.record.ledger.ledger import Order
from evenhand.record.ledger.note import Signer
from evenhand.record.ledger.proof import check_inclusion, prove_inclusion
from evenhand.record.ledger.seal import seal
from evenhand.record.ledger.sealed import OPENINGS, SALTS, SEALS
from evenhand.record.ledger.tiles import TileFolder
from evenhand.record.ledger.verify import read_checkpoint, verify
from evenhand.record.store import Record, all_fields
from evenhand.record.writer import RecordWriter
from ledger.made import booked, disposed, series, table_of
from ledger.test_command import Shell

BOOKINGS = 400


def officers() -> list[Event]:
    made = []
    for number in range(20):
        base = dict(booked(number, seed=9))
        fields = {k: v for k, v in base.items() if k in Event.model_fields}
        made.append(
            EVENT_TYPES["officer.nominated"].model_validate(
                {**fields, "subject": f"officer-{number}", "name": f"Named-{number}" if number % 3 else None}
            )
        )
    return made


def posters() -> list[Event]:
    """Events of a kind without any personal part."""
    base = {k: v for k, v in dict(disposed(1, seed=7)).items() if k in Event.model_fields}
    return [
        EVENT_TYPES["poster.attested"].model_validate(
            {**base, "subject": "jail-1", "languages": ("en", "es")}
        )
    ]


def make(out: Path, *, signer: Signer | None = None, entries: bool = True) -> Path:
    with RecordWriter(out) as writer:
        writer.add(SubjectKind.BOOKING, table_of(SubjectKind.BOOKING, series(BOOKINGS)))
        writer.add(SubjectKind.OFFICER, table_of(SubjectKind.OFFICER, officers()))
        writer.add(SubjectKind.FACILITY, table_of(SubjectKind.FACILITY, posters()))
        writer.commit(kind="simulation", provides=all_fields())
        seal(writer.folder, signer=signer, entries=entries)
    return out


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("pristine") / "record")


@pytest.fixture
def record(pristine: Path, tmp_path: Path) -> Path:
    shutil.copytree(pristine, tmp_path / "record")
    return tmp_path / "record"


def result(record: Path) -> CheckResult:
    found = check(record)
    assert found is not None
    return found


def test_a_clean_record_matches_its_ledger(record: Path) -> None:
    found = result(record)
    assert found.ok, found.sentence
    assert (found.events, found.size, found.erased) == (BOOKINGS + 21, BOOKINGS + 22, 0)
    assert found.own_key
    assert found.checkpoint == (record / "ledger/checkpoint").read_text()
    assert found.root in found.checkpoint
    verified = verify(record / "ledger", verifiers_in(record / "ledger"))
    assert verified.leaves == found.size
    Record(record)


def test_the_ledger_holds_no_personal_part(record: Path) -> None:
    for path in (record / "ledger").rglob("*"):
        if path.is_file():
            assert b"Secret-" not in path.read_bytes()
            assert b"Named-" not in path.read_bytes()


def test_the_ledger_of_a_record_tells_nothing_of_its_events(record: Path) -> None:
    """No value of any event is in what is published, nor how many events of a type there are."""
    published = b"".join(p.read_bytes() for p in (record / "ledger").rglob("*") if p.is_file())
    for event in (*series(BOOKINGS), *officers()):
        for value in (event.subject, str(event.id), event.type, event.occurred_at.strftime("%H:%M")):
            assert value.encode() not in published
    assert b"part-0000" not in published
    assert b"manifest" not in published


def test_an_old_sealed_record_is_named_with_the_remedy(record: Path) -> None:
    (record / SEALS).rename(record / "ledger/seals.jsonl")
    found = result(record)
    assert not found.ok
    assert "from its source with --ledger" in found.sentence


def test_a_record_without_a_ledger_is_told_apart(record: Path) -> None:
    shutil.rmtree(record / "ledger")
    assert check(record) is None


def test_a_record_is_sealed_once(record: Path) -> None:
    with pytest.raises(LedgerError, match="sealed already"):
        seal(record)


def test_without_copies_of_the_leaves(tmp_path: Path) -> None:
    record = make(tmp_path / "record", entries=False)
    assert not (record / "ledger/tile/entries").exists()
    assert result(record).ok
    change_cell(record, random.Random(1))
    assert not result(record).ok


def test_a_key_that_the_reader_holds(tmp_path: Path) -> None:
    """Whoever seals a changed record anew, with a key of their own, is found out by the key."""
    signer = Signer.generate("ledger.example/imports")
    record = make(tmp_path / "record", signer=signer)
    found = check(record, [signer.verifier])
    assert found is not None
    assert found.ok
    assert not found.own_key
    change_cell(record, random.Random(2))
    shutil.rmtree(record / "ledger")
    seal(record, origin=signer.name)
    assert result(record).ok
    found = check(record, [signer.verifier])
    assert found is not None
    assert not found.ok
    assert found.place == "checkpoint"


# --- what may be changed -----------------------------------------------------------------------------------

Change = Callable[[Path, random.Random], str | None]
PART = "events/booking/person.booked/part-00000.parquet"
ROWS = BOOKINGS // 2
"""Every other event is a booking; the rest are dispositions of charges."""


def rewrite(record: Path, name: str, change: Callable[[pa.Table], pa.Table], schema: pa.Schema) -> None:
    path = record / name
    table = change(pq.read_table(path, schema=schema))
    pq.write_table(table.cast(schema), path, store_schema=False)
    manifest = json.loads((record / "manifest.json").read_bytes())
    for file in files_of(manifest):
        if file["file"] == name:
            file["events"] = len(table)
    (record / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def files_of(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [file for parts in manifest["parts"].values() for part in parts for file in part["files"]]


def events(record: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    rewrite(record, PART, change, type_schema("person.booked"))


def place_of(record: Path, row: int) -> str:
    return f"row {row})" if row >= 0 else ""


def change_cell(record: Path, chance: random.Random) -> str:
    row = chance.randrange(ROWS)
    column = chance.choice(["occurred_at", "facility", "actor", "agency", "zone", "reason", "subject"])

    def change(table: pa.Table) -> pa.Table:
        values = table[column].to_pylist()
        values[row] = (
            values[row].replace(year=2025) if column == "occurred_at" else f"{values[row] or ''}-changed"
        )
        at = table.schema.get_field_index(column)
        return table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))

    events(record, change)
    return place_of(record, row)


def drop_row(record: Path, chance: random.Random) -> str:
    row = chance.randrange(ROWS - 1)
    events(record, lambda t: pa.concat_tables([t.slice(0, row), t.slice(row + 1)]))
    return place_of(record, row)


def repeat_row(record: Path, chance: random.Random) -> str:
    row = chance.randrange(ROWS)
    events(record, lambda t: pa.concat_tables([t.slice(0, row + 1), t.slice(row)]))
    return place_of(record, row + 1) if row + 1 < ROWS else ""


def swap_rows(record: Path, chance: random.Random) -> str:
    one, two = sorted(chance.sample(range(ROWS), 2))
    order = list(range(ROWS))
    order[one], order[two] = two, one
    events(record, lambda t: t.take(order))
    return place_of(record, one)


def drop_tail(record: Path, chance: random.Random) -> str:
    events(record, lambda t: t.slice(0, ROWS - chance.randrange(1, 50)))
    return ""


def move_to_another_time(record: Path, chance: random.Random) -> str:
    """Back-date a stretch of events by a day."""
    start = chance.randrange(ROWS - 10)

    def change(table: pa.Table) -> pa.Table:
        moved = pc.subtract(table["occurred_at"], pa.scalar(86_400_000_000, pa.duration("us")))
        chosen = pa.array([start <= n < start + 10 for n in range(len(table))])
        at = table.schema.get_field_index("occurred_at")
        return table.set_column(at, table.schema.field(at), pc.if_else(chosen, moved, table["occurred_at"]))

    events(record, change)
    return place_of(record, start)


def _personal(record: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    path = record / "personal/booking/person.booked/part-00000.parquet"
    pq.write_table(change(pq.read_table(path)), path)


def change_personal(record: Path, chance: random.Random) -> str:
    def change(table: pa.Table) -> pa.Table:
        row, values = chance.randrange(len(table)), table["birth_date"].to_pylist()
        values[row] = "1991-01-01"
        return table.set_column(table.schema.get_field_index("birth_date"), "birth_date", pa.array(values))

    _personal(record, change)
    return "event "


def drop_personal(record: Path, chance: random.Random) -> str:
    row = chance.randrange(ROWS)
    _personal(record, lambda t: pa.concat_tables([t.slice(0, row), t.slice(row + 1)]))
    return "event "


def swap_personal(record: Path, chance: random.Random) -> str:
    """Give the personal part of one booking to another."""
    one, two = chance.sample(range(ROWS), 2)

    def change(table: pa.Table) -> pa.Table:
        order = list(range(len(table)))
        order[one], order[two] = two, one
        return table.take(order).set_column(0, table.schema.field(0), table["id"])

    _personal(record, change)
    return "event "


def add_personal(record: Path, chance: random.Random) -> str:
    """Give one to an event that has none."""

    def change(table: pa.Table) -> pa.Table:
        row = table.slice(0, 1).to_pylist()[0] | {"id": disposed(1).id.bytes}
        return pa.concat_tables([table, pa.Table.from_pylist([row], schema=table.schema)])

    _personal(record, change)
    return f"event {disposed(1).id}"


def erase_without_order(record: Path, chance: random.Random) -> str:
    row = chance.randrange(ROWS)
    _personal(record, lambda t: pa.concat_tables([t.slice(0, row), t.slice(row + 1)]))
    path = record / "salts/booking/person.booked/part-00000.parquet"
    table = pq.read_table(path, schema=SALTS)
    pq.write_table(pa.concat_tables([table.slice(0, row), table.slice(row + 1)]), path)
    return "event "


def change_salt_of_a_case(record: Path, chance: random.Random) -> str:
    row = chance.randrange(ROWS)
    path = record / "openings/booking/person.booked/part-00000.parquet"
    table = pq.read_table(path, schema=OPENINGS)
    salts = table["salt"].to_pylist()
    salts[row] = chance.randbytes(32)
    pq.write_table(table.set_column(0, OPENINGS.field(0), pa.array(salts, pa.binary(32))), path)
    return place_of(record, row)


def drop_openings(record: Path, chance: random.Random) -> str:
    (record / "openings/booking/person.booked/part-00000.parquet").unlink()
    return place_of(record, 0)


def change_manifest(record: Path, chance: random.Random) -> str:
    """Say that the record ends earlier, so that deadlines count as not missed yet."""
    path = record / "manifest.json"
    said = json.loads(path.read_bytes())
    said["observed_until"] = "2026-03-01T00:00:00Z"
    path.write_text(json.dumps(said))
    return "manifest.json"


def add_part(record: Path, chance: random.Random) -> str:
    name = PART.replace("00000", "00001")
    shutil.copy(record / PART, record / name)
    path = record / "manifest.json"
    said = json.loads(path.read_bytes())
    (part,) = said["parts"]["booking"]
    (file,) = (file for file in part["files"] if file["file"] == PART)
    said["parts"]["booking"].append({**part, "files": [{**file, "file": name, "personal": None}]})
    path.write_text(json.dumps(said))
    return "manifest.json"


def change_statement(record: Path, chance: random.Random) -> str:
    path = record / SEALS
    path.write_bytes(path.read_bytes().replace(b'"version":2', b'"version":3'))
    return "the statement"


def drop_statement(record: Path, chance: random.Random) -> str:
    (record / SEALS).write_bytes(b"")
    return ""


def change_checkpoint(record: Path, chance: random.Random) -> str:
    path = record / "ledger/checkpoint"
    raw = bytearray(path.read_bytes())
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    path.write_bytes(raw)
    return "checkpoint"


def break_file(record: Path, chance: random.Random) -> str:
    path = record / PART
    raw = bytearray(path.read_bytes())
    del raw[chance.randrange(len(raw)) :]
    path.write_bytes(raw)
    return ""


CHANGES: list[Change] = [
    change_cell,
    drop_row,
    repeat_row,
    swap_rows,
    drop_tail,
    move_to_another_time,
    change_personal,
    drop_personal,
    swap_personal,
    add_personal,
    erase_without_order,
    change_salt_of_a_case,
    drop_openings,
    change_manifest,
    add_part,
    change_statement,
    drop_statement,
    change_checkpoint,
    break_file,
]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_is_found_with_its_place(record: Path, change: Change, seed: int) -> None:
    place = change(record, random.Random(seed))
    found = result(record)
    assert not found.ok
    assert found.place
    assert found.problem
    assert place is not None
    assert place in found.place, (found.place, found.problem)
    assert found.place in found.sentence


def test_the_command_verifies_a_record(record: Path, tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    (key,) = (record / "ledger").glob("*.vkey")
    said = shell.run("verify", record, "--key", key)
    assert said.count("Verified:") == 2
    assert "The record matches its ledger" in said
    drop_row(record, random.Random(3))
    done = shell.result("verify", record, "--key", key)
    assert done.exit_code == 1
    assert PART in done.stderr


def test_a_result_says_so_in_a_sentence(record: Path) -> None:
    found = result(record)
    assert "matches its ledger" in found.sentence
    assert "a key given by the reader" in replace(found, own_key=False).sentence


# --- erasing from a sealed record --------------------------------------------------------------------------


def test_erasing_from_a_record_keeps_every_proof(record: Path, tmp_path: Path) -> None:
    ledger, keys = record / "ledger", verifiers_in(record / "ledger")
    before = read_checkpoint(ledger / "checkpoint", keys)
    index = 60
    proof = prove_inclusion(TileFolder(ledger, before.checkpoint.size), index, before.note.dump())
    victims = [booked(n) for n in (0, 40, BOOKINGS - 2)]
    path = record / "salts/booking/person.booked/part-00000.parquet"
    openings = pq.read_table(path, schema=SALTS).to_pylist()
    salts = {row["id"].bytes: row["salt"] for row in openings}
    order = Order("District Court 12, no. 2026-0042", actor="administrator-1")
    expunge(record, [event.id for event in victims], order)
    found = result(record)
    assert found.ok, found.sentence
    assert (found.erased, found.events) == (3, BOOKINGS + 24)
    assert found.size == before.checkpoint.size + 4
    assert "3 personal parts were erased" in found.sentence
    after = verify(ledger, verifiers_in(ledger), known=[before])
    assert after.leaves == found.size
    assert check_inclusion(proof, keys).checkpoint == before.checkpoint
    orders = [row for _, rows in Record(record).histories(SubjectKind.SYSTEM) for row in rows]
    assert len({row["subject"] for row in orders}) == len(victims)
    assert all(row["subject"].isdecimal() and row["what"] == "personal" for row in orders)
    assert {row["court_order"] for row in orders} == {order.text}
    columns = [pq.read_table(p) for p in record.rglob("*.parquet")]
    held = str([table.to_pylist() for table in columns])
    for event in victims:
        assert str(event.name) not in held  # type: ignore[attr-defined]
        assert str(salts[event.id.bytes]) not in held
    assert str(booked(2).name) in held  # type: ignore[attr-defined]
    assert Record(record).manifest.counts.events["record.erased"] == 3


def test_erasing_twice_and_by_command(record: Path, tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    run = ("erase", booked(6).id, "--ledger", record, "--order", "Court, no. 1")
    shell.run(*run)
    shell.run(*run, code=2)
    shell.run("erase", booked(8).id, "--ledger", record, "--order", "Court, no. 2")
    shell.run("erase", disposed(1).id, "--ledger", record, "--order", "Court, no. 3", code=2)
    found = result(record)
    assert found.ok, found.sentence
    assert found.erased == 2
    drop_row(record, random.Random(1))
    shell.run("erase", booked(10).id, "--ledger", record, "--order", "Court, no. 4", code=1)


def test_an_erased_record_is_still_watched(record: Path) -> None:
    expunge(record, [booked(6).id], Order("Court, no. 1"))
    path = record / "events/system/record.erased/part-00000.parquet"
    table = pq.read_table(path)
    at = table.schema.get_field_index("court_order")
    pq.write_table(table.set_column(at, "court_order", pa.array(["Another"])), path)
    found = result(record)
    assert not found.ok
    assert "events/system" in str(found.place)
