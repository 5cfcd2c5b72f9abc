"""Leaves: canonical bytes, the same one by one and by table, and commitments."""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.record.events import EVENT_TYPES, Event, SubjectKind, parse, types_of
from evenhand.record.ledger import columns
from evenhand.record.ledger.leaf import commitment, entry_of, new_salt, opens, parts_of
from ledger.made import KINDS, TYPES, booked, disposed, events_of, table_of


@pytest.mark.parametrize("event_type", TYPES)
@settings(max_examples=4)
@given(data=st.data())
def test_a_leaf_is_canonical_and_gives_the_event_back(event_type: str, data: st.DataObject) -> None:
    event = data.draw(events_of(event_type))
    entry = entry_of(event)
    parsed = json.loads(entry.leaf)
    assert rfc8785.dumps(parsed) == entry.leaf
    parsed.pop("commitment", None)
    assert parsed.pop("type") == event_type
    assert parsed.pop("version") == 1
    personal = json.loads(entry.personal) if entry.personal else {}
    assert EVENT_TYPES[event_type].model_validate({**parsed, **personal}) == event


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12)
@given(data=st.data())
def test_a_table_gives_the_same_leaves_as_its_events(kind: SubjectKind, data: st.DataObject) -> None:
    events: list[Event] = data.draw(
        st.lists(st.sampled_from(types_of(kind)).flatmap(events_of), min_size=1, max_size=6)
    )
    table = table_of(kind, events)
    given_parts = [i for i, event in enumerate(events) if parts_of(event)[1]]
    salts = columns.new_salts(len(given_parts))
    names = ["id", *columns.personal_fields(kind)]
    parts = columns.personal_parts(kind, table.select(names).take(pa.array(given_parts, pa.int64())))
    sealed: list[str | None] = [None] * len(events)
    texts = columns.commitments_to(parts, salts).to_pylist()
    for at, text in zip(given_parts, texts, strict=True):
        sealed[at] = text
    public = table.drop_columns(columns.personal_fields(kind))
    leaves = columns.leaves_of(public, pa.array(sealed, pa.string())).to_pylist()
    by_event = dict(zip(given_parts, salts.to_pylist(), strict=True))
    entries = [entry_of(event, salt=by_event.get(i)) for i, event in enumerate(events)]
    assert leaves == [entry.leaf for entry in entries]
    assert parts.to_pylist() == [entries[i].personal for i in given_parts]
    whole = columns.leaves_of(public.slice(1), pa.array(sealed, pa.string()).slice(1)).to_pylist()
    assert whole == leaves[1:]


def test_the_ledgers_own_time_stands_in_the_leaf() -> None:
    moment = datetime(2026, 5, 1, 12, tzinfo=UTC)
    event = disposed(1)
    table = table_of(SubjectKind.BOOKING, [event]).drop_columns(columns.personal_fields(SubjectKind.BOOKING))
    leaf = entry_of(event, appended_at=moment).leaf
    assert columns.leaves_of(table, appended_at=moment).to_pylist() == [leaf]
    assert json.loads(leaf)["appended_at"] == "2026-05-01T12:00:00.000000Z"


def test_the_personal_part_is_not_in_the_leaf_but_committed_to() -> None:
    event = booked(3, name="Somebody")
    first, second = entry_of(event), entry_of(event)
    assert b"Somebody" not in first.leaf
    assert b"birth_date" not in first.leaf
    assert first.personal == second.personal
    one, two = json.loads(first.leaf), json.loads(second.leaf)
    assert one.pop("commitment") != two.pop("commitment")
    assert one == two
    assert first.personal is not None
    assert first.salt is not None
    assert opens(json.loads(first.leaf), first.personal, first.salt)
    assert not opens(json.loads(second.leaf), first.personal, first.salt)
    assert not opens(json.loads(first.leaf), first.personal.replace(b"Somebody", b"Somebodx"), first.salt)


def test_salts_are_long_and_fresh() -> None:
    assert len({new_salt() for _ in range(1000)}) == 1000
    assert len(new_salt()) * 8 >= 128
    assert len(set(columns.new_salts(1000).to_pylist())) == 1000
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(b"short", b"{}")


def test_an_event_without_a_latest_moment_keeps_the_leaf_that_it_had_before_there_was_one() -> None:
    said = {
        "type": "charge.disposed",
        "version": 1,
        "id": "01980000-0000-7000-8000-000000000001",
        "subject": "booking-1",
        "agency": "TX0000000",
        "occurred_at": "2026-03-01T08:00:00.000000Z",
        "zone": "America/Chicago",
        "source_kind": "desk",
        "charge_no": 1,
        "disposition": "dismissed",
    }
    leaf = rfc8785.dumps(said)
    event = parse(said)
    assert event.occurred_by is None
    assert entry_of(event).leaf == leaf
    table = table_of(SubjectKind.BOOKING, [event])
    public = table.drop_columns(columns.personal_fields(SubjectKind.BOOKING))
    assert columns.leaves_of(public).to_pylist() == [leaf]
    later = parse(said | {"occurred_by": "2026-03-01T08:00:59.999999Z"})
    assert b'"occurred_by":"2026-03-01T08:00:59.999999Z"' in entry_of(later).leaf
