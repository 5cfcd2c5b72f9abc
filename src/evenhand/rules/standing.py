"""What stood at a moment: an officer's authority, an agency's agreement, a facility's posters.

All are step functions of time, worked out once a record from the officers', agreements' and facilities'
events. The rules ask them for the moment of an act (8 U.S.C. 1357(g)(1), (2), (5)); both engines read the
same ones. Where an event's moment is an interval, what stood within it is known only as far as it is the same
whether or not the event had happened yet, and in whatever order events of overlapping intervals happened.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

from evenhand.record.time import in_given_order, moment_of
from evenhand.rules.template import UNREAD, template_of

Row = dict[str, Any]

OFFICER_FIELDS: dict[str, str] = {
    "attested": "officer.nominated",
    "designated": "officer.form_70_006_issued",
    "certified": "officer.certified",
    "certified_first": "officer.certified",
    "had_papers": "officer.certified",
    "authorized": "officer.authorized",
    "authorized_at": "officer.authorized",
    "functions": "officer.authorized",
    "credentialed": "officer.credential_issued",
    "revoked": "officer.revoked",
    "suspended": "officer.suspended",
    "left": "officer.left",
    "refresher_overdue": "refresher.required_by",
    "assigned_facility": "officer.assigned",
    "ever_assigned": "officer.assigned",
}
AGREEMENT_FIELDS: dict[str, str] = {
    "in_force": "agreement.took_effect",
    "suspended": "agreement.suspended",
    "ended": "agreement.ended",
    "authority_ended_at": "agreement.ended",
    "model": "agreement.took_effect",
    "template": "agreement.took_effect",
    "form": "agreement.took_effect",
    "template_read": "agreement.took_effect",
    "facilities": "agreement.took_effect",
    "detention_agreement": "agreement.took_effect.detention_agreement",
}
FACILITY_FIELDS: dict[str, str] = {
    "posters_attested_at": "poster.attested",
    "procedure_shown_at": "poster.attested",
    "isa_signed": "isa.signed",
    "ice_equipment": "ice_equipment.installed",
    "interpreter_languages": "interpreter.qualified",
}
"""Each field with the event type, or the field of one, that a record must provide for it to be known."""

MOMENTS = frozenset({"authorized_at", "authority_ended_at", "posters_attested_at", "procedure_shown_at"})
"""Fields that are moments. Beside each stands the latest moment, as `<name>_by`; `NEVER` if it never was."""
NEVER = datetime(1, 1, 1, tzinfo=UTC)

STAY_FIELDS: dict[str, tuple[str, ...]] = {
    "began": ("person.booked",),
    "due": ("custody.release_due",),
    "free": ("custody.release_due",),
    "ended": ("custody.released", "custody.departed", "custody.transferred_in_place"),
    "left": ("custody.released", "custody.departed"),
    "left_by": ("custody.released", "custody.departed"),
    "to_ice": ("custody.transferred_in_place", "custody.departed"),
    "held": ("custody.hold_started",),
}
"""Each field of a stay (`record.episode.Stay`), with the event types that a record must tell of for it to be
known that the moment did not come, or not before the one found. `left_by` is the type of the exit."""
STAY_MOMENTS = frozenset({"began", "due", "free", "ended", "left", "to_ice"})

POSTED_IN = frozenset({"en", "es"})
"""The languages in which the complaint process is shown (agreements, Appendix B)."""

_INSTANT = timedelta(microseconds=1)
_MOST_READINGS = 64
"""Of more readings than this of what happened and in which order, nothing is taken to be known."""


@dataclass(frozen=True)
class Standing:
    """What stood from `since` until the next standing; `event` is the event that brought it about.

    A field that is not known is None. `sure`: whether it is certain that there was any at all.
    """

    since: datetime
    event: UUID
    fields: Row
    sure: bool = True


@dataclass(frozen=True)
class Timeline:
    """Standings in order of time, each different from the one before. Before the first there is none."""

    standings: tuple[Standing, ...]

    def at(self, moment: datetime) -> Standing | None:
        """The standing at a moment, or None before the first event."""
        place = bisect_right(self.standings, moment, key=lambda s: s.since)
        return self.standings[place - 1] if place else None

    def within(self, earliest: datetime, latest: datetime) -> Standing | None:
        """What stood all the time between two moments: the last standing, with the fields that all share."""
        first = bisect_right(self.standings, earliest, key=lambda s: s.since) - 1
        last = bisect_right(self.standings, latest, key=lambda s: s.since) - 1
        return self.spanning(first, last)

    def spanning(self, first: int, last: int) -> Standing | None:
        """What stood from one standing to another, by their numbers; -1 is the time before there was any."""
        if last < 0:
            return None
        found = self.standings[max(first, 0) : last + 1]
        if len(found) == 1 and first >= 0:
            return found[0]
        return Standing(
            found[-1].since,
            found[-1].event,
            _shared([s.fields for s in found]),
            sure=first >= 0 and all(s.sure for s in found),
        )


@dataclass(frozen=True)
class Standings:
    """Timelines of all officers (by officer id), agreements (by agency) and facilities (by agency and id)."""

    officers: dict[str, Timeline]
    agreements: dict[str, Timeline]
    facilities: dict[tuple[str, str], Timeline] = field(default_factory=dict)


PAPERS = ("officer.certified", "officer.authorized", "officer.form_70_006_issued")
"""The event types that make an officer: a record that tells of all of them knows who is none."""
_OF_NO_EVENT: tuple[Any, ...] = (False, "", NEVER, [])
"""What a field is as long as no event has happened that would change it."""


def only_told(standings: Standings, tells: Callable[[str], bool]) -> Standings:
    """The standings without what only silence shows, of event types that the record does not tell of."""
    return Standings(
        _only_told(standings.officers, OFFICER_FIELDS, tells),
        _only_told(standings.agreements, AGREEMENT_FIELDS, tells),
        _only_told(standings.facilities, FACILITY_FIELDS, tells),
    )


def _only_told(
    timelines: dict[Any, Timeline], needs: dict[str, str], tells: Callable[[str], bool]
) -> dict[Any, Timeline]:
    untold = {name for name, need in needs.items() if not tells(event_type_of(need))}
    ends_untold = not (tells("agreement.ended") and tells("agreement.suspended"))
    if not untold and not ends_untold:
        return timelines

    def known(name: str, value: Any) -> Any:
        if name == "in_force" and value is True and ends_untold:
            return None
        return None if name.removesuffix("_by") in untold and value in _OF_NO_EVENT else value

    return {
        key: Timeline(
            tuple(
                replace(s, fields={n: known(n, v) for n, v in s.fields.items()}) for s in timeline.standings
            )
        )
        for key, timeline in timelines.items()
    }


def event_type_of(need: str) -> str:
    """The event type of what a field of a standing needs, which may name a field of it."""
    return need if need.count(".") == 1 else need.rsplit(".", 1)[0]


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
        {k: _timeline(v, set(), _agreement_at) for k, v in by_agency.items()},
        {k: _timeline(v, set(), _facility_at) for k, v in by_facility.items()},
    )


def to_json(timeline: Timeline) -> list[Row]:
    """Return the timeline as JSON values; `from_json` reads them."""
    return [
        {
            "since": s.since.isoformat(),
            "event": str(s.event),
            "sure": s.sure,
            "fields": {k: v.isoformat() if isinstance(v, datetime) else v for k, v in s.fields.items()},
        }
        for s in timeline.standings
    ]


def from_json(standings: Iterable[Row]) -> Timeline:
    """Return the timeline that `to_json` wrote."""
    return Timeline(
        tuple(
            Standing(
                datetime.fromisoformat(s["since"]),
                UUID(s["event"]),
                {k: datetime.fromisoformat(v) if _is_moment(k) and v else v for k, v in s["fields"].items()},
                s["sure"],
            )
            for s in standings
        )
    )


def _is_moment(name: str) -> bool:
    return name.removesuffix("_by") in MOMENTS


# --- timelines ---------------------------------------------------------------------------------------------

State = Callable[[list[Row], datetime], Row | None]


def _timeline(events: list[Row], moments: set[datetime], state: State) -> Timeline:
    events = sorted(events, key=lambda e: (e["occurred_at"], _latest_moment(e), e.get("pos", 0), e["id"]))
    moments = moments | {e["occurred_at"] for e in events} | {_latest_moment(e) for e in events}
    standings: list[Standing] = []
    for moment in sorted(m for m in moments if m >= events[0]["occurred_at"]):
        known = events[: bisect_right(events, moment, key=_earliest_moment)]
        states = _states(known, moment, state)
        found = [s for s in states if s is not None]
        if not found:
            continue
        fields, sure = _shared(found), len(found) == len(states)
        if not standings or (standings[-1].fields, standings[-1].sure) != (fields, sure):
            standings.append(Standing(moment, known[-1]["id"], fields, sure))
    return Timeline(tuple(standings))


def _states(events: list[Row], moment: datetime, state: State) -> list[Row | None]:
    """What may stand at the moment: one state for each reading of what has happened, and in which order."""
    states: list[Row | None] = []
    for happened in _readings(events, moment):
        for order in _orders(happened):
            if len(states) == _MOST_READINGS:
                found = [s for s in states if s is not None]
                return [dict.fromkeys(found[0]) if found else None]
            states.append(state(order, moment) if order else None)
    return states


def _readings(events: list[Row], moment: datetime) -> Iterator[list[Row]]:
    """Each choice of those events that may or may not have happened yet, with all that surely have."""
    open_ = [n for n, e in enumerate(events) if _latest_moment(e) > moment]
    for size in range(len(open_) + 1):
        for chosen in combinations(open_, size):
            yield [e for n, e in enumerate(events) if n not in open_ or n in chosen]


def _orders(events: list[Row]) -> Iterator[list[Row]]:
    """Each order in which the events can have happened."""
    if not any(_may_be_swapped(a, b) for n, a in enumerate(events) for b in events[n + 1 :]):
        yield events
        return
    for n, first in enumerate(events):
        if all(_may_be_swapped(other, first) for other in events[:n]):
            for rest in _orders(events[:n] + events[n + 1 :]):
                yield [first, *rest]


def _may_be_swapped(first: Row, second: Row) -> bool:
    """Whether the second of two events in the record's order may have happened before the first."""
    return second["occurred_at"] < _latest_moment(first) and not in_given_order(
        moment_of(first), moment_of(second)
    )


def _shared(states: list[Row]) -> Row:
    """The fields that are the same in all states, None for the others; a moment is a range over all."""
    shared = {}
    for name, value in states[0].items():
        values = [s[name] for s in states]
        if name in MOMENTS:
            shared[name] = None if None in values else min(values)
        elif _is_moment(name):
            shared[name] = None if None in values else max(values)
        else:
            shared[name] = value if all(v == value for v in values) else None
    return shared


def _earliest_moment(event: Row) -> datetime:
    moment: datetime = event["occurred_at"]
    return moment


def _latest_moment(event: Row) -> datetime:
    moment: datetime = event.get("occurred_by") or event["occurred_at"]
    return moment


def _when(name: str, event: Row | None) -> Row:
    """A field that is the moment of an event."""
    if event is None:
        return {name: NEVER, f"{name}_by": NEVER}
    return {name: _earliest_moment(event), f"{name}_by": _latest_moment(event)}


# --- officers ----------------------------------------------------------------------------------------------


def _officer_moments(events: list[Row]) -> set[datetime]:
    """Every moment, other than those of the events, at which an officer's standing may change."""
    moments = {
        event[f] for event in events for f in ("valid_from", "valid_until", "effective_from") if event.get(f)
    }
    # The day itself is still in time.
    return moments | {event["due"] + _INSTANT for event in events if event.get("due")}


def _covers(event: Row, moment: datetime) -> bool:
    until = event.get("valid_until")
    return (event.get("valid_from") is None or event["valid_from"] <= moment) and (
        until is None or moment < until
    )


def _latest(events: list[Row], *types: str) -> Row | None:
    return next((e for e in reversed(events) if e["type"] in types), None)


def _officer_at(events: list[Row], moment: datetime) -> Row:
    covering = {e["type"] for e in events if _covers(e, moment)}
    nominated = _latest(events, "officer.nominated")
    letters = [e for e in events if e["type"] == "officer.authorized" and _covers(e, moment)]
    in_effect = [
        e for e in events if e["type"] != "officer.revoked" or (e.get("effective_from") or moment) <= moment
    ]
    ended = _latest(in_effect, "officer.revoked", "officer.authorized")
    left = _latest(events, "officer.left", "officer.nominated")
    card = _latest(events, "officer.credential_issued", "officer.credential_returned")
    assigned = [e for e in events if e["type"] == "officer.assigned" and _covers(e, moment)]
    return {
        "attested": nominated.get("citizenship_attested") if nominated else False,
        "designated": any(e["type"] == "officer.form_70_006_issued" for e in events),
        "certified": "officer.certified" in covering,
        # The field office director signs the letter upon receipt of the certification (agreements, IV.D).
        "certified_first": _follows_certification(letters, events),
        "had_papers": any(e["type"] in _PAPERS for e in events),
        "authorized": bool(letters),
        **_when("authorized_at", _latest(events, "officer.authorized")),
        "functions": letters[-1].get("functions") if letters else None,
        "credentialed": card is not None and card["type"] == "officer.credential_issued",
        "revoked": ended is not None and ended["type"] == "officer.revoked",
        "suspended": "officer.suspended" in covering,
        "left": left is not None and left["type"] == "officer.left",
        "refresher_overdue": _refresher_overdue(events, moment),
        "assigned_facility": assigned[-1]["assigned_facility"] if assigned else "",
        "ever_assigned": any(e["type"] == "officer.assigned" for e in events),
    }


_PAPERS = frozenset({"officer.certified", "officer.authorized", "officer.form_70_006_issued"})
"""What makes somebody a designated officer: any of them names the person as one."""


def _follows_certification(letters: list[Row], events: list[Row]) -> bool | None:
    """Whether one of the letters came after a certification or with it; None where that is not known."""
    pairs = [
        (certified, letter, events.index(certified) < events.index(letter))
        for certified in events
        if certified["type"] == "officer.certified"
        for letter in letters
    ]
    if any(
        _latest_moment(certified) <= letter["occurred_at"]
        or (first and in_given_order(moment_of(certified), moment_of(letter)))
        for certified, letter, first in pairs
    ):
        return True
    return None if any(c["occurred_at"] <= _latest_moment(letter) for c, letter, _ in pairs) else False


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

    @property
    def in_force(self) -> bool:
        return not (self.suspended or self.ended)


def _agreement_at(events: list[Row], _moment: datetime) -> Row | None:
    """The agency's latest agreement that is in force, or else that is not ended, or else of all.

    When one of several agreements ends, no record says on which of them an officer's letter rests: the moment
    when the officer's authority ended is then anything from the one before to this one.
    """
    agreements: dict[str, _Agreement] = {}
    authority_ended = _when("authority_ended_at", None)
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
            if kind == "agreement.ended" or (
                # Only the jail enforcement model says that a suspension revokes the authorizations.
                kind == "agreement.suspended" and agreement.effect["model"] == "JEM"
            ):
                others = any(a.in_force for s, a in agreements.items() if s != subject)
                since = authority_ended["authority_ended_at"]
                authority_ended = _when("authority_ended_at", event)
                if others:
                    authority_ended["authority_ended_at"] = since
    if not agreements:
        return None
    everyone = list(agreements.values())
    current = [a for a in everyone if a.in_force] or [a for a in everyone if not a.ended] or everyone
    chosen = current[-1]
    for agreement in current:
        if agreement.effect["occurred_at"] > chosen.effect["occurred_at"]:
            chosen = agreement
    model, template = chosen.effect["model"], chosen.effect.get("template")
    form = template_of(model, template)
    return {
        "in_force": chosen.in_force,
        "suspended": chosen.suspended,
        "ended": chosen.ended,
        **authority_ended,
        "model": model,
        "template": template,
        "form": form,
        "template_read": form is not None and form != UNREAD,
        "facilities": chosen.facilities,
        "detention_agreement": chosen.effect.get("detention_agreement") or "",
    }


# --- facilities --------------------------------------------------------------------------------------------


def _facility_at(events: list[Row], _moment: datetime) -> Row:
    """When posters were last attested, in all the languages asked for and in English; what else it has."""
    attested = [e for e in events if e["type"] == "poster.attested"]
    qualified = [set(e.get("languages") or ()) for e in events if e["type"] == "interpreter.qualified"]
    return {
        **_shown("posters_attested_at", attested, POSTED_IN),
        **_shown("procedure_shown_at", attested, frozenset({"en"})),
        "isa_signed": any(e["type"] == "isa.signed" for e in events),
        "ice_equipment": any(e["type"] == "ice_equipment.installed" for e in events),
        "interpreter_languages": sorted(set().union(*qualified)),
    }


def _shown(name: str, attested: list[Row], languages: frozenset[str]) -> Row:
    """When posters in these languages were last attested; not known if an attestation names no languages."""
    last = next((e for e in reversed(attested) if languages <= set(e.get("languages") or languages)), None)
    if last is not None and not last.get("languages"):
        return {name: None, f"{name}_by": None}
    return _when(name, last)
