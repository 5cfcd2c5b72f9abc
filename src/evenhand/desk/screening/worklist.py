"""The screening worklist: open screenings in the order of booking time, and nothing else.

No person's name, group, offense or origin orders it or filters it; the facility is the one choice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from evenhand.desk.bookings.labels import STEPS
from evenhand.desk.bookings.models import Case, Stage
from evenhand.desk.record.models import ReadQuerySet
from evenhand.desk.screening.acts import next_step
from evenhand.record.events.booking import Step
from evenhand.rules.catalog import CATALOG
from evenhand.rules.clock import deadline


@dataclass(frozen=True)
class Waiting:
    """One open screening: how long it waits, by when it is closed (UNI-02), and the step that comes next."""

    case: Case
    waits: timedelta
    due: datetime
    late: bool
    step: Step | None

    @property
    def step_name(self) -> str:
        return str(STEPS[self.step]) if self.step else ""


def open_screenings(facility: str = "") -> ReadQuerySet:
    """Open screenings in scope, of one facility or all, in the order of booking."""
    rows: ReadQuerySet = Case.objects.filter(screening_opened_at__isnull=False, screening_closed_at=None)
    if facility:
        rows = rows.filter(facility=facility)
    return rows.order_by("booked_at", "subject")


def older_waiting(case: Case) -> Case | None:
    """The oldest of the facility's screenings that nobody has begun, if it is older than this one."""
    rows = open_screenings(case.facility).filter(stage=Stage.WAITING, booked_at__lt=case.booked_at)
    older: Case | None = rows.first()
    return older


def to_determine() -> ReadQuerySet:
    """Cases that wait for an officer's determination, in the order of booking."""
    rows: ReadQuerySet = Case.objects.filter(stage__in=(Stage.INTERVIEWED, Stage.RETURNED))
    return rows.order_by("booked_at", "subject")


def close_by(case: Case) -> datetime:
    """By when the screening is closed: the bound of UNI-02, on its own clock."""
    return deadline(case.booked_at, CATALOG["UNI-02"].spans[0], case.zone)


def waiting(case: Case, now: datetime) -> Waiting:
    due = close_by(case)
    return Waiting(case, now - case.booked_at, due, now > due, next_step(case))
