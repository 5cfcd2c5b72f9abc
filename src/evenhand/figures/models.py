"""Under which model of agreement an agency worked, as a step function of time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Span:
    """The model that stood in `[since, until)`."""

    model: str
    since: datetime
    until: datetime


def timelines(agreements: Iterable[Row]) -> dict[str, tuple[Span, ...]]:
    """The spans of each agency in which an agreement stood: in effect, neither suspended nor ended.

    Where two stand at once, the one that took effect last gives the model, so that spans do not overlap.
    """
    by_agency: dict[str, list[Row]] = defaultdict(list)
    for event in sorted(agreements, key=lambda e: (e["occurred_at"], e["id"])):
        by_agency[event["agency"]].append(event)
    return {agency: spans for agency, events in by_agency.items() if (spans := _spans(events))}


def _spans(events: list[Row]) -> tuple[Span, ...]:
    standing: dict[str, str] = {}
    suspended: dict[str, str] = {}
    spans: list[Span] = []
    model, since = "", events[0]["occurred_at"]
    for event in events:
        subject = event["subject"]
        match event["type"]:
            case "agreement.took_effect":
                standing[subject] = event["model"]
            case "agreement.ended":
                standing.pop(subject, None)
                suspended.pop(subject, None)
            case "agreement.suspended" if subject in standing:
                suspended[subject] = standing.pop(subject)
            case "agreement.reinstated" if subject in suspended:
                standing[subject] = suspended.pop(subject)
        now = list(standing.values())[-1] if standing else ""
        if now != model:
            if model and since < event["occurred_at"]:
                spans.append(Span(model, since, event["occurred_at"]))
            model, since = now, event["occurred_at"]
    if model:
        spans.append(Span(model, since, FOREVER))
    return tuple(spans)
