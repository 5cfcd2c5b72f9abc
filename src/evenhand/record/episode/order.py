"""The order of the events in a history: by time, and where times do not decide, as the source gives them.

1. The earliest moment at which an event can have happened.
2. The latest one: exactly known events come first, then those known to the minute or better, then the others.
3. Events of one longer interval, such as the same day: the natural order of a stay.
4. The order in which the source gives them.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypeVar

from evenhand.record.episode.stays import (
    BOOKED,
    DUE,
    HELD,
    HOLD_ENDED,
    IN_PLACE,
    RELEASED,
    Row,
    is_exit,
)
from evenhand.record.time import ORDERED_UP_TO, moment_of

AnyRow = TypeVar("AnyRow", bound=Row)
_LAST = 6
_PLACES = {BOOKED: 0, DUE: 2, HELD: 3, HOLD_ENDED: 4, IN_PLACE: 5, RELEASED: _LAST}
BETWEEN = 1
"""The place of every other type, and of a temporary absence: after the booking, before the release."""


def natural_place(event: Row) -> int:
    """Where an event stands in the natural order of a stay: the booking first, exits last."""
    return _LAST if is_exit(event) else _PLACES.get(event["type"], BETWEEN)


def in_order(events: Iterable[AnyRow]) -> list[AnyRow]:
    """Return the events of one history in order; they are given in the order of their source."""
    return sorted(events, key=_key)


def _key(event: Row) -> tuple[Any, ...]:
    moment = moment_of(event)
    assert moment.earliest is not None
    assert moment.latest is not None
    span = moment.latest - moment.earliest
    if span < ORDERED_UP_TO:
        return moment.earliest, timedelta(microseconds=bool(span)), 0
    return moment.earliest, span, natural_place(event)
