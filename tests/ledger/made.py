"""Made-up events of every type: Hypothesis strategies with awkward texts, and plain series."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa
from hypothesis import strategies as st

from evenhand.record.columns import input_schema
from evenhand.record.events import EVENT_TYPES, FIELDS, STORED, Event, SubjectKind, types_of

ORIGIN = "ledger.example/county"
START = datetime(2026, 3, 1, 8, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12) | st.sampled_from(
    ['a"b', "back\\slash", "tab\tline\n", "\x00\x1f\x7f", "é中😀", "\u2028\u2029", "</script>"]
)
instants = st.datetimes(datetime(1901, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))


def _values(event_type: str, name: str) -> st.SearchStrategy[Any]:
    spec = FIELDS[event_type][name]
    kind = spec.arrow.value_type if pa.types.is_list(spec.arrow) else spec.arrow
    one: st.SearchStrategy[Any]
    if spec.codes:
        one = st.sampled_from(spec.codes).map(str)
    elif name in ("ncic_class", "conviction_class", "pending_class"):
        one = st.sampled_from(["09", "54"])
    elif pa.types.is_boolean(kind):
        one = st.booleans()
    elif pa.types.is_integer(kind):
        one = st.integers(-(2**31), 2**31 - 1)
    elif pa.types.is_floating(kind):
        one = st.floats(-(2.0**50), 2.0**50, allow_nan=False)
    elif pa.types.is_timestamp(kind):
        one = instants
    else:
        one = texts
    if pa.types.is_list(spec.arrow):
        one = st.lists(one, max_size=3).map(tuple)
    return one if spec.required else st.none() | one


def events_of(event_type: str) -> st.SearchStrategy[Event]:
    """Events of one type with any values that it allows."""
    fields: dict[str, st.SearchStrategy[Any]] = {
        "id": st.uuids(version=4),
        "subject": texts,
        "agency": st.just("TX0000000"),
        "facility": st.none() | texts,
        "occurred_at": instants,
        "occurred_by": st.none() | st.timedeltas(timedelta(0), timedelta(days=2)),
        "zone": st.just("America/Chicago"),
        "recorded_at": st.none() | instants,
        "actor": st.none() | texts,
        "actor_role": st.sampled_from([None, "booking_officer", "system"]),
        "source_kind": st.sampled_from(["desk", "api", "import", "simulation"]),
        "source_file": st.none() | texts,
        "source_row": st.none() | st.integers(1, 2**53 - 1),
        "corrects": st.none() | st.uuids(version=4),
        "reason": st.none() | texts,
        **{name: _values(event_type, name) for name in FIELDS[event_type]},
    }
    return (
        st.fixed_dictionaries(fields)
        .map(_ended)
        .map(lambda said: EVENT_TYPES[event_type].model_validate(said, context=STORED))
    )


def _ended(fields: dict[str, Any]) -> dict[str, Any]:
    span = fields["occurred_by"]
    return fields | {"occurred_by": None if span is None else fields["occurred_at"] + span}


def table_of(kind: SubjectKind, events: list[Event]) -> pa.Table:
    """The events as a writer takes them."""
    rows = []
    for event in events:
        row = {**dict(event), "type": event.type, "version": event.version}
        for name, value in row.items():
            if isinstance(value, UUID):
                row[name] = value.bytes
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=input_schema(kind))


def booked(number: int, *, seed: int = 1, name: str | None = None) -> Event:
    """A `person.booked` with a personal part, the same for the same number and seed."""
    chance = random.Random(f"{seed}/{number}")
    return EVENT_TYPES["person.booked"].model_validate(
        {
            "id": UUID(bytes=chance.randbytes(16), version=4),
            "subject": f"booking-{number}",
            "agency": "TX0000000",
            "facility": "jail-1",
            "occurred_at": START + timedelta(minutes=number),
            "recorded_at": START + timedelta(minutes=number, seconds=chance.randrange(60)),
            "zone": "America/Chicago",
            "actor": f"clerk-{chance.randrange(5)}",
            "actor_role": "booking_officer",
            "source_kind": "desk",
            "person_key": f"P{chance.randrange(10**9):09}",
            "name": name or f"Secret-{chance.randrange(10**12):012}",
            "birth_date": "1990-01-01",
        }
    )


def disposed(number: int, *, seed: int = 1) -> Event:
    """A `charge.disposed`, without a personal part."""
    chance = random.Random(f"d{seed}/{number}")
    return EVENT_TYPES["charge.disposed"].model_validate(
        {
            "id": UUID(bytes=chance.randbytes(16), version=4),
            "subject": f"booking-{number}",
            "agency": "TX0000000",
            "occurred_at": START + timedelta(minutes=number, hours=2),
            "zone": "America/Chicago",
            "source_kind": "desk",
            "charge_no": 1 + chance.randrange(3),
            "disposition": chance.choice(["dismissed", "bail", "convicted"]),
        }
    )


def series(count: int, *, seed: int = 1) -> list[Event]:
    """Bookings and dispositions in turn."""
    return [booked(n, seed=seed) if n % 2 == 0 else disposed(n, seed=seed) for n in range(count)]


TYPES = sorted(EVENT_TYPES)
KINDS = [kind for kind in SubjectKind if types_of(kind)]
