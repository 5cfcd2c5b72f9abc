"""Cases whose group is not known: what they could change at the most (Manski 1990, AER 80:319)."""

from dataclasses import dataclass

from evenhand.uniformity.statistics.estimate import Cannot


@dataclass(frozen=True)
class Bounds:
    """The least and the greatest value that the missing cases allow. No statement of chance."""

    low: float
    high: float


def share_bounds(events: int, cases: int, missing_events: int, missing_cases: int) -> Bounds | Cannot:
    """A group's share, if the missing cases belong to it in the worst way either way."""
    without = missing_cases - missing_events
    if not cases:
        return Cannot("no cases")
    return Bounds(events / (cases + without), (events + missing_events) / (cases + missing_events))


def difference_bounds(
    events: int, cases: int, events_ref: int, cases_ref: int, missing_events: int, missing_cases: int
) -> Bounds | Cannot:
    """A group's share less the reference's: missing events to the one, missing non-events to the other."""
    own = share_bounds(events, cases, missing_events, missing_cases)
    ref = share_bounds(events_ref, cases_ref, missing_events, missing_cases)
    if isinstance(own, Cannot) or isinstance(ref, Cannot):
        return Cannot("no cases in one of the groups")
    return Bounds(own.low - ref.high, own.high - ref.low)
