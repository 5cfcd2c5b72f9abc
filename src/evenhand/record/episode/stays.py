"""The stays of one booking, from its events in order.

A stay begins with the booking and ends when the person leaves the jail: released, or in the custody of
another authority. A person who comes back under the same number begins a new stay. Going to a hospital or a
court, and moving to another facility of the agency, end no stay: the person stays in the agency's custody.

An exit is followed by a new stay if the person is booked again or, after other events, leaves again. What is
recorded after an exit, but before the next booking, still belongs to the stay that ended: jails enter things
late.

Release is due when nothing local holds the person any more. If a stay has several such moments, the last one
counts when the record shows why the person was not free before it: a new booking or charge, a charge that was
still open, another authority's hold. Otherwise nobody can know which one is right: the moment is then the
interval from the first to the last.

The person is free but for a detainer when release is due and no other hold is left (8 CFR 287.7(d): the time
begins when the person is not otherwise detained).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evenhand.record.time import Moment, in_given_order, moment_of

Row = Mapping[str, Any]

BOOKED, DUE = "person.booked", "custody.release_due"
RELEASED, DEPARTED, IN_PLACE = "custody.released", "custody.departed", "custody.transferred_in_place"
HELD, HOLD_ENDED = "custody.hold_started", "custody.hold_ended"
CHARGED, DISPOSED = "charge.recorded", "charge.disposed"
TEMPORARY = ("hospital", "court")
"""Destinations from which the person returns to the agency's custody."""
EXIT_TYPES = (RELEASED, DEPARTED)
HANDOVER_TYPES = (IN_PLACE, DEPARTED)
STAY_TYPES = (BOOKED, DUE, RELEASED, DEPARTED, IN_PLACE, HELD, HOLD_ENDED, CHARGED, DISPOSED)
"""The event types from which stays are derived."""


@dataclass(frozen=True)
class Found:
    """A moment of a stay, as exact as the history shows it, with its event.

    `event` is None where several events make the moment. `type` is the event's type; None if several events
    of different types may be it.
    """

    moment: Moment
    event: Any = None
    type: str | None = None


@dataclass(frozen=True)
class Stay:
    """One stay. A moment that the history does not show is None.

    `began`: the booking. `due`: when release is due. `free`: when nothing but a detainer holds the person;
    `held_on`: another hold outlasts the stay, so that this moment never comes, if the record would show the
    end of the hold. `ended`: when local custody ends, by an exit or by transfer to ICE in place. `left`: the
    exit from the jail. `to_ice`: when custody passes to ICE, in place or by departure. `held`: a hold was
    started. `unsure`: the names of the moments that would have to be known better to tell this stay from the
    next or the one before; empty if the stays are certain. `held_on_unsure`: those that would have to be
    known better to tell whether another hold outlasts the stay.
    """

    began: Found | None = None
    due: Found | None = None
    free: Found | None = None
    held_on: bool = False
    ended: Found | None = None
    left: Found | None = None
    to_ice: Found | None = None
    held: bool = False
    unsure: frozenset[str] = frozenset()
    held_on_unsure: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Event:
    place: int
    row: Row
    moment: Moment

    @property
    def type(self) -> str:
        kind: str = self.row["type"]
        return kind

    @property
    def earliest(self) -> datetime:
        assert self.moment.earliest is not None
        return self.moment.earliest

    @property
    def latest(self) -> datetime:
        assert self.moment.latest is not None
        return self.moment.latest


def is_exit(event: Row) -> bool:
    """Whether the person leaves the agency's custody with this event."""
    return event["type"] == RELEASED or (
        event["type"] == DEPARTED and event.get("destination") not in TEMPORARY
    )


def is_handover(event: Row) -> bool:
    """Whether custody passes to ICE with this event."""
    return event["type"] == IN_PLACE or (event["type"] == DEPARTED and event.get("destination") == "ice")


def stays_of(history: Sequence[Row]) -> tuple[list[int], list[Stay]]:
    """Return the number of each event's stay, and the stays; the events are in order, corrected ones left
    out."""
    events = [_Event(place, row, moment_of(row)) for place, row in enumerate(history)]
    leavings = _leavings([e for e in events if is_exit(e.row)])
    bounds = list(_bounds(events, leavings))
    numbers, number = [], 0
    for event in events:
        while number < len(bounds) and event.place >= bounds[number]:
            number += 1
        numbers.append(number)
    grouped = [[e for e in events if numbers[e.place] == n] for n in range(len(bounds) + 1)]
    unsure = _unsure(grouped, leavings)
    return numbers, [_stay(own, unsure[n]) for n, own in enumerate(grouped)]


def _leavings(exits: list[_Event]) -> list[list[_Event]]:
    """Group exits that may be the same exit: at the same time, or with no event between them.

    One leaving is often recorded twice, as a release and as a departure.
    """
    groups: list[list[_Event]] = []
    for event in exits:
        if groups and (
            event.place == groups[-1][-1].place + 1 or event.earliest <= max(e.latest for e in groups[-1])
        ):
            groups[-1].append(event)
        else:
            groups.append([event])
    return groups


def _bounds(events: list[_Event], leavings: list[list[_Event]]) -> Iterator[int]:
    """The place of the first event of each stay but the first."""
    for number, leaving in enumerate(leavings):
        last = leaving[-1].place
        following = leavings[number + 1][0].place if number + 1 < len(leavings) else None
        booked = next((e.place for e in events if e.type == BOOKED and e.place > last), None)
        if booked is not None and (following is None or booked < following):
            yield booked
        elif following is not None:
            yield last + 1


def _unsure(grouped: list[list[_Event]], leavings: list[list[_Event]]) -> list[frozenset[str]]:
    """For each stay, the moments that may lie on the other side of an exit that divides two stays."""
    names: list[set[str]] = [set() for _ in grouped]
    for number, leaving in enumerate(leavings):
        before, after = grouped[number], grouped[number + 1] if number + 1 < len(grouped) else []
        again = [e for e in before if e.type == BOOKED][1:]
        doubtful = [e for e in (*again, *after) if _overlaps(e, leaving)]
        if len(leaving) > 1:
            # If these are several exits, what lies between them belongs to another stay.
            others = (e for e in (*before, *after) if e not in leaving)
            doubtful += [e for e in others if _may_lie_within(e, leaving)]
        if after and after[0].type == BOOKED:
            doubtful += [e for e in (*before, *after[1:]) if _may_be_swapped(e, after[0])]
        doubtful += _doubtful_between(leaving, leavings[number + 1 : number + 2], (*before, *after))
        if doubtful:
            found = {f"{e.type}.occurred_at" for e in (*doubtful, *leaving) if not e.moment.exact}
            for each in names[number : number + 2]:
                each |= found
    return [frozenset(each) for each in names]


def _may_be_swapped(event: _Event, booked: _Event) -> bool:
    """Whether an event may lie on the other side of a new booking; on one day, a stay begins with the
    booking."""
    return event.moment != booked.moment and not _surely_by(event, booked) and not _surely_by(booked, event)


def _doubtful_between(
    leaving: list[_Event], following: list[list[_Event]], events: Iterable[_Event]
) -> list[_Event]:
    """Find the events between an exit and the next, if each of them may have happened at another time."""
    if not following:
        return []
    last, first = leaving[-1], following[0][0]
    between = [e for e in events if last.place < e.place < first.place]
    return [] if any(_surely_between(last, e, first) for e in between) else between


def _may_lie_within(event: _Event, leaving: list[_Event]) -> bool:
    """Whether the event can lie between the first and the last of some exits."""
    before = all(_surely_by(event, e) for e in leaving)
    after = all(_surely_by(e, event) for e in leaving)
    return not before and not after


def _overlaps(event: _Event, leaving: list[_Event]) -> bool:
    """Whether the event may have happened on the other side of the exit."""
    return any(
        event.earliest <= e.latest
        and event.latest >= e.earliest
        and not (event.moment.exact and e.moment.exact)
        and not in_given_order(event.moment, e.moment)
        for e in leaving
    )


def _stay(events: list[_Event], unsure: frozenset[str]) -> Stay:
    due = _due(events)
    free, held_on, doubtful = _free(events, due)
    return Stay(
        began=_first([e for e in events if e.type == BOOKED][:1]),
        due=due,
        free=free,
        held_on=held_on,
        ended=_first([e for e in events if is_exit(e.row) or e.type == IN_PLACE]),
        left=_first([e for e in events if is_exit(e.row)]),
        to_ice=_first([e for e in events if is_handover(e.row)]),
        held=any(e.type == HELD for e in events),
        unsure=unsure,
        held_on_unsure=frozenset(f"{e.type}.occurred_at" for e in doubtful if not e.moment.exact),
    )


def _first(events: list[_Event]) -> Found | None:
    """Find the first of some events, if it is certain which one is first."""
    if not events:
        return None
    moment = Moment(min(e.earliest for e in events), min(e.latest for e in events))
    first = events[0]
    certain = all(first.latest <= e.earliest or in_given_order(first.moment, e.moment) for e in events[1:])
    types = {e.type for e in events if e.earliest <= min(o.latest for o in events)}
    return Found(
        moment,
        first.row["id"] if certain else None,
        first.type if certain else (types.pop() if len(types) == 1 else None),
    )


def _due(events: list[_Event]) -> Found | None:
    dues = [e for e in events if e.type == DUE]
    if not dues:
        return None
    reasons = [e for e in events if _holds_locally(e)]
    first = len(dues) - 1
    while first and not any(_surely_between(dues[first - 1], e, dues[first]) for e in reasons):
        first -= 1
    counted = dues[first:]
    moment = Moment(min(e.earliest for e in counted), max(e.latest for e in counted))
    return Found(moment, counted[0].row["id"] if len(counted) == 1 else None, DUE)


def _surely_between(first: _Event, event: _Event, last: _Event) -> bool:
    return _surely_by(first, event) and _surely_by(event, last)


def _surely_by(first: _Event, second: _Event) -> bool:
    """Whether the first event surely happened before the second, or at once and before it in the record."""
    return first.place < second.place and (
        first.latest <= second.earliest or in_given_order(first.moment, second.moment)
    )


def _holds_locally(event: _Event) -> bool:
    """Whether the event shows that something local, or another authority, held the person at that moment."""
    return event.type in (BOOKED, CHARGED, DISPOSED) or _is_other_hold(event)


def _is_other_hold(event: _Event) -> bool:
    return event.type == HELD and event.row.get("basis") not in (None, "detainer")


def _free(events: list[_Event], due: Found | None) -> tuple[Found | None, bool, list[_Event]]:
    """When nothing but a detainer holds the person, and whether another hold outlasts the stay.

    The events are those on whose moments it depends whether one does.
    """
    if due is None:
        return None, False, []
    earliest, latest = due.moment.earliest, due.moment.latest
    assert earliest is not None
    assert latest is not None
    begun = earliest
    unbounded = held_on = False
    doubtful: list[_Event] = []
    exits = [e for e in events if is_exit(e.row)]
    for hold in (e for e in events if _is_other_hold(e)):
        if any(_surely_by(e, hold) for e in exits):
            continue
        ends = _ends_of(hold, events)
        sure = [e.latest for e in ends if _surely_by(hold, e)]
        if hold.earliest > latest or not sure:
            # A hold that begins later interrupts the time on the detainer alone.
            unbounded = True
            outlasts = not ends and hold.latest <= begun
            held_on = held_on or outlasts
            if not sure and not outlasts and hold.earliest <= latest:
                doubtful += [hold, *ends, *(e for e in events if e.type == DUE)]
        elif min(sure) > earliest:
            if hold.latest <= earliest:
                earliest = max(earliest, min(e.earliest for e in ends))
            latest = max(latest, min(sure))
    free = Found(Moment(earliest, None if unbounded else latest), due.event, DUE)
    return free, held_on, [] if held_on else doubtful


def _ends_of(hold: _Event, events: list[_Event]) -> list[_Event]:
    """The events that can be the end of the hold."""
    return [
        e
        for e in events
        if e.type == HOLD_ENDED
        and e.row.get("basis") in (None, hold.row["basis"])
        and not _surely_by(e, hold)
    ]
