"""One booking has one delay from release due to leaving: in the report, in the watch, and in the rules."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand.figures.publish import Control
from evenhand.figures.run import figures
from evenhand.figures.year import FiscalYear
from evenhand.record.episode import stays_of
from evenhand.record.episode.table import stay_table
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record, all_fields
from evenhand.rules.answer import Provides, Verdict
from evenhand.rules.case import dues, judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.context import Context
from evenhand.rules.standing import build_standings
from evenhand.uniformity import measures
from evenhand.uniformity.bookings import IMPRECISE, read_bookings
from evenhand.uniformity.run import scratch_connection
from evenhand.uniformity.watch.cases import read_cases
from evenhand.uniformity.watch.watched import WATCHED
from uniformity.county import NOON, County, compare

HOUR, DAY = 60, 1440
END = NOON + timedelta(days=365)
Event = tuple[float, str, dict[str, Any]]


def due(hours: float) -> Event:
    return hours * HOUR, "custody.release_due", {}


def left(hours: float, destination: str = "") -> Event:
    if destination:
        return hours * HOUR, "custody.departed", {"destination": destination}
    return hours * HOUR, "custody.released", {}


def other(hours: float, event_type: str, **fields: Any) -> Event:
    return hours * HOUR, event_type, fields


MADE: dict[str, tuple[list[Event], list[float]]] = {
    "plain": ([due(10), left(12)], [2]),
    "two stays": ([due(10), left(12), other(100, "person.booked"), due(110), left(142)], [2, 32]),
    "a weekend out": ([left(50), due(100), left(110)], [10]),
    "a due moment that a charge made void": (
        [due(10), other(20, "charge.recorded", charge_no=2), due(40), left(47)],
        [7],
    ),
    "a hospital": ([due(10), left(11, "hospital"), other(15, "custody.returned"), left(20)], [10]),
    "a court": ([due(10), left(11, "court"), other(15, "custody.returned"), left(20, "other_agency")], [10]),
    "a move": ([due(10), other(12, "custody.moved"), left(19)], [9]),
    "a transfer in place": ([due(10), other(18, "custody.transferred_in_place"), left(60, "ice")], [8]),
    "a leaving recorded twice": ([due(10), left(17), left(17.1, "ice")], [7]),
    "an exit before a late due": ([left(9), other(30, "person.booked"), due(31), left(39)], [8]),
}
"""Events in hours after the booking, and the delays in hours."""

UNKNOWN: dict[str, list[Event]] = {
    "two due moments and nothing between": [due(10), due(40), left(42)],
    "known to the day": [
        (0, "custody.release_due", {"occurred_by": NOON + timedelta(hours=24)}),
        (DAY, "custody.released", {"occurred_by": NOON + timedelta(hours=48)}),
    ],
}


def book(county: County, events: list[Event]) -> None:
    county.book(*events, sex="F")


def record_of(folder: Path, *histories: list[Event]) -> Record:
    county = County()
    for events in histories:
        book(county, events)
    record: Record = county.write(folder / "record", until=END)
    return record


def reported(record: Record, folder: Path) -> list[int]:
    with scratch_connection(folder) as connection:
        read_bookings(record, connection)
        sql = "SELECT release_delay FROM bookings WHERE release_delay IS NOT NULL ORDER BY stay_no"
        return [row[0] for row in connection.execute(sql).fetchall()]


def watched(record: Record, folder: Path) -> Counter[int]:
    """Delays by the watch, in steps of a quarter of an hour."""
    (delay,) = [w for w in WATCHED if w.measure is measures.RELEASE_DELAY]
    with scratch_connection(folder) as connection:
        daily = read_cases(record, connection).daily(delay, "sex", ["F"])
    found: Counter[int] = Counter()
    for time, number, events in zip(daily.time, daily.cases, daily.events, strict=True):
        assert number == events
        found[int(time)] += int(number)
    return found


def context() -> Context:
    fields = all_fields()
    return Context(Provides({t: frozenset(f) for t, f in fields.items()}), END, build_standings([], []))


def by_rule(record: Record) -> list[float]:
    """The delays on the clock of the rule that a release is carried out soon."""
    ((_, history),) = record.histories(SubjectKind.BOOKING)
    found = dues(CATALOG["HLD-06"], history, context())
    return [(d.done - d.since) / timedelta(minutes=1) for d in found if d.done is not None]


@pytest.mark.parametrize("name", MADE)
def test_every_reader_measures_the_same_delay(name: str, tmp_path: Path) -> None:
    events, hours = MADE[name]
    record = record_of(tmp_path, events)
    wanted = [hour * HOUR for hour in hours]
    assert reported(record, tmp_path) == wanted
    assert watched(record, tmp_path) == Counter(minutes // 15 for minutes in wanted)
    assert by_rule(record) == pytest.approx(wanted)


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_delay_that_is_not_known_is_measured_by_nobody_and_counted(name: str, tmp_path: Path) -> None:
    record = record_of(tmp_path, UNKNOWN[name])
    assert reported(record, tmp_path) == [IMPRECISE]
    assert watched(record, tmp_path) == Counter()
    ((_, history),) = record.histories(SubjectKind.BOOKING)
    assert judge(CATALOG["HLD-06"], history, context()).verdict is Verdict.CANNOT_TELL
    found = compare(record, tmp_path)
    assert found.compared.imprecise["release_delay"] == 1
    (row,) = [r for r in found.compared.times if r.measure == "release_delay"]
    assert row.cases == 0


def test_moments_known_to_the_minute_are_measured(tmp_path: Path) -> None:
    minute = timedelta(seconds=59, microseconds=999_999)
    events: list[Event] = [
        (HOUR, "custody.release_due", {"occurred_by": NOON + timedelta(hours=1) + minute}),
        (95, "custody.released", {"occurred_by": NOON + timedelta(minutes=95) + minute}),
    ]
    record = record_of(tmp_path, events)
    assert reported(record, tmp_path) == [35]
    assert watched(record, tmp_path) == Counter({2: 1})


def test_a_stay_counts_once_in_shares_and_each_time_in_times(tmp_path: Path) -> None:
    events = [other(0.5, "screening.opened"), *MADE["two stays"][0]]
    found = compare(record_of(tmp_path, events), tmp_path)
    assert found.bookings == 1
    shares = {row.measure: (row.events, row.cases) for row in found.compared.shares}
    assert shares["coverage"] == (1, 1)
    times = {row.measure: (row.events, row.cases) for row in found.compared.times}
    assert times["to_screening"] == (1, 1)
    assert times["release_delay"] == times["stay"] == (2, 2)


def test_the_time_on_a_detainer_begins_when_nothing_else_holds_the_person(tmp_path: Path) -> None:
    events = [
        other(0, "custody.hold_started", basis="detainer"),
        due(100),
        other(101, "custody.hold_started", basis="other_agency"),
        other(110, "custody.hold_ended", basis="other_agency"),
        left(130, "ice"),
    ]
    found = compare(record_of(tmp_path / "a", events[:2] + events[-1:]), tmp_path)
    (row,) = [r for r in found.compared.times if r.measure == "hold_length"]
    assert row.median == 30
    # Another hold that begins later interrupts the clock.
    found = compare(record_of(tmp_path / "b", events), tmp_path)
    assert found.compared.imprecise["hold_length"] == 1


def test_a_booking_known_to_the_day_has_no_hour(tmp_path: Path) -> None:
    county = County()
    midnight = datetime(2024, 3, 4, 6, tzinfo=UTC)
    by = midnight + timedelta(hours=24) - timedelta(microseconds=1)
    county.book(at=midnight, occurred_by=by, sex="F")
    record = county.write(tmp_path / "record")
    with scratch_connection(tmp_path) as connection:
        read_bookings(record, connection)
        rows = connection.execute("SELECT hour, weekday, month % 12 + 1 FROM bookings").fetchall()
    assert rows == [(4, 0, 3)]


def counts(record: Record, folder: Path, name: str) -> dict[str, int]:
    figure = figures(record, FiscalYear(2024), Control(3), folder).of(name).figure
    found: Counter[str] = Counter()
    for cell, number in figure.cube.counts.items():
        found[cell[2][0]] += number
    return dict(found)


def test_figures_count_each_stay_that_ended_once(tmp_path: Path) -> None:
    record = record_of(tmp_path, *(events for events, _ in MADE.values()))
    assert counts(record, tmp_path, "releases") == {"not stated": 10}
    assert counts(record, tmp_path, "departures") == {"other_agency": 1, "ice": 2}


def test_an_act_on_either_side_of_the_years_end_is_left_out_and_said(tmp_path: Path) -> None:
    edge = datetime(2024, 10, 1, 5, tzinfo=UTC)
    county = County()
    county.add("b", NOON, "person.booked")
    county.add("a", edge - timedelta(hours=1), "person.booked", occurred_by=edge + timedelta(hours=1))
    record = county.write(tmp_path / "record", until=END)
    for year in (2024, 2025):
        figure = figures(record, FiscalYear(year), Control(3), tmp_path).of("bookings").figure
        assert sum(figure.cube.counts.values()) == (year == 2024)
        assert any("fiscal year" in note for note in figure.notes)


def test_the_table_is_what_stays_of_derives_without_corrected_events(tmp_path: Path) -> None:
    county = County()
    for events, _ in MADE.values():
        book(county, events)
    wrong = county.add("B-00000", NOON + timedelta(hours=5), "custody.released")
    county.add("B-00000", NOON + timedelta(hours=6), "charge.recorded", charge_no=9, corrects=wrong)
    record = county.write(tmp_path / "record", until=END)
    (part,) = record.parts(SubjectKind.BOOKING)
    rows = stay_table(part).to_pylist()
    for _, history in record.histories(SubjectKind.BOOKING):
        own = [row for row in rows if row["case"] == history[0]["case"]]
        gone = {event.get("corrects") for event in history}
        standing = [event for event in history if event["id"] not in gone]
        numbers, stays = stays_of(standing)
        assert [row["number"] for row in own] == list(range(1, len(stays) + 1))
        for event, number in zip(standing, numbers, strict=True):
            assert own[number]["first_pos"] <= event["pos"] < own[number]["end_pos"]
        for row, stay in zip(own, stays, strict=True):
            for name in ("began", "due", "free", "ended", "left", "to_ice"):
                moment = getattr(stay, name)
                found = (row[f"{name}_at"], row[f"{name}_by"])
                assert found == ((moment.moment.earliest, moment.moment.latest) if moment else (None, None))
            assert (row["held"], row["held_on"], row["unsure"]) == (
                stay.held,
                stay.held_on,
                bool(stay.unsure),
            )
            assert row["exit_type"] == (stay.left.type if stay.left else None)
        assert {row["closed"] for row in own} == {stays[-1].left is not None}
