"""What truly happened in a made roster, and how a record differs from it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from intake.taking import Taken

EXIT = "exit"
"""A departure of which the source does not say where to: any event that ends a stay may show it."""
_ENDS = ("custody.released", "custody.departed", "custody.transferred_in_place")


@dataclass(frozen=True)
class Happened:
    """One event: its type, its local time, and the fields that the source shows."""

    type: str
    at: datetime
    fields: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.type} at {self.at:%Y-%m-%d %H:%M} {dict(self.fields) or ''}".strip()


@dataclass(frozen=True)
class Stay:
    """One stay of one person. `number`: its booking number, if the source has one; `rows`: the source's rows
    that tell of it, if they are known."""

    number: str
    person: str
    events: tuple[Happened, ...]
    rows: frozenset[int] = frozenset()


@dataclass(frozen=True)
class History:
    """All stays that a source shows. `exported`: its last day; `width`: by event type, the widest interval in
    seconds that the source's times allow (by default a day and an hour)."""

    zone: str
    exported: str
    stays: tuple[Stay, ...]
    width: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "History":
        doc = json.loads(path.read_text())
        stays = tuple(
            Stay(
                s["number"],
                s["person"],
                tuple(Happened(t, datetime.fromisoformat(at), fields) for t, at, fields in s["events"]),
                frozenset(s.get("rows", ())),
            )
            for s in doc["stays"]
        )
        return cls(doc["zone"], doc["exported"], stays, doc["width"])


Read = Mapping[str, Any]
Place = tuple[int, int]
"""An event of the history: the number of its stay, and its own number in it."""


def faults(history: History, taken: Taken) -> list[str]:
    """Where the record says something else than the history. Empty: it says nothing that is wrong.

    An event may be missing if its rows are in quarantine, or if the record does not claim to show every event
    of its type.
    """
    return _Comparison(history, taken).faults()


class _Comparison:
    def __init__(self, history: History, taken: Taken) -> None:
        self.history, self.taken = history, taken
        self.zone = ZoneInfo(history.zone)
        self.found: dict[Place, str] = {}
        self.told: list[str] = []

    def faults(self) -> list[str]:
        read = self.taken.histories()
        for key in sorted(read, key=lambda k: -len(read[k])):
            self._place(key, read[key])
        self._look_for_split_stays()
        self._look_for_missing_events()
        self._look_at_the_end()
        return self.told

    def _place(self, key: str, events: list[Read]) -> None:
        """Find the person whom a history that was read is about, and what of it never happened."""
        best: dict[int, Place] = {}
        for stays in self._candidates(key):
            places = [
                (s, e)
                for s in stays
                for e in range(len(self.history.stays[s].events))
                if (s, e) not in self.found
            ]
            matched = self._match(events, places)
            if len(matched) > len(best):
                best = matched
        self.found.update(dict.fromkeys(best.values(), key))
        for number, event in enumerate(events):
            if number not in best:
                self.told.append(f"{key}: never happened: {self._show(event)}")

    def _candidates(self, key: str) -> Iterable[list[int]]:
        named = [n for n, s in enumerate(self.history.stays) if s.number == key]
        if named:
            return [named]
        by_person: dict[str, list[int]] = {}
        for number, stay in enumerate(self.history.stays):
            by_person.setdefault(stay.person, []).append(number)
        return by_person.values()

    def _match(self, events: list[Read], places: list[Place]) -> dict[int, Place]:
        """The largest pairing of read events with events that happened (augmenting paths)."""
        fits = [
            [p for p in places if self._shows(event, self.history.stays[p[0]].events[p[1]])]
            for event in events
        ]
        owner: dict[Place, int] = {}

        def settle(event: int, tried: set[Place]) -> bool:
            for place in fits[event]:
                if place not in tried:
                    tried.add(place)
                    if place not in owner or settle(owner[place], tried):
                        owner[place] = event
                        return True
            return False

        for event in range(len(events)):
            settle(event, set())
        return {event: place for place, event in owner.items()}

    def _shows(self, event: Read, truth: Happened) -> bool:
        """Whether a read event can be one that happened: type, fields, and a time that holds the true one."""
        if truth.type == EXIT:
            if event["type"] not in _ENDS:
                return False
        elif event["type"] == "custody.hold_started" and truth.fields.get("level") == "hold":
            return self._in_time(event, truth)
        elif event["type"] != truth.type:
            return False
        given = {name: event.get(name) for name in truth.fields}
        if any(value is not None and value != truth.fields[name] for name, value in given.items()):
            return False
        return self._in_time(event, truth)

    def _in_time(self, event: Read, truth: Happened) -> bool:
        first, last = event["occurred_at"], event.get("occurred_by") or event["occurred_at"]
        widest = self.history.width.get(truth.type, 25 * 3600)
        true = truth.at.replace(tzinfo=self.zone)
        return first <= true <= last and last - first <= timedelta(seconds=widest)

    def _show(self, event: Read) -> str:
        first, last = event["occurred_at"], event.get("occurred_by")
        span = f"{first.astimezone(self.zone):%Y-%m-%d %H:%M}"
        if last:
            span += f" to {last.astimezone(self.zone):%Y-%m-%d %H:%M}"
        fields = {
            k: event[k]
            for k in ("cause", "destination", "to_facility", "statute", "level", "disposition", "basis")
            if event.get(k) is not None
        }
        return f"{event['type']} {span} {fields} (row {event['source_row']})"

    def _look_for_split_stays(self) -> None:
        keys: dict[int, set[str]] = {}
        for (stay, _), key in self.found.items():
            keys.setdefault(stay, set()).add(key)
        for stay, several in keys.items():
            if len(several) > 1:
                self.told.append(f"stay {stay + 1} is split over the keys {sorted(several)}")

    def _look_for_missing_events(self) -> None:
        record = self.taken.record
        assert record is not None
        claimed = {t for tells in record.manifest.tells or () for t in tells.types}
        entries = self.taken.quarantine()
        refused = {entry["row"] for entry in entries}
        for number, stay in enumerate(self.history.stays):
            if stay.rows & refused or (entries and not stay.rows):
                continue
            for place, event in enumerate(stay.events):
                shown = bool(claimed & set(_ENDS)) if event.type == EXIT else event.type in claimed
                if (number, place) not in self.found and (shown or event.type == "person.booked"):
                    self.told.append(f"stay {number + 1} ({stay.number}): lost: {event}")

    def _look_at_the_end(self) -> None:
        record = self.taken.record
        assert record is not None
        until = record.manifest.observed_until
        if until is not None and until.astimezone(self.zone).date().isoformat() > self.history.exported:
            self.told.append(f"the record goes on until {until}, after the export of {self.history.exported}")
