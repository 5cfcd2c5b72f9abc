"""What stood at a moment: an officer's authority, an agency's agreement, a facility's posters.

All are step functions of time, worked out once a record from the officers', agreements' and facilities'
events. The rules ask them for the moment of an act (8 U.S.C. 1357(g)(1), (2), (5)); both engines read the
same ones.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

Row = dict[str, Any]

OFFICER_FIELDS: dict[str, str] = {
    "attested": "officer.nominated",
    "designated": "officer.form_70_006_issued",
    "certified": "officer.certified",
    "authorized": "officer.authorized",
    "revoked": "officer.revoked",
    "suspended": "officer.suspended",
    "left": "officer.left",
    "refresher_overdue": "refresher.required_by",
    "assigned_facility": "officer.assigned",
}
AGREEMENT_FIELDS: dict[str, str] = {
    "in_force": "agreement.took_effect",
    "suspended": "agreement.suspended",
    "ended": "agreement.ended",
    "model": "agreement.took_effect",
    "template": "agreement.took_effect",
    "facilities": "agreement.took_effect",
    "detention_agreement": "agreement.took_effect",
}
FACILITY_FIELDS: dict[str, str] = {"posters_attested_at": "poster.attested"}
"""Each field with the event type that a record must provide for the field to be known."""

POSTED_IN = frozenset({"en", "es"})
"""The languages in which the complaint process is shown (agreements, Appendix B)."""

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Standing:
    """What stood from `since` until the next standing; `event` is the event that brought it about."""

    since: datetime
    event: UUID
    fields: Row


@dataclass(frozen=True)
class Timeline:
    """Standings in order of time, each different from the one before. Before the first there is none."""

    standings: tuple[Standing, ...]

    def at(self, moment: datetime) -> Standing | None:
        """The standing at a moment, or None before the first event."""
        place = bisect_right(self.standings, moment, key=lambda s: s.since)
        return self.standings[place - 1] if place else None


@dataclass(frozen=True)
class Standings:
    """Timelines of all officers (by officer id), agreements (by agency) and facilities (by agency and id)."""

    officers: dict[str, Timeline]
    agreements: dict[str, Timeline]
    facilities: dict[tuple[str, str], Timeline] = field(default_factory=dict)


def effective_events(events: Iterable[Row]) -> list[Row]:
    """The events that no later event corrects."""
    events = list(events)
    corrected = {e["corrects"] for e in events if e.get("corrects")}
    return [e for e in events if e["id"] not in corrected]


def build_standings(
    officers: Iterable[Row], agreements: Iterable[Row], facilities: Iterable[Row] = ()
) -> Standings:
    """The timelines of a record, from the events of all officers, agreements and facilities."""
    by_officer: dict[str, list[Row]] = defaultdict(list)
    for event in effective_events(officers):
        by_officer[event["subject"]].append(event)
    by_agency: dict[str, list[Row]] = defaultdict(list)
    for event in effective_events(agreements):
        by_agency[event["agency"]].append(event)
    by_facility: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for event in effective_events(facilities):
        by_facility[event["agency"], event["subject"]].append(event)
    return Standings(
        {k: _timeline(v, _officer_moments(v), _officer_at) for k, v in by_officer.items()},
        {k: _timeline(v, {e["occurred_at"] for e in v}, _agreement_at) for k, v in by_agency.items()},
        {k: _timeline(v, {e["occurred_at"] for e in v}, _facility_at) for k, v in by_facility.items()},
    )


def _timeline(
    events: list[Row], moments: set[datetime], state: Callable[[list[Row], datetime], Row | None]
) -> Timeline:
    events = sorted(events, key=lambda e: (e["occurred_at"], e["id"]))
    standings: list[Standing] = []
    for moment in sorted(moments):
        known = events[: bisect_right(events, moment, key=_moment)]
        fields = state(known, moment) if known else None
        if fields is not None and (not standings or standings[-1].fields != fields):
            standings.append(Standing(moment, known[-1]["id"], fields))
    return Timeline(tuple(standings))


def _moment(event: Row) -> datetime:
    moment: datetime = event["occurred_at"]
    return moment


# --- officers ----------------------------------------------------------------------------------------------


def _officer_moments(events: list[Row]) -> set[datetime]:
    """Every moment at which an officer's standing may change."""
    moments = {e["occurred_at"] for e in events}
    for event in events:
        moments |= {event[f] for f in ("valid_from", "valid_until") if event.get(f)}
        if event.get("due"):
            # The day itself is still in time.
            moments.add(event["due"] + _INSTANT)
    first = min(e["occurred_at"] for e in events)
    return {m for m in moments if m >= first}


def _covers(event: Row, moment: datetime) -> bool:
    until = event.get("valid_until")
    return bool(
        (event.get("valid_from") or event["occurred_at"]) <= moment and (until is None or moment < until)
    )


def _latest(events: list[Row], *types: str) -> Row | None:
    return next((e for e in reversed(events) if e["type"] in types), None)


def _officer_at(events: list[Row], moment: datetime) -> Row:
    covering = {e["type"] for e in events if _covers(e, moment)}
    nominated = _latest(events, "officer.nominated")
    ended = _latest(events, "officer.revoked", "officer.authorized")
    left = _latest(events, "officer.left", "officer.nominated")
    assigned = [e for e in events if e["type"] == "officer.assigned" and _covers(e, moment)]
    return {
        "attested": nominated.get("citizenship_attested") if nominated else False,
        "designated": any(e["type"] == "officer.form_70_006_issued" for e in events),
        "certified": "officer.certified" in covering,
        "authorized": "officer.authorized" in covering,
        "revoked": ended is not None and ended["type"] == "officer.revoked",
        "suspended": "officer.suspended" in covering,
        "left": left is not None and left["type"] == "officer.left",
        "refresher_overdue": _refresher_overdue(events, moment),
        "assigned_facility": assigned[-1]["assigned_facility"] if assigned else "",
    }


def _refresher_overdue(events: list[Row], moment: datetime) -> bool:
    done = [e["occurred_at"] for e in events if e["type"] == "refresher.completed"]
    return any(
        e["due"] < moment and not any(d >= e["occurred_at"] for d in done)
        for e in events
        if e["type"] == "refresher.required_by"
    )


# --- agreements --------------------------------------------------------------------------------------------


@dataclass
class _Agreement:
    effect: Row
    facilities: list[str] | None
    suspended: bool = False
    ended: bool = False


def _agreement_at(events: list[Row], _moment: datetime) -> Row | None:
    """The agency's latest agreement that is not ended, or else the latest of all."""
    agreements: dict[str, _Agreement] = {}
    for event in events:
        subject, kind = event["subject"], event["type"]
        if kind == "agreement.took_effect":
            agreements[subject] = _Agreement(event, event.get("facilities"))
        elif subject in agreements:
            agreement = agreements[subject]
            if kind in ("agreement.suspended", "agreement.reinstated"):
                agreement.suspended = kind == "agreement.suspended"
            elif kind == "agreement.ended":
                agreement.ended = True
            elif kind == "agreement.amended" and event.get("facilities"):
                agreement.facilities = event["facilities"]
    if not agreements:
        return None
    current = [a for a in agreements.values() if not a.ended] or list(agreements.values())
    chosen = max(current, key=lambda a: (a.effect["occurred_at"], a.effect["id"]))
    return {
        "in_force": not (chosen.suspended or chosen.ended),
        "suspended": chosen.suspended,
        "ended": chosen.ended,
        "model": chosen.effect["model"],
        "template": chosen.effect.get("template"),
        "facilities": chosen.facilities,
        "detention_agreement": chosen.effect.get("detention_agreement"),
    }


# --- facilities --------------------------------------------------------------------------------------------


def _facility_at(events: list[Row], _moment: datetime) -> Row | None:
    """When posters in all the languages asked for were last attested; None before the first time."""
    attested = [
        e["occurred_at"]
        for e in events
        if e["type"] == "poster.attested" and set(e.get("languages") or ()) >= POSTED_IN
    ]
    return {"posters_attested_at": attested[-1]} if attested else None
