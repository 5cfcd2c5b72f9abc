"""Leaves: what is public, canonical bytes, the same one by one and by table, and commitments."""

import json
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.record.events import (
    EVENT_TYPES,
    FIELDS,
    PUBLIC,
    Event,
    SubjectKind,
    json_schema,
    parse,
    types_of,
)
from evenhand.record.events.public import ALWAYS
from evenhand.record.ledger import columns
from evenhand.record.ledger.errors import VerificationError
from evenhand.record.ledger.leaf import (
    commitment,
    entry_of,
    event_fields,
    new_salt,
    open_case,
    open_personal,
    opens,
)
from evenhand.record.ledger.ledger import entries_of
from ledger.made import KINDS, TYPES, booked, events_of, table_of

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("event_type", TYPES)
@settings(max_examples=4)
@given(data=st.data())
def test_the_parts_are_canonical_and_give_the_event_back(event_type: str, data: st.DataObject) -> None:
    event = data.draw(events_of(event_type))
    entry = entry_of(event, appended_at=MOMENT)
    parts = [entry.leaf, entry.case.part, *([entry.personal.part] if entry.personal else [])]
    assert all(rfc8785.dumps(json.loads(part)) == part for part in parts)
    case = open_case(0, entry.leaf, entry.case)
    personal = open_personal(0, case, entry.personal)
    assert case["appended_at"] == "2026-05-01T12:00:00.000000Z"
    assert parse(event_fields(case, personal)) == event


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12)
@given(data=st.data())
def test_a_table_gives_the_same_leaves_as_its_events(kind: SubjectKind, data: st.DataObject) -> None:
    events: list[Event] = data.draw(
        st.lists(st.sampled_from(types_of(kind)).flatmap(events_of), min_size=1, max_size=6)
    )
    table = table_of(kind, events)
    for made in (entries_of(kind, table, appended_at=MOMENT), entries_of(kind, table.slice(1))):
        wanted = events[-len(made) :]
        appended_at = MOMENT if len(made) == len(events) else None
        for event, entry in zip(wanted, made, strict=True):
            salts = {"salt": entry.case.salt, "personal_salt": entry.personal and entry.personal.salt}
            assert entry == entry_of(event, appended_at=appended_at, **salts)
        if len(events) == 1:
            break


@pytest.mark.parametrize("event_type", sorted(set(TYPES) - set(PUBLIC)))
@settings(max_examples=4)
@given(data=st.data())
def test_a_leaf_shows_agency_and_day_alone(event_type: str, data: st.DataObject) -> None:
    """Nothing else, not even whether there is a personal part, unless the type is stated to be public."""
    leaf = json.loads(entry_of(data.draw(events_of(event_type)), appended_at=MOMENT).leaf)
    assert leaf.pop("commitment").startswith("hmac-sha256:")
    assert leaf == {"agency": "TX0000000", "appended_on": "2026-05-01", "leaf": 2}


@pytest.mark.parametrize("event_type", sorted(PUBLIC))
@settings(max_examples=6)
@given(data=st.data())
def test_a_public_type_shows_the_fields_that_are_stated_to_be_public(
    event_type: str, data: st.DataObject
) -> None:
    event = data.draw(events_of(event_type))
    leaf = json.loads(entry_of(event, appended_at=MOMENT).leaf)
    for name in ALWAYS:
        leaf.pop(name)
    assert set(leaf) <= set(PUBLIC[event_type])
    given = {"type": event.type, "version": event.version, **dict(event)}
    for name, value in leaf.items():
        if isinstance(given[name], datetime):
            assert value == given[name].astimezone(UTC).date().isoformat()
        else:
            assert value == (list(given[name]) if isinstance(given[name], tuple) else given[name])


def test_every_public_field_exists_and_says_why_it_may_be_public() -> None:
    envelope = {"id", "recorded_at", "actor", "actor_role", "reason", "source_file", "source_row", "corrects"}
    schema = json_schema()
    for event_type, fields in PUBLIC.items():
        known = {"type", "version", *EVENT_TYPES[event_type].model_fields}
        assert set(fields) <= known - envelope - set(ALWAYS)
        assert not any(s.personal for n, s in FIELDS[event_type].items() if n in fields)
        shown = schema["$defs"][event_type]["properties"]
        assert {n: s["x-public"] for n, s in shown.items() if "x-public" in s} == fields
    assert all(why.endswith(".") for fields in [ALWAYS, *PUBLIC.values()] for why in fields.values())
    assert schema["x-public-leaf"] == ALWAYS


def test_only_agreements_facilities_and_the_ledger_itself_show_anything() -> None:
    kinds = {EVENT_TYPES[event_type].subject_kind for event_type in PUBLIC}
    assert kinds == {SubjectKind.AGREEMENT, SubjectKind.FACILITY, SubjectKind.SYSTEM}
    system = {t for t in PUBLIC if EVENT_TYPES[t].subject_kind is SubjectKind.SYSTEM}
    assert system == {"record.erased", "ledger.continued"}


def test_the_same_event_has_another_leaf_each_time() -> None:
    event = booked(3, name="Somebody")
    first, second = entry_of(event), entry_of(event)
    assert first.leaf != second.leaf
    assert b"Somebody" not in first.leaf + first.case.part
    assert first.personal is not None
    assert second.personal is not None
    assert first.personal.part == second.personal.part
    case = json.loads(first.case.part)
    assert opens(json.loads(first.leaf), first.case)
    assert not opens(json.loads(first.leaf), second.case)
    assert opens(case, first.personal)
    assert not opens(case, second.personal)
    assert not opens(case, first.personal._replace(part=first.personal.part.replace(b"Some", b"Other")))


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"{}",
        b"[]",
        b"1",
        b'"text"',
        b"\xff",
        b'{"agency":1}',
        b"[" * 100_000,
        b'{"agency":"TX0000000","type":[]}',
    ],
)
def test_anything_else_in_place_of_a_case_part_is_named(part: bytes) -> None:
    entry = entry_of(booked(3))
    with pytest.raises(VerificationError, match="leaf 7 of the store: its case part or salt"):
        open_case(7, entry.leaf, entry.case._replace(part=part))
    with pytest.raises(VerificationError, match="leaf 7"):
        open_case(7, entry.leaf, entry.case._replace(salt=entry.case.salt[:16]))


def test_salts_are_long_and_fresh() -> None:
    assert len({new_salt() for _ in range(1000)}) == 1000
    assert len(new_salt()) * 8 >= 128
    assert len(set(columns.new_salts(1000).to_pylist())) == 1000
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(b"short", b"{}")
