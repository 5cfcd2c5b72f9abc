"""How long determinations wait for their review."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from types import MappingProxyType

from evenhand.desk.bookings.models import Case
from evenhand.desk.record.models import Occurrence
from evenhand.record.events.booking import DeterminationMade, DeterminationReviewed
from evenhand.rules.catalog import CATALOG
from evenhand.rules.clock import deadline

PERIOD = timedelta(days=30)


@dataclass(frozen=True)
class Turnaround:
    """Reviews of the last 30 days in scope: how many, how long they took, how many came late."""

    reviews: int
    median: timedelta | None
    p90: timedelta | None
    late: int


def review_by(made_at: datetime, zone: str) -> datetime:
    """By when a determination is reviewed: the bound of SUP-06, on its own clock."""
    return deadline(made_at, CATALOG["SUP-06"].spans[0], zone)


def turnaround(now: datetime) -> Turnaround:
    """Each review of the last 30 days with the determination before it."""
    reviewed = list(
        Occurrence.objects.filter(
            type=DeterminationReviewed.type, occurred_at__gt=now - PERIOD, occurred_at__lte=now
        ).values_list("agency", "subject", "occurred_at")
    )
    made = _made({subject for _agency, subject, _at in reviewed})
    waits = [
        at - max(before)
        for agency, subject, at in reviewed
        if (before := [m for m in made.get((agency, subject), ()) if m <= at])
    ]
    if not waits:
        return Turnaround(0, None, None, 0)
    bound = CATALOG["SUP-06"].spans[0].delta
    p90 = quantiles(waits, n=10, method="inclusive")[-1] if len(waits) > 1 else waits[0]
    return Turnaround(len(waits), median(waits), p90, sum(wait > bound for wait in waits))


def _made(subjects: set[str]) -> dict[tuple[str, str], list[datetime]]:
    """When the determinations on bookings of these subjects were made, by agency and subject."""
    made: dict[tuple[str, str], list[datetime]] = {}
    wanted = sorted(subjects)
    for start in range(0, len(wanted), 500):
        rows = Occurrence.objects.filter(
            type=DeterminationMade.type, subject__in=wanted[start : start + 500]
        ).values_list("agency", "subject", "occurred_at")
        for agency, subject, at in rows:
            made.setdefault((agency, subject), []).append(at)
    return made


@dataclass(frozen=True)
class Queued:
    """One determination that waits: since when, how long, and whether its bound has passed."""

    case: Case
    waits: timedelta
    due: datetime
    late: bool
    officer: str = ""


def queued(case: Case, now: datetime, names: Mapping[str, str] = MappingProxyType({})) -> Queued:
    """How a determination waits; `names` are those of the accounts behind actors."""
    assert case.determined_at is not None
    due = review_by(case.determined_at, case.zone)
    officer = names.get(case.determined_by, case.determined_by)
    return Queued(case, now - case.determined_at, due, now > due, officer)
