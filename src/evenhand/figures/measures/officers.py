"""Designated officers in force, and whether their training stood: on the last day, and over the year."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise

from evenhand.figures.cube import Cube, Dimension
from evenhand.figures.measures.base import MODEL, PLACE, Figure, by_place_and_model, figure
from evenhand.figures.place import state_of
from evenhand.figures.source import NO_MODEL, Row, Source
from evenhand.record.events import SubjectKind

CURRENT, OVERDUE, NOT_TRAINED = "current", "refresher overdue", "no training completed"
ALWAYS, PARTLY, NEVER = "current throughout", "current in part", "never current"
TRAINING_SOURCE = (
    "GAO-21-186 (January 2021) found that ICE had no measure of performance such as the percentage of "
    "partner agencies in compliance with training requirements; 8 U.S.C. 1357(g)(2) asks for training."
)
_IN_FORCE = (
    "An officer is in force while an authorization stands: within its dates, not revoked since, not "
    "suspended, and the officer has not left."
)
_TRAINED = (
    "Training is current when a course was completed before and no refresher that ICE required is overdue. "
    + TRAINING_SOURCE
)
_TRAINING = Dimension("training", ("training",))
_NEEDS = ("officer.authorized", "training.completed")
_ON_THE_DAY = Cube(
    "officers",
    "Officers in force",
    "officers",
    f"{_IN_FORCE} Counted at the end of the year, or at the end of the record if that is earlier. {_TRAINED}",
    (PLACE, MODEL, _TRAINING),
    by_place_and_model("officers", "Officers in force", training=1),
)
_OVER_THE_YEAR = Cube(
    "officers_over_the_year",
    "Officers in force at any time of the year",
    "officers",
    f"{_IN_FORCE} Each is counted once, by whether training was current for all, some or none of the time in "
    f"force. {_TRAINED}",
    (PLACE, _TRAINING),
    by_place_and_model("officers_year", "Officers in force at any time", training=1)[:1],
)
_INSTANT = timedelta(microseconds=1)
_ENDS = ("officer.revoked", "officer.left")


def officers(source: Source) -> Figure:
    """Counts by place, model and training, at the end of the year."""
    counts: Counter[tuple[str, ...]] = Counter()
    for history in histories(source):
        state = training_at(history, source.last_moment)
        if state:
            agency = history[-1]["agency"]
            spans = source.timelines.get(agency, ())
            model = next((s.model for s in spans if s.since <= source.last_moment < s.until), NO_MODEL)
            counts[state_of(agency), agency, model, state] += 1
    return figure(source, _ON_THE_DAY, _NEEDS, [(*k, n) for k, n in counts.items()], notes=_notes(source))


def officers_over_the_year(source: Source) -> Figure:
    """Counts by place and by how much of the time in force training was current."""
    counts: Counter[tuple[str, ...]] = Counter()
    for history in histories(source):
        in_force, current = time_in_force(history, *source.span_of(history[-1]["zone"]))
        if in_force:
            kind = ALWAYS if current == in_force else PARTLY if current else NEVER
            agency = history[-1]["agency"]
            counts[state_of(agency), agency, kind] += 1
    return figure(source, _OVER_THE_YEAR, _NEEDS, [(*k, n) for k, n in counts.items()], notes=_notes(source))


def time_in_force(history: list[Row], since: datetime, until: datetime) -> tuple[timedelta, timedelta]:
    """How long an officer was in force in `[since, until)`, and how long of that with current training."""
    moments = {since, until}
    for event in history:
        moments |= {event[name] for name in ("occurred_at", "valid_from", "valid_until") if name in event}
        if "due" in event:
            # The due moment itself is still in time.
            moments.add(event["due"] + _INSTANT)
    steps = sorted(moment for moment in moments if since <= moment <= until)
    in_force = current = timedelta()
    for start, end in pairwise(steps):
        state = training_at(history, start)
        in_force += (end - start) * bool(state)
        current += (end - start) * (state == CURRENT)
    return in_force, current


def training_at(history: list[Row], moment: datetime) -> str | None:
    """The state of an officer's training at a moment, from events in order; None when not in force."""
    known = [event for event in history if event["occurred_at"] <= moment]
    standing = [e for e in known if e["type"] in ("officer.authorized", *_ENDS)]
    if not standing or standing[-1]["type"] in _ENDS or not _covers(standing[-1], moment):
        return None
    if any(e["type"] == "officer.suspended" and _covers(e, moment) for e in known):
        return None
    if not any(e["type"] == "training.completed" for e in known):
        return NOT_TRAINED
    done = [e["occurred_at"] for e in known if e["type"] == "refresher.completed"]
    overdue = any(
        e["due"] < moment and not any(at >= e["occurred_at"] for at in done)
        for e in known
        if e["type"] == "refresher.required_by"
    )
    return OVERDUE if overdue else CURRENT


def _covers(event: Row, moment: datetime) -> bool:
    since: datetime = event.get("valid_from") or event["occurred_at"]
    until: datetime | None = event.get("valid_until")
    return since <= moment and (until is None or moment < until)


def histories(source: Source) -> list[list[Row]]:
    """The officers' events, each history in order of time."""
    found = defaultdict(list)
    for event in source.events(SubjectKind.OFFICER):
        found[event["subject"]].append(event)
    return [sorted(history, key=lambda e: (e["occurred_at"], e["id"])) for history in found.values()]


def _notes(source: Source) -> tuple[str, ...]:
    lacking = source.lacks(
        [
            "officer.revoked",
            "officer.left",
            "officer.suspended",
            "refresher.required_by",
            "refresher.completed",
        ]
    )
    if not lacking:
        return ()
    return (
        f"The record does not tell of {', '.join(lacking)}: officers are counted as if none had happened.",
    )
