"""Taking a simulated record into the desk, act by act, as if each had been entered when it happened."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow.parquet as pq

from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record.act import RefusedError, writing
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import EVENT_TYPES, Event, SourceKind, SubjectKind
from evenhand.record.events.oversight import ReviewCorrectiveActionSet, ReviewFindingMade
from evenhand.record.rows import rows_of
from evenhand.record.store import Record

CHUNK = 200
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Taken:
    """How many events were taken in, and which acts the guard refused."""

    events: int
    refused: tuple[RefusedError, ...]


def events_of(record: Record, agencies: frozenset[str], until: datetime) -> list[Event]:
    """Return the events of some agencies that happened before `until`, in order of time."""
    found: list[Event] = []
    for kind in SubjectKind:
        personal = {
            row.pop("id"): row
            for part in record.parts(kind)
            for event_type in part.files
            if (path := part.personal_file(event_type))
            for row in rows_of(pq.read_table(path))
        }
        for _, history in record.histories(kind):
            known = (r for r in history if r["agency"] in agencies and r["occurred_at"] < until)
            found += [_event(row | personal.get(row["id"], {})) for row in known]
    return sorted(found, key=lambda e: e.occurred_at)


def _event(row: dict[str, Any]) -> Event:
    cls = EVENT_TYPES[row["type"]]
    given = {k: v for k, v in row.items() if k in cls.model_fields}
    return cls.model_validate(given | {"source_kind": SourceKind.SIMULATION})


def groups(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Acts that the desk records together: a finding with its corrective action. All others are alone."""
    events = list(events)
    actions = {(e.subject, e.finding): e for e in events if isinstance(e, ReviewCorrectiveActionSet)}
    for event in events:
        if isinstance(event, ReviewFindingMade):
            action = actions.get((event.subject, event.finding))
            yield [event, action] if action else [event]
        elif not isinstance(event, ReviewCorrectiveActionSet):
            yield [event]


def take(events: list[Event], progress: Progress = lambda done, total: None) -> Taken:
    """Record events that come in order of time. Places that they name are made first."""
    refused: list[RefusedError] = []
    with within(EVERYTHING):
        _settle(events)
        acts = list(groups(events))
        for start in range(0, len(acts), CHUNK):
            with writing() as lock:
                results = lock.record_each(acts[start : start + CHUNK])
            refused += [r for r in results if isinstance(r, RefusedError)]
            progress(min(start + CHUNK, len(acts)), len(acts))
    return Taken(len(events), tuple(refused))


def _settle(events: Iterable[Event]) -> None:
    zones: dict[str, str] = {}
    jails: dict[str, tuple[str, str]] = {}
    for event in events:
        zones.setdefault(event.agency, event.zone)
        if event.facility:
            jails.setdefault(event.facility, (event.agency, event.zone))
    for number, (ori, zone) in enumerate(sorted(zones.items()), 1):
        name = f"Sample County {number} Sheriff's Office"
        Agency.objects.get_or_create(agency=ori, defaults={"name": name, "state": ori[:2], "zone": zone})
    for code, (ori, zone) in sorted(jails.items()):
        name = f"Detention Center {code.rpartition('-')[2]}"
        Facility.objects.get_or_create(code=code, defaults={"agency": ori, "name": name, "zone": zone})
