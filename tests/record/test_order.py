"""Events of a history stand in the order of time, and where times do not decide, in that of their source."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.record.columns import input_schema
from evenhand.record.episode import in_order
from evenhand.record.events import SubjectKind
from evenhand.record.manifest import Tells
from evenhand.record.store import Record, all_fields
from evenhand.record.time import Moment, whole_day, whole_minute
from evenhand.record.writer import RecordWriter

BOOKING = SubjectKind.BOOKING
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = whole_day(NINE.date(), ZoneInfo("UTC"))
MINUTE = whole_minute(NINE)
EXACT = Moment(NINE, NINE)


def event(number: int, event_type: str, moment: Moment, **payload: Any) -> dict[str, Any]:
    return {
        "id": UUID(int=number * 7919 % 101 << 64 | 1 << 63),
        "subject": "B1",
        "type": event_type,
        "version": 1,
        "agency": "NC0600000",
        "zone": "UTC",
        "occurred_at": moment.earliest,
        "occurred_by": None if moment.exact else moment.latest,
        "source_kind": "import",
        **payload,
    }


def written(folder: Path, events: list[dict[str, Any]], *, calls: int = 1) -> list[dict[str, Any]]:
    """The history that a record holds after its events were given in this order, in one or more calls."""
    size = -(-len(events) // calls)
    with RecordWriter(folder / "r") as writer:
        for first in range(0, len(events), size):
            rows = [e | {"id": e["id"].bytes} for e in events[first : first + size]]
            writer.add(BOOKING, pa.Table.from_pylist(rows, schema=input_schema(BOOKING)))
        writer.commit(kind="import", provides=all_fields())
    ((_, history),) = Record(folder / "r").histories(BOOKING)
    return history


def types(events: list[dict[str, Any]]) -> list[str]:
    return [e["type"] for e in events]


def test_events_of_one_minute_keep_the_order_of_their_source(tmp_path: Path) -> None:
    given = ["custody.hold_started", "detainer.issued", "custody.release_due", "person.booked"]
    events = [event(n, t, MINUTE) for n, t in enumerate(given)]
    assert types(written(tmp_path, events, calls=2)) == given


def test_an_exact_tie_keeps_the_order_of_its_source(tmp_path: Path) -> None:
    given = ["custody.released", "detainer.issued", "person.booked"]
    assert types(written(tmp_path, [event(n, t, EXACT) for n, t in enumerate(given)])) == given


def test_events_of_one_day_stand_in_the_natural_order_of_a_stay(tmp_path: Path) -> None:
    events = [
        event(0, "custody.departed", DAY, destination="ice"),
        event(1, "custody.hold_started", DAY),
        event(2, "custody.departed", DAY, destination="hospital"),
        event(3, "custody.release_due", DAY),
        event(4, "person.booked", DAY),
        event(5, "custody.returned", DAY),
    ]
    history = written(tmp_path, events)
    assert types(history) == [
        "person.booked",
        "custody.departed",
        "custody.returned",
        "custody.release_due",
        "custody.hold_started",
        "custody.departed",
    ]
    assert [e.get("destination") for e in history if e["type"] == "custody.departed"] == ["hospital", "ice"]


def test_exact_moments_stand_before_minutes_and_minutes_before_days(tmp_path: Path) -> None:
    midnight = DAY.earliest
    assert midnight is not None
    cut = Moment(midnight, midnight + timedelta(seconds=20))
    events = [
        event(0, "person.booked", DAY),
        event(1, "detainer.issued", whole_minute(midnight)),
        event(2, "detainer.served", cut),
        event(3, "custody.released", Moment(midnight, midnight)),
    ]
    expected = ["custody.released", "detainer.issued", "detainer.served", "person.booked"]
    assert types(written(tmp_path, events)) == expected


MOMENTS = st.sampled_from(
    [DAY, MINUTE, EXACT, Moment(NINE, NINE + timedelta(hours=2)), whole_minute(DAY.earliest)]
)  # type: ignore[arg-type]
TYPES = ["person.booked", "custody.released", "custody.departed", "custody.hold_started", "detainer.issued"]


@settings(max_examples=30)
@given(drawn=st.lists(st.tuples(st.sampled_from(TYPES), MOMENTS), min_size=1, max_size=8))
def test_a_record_has_the_order_that_plain_python_gives(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, Moment]]
) -> None:
    events = [
        event(n, t, m, **({"destination": "court" if n % 2 else "ice"} if t == "custody.departed" else {}))
        for n, (t, m) in enumerate(drawn)
    ]
    history = written(tmp_path_factory.mktemp("order"), events)
    assert [e["id"] for e in history] == [e["id"] for e in in_order(events)]
    starts = [e["occurred_at"] for e in history]
    assert starts == sorted(starts)


def test_the_manifest_spans_from_the_earliest_to_the_latest_moment(tmp_path: Path) -> None:
    written(tmp_path, [event(0, "person.booked", DAY), event(1, "custody.released", EXACT)])
    manifest = Record(tmp_path / "r").manifest
    assert (manifest.observed_from, manifest.observed_until) == (DAY.earliest, DAY.latest)


def test_a_record_tells_all_that_it_provides_unless_it_says_otherwise(tmp_path: Path) -> None:
    written(tmp_path, [event(0, "person.booked", EXACT)])
    assert Record(tmp_path / "r").manifest.tells == [Tells(types=sorted(all_fields()))]


def test_what_a_record_tells_survives_its_manifest(tmp_path: Path) -> None:
    tells = [
        Tells(types=["person.booked"]),
        Tells(types=["custody.released"], facilities=["MAIN"], since=NINE, files=["a.csv"]),
    ]
    with RecordWriter(tmp_path / "r") as writer:
        writer.commit(kind="import", provides=all_fields(), tells=tells)
    assert Record(tmp_path / "r").manifest.tells == tells
