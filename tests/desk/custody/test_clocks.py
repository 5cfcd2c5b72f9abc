"""The list's deadlines are those that the audit's findings state."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desk.county import County
from desk.custody.flow import BOOKING, FEDERAL, Flow
from evenhand.desk.custody.clocks import State, clocks, order_of_duty, read, watched
from evenhand.desk.custody.models import Clock
from evenhand.desk.custody.projection import RULES, clocks_of
from evenhand.desk.record import history
from evenhand.desk.record.history import Entry, Subject
from evenhand.desk.record.scope import EVERYTHING, NOTHING, Scope, within
from evenhand.record.events import EVENT_TYPES, Event, SubjectKind
from evenhand.rules import examples
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG

ZONES = ("America/New_York", "America/Phoenix", "America/Los_Angeles", "Pacific/Honolulu")
TYPES = (
    "detainer.issued",
    "detainer.ice_notified",
    "detainer.served",
    "detainer.cancelled",
    "detainer.lapsed",
    "custody.release_due",
    "custody.hold_started",
    "custody.hold_ended",
    "custody.released",
    "custody.transferred_in_place",
    "custody.departed",
    "citizenship.resolved",
)


def entry(number: int, event_type: str, at: datetime, zone: str, **payload: object) -> Entry:
    row = examples.event(f"0h {event_type}", "NC0600000:B-1", number)
    moments = {"occurred_at": at, "recorded_at": at, "zone": zone}
    event: Event = EVENT_TYPES[event_type].model_validate(
        {k: v for k, v in {**row, **moments, **payload}.items() if k not in ("type", "version")}
    )
    return Entry(number, event)


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Acts of custody in any order, over weekends, federal holidays and both changes of daylight saving."""
    zone = draw(st.sampled_from(ZONES))
    start = draw(st.datetimes(datetime(2025, 7, 1), datetime(2027, 12, 31))).replace(tzinfo=UTC)
    gaps = st.integers(0, 3 * 86400) | st.sampled_from([0, 3600, 48 * 3600, 48 * 3600 + 1])
    kinds = draw(st.lists(st.tuples(st.sampled_from(TYPES), gaps), min_size=1, max_size=9))
    entries, at = [], start
    for number, (kind, gap) in enumerate(kinds):
        at += timedelta(seconds=gap)
        extra: dict[str, object] = {}
        if kind == "citizenship.resolved":
            extra = {"outcome": "citizen"}
        if kind == "custody.hold_started":
            extra = {"basis": draw(st.sampled_from(["detainer", "detainer", "other_agency"]))}
        if kind == "custody.transferred_in_place" and draw(st.booleans()):
            extra = {"detention_agreement": "D-1"}
        entries.append(entry(number, kind, at, zone, **extra))
    return entries


AT_ONCE = datetime(2026, 6, 9, 12, tzinfo=UTC)


@given(histories())
@example(
    [
        entry(0, "custody.release_due", AT_ONCE, ZONES[0]),
        entry(1, "custody.hold_started", AT_ONCE, ZONES[0], basis="detainer"),
        entry(2, "citizenship.resolved", AT_ONCE, ZONES[0], outcome="citizen"),
    ]
)
@example(
    [
        entry(0, "detainer.issued", AT_ONCE, ZONES[0]),
        entry(1, "custody.hold_ended", AT_ONCE, ZONES[0]),
        entry(2, "citizenship.resolved", AT_ONCE, ZONES[0], outcome="citizen"),
    ]
)
def test_a_clock_is_missed_where_the_audit_finds_a_breach_and_by_its_deadline(entries: list[Entry]) -> None:
    context = examples.parse("0h person.booked", SubjectKind.BOOKING).context
    rows = history.rows(entries)
    made = list(
        clocks_of(Subject("NC0600000", SubjectKind.BOOKING, "NC0600000:B-1"), entries, context.standings)
    )
    for rule in RULES:
        breaches = judge(CATALOG[rule], rows, context).breaches
        found = {breach.deadline for breach in breaches if breach.deadline is not None}
        missed = {
            clock.due_at
            for clock in made
            if clock.rule == rule and read(clock, context.observed_until).state in (State.ENDED, State.LATE)
        }
        # Where the audit cannot tell, for want of a moment, the desk warns all the same. Where a deadline is a
        # range, as with two moments of release due, the finding states its end and the desk warns at its start.
        assert all(any(due <= deadline for due in missed) for deadline in found), rule


def _held(zone: str, start: str) -> tuple[datetime, datetime]:
    """The ends of the regulation's and of the form's clock for a hold that began at a local time."""
    at = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    entries = [
        entry(1, "detainer.issued", at, zone, form_version="2017"),
        entry(2, "custody.release_due", at, zone),
        entry(3, "custody.hold_started", at, zone),
    ]
    ends = {
        c.rule: c.due_at.astimezone(ZoneInfo(zone))
        for c in clocks_of(Subject("NC0600000", SubjectKind.BOOKING, "x"), entries)
    }
    return ends["HLD-01"], ends["HLD-01F"]


@pytest.mark.parametrize(
    ("zone", "start", "regulation", "form"),
    [
        # A Tuesday: both end together.
        ("America/New_York", "2026-06-09T12:00", "2026-06-11T12:00", "2026-06-11T12:00"),
        # Friday noon: the weekend does not count for the regulation.
        ("America/New_York", "2026-06-05T12:00", "2026-06-09T12:00", "2026-06-07T12:00"),
        # Wednesday before Thanksgiving: Thursday, Saturday and Sunday do not count.
        ("America/New_York", "2026-11-25T10:00", "2026-11-30T10:00", "2026-11-27T10:00"),
        # Independence Day on a Saturday is observed on the Friday before.
        ("America/Los_Angeles", "2026-07-02T08:00", "2026-07-07T08:00", "2026-07-04T08:00"),
        # Spring forward on Sunday 8 March: an hour is an hour of real time.
        ("America/New_York", "2026-03-06T12:00", "2026-03-10T12:00", "2026-03-08T13:00"),
        # Fall back on Sunday 1 November.
        ("America/New_York", "2026-10-30T12:00", "2026-11-03T12:00", "2026-11-01T11:00"),
        # A zone without daylight saving.
        ("America/Phoenix", "2026-10-30T12:00", "2026-11-03T12:00", "2026-11-01T12:00"),
        # Release due on a Saturday: the regulation's clock starts on Monday.
        ("America/New_York", "2026-06-06T12:00", "2026-06-10T00:00", "2026-06-08T12:00"),
    ],
)
def test_two_clocks_over_weekends_holidays_and_daylight_saving(
    zone: str, start: str, regulation: str, form: str
) -> None:
    ends = _held(zone, start)
    assert [end.strftime("%Y-%m-%dT%H:%M") for end in ends] == [regulation, form]


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (timedelta(hours=12, seconds=1), State.RUNNING),
        (timedelta(hours=12), State.SOON),
        (timedelta(hours=4, seconds=1), State.SOON),
        (timedelta(hours=4), State.CLOSE),
        (timedelta(0), State.CLOSE),
        (-timedelta(microseconds=1), State.ENDED),
    ],
)
def test_a_clock_warns_at_twelve_and_at_four_hours(left: timedelta, state: State) -> None:
    now = datetime(2026, 6, 9, tzinfo=UTC)
    assert read(Clock(rule="HLD-01", due_at=now + left), now).state == state


def test_a_thing_done_late_is_late(county: County) -> None:
    now = datetime(2026, 6, 9, tzinfo=UTC)
    clock = Clock(rule="HLD-01", due_at=now, done_at=now + timedelta(seconds=1))
    assert read(clock, now).state == State.LATE
    assert read(Clock(rule="HLD-01", due_at=now, done_at=now), now).state == State.DONE


def test_the_earlier_of_the_two_clocks_comes_first(county: County) -> None:
    flow = Flow(county, 90).screened(80).detained(78).held(60)
    with within(EVERYTHING):
        readings = [r for r in clocks(flow.case(), county.began) if r.clock.rule in ("HLD-01", "HLD-01F")]
    assert readings[0].due_at <= readings[1].due_at
    form = next(r for r in readings if r.clock.rule == "HLD-01F")
    assert form.ended
    assert form.left == -timedelta(hours=12)


def test_the_list_is_in_the_order_of_the_ends(county: County) -> None:
    first = Flow(county, 90, "B-1").screened(80).detained(78).held(20)
    second = Flow(county, 91, "B-2").screened(80).detained(78).held(30)
    third = Flow(county, 92, "B-3")
    third.do("release_due", "served", by=BOOKING, at=5)
    gone = Flow(county, 93, "B-4")
    gone.do("release_due", "served", by=BOOKING, at=5)
    gone.do("release", by=BOOKING, at=4)
    with within(EVERYTHING):
        keys = [(row["agency"], row["subject"]) for row in order_of_duty()]
        lines = watched(keys, county.began)
    assert [subject for _, subject in keys] == [third.subject, second.subject, first.subject]
    assert (lines[0].first.clock.rule, lines[0].first.state) == ("HLD-06", State.CLOSE)


def test_a_hold_ends_within_the_hour_after_cancellation(county: County) -> None:
    flow = Flow(county, 90).screened(80).detained(78).held(20)
    flow.do("notify_ice", at=77)
    flow.do("cancel_detainer", by=FEDERAL, at=0.5)
    with within(EVERYTHING):
        first = clocks(flow.case(), county.began)[0]
    assert (first.clock.rule, first.state, first.left) == ("DET-08", State.CLOSE, timedelta(minutes=30))
    flow.do("end_hold", by=BOOKING)
    flow.do("release", by=BOOKING)
    with within(EVERYTHING):
        assert not list(order_of_duty())


def test_ice_is_told_within_a_day(county: County) -> None:
    flow = Flow(county, 60).screened(50).detained(25)
    with within(EVERYTHING):
        (reading,) = [r for r in clocks(flow.case(), county.began) if r.clock.rule == "DET-05"]
    assert reading.ended
    flow.do("notify_ice")
    with within(EVERYTHING):
        (reading,) = [r for r in clocks(flow.case(), county.began) if r.clock.rule == "DET-05"]
    assert reading.state == State.LATE


def test_a_detention_agreement_lifts_the_clock_after_a_transfer_in_place(county: County) -> None:
    flow = Flow(county, 90).screened(80).detained(78).held(20)
    flow.do(
        "transfer_in_place", receiving_officer="federal-2", receipt="R-1", detention_agreement="D-1", at=9
    )
    with within(EVERYTHING):
        assert not list(order_of_duty())
    other = Flow(county, 90, "B-2").screened(80).detained(78).held(20)
    other.do("transfer_in_place", receiving_officer="federal-2", receipt="R-2", at=9)
    with within(EVERYTHING):
        (line,) = watched([(other.county.ori, other.subject)], county.began)
    assert (line.first.clock.rule, line.first.left) == ("HLD-02", timedelta(hours=39))


def test_another_agency_sees_no_clock(county: County, other_county: County) -> None:
    Flow(county, 90).screened(80).detained(78).held(20)
    with within(Scope(frozenset({other_county.ori}))):
        assert not list(order_of_duty())
    with within(NOTHING):
        assert Clock.objects.count() == 0


def test_identifiers_of_clocks_name_their_act(county: County) -> None:
    flow = Flow(county, 9)
    due = flow.do("release_due", "bond", by=BOOKING, at=3)[-1].event
    with within(EVERYTHING):
        clock = Clock.objects.get()
    assert clock.activation == UUID(str(due.id))
