"""Complaints received, by what they are about and how they were resolved."""

from collections import Counter, defaultdict

from evenhand.figures.cube import Cube, Dimension, Table
from evenhand.figures.measures.base import NOT_STATED, PLACE, Figure, figure
from evenhand.figures.place import state_of
from evenhand.figures.source import Source
from evenhand.record.events import SubjectKind

_CUBE = Cube(
    "complaints",
    "Complaints",
    "complaints",
    "Complaints received in the year, with the last outcome that the record holds.",
    (PLACE, Dimension("about", ("about",)), Dimension("outcome", ("outcome",))),
    (
        Table(
            "complaints_by_outcome",
            "Complaints by what they are about and outcome",
            {"about": 1, "outcome": 1},
        ),
        Table("complaints_by_place", "Complaints by state and agency", {"place": 2}),
    ),
)


def complaints(source: Source) -> Figure:
    """Counts by place, subject of the complaint and outcome."""
    histories = defaultdict(list)
    for event in source.events(SubjectKind.COMPLAINT):
        histories[event["subject"]].append(event)
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for history in histories.values():
        received = next((e for e in history if e["type"] == "complaint.received"), None)
        if received is None or not source.in_year(received):
            continue
        resolved = [e for e in history if e["type"] == "complaint.resolved"]
        outcome = resolved[-1].get("outcome", NOT_STATED) if resolved else "not resolved"
        counts[state_of(received["agency"]), received["agency"], received["about"], outcome] += 1
    rows = [(*key, number) for key, number in counts.items()]
    return figure(source, _CUBE, ["complaint.received", "complaint.resolved"], rows)
