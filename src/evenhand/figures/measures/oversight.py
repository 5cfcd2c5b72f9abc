"""Agreements that stood, and reviews of the program: of public bodies no cell is withheld."""

from collections import Counter

from evenhand.figures.cube import Cube, Dimension, Table
from evenhand.figures.measures.base import Figure, figure
from evenhand.figures.place import state_of
from evenhand.figures.source import Source
from evenhand.record.events import SubjectKind

_AGREEMENTS = Cube(
    "agreements",
    "Agencies with an agreement in force",
    "agencies",
    "Agencies with an agreement in effect, neither suspended nor ended, at the end of the year, or at the "
    "end of the record if that is earlier. An agency with two is counted once, under the later one's model.",
    (Dimension("model", ("model",)), Dimension("place", ("state",))),
    (Table("agreements_by_state", "Agencies by state and model", {"place": 1, "model": 1}),),
)
_OVERSIGHT = Cube(
    "oversight",
    "Reviews of the program",
    "acts of review",
    "Reviews opened and closed in the year, the findings made, the corrective actions set and those done, by "
    "the body that reviewed.",
    (Dimension("body", ("body",)), Dimension("act", ("act",))),
    (Table("oversight_by_body", "Acts of review by body", {"body": 1, "act": 1}),),
)
_ACTS = {
    "review.opened": "opened",
    "review.finding_made": "findings",
    "review.corrective_action_set": "corrective actions set",
    "review.done": "corrective actions done",
    "review.closed": "closed",
}


def agreements(source: Source) -> Figure:
    """Counts by model and state."""
    counts: Counter[tuple[str, str]] = Counter()
    for agency, spans in source.timelines.items():
        for span in spans:
            if span.since <= source.last_moment < span.until:
                counts[span.model, state_of(agency)] += 1
    rows = [(*key, number) for key, number in counts.items()]
    return figure(source, _AGREEMENTS, ["agreement.took_effect.model"], rows, people=False)


def oversight(source: Source) -> Figure:
    """Counts by body and act."""
    counts: Counter[tuple[str, str]] = Counter()
    bodies: dict[str, str] = {}
    for event in source.events(SubjectKind.REVIEW):
        if event["type"] == "review.opened":
            bodies[event["subject"]] = event["body"]
        if event["type"] in _ACTS and source.in_year(event):
            counts[bodies.get(event["subject"], "not stated"), _ACTS[event["type"]]] += 1
    rows = [(*key, number) for key, number in counts.items()]
    return figure(source, _OVERSIGHT, ["review.opened.body"], rows, people=False)
