"""The stays of many histories as arrays are those that `stays_of` derives, one history at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.record.episode import STAY_TYPES, Found, stays_of
from evenhand.record.episode.columns import MOMENTS, StayEvents, Stays, stay_columns
from evenhand.record.episode.stays import DEPARTED, HELD, HOLD_ENDED

BASE, EPOCH = datetime(2025, 6, 2, 12, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
TEXTS = {
    DEPARTED: ("destination", ("ice", "hospital", "court", "other_agency", None)),
    HELD: ("basis", ("detainer", "judicial_warrant", "other_detainer", None)),
    HOLD_ENDED: ("basis", ("detainer", "judicial_warrant", None)),
}
LENGTHS = [0, 0, 0, 1, 40, 59, 60, 3600, 86_400]


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from([*STAY_TYPES, *STAY_TYPES[:5], "interview.held"]))
    begin = BASE + timedelta(seconds=draw(st.sampled_from([0, 0, 30, 60, 600, 3600, 50_000, 90_000])))
    row = {"type": kind, "occurred_at": begin}
    row["occurred_by"] = begin + timedelta(seconds=draw(st.sampled_from(LENGTHS)))
    if kind in TEXTS:
        name, values = TEXTS[kind]
        row[name] = draw(st.sampled_from(values))
    return row


def as_columns(histories: list[list[dict[str, Any]]]) -> tuple[Stays, list[list[dict[str, Any]]]]:
    rows: list[dict[str, Any]] = []
    begins, numbered = [], []
    for case, history in enumerate(histories):
        ordered = sorted(history, key=lambda r: (r["occurred_at"], r["occurred_by"]))
        begins.append(len(rows))
        numbered.append([row | {"id": len(rows) + n, "case": case} for n, row in enumerate(ordered)])
        rows += numbered[-1]
    by_type: dict[str, StayEvents] = {}
    for kind in (*STAY_TYPES, "interview.held"):
        own = [row for row in rows if row["type"] == kind]
        texts = np.full(len(own), None, object)
        texts[:] = [row.get(TEXTS[kind][0]) if kind in TEXTS else None for row in own]
        if own:
            by_type[kind] = StayEvents(
                np.array([row["id"] for row in own]),
                np.array([row["case"] for row in own]),
                np.array([(row["occurred_at"] - EPOCH) // TICK for row in own]),
                np.array([(row["occurred_by"] - EPOCH) // TICK for row in own]),
                texts,
            )
    return stay_columns(by_type, np.array([*begins, len(rows)])), numbered


def as_found(stays: Stays, name: str, number: int) -> tuple[Any, ...] | None:
    moments = stays.moments[name]
    if not moments.found[number]:
        return None
    low = EPOCH + int(moments.low[number]) * TICK
    high = None if moments.open[number] else EPOCH + int(moments.high[number]) * TICK
    kind, row = int(moments.type[number]), int(moments.row[number])
    return low, high, None if row < 0 else row, None if kind < 0 else STAY_TYPES[kind]


def plain(found: Found | None) -> tuple[Any, ...] | None:
    return None if found is None else (found.moment.earliest, found.moment.latest, found.event, found.type)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(events(), max_size=8), min_size=1, max_size=5))
def test_columns_are_what_stays_of_derives(histories: list[list[dict[str, Any]]]) -> None:
    stays, numbered = as_columns(histories)
    before = 0
    for rows in numbered:
        numbers, found = stays_of(rows)
        own = stays.number(np.array([row["id"] for row in rows], np.int64))
        assert own.tolist() == [before + n for n in numbers]
        for number, stay in enumerate(found):
            for name in MOMENTS:
                assert as_found(stays, name, before + number) == plain(getattr(stay, name)), name
            assert bool(stays.held[before + number]) is stay.held
            assert bool(stays.held_on[before + number]) is stay.held_on
            assert {n for n, mask in stays.unsure.items() if mask[before + number]} == stay.unsure
            doubted = {n for n, mask in stays.held_on_unsure.items() if mask[before + number]}
            assert doubted == stay.held_on_unsure
        before += len(found)
    assert before == len(stays.held)
