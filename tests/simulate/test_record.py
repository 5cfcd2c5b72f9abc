"""What a simulated record is like: its bytes, its volumes, its personal part, its export."""

import csv
import hashlib
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenhand.record.columns import event_schema, input_schema
from evenhand.record.events import EVENT_TYPES, SubjectKind, parse
from evenhand.record.store import Record
from evenhand.simulate.people import GROUPS
from simulate.making import make


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def booking_rows(folder: Path) -> list[dict[str, object]]:
    """The bookings' events in order, with all columns of the kind."""
    empty = dict.fromkeys(event_schema(SubjectKind.BOOKING).names)
    histories = Record(folder).histories(SubjectKind.BOOKING)
    return [{**empty, **row} for _, history in histories for row in history]


def personal_rows(folder: Path) -> pa.Table:
    return pa.concat_tables(
        pq.read_table(p) for p in sorted((folder / "personal/booking/person.booked").iterdir())
    )


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make(tmp_path / name, 2000, seed=11)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_another_seed_gives_another_record(tmp_path: Path) -> None:
    first, second = (make(tmp_path / str(seed), 500, seed=seed) for seed in (1, 2))
    assert first.parts[SubjectKind.BOOKING] != second.parts[SubjectKind.BOOKING]


@pytest.mark.parametrize("count", [0, 1, 10, 100])
def test_tiny_records_are_whole(tmp_path: Path, count: int) -> None:
    manifest = make(tmp_path / "r", count)
    assert manifest.counts.cases.get(SubjectKind.BOOKING, 0) == count
    assert len(booking_rows(tmp_path / "r")) == sum(
        number
        for name, number in manifest.counts.events.items()
        if EVENT_TYPES[name].subject_kind is SubjectKind.BOOKING
    )


def test_every_event_is_of_its_type(tmp_path: Path) -> None:
    make(tmp_path / "r", 1000)
    record = Record(tmp_path / "r")
    seen = Counter()
    for kind in SubjectKind:
        for _, rows in record.histories(kind):
            for row in rows:
                parse({k: v for k, v in row.items() if k not in ("case", "pos")})
                seen[row["id"]] += 1
    assert max(seen.values()) == 1


def test_ids_rise_with_time_within_a_booking(tmp_path: Path) -> None:
    make(tmp_path / "r", 500)
    for _, rows in Record(tmp_path / "r").histories(SubjectKind.BOOKING):
        keys = [(row["occurred_at"], row["id"].int) for row in rows]
        assert keys == sorted(keys)
        assert {row["id"].version for row in rows} == {7}


def test_a_booking_has_seven_events_on_average_and_few_a_detainer(tmp_path: Path) -> None:
    make(tmp_path / "r", 20_000, rates={})
    counts = Record(tmp_path / "r").manifest.counts
    of_bookings = sum(
        number
        for name, number in counts.events.items()
        if EVENT_TYPES[name].subject_kind is SubjectKind.BOOKING
    )
    assert 6 < of_bookings / 20_000 < 7.5
    assert 0.05 < counts.events["interview.held"] / 20_000 < 0.1
    assert 0.01 < counts.events["detainer.issued"] / 20_000 < 0.03


def test_all_is_over_when_the_record_ends(tmp_path: Path) -> None:
    manifest = make(tmp_path / "r", 1000)
    assert manifest.observed_until is not None
    last = max(row["recorded_at"] for row in booking_rows(tmp_path / "r"))
    assert last < manifest.observed_until - timedelta(days=7)


# --- the personal part -------------------------------------------------------------------------------------


def test_groups_do_not_depend_on_what_happens_and_nothing_on_them(tmp_path: Path) -> None:
    make(tmp_path / "faults", 3000, seed=8)
    make(tmp_path / "clean", 3000, seed=8, rates={})
    columns = ["person_key", *GROUPS]
    with_faults, clean = (
        personal_rows(tmp_path / name).select(["case", *columns]).to_pylist() for name in ("faults", "clean")
    )
    by_case = {row["case"]: row for row in clean}
    assert all(by_case[row["case"]] == row for row in with_faults)


@pytest.mark.trial
def test_groups_have_their_shares_at_every_depth(tmp_path: Path) -> None:
    make(tmp_path / "r", 30_000, seed=2, rates={})
    people = {row["case"]: row for row in personal_rows(tmp_path / "r").to_pylist()}
    interviewed = {row["case"] for row in booking_rows(tmp_path / "r") if row["type"] == "interview.held"}
    for name, shares in GROUPS.items():
        for value, percent in shares:
            for cases in (people.keys(), interviewed):
                share = sum(people[c][name] == value for c in cases) / len(cases)
                # Five standard errors.
                assert abs(share - percent / 100) < 5 * (percent / 100 / len(cases)) ** 0.5


def test_nobody_has_a_name_and_no_stays_of_a_person_overlap(tmp_path: Path) -> None:
    make(tmp_path / "r", 1000, years=1.0, start=date(2024, 3, 1))
    people = personal_rows(tmp_path / "r")
    assert people["name"].null_count == len(people) == people["birth_date"].null_count
    stays: dict[int, tuple[datetime, datetime]] = {}
    for row in booking_rows(tmp_path / "r"):
        since, until = stays.get(row["case"], (row["occurred_at"], row["occurred_at"]))
        stays[row["case"]] = min(since, row["occurred_at"]), max(until, row["occurred_at"])
    last: dict[str, datetime] = {}
    # A person has a key at each stay of a booking, the same one.
    keys = {row["case"]: row for row in people.to_pylist()}
    for _, row in sorted(keys.items()):
        since, until = stays[row["case"]]
        assert last.get(row["person_key"], since) <= since
        last[row["person_key"]] = until


# --- the export --------------------------------------------------------------------------------------------


def _parsed(name: str, kind: pa.DataType, text: str) -> object:
    if text == "":
        return None
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(text)
    if pa.types.is_boolean(kind):
        return {"true": True, "false": False}[text]
    if pa.types.is_integer(kind):
        return int(text)
    if pa.types.is_list(kind):
        return text.split("|")
    return UUID(text) if kind == pa.uuid() else text


def test_the_export_holds_every_event_of_every_booking(tmp_path: Path) -> None:
    make(tmp_path / "r", 1000, export=tmp_path / "out" / "jail.csv")
    schema = input_schema(SubjectKind.BOOKING)
    with (tmp_path / "out" / "jail.csv").open(newline="", encoding="utf-8") as handle:
        reader = csv.DictReader(handle)
        assert reader.fieldnames == schema.names
        exported = [{n: _parsed(n, schema.field(n).type, row[n]) for n in schema.names} for row in reader]
    personal = {row["id"]: row for row in personal_rows(tmp_path / "r").to_pylist()}
    recorded = booking_rows(tmp_path / "r")
    assert len(exported) == len(recorded)
    for given, kept in zip(exported, recorded, strict=True):
        whole = {**dict.fromkeys(schema.names), **kept, **personal.get(kept["id"], {})}
        assert given == {name: whole[name] for name in schema.names}
