"""The clocks of custody as they stand at a moment: how long is left, what is close, what has ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, QuerySet, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings.models import Case
from evenhand.desk.custody.models import Clock
from evenhand.desk.record.catalog import CATALOG
from evenhand.rules.rule import Rule

SOON, CLOSE = timedelta(hours=12), timedelta(hours=4)
"""How long before its end a clock warns, and warns again."""

RELEASE = ("HLD-01", "HLD-01F", "HLD-02", "HLD-06", "DET-08", "CIT-05")
"""The clocks at whose end the person must be out of the jail, or the hold be over."""
DETAINER = ("HLD-01", "HLD-01F")
"""The clocks of a hold on a detainer: the regulation's and the form's."""

NAMES: dict[str, str | Promise] = {
    "HLD-01": _("Hold on a detainer: 48 hours without Saturdays, Sundays and federal holidays"),
    "HLD-01F": _("Hold on a detainer: 48 hours, as the form says"),
    "HLD-02": _("Departure after custody passed to ICE: 48 hours"),
    "HLD-06": _("Release when nothing holds the person: 6 hours"),
    "DET-05": _("ICE told of the detainer: 24 hours"),
    "DET-08": _("End of the hold after the detainer was cancelled: 1 hour"),
    "CIT-04": _("Detainer lifted after the claim to U.S. citizenship was resolved: 1 hour"),
    "CIT-05": _("Hold while a claim to U.S. citizenship is open: 1 hour"),
}
AT_END: dict[str, str | Promise] = {
    "HLD-01": _("Release the person now."),
    "HLD-01F": _("Release the person now: the form gives no more than 48 hours."),
    "HLD-02": _("The person must leave the jail now."),
    "HLD-06": _("Release the person now: nothing holds the person."),
    "DET-05": _("Tell ICE now."),
    "DET-08": _("End the hold and release the person now: the detainer was cancelled."),
    "CIT-04": _("Cancel the detainer now."),
    "CIT-05": _("Release the person now: a claim to U.S. citizenship is open."),
}


class State(TextChoices):
    """How a clock stands. `soon` is within 12 hours of its end, `close` within 4."""

    RUNNING = "running", _("Running")
    SOON = "soon", _("Ends within 12 hours")
    CLOSE = "close", _("Ends within 4 hours")
    ENDED = "ended", _("Ended")
    DONE = "done", _("Done in time")
    LATE = "late", _("Done late")


@dataclass(frozen=True)
class Reading:
    """One clock read at a moment. `left` is negative once it has ended."""

    clock: Clock
    state: State
    left: timedelta

    @property
    def rule(self) -> Rule:
        return CATALOG[self.clock.rule]

    @property
    def name(self) -> str | Promise:
        return NAMES[self.clock.rule]

    @property
    def at_end(self) -> str | Promise:
        """What must be done when the clock ends, in plain words."""
        return AT_END[self.clock.rule]

    @property
    def due_at(self) -> datetime:
        return self.clock.due_at

    @property
    def open(self) -> bool:
        return self.clock.done_at is None

    @property
    def ended(self) -> bool:
        return self.state is State.ENDED

    @property
    def warns(self) -> bool:
        return self.state in (State.SOON, State.CLOSE)

    @property
    def left_text(self) -> str:
        """The time left, or since the end, in hours and minutes."""
        return duration_text(abs(self.left))


def duration_text(span: timedelta) -> str:
    """Hours and minutes, minutes begun not counted."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return str(_("%(hours)d h %(minutes)02d min")) % {"hours": hours, "minutes": minutes}


def read(clock: Clock, now: datetime) -> Reading:
    """The clock at a moment. A thing done at the deadline itself is in time, as the rules have it."""
    left = clock.due_at - (clock.done_at or now)
    return Reading(clock, _state(clock, left), left)


def _state(clock: Clock, left: timedelta) -> State:
    if clock.done_at is not None:
        return State.DONE if left >= timedelta() else State.LATE
    if left < timedelta():
        return State.ENDED
    if left <= CLOSE:
        return State.CLOSE
    return State.SOON if left <= SOON else State.RUNNING


def clocks(case: Case, now: datetime) -> list[Reading]:
    """All clocks of a case, open ones first, each by its end."""
    readings = [read(clock, now) for clock in Clock.objects.filter(agency=case.agency, subject=case.subject)]
    return sorted(readings, key=lambda r: (not r.open, r.due_at, r.clock.rule))


@dataclass(frozen=True)
class Watched:
    """A case whose clocks run, with the readings by their end; the first is the one that counts."""

    case: Case
    readings: Sequence[Reading]

    @property
    def first(self) -> Reading:
        return self.readings[0]


def _of_clock(**wanted: Any) -> QuerySet[Case]:
    """The case of a clock in a query of clocks."""
    found: QuerySet[Case] = Case.objects.filter(
        agency=OuterRef("agency"), subject=OuterRef("subject"), **wanted
    )
    return found


def open_clocks(rules: Iterable[str] = RELEASE) -> QuerySet[Clock]:
    """The clocks in scope that run or have ended undone, of persons still in the jail."""
    inside = _of_clock(released_at=None, departed_at=None)
    found: QuerySet[Clock] = Clock.objects.filter(Exists(inside), rule__in=list(rules), done_at=None)
    return found


def order_of_duty(rules: Iterable[str] = RELEASE, facility: str = "") -> QuerySet[Clock, Any]:
    """The cases with such clocks, by subject, in the order in which their first clock ends."""
    clocks_ = open_clocks(rules)
    if facility:
        clocks_ = clocks_.filter(Exists(_of_clock(facility=facility)))
    return clocks_.values("agency", "subject").annotate(first=Min("due_at")).order_by("first", "subject")


def watched(keys: Sequence[tuple[str, str]], now: datetime, rules: Iterable[str] = RELEASE) -> list[Watched]:
    """The cases of those keys with their open clocks read at a moment, in the order given."""
    cases = Case.objects.in_bulk(list(keys))
    readings: dict[tuple[str, str], list[Reading]] = {key: [] for key in keys}
    named = open_clocks(rules).filter(subject__in=[subject for _agency, subject in keys])
    for clock in named.order_by("due_at", "rule"):
        if (clock.agency, clock.subject) in readings:
            readings[clock.agency, clock.subject].append(read(clock, now))
    return [Watched(cases[key], readings[key]) for key in keys if key in cases and readings[key]]
